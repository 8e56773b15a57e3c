//! By what a commit is known again where it was applied elsewhere.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use camino::Utf8Path;
use gix::ObjectId;
use trainyard_history::{CommitId, PatchIdentity};

use crate::{
    FileContent, GitError, Repository,
    objects::{Objects, object_id},
};

/// A commit that changes more files is compared by its author alone.
const MOST_FILES: usize = 200;

impl Repository {
    /// What each of `ids` is known by, in the order asked.
    ///
    /// A line counts as removed or added by its text alone, so that neither its place nor the lines around it matter.
    /// *Cost*: linear in the files that the commits change.
    /// *Errors*: `MissingObject` and `CorruptObject`; contents that a partial clone lacks are none.
    pub fn patch_identities(&self, ids: &[CommitId]) -> Result<Vec<PatchIdentity>, GitError> {
        ids.iter().map(|id| self.objects().patch_identity(*id)).collect()
    }
}

impl Objects {
    fn patch_identity(&self, id: CommitId) -> Result<PatchIdentity, GitError> {
        let (tree, parent, author, authored) = self.commit(object_id(id), |commit| {
            let author = String::from_utf8_lossy(commit.author).into_owned();
            (commit.tree, commit.parents.first().copied(), author, commit.authored)
        })?;
        let lines = match parent {
            Some(parent) => self.changed_lines(tree, self.root_tree(parent)?)?,
            None => None,
        };
        Ok(PatchIdentity { id, author, authored, lines })
    }

    /// The sum of all lines that differ between two trees; `None` where none does, or where files are too many or too
    /// large.
    fn changed_lines(&self, after: ObjectId, before: ObjectId) -> Result<Option<u64>, GitError> {
        let paths = self.changed_paths(after, &[before])?;
        if paths.len() > MOST_FILES {
            return Ok(None);
        }
        let mut sum = DefaultHasher::new();
        let mut differs = false;
        for path in &paths {
            let (Some(old), Some(new)) = (self.text(before, path)?, self.text(after, path)?) else {
                return Ok(None);
            };
            let lines = different_lines(&old, &new);
            differs |= !lines.is_empty();
            (path, lines).hash(&mut sum);
        }
        Ok(differs.then(|| sum.finish()))
    }

    /// What stands at a path of a tree, empty where nothing does; `None` for what is too large, no file, or left out of
    /// a partial clone.
    fn text(&self, tree: ObjectId, path: &Utf8Path) -> Result<Option<Vec<u8>>, GitError> {
        match self.file_in(tree, path) {
            Ok(FileContent::Bytes(bytes)) => Ok(Some(bytes)),
            Ok(FileContent::Absent) => Ok(Some(Vec::new())),
            Ok(FileContent::TooLarge { .. } | FileContent::NotAFile)
            | Err(GitError::MissingObject { kind: "blob", .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The lines that one text has more often than the other, sorted, with how much more often the new one has them.
fn different_lines<'a>(old: &'a [u8], new: &'a [u8]) -> Vec<(&'a [u8], i64)> {
    let mut counts: HashMap<&[u8], i64> = HashMap::new();
    for line in new.split(|byte| *byte == b'\n') {
        *counts.entry(line.trim_ascii_end()).or_default() += 1;
    }
    for line in old.split(|byte| *byte == b'\n') {
        *counts.entry(line.trim_ascii_end()).or_default() -= 1;
    }
    let mut lines: Vec<_> = counts.into_iter().filter(|(_, count)| *count != 0).collect();
    lines.retain(|(line, _)| !line.is_empty());
    lines.sort_unstable();
    lines
}
