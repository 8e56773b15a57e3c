//! What is wrong with releases.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Time;

/// What a risk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RiskEffect {
    /// Nobody is offered the releases, and they enter no channel.
    Block,
    /// Whoever meets the condition is not offered them.
    Conditional,
    /// They are gone for good, and whoever runs one is told to leave it.
    Tombstone,
}

/// Something that is wrong with releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Risk {
    /// Its name.
    pub name: String,
    /// The component or stream.
    pub stream: String,
    /// What it does.
    pub effect: RiskEffect,
    /// The versions that must not be moved to.
    pub versions: String,
    /// The versions from which the way to them is dangerous; absent: from all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The condition, as a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it is, for people.
    pub message: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The version in which it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Who declared it.
    pub by: String,
    /// When.
    pub since: Time,
    /// Whether it holds.
    pub holds: bool,
    /// When it was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<Time>,
    /// Who lifted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_why: Option<String>,
}

/// Tells that something is wrong with releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRisk {
    /// Its name.
    pub name: String,
    /// The component or stream.
    pub stream: String,
    /// What it does.
    pub effect: RiskEffect,
    /// The versions that must not be moved to, as a range of the stream's scheme.
    pub versions: String,
    /// The versions from which the way to them is dangerous; absent: from all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The condition, as a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it is, for people.
    pub message: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The version in which it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Why it is declared, for the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}
