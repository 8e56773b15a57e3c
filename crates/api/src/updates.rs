//! Ways from one release to another.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Time;

/// The way from one release to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UpgradePath {
    /// The installed release.
    pub from: String,
    /// The one that is wanted, or the newest that can be reached.
    pub to: String,
    /// The way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Other ways, with what speaks against them.
    pub alternatives: Vec<Path>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_none: Option<String>,
}

/// A way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Path {
    /// The updates, in their order.
    pub updates: Vec<Update>,
    /// Whether nothing speaks against any of them.
    pub is_safe: bool,
    /// Whether all of them are allowed.
    pub is_allowed: bool,
}

/// One update of a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Update {
    /// What is left.
    pub from: String,
    /// What is reached.
    pub to: String,
    /// What speaks against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// Why nobody may take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<String>,
}

/// What a client is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Offer {
    /// The version that the channel points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The version to install next; absent: stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The digest of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The versions on the way, the last one where it ends for now.
    pub way: Vec<String>,
    /// Why it is not offered what the channel points to.
    pub reasons: Vec<WhyNot>,
}

/// Why a client is not offered something, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WhyNot {
    /// A stable word for programs, as `rolling-out`.
    pub kind: String,
    /// A sentence for people.
    pub text: String,
    /// What would change it; absent: nothing that anybody can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// From when it holds no more, where time alone changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// Everything that keeps a version from a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WhyNotOffered {
    /// The version.
    pub version: String,
    /// Whether it is offered.
    pub is_offered: bool,
    /// Why not.
    pub reasons: Vec<WhyNot>,
}

/// Asks what another rule would have made of a channel's past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Simulate {
    /// The rule, as the policy's rule of channels.
    #[schema(value_type = Object)]
    pub rule: serde_json::Value,
}

/// What another rule would have made of a channel's past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Simulation {
    /// Every release that did enter, or would have, in the order of publication.
    pub releases: Vec<Simulated>,
    /// How many risks that were declared after a release had entered would have been known before it.
    pub caught: u64,
    /// How many would not.
    pub escaped: u64,
}

/// One release under another rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Simulated {
    /// Its version.
    pub version: String,
    /// When it was published.
    pub published: Time,
    /// When it entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Time>,
    /// When it would have been let in first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_enter: Option<Time>,
    /// What was missing at the end, where it would never have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Risks that were declared after it entered: true where they would have kept it out.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub late_risks: std::collections::BTreeMap<String, bool>,
}
