//! Files as they stand in commits.

use std::collections::VecDeque;

use camino::{Utf8Path, Utf8PathBuf};
use gix::{ObjectId, objs::Kind};
use trainyard_history::{CommitId, Folder};

use crate::{
    GitError, Repository,
    objects::{Objects, object_id},
    tree::{Entry, Mode},
};

/// Files beyond this size are not read: 4 MB.
const LARGEST_FILE: u64 = 4 << 20;

/// More folders are not listed.
const MOST_FOLDERS: usize = 20_000;

/// What stands at a path of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// Nothing.
    Absent,
    /// A file with these bytes, as stored: without any conversion of line ends or filter.
    Bytes(Vec<u8>),
    /// A file larger than 4 MB, which was not read.
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// A folder, a symbolic link or a submodule.
    NotAFile,
}

impl FileContent {
    /// The bytes, if it is a file that was read.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Absent | Self::TooLarge { .. } | Self::NotAFile => None,
        }
    }
}

impl Repository {
    /// What stands at each path of each commit, in the order asked.
    ///
    /// *Errors*: `MissingObject` and `CorruptObject`; a partial clone lacks blobs.
    pub fn read_files(
        &self,
        wanted: &[(CommitId, Utf8PathBuf)],
    ) -> Result<Vec<FileContent>, GitError> {
        wanted.iter().map(|(commit, path)| self.objects().file(*commit, path)).collect()
    }

    /// The paths of files that differ between two commits, sorted; a file that moved counts at both places.
    ///
    /// *Cost*: only folders that differ are read. *Errors*: `MissingObject` and `CorruptObject`.
    pub fn paths_between(
        &self,
        one: CommitId,
        other: CommitId,
    ) -> Result<Vec<Utf8PathBuf>, GitError> {
        let objects = self.objects();
        let (one, other) =
            (objects.root_tree(object_id(one))?, objects.root_tree(object_id(other))?);
        objects.changed_paths(one, &[other])
    }

    /// The files that stand directly in a folder of a commit, sorted, with the folder's path before them.
    ///
    /// An empty folder name or `.` is the root; a folder that is not there has no files. Folders in it, links and
    /// submodules are left out.
    pub fn list(&self, commit: CommitId, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, GitError> {
        let objects = self.objects();
        let root = objects.root_tree(object_id(commit))?;
        let Some(Found { mode: Mode::Folder, id }) = objects.find(root, folder)? else {
            return Ok(Vec::new());
        };
        let tree = objects.tree(id)?;
        let mut rest = &tree[..];
        let mut files = Vec::new();
        while let Some(entry) = Entry::next(&mut rest).map_err(|_| objects.malformed_tree(id))? {
            if matches!(entry.mode, Mode::File | Mode::Executable) {
                let name = String::from_utf8_lossy(entry.name);
                let path: Utf8PathBuf = parts(folder).chain([&*name]).collect();
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// The folders of a commit's tree with the names of their files, the root first, then those nearest to it.
    ///
    /// *Cost*: linear in the folders at most `depth` below the root, of which the first 20,000 are read.
    /// *Errors*: `MissingObject` and `CorruptObject`.
    pub fn folders(&self, commit: CommitId, depth: usize) -> Result<Vec<Folder>, GitError> {
        let objects = self.objects();
        let root = objects.root_tree(object_id(commit))?;
        let mut open = VecDeque::from([(root, Utf8PathBuf::new(), 0)]);
        let mut folders = Vec::new();
        while let Some((id, path, level)) = open.pop_front() {
            if folders.len() == MOST_FOLDERS {
                break;
            }
            let tree = objects.tree(id)?;
            let mut rest = &tree[..];
            let mut files = Vec::new();
            while let Some(entry) =
                Entry::next(&mut rest).map_err(|_| objects.malformed_tree(id))?
            {
                let name = String::from_utf8_lossy(entry.name).into_owned();
                match entry.mode {
                    Mode::Folder if level < depth => {
                        open.push_back((entry.object(), path.join(name), level + 1));
                    }
                    Mode::File | Mode::Executable => files.push(name),
                    _ => {}
                }
            }
            files.sort_unstable();
            folders.push(Folder { path, files });
        }
        Ok(folders)
    }
}

struct Found {
    mode: Mode,
    id: ObjectId,
}

impl Objects {
    fn file(&self, commit: CommitId, path: &Utf8Path) -> Result<FileContent, GitError> {
        self.file_in(self.root_tree(object_id(commit))?, path)
    }

    /// What stands at a path of a tree.
    pub(crate) fn file_in(&self, root: ObjectId, path: &Utf8Path) -> Result<FileContent, GitError> {
        let Some(found) = self.find(root, path)? else { return Ok(FileContent::Absent) };
        if !matches!(found.mode, Mode::File | Mode::Executable) {
            return Ok(FileContent::NotAFile);
        }
        let (_, size_bytes) = self.header(found.id)?;
        if size_bytes > LARGEST_FILE {
            return Ok(FileContent::TooLarge { size_bytes });
        }
        self.with(found.id, Kind::Blob, |bytes| FileContent::Bytes(bytes.to_vec()))
    }

    /// Walks down from a tree to what stands at a path.
    fn find(&self, root: ObjectId, path: &Utf8Path) -> Result<Option<Found>, GitError> {
        let mut found = Found { mode: Mode::Folder, id: root };
        for part in parts(path) {
            if found.mode != Mode::Folder {
                return Ok(None);
            }
            let tree = self.tree(found.id)?;
            let mut rest = &tree[..];
            let next = loop {
                match Entry::next(&mut rest).map_err(|_| self.malformed_tree(found.id))? {
                    Some(entry) if entry.name == part.as_bytes() => break Some(entry),
                    Some(_) => {}
                    None => break None,
                }
            };
            let Some(entry) = next else { return Ok(None) };
            found = Found { mode: entry.mode, id: entry.object() };
        }
        Ok(Some(found))
    }
}

/// The names in a path, without `.` and empty ones.
fn parts(path: &Utf8Path) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|part| !part.is_empty() && *part != ".")
}
