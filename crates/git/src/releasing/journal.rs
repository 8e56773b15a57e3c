//! The journal on disk.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err::{File, OpenOptions};
use trainyard_release::journal::{Journal, Plan, Record};

use super::ReleasingError;

/// The file of a journal, which is there while a release is being made.
pub(super) struct JournalFile {
    folder: Utf8PathBuf,
    path: Utf8PathBuf,
}

impl JournalFile {
    pub(super) fn new(folder: &Utf8Path) -> Self {
        Self { folder: folder.to_owned(), path: folder.join("release.journal") }
    }

    /// What was going on; none where nothing had begun.
    pub(super) fn read(&self) -> Result<Option<Journal>, ReleasingError> {
        let bytes = match fs_err::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.unwritable(source)),
        };
        // A character may be cut too.
        let text = String::from_utf8_lossy(&bytes);
        Journal::parse(&text)
            .map_err(|source| ReleasingError::Journal { path: self.path.clone(), source })
    }

    /// Cuts off a line that was not written to its end.
    pub(super) fn cut(&self) -> Result<(), ReleasingError> {
        let cut = || {
            let bytes = fs_err::read(&self.path)?;
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            if whole < bytes.len() {
                let file = OpenOptions::new().write(true).open(&self.path)?;
                file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
                file.sync_all()?;
            }
            Ok(())
        };
        cut().map_err(|source| self.unwritable(source))
    }

    /// Writes the plan, which is on disk when this returns.
    pub(super) fn begin(&self, plan: &Plan) -> Result<(), ReleasingError> {
        let text = Journal::begin(plan)?;
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&self.path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            sync_folder(&self.folder)
        };
        write().map_err(|source| self.unwritable(source))
    }

    /// Writes a record, which is on disk when this returns.
    pub(super) fn append(&self, record: &Record) -> Result<(), ReleasingError> {
        let line = Journal::line(record)?;
        let append = || {
            let mut file = OpenOptions::new().append(true).open(&self.path)?;
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        append().map_err(|source| self.unwritable(source))
    }

    /// Removes it; what is gone already is gone.
    pub(super) fn remove(&self) -> Result<(), ReleasingError> {
        match fs_err::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unwritable(error)),
            _ => Ok(()),
        }
    }

    fn unwritable(&self, source: io::Error) -> ReleasingError {
        ReleasingError::Unwritable { path: self.path.clone(), source }
    }
}

/// Names of files last only when their folder is on disk.
pub(super) fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
