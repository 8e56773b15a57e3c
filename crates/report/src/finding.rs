//! What any check reports.

use std::fmt;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::Code;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never changes the exit code.
    Note,
    /// Should be looked at; exit code 1.
    Warning,
    /// Breaks the policy; exit code 1.
    Error,
}

impl Severity {
    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Where something was found; every part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// A file, relative to the repository's root or as the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Utf8PathBuf>,
    /// 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// A full commit id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// A tag or branch name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Location {
    /// A file.
    pub fn file(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// A tag or branch.
    pub fn reference(name: impl Into<String>) -> Self {
        Self { reference: Some(name.into()), ..Self::default() }
    }

    /// A commit.
    pub fn commit(id: impl Into<String>) -> Self {
        Self { commit: Some(id.into()), ..Self::default() }
    }
}

/// One thing a check has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of finding; stable across versions.
    pub code: Code,
    /// After the policy's lint levels.
    pub severity: Severity,
    /// What it is about: a component, a release, a tag, a key of the policy.
    pub subject: String,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Where to look, the best place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl Finding {
    /// A finding with the code's usual severity, no location and no suggestion.
    pub fn new(code: Code, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.info().severity,
            subject: subject.into(),
            message: message.into(),
            locations: Vec::new(),
            suggestion: None,
        }
    }

    /// Adds a place to look.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.locations.push(location);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}
