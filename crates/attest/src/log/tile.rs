//! Tiles: 256 hashes of one level in a file that, once full, never changes (C2SP tlog-tiles).

use std::fmt;

use super::tree::{Hash, Tree};

/// How many hashes a full tile has, and how many entries a full bundle of them.
pub(super) const WIDTH: u64 = 256;
/// How many levels of the tree one level of tiles holds.
pub(super) const HEIGHT: u8 = 8;
/// The levels of tiles that numbers of 64 bits can need.
const MAX_LEVEL: u8 = 7;

/// Which hashes a tile holds; shown as its path, `tile/0/x001/x234/067` or with `.p/5` if it is not full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// The level of tiles; 0 holds leaves, 1 the subtrees of 256 leaves, and so on.
    pub level: u8,
    /// Its number from the left.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Reads a path as it is written; anything else, even another spelling of the same, is `None`.
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = level.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
        let Place { index, width } = Place::from_text(place)?;
        let tile = Self { level, index, width };
        // Whatever the reading above let through, such as `+5` or `05`, is not how a tile is written.
        (tile.to_string() == path).then_some(tile)
    }

    /// The tile's bytes; `None` if the tree has not all of its hashes.
    pub fn bytes(self, tree: &Tree) -> Option<Vec<u8>> {
        let start = self.index.checked_mul(WIDTH)?;
        let level = self.level.checked_mul(HEIGHT)?;
        let hash = |offset| tree.node(level, start.checked_add(u64::from(offset))?);
        let hashes: Option<Vec<Hash>> = (0..self.width).map(hash).collect();
        Some(hashes?.concat())
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/{}", self.level, Place { index: self.index, width: self.width })
    }
}

/// A number and a width, as the end of a path has them.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) index: u64,
    pub(super) width: u16,
}

impl Place {
    /// Reads it, and other spellings of it, which the caller must tell apart.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (groups, width) = match text.split_once(".p/") {
            Some((path, width)) => (path, width.parse().ok().filter(|width| *width < WIDTH)?),
            None => (text, WIDTH),
        };
        let mut index: u64 = 0;
        for group in groups.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { index, width })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = 1000_u64.pow(self.index.checked_ilog(1000).unwrap_or(0));
        while place > 1 {
            write!(formatter, "x{:03}/", self.index / place % 1000)?;
            place /= 1000;
        }
        write!(formatter, "{:03}", self.index % 1000)?;
        match u64::from(self.width) {
            WIDTH => Ok(()),
            width => write!(formatter, ".p/{width}"),
        }
    }
}

/// All tiles of a tree of so many leaves, level by level from the left.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    tiles_between(0, size)
}

/// The tiles that a tree of `new` leaves has, and that of `old` leaves had not, or not as full.
pub fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..=MAX_LEVEL).flat_map(move |level| {
        let hashes = |size: u64| size >> (u32::from(level) * u32::from(HEIGHT));
        places(hashes(old), hashes(new)).map(move |Place { index, width }| Tile {
            level,
            index,
            width,
        })
    })
}

/// The places that so many things have, and that fewer had not, or not as full.
pub(super) fn places(had: u64, has: u64) -> impl Iterator<Item = Place> {
    let indices = if had < has { had / WIDTH..has.div_ceil(WIDTH) } else { 0..0 };
    indices.map(move |index| {
        let width = (has - index * WIDTH).min(WIDTH);
        Place { index, width: u16::try_from(width).unwrap_or_default() }
    })
}
