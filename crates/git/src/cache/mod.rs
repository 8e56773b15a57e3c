//! What was learned, kept outside the repository.
//!
//! Everything in the cache can be computed anew, so nothing about it can fail: a file that is absent, damaged, foreign
//! or of another format is as good as none, and what cannot be written is not kept.

mod bytes;
mod details;
mod file;
mod graph;
mod verdicts;

use camino::{Utf8Path, Utf8PathBuf};

use self::file::Kind;
pub(crate) use self::{
    details::DetailStore,
    graph::{Leads, StoredGraph},
};

/// All files together; beyond it the oldest go.
const LARGEST_CACHE_BYTES: u64 = 256 << 20;

/// A folder where readers remember graphs and commits.
///
/// Clones of one repository share what is kept, and processes may use one cache at a time.
/// *Invariants*: files appear whole or not at all; what is read was checked to the last byte; the folder stays below
/// 256 MB; nothing else in the folder is touched.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Utf8PathBuf,
}

impl Cache {
    /// Uses a folder, which is made when something is first kept.
    pub fn open(folder: &Utf8Path) -> Self {
        Self { folder: folder.join(format!("v{}", file::FORMAT)) }
    }

    /// The graph that was kept under a key.
    pub(crate) fn graph(&self, key: &str) -> Option<StoredGraph> {
        let content = file::read(&self.path_of(Kind::Graph, key), Kind::Graph, key)?;
        StoredGraph::decode(&content)
    }

    /// The graph that was last kept for a place.
    pub(crate) fn graph_of_place(&self, place: &str) -> Option<StoredGraph> {
        let content = file::read(&self.path_of(Kind::Place, place), Kind::Place, place)?;
        let key = String::from_utf8(content).ok()?;
        key.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| self.graph(&key))?
    }

    pub(crate) fn save_graph(&self, key: &str, place: &str, graph: &StoredGraph) {
        let kept = file::write(&self.path_of(Kind::Graph, key), Kind::Graph, key, &graph.encode());
        if kept.is_some() {
            _ = file::write(&self.path_of(Kind::Place, place), Kind::Place, place, key.as_bytes());
            self.trim(LARGEST_CACHE_BYTES);
        }
    }

    /// What was kept about the commits of a family of clones.
    pub(crate) fn details(&self, family: &str) -> DetailStore {
        DetailStore::open(self.clone(), family)
    }

    fn folder_of(&self, kind: Kind) -> Utf8PathBuf {
        self.folder.join(kind.folder())
    }

    fn path_of(&self, kind: Kind, key: &str) -> Utf8PathBuf {
        self.folder_of(kind).join(format!("{key}.{}", file::EXTENSION))
    }

    /// Removes the oldest files until the rest takes at most three quarters of a limit that is passed.
    fn trim(&self, limit: u64) {
        let mut files = Vec::new();
        for kind in Kind::ALL {
            files.extend(file::list(&self.folder_of(kind)));
        }
        let mut total: u64 = files.iter().map(|file| file.size_bytes).sum();
        if total <= limit {
            return;
        }
        files.sort_unstable_by(|left, right| {
            (left.modified, &left.path).cmp(&(right.modified, &right.path))
        });
        for file in files {
            if total <= limit / 4 * 3 {
                return;
            }
            if fs_err::remove_file(&file.path).is_ok() {
                total -= file.size_bytes;
            }
        }
    }
}

/// Reads a file's content as if its frame had been right, for fuzzing alone; whether it made sense.
#[doc(hidden)]
pub fn decodes(file: &[u8]) -> bool {
    let Some((kind, _, content)) = file::parts(file) else { return false };
    match kind {
        Kind::Graph => StoredGraph::decode(content).is_some_and(|graph| {
            assert_eq!(StoredGraph::decode(&graph.encode()).as_ref(), Some(&graph));
            graph.ids.len() >= graph.into_graph().len()
        }),
        Kind::Details => details::read_all(content).is_some_and(|count| count > 0),
        Kind::Place => str::from_utf8(content).is_ok(),
        Kind::Verdict => verdicts::decode(content).is_some(),
    }
}

/// A changed file with the length and checksum that fit its content, for fuzzing alone.
#[doc(hidden)]
pub fn sealed_again(file: &[u8]) -> Option<Vec<u8>> {
    file::sealed_again(file)
}

#[cfg(test)]
mod tests;
