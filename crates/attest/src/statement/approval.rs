//! Whether somebody agrees with a proposal, such as another rule or a forced move: a predicate of our own.

use serde::{Deserialize, Serialize};

use super::{
    StatementError,
    resource::{WrittenSubject, line, only_subject, prose},
};

/// The predicate's type.
pub(super) const TYPE: &str = "urn:trainyard:attestation:approval:v1";

/// Whether somebody agrees with a proposal.
///
/// The digest is that of the whole proposal, in which what it would change and what was before must stand: then an approval
/// fits nothing else, and not the same change at another time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// What people call the proposal; nothing is found by it. May be empty.
    pub name: String,
    /// The digest of the proposal, as `sha256:…`.
    pub digest: String,
    /// What kind of thing is proposed, such as `rule` or `forced-move`.
    pub proposal: String,
    /// Whether they agree.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// Yes.
    Approved,
    /// No.
    Rejected,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    proposal: String,
    decision: Decision,
    reason: String,
}

impl Approval {
    pub(super) fn read(
        subjects: &[WrittenSubject],
        written: Written,
    ) -> Result<Self, StatementError> {
        let (name, digest) = only_subject(subjects)?;
        line("proposal", &written.proposal)?;
        prose("reason", &written.reason)?;
        let Written { proposal, decision, reason } = written;
        Ok(Self { name, digest, proposal, decision, reason })
    }

    pub(super) fn written(&self) -> (WrittenSubject, Written) {
        let predicate = Written {
            proposal: self.proposal.clone(),
            decision: self.decision,
            reason: self.reason.clone(),
        };
        (WrittenSubject::new(&self.name, &self.digest), predicate)
    }
}
