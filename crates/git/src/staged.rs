//! What is staged for the next commit.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gix::index::entry::{Flags, Mode, Stage};
use trainyard_evidence::{ContentId, EntryKind, FileEntry, Folder};

use crate::{
    CommitTree, GitError, Repository,
    comparable::{Trees, Wanted},
};

impl Repository {
    /// The wanted files that the next commit would have.
    ///
    /// `index` is the file that `GIT_INDEX_FILE` names, which git sets for hooks; without it, the repository's own. A
    /// missing index has no files. Paths in conflict, and those that are only intended to be added, are left out.
    ///
    /// *Errors*: `Open` where the index cannot be read; of a sparse one, what is wrong with its folders.
    /// *Cost*: linear in the index.
    pub fn staged(
        &self,
        index: Option<&Utf8Path>,
        wanted: Wanted<'_>,
    ) -> Result<CommitTree, GitError> {
        let path = match index {
            Some(path) => path.as_std_path().to_owned(),
            None => self.inner().index_path(),
        };
        let file = gix::index::File::at_or_default(
            path,
            gix::hash::Kind::Sha1,
            true,
            gix::index::decode::Options::default(),
        )
        .map_err(|error| GitError::Open { path: self.root().to_owned(), source: error.into() })?;
        let trees = self.trees(wanted);
        let mut files = Vec::new();
        for entry in file.entries() {
            let passed_over =
                entry.stage() != Stage::Unconflicted || entry.flags.contains(Flags::INTENT_TO_ADD);
            if passed_over {
                continue;
            }
            let path = String::from_utf8_lossy(entry.path(&file)).into_owned();
            let kind = match entry.mode {
                Mode::DIR => {
                    files.extend(trees.folder_of_index(entry.id, path)?.files().cloned());
                    continue;
                }
                Mode::SYMLINK => EntryKind::Link,
                Mode::COMMIT => EntryKind::Submodule,
                _ => EntryKind::File,
            };
            let path = Utf8PathBuf::from(path);
            if wanted(&path) {
                let content = ContentId(crate::objects::commit_id(&entry.id).0);
                files.push(FileEntry { path, content, kind });
            }
        }
        files.sort_unstable_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
        Ok(CommitTree::new(files, &trees))
    }
}

impl Trees<'_> {
    /// What a sparse index keeps as one folder; `prefix` ends with a slash.
    fn folder_of_index(&self, id: gix::ObjectId, prefix: String) -> Result<Arc<Folder>, GitError> {
        let prefix = if prefix.ends_with('/') { prefix } else { prefix + "/" };
        self.folder(id, prefix, 0)
    }
}
