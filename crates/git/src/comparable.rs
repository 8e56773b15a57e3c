//! Trees as detectors read them: of commits, and of folders.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::Read as _,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use camino::{Utf8Path, Utf8PathBuf};
use gix::{
    ObjectId,
    objs::{Find as _, FindHeader as _, Kind},
};
use trainyard_evidence::{ContentId, EntryKind, FileEntry, Tree, Unreadable};
use trainyard_history::CommitId;

use crate::{
    GitError, Repository,
    objects::object_id,
    tree::{Entry, Mode},
};

/// Deeper than a path can be on disk.
const DEEPEST: usize = 2048;

/// Folders with more wanted files than this are not remembered as a whole.
const MOST_REMEMBERED: usize = 512;

/// Whether a path may matter to anybody.
pub type Wanted<'a> = &'a dyn Fn(&Utf8Path) -> bool;

/// Lists trees of commits, and remembers the folders that they share.
///
/// *Cost*: a folder that was seen at the same place before is not read again, so listing the trees of many releases
/// costs little more than what differs between them.
pub struct Trees<'a> {
    repository: &'a Repository,
    wanted: Wanted<'a>,
    blobs: Arc<Blobs>,
    known: RefCell<HashMap<(ObjectId, String), Listed>>,
}

type Listed = Rc<[FileEntry]>;

impl std::fmt::Debug for Trees<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Trees").finish_non_exhaustive()
    }
}

/// The tree of a commit, narrowed to what may matter.
#[derive(Clone)]
pub struct CommitTree {
    entries: Arc<[FileEntry]>,
    blobs: Arc<Blobs>,
}

impl std::fmt::Debug for CommitTree {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CommitTree").finish_non_exhaustive()
    }
}

/// Contents by name, for any thread.
struct Blobs(Mutex<gix::OdbHandle>);

impl Repository {
    /// Lists trees of this repository's commits; only paths that `wanted` passes.
    pub fn trees<'a>(&'a self, wanted: Wanted<'a>) -> Trees<'a> {
        Trees {
            repository: self,
            wanted,
            blobs: Arc::new(Blobs(Mutex::new(self.objects().blob_handle()))),
            known: RefCell::default(),
        }
    }
}

impl Trees<'_> {
    /// The tree of a commit.
    ///
    /// *Errors*: `MissingObject` and `CorruptObject` of commits and folders; contents are read later.
    pub fn of(&self, commit: CommitId) -> Result<CommitTree, GitError> {
        let objects = self.repository.objects();
        let root = objects.root_tree(object_id(commit))?;
        let entries = self.folder(root, String::new(), 0)?;
        Ok(CommitTree {
            entries: entries.iter().cloned().collect(),
            blobs: Arc::clone(&self.blobs),
        })
    }

    /// Nothing at all: what stands before the first release.
    pub fn empty(&self) -> CommitTree {
        CommitTree { entries: Arc::default(), blobs: Arc::clone(&self.blobs) }
    }

    /// The wanted files under a folder, sorted by the bytes of their paths; `prefix` ends with `/` or is empty.
    fn folder(&self, id: ObjectId, prefix: String, depth: usize) -> Result<Listed, GitError> {
        let key = (id, prefix);
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let objects = self.repository.objects();
        if depth > DEEPEST {
            return Err(objects.corrupt("tree", id, "its folders are nested too deeply"));
        }
        let tree = objects.tree(id)?;
        let mut rest = &tree[..];
        let mut files = Vec::new();
        while let Some(entry) = Entry::next(&mut rest).map_err(|_| objects.malformed_tree(id))? {
            let path = format!("{}{}", key.1, String::from_utf8_lossy(entry.name));
            let kind = match entry.mode {
                Mode::Folder => {
                    let below = self.folder(entry.object(), path + "/", depth + 1)?;
                    files.extend(below.iter().cloned());
                    continue;
                }
                Mode::File | Mode::Executable => EntryKind::File,
                Mode::Link => EntryKind::Link,
                Mode::Submodule => EntryKind::Submodule,
            };
            let path = Utf8PathBuf::from(path);
            if (self.wanted)(&path) {
                let content = ContentId(crate::objects::commit_id(&entry.object()).0);
                files.push(FileEntry { path, content, kind });
            }
        }
        // Git sorts folders as if they ended in a slash; what is not UTF-8 may have changed its place.
        files.sort_unstable_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
        let files: Listed = files.into();
        // Large folders are put together from small ones; remembering each state of them would hold everything often.
        if files.len() <= MOST_REMEMBERED {
            self.known.borrow_mut().insert(key, Rc::clone(&files));
        }
        Ok(files)
    }
}

impl Tree for CommitTree {
    fn entries(&self) -> &[FileEntry] {
        &self.entries
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        self.blobs.read(ObjectId::Sha1(entry.content.0), largest_bytes)
    }
}

impl Blobs {
    fn read(&self, id: ObjectId, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        let failed = |cause: String| Unreadable::Failed(format!("blob {id}: {cause}"));
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let header = handle.try_header(&id).map_err(|error| failed(error.to_string()))?;
        let missing = || failed("it is missing; a partial clone lacks it".to_owned());
        let size_bytes = header.ok_or_else(missing)?.size;
        if size_bytes > largest_bytes {
            return Err(Unreadable::TooLarge { size_bytes, largest_bytes });
        }
        let mut buffer = Vec::new();
        match handle.try_find(&id, &mut buffer) {
            Ok(Some(data)) if data.kind == Kind::Blob => Ok(data.data.to_vec()),
            Ok(Some(_)) => Err(failed("it is no file's content".to_owned())),
            Ok(None) => Err(missing()),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

/// A folder on disk, compared as if it were a commit's tree. Links are not followed; `.git` is left out.
#[derive(Clone, Debug)]
pub struct FolderTree {
    root: Utf8PathBuf,
    entries: Vec<FileEntry>,
}

impl FolderTree {
    /// Lists a folder and names the contents of the wanted files.
    ///
    /// *Errors*: what the file system says. Names that are not UTF-8 are left out.
    /// *Cost*: reads every wanted file once, of large ones the size and the time of change alone.
    pub fn open(root: &Utf8Path, wanted: Wanted<'_>) -> std::io::Result<Self> {
        let mut entries = Vec::new();
        let mut open = vec![(root.to_owned(), Utf8PathBuf::new())];
        while let Some((folder, below)) = open.pop() {
            for entry in folder.read_dir_utf8()? {
                let Ok(entry) = entry else { continue };
                if entry.file_name() == ".git" {
                    continue;
                }
                let path = below.join(entry.file_name());
                let metadata = entry.path().symlink_metadata()?;
                if metadata.is_dir() {
                    open.push((entry.path().to_owned(), path));
                } else if wanted(&path) {
                    let kind = if metadata.is_file() { EntryKind::File } else { EntryKind::Link };
                    let content = content_of(entry.path(), &metadata)?;
                    entries.push(FileEntry { path, content, kind });
                }
            }
        }
        entries.sort_unstable_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
        Ok(Self { root: root.to_owned(), entries })
    }
}

/// Files beyond this size are told apart by size and time of change: 64 MB.
const LARGEST_NAMED: u64 = 64 << 20;

fn content_of(path: &Utf8Path, metadata: &std::fs::Metadata) -> std::io::Result<ContentId> {
    let bytes = match metadata.is_file() {
        true if metadata.len() <= LARGEST_NAMED => fs_err::read(path)?,
        true => format!("{path} {} {:?}", metadata.len(), metadata.modified()).into_bytes(),
        false => path.as_str().as_bytes().to_vec(),
    };
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, Kind::Blob, &bytes)
        .map_err(std::io::Error::other)?;
    Ok(ContentId(crate::objects::commit_id(&id).0))
}

impl Tree for FolderTree {
    fn entries(&self) -> &[FileEntry] {
        &self.entries
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        let failed = |error: std::io::Error| Unreadable::Failed(error.to_string());
        let path = self.root.join(&entry.path);
        let file = fs_err::File::open(&path).map_err(failed)?;
        let size_bytes = file.metadata().map_err(failed)?.len();
        if size_bytes > largest_bytes {
            return Err(Unreadable::TooLarge { size_bytes, largest_bytes });
        }
        let mut bytes = Vec::new();
        file.take(largest_bytes).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }
}
