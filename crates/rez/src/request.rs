//! What is asked for.

use crate::{Requirement, RequirementError, Settings};

/// How Rez chooses between the variants of a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VariantSelection {
    /// Highest versions of requested packages first (Rez's default).
    #[default]
    VersionPriority,
    /// Most packages in common with the request first.
    IntersectionPriority,
}

/// How to resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How Rez chooses between the variants of a version.
    pub variant_selection: VariantSelection,
    /// Whether a required family that does not exist ends the resolve, as Rez does by default; otherwise the choice
    /// that led there is given up.
    pub missing_family_is_error: bool,
    /// Packages that were released after this many seconds since 1970 do not exist; those of which nobody knows do.
    pub released_by: Option<u64>,
    /// How many steps of Rez's search are followed before it counts as not ending. Requests of real studios take some
    /// hundreds; a step takes some microseconds here, and some milliseconds in Rez.
    pub steps: u64,
    /// How much work the search that learns may do where Rez finds nothing; see [`trainyard_solve::Budget`].
    pub work_beyond: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            variant_selection: VariantSelection::default(),
            missing_family_is_error: true,
            released_by: None,
            steps: 3_000,
            work_beyond: 3_000_000,
        }
    }
}

/// Requirements in order, and how to resolve them. The order matters: what comes first gets the newest version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// As asked, not yet merged.
    pub requirements: Vec<Requirement>,
    /// How to resolve them.
    pub options: Options,
    /// What is hidden and preferred.
    pub settings: Settings,
}

impl Request {
    /// Reads requirements as they stand in a command.
    ///
    /// *Errors*: the first that is none.
    pub fn parse<Text: AsRef<str>>(
        requirements: impl IntoIterator<Item = Text>,
    ) -> Result<Self, RequirementError> {
        let requirements = requirements
            .into_iter()
            .map(|text| Requirement::parse(text.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self { requirements, ..Self::default() })
    }
}
