//! Which paths a commit changes.

use std::{cmp::Ordering, rc::Rc};

use camino::Utf8PathBuf;
use gix::ObjectId;

use crate::{GitError, objects::Objects, tree::Entry};

/// Deeper than git itself writes.
const DEEPEST: usize = 4096;

/// A folder that still has to be compared.
struct Open {
    prefix: String,
    depth: usize,
    result: Option<ObjectId>,
    parents: Vec<Option<ObjectId>>,
}

impl Objects {
    /// The paths of files that differ between a tree and every one of its parents', in the order of bytes.
    ///
    /// A file that moved counts at both places. Without parents every file counts.
    /// *Cost*: only folders that differ from every parent's are read.
    pub(crate) fn changed_paths(
        &self,
        result: ObjectId,
        parents: &[ObjectId],
    ) -> Result<Vec<Utf8PathBuf>, GitError> {
        let mut paths = Vec::new();
        if parents.contains(&result) {
            return Ok(paths);
        }
        let mut open = vec![Open {
            prefix: String::new(),
            depth: 0,
            result: Some(result),
            parents: parents.iter().copied().map(Some).collect(),
        }];
        while let Some(folder) = open.pop() {
            if folder.depth > DEEPEST {
                let id = folder.result.unwrap_or(result);
                return Err(self.corrupt("tree", id, "its folders are nested too deeply"));
            }
            self.compare(&folder, &mut open, &mut paths)?;
        }
        paths.sort_unstable_by(|left, right| left.as_str().cmp(right.as_str()));
        Ok(paths)
    }

    fn compare(
        &self,
        folder: &Open,
        open: &mut Vec<Open>,
        paths: &mut Vec<Utf8PathBuf>,
    ) -> Result<(), GitError> {
        let read = |id: &Option<ObjectId>| id.map_or_else(|| Ok(Rc::default()), |id| self.tree(id));
        let result_tree = read(&folder.result)?;
        let parent_trees = folder.parents.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut result = Side::new(&result_tree);
        let mut parents: Vec<_> = parent_trees.iter().map(|tree| Side::new(tree)).collect();
        loop {
            if let [parent] = parents.as_mut_slice() {
                result.skip_what_equals(parent);
            }
            let malformed = |id: Option<ObjectId>| {
                self.malformed_tree(id.unwrap_or(ObjectId::null(gix::hash::Kind::Sha1)))
            };
            result.fill().map_err(|_| malformed(folder.result))?;
            for (parent, id) in parents.iter_mut().zip(&folder.parents) {
                parent.fill().map_err(|_| malformed(*id))?;
            }
            let sides = std::iter::once(&result).chain(&parents);
            let Some(place) = sides.filter_map(|side| side.head).min_by(Entry::order) else {
                return Ok(());
            };
            let ours = result.take(&place);
            let theirs: Vec<_> = parents.iter_mut().map(|parent| parent.take(&place)).collect();
            let differs = |other: &Option<Entry<'_>>| match (&ours, other) {
                (Some(ours), Some(other)) => !ours.same_content(other),
                (None, None) => false,
                _ => true,
            };
            if !theirs.iter().all(differs) {
                continue;
            }
            let path = format!("{}{}", folder.prefix, String::from_utf8_lossy(place.name));
            if place.is_folder() {
                open.push(Open {
                    prefix: path + "/",
                    depth: folder.depth + 1,
                    result: ours.map(|entry| entry.object()),
                    parents: theirs.iter().map(|entry| entry.map(|entry| entry.object())).collect(),
                });
            } else {
                paths.push(path.into());
            }
        }
    }
}

/// One of the trees that are compared, read up to a place.
struct Side<'a> {
    head: Option<Entry<'a>>,
    rest: &'a [u8],
}

impl<'a> Side<'a> {
    fn new(tree: &'a [u8]) -> Self {
        Self { head: None, rest: tree }
    }

    fn fill(&mut self) -> Result<(), crate::tree::Malformed> {
        if self.head.is_none() {
            self.head = Entry::next(&mut self.rest)?;
        }
        Ok(())
    }

    fn take(&mut self, place: &Entry<'_>) -> Option<Entry<'a>> {
        self.head.take_if(|head| head.order(place) == Ordering::Equal)
    }

    /// Passes over entries that stand in both, byte for byte; most of a large folder does.
    fn skip_what_equals(&mut self, other: &mut Self) {
        if self.head.is_some() || other.head.is_some() {
            return;
        }
        let common = common_length(self.rest, other.rest);
        let mut passed = 0;
        while let Some((_, rest)) = Entry::split(&self.rest[passed..common]) {
            passed = common - rest.len();
        }
        self.rest = &self.rest[passed..];
        other.rest = &other.rest[passed..];
    }
}

fn common_length(left: &[u8], right: &[u8]) -> usize {
    const STEP: usize = 32;
    let chunks = left.chunks_exact(STEP).zip(right.chunks_exact(STEP));
    let start = chunks.take_while(|(left, right)| left == right).count() * STEP;
    let rest = left[start..].iter().zip(&right[start..]);
    start + rest.take_while(|(left, right)| left == right).count()
}
