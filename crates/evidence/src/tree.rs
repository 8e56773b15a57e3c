//! Two trees, as detectors see them.

use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use camino::{Utf8Path, Utf8PathBuf};

use crate::Folder;

/// Names a content: git's id of the blob. Equal ids are equal bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub [u8; 20]);

impl fmt::Display for ContentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link, which is never followed.
    Link,
    /// Another repository's commit.
    Submodule,
}

/// A path of a tree with what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Relative to the tree's root, with `/` between names.
    pub path: Utf8PathBuf,
    /// Its content.
    pub content: ContentId,
    /// What it is.
    pub kind: EntryKind,
}

/// A state of a repository: a commit's tree, or a folder.
pub trait Tree: Sync {
    /// The files that may matter to the detectors in use. May hold more.
    fn root(&self) -> &Folder;

    /// The bytes of a file.
    ///
    /// *Errors*: [`Unreadable::TooLarge`] beyond `largest_bytes`, without reading it; `Failed` where the store fails.
    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable>;
}

/// Why a file says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Larger than the detector takes.
    #[error("it has {size_bytes} bytes, more than the {largest_bytes} that are read")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// What the detector takes.
        largest_bytes: u64,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8: byte {offset} is part of no character")]
    NotUtf8 {
        /// Where, from 0.
        offset: usize,
    },
    /// Git LFS keeps the content elsewhere.
    #[error("it is a Git LFS pointer; the content is not in the repository")]
    LfsPointer,
    /// A symbolic link.
    #[error("it is a symbolic link, which is not followed")]
    Link,
    /// A submodule where a file is expected.
    #[error("it is a submodule")]
    Submodule,
    /// The store could not give it.
    #[error("{0}")]
    Failed(String),
    /// The text is not of its format.
    #[error("{message}")]
    Malformed {
        /// What is wrong, lower case, no full stop.
        message: String,
        /// 1-based, where known.
        line: Option<u32>,
    },
}

/// What was learned, by kind and content.
type Known = HashMap<(&'static str, ContentId), Arc<dyn Any + Send + Sync>>;

/// One generation of what was learned may weigh this much, in bytes of the texts it was learned from.
const GENERATION_BYTES: usize = 4 << 20;

/// Texts beyond this size leave trees behind that are many times as large; what is learned of smaller ones is small.
const LARGE_TEXT_BYTES: usize = 64 << 10;

/// What something weighs that was learned from no single text.
const USUAL_BYTES: usize = 256;

/// What was learned from single contents in this run, shared between comparisons.
///
/// Two generations are kept: a full one pushes out the one before, so hundreds of comparisons need no more memory than
/// a few.
/// *Invariants*: a value depends on the content alone, so who computes it first does not matter.
#[derive(Default)]
pub struct Memo {
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: Known,
    old: Known,
    young_bytes: usize,
}

impl Generations {
    fn get(&mut self, key: (&'static str, ContentId)) -> Option<Arc<dyn Any + Send + Sync>> {
        if let Some(value) = self.young.get(&key) {
            return Some(Arc::clone(value));
        }
        let value = self.old.remove(&key)?;
        self.put(key, Arc::clone(&value), USUAL_BYTES);
        Some(value)
    }

    fn put(
        &mut self,
        key: (&'static str, ContentId),
        value: Arc<dyn Any + Send + Sync>,
        bytes: usize,
    ) {
        self.young.insert(key, value);
        self.young_bytes += if bytes > LARGE_TEXT_BYTES { bytes } else { bytes / 16 };
        if self.young_bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Memo").finish_non_exhaustive()
    }
}

impl Memo {
    /// What `learn` says of a content, learned once per `kind` while it is remembered (threads that ask at the same
    /// time aside).
    ///
    /// One `kind` must always go with one type; for another type the value is learned anew each time.
    pub fn of<T: Send + Sync + 'static>(
        &self,
        kind: &'static str,
        content: ContentId,
        learn: impl FnOnce() -> T,
    ) -> Arc<T> {
        self.weighed(kind, content, || (learn(), USUAL_BYTES))
    }

    /// As [`Memo::of`], with the size of the text that it was learned from.
    pub(crate) fn weighed<T: Send + Sync + 'static>(
        &self,
        kind: &'static str,
        content: ContentId,
        learn: impl FnOnce() -> (T, usize),
    ) -> Arc<T> {
        let key = (kind, content);
        let known = self.lock().get(key);
        if let Some(value) = known.and_then(|value| value.downcast::<T>().ok()) {
            return value;
        }
        let (value, bytes) = learn();
        let value = Arc::new(value);
        let shared: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(&value);
        self.lock().put(key, shared, bytes);
        value
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One tree of a comparison, narrowed to what one detector wants.
#[derive(Clone)]
pub struct Side<'a> {
    tree: &'a dyn Tree,
    entries: Vec<&'a FileEntry>,
}

impl fmt::Debug for Side<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Side").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl<'a> Side<'a> {
    /// The entries of a tree that pass.
    pub fn new(tree: &'a dyn Tree, passes: impl Fn(&Utf8Path) -> bool) -> Self {
        let entries = tree.root().files().filter(|entry| passes(&entry.path)).collect();
        Self { tree, entries }
    }

    /// These entries of a tree, sorted by the bytes of their paths.
    pub(crate) fn of_entries(tree: &'a dyn Tree, entries: Vec<&'a FileEntry>) -> Self {
        Self { tree, entries }
    }

    /// The entries, sorted by the bytes of their paths.
    pub fn entries(&self) -> &[&'a FileEntry] {
        &self.entries
    }

    /// The entry at a path. *Cost*: logarithmic.
    pub fn entry(&self, path: &Utf8Path) -> Option<&'a FileEntry> {
        let place =
            self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path.as_str())).ok()?;
        self.entries.get(place).copied()
    }

    /// The text of a file.
    ///
    /// A byte order mark is taken off.
    /// *Errors*: why it says nothing; links and submodules are never followed.
    pub fn text(&self, entry: &FileEntry, largest_bytes: u64) -> Result<String, Unreadable> {
        match entry.kind {
            EntryKind::File => {}
            EntryKind::Link => return Err(Unreadable::Link),
            EntryKind::Submodule => return Err(Unreadable::Submodule),
        }
        let bytes = self.tree.read(entry, largest_bytes)?;
        if bytes.starts_with(b"version https://git-lfs.github.com/spec/") && bytes.len() < 1024 {
            return Err(Unreadable::LfsPointer);
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| Unreadable::NotUtf8 { offset: error.utf8_error().valid_up_to() })?;
        match text.strip_prefix('\u{feff}') {
            Some(rest) => Ok(rest.to_owned()),
            None => Ok(text),
        }
    }
}

/// A tree that is held in memory; for tests, extracted texts and other sources than git.
#[derive(Debug)]
pub struct MemoryTree {
    root: Folder,
    contents: HashMap<ContentId, Vec<u8>>,
}

impl MemoryTree {
    /// A tree of these files; of two at one path the last one counts.
    pub fn new<P: Into<Utf8PathBuf>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
    ) -> Self {
        let by_path: std::collections::BTreeMap<String, Vec<u8>> = files
            .into_iter()
            .map(|(path, bytes)| (path.into().into_string(), bytes.into()))
            .collect();
        let mut entries = Vec::new();
        let mut contents = HashMap::new();
        for (path, bytes) in by_path {
            let content = ContentId(fingerprint(&bytes));
            entries.push(FileEntry { path: path.into(), content, kind: EntryKind::File });
            contents.insert(content, bytes);
        }
        Self { root: Folder::of_files("", entries), contents }
    }
}

impl Default for MemoryTree {
    fn default() -> Self {
        Self::new(std::iter::empty::<(String, Vec<u8>)>())
    }
}

impl Tree for MemoryTree {
    fn root(&self) -> &Folder {
        &self.root
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        let bytes = self.contents.get(&entry.content);
        let bytes = bytes.ok_or_else(|| Unreadable::Failed("it is not in the tree".to_owned()))?;
        let size_bytes = bytes.len() as u64;
        if size_bytes > largest_bytes {
            return Err(Unreadable::TooLarge { size_bytes, largest_bytes });
        }
        Ok(bytes.clone())
    }
}

/// Names bytes that come from no git repository.
fn fingerprint(bytes: &[u8]) -> [u8; 20] {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(bytes);
    let mut id = [0; 20];
    id.copy_from_slice(&digest[..20]);
    id
}
