//! Why a registry does not do what it was asked.

use serde::{Deserialize, Serialize};
use trainyard_report::Finding;

use crate::{Condition, Invalid};

/// What kind of no it is; each kind is one status of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The request itself is wrong, whatever the registry holds (400).
    Invalid,
    /// Who asks may not (403).
    Forbidden,
    /// What it speaks of is not there (404).
    NotFound,
    /// It contradicts what is there (409).
    Conflict,
    /// What is asked for is possible, and its conditions are not met (422).
    NotReady,
}

/// A no, with everything that speaks against the request at once.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of no.
    pub kind: RefusalKind,
    /// A stable word for programs, such as `release-differs`.
    pub code: &'static str,
    /// A sentence for people: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Conditions of a channel, met and not met, where that is what it is about.
    pub conditions: Vec<Condition>,
    /// What a check found.
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// A refusal without a hint.
    pub fn new(kind: RefusalKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            hint: None,
            conditions: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Something that is not there.
    pub fn not_found(what: &str, name: impl std::fmt::Display) -> Self {
        Self::new(RefusalKind::NotFound, "not-found", format!("there is no {what} `{name}`"))
    }

    /// Something that contradicts what is there.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }

    /// A request that is wrong in itself.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, code, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With conditions.
    #[must_use]
    pub fn conditions(mut self, conditions: Vec<Condition>) -> Self {
        self.conditions = conditions;
        self
    }

    /// With findings.
    #[must_use]
    pub fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::invalid("invalid-value", invalid.to_string())
    }
}
