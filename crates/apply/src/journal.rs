//! What has been begun and done, written ahead.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use trainyard_upgrade::plan::Plan;

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
enum Record {
    /// The plan that is carried out.
    Plan { digest: String },
    /// An action is about to run.
    Begun { step: String, action: usize },
    /// An action has run.
    Ran { step: String, action: usize },
    /// A person says that the commands of an interrupted step are to run once more.
    Again { step: String },
    /// A step is done: all its actions ran, or a person said so.
    Done { step: String, by_hand: bool },
}

/// How far an action came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It was never begun.
    Untouched,
    /// It was begun, and nothing says how it ended.
    Interrupted,
    /// It ended well.
    Ran,
}

/// What has been begun and done of a plan, in a file that one process at a time may write.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: Utf8PathBuf,
    done: BTreeSet<String>,
    actions: BTreeMap<(String, usize), Progress>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("cannot use the journal `{path}`")]
    File {
        /// The file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has it: one that writes it, or a command that outlived such a one.
    #[error(
        "the journal `{path}` is in use: the plan is being carried out, or a command of an interrupted run is still at it"
    )]
    InUse {
        /// The file.
        path: Utf8PathBuf,
    },
    /// It belongs to another plan.
    #[error("the journal `{path}` belongs to another plan")]
    OtherPlan {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A line of it makes no sense.
    #[error("line {line} of the journal `{path}` cannot be read")]
    Malformed {
        /// The file.
        path: Utf8PathBuf,
        /// The 1-based line.
        line: usize,
    },
}

impl Journal {
    /// Opens the journal of a plan, or begins one.
    ///
    /// A last line without an end was being written when the process died; nothing followed from it, and it is cut off.
    ///
    /// *Errors*: the file, another process that has it, another plan, a line that cannot be read.
    pub fn open(path: &Utf8Path, plan: &Plan) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File { path: path.to_owned(), source };
        let file = File::options().read(true).append(true).create(true).open(path);
        let mut file = file.map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse { path: path.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
            bytes.truncate(whole);
        }
        let mut journal =
            Self { file, path: path.to_owned(), done: BTreeSet::new(), actions: BTreeMap::new() };
        let digest = digest(plan);
        journal.replay(&String::from_utf8_lossy(&bytes), &digest)?;
        if bytes.is_empty() {
            journal.write(&Record::Plan { digest })?;
            sync_folder(path).map_err(failed)?;
        }
        Ok(journal)
    }

    fn replay(&mut self, text: &str, digest: &str) -> Result<(), JournalError> {
        for (index, line) in text.lines().enumerate() {
            let malformed = || JournalError::Malformed { path: self.path.clone(), line: index + 1 };
            match serde_json::from_str(line).map_err(|_| malformed())? {
                Record::Plan { digest: other } if index == 0 => {
                    if other != digest {
                        return Err(JournalError::OtherPlan { path: self.path.clone() });
                    }
                }
                _ if index == 0 => return Err(malformed()),
                Record::Plan { .. } => return Err(malformed()),
                Record::Begun { step, action } => {
                    self.actions.insert((step, action), Progress::Interrupted);
                }
                Record::Ran { step, action } => {
                    self.actions.insert((step, action), Progress::Ran);
                }
                Record::Again { step } => self.forget(&step),
                Record::Done { step, .. } => {
                    self.done.insert(step);
                }
            }
        }
        Ok(())
    }

    /// Whether a step is done.
    pub fn is_done(&self, step: &str) -> bool {
        self.done.contains(step)
    }

    /// Whether anything of a step was begun.
    pub fn is_begun(&self, step: &str) -> bool {
        self.actions.keys().any(|(known, _)| known == step)
    }

    /// How far an action came.
    pub fn progress(&self, step: &str, action: usize) -> Progress {
        self.actions.get(&(step.to_owned(), action)).copied().unwrap_or(Progress::Untouched)
    }

    /// The journal for a command to hold while it runs; `None` where the system gives no further handle.
    pub(crate) fn held(&self) -> Option<File> {
        self.file.try_clone().ok()
    }

    /// Says that an action is about to run. It is on disk when this returns.
    pub(crate) fn begin(&mut self, step: &str, action: usize) -> Result<(), JournalError> {
        self.write(&Record::Begun { step: step.to_owned(), action })?;
        self.actions.insert((step.to_owned(), action), Progress::Interrupted);
        Ok(())
    }

    /// Says that an action ended well.
    pub(crate) fn ran(&mut self, step: &str, action: usize) -> Result<(), JournalError> {
        self.write(&Record::Ran { step: step.to_owned(), action })?;
        self.actions.insert((step.to_owned(), action), Progress::Ran);
        Ok(())
    }

    /// Says that a step is done; `by_hand`, if a person says so.
    ///
    /// *Errors*: the file.
    pub fn finish(&mut self, step: &str, by_hand: bool) -> Result<(), JournalError> {
        self.write(&Record::Done { step: step.to_owned(), by_hand })?;
        self.done.insert(step.to_owned());
        Ok(())
    }

    /// Says that the commands of an interrupted step are to run once more. Those that ended well stay done.
    ///
    /// *Errors*: the file.
    pub fn again(&mut self, step: &str) -> Result<(), JournalError> {
        self.write(&Record::Again { step: step.to_owned() })?;
        self.forget(step);
        Ok(())
    }

    fn forget(&mut self, step: &str) {
        self.actions.retain(|(known, _), progress| known != step || *progress == Progress::Ran);
    }

    fn write(&mut self, record: &Record) -> Result<(), JournalError> {
        let failed = |source| JournalError::File { path: self.path.clone(), source };
        let mut line = serde_json::to_string(record).map_err(|error| failed(error.into()))?;
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }
}

/// A plan's digest: the same for the same steps.
fn digest(plan: &Plan) -> String {
    let text = serde_json::to_vec(plan).unwrap_or_default();
    format!("sha256:{:x}", Sha256::digest(text))
}

/// A new file is there after a crash only if its folder is on disk too.
fn sync_folder(path: &Utf8Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty());
    File::open(folder.unwrap_or(Utf8Path::new(".")))?.sync_all()
}
