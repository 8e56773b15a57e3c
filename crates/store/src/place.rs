//! Where a file lies that stays open: SQLite goes on writing into one that was deleted, and all of it is lost.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

/// A path, and which file it led to.
pub(crate) struct Place {
    path: Utf8PathBuf,
    file: (u64, u64),
}

impl Place {
    /// The file at a path; `None` if there is none, or the system does not tell files apart.
    pub(crate) fn of(path: &Utf8Path) -> Option<Self> {
        Some(Self { path: path.to_owned(), file: file_at(path).ok()?? })
    }

    /// *Errors*: the path leads to another file by now, or nowhere. *Cost*: one question to the system.
    pub(crate) fn check(&self) -> io::Result<()> {
        match file_at(&self.path)? {
            Some(file) if file != self.file => Err(io::Error::other(format!(
                "`{}` is another file than the one that was opened: start the server anew",
                self.path
            ))),
            _ => Ok(()),
        }
    }
}

/// The device and the number of a file.
#[cfg(unix)]
fn file_at(path: &Utf8Path) -> io::Result<Option<(u64, u64)>> {
    use std::os::unix::fs::MetadataExt as _;

    let found = fs_err::metadata(path)?;
    Ok(Some((found.dev(), found.ino())))
}

#[cfg(not(unix))]
fn file_at(_: &Utf8Path) -> io::Result<Option<(u64, u64)>> {
    Ok(None)
}
