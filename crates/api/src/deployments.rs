//! Who runs what, and who runs what is dangerous.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Time;

/// A deployment as it last told of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Deployment {
    /// Its name.
    pub name: String,
    /// The component or stream it runs.
    pub stream: String,
    /// The version it runs.
    pub version: String,
    /// The channel it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What else it tells.
    pub facts: BTreeMap<String, String>,
    /// When it told so.
    pub seen: Time,
    /// Who told so.
    pub by: String,
}

/// Tells what a deployment runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Report {
    /// The component or stream it runs.
    pub stream: String,
    /// The version it runs.
    pub version: String,
    /// The channel it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What else it tells, for conditions of risks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

/// Who runs what risks speak of, or is offered it: of the deployments of one part of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Exposure {
    /// Those that are exposed, risk by risk, those first that run what it speaks of.
    pub exposed: Vec<Exposed>,
    /// How many deployments were looked at.
    pub looked_at: u64,
    /// What to hand back as `cursor` to look at the next ones; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How a deployment stands to a risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Exposed {
    /// The risk.
    pub risk: String,
    /// The deployment.
    pub deployment: String,
    /// What it runs.
    pub version: String,
    /// `runs` or `may-reach`.
    pub how: String,
    /// The version that the risk speaks of, which it runs or is offered.
    pub affected: String,
    /// What it should go to, where something is offered that the risk does not speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
    /// When it last told what it runs.
    pub seen: Time,
}
