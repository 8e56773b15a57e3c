//! What waits for a person, on disk.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use trainyard_git::Git;

use crate::{error::CommandError, files};

/// The version of the file's format.
const FORMAT: u32 = 1;

/// A merge or pick that a person must settle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    format: u32,
    /// The branch that shall move.
    pub(crate) into: String,
    /// Where the local branch was; none where there was none.
    pub(crate) local: Option<String>,
    /// What the worktree was made from.
    pub(crate) ours: String,
    /// Where the branch was when this began; older notes do not say.
    #[serde(default)]
    pub(crate) begun: Option<String>,
    /// The branches that the call has moved already, by full name: they are pushed along.
    #[serde(default)]
    pub(crate) moved: Vec<String>,
    /// What is to be done once it is settled.
    pub(crate) task: Task,
}

/// What a person is in the middle of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub(crate) enum Task {
    /// A merge.
    Forward {
        /// The branch that is merged.
        source: String,
        /// Its commit.
        theirs: String,
        /// The merge's message.
        message: String,
        /// What the call was asked for.
        from: Option<String>,
        /// What the call was asked for.
        to: Option<String>,
    },
    /// A pick.
    Backport {
        /// The commit at hand; none where all are picked and a person must mend the result.
        commit: Option<String>,
        /// What is still to be picked onto this line.
        rest: Vec<String>,
        /// Those among them that are picks themselves, made where the line was before; their messages stay.
        #[serde(default)]
        again: Vec<String>,
        /// What the call was asked for.
        commits: Vec<String>,
        /// What the call was asked for.
        lines: Vec<String>,
    },
}

impl Waiting {
    pub(crate) fn new(into: &str, local: Option<String>, ours: &str, task: Task) -> Self {
        let (into, ours) = (into.to_owned(), ours.to_owned());
        Self { format: FORMAT, into, local, ours, begun: None, moved: Vec::new(), task }
    }

    /// The same, begun where the branch was.
    pub(crate) fn begun_at(self, tip: &str) -> Self {
        Self { begun: Some(tip.to_owned()), ..self }
    }

    /// The same, after these branches have moved.
    pub(crate) fn after(self, moved: Vec<String>) -> Self {
        Self { moved, ..self }
    }

    /// The command that goes on.
    pub(crate) fn command(&self) -> &'static str {
        match self.task {
            Task::Forward { .. } => "forward",
            Task::Backport { .. } => "backport",
        }
    }
}

/// Where things that wait are kept.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    folder: Utf8PathBuf,
}

impl Desk {
    /// In the folder that all worktrees share.
    pub(crate) fn of(git: &Git) -> Result<Self, CommandError> {
        Ok(Self { folder: git.common_folder()?.join("trainyard") })
    }

    /// Where the worktree for a person is.
    pub(crate) fn worktree(&self) -> Utf8PathBuf {
        self.folder.join("settling")
    }

    fn note(&self) -> Utf8PathBuf {
        self.folder.join("waiting.json")
    }

    /// What waits, if anything does.
    ///
    /// *Errors*: the note cannot be read.
    pub(crate) fn waiting(&self) -> Result<Option<Waiting>, CommandError> {
        if !self.note().exists() {
            return Ok(None);
        }
        let text = files::read_text(&self.note())?;
        let known = serde_json::from_str::<Waiting>(&text).ok();
        let known = known.filter(|waiting| waiting.format == FORMAT);
        known.map(Some).ok_or_else(|| {
            CommandError::usage(format!("{} is not a note of this version", self.note()))
                .hint("take it back with `trainyard forward --abort`")
        })
    }

    /// Refuses to begin something while something waits.
    pub(crate) fn must_be_clear(&self) -> Result<(), CommandError> {
        let Some(waiting) = self.waiting()? else { return Ok(()) };
        let command = waiting.command();
        let error = CommandError::usage(format!(
            "conflicts of {} wait to be settled in {}",
            waiting.into,
            self.worktree()
        ));
        Err(error.hint(format!(
            "settle and `git add` them, then run `trainyard {command} --continue`; or `trainyard {command} --abort`"
        )))
    }

    /// Makes the worktree for a person. The note is written before, so that no worktree is left that nobody knows of.
    pub(crate) fn prepare(&self, git: &Git, waiting: &Waiting) -> Result<Git, CommandError> {
        fs_err::create_dir_all(&self.folder).map_err(|error| CommandError::environment(&error))?;
        // What a killed call left is nobody's work: its note was not there.
        self.remove_worktree(git)?;
        self.note_down(waiting)?;
        Ok(git.add_worktree(&self.worktree(), &waiting.ours)?)
    }

    /// Writes what waits.
    pub(crate) fn note_down(&self, waiting: &Waiting) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(waiting)
            .map_err(|error| CommandError::environment(&error))?;
        files::write_whole(&self.note(), &text)
    }

    /// Takes worktree and note away.
    pub(crate) fn clear(&self, git: &Git) -> Result<(), CommandError> {
        self.remove_worktree(git)?;
        if self.note().exists() {
            fs_err::remove_file(self.note())?;
        }
        Ok(())
    }

    fn remove_worktree(&self, git: &Git) -> Result<(), CommandError> {
        let folder: &Utf8Path = &self.worktree();
        let is_known = git.worktrees()?.iter().any(|each| each.path == folder);
        if is_known || folder.exists() {
            git.remove_worktree(folder)?;
        }
        Ok(())
    }
}
