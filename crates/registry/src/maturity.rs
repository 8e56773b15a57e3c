//! How far a component has come.

use serde::{Deserialize, Serialize};

/// How far a component has come (P21).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Maturity {
    /// May change or vanish.
    Alpha,
    /// Complete, not yet proven.
    Beta,
    /// Promises hold.
    #[default]
    Stable,
}

impl Maturity {
    /// Whether promises hold.
    pub fn is_stable(&self) -> bool {
        *self == Self::Stable
    }

    /// Its word, or that it may be more.
    pub fn at_least(self) -> &'static str {
        match self {
            Self::Alpha => "at least alpha",
            Self::Beta => "at least beta",
            Self::Stable => "stable",
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }
}
