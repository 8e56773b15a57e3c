//! Bundles of entries: what 256 leaves hold, in a file that, once full, never changes (C2SP tlog-tiles).

use std::fmt;

use super::tile::{Place, WIDTH, places};

/// The longest entry of a log, in bytes: its length is written in two of them. What is longer must stand elsewhere, with its
/// digest in the entry.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Which entries a bundle holds; shown as its path, `tile/entries/x001/x234/067` or with `.p/5` if it is not full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryBundle {
    /// Its number from the left.
    pub index: u64,
    /// How many entries it has, 1 to 256.
    pub width: u16,
}

impl EntryBundle {
    /// Reads a path as it is written; anything else, even another spelling of the same, is `None`.
    pub fn from_path(path: &str) -> Option<Self> {
        let Place { index, width } = Place::from_text(path.strip_prefix("tile/entries/")?)?;
        let bundle = Self { index, width };
        (bundle.to_string() == path).then_some(bundle)
    }

    /// The numbers of its entries in the log; `None` if no log has as many.
    pub fn entries(self) -> Option<std::ops::Range<u64>> {
        let first = self.index.checked_mul(WIDTH)?;
        Some(first..first.checked_add(self.width.into())?)
    }

    /// Writes the entries, each its length in two bytes and then itself; `None` if one is longer than [`MAX_ENTRY_BYTES`].
    pub fn write<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
            bytes.extend(entry);
        }
        Some(bytes)
    }

    /// Reads its entries off the bytes of its file, or of one that is fuller; `None` if they are not all there.
    pub fn read(self, bytes: &[u8]) -> Option<Vec<&[u8]>> {
        let mut entries = Vec::with_capacity(self.width.into());
        let mut rest = bytes;
        for _ in 0..self.width {
            let (length, after) = rest.split_first_chunk()?;
            let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
            entries.push(entry);
            rest = after;
        }
        Some(entries)
    }

    /// As [`EntryBundle::read`], and nothing may follow.
    pub(super) fn read_all(self, bytes: &[u8]) -> Option<Vec<&[u8]>> {
        let entries = self.read(bytes)?;
        let length: usize = entries.iter().map(|entry| entry.len() + 2).sum();
        (length == bytes.len()).then_some(entries)
    }

    /// The full bundle of the same number.
    pub(super) fn full(self) -> Self {
        Self { width: 256, ..self }
    }
}

impl fmt::Display for EntryBundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/entries/{}", Place { index: self.index, width: self.width })
    }
}

/// All bundles of a log of so many entries, from the left.
pub fn entry_bundles(size: u64) -> impl Iterator<Item = EntryBundle> {
    entry_bundles_between(0, size)
}

/// The bundles that a log of `new` entries has, and that of `old` entries had not, or not as full.
pub fn entry_bundles_between(old: u64, new: u64) -> impl Iterator<Item = EntryBundle> {
    places(old, new).map(|Place { index, width }| EntryBundle { index, width })
}
