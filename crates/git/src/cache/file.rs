//! Files of the cache: a frame that tells whether they are ours, whole and of this format.

use std::{
    io::{self, Read as _, Write as _},
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use camino::{Utf8Path, Utf8PathBuf};

use super::bytes::{Reader, Writer};

/// Counts up whenever the meaning of any byte changes.
pub(super) const FORMAT: u32 = 1;

pub(super) const EXTENSION: &str = "cache";

const MAGIC: &[u8; 8] = b"\x89TYCACHE";

const CHECKSUM_BYTES: usize = 8;

/// Larger files are not ours.
const LARGEST_FILE_BYTES: u64 = 128 << 20;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Graph,
    Place,
    Details,
    Verdict,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Graph, Self::Place, Self::Details, Self::Verdict];

    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Graph => "graphs",
            Self::Place => "places",
            Self::Details => "details",
            Self::Verdict => "verdicts",
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Graph => 1,
            Self::Place => 2,
            Self::Details => 3,
            Self::Verdict => 4,
        }
    }
}

/// Reads what a file holds; `None` unless it is whole, ours, and kept under this key.
pub(super) fn read(path: &Utf8Path, kind: Kind, key: &str) -> Option<Vec<u8>> {
    let mut file = fs_err::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let size = metadata.len();
    if !metadata.is_file() || size > LARGEST_FILE_BYTES {
        return None;
    }
    let mut content = Vec::with_capacity(usize::try_from(size).ok()?);
    io::Read::by_ref(&mut file).take(LARGEST_FILE_BYTES).read_to_end(&mut content).ok()?;
    let header_length = unframe(&content, kind, key)?;
    content.truncate(content.len() - CHECKSUM_BYTES);
    content.drain(..header_length);
    Some(content)
}

/// Keeps something under a key: the file appears whole or not at all.
pub(super) fn write(path: &Utf8Path, kind: Kind, key: &str, content: &[u8]) -> Option<()> {
    if content.len() as u64 > LARGEST_FILE_BYTES / 2 {
        return None;
    }
    let folder = path.parent()?;
    fs_err::create_dir_all(folder).ok()?;
    let (temporary, mut file) = temporary_file(folder).ok()?;
    let framed = frame(kind, key, content);
    let written = file.write_all(&framed).and_then(|()| file.flush());
    drop(file);
    let kept = written.and_then(|()| fs_err::rename(&temporary, path));
    if kept.is_err() {
        _ = fs_err::remove_file(&temporary);
    }
    kept.ok()
}

/// One file of the cache, seen from outside.
pub(super) struct Listed {
    pub(super) path: Utf8PathBuf,
    pub(super) size_bytes: u64,
    pub(super) modified: SystemTime,
}

/// Every file that the cache may have made in a folder.
pub(super) fn list(folder: &Utf8Path) -> Vec<Listed> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let listed = entries.flatten().filter_map(|entry| {
        let path = Utf8PathBuf::from_path_buf(entry.path()).ok()?;
        let metadata = entry.metadata().ok()?;
        let ours = metadata.is_file() && path.extension() == Some(EXTENSION);
        ours.then_some(Listed {
            path,
            size_bytes: metadata.len(),
            modified: metadata.modified().ok()?,
        })
    });
    listed.collect()
}

fn temporary_file(folder: &Utf8Path) -> io::Result<(Utf8PathBuf, fs_err::File)> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let process = std::process::id();
    for _ in 0..64 {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".{process}-{number}.{EXTENSION}"));
        match fs_err::OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn frame(kind: Kind, key: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = Writer(Vec::with_capacity(content.len() + key.len() + 32));
    writer.raw(MAGIC);
    writer.number(u64::from(FORMAT));
    writer.byte(kind.code());
    writer.text(key.as_bytes());
    writer.count(content.len());
    writer.raw(content);
    let sum = checksum(&writer.0);
    writer.raw(&sum.to_le_bytes());
    writer.0
}

/// Splits a file that [`frame`] made into kind, key and content, whatever its length and checksum say.
pub(super) fn parts(file: &[u8]) -> Option<(Kind, &str, &[u8])> {
    let (framed, _) = file.split_last_chunk::<CHECKSUM_BYTES>()?;
    let mut reader = Reader(framed);
    let is_ours = reader.array() == Some(*MAGIC) && reader.number() == Some(u64::from(FORMAT));
    let code = reader.byte().filter(|_| is_ours)?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.code() == code)?;
    let key = str::from_utf8(reader.text()?).ok()?;
    reader.number()?;
    Some((kind, key, reader.0))
}

/// A file with length and checksum as they should be for what it holds; `None` where its header is no more one.
pub(super) fn sealed_again(file: &[u8]) -> Option<Vec<u8>> {
    parts(file).map(|(kind, key, content)| frame(kind, key, content))
}

/// Checks a file; the length of its header if all is well.
fn unframe(file: &[u8], kind: Kind, key: &str) -> Option<usize> {
    let (framed, sum) = file.split_last_chunk::<CHECKSUM_BYTES>()?;
    let mut reader = Reader(framed);
    let ours = reader.array() == Some(*MAGIC)
        && reader.number() == Some(u64::from(FORMAT))
        && reader.byte() == Some(kind.code())
        && reader.text() == Some(key.as_bytes())
        && reader.number() == Some(reader.0.len() as u64)
        && u64::from_le_bytes(*sum) == checksum(framed);
    ours.then(|| framed.len() - reader.0.len())
}

/// Every step can be undone, so a change within any eight bytes changes the sum.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(ODD);
    let (words, rest) = bytes.as_chunks::<8>();
    let sum =
        words.iter().fold(bytes.len() as u64, |sum, word| step(sum, u64::from_le_bytes(*word)));
    let sum = rest.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)));
    sum ^ sum >> 32
}
