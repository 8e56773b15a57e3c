//! Folders of trees, which trees that have them in common share.

use std::{cmp::Ordering, fmt, iter::Peekable, slice, sync::Arc, vec};

use sha2::{Digest, Sha256};

use crate::{ContentId, FileEntry};

/// Names what a folder holds and where it stands. Folders of one name are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FolderId([u8; 32]);

impl fmt::Debug for FolderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// A folder with the files that may matter to detectors.
///
/// *Invariants*: nodes are sorted, so that their files in turn are sorted by the bytes of their paths; no folder in it is
/// empty; none is nested deeper than [`Folder::DEEPEST`].
#[derive(Debug)]
pub struct Folder {
    /// Its path with a `/` at the end; empty at the top.
    prefix: String,
    id: FolderId,
    nodes: Vec<Node>,
}

/// What stands in a folder.
#[derive(Clone, Debug)]
pub enum Node {
    /// A file, or what stands in its place.
    File(FileEntry),
    /// A folder, with everything in it.
    Folder(Arc<Folder>),
}

impl Node {
    /// What nodes of one folder are sorted by: files by their paths, folders by their paths with a `/` at the end.
    fn key(&self) -> &str {
        match self {
            Self::File(entry) => entry.path.as_str(),
            Self::Folder(folder) => &folder.prefix,
        }
    }
}

/// A file of an older and of a newer tree at one path.
pub(crate) type Both<'a> = (Option<&'a FileEntry>, Option<&'a FileEntry>);

impl Folder {
    /// How deep folders may nest; what lies deeper stands in the last of them. Real trees have a tenth of it.
    pub const DEEPEST: usize = 512;

    /// A folder that its store has a name for; `prefix` is its path with a `/` at the end, or empty.
    ///
    /// A name must tell contents apart: two folders of one name at one place must hold the same files, as far as any
    /// detector wants them. Folders without files are left out. Nodes may come in any order; of folders and files
    /// there must be only one of a name, else use [`Folder::of_files`].
    pub fn named(prefix: String, name: ContentId, mut nodes: Vec<Node>) -> Self {
        nodes.retain(|node| !matches!(node, Node::Folder(folder) if folder.nodes.is_empty()));
        // Stores mostly have them in order, which makes this cheap.
        nodes.sort_by(|one, other| one.key().cmp(other.key()));
        nodes.shrink_to_fit();
        let mut digest = Sha256::new();
        digest.update([0]);
        digest.update(&prefix);
        digest.update([0]);
        digest.update(name.0);
        Self { prefix, id: FolderId(digest.finalize().into()), nodes }
    }

    /// A folder of these files, which lie in it or in folders of it; `prefix` is its path with a `/` at the end, or
    /// empty.
    ///
    /// *Cost*: sorts the files, and hashes paths and names of contents.
    pub fn of_files(prefix: &str, mut files: Vec<FileEntry>) -> Self {
        files.sort_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
        let mut files = files.into_iter().peekable();
        // Files elsewhere would end the loop.
        files_of(prefix.to_owned(), &mut files, prefix.matches('/').count())
    }

    /// Its files and those of all folders in it, sorted by the bytes of their paths.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        Files { open: vec![self.nodes.iter()] }
    }

    pub(crate) fn id(&self) -> FolderId {
        self.id
    }

    /// What stands in it, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Files that stand at the same path in either folder with another content, by path.
    ///
    /// *Cost*: folders of one name are not looked into.
    pub(crate) fn differing<'a>(&'a self, newer: &'a Self) -> Vec<Both<'a>> {
        let mut found = Vec::new();
        if self.id != newer.id {
            compare(&self.nodes, &newer.nodes, &mut found);
        }
        found
    }
}

/// Takes the files below a prefix. *Cost*: recursion goes as deep as folders may nest.
fn files_of(
    prefix: String,
    files: &mut Peekable<vec::IntoIter<FileEntry>>,
    depth: usize,
) -> Folder {
    let mut nodes = Vec::new();
    let mut digest = Sha256::new();
    digest.update([1]);
    digest.update(&prefix);
    while let Some(below) = files.peek().and_then(|entry| entry.path.as_str().strip_prefix(&prefix))
    {
        let slash = below.find('/').filter(|_| depth < Folder::DEEPEST);
        if let Some(name) = slash.and_then(|slash| below.get(..=slash)) {
            let folder = files_of(format!("{prefix}{name}"), files, depth + 1);
            digest.update([2]);
            digest.update(folder.id.0);
            nodes.push(Node::Folder(Arc::new(folder)));
        } else if let Some(entry) = files.next() {
            digest.update([1]);
            digest.update(entry.path.as_str());
            digest.update([0, entry.kind as u8]);
            digest.update(entry.content.0);
            nodes.push(Node::File(entry));
        }
    }
    Folder { prefix, id: FolderId(digest.finalize().into()), nodes }
}

/// Recursion goes as deep as folders may nest.
fn compare<'a>(old: &'a [Node], new: &'a [Node], found: &mut Vec<Both<'a>>) {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.key().cmp(other.key()),
        };
        let before = if order.is_le() { old.next() } else { None };
        let after = if order.is_ge() { new.next() } else { None };
        match (before, after) {
            (Some(Node::File(before)), Some(Node::File(after))) => {
                if before != after {
                    found.push((Some(before), Some(after)));
                }
            }
            (Some(Node::Folder(before)), Some(Node::Folder(after))) => {
                if before.id != after.id {
                    compare(&before.nodes, &after.nodes, found);
                }
            }
            (before, after) => {
                found.extend(files(before).map(|entry| (Some(entry), None)));
                found.extend(files(after).map(|entry| (None, Some(entry))));
            }
        }
    }
}

fn files(node: Option<&Node>) -> impl Iterator<Item = &FileEntry> {
    Files { open: node.map(|node| slice::from_ref(node).iter()).into_iter().collect() }
}

/// Files of folders in order.
struct Files<'a> {
    /// What is left of each folder that is open, the innermost last.
    open: Vec<slice::Iter<'a, Node>>,
}

impl<'a> Iterator for Files<'a> {
    type Item = &'a FileEntry;

    fn next(&mut self) -> Option<&'a FileEntry> {
        loop {
            match self.open.last_mut()?.next() {
                Some(Node::File(entry)) => return Some(entry),
                Some(Node::Folder(folder)) => self.open.push(folder.nodes.iter()),
                None => _ = self.open.pop(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
