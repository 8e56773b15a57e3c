//! Trees as detectors read them: of commits, and of folders.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::HashMap,
    io::Read as _,
    sync::{Arc, Mutex, PoisonError},
};

use camino::{Utf8Path, Utf8PathBuf};
use gix::{
    ObjectId,
    objs::{Find as _, FindHeader as _, Kind},
};
use trainyard_evidence::{ContentId, EntryKind, FileEntry, Folder, Node, Tree, Unreadable};
use trainyard_history::CommitId;

use crate::{
    GitError, Repository,
    objects::object_id,
    tree::{Entry, Mode},
};

/// One generation of known folders may hold so many files and folders: some 30 MB.
const GENERATION_NODES: usize = 1 << 18;

/// Whether a path may matter to anybody.
pub type Wanted<'a> = &'a dyn Fn(&Utf8Path) -> bool;

/// Lists trees of commits, and remembers the folders that they share.
///
/// *Cost*: a folder that was seen at the same place lately is not read again and shared by all trees that have it, so
/// listing the trees of many releases costs little more than what differs between them.
pub struct Trees<'a> {
    repository: &'a Repository,
    wanted: Wanted<'a>,
    blobs: Arc<Blobs>,
    known: RefCell<KnownFolders>,
}

impl std::fmt::Debug for Trees<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Trees").finish_non_exhaustive()
    }
}

/// The tree of a commit, narrowed to what may matter.
#[derive(Clone)]
pub struct CommitTree {
    root: Arc<Folder>,
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
        let root = self.folder(root, String::new(), 0)?;
        Ok(CommitTree { root, blobs: Arc::clone(&self.blobs) })
    }

    /// Nothing at all: what stands before the first release.
    pub fn empty(&self) -> CommitTree {
        let root = Arc::new(Folder::of_files("", Vec::new()));
        CommitTree { root, blobs: Arc::clone(&self.blobs) }
    }

    /// The wanted files under a folder; `prefix` ends with `/` or is empty.
    pub(crate) fn folder(
        &self,
        id: ObjectId,
        prefix: String,
        depth: usize,
    ) -> Result<Arc<Folder>, GitError> {
        let key = (id, prefix);
        if let Some(known) = self.known.borrow_mut().get(&key) {
            return Ok(known);
        }
        let objects = self.repository.objects();
        if depth > Folder::DEEPEST {
            return Err(objects.corrupt("tree", id, "its folders are nested too deeply"));
        }
        let tree = objects.tree(id)?;
        let mut rest = &tree[..];
        let mut nodes = Vec::new();
        let mut has_unclear_names = false;
        while let Some(entry) = Entry::next(&mut rest).map_err(|_| objects.malformed_tree(id))? {
            let name = String::from_utf8_lossy(entry.name);
            has_unclear_names |= matches!(name, Cow::Owned(_));
            let path = format!("{}{name}", key.1);
            let kind = match entry.mode {
                Mode::Folder => {
                    nodes.push(Node::Folder(self.folder(entry.object(), path + "/", depth + 1)?));
                    continue;
                }
                Mode::File | Mode::Executable => EntryKind::File,
                Mode::Link => EntryKind::Link,
                Mode::Submodule => EntryKind::Submodule,
            };
            let path = Utf8PathBuf::from(path);
            if (self.wanted)(&path) {
                nodes.push(Node::File(FileEntry {
                    path,
                    content: content_id(&entry.object()),
                    kind,
                }));
            }
        }
        let folder = Folder::named(key.1.clone(), content_id(&id), nodes);
        // Several names that are not UTF-8 may read the same.
        let folder = if has_unclear_names {
            Folder::of_files(&key.1, folder.files().cloned().collect())
        } else {
            folder
        };
        let folder = Arc::new(folder);
        self.known.borrow_mut().put(key, Arc::clone(&folder));
        Ok(folder)
    }
}

fn content_id(id: &ObjectId) -> ContentId {
    ContentId(crate::objects::commit_id(id).0)
}

/// Folders that were listed lately, in two generations: a full one pushes out the one before.
///
/// What trees in use share stays with them, whatever is forgotten here.
#[derive(Default)]
struct KnownFolders {
    young: HashMap<(ObjectId, String), Arc<Folder>>,
    old: HashMap<(ObjectId, String), Arc<Folder>>,
    young_nodes: usize,
}

impl KnownFolders {
    fn get(&mut self, key: &(ObjectId, String)) -> Option<Arc<Folder>> {
        if let Some(known) = self.young.get(key) {
            return Some(Arc::clone(known));
        }
        let (key, known) = self.old.remove_entry(key)?;
        self.put(key, Arc::clone(&known));
        Some(known)
    }

    fn put(&mut self, key: (ObjectId, String), folder: Arc<Folder>) {
        self.young_nodes += 1 + folder.nodes().len();
        self.young.insert(key, folder);
        if self.young_nodes > GENERATION_NODES {
            self.old = std::mem::take(&mut self.young);
            self.young_nodes = 0;
        }
    }
}

impl CommitTree {
    /// Files whose contents are in the repository that `trees` lists.
    pub(crate) fn new(files: Vec<FileEntry>, trees: &Trees<'_>) -> Self {
        Self { root: Arc::new(Folder::of_files("", files)), blobs: Arc::clone(&trees.blobs) }
    }
}

impl Tree for CommitTree {
    fn root(&self) -> &Folder {
        &self.root
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
#[derive(Debug)]
pub struct FolderTree {
    place: Utf8PathBuf,
    root: Folder,
}

impl FolderTree {
    /// Lists a folder and names the contents of the wanted files.
    ///
    /// *Errors*: what the file system says. Names that are not UTF-8 are left out.
    /// *Cost*: reads every wanted file once, of large ones the size and the time of change alone.
    pub fn open(place: &Utf8Path, wanted: Wanted<'_>) -> std::io::Result<Self> {
        let mut entries = Vec::new();
        let mut open = vec![(place.to_owned(), Utf8PathBuf::new())];
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
        Ok(Self { place: place.to_owned(), root: Folder::of_files("", entries) })
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
    Ok(content_id(&id))
}

impl Tree for FolderTree {
    fn root(&self) -> &Folder {
        &self.root
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        let failed = |error: std::io::Error| Unreadable::Failed(error.to_string());
        let path = self.place.join(&entry.path);
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
