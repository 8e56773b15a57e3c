//! The moves from one version to the next.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Phase;

/// How much a release changes, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing that users could notice.
    None,
    /// Compatible fixes.
    Patch,
    /// Compatible additions.
    Minor,
    /// Incompatible changes.
    Major,
}

impl Level {
    /// All levels, smallest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Patch, Self::Minor, Self::Major];

    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("`{text}` is no level; there are none, patch, minor and major"))
    }
}

/// A move to a pre-release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreStep {
    /// The kind of pre-release, such as a release candidate.
    pub phase: Phase,
    /// The number of the first one of its kind (SemVer tools start at 0 or 1, PEP 440 projects mostly at 1), or
    /// `None` where the first one is written without (`-rc`, `-dev`).
    pub start: Option<u64>,
}

/// One move from a version to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Raises a level and ends as a final release, or as the first pre-release of `pre` where given.
    ///
    /// A pre-release of that very level is finished rather than skipped: from `2.0.0-rc.1`, major gives `2.0.0`.
    /// With `pre`, such a pre-release moves on to the next one instead: from `2.0.0-rc.1`, major as rc gives `2.0.0-rc.2`.
    /// `Level::None` is refused, but where a scheme has a number for it: the post-release of PEP 440, the revision of
    /// Debian.
    Level(Level, Option<PreStep>),
    /// The next pre-release on the way to the same final release; from a final one, the scheme refuses it, because
    /// only a level says which final release is meant. A phase that sorts before the present one is refused too.
    Pre(PreStep),
    /// Drops pre-release and development marks.
    Final,
    /// The next version to develop after this one: raises the level and marks it as unreleased with the [`PreStep`]
    /// (`x.(y+1).0a1`), or as a development release where `None` (`x.(y+1).0.dev0`, `-dev`).
    NextDevelopment(Level, Option<PreStep>),
    /// Today's version of a scheme with dates; raises the counter or letter where today has one already.
    Date,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(level, None) => write!(formatter, "{level}"),
            Self::Level(level, Some(pre)) => write!(formatter, "{level}, as {}", pre.phase.label()),
            Self::Pre(pre) => write!(formatter, "{}", pre.phase.label()),
            Self::Final => formatter.write_str("final"),
            Self::NextDevelopment(level, _) => write!(formatter, "next development {level}"),
            Self::Date => formatter.write_str("date"),
        }
    }
}
