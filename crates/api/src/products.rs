//! Products, their policies and waivers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Approvals, Finding, Time};

/// Everything under one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The party that makes it.
    pub party: String,
    /// When it came.
    pub since: Time,
    /// The digest of the policy in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// How many components and streams of bundles it has.
    pub components: u64,
    /// How many releases and bundles.
    pub releases: u64,
    /// How many channels.
    pub channels: u64,
}

/// Asks for a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewProduct {
    /// Its name.
    #[schema(example = "ayon")]
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The party that makes it.
    pub party: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One policy of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Policy {
    /// The digest of its text.
    pub digest: String,
    /// What the registry read from it: `components`, `groups`, `channels`.
    #[schema(value_type = Object)]
    pub facts: Value,
    /// When it came.
    pub since: Time,
    /// Who set it.
    pub by: String,
    /// Why.
    pub why: String,
    /// The text of `trainyard.toml`; only where one policy is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Asks for another policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewPolicy {
    /// The text of `trainyard.toml`.
    pub text: String,
    /// Rules of channels by stream and channel, where the text says none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, BTreeMap<String, Object>>)]
    pub channels: BTreeMap<String, BTreeMap<String, Value>>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// What a policy would be, and who must approve it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PolicyPreview {
    /// The digest of its text.
    pub digest: String,
    /// What the registry reads from it.
    #[schema(value_type = Object)]
    pub facts: Value,
    /// Statements without effect.
    pub warnings: Vec<Finding>,
    /// Who must approve its changes of rules, and who has.
    pub approvals: Approvals,
}

/// Something that a rule refuses and somebody took responsibility for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Waiver {
    /// The component that is let through.
    pub component: String,
    /// The version; absent: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last moment it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Who took responsibility.
    pub by: String,
    /// Why it does no harm.
    pub why: String,
    /// When.
    pub since: Time,
}

/// Takes responsibility for what a rule refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewWaiver {
    /// The component to let through.
    pub component: String,
    /// The version; absent: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last moment it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why it does no harm.
    pub why: String,
}
