//! One fact about a difference.

use std::{fmt, str::FromStr};

use camino::Utf8PathBuf;
use serde::Serialize;
use trainyard_version::Level;

/// What a change means to those who use the component, lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nothing that users could notice: tests, refactorings, build.
    None,
    /// Documentation alone.
    Docs,
    /// A compatible correction.
    Fix,
    /// A compatible addition.
    Additive,
    /// A change of stored data or its schema.
    Data,
    /// An incompatible change.
    Breaking,
    /// Something that could not be judged; never counted as compatible.
    Unknown,
}

impl Class {
    /// All classes, lightest first.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Docs,
        Self::Fix,
        Self::Additive,
        Self::Data,
        Self::Breaking,
        Self::Unknown,
    ];

    /// What plain SemVer asks for.
    ///
    /// Stored data counts as an addition, because SemVer speaks of interfaces alone; what could not be judged counts
    /// as incompatible.
    pub fn plain_level(self) -> Level {
        match self {
            Self::None | Self::Docs => Level::None,
            Self::Fix => Level::Patch,
            Self::Additive | Self::Data => Level::Minor,
            Self::Breaking | Self::Unknown => Level::Major,
        }
    }

    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Docs => "docs",
            Self::Fix => "fix",
            Self::Additive => "additive",
            Self::Data => "data",
            Self::Breaking => "breaking",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no class of change"))
    }
}

/// Where a change was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The full id of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The file, relative to the repository's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Utf8PathBuf>,
    /// 1-based line in the file or the commit message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// One change, as a detector sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it means.
    pub class: Class,
    /// The rule that says so, such as `commits.feat`; policies may map rules or classes to levels.
    pub rule: String,
    /// What it is about: a commit's subject, an endpoint, a migration.
    pub subject: String,
    /// Where it was seen.
    pub source: Source,
    /// One sentence for people, lower case, no full stop.
    pub sentence: String,
}

/// The highest level that plain SemVer asks for, [`Level::None`] without any change.
pub fn plain_level<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Level {
    changes.into_iter().map(|change| change.class.plain_level()).max().unwrap_or(Level::None)
}
