//! Where the workspace is, and which files it has.

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

/// Folders that hold nothing that anybody wrote.
const PASSED_OVER: &[&str] = &[".git", "target", "crashes"];

/// The workspace's root.
pub(crate) fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// A file of the workspace.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: Utf8PathBuf,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.extension() == Some("rs")
    }
}

/// The names of the folders in `crates/`, sorted.
pub(crate) fn crates() -> Result<Vec<String>> {
    let mut names: Vec<_> = entries(&root().join("crates"))?
        .into_iter()
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| path.file_name().map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

/// Every text file that people or tasks wrote, sorted by path.
pub(crate) fn files() -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            let name = path.file_name().unwrap_or_default();
            if path.is_symlink() || PASSED_OVER.contains(&name) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs_err::read_to_string(&path) {
                files.push(File { path: path.strip_prefix(root())?.to_owned(), text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// What lies in a folder; paths that are no UTF-8 are an error.
pub(crate) fn entries(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    folder
        .read_dir_utf8()
        .with_context(|| format!("cannot list {folder}"))?
        .map(|entry| Ok(entry?.into_path()))
        .collect()
}
