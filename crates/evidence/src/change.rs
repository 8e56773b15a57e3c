//! One fact about a difference.

use std::{fmt, str::FromStr};

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use trainyard_version::Level;

use crate::Rule;

/// What a change means to those who use the component, lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// Compatible by the letter, and still able to break some clients: a new value of an enumeration, another default.
    Dangerous,
    /// A change of stored data or its schema.
    Data,
    /// An incompatible or destructive change.
    Breaking,
    /// Something that could not be judged; never counted as compatible.
    Unknown,
}

impl Class {
    /// All classes, lightest first.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Docs,
        Self::Fix,
        Self::Additive,
        Self::Dangerous,
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
            Self::Additive | Self::Dangerous | Self::Data => Level::Minor,
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
            Self::Dangerous => "dangerous",
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
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// The full id of the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The file, relative to the repository's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Utf8PathBuf>,
    /// 1-based line in the file or the commit message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Source {
    /// A whole file.
    pub fn file(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// A line of a file, counted from 1.
    pub fn line(path: impl Into<Utf8PathBuf>, line: u32) -> Self {
        Self { line: Some(line), ..Self::file(path) }
    }
}

/// One change, as a detector sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it means.
    pub class: Class,
    /// The rule that says so, such as `commits.feat`; policies may map rules or classes to levels.
    pub rule: String,
    /// What it is about: a commit's subject, an endpoint, a migration.
    pub subject: String,
    /// Where it was seen: the commit, or the place in the newer tree.
    pub source: Source,
    /// The place in the older tree, where two trees were compared and it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Source>,
    /// One sentence for people, lower case, no full stop.
    pub sentence: String,
}

impl Change {
    /// A change in the class that the rule names, without a place yet.
    pub fn new(rule: &Rule, subject: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            class: rule.class,
            rule: rule.id.to_owned(),
            subject: subject.into(),
            source: Source::default(),
            before: None,
            sentence: sentence.into(),
        }
    }

    /// What it is in a few words: the title that somebody gave it, or what it is about and what happened to that.
    pub fn title(&self) -> String {
        let is_said = ["commits.", "fragments."].iter().any(|words| self.rule.starts_with(words));
        if is_said { self.subject.clone() } else { format!("{}: {}", self.subject, self.sentence) }
    }

    /// The same in another class, where the context decides.
    #[must_use]
    pub fn in_class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    /// The same at a place in the newer tree.
    #[must_use]
    pub fn at(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// The same with its place in the older tree.
    #[must_use]
    pub fn was_at(self, before: Source) -> Self {
        Self { before: Some(before), ..self }
    }
}

/// The highest level that plain SemVer asks for, [`Level::None`] without any change.
pub fn plain_level<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Level {
    changes.into_iter().map(|change| change.class.plain_level()).max().unwrap_or(Level::None)
}
