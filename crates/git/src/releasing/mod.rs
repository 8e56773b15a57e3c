//! Runs releases so that an interruption at any moment ends in "released" or "as before".
//!
//! What to do next is decided by [`trainyard_release::journal`]; here it is done, and the journal kept on disk. A lock keeps
//! a second release out, for as long as any command of the first is at work.

mod act;
mod files;
mod journal;
mod observe;

use std::{fs::File, io, sync::Arc, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_release::journal::{Journal, JournalError, Next, Outcome, Plan, Record, Step, next};

use self::journal::JournalFile;
use crate::{Git, GitFailed};

/// How long to wait for another release, which may be the last breath of one that was interrupted.
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// The releases of one repository, of which one is made at a time.
#[derive(Debug)]
pub struct Releases {
    /// Holds the lock with every command.
    git: Git,
    /// Where the journal and the lock are.
    folder: Utf8PathBuf,
    /// The root of the working tree.
    root: Utf8PathBuf,
}

/// How a release ended, for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything is done.
    Released,
    /// Everything is as it was before, and why.
    AsBefore(String),
    /// Somebody must see to something first; the journal stays.
    Waits(String),
}

/// Why a release could not go on. Its journal, where it had begun, stays, and the next call goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleasingError {
    /// Another release of the repository is being made.
    #[error("another release of this repository is being made")]
    Busy,
    /// There is no room for the journal.
    #[error("cannot write to `{path}`")]
    Unwritable {
        /// The folder or file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of the working tree cannot be written.
    #[error("cannot write the file `{path}`")]
    File {
        /// The file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The journal of a release that was interrupted cannot be understood.
    #[error("cannot read `{path}`")]
    Journal {
        /// The journal.
        path: Utf8PathBuf,
        /// Why.
        source: JournalError,
    },
    /// A record cannot be written as text.
    #[error("cannot write the journal")]
    Record(#[from] serde_json::Error),
    /// Git refused.
    #[error(transparent)]
    Git(#[from] GitFailed),
}

impl Releases {
    /// Takes the lock of the repository that a working tree belongs to.
    ///
    /// *Errors*: `Busy` after ten seconds; `Unwritable` where nothing can be written beside the repository.
    pub fn open(git: &Git) -> Result<Self, ReleasingError> {
        let folder = folder(git)?;
        let unwritable = |path: &Utf8Path| {
            let path = path.to_owned();
            move |source| ReleasingError::Unwritable { path, source }
        };
        fs_err::create_dir_all(&folder).map_err(unwritable(&folder))?;
        let path = folder.join("release.lock");
        let mut options = File::options();
        options.create(true).read(true).write(true).truncate(false);
        let lock = options.open(&path).map_err(unwritable(&path))?;
        wait_for(&lock).map_err(|error| error.unwrap_or_else(&path))?;
        let root = git.run(&["rev-parse", "--show-toplevel"])?;
        let git = git.holding(Arc::new(lock));
        Ok(Self { git, folder, root: root.into() })
    }

    /// The release that was interrupted, without a lock: for looking alone.
    ///
    /// *Errors*: its journal cannot be read.
    pub fn interrupted(git: &Git) -> Result<Option<Plan>, ReleasingError> {
        let journal = JournalFile::new(&folder(git)?).read()?;
        Ok(journal.map(|journal| journal.plan))
    }

    /// Why nothing can be written beside the repository, as far as that shows without writing: for looking alone.
    ///
    /// *Errors*: git cannot be run.
    pub fn unwritable(git: &Git) -> Result<Option<ReleasingError>, GitFailed> {
        let folder = folder(git)?;
        let Some(common) = folder.parent() else { return Ok(None) };
        if fs_err::metadata(&folder).is_ok_and(|about| !about.is_dir()) {
            let source = io::ErrorKind::NotADirectory.into();
            return Ok(Some(ReleasingError::Unwritable { path: folder, source }));
        }
        // Opened, and left as it is.
        let head = common.join("HEAD");
        let Err(source) = File::options().append(true).open(&head) else { return Ok(None) };
        let is_locked = fs_err::metadata(common).is_ok_and(|about| about.permissions().readonly());
        let is_unwritable = is_locked || source.kind() == io::ErrorKind::ReadOnlyFilesystem;
        Ok(is_unwritable.then_some(ReleasingError::Unwritable { path: folder, source }))
    }

    /// Makes a release. Both contents of each of its files must be in the object database, and no other be interrupted.
    ///
    /// *Errors*: what kept it from going on or back.
    pub fn make(&self, plan: Plan) -> Result<Ended, ReleasingError> {
        let file = JournalFile::new(&self.folder);
        file.begin(&plan)?;
        self.run(&file, Journal::new(plan))
    }

    /// Finishes or takes back what was interrupted; none where nothing was.
    ///
    /// *Errors*: as of [`Self::make`].
    pub fn resume(&self) -> Result<Option<(Plan, Ended)>, ReleasingError> {
        self.resume_with(None)
    }

    /// As [`Self::resume`], but takes everything back that is not public.
    pub fn abort(&self) -> Result<Option<(Plan, Ended)>, ReleasingError> {
        self.resume_with(Some(Record::TakeBack("that was asked for".to_owned())))
    }

    fn resume_with(&self, record: Option<Record>) -> Result<Option<(Plan, Ended)>, ReleasingError> {
        files::sweep(&self.folder);
        let file = JournalFile::new(&self.folder);
        let Some(mut journal) = file.read()? else {
            file.remove()?;
            return Ok(None);
        };
        file.cut()?;
        let observed = self.observe(&journal)?;
        for record in journal.resumed(&observed).into_iter().chain(record) {
            file.append(&record)?;
            journal.records.push(record);
        }
        let plan = journal.plan.clone();
        Ok(Some((plan, self.run(&file, journal)?)))
    }

    fn run(&self, file: &JournalFile, mut journal: Journal) -> Result<Ended, ReleasingError> {
        let mut last = None;
        loop {
            let observed = self.observe(&journal)?;
            let answer = next(&journal, &observed);
            let mut records: Vec<_> = answer.record().into_iter().collect();
            if last.as_ref() == Some(&answer) {
                match answer {
                    // It was done, and still cannot be seen: filters that are no inverses, perhaps.
                    Next::Do(step) => {
                        records =
                            vec![Record::Failed(step, format!("{} has no effect", words(step)))];
                    }
                    _ => return Ok(Ended::Waits("it cannot be taken back".to_owned())),
                }
            } else {
                for record in &records {
                    file.append(record)?;
                }
                journal.records.append(&mut records);
                match &answer {
                    Next::Do(step) => {
                        if let Err(error) = self.act(&journal.plan, &observed, *step) {
                            records = vec![Record::Failed(*step, failure(*step, &error))];
                        }
                    }
                    Next::Undo(step) => self.undo(&journal.plan, &observed, *step)?,
                    Next::TakeBack(_) => {}
                    Next::Wait(reason) => return Ok(Ended::Waits(reason.clone())),
                    Next::Close(outcome) => {
                        file.remove()?;
                        self.settle();
                        return Ok(ended(*outcome, &journal));
                    }
                }
            }
            for record in records {
                file.append(&record)?;
                journal.records.push(record);
            }
            last = Some(answer);
        }
    }
}

fn ended(outcome: Outcome, journal: &Journal) -> Ended {
    match outcome {
        Outcome::Released => Ended::Released,
        Outcome::AsBefore => {
            Ended::AsBefore(journal.reason().unwrap_or("it was taken back").to_owned())
        }
    }
}

/// A step in words, after which "failed" can follow.
fn words(step: Step) -> &'static str {
    match step {
        Step::WriteRelease | Step::WriteNext => "writing the files",
        Step::Commit | Step::CommitNext => "committing",
        Step::Tag(_) => "tagging",
        Step::Line(_) => "creating the line's branch",
        Step::Push => "pushing",
    }
}

/// Why a step failed: what git said, or an error with its causes.
fn failure(step: Step, error: &ReleasingError) -> String {
    if let ReleasingError::Git(GitFailed::Refused { told, .. }) = error {
        let lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
        return format!("{} failed: {}", words(step), lines.collect::<Vec<_>>().join("; "));
    }
    let error: &dyn std::error::Error = error;
    let texts: Vec<_> = std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect();
    texts.join(": ")
}

/// Where the journal is: beside the objects, so that all worktrees of a repository share it.
fn folder(git: &Git) -> Result<Utf8PathBuf, GitFailed> {
    let common = git.run(&["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
    Ok(Utf8PathBuf::from(common).join("trainyard"))
}

/// Why a lock was not to be had.
enum NoLock {
    Busy,
    Failed(io::Error),
}

impl NoLock {
    fn unwrap_or_else(self, path: &Utf8Path) -> ReleasingError {
        match self {
            Self::Busy => ReleasingError::Busy,
            Self::Failed(source) => ReleasingError::Unwritable { path: path.to_owned(), source },
        }
    }
}

fn wait_for(lock: &File) -> Result<(), NoLock> {
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(std::fs::TryLockError::WouldBlock) if waited < PATIENCE => {
                std::thread::sleep(BETWEEN_TRIES);
                waited += BETWEEN_TRIES;
            }
            Err(std::fs::TryLockError::WouldBlock) => return Err(NoLock::Busy),
            Err(std::fs::TryLockError::Error(error)) => return Err(NoLock::Failed(error)),
        }
    }
}
