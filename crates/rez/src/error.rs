//! What can go wrong before a resolve begins.

use thiserror::Error;
use trainyard_version::ParseError;

/// Text that is not a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a requirement")]
pub struct RequirementError {
    /// The requirement as written.
    pub text: String,
    /// What is wrong with its range.
    pub source: ParseError,
}

/// A package that no catalogue can hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackageError {
    /// Its version is none.
    #[error("cannot read the version of package `{package}`")]
    Version {
        /// The family.
        package: String,
        /// What is wrong with the version.
        source: ParseError,
    },
    /// One of its requirements is none.
    #[error("cannot read a requirement of package `{package}`")]
    Requirement {
        /// The package, with its version.
        package: String,
        /// What is wrong with the requirement.
        source: RequirementError,
    },
    /// There are more packages, variants or requirements than a catalogue can number.
    #[error("a catalogue cannot hold more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many fit.
        limit: u32,
    },
}

/// A packed catalogue that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnpackError {
    /// It is something else.
    #[error("this is not a packed catalogue")]
    NotACatalogue,
    /// It was written by another release, in another format.
    #[error("the catalogue has format {found}, and this release reads {expected}")]
    Format {
        /// The format of the file.
        found: u32,
        /// The format that can be read.
        expected: u32,
    },
    /// It is not what was written.
    #[error("the packed catalogue is damaged: {what}")]
    Damaged {
        /// What does not fit.
        what: &'static str,
    },
}
