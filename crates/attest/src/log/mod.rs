//! A log that cannot be rewritten unseen: RFC 6962's Merkle tree, in the tiles and signed notes of C2SP.

mod entries;
mod note;
mod proof;
mod tile;
mod tiled;
mod tree;
mod witness;

#[cfg(test)]
mod tests;

pub use self::{
    entries::{EntryBundle, MAX_ENTRY_BYTES, entry_bundles, entry_bundles_between},
    note::{Checkpoint, NoteError, NoteKey, SignedNote},
    proof::{ProofError, verify_consistency, verify_inclusion},
    tile::{Tile, tiles, tiles_between},
    tiled::{LogError, TiledTree, verify_log},
    tree::{Frontier, Hash, Tree, leaf_hash, node_hash},
    witness::{WitnessRefusal, WitnessRequest},
};
