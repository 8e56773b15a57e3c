//! What a log asks of a witness, and whether the witness may agree (C2SP tlog-witness, `add-checkpoint`).

use std::fmt;

use super::{
    note::{Checkpoint, NoteError, NoteKey, SignedNote},
    proof::{ProofError, verify_consistency},
    tree::Hash,
};
use crate::encoding::{from_canonical_base64, to_base64};

#[cfg(test)]
mod tests;

/// A proof between trees that can exist has no more hashes.
const MAX_PROOF: usize = 63;

/// A checkpoint, with the proof that it goes on from one that the witness knows; shown as the body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessRequest {
    /// The size of the tree that the witness knows, or nothing.
    pub old_size: u64,
    /// The proof that the checkpoint's tree begins with that.
    pub proof: Vec<Hash>,
    /// The checkpoint, signed by its log.
    pub checkpoint: SignedNote,
}

/// Why a witness does not agree. The comments name the status that its answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefusal {
    /// The log has not signed it, or it is no checkpoint of this log. 403.
    #[error("the log has not signed this checkpoint")]
    NotSigned(#[source] NoteError),
    /// The older tree is the larger one. 400.
    #[error("the checkpoint is older than the size that it should go on from")]
    Older,
    /// The witness knows another tree, of this size. 409, with the size as the body.
    #[error("the last checkpoint known has {0} leaves")]
    Conflict(u64),
    /// The tree does not go on from the known one. 422.
    #[error("the checkpoint does not go on from the last one known")]
    Inconsistent(#[source] ProofError),
}

impl WitnessRequest {
    /// Reads the body of a request.
    ///
    /// *Errors*: [`NoteError::Form`].
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(NoteError::Form)?;
        let mut lines = head.split('\n');
        let digits = lines.next().and_then(|line| line.strip_prefix("old "));
        let digits = digits.ok_or(NoteError::Form)?;
        let old_size: u64 = digits.parse().map_err(|_| NoteError::Form)?;
        let hash = |line| from_canonical_base64(line).and_then(|bytes| bytes.try_into().ok());
        let proof: Option<Vec<Hash>> = lines.take(MAX_PROOF + 1).map(hash).collect();
        let proof = proof.filter(|proof| proof.len() <= MAX_PROOF).ok_or(NoteError::Form)?;
        if old_size.to_string() != digits {
            return Err(NoteError::Form);
        }
        Ok(Self { old_size, proof, checkpoint: SignedNote::from_text(checkpoint)? })
    }

    /// Says whether a witness that knows this checkpoint of the log, or none, may cosign the new one, and gives it.
    ///
    /// The caller keeps it before it answers, and lets no two requests for one log in at a time.
    /// *Errors*: any of [`WitnessRefusal`].
    pub fn check(
        &self,
        log: &NoteKey,
        known: Option<&Checkpoint>,
    ) -> Result<Checkpoint, WitnessRefusal> {
        let text = self.checkpoint.verify(log).map_err(WitnessRefusal::NotSigned)?;
        let new = Checkpoint::from_text(text).map_err(WitnessRefusal::NotSigned)?;
        if new.origin != log.name() {
            return Err(WitnessRefusal::NotSigned(NoteError::Checkpoint));
        }
        if self.old_size > new.size {
            return Err(WitnessRefusal::Older);
        }
        let (old_size, old_root) =
            known.map_or((0, crate::encoding::sha256(&[])), |known| (known.size, known.root));
        if self.old_size != old_size {
            return Err(WitnessRefusal::Conflict(old_size));
        }
        let is_empty_as_it_must = new.size > 0 || new.root == crate::encoding::sha256(&[]);
        if !is_empty_as_it_must {
            return Err(WitnessRefusal::Inconsistent(ProofError::Root));
        }
        verify_consistency((old_size, &old_root), (new.size, &new.root), &self.proof)
            .map_err(WitnessRefusal::Inconsistent)?;
        Ok(new)
    }
}

impl fmt::Display for WitnessRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "old {}", self.old_size)?;
        for hash in &self.proof {
            writeln!(formatter, "{}", to_base64(hash))?;
        }
        write!(formatter, "\n{}", self.checkpoint)
    }
}
