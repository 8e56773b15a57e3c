//! Why something could not be done.

use trainyard_registry::{Refusal, UnreadableEntry};
use trainyard_store::{AppendError, StoreError};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The registry says no.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// The token counts no more.
    #[error("the token is unknown, revoked or over")]
    Unknown,
    /// What the asker saw is no longer so.
    #[error("it has changed since it was read")]
    Changed,
    /// The idempotency key came with another request before.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Others were faster, again and again.
    #[error("too many others write at the same time")]
    Busy,
    /// Nothing was kept, or it is not known.
    #[error(transparent)]
    Append(AppendError),
    /// The store does not answer, or not as it should.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEntry),
    /// The log goes on with what only a later version of this program knows.
    #[error("the log goes on with what only a later version of this program knows")]
    Behind,
    /// The database cannot be reached, which is known already.
    #[error("the database cannot be reached")]
    CutOff,
    /// There is no such moment or entry yet.
    #[error("the registry has not come so far")]
    Ahead,
    /// The first administrator's token cannot be made, or not be kept.
    #[error("cannot make the first administrator's token")]
    FirstToken(#[source] std::io::Error),
    /// A task ended in a fault of this program.
    #[error("a fault of the registry's own")]
    Broken,
}

impl DeskError {
    /// Whether an entry cannot be read since it is of a later version of this program, or was damaged.
    pub(crate) fn is_of_later_version(&self) -> bool {
        let Self::Unreadable(unreadable) = self else { return false };
        !matches!(unreadable, UnreadableEntry::Missing { .. })
    }
}

impl From<Refusal> for DeskError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
