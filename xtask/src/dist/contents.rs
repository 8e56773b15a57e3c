//! What packages hold beside the binary: all of it is in the repository, or said by the binary.

use anyhow::{Context, Result};
use camino::Utf8Path;

use super::clear;
use crate::{process, workspace};

/// A file of a package.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Where it goes, relative.
    pub(super) path: String,
    pub(super) mode: u32,
    /// Whom it belongs to, by number; 0 is root.
    pub(super) owner: u32,
    pub(super) bytes: Vec<u8>,
}

impl Entry {
    /// A file that everybody may read.
    pub(super) fn file(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), mode: 0o644, owner: 0, bytes: bytes.into() }
    }

    /// A file that everybody may run.
    pub(super) fn program(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), mode: 0o755, owner: 0, bytes: bytes.to_vec() }
    }

    /// A folder, whose path ends in a stroke; folders of root's that files lie in come by themselves.
    pub(super) fn folder(path: &str, mode: u32, owner: u32) -> Self {
        Self { path: path.to_owned(), mode, owner, bytes: Vec::new() }
    }

    pub(super) fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }
}

/// Everything that packages are made of.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) binary: Vec<u8>,
    /// Each with its name, such as `trainyard-plan.1`.
    pub(super) manuals: Vec<Entry>,
    /// For bash, zsh and fish, by the names under which they look for it.
    pub(super) completions: Vec<Entry>,
    /// Licences, README and changelog.
    pub(super) documents: Vec<Entry>,
}

impl Contents {
    /// Asks the binary for manuals and completions, and reads the rest.
    pub(super) fn gather(binary: &Utf8Path, scratch: &Utf8Path) -> Result<Self> {
        let manuals = scratch.join("manuals");
        clear(&manuals)?;
        process::output(process::command(binary.as_str()).args(["man", manuals.as_str()]))
            .context("the binary does not run here")?;
        let completion = |shell: &str, name: &str| {
            let text =
                process::output(process::command(binary.as_str()).args(["completions", shell]))?;
            anyhow::Ok(Entry::file(name, text))
        };
        let documents =
            ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md", "SECURITY.md"];
        Ok(Self {
            binary: fs_err::read(binary)?,
            manuals: folder(&manuals)?,
            completions: vec![
                completion("bash", "bash-completion/completions/trainyard")?,
                completion("zsh", "zsh/vendor-completions/_trainyard")?,
                completion("fish", "fish/vendor_completions.d/trainyard.fish")?,
            ],
            documents: documents
                .iter()
                .map(|name| Ok(Entry::file(name, fs_err::read(workspace::root().join(name))?)))
                .collect::<Result<_>>()?,
        })
    }

    /// One of the documents, by its name.
    pub(super) fn document(&self, name: &str) -> Result<&Entry> {
        self.documents.iter().find(|entry| entry.path == name).with_context(|| format!("no {name}"))
    }
}

/// All files below a folder with their paths in it, sorted.
pub(super) fn folder(folder: &Utf8Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for path in workspace::entries(&next)? {
            if path.is_dir() {
                waiting.push(path);
            } else {
                entries
                    .push(Entry::file(path.strip_prefix(folder)?.as_str(), fs_err::read(&path)?));
            }
        }
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}
