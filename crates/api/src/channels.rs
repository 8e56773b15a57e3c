//! Channels: where they point, how they came there, and what they ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Condition, Finding, Time, common::present};

/// A channel in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChannelSummary {
    /// The component, or the stream of bundles.
    pub stream: String,
    /// Its name.
    pub channel: String,
    /// The version it points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// That version's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Why that version was yanked since, where it was: it is offered to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<String>,
    /// Whether nothing moves it now.
    pub is_frozen: bool,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Channel {
    /// Where it points.
    pub channel: ChannelSummary,
    /// Whether the version it points to entered without the evidence that the rule asks for, on approvals.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_forced: bool,
    /// What it asks for, as the policy's rule of channels.
    #[schema(value_type = Object)]
    pub rule: Value,
    /// What entered and was not taken out again.
    pub members: Vec<Member>,
    /// Why nothing moves it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Stop>,
    /// Versions that shall not enter for now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Stop>,
    /// Moves that shall happen later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scheduled: Vec<Scheduled>,
    /// How releases reach clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollouts: Vec<Rollout>,
    /// How often it moved.
    pub moves: u64,
}

/// A release that stands in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Member {
    /// Its version.
    pub version: String,
    /// Its content.
    pub digest: String,
    /// Since when.
    pub since: Time,
}

/// Why something does not move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Stop {
    /// The version that is held; absent: the channel itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why.
    pub why: String,
    /// Who says so.
    pub by: String,
    /// Since when.
    pub since: Time,
}

/// A move that shall happen later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Scheduled {
    /// The place of its entry in the log, by which it is called off.
    pub seq: u64,
    /// The version.
    pub version: String,
    /// When.
    pub due: Time,
    /// Who asked for it.
    pub by: String,
    /// Why.
    pub why: String,
}

/// How a release reaches clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Rollout {
    /// The version.
    pub version: String,
    /// When the ramp begins.
    pub starts: Time,
    /// How many percent of clients are offered it at once.
    pub first_percent: u8,
    /// How long until all of them are, in seconds; absent: it stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_secs: Option<u64>,
    /// Where it stands still, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<u8>,
}

/// Changes how a release reaches clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeRollout {
    /// The version.
    pub version: String,
    /// When the ramp begins; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Time>,
    /// How many percent of clients are offered it at once.
    #[serde(default)]
    #[schema(maximum = 100)]
    pub first_percent: u8,
    /// How long until all of them are, in seconds; absent: it stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_secs: Option<u64>,
    /// Where it stands still, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100)]
    pub paused: Option<u8>,
    /// Whether it stands still where it is now, which the registry works out; all else stays as it was.
    #[serde(default)]
    pub is_paused: bool,
    /// Whether everybody is offered it from now on, and the ramp is over.
    #[serde(default)]
    pub is_over: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One move of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Move {
    /// The place of its entry in the log.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// `promoted`, `followed`, `forced`, `demoted` or `imported`.
    pub kind: String,
    /// The version it points to from then on; absent: to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The version it pointed to before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A version that is in it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<String>,
    /// The attestations and approvals that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relied_on: Vec<String>,
    /// Conditions that were not met, where it was forced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
}

/// How a release stands before a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// The version.
    pub version: String,
    /// Whether it may enter.
    pub is_open: bool,
    /// Everything that is asked for, met or not.
    pub conditions: Vec<Condition>,
    /// The attestations that count.
    pub relied_on: Vec<String>,
    /// The attestations that say no.
    pub refused_by: Vec<String>,
    /// What the check of its content found.
    pub findings: Vec<Finding>,
}

/// How many have approved something, and how many must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Approvals {
    /// What must be signed.
    pub proposal: String,
    /// Whether enough have approved.
    pub are_enough: bool,
    /// What is there, and what is missing.
    pub conditions: Vec<Condition>,
    /// The approvals that count.
    pub relied_on: Vec<String>,
}

/// Moves a channel forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Promote {
    /// The version.
    pub version: String,
    /// The version that the channel points to now, as the asker believes; null: to none; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub expected: Option<Option<String>>,
    /// Whether it shall enter without evidence, on approvals.
    #[serde(default)]
    pub is_forced: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Takes a release out of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Demote {
    /// The version; absent: the one it points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why.
    pub why: String,
}

/// Freezes or thaws a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeChannel {
    /// Whether nothing shall move it.
    pub is_frozen: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Holds a release back, or lets it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hold {
    /// The version.
    pub version: String,
    /// Whether it shall not enter.
    pub is_held: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Moves a channel later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Schedule {
    /// The version.
    pub version: String,
    /// When.
    pub due: Time,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}
