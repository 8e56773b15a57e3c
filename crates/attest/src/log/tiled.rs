//! Reading a log from its files: proofs from a few tiles, and the check of all that there is.

use super::{
    entries::entry_bundles,
    note::Checkpoint,
    tile::{HEIGHT, Tile, WIDTH},
    tree::{Frontier, Hash, consistency_proof, inclusion_proof, leaf_hash, root},
};
use crate::encoding::sha256;

#[cfg(test)]
mod tests;

/// What is wrong with the files of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// A file is missing.
    #[error("`{0}` is missing")]
    Missing(String),
    /// The lengths in a bundle of entries do not come to its end.
    #[error("`{0}` is no bundle of so many entries")]
    Bundle(String),
    /// A tile has not the hashes that follow from the entries.
    #[error("`{0}` has other hashes than the entries")]
    Tile(String),
    /// The tree has another hash than the log says.
    #[error("the entries come to another root than the checkpoint's")]
    Root,
}

/// A tree that is read from tiles as it is asked, by a function from paths to files.
///
/// Nothing that it says is checked until it is held against the root of a checkpoint that somebody signed. *Cost*: a proof
/// reads each tile that it needs as often as it needs it, so the function had better remember.
pub struct TiledTree<F> {
    size: u64,
    file: F,
}

impl<F: Fn(&str) -> Option<Vec<u8>>> TiledTree<F> {
    /// The tree of so many leaves, whose files the function gives.
    pub fn new(size: u64, file: F) -> Self {
        Self { size, file }
    }

    /// The hash of the tree; `None` if tiles are missing or too short.
    pub fn root(&self) -> Option<Hash> {
        root(&|level, index| self.node(level, index), self.size)
    }

    /// Proves that a leaf is in the tree.
    pub fn inclusion_proof(&self, index: u64) -> Option<Vec<Hash>> {
        inclusion_proof(&|level, index| self.node(level, index), index, self.size)
    }

    /// Proves that the tree begins with that of `old` leaves.
    pub fn consistency_proof(&self, old: u64) -> Option<Vec<Hash>> {
        consistency_proof(&|level, index| self.node(level, index), old, self.size)
    }

    /// What goes on growing from this tree; `None` if tiles are missing or too short.
    pub fn frontier(&self) -> Option<Frontier> {
        Frontier::of(&|level, index| self.node(level, index), self.size)
    }

    /// Whether a tile has the hashes that the tile above it asks for.
    ///
    /// A tile that is not full has nothing above it: its hashes are right if [`TiledTree::root`] is.
    pub fn agrees(&self, tile: Tile) -> bool {
        let Some(bytes) = file_or_fuller(tile, &mut |path: &str| (self.file)(path)) else {
            return false;
        };
        if u64::from(tile.width) < WIDTH {
            return true;
        }
        let mut frontier = Frontier::default();
        for hash in bytes.as_chunks::<32>().0 {
            frontier.push(*hash);
        }
        frontier.root(None) == self.node((tile.level + 1).saturating_mul(HEIGHT), tile.index)
    }

    /// The hash of a complete subtree, from the tile that has it or the leaves of it.
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let tiles = level / HEIGHT;
        let inner = level % HEIGHT;
        let first = index.checked_shl(inner.into())?;
        let has = self.size.checked_shr(u32::from(tiles) * u32::from(HEIGHT))?;
        let tile = first / WIDTH;
        let width = has.checked_sub(tile.checked_mul(WIDTH)?)?.min(WIDTH);
        let tile = Tile { level: tiles, index: tile, width: u16::try_from(width).ok()? };
        let bytes = file_or_fuller(tile, &mut |path: &str| (self.file)(path))?;
        let (hashes, _) = bytes.as_chunks::<32>();
        let start = usize::try_from(first % WIDTH).ok()?;
        let mut frontier = Frontier::default();
        for hash in hashes.get(start..start + (1 << inner))? {
            frontier.push(*hash);
        }
        frontier.root(None)
    }
}

/// A tile's bytes, from its file or the beginning of the full one, which may have taken its place.
fn file_or_fuller(tile: Tile, file: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let length = usize::from(tile.width) * 32;
    if let Some(bytes) = file(&tile.to_string()) {
        return Some(bytes).filter(|bytes| bytes.len() == length);
    }
    let mut bytes = file(&Tile { width: 256, ..tile }.to_string()).filter(|_| tile.width < 256)?;
    if bytes.len() != 32 * 256 {
        return None;
    }
    bytes.truncate(length);
    Some(bytes)
}

/// Checks every file of a log against its checkpoint, and hands on every entry with its number, from the first.
///
/// The signature of the checkpoint is the caller's to check. What is handed on before an error is not to be believed.
/// *Errors*: any of [`LogError`], for the first file that is wrong. *Cost*: linear; a bundle is in memory at a time.
pub fn verify_log(
    checkpoint: &Checkpoint,
    mut file: impl FnMut(&str) -> Option<Vec<u8>>,
    mut entry: impl FnMut(u64, &[u8]),
) -> Result<(), LogError> {
    let mut levels = Levels { file: &mut file, pending: Vec::new() };
    for bundle in entry_bundles(checkpoint.size) {
        let path = bundle.to_string();
        let wrong = || LogError::Bundle(path.clone());
        let exact = (levels.file)(&path);
        let is_exact = exact.is_some();
        let bytes = exact.or_else(|| (levels.file)(&bundle.full().to_string()));
        let bytes = bytes.ok_or_else(|| LogError::Missing(path.clone()))?;
        let read = if is_exact { bundle.read_all(&bytes) } else { bundle.read(&bytes) };
        let numbers = bundle.entries().ok_or_else(wrong)?;
        for (number, bytes) in numbers.zip(read.ok_or_else(wrong)?) {
            entry(number, bytes);
            levels.push(leaf_hash(bytes))?;
        }
    }
    if levels.finish()? == checkpoint.root { Ok(()) } else { Err(LogError::Root) }
}

/// The last tile of every level, as it grows.
struct Levels<'a> {
    file: &'a mut dyn FnMut(&str) -> Option<Vec<u8>>,
    pending: Vec<Pending>,
}

#[derive(Default)]
struct Pending {
    index: u64,
    hashes: Vec<Hash>,
}

impl Levels<'_> {
    fn push(&mut self, leaf: Hash) -> Result<(), LogError> {
        let mut carried = Some(leaf);
        let mut level = 0;
        while let Some(hash) = carried {
            if self.pending.len() == level {
                self.pending.push(Pending::default());
            }
            let Some(pending) = self.pending.get_mut(level) else { break };
            pending.hashes.push(hash);
            carried = None;
            if pending.hashes.len() as u64 == WIDTH {
                compare(level, pending, self.file)?;
                carried = frontier(&pending.hashes).root(None);
                *pending = Pending { index: pending.index + 1, hashes: Vec::new() };
            }
            level += 1;
        }
        Ok(())
    }

    /// Compares the tiles that are not full, and gives the root.
    fn finish(self) -> Result<Hash, LogError> {
        let mut right = None;
        for (level, pending) in self.pending.iter().enumerate() {
            if !pending.hashes.is_empty() {
                compare(level, pending, self.file)?;
            }
            right = frontier(&pending.hashes).root(right);
        }
        Ok(right.unwrap_or_else(|| sha256(&[])))
    }
}

fn frontier(hashes: &[Hash]) -> Frontier {
    let mut frontier = Frontier::default();
    for hash in hashes {
        frontier.push(*hash);
    }
    frontier
}

fn compare(
    level: usize,
    pending: &Pending,
    file: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Result<(), LogError> {
    let tile = Tile {
        level: u8::try_from(level).unwrap_or(u8::MAX),
        index: pending.index,
        width: u16::try_from(pending.hashes.len()).unwrap_or(u16::MAX),
    };
    let path = tile.to_string();
    let mut has_file = false;
    let bytes = file_or_fuller(tile, &mut |path| file(path).inspect(|_| has_file = true));
    match bytes {
        Some(bytes) if bytes == pending.hashes.as_flattened() => Ok(()),
        None if !has_file => Err(LogError::Missing(path)),
        _ => Err(LogError::Tile(path)),
    }
}
