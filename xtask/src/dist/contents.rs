//! What packages hold beside the binary: all of it is in the repository, or said by the binary.

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::clear;
use crate::{process, workspace};

/// A file of a package.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Where it goes, relative.
    pub(super) path: String,
    pub(super) mode: u32,
    pub(super) bytes: Vec<u8>,
}

impl Entry {
    /// A file that everybody may read.
    pub(super) fn file(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), mode: 0o644, bytes: bytes.into() }
    }

    /// A file that everybody may run.
    pub(super) fn program(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), mode: 0o755, bytes: bytes.to_vec() }
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

/// The folder that the image is built from, with the Containerfile.
pub(super) fn lay_out_image(contents: &Contents, folder: &Utf8Path) -> Result<()> {
    clear(folder)?;
    for path in ["data", "tmp", "usr/bin", "etc/ssl/certs"] {
        fs_err::create_dir_all(folder.join(path))?;
    }
    let certificates = Utf8PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
    if certificates.is_file() {
        fs_err::copy(&certificates, folder.join("etc/ssl/certs/ca-certificates.crt"))?;
    }
    fs_err::write(folder.join("etc/passwd"), "trainyard:x:65532:65532::/data:/nologin\n")?;
    fs_err::write(folder.join("etc/group"), "trainyard:x:65532:\n")?;
    write_program(&folder.join("usr/bin/trainyard"), &contents.binary)?;
    fs_err::copy(
        workspace::root().join("packaging/container/Containerfile"),
        folder.join("Containerfile"),
    )?;
    Ok(())
}

fn write_program(path: &Utf8Path, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::write(path, bytes)?;
    Ok(fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}
