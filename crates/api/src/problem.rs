//! What does not work, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was not carried out (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// A URI for the kind of problem: `urn:trainyard:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What is wrong, in a sentence.
    pub detail: String,
    /// A stable word for programs, as `release-differs`.
    pub code: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Conditions of a channel, met and not met, where that is what it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// What a check found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What is wrong with the request, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Detail>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Detail {
    /// What.
    pub detail: String,
    /// Where in the body, as line and column, or which parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// One thing that a channel asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// What it is, as `soaked` or `principals`.
    pub kind: String,
    /// The flavour it speaks of; empty: the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flavour: String,
    /// Whether it is met.
    pub is_met: bool,
    /// In words, as `1 of 2 external validators`.
    pub text: String,
    /// What would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Its code, as `TY3001`.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// What it is about.
    pub subject: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Location {
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The tag or branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}
