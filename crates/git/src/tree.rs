//! Trees as git stores them, and a cache of them.

use std::{cmp::Ordering, rc::Rc};

use gix::{ObjectId, hashtable::HashMap, objs::Kind};

use crate::{GitError, objects::Objects};

/// One generation of the cache may hold this much.
const GENERATION_BYTES: usize = 4 << 20;

/// One entry of a tree, as it stands in the raw bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) mode: Mode,
    pub(crate) name: &'a [u8],
    pub(crate) id: &'a [u8],
}

/// What an entry is. File permissions are told apart as far as git does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Folder,
    File,
    Executable,
    Link,
    Submodule,
}

impl Mode {
    fn parse(octal: &[u8]) -> Option<Self> {
        let bits = octal.iter().try_fold(0u32, |bits, digit| match digit {
            b'0'..=b'7' => bits.checked_mul(8)?.checked_add(u32::from(digit - b'0')),
            _ => None,
        })?;
        Some(match bits & 0o170_000 {
            0o040_000 => Self::Folder,
            0o100_000 if bits & 0o100 != 0 => Self::Executable,
            0o100_000 => Self::File,
            0o120_000 => Self::Link,
            _ => Self::Submodule,
        })
    }
}

impl<'a> Entry<'a> {
    /// Splits the first entry off; `None` at the end and where the bytes are no tree.
    pub(crate) fn split(tree: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let space = tree.iter().take(8).position(|byte| *byte == b' ')?;
        let after_mode = &tree[space + 1..];
        let name_end = after_mode.iter().position(|byte| *byte == 0)?;
        let (id, rest) = after_mode[name_end + 1..].split_at_checked(20)?;
        Some((Self { mode: Mode::parse(&tree[..space])?, name: &after_mode[..name_end], id }, rest))
    }

    /// Splits the first entry off a tree that may have ended.
    pub(crate) fn next(tree: &mut &'a [u8]) -> Result<Option<Self>, Malformed> {
        if tree.is_empty() {
            return Ok(None);
        }
        let (entry, rest) = Self::split(tree).ok_or(Malformed)?;
        *tree = rest;
        Ok(Some(entry))
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.mode == Mode::Folder
    }

    pub(crate) fn object(&self) -> ObjectId {
        ObjectId::from_bytes_or_panic(self.id)
    }

    /// Whether both are the same content with the same permissions.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.mode == other.mode && self.id == other.id
    }

    /// The order of entries in a tree: folders sort as if their name ended in a slash.
    ///
    /// A file and a folder of one name are two places, so they are never equal.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let end = |entry: &Self| match entry.name.get(common) {
            Some(byte) => *byte,
            None if entry.is_folder() => b'/',
            None => 0,
        };
        self.name[..common]
            .cmp(&other.name[..common])
            .then_with(|| end(self).cmp(&end(other)))
            .then_with(|| self.name.len().cmp(&other.name.len()))
    }
}

/// The bytes are no tree.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Trees that were read lately, in two generations: a full one pushes out the one before.
#[derive(Debug, Default)]
pub(crate) struct TreeCache {
    young: HashMap<ObjectId, Rc<[u8]>>,
    old: HashMap<ObjectId, Rc<[u8]>>,
    young_bytes: usize,
}

impl TreeCache {
    fn get(&mut self, id: &ObjectId) -> Option<Rc<[u8]>> {
        if let Some(tree) = self.young.get(id) {
            return Some(Rc::clone(tree));
        }
        let tree = self.old.remove(id)?;
        self.put(*id, Rc::clone(&tree));
        Some(tree)
    }

    fn put(&mut self, id: ObjectId, tree: Rc<[u8]>) {
        self.young_bytes += tree.len();
        self.young.insert(id, tree);
        if self.young_bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

impl Objects {
    /// The bytes of a tree.
    pub(crate) fn tree(&self, id: ObjectId) -> Result<Rc<[u8]>, GitError> {
        if id.is_empty_tree() {
            return Ok(Rc::default());
        }
        if let Some(tree) = self.trees.borrow_mut().get(&id) {
            return Ok(tree);
        }
        let tree: Rc<[u8]> = self.with(id, Kind::Tree, |bytes| Rc::from(bytes))?;
        self.trees.borrow_mut().put(id, Rc::clone(&tree));
        Ok(tree)
    }

    pub(crate) fn malformed_tree(&self, id: ObjectId) -> GitError {
        self.corrupt("tree", id, "its entries cannot be told apart")
    }
}

#[cfg(test)]
mod tests;
