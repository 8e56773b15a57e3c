//! Why a client does not believe a repository.

use super::{envelope::EnvelopeError, expiry::Expiry};
use crate::digest::Sha256;

/// Why an update was refused. What had been verified before stays trusted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A file cannot be read as what it should be.
    #[error("cannot read `{file}`")]
    Form {
        /// The file.
        file: String,
        /// Why not.
        #[source]
        source: EnvelopeError,
    },
    /// Too few keys have signed.
    #[error("`{file}` is signed by {signed} keys of {threshold} that are needed")]
    Signatures {
        /// The file.
        file: String,
        /// How many have.
        signed: u32,
        /// How many must.
        threshold: u32,
    },
    /// It is older than what is already trusted.
    #[error("`{file}` is version {offered}, older than version {trusted}, which is known already")]
    Rollback {
        /// The file.
        file: String,
        /// What is offered.
        offered: u64,
        /// What is trusted.
        trusted: u64,
    },
    /// It is another version than the one that is listed.
    #[error("`{file}` is version {found}; version {expected} was expected")]
    Version {
        /// The file.
        file: String,
        /// What is listed, or comes next.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// Its time is over: it was kept too long, by the repository or by somebody between.
    #[error("`{file}` has expired at {expires}")]
    Expired {
        /// The file.
        file: String,
        /// When it did.
        expires: Expiry,
    },
    /// It is longer than it may be.
    #[error("`{file}` is longer than {at_most} bytes")]
    TooLong {
        /// The file.
        file: String,
        /// What is listed, or the limit for files of its kind.
        at_most: u64,
    },
    /// Its bytes are not those that are listed.
    #[error("`{file}` is not the file that is listed: its digest is {found}")]
    Content {
        /// The file.
        file: String,
        /// The digest of what came.
        found: Sha256,
    },
    /// It should be there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// An entry lacks a digest that is believed.
    #[error("`{0}` is listed without a SHA-256 digest")]
    NoDigest(String),
    /// A role lists a file that it does not answer for.
    #[error("role `{role}` must not say anything about `{path}`")]
    Outside {
        /// The role.
        role: String,
        /// The file.
        path: String,
    },
    /// The root has no entry for one of the four roles.
    #[error("the root says nothing about role `{0}`")]
    NoRole(&'static str),
    /// The root was changed more often than is followed in one update.
    #[error("there are more than {0} new roots")]
    TooManyRoots(u64),
    /// The files do not carry versions in their names.
    #[error("this repository has no consistent snapshots")]
    NotConsistent,
    /// There is no such channel.
    #[error("there is no channel with the role `{0}`")]
    NoChannel(String),
}

impl Refusal {
    /// A word for the kind, for counters and machines.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Form { .. } => "form",
            Self::Signatures { .. } => "signatures",
            Self::Rollback { .. } => "rollback",
            Self::Version { .. } => "version",
            Self::Expired { .. } => "expired",
            Self::TooLong { .. } => "too-long",
            Self::Content { .. } => "content",
            Self::Missing(_) => "missing",
            Self::NoDigest(_) => "no-digest",
            Self::Outside { .. } => "outside",
            Self::NoRole(_) => "no-role",
            Self::TooManyRoots(_) => "too-many-roots",
            Self::NotConsistent => "not-consistent",
            Self::NoChannel(_) => "no-channel",
        }
    }
}
