//! What has been begun and done, written ahead.
//!
//! A line is a record as JSON and its seal: a digest of the record and of the seal before it. So a journal that lost a
//! line, or that something else wrote to, is told and never followed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
    io::{self, Read, Write},
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
    /// An action has run, or a person says so.
    Ran { step: String, action: usize },
    /// An action ended with an error.
    Failed { step: String, action: usize },
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
    /// It ended with an error.
    Failed,
    /// It ended well.
    Ran,
}

/// What has been begun and done of a plan, in a file that one process at a time may write.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: Utf8PathBuf,
    /// The seal of the last line.
    seal: String,
    done: BTreeSet<String>,
    actions: BTreeMap<(String, usize), Progress>,
    /// Actions that were begun once more after an interruption: even if they fail, how far they came is not known.
    repeated: BTreeSet<(String, usize)>,
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
    /// It is no file, or too large for one.
    #[error("the journal `{path}` is no journal: {why}")]
    NoJournal {
        /// The file.
        path: Utf8PathBuf,
        /// What it is instead.
        why: &'static str,
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
    /// A line of it is not what was written there, or one before it is gone.
    #[error("line {line} of the journal `{path}` is not as it was written")]
    Malformed {
        /// The file.
        path: Utf8PathBuf,
        /// The 1-based line.
        line: usize,
    },
}

/// A journal of 10,000 steps, each stopped at a hundred times, is smaller.
const LARGEST_BYTES: u64 = 256 << 20;

impl Journal {
    /// Opens the journal of a plan, or begins one.
    ///
    /// A last line that is not whole was being written when the process died; nothing followed from it, and it is cut off.
    ///
    /// *Errors*: the file, another process that has it, another plan, a line that is not as it was written.
    pub fn open(path: &Utf8Path, plan: &Plan) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File { path: path.to_owned(), source };
        let no_journal = |why| JournalError::NoJournal { path: path.to_owned(), why };
        // What never ends must not be opened: a pipe waits for its other end.
        match path.metadata() {
            Ok(known) if !known.is_file() => return Err(no_journal("it is not a file")),
            Ok(known) if known.len() > LARGEST_BYTES => return Err(no_journal("it is too large")),
            Ok(_) | Err(_) => {}
        }
        let file = File::options().read(true).append(true).create(true).open(path);
        let file = file.map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse { path: path.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        let mut bytes = Vec::new();
        (&file).take(LARGEST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        let mut journal = Self {
            file,
            path: path.to_owned(),
            seal: String::new(),
            done: BTreeSet::new(),
            actions: BTreeMap::new(),
            repeated: BTreeSet::new(),
        };
        let digest = digest(plan);
        let whole = journal.replay(&bytes, &digest)?;
        if whole < bytes.len() {
            journal.file.set_len(whole as u64).map_err(failed)?;
        }
        if journal.seal.is_empty() {
            journal.write(&Record::Plan { digest })?;
            sync_folder(path).map_err(failed)?;
        } else if bytes.get(..whole).is_some_and(|kept| !kept.ends_with(b"\n")) {
            journal.file.write_all(b"\n").map_err(failed)?;
        }
        Ok(journal)
    }

    /// Follows the lines; returns how many bytes they have, without one that is not whole.
    fn replay(&mut self, bytes: &[u8], digest: &str) -> Result<usize, JournalError> {
        let mut read = 0;
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let malformed = || JournalError::Malformed { path: self.path.clone(), line: index + 1 };
            let (text, is_ended) = match line.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (line, false),
            };
            match unsealed(text, &self.seal) {
                Some((record, seal)) => {
                    self.follow(record, index, digest)?;
                    self.seal = seal;
                }
                None if is_ended => return Err(malformed()),
                // Its end is no line's end any more: that is no line that was being written.
                None if (1..text.len()).rev().take(8).any(|end| {
                    text.get(..end).and_then(|text| unsealed(text, &self.seal)).is_some()
                }) =>
                {
                    return Err(malformed());
                }
                None => break,
            }
            read += line.len();
        }
        Ok(read)
    }

    fn follow(&mut self, record: Record, index: usize, digest: &str) -> Result<(), JournalError> {
        match record {
            Record::Plan { digest: other } if index == 0 => {
                if other != digest {
                    return Err(JournalError::OtherPlan { path: self.path.clone() });
                }
            }
            Record::Plan { .. } => {
                return Err(JournalError::Malformed { path: self.path.clone(), line: index + 1 });
            }
            _ if index == 0 => {
                return Err(JournalError::Malformed { path: self.path.clone(), line: 1 });
            }
            Record::Begun { step, action } => self.note_begun(&step, action),
            Record::Failed { step, action } => self.note_failed(&step, action),
            Record::Ran { step, action } => self.set(&step, action, Progress::Ran),
            Record::Again { step } => self.forget(&step),
            Record::Done { step, .. } => {
                self.done.insert(step);
            }
        }
        Ok(())
    }

    fn set(&mut self, step: &str, action: usize, progress: Progress) {
        self.actions.insert((step.to_owned(), action), progress);
    }

    fn note_begun(&mut self, step: &str, action: usize) {
        if self.progress(step, action) == Progress::Interrupted {
            self.repeated.insert((step.to_owned(), action));
        }
        self.set(step, action, Progress::Interrupted);
    }

    fn note_failed(&mut self, step: &str, action: usize) {
        if !self.repeated.contains(&(step.to_owned(), action)) {
            self.set(step, action, Progress::Failed);
        }
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
        self.note_begun(step, action);
        Ok(())
    }

    /// Says that an action ended well.
    pub(crate) fn ran(&mut self, step: &str, action: usize) -> Result<(), JournalError> {
        self.write(&Record::Ran { step: step.to_owned(), action })?;
        self.set(step, action, Progress::Ran);
        Ok(())
    }

    /// Says that an action ended with an error.
    pub(crate) fn failed(&mut self, step: &str, action: usize) -> Result<(), JournalError> {
        self.write(&Record::Failed { step: step.to_owned(), action })?;
        self.note_failed(step, action);
        Ok(())
    }

    /// The actions of a step that were begun and did not end well.
    fn open_actions(&self, step: &str) -> Vec<usize> {
        let own = self.actions.iter().filter(|((known, _), _)| known == step);
        own.filter(|(_, progress)| **progress != Progress::Ran)
            .map(|((_, action), _)| *action)
            .collect()
    }

    /// Whether a command of a step was begun and did not end well.
    pub fn is_open(&self, step: &str) -> bool {
        !self.is_done(step) && !self.open_actions(step).is_empty()
    }

    /// Says what a person found: that the interrupted command of a step was done, or else all of the step.
    ///
    /// What follows an interrupted command in its step still runs.
    ///
    /// *Errors*: the file.
    pub fn settle(&mut self, step: &str) -> Result<(), JournalError> {
        if !self.is_open(step) {
            return self.finish(step, true);
        }
        for action in self.open_actions(step) {
            self.ran(step, action)?;
        }
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
        self.repeated.retain(|(known, _)| known != step);
    }

    fn write(&mut self, record: &Record) -> Result<(), JournalError> {
        let failed = |source| JournalError::File { path: self.path.clone(), source };
        let text = serde_json::to_string(record).map_err(|error| failed(error.into()))?;
        let seal = sealed(&self.seal, text.as_bytes());
        self.file.write_all(format!("{text} {seal}\n").as_bytes()).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        self.seal = seal;
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Services that were started may have the file open for as long as they live; a killed run's keep it locked.
        _ = self.file.unlock();
    }
}

/// A line's record and seal; `None` where the seal is not that of the record after the seal before.
fn unsealed(line: &[u8], before: &str) -> Option<(Record, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (record, seal) = line.rsplit_once(' ')?;
    if sealed(before, record.as_bytes()) != seal {
        return None;
    }
    Some((serde_json::from_str(record).ok()?, seal.to_owned()))
}

fn sealed(before: &str, record: &[u8]) -> String {
    let digest = Sha256::new().chain_update(before).chain_update(record).finalize();
    let (seal, _) = digest.split_at(8);
    seal.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
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
