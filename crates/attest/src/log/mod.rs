//! A log that cannot be rewritten unseen: RFC 6962's Merkle tree, in the tiles and signed notes of C2SP.

mod note;
mod proof;
mod tile;
mod tree;

#[cfg(test)]
mod tests;

pub use self::{
    note::{Checkpoint, NoteError, NoteKey, SignedNote},
    proof::{ProofError, verify_consistency, verify_inclusion},
    tile::{Tile, tiles, tiles_between},
    tree::{Hash, Tree, leaf_hash, node_hash},
};
