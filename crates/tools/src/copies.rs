//! Two trees as folders.

use std::{collections::BTreeMap, io};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use trainyard_evidence::{ContentId, EntryKind, Tree, Unreadable};

/// Larger files are left out; no tool reads them in reasonable time.
const LARGEST_BYTES: u64 = 64 << 20;

/// Copies of two trees in a folder of their own, which goes when this is dropped.
#[derive(Debug)]
pub struct Copies {
    folder: TempDir,
    root: Utf8PathBuf,
    old: BTreeMap<Utf8PathBuf, ContentId>,
    new: BTreeMap<Utf8PathBuf, ContentId>,
}

impl Copies {
    /// Writes the wanted files of both trees.
    ///
    /// *Errors*: what the file system or the trees say.
    pub fn extract(
        old: &dyn Tree,
        new: &dyn Tree,
        wants: &dyn Fn(&Utf8Path) -> bool,
    ) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("trainyard-").tempdir()?;
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned())
            .map_err(|path| io::Error::other(format!("{} is not UTF-8", path.display())))?;
        let old = write(old, wants, &root.join("old"))?;
        let new = write(new, wants, &root.join("new"))?;
        Ok(Self { folder, root, old, new })
    }

    /// The folder that holds both.
    pub(crate) fn root(&self) -> &Utf8Path {
        debug_assert!(self.folder.path().exists(), "the copies live as long as this");
        &self.root
    }

    /// The folder of the older copy.
    pub(crate) fn old(&self) -> Utf8PathBuf {
        self.root.join("old")
    }

    /// The folder of the newer copy.
    pub(crate) fn new_(&self) -> Utf8PathBuf {
        self.root.join("new")
    }

    /// Whether any file differs.
    pub(crate) fn differ(&self) -> bool {
        self.old != self.new
    }

    /// The files that both have, with different content.
    pub(crate) fn changed(&self) -> Vec<Utf8PathBuf> {
        let changed = self
            .old
            .iter()
            .filter(|(path, content)| self.new.get(*path).is_some_and(|other| other != *content));
        changed.map(|(path, _)| path.clone()).collect()
    }

    /// The paths of the older copy.
    pub(crate) fn old_paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.old.keys().map(Utf8PathBuf::as_path)
    }

    /// Whether the newer copy has a file.
    pub(crate) fn new_has(&self, path: &Utf8Path) -> bool {
        self.new.contains_key(path)
    }
}

fn write(
    tree: &dyn Tree,
    wants: &dyn Fn(&Utf8Path) -> bool,
    folder: &Utf8Path,
) -> io::Result<BTreeMap<Utf8PathBuf, ContentId>> {
    fs_err::create_dir_all(folder)?;
    let mut written = BTreeMap::new();
    for entry in tree.root().files() {
        if entry.kind != EntryKind::File || !stays_inside(&entry.path) || !wants(&entry.path) {
            continue;
        }
        let bytes = match tree.read(entry, LARGEST_BYTES) {
            Ok(bytes) => bytes,
            Err(Unreadable::TooLarge { .. }) => continue,
            Err(error) => return Err(io::Error::other(format!("{}: {error}", entry.path))),
        };
        let path = folder.join(&entry.path);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(path, bytes)?;
        written.insert(entry.path.clone(), entry.content);
    }
    Ok(written)
}

/// Whether a path from a repository, which may say anything, names a place below the folder.
fn stays_inside(path: &Utf8Path) -> bool {
    path.components().all(|part| matches!(part, Utf8Component::Normal(_)))
        && path.components().next().is_some()
        && !path.as_str().contains('\\')
}

#[cfg(test)]
mod tests {
    use trainyard_evidence::MemoryTree;

    use super::*;

    #[test]
    fn what_would_leave_the_copy_is_left_out() {
        let tree = MemoryTree::new([
            ("../outside", "x"),
            ("/absolute", "x"),
            ("a/../../b", "x"),
            ("c\\..\\d", "x"),
            ("kept/file", "x"),
        ]);
        let copies = Copies::extract(&tree, &MemoryTree::default(), &|_| true).unwrap();
        assert_eq!(copies.old_paths().collect::<Vec<_>>(), ["kept/file"]);
        assert!(copies.old().join("kept/file").exists());
        assert!(!copies.root().join("outside").exists());
    }
}
