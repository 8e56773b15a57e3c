//! What a resolve comes to.

use std::fmt;

use crate::Requirement;

/// A package that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChosenPackage {
    /// The family.
    pub name: String,
    /// The version as the package writes it.
    pub version: String,
    /// Which of its variants; none where it has no variants.
    pub variant: Option<usize>,
}

/// Shows the package as Rez does: `foo-1.2[0]`, and `foo-1.2[]` where it has no variants.
impl fmt::Display for ChosenPackage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_package(formatter, &self.name, &self.version, self.variant)
    }
}

pub(crate) fn write_package(
    out: &mut impl fmt::Write,
    name: &str,
    version: &str,
    variant: Option<usize>,
) -> fmt::Result {
    let separator = if version.is_empty() { "" } else { "-" };
    write!(out, "{name}{separator}{version}[")?;
    if let Some(variant) = variant {
        write!(out, "{variant}")?;
    }
    out.write_str("]")
}

/// Packages that fit each other and the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// One package of each family; packages come after those they require, otherwise in the order of the request.
    pub packages: Vec<ChosenPackage>,
    /// What is left of the ranges of ephemeral families.
    pub ephemerals: Vec<Requirement>,
}

/// How Rez's search ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With an answer.
    Solved(Answer),
    /// Without one: nothing fits, or what it came to first is a cycle.
    Failed {
        /// Rez's description: the first failure met, or the cycle.
        description: String,
        /// Whether it is a cycle. Rez tries nothing else then.
        is_cycle: bool,
    },
    /// With an error, although other choices were left.
    Aborted(Abort),
    /// Not within the steps that were allowed.
    Unfinished,
}

/// Why Rez stops with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Abort {
    /// A required family does not exist.
    FamilyNotFound {
        /// The family.
        family: String,
        /// Families that require it; none where the request does.
        required_by: Vec<String>,
    },
    /// A required family has no package in the range.
    PackageNotFound {
        /// The requirement.
        requirement: Requirement,
    },
    /// The requirements of one package conflict.
    InternalConflict {
        /// The package.
        package: ChosenPackage,
        /// The two requirements.
        conflict: String,
    },
    /// Two variants cannot be ordered, because one mentions a requested family without a range and weakly (`~foo`).
    IncomparableVariants {
        /// The family.
        family: String,
        /// Its version.
        version: String,
    },
    /// An ephemeral family is requested weakly and without a range (`~.foo`), and then required.
    EphemeralWithoutRange {
        /// The family.
        family: String,
    },
}

/// Shows Rez's message.
impl fmt::Display for Abort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FamilyNotFound { family, required_by } if required_by.is_empty() => {
                write!(formatter, "package family not found: {family}")
            }
            Self::FamilyNotFound { family, required_by } => write!(
                formatter,
                "package family not found: {family}, was required by: {}",
                required_by.join(", ")
            ),
            Self::PackageNotFound { requirement } => {
                write!(formatter, "Package could not be found: {requirement}")
            }
            Self::InternalConflict { package, conflict } => write!(
                formatter,
                "The package {package} has an internal requirements conflict: {conflict}"
            ),
            Self::EphemeralWithoutRange { family } => {
                write!(formatter, "`~{family}` has no range that others could be held against")
            }
            Self::IncomparableVariants { family, version } => write!(
                formatter,
                "the variants of {family}-{version} cannot be ordered: one has a requested family weakly, without a range"
            ),
        }
    }
}

/// What was found where Rez finds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// An answer all the same.
    Solved(Answer),
    /// That there is none.
    Impossible,
    /// Nothing within the steps that were allowed.
    Unfinished,
}

/// What a resolve comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What Rez says.
    pub outcome: Outcome,
    /// What a search that learns says where Rez stops with an error or a cycle, or does not end.
    pub beyond_rez: Option<Beyond>,
    /// How many steps Rez's search takes up to there; fewer where it fails often and is proved to come to nothing but
    /// its first failure in the end.
    pub steps: u64,
    /// How many of them fail.
    pub failures: u64,
}

impl Resolution {
    /// The answer, Rez's or one that Rez would not have found.
    pub fn answer(&self) -> Option<&Answer> {
        match (&self.outcome, &self.beyond_rez) {
            (Outcome::Solved(answer), _) | (_, Some(Beyond::Solved(answer))) => Some(answer),
            _ => None,
        }
    }
}
