//! Checks of proofs, by those who have a checkpoint and nothing else.

use super::tree::{Hash, node_hash};

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No tree has such a leaf, or the older tree is the larger one.
    #[error("no proof can exist for these numbers")]
    Numbers,
    /// It has too many hashes or too few.
    #[error("the proof has not the length that these numbers need")]
    Length,
    /// Hashing comes to another root.
    #[error("the proof comes to another root")]
    Root,
}

/// Checks that the tree of so many leaves with this root has this leaf at this place (RFC 9162, section 2.1.3.2).
///
/// *Errors*: any of [`ProofError`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Numbers);
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for other in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place % 2 == 1 || place == last {
            hash = node_hash(other, &hash);
            skip_lone(&mut place, &mut last);
        } else {
            hash = node_hash(&hash, other);
        }
        (place, last) = (place / 2, last / 2);
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// Checks that the newer tree begins with the older one (RFC 9162, section 2.1.4.2).
///
/// A tree without leaves begins every tree, and proves nothing about it.
/// *Errors*: any of [`ProofError`].
pub fn verify_consistency(
    old: (u64, &Hash),
    new: (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::Numbers);
    }
    if old_size == 0 || old_size == new_size {
        let is_right = old_size == 0 || old_root == new_root;
        let is_right = is_right && (old_size != 0 || *old_root == crate::encoding::sha256(&[]));
        return match (proof, is_right) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        };
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place % 2 == 1 {
        (place, last) = (place / 2, last / 2);
    }
    // An old tree that is one complete subtree is where the proof begins.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for other in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place % 2 == 1 || place == last {
            old_hash = node_hash(other, &old_hash);
            new_hash = node_hash(other, &new_hash);
            skip_lone(&mut place, &mut last);
        } else {
            new_hash = node_hash(&new_hash, other);
        }
        (place, last) = (place / 2, last / 2);
    }
    match (last, old_hash == *old_root && new_hash == *new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// Goes up past the levels at which the last node of an uneven tree has nobody beside it.
fn skip_lone(place: &mut u64, last: &mut u64) {
    while place.is_multiple_of(2) && *place != 0 {
        (*place, *last) = (*place / 2, *last / 2);
    }
}
