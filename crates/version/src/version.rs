//! A version of any scheme.

use std::{cmp::Ordering, fmt, hash, sync::Arc};

use serde::{Serialize, Serializer};

use crate::OrderKey;

/// One version number: as written, canonically spelled, and its place in the scheme's order.
///
/// Two versions are equal when precedence and canonical spelling are. SemVer build metadata has no precedence
/// (`1.0.0+a` and `1.0.0+b` have the same [`Version::key`]) but makes versions differ, so `Ord` is total and agrees
/// with `Eq`. Compare versions of one scheme only.
#[derive(Clone)]
pub struct Version {
    text: Arc<str>,
    canonical: Arc<str>,
    key: OrderKey,
    release: Arc<[u64]>,
    stage: Stage,
}

impl Version {
    /// Assembles a version; for implementations of [`crate::VersionScheme`].
    ///
    /// `release` are the numeric segments by weight (major, minor, patch, ... or the calendar fields).
    pub fn new(
        text: &str,
        canonical: &str,
        key: OrderKey,
        release: impl Into<Arc<[u64]>>,
        stage: Stage,
    ) -> Self {
        let text: Arc<str> = text.into();
        let canonical = if *text == *canonical { Arc::clone(&text) } else { canonical.into() };
        Self { text, canonical, key, release: release.into(), stage }
    }

    /// The text it was read from, unchanged.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The one spelling of this version that the scheme prefers (`1.0.RC1` of PEP 440 is `1.0rc1`).
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Its place in the order.
    pub fn key(&self) -> &OrderKey {
        &self.key
    }

    /// The numeric segments by weight: major, minor, patch, or the calendar fields, then the counter.
    pub fn release(&self) -> &[u64] {
        &self.release
    }

    /// The numeric segment at `index`, 0 where the version is shorter.
    pub fn segment(&self, index: usize) -> u64 {
        self.release.get(index).copied().unwrap_or(0)
    }

    /// How far it is from final.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Whether it comes before its final release: alpha, beta, candidate, development and the like.
    pub fn is_prerelease(&self) -> bool {
        self.stage.pre.is_some() || self.stage.dev.is_some()
    }

    /// Compares precedence alone, as the scheme's specification says.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| self.canonical.cmp(&other.canonical))
    }
}

impl hash::Hash for Version {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
        self.canonical.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.canonical)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Version({})", self.text)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.canonical)
    }
}

/// How far a version is from final; a final release has none of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Alpha, beta, candidate or another pre-release.
    pub pre: Option<PreRelease>,
    /// A post-release number (PEP 440 `.postN`, the letter of a same-day calendar release as a number).
    pub post: Option<u64>,
    /// A development release number (PEP 440 `.devN`).
    pub dev: Option<u64>,
}

/// One pre-release mark such as `rc.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreRelease {
    /// Which kind.
    pub phase: Phase,
    /// Its counter, where it is written.
    pub number: Option<u64>,
}

/// The kinds of pre-release, by distance from final.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// A label no scheme gives a meaning, such as `nightly` in SemVer; lower case.
    Other(Box<str>),
    /// `a`, `alpha`.
    Alpha,
    /// `b`, `beta`.
    Beta,
    /// `rc`, `c`, `pre`, `preview`.
    Candidate,
}

impl Phase {
    /// Reads a label in any of its usual spellings, letter case aside.
    pub fn from_label(label: &str) -> Self {
        match label.to_ascii_lowercase().as_str() {
            "a" | "alpha" => Self::Alpha,
            "b" | "beta" => Self::Beta,
            "rc" | "c" | "pre" | "preview" => Self::Candidate,
            other => Self::Other(other.into()),
        }
    }

    /// The long label: `alpha`, `beta`, `rc`, or the other label itself.
    pub fn label(&self) -> &str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Candidate => "rc",
            Self::Other(label) => label,
        }
    }
}
