//! Objects by their names, with errors that say which one and where.

use std::{cell::RefCell, collections::BTreeMap};

use camino::Utf8PathBuf;
use gix::{
    ObjectId,
    hashtable::HashMap,
    objs::{Find as _, FindHeader as _, Kind},
};
use trainyard_history::{CommitId, Moment};

use crate::{
    GitError,
    commit::{CommitText, TagText},
    tree::TreeCache,
};

/// Enough for the bases of the deltas that neighbouring commits share.
const PACK_CACHE_BYTES: usize = 8 << 20;

/// Commits that a walk read wait here for those who want to know what they say.
const TEXTS_BYTES: usize = 12 << 20;

/// The objects of one repository.
pub(crate) struct Objects {
    handle: gix::OdbHandle,
    path: Utf8PathBuf,
    /// Parents that `info/grafts` puts in place of the recorded ones.
    grafts: BTreeMap<ObjectId, Vec<ObjectId>>,
    buffer: RefCell<Vec<u8>>,
    roots: RefCell<HashMap<ObjectId, ObjectId>>,
    texts: RefCell<Texts>,
    pub(crate) trees: RefCell<TreeCache>,
}

/// Commits as they were read.
#[derive(Debug, Default)]
struct Texts {
    known: HashMap<ObjectId, Box<[u8]>>,
    bytes: usize,
}

/// What the end of a chain of tags is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peeled {
    /// A commit, with the moment that the outermost tag, else the commit, was made.
    Commit {
        id: ObjectId,
        when: Moment,
        annotated: bool,
    },
    Tree,
    Blob,
    Missing(ObjectId),
    Corrupt(ObjectId),
}

impl Objects {
    pub(crate) fn new(
        repository: &gix::Repository,
        path: Utf8PathBuf,
        grafts: BTreeMap<ObjectId, Vec<ObjectId>>,
    ) -> Self {
        let mut handle = repository.objects.clone();
        handle.unset_object_cache();
        handle.set_pack_cache(|| {
            Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE_BYTES))
        });
        Self {
            handle,
            path,
            grafts,
            buffer: RefCell::default(),
            roots: RefCell::default(),
            texts: RefCell::default(),
            trees: RefCell::default(),
        }
    }

    /// Another reader of the same objects, for threads.
    pub(crate) fn blob_handle(&self) -> gix::OdbHandle {
        self.handle.clone()
    }

    pub(crate) fn grafts(&self) -> &BTreeMap<ObjectId, Vec<ObjectId>> {
        &self.grafts
    }

    /// Reads a commit and hands over what it says, grafts applied.
    pub(crate) fn commit<T>(
        &self,
        id: ObjectId,
        read: impl FnOnce(&CommitText<'_>) -> T,
    ) -> Result<T, GitError> {
        let waiting = self.texts.borrow_mut().known.remove(&id);
        match waiting {
            Some(data) => self.read_commit(id, &data, read),
            None => self.with(id, Kind::Commit, |data| self.read_commit(id, data, read))?,
        }
    }

    /// As [`Self::commit`], for a commit whose message will be asked for soon.
    pub(crate) fn commit_in_walk<T>(
        &self,
        id: ObjectId,
        read: impl FnOnce(&CommitText<'_>) -> T,
    ) -> Result<T, GitError> {
        self.with(id, Kind::Commit, |data| {
            let mut texts = self.texts.borrow_mut();
            if texts.bytes + data.len() <= TEXTS_BYTES {
                texts.bytes += data.len();
                texts.known.insert(id, data.into());
            }
            self.read_commit(id, data, read)
        })?
    }

    fn read_commit<T>(
        &self,
        id: ObjectId,
        data: &[u8],
        read: impl FnOnce(&CommitText<'_>) -> T,
    ) -> Result<T, GitError> {
        let mut commit = CommitText::parse(data)
            .ok_or_else(|| self.corrupt("commit", id, "it names no tree"))?;
        if let Some(parents) = self.grafts.get(&id) {
            commit.parents.clone_from(parents);
        }
        self.roots.borrow_mut().insert(id, commit.tree);
        Ok(read(&commit))
    }

    /// The tree of a commit, which is remembered for every commit that was ever read.
    pub(crate) fn root_tree(&self, commit: ObjectId) -> Result<ObjectId, GitError> {
        if let Some(tree) = self.roots.borrow().get(&commit) {
            return Ok(*tree);
        }
        self.commit(commit, |text| text.tree)
    }

    /// Reads an object that must be there and of one kind.
    pub(crate) fn with<T>(
        &self,
        id: ObjectId,
        kind: Kind,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, GitError> {
        let name = kind_name(kind);
        let mut buffer = self.buffer.borrow_mut();
        match self.handle.try_find(&id, &mut buffer) {
            Ok(Some(data)) if data.kind == kind => Ok(read(data.data)),
            Ok(Some(data)) => {
                Err(self.corrupt(name, id, format!("the object is a {}", kind_name(data.kind))))
            }
            Ok(None) => Err(self.missing(name, id)),
            Err(error) => Err(self.corrupt(name, id, error.probable_cause().to_string())),
        }
    }

    /// How large an object is, and of which kind, without reading all of it.
    pub(crate) fn header(&self, id: ObjectId) -> Result<(Kind, u64), GitError> {
        match self.handle.try_header(&id) {
            Ok(Some(header)) => Ok((header.kind, header.size)),
            Ok(None) => Err(self.missing("blob", id)),
            Err(error) => Err(self.corrupt("blob", id, error.probable_cause().to_string())),
        }
    }

    /// Follows tags to what they lead to.
    pub(crate) fn peel(&self, start: ObjectId) -> Peeled {
        let mut buffer = self.buffer.borrow_mut();
        let (mut id, mut annotated, mut tagged) = (start, false, None);
        loop {
            let data = match self.handle.try_find(&id, &mut buffer) {
                Ok(Some(data)) => data,
                Ok(None) => return Peeled::Missing(id),
                Err(_) => return Peeled::Corrupt(id),
            };
            match data.kind {
                Kind::Tree => return Peeled::Tree,
                Kind::Blob => return Peeled::Blob,
                Kind::Commit => {
                    let Some(commit) = CommitText::parse(data.data) else {
                        return Peeled::Corrupt(id);
                    };
                    return Peeled::Commit { id, when: tagged.unwrap_or(commit.when), annotated };
                }
                Kind::Tag => {
                    let Some(tag) = TagText::parse(data.data) else { return Peeled::Corrupt(id) };
                    tagged = tagged.or(tag.when);
                    annotated = true;
                    id = tag.target;
                }
            }
        }
    }

    pub(crate) fn missing(&self, kind: &'static str, id: ObjectId) -> GitError {
        GitError::MissingObject {
            path: self.path.clone(),
            kind,
            id: commit_id(&id),
            partial: self.is_partial(),
        }
    }

    pub(crate) fn corrupt(
        &self,
        kind: &'static str,
        id: ObjectId,
        reason: impl Into<String>,
    ) -> GitError {
        GitError::CorruptObject {
            path: self.path.clone(),
            kind,
            id: commit_id(&id),
            reason: reason.into(),
        }
    }

    /// Git marks the packs of a partial clone with a file beside each.
    fn is_partial(&self) -> bool {
        let packs = self.handle.store_ref().path().join("pack");
        fs_err::read_dir(packs).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.path().extension().is_some_and(|end| end == "promisor"))
        })
    }
}

/// The name of an object as the rest of the workspace writes it.
pub(crate) fn commit_id(id: &gix::oid) -> CommitId {
    let mut bytes = [0; 20];
    for (to, from) in bytes.iter_mut().zip(id.as_bytes()) {
        *to = *from;
    }
    CommitId(bytes)
}

/// The name of an object as the library underneath writes it.
pub(crate) fn object_id(id: CommitId) -> ObjectId {
    ObjectId::Sha1(id.0)
}

pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Tree => "tree",
        Kind::Blob => "blob",
        Kind::Commit => "commit",
        Kind::Tag => "tag",
    }
}
