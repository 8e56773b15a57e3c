//! How settled something is, as `x-stability-level` says.

use super::document::Spot;

/// The level, least settled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stability {
    /// May change any day.
    Draft,
    /// May change any day, and is to be tried.
    Alpha,
    /// Is nearly settled.
    Beta,
    /// Is settled; what says nothing is.
    Stable,
}

impl Stability {
    /// Whether changes of it are judged.
    pub(super) fn is_promised(self) -> bool {
        self >= Self::Beta
    }

    /// The word in the document.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }
}

/// The level of an operation or property; `None` where the word is unknown.
pub(super) fn of(spot: Spot<'_>) -> Option<Stability> {
    let Some(value) = spot.value.get("x-stability-level") else { return Some(Stability::Stable) };
    let word = value.as_str()?;
    [Stability::Draft, Stability::Alpha, Stability::Beta, Stability::Stable]
        .into_iter()
        .find(|level| level.as_str() == word)
}
