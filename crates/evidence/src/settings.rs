//! Which detectors look at which files.

use std::collections::BTreeMap;

use camino::Utf8Path;
use globset::GlobSet;

use crate::Detector;

/// What one family of detectors looks at.
#[derive(Clone, Debug, Default)]
pub enum Choice {
    /// Files that the detector recognises by their names.
    #[default]
    Usual,
    /// Nothing: it is turned off.
    Off,
    /// These files, and no others.
    Files(GlobSet),
}

/// What the policy says about detectors; what it does not name looks at the usual files.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By family.
    pub choices: BTreeMap<String, Choice>,
}

impl Settings {
    /// Whether a family is not turned off.
    pub fn is_on(&self, family: &str) -> bool {
        !matches!(self.choices.get(family), Some(Choice::Off))
    }

    /// Whether a detector reads a path.
    pub fn wants(&self, detector: &dyn Detector, path: &Utf8Path) -> bool {
        match self.choices.get(detector.family()) {
            None | Some(Choice::Usual) => detector.wants(path),
            Some(Choice::Off) => false,
            Some(Choice::Files(globs)) => globs.is_match(path),
        }
    }
}
