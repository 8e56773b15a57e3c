//! What state a working tree is in, before anything is written to it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::{Git, GitFailed};

/// Files in the folder of a repository that tell what somebody is in the middle of.
const UNFINISHED: [(&str, &str); 6] = [
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick"),
];

/// What state a working tree is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkTreeState {
    /// The branch that is checked out, without `refs/heads/`; none where it is a commit alone.
    pub branch: Option<String>,
    /// Tracked files that differ from the commit that is checked out, staged or not, conflicts among them; sorted.
    pub changed: Vec<Utf8PathBuf>,
    /// What somebody is in the middle of, such as `merge`.
    pub unfinished: Option<&'static str>,
    /// What the branch follows, as it was fetched last.
    pub upstream: Option<Upstream>,
}

/// What a branch follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// Its name, such as `origin/main`.
    pub name: String,
    /// How many commits it has beyond the branch.
    pub behind: usize,
}

impl Git {
    /// Looks at the working tree, without writing anything. Files that are not tracked do not count.
    ///
    /// *Cost*: that of `git status`. *Errors*: git cannot be run, or there is no working tree.
    pub fn work_tree(&self) -> Result<WorkTreeState, GitFailed> {
        let arguments = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"];
        let arguments =
            [&arguments[..], &["--untracked-files=no", "--ignore-submodules=untracked"]].concat();
        let text = self.run(&arguments)?;
        let mut state =
            WorkTreeState { unfinished: self.unfinished()?, ..WorkTreeState::default() };
        let mut upstream = Upstream::default();
        let mut entries = text.split('\0');
        while let Some(entry) = entries.next() {
            let mut path_after = |words: usize| {
                let path = entry.splitn(words + 1, ' ').nth(words);
                state.changed.extend(path.map(Utf8PathBuf::from));
            };
            match entry.split(' ').next() {
                Some("#") => heading(entry, &mut state.branch, &mut upstream),
                Some("1") => path_after(8),
                Some("2") => {
                    path_after(9);
                    // The path it had before.
                    state.changed.extend(entries.next().map(Utf8PathBuf::from));
                }
                Some("u") => path_after(10),
                _ => {}
            }
        }
        state.changed.sort_unstable();
        state.upstream = (!upstream.name.is_empty()).then_some(upstream);
        Ok(state)
    }

    /// Why nobody is known as the author of commits; none where somebody is.
    ///
    /// A name that git makes up from the machine's does not count. *Errors*: git cannot be run.
    pub fn lacks_identity(&self) -> Result<Option<String>, GitFailed> {
        for who in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            let arguments = ["-c", "user.useConfigOnly=true", "var", who];
            let reply = self.ask(&arguments, b"")?;
            if reply.code != Some(0) {
                let last = reply.stderr.lines().rfind(|line| !line.trim().is_empty());
                let told = last.unwrap_or("nobody is known").trim_start_matches("fatal: ");
                return Ok(Some(told.to_owned()));
            }
        }
        Ok(None)
    }

    /// The same repository with a folder for new objects of its own, so that what is written leaves no trace.
    ///
    /// *Errors*: git cannot be run, or there is no room for a temporary folder.
    pub fn in_scratch(&self, scratch: &Utf8Path) -> Result<Self, GitFailed> {
        let objects =
            self.run(&["rev-parse", "--path-format=absolute", "--git-path", "objects"])?;
        Ok(self
            .with("GIT_OBJECT_DIRECTORY", scratch.as_str())
            .with("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects))
    }

    fn unfinished(&self) -> Result<Option<&'static str>, GitFailed> {
        let folder = Utf8PathBuf::from(self.run(&["rev-parse", "--absolute-git-dir"])?);
        let found = UNFINISHED.iter().find(|(file, _)| folder.join(file).exists());
        Ok(found.map(|(_, what)| *what))
    }
}

/// Reads `# branch.head main` and its like.
fn heading(entry: &str, branch: &mut Option<String>, upstream: &mut Upstream) {
    let mut words = entry.splitn(3, ' ').skip(1);
    match (words.next(), words.next()) {
        (Some("branch.head"), Some(name)) if name != "(detached)" => {
            *branch = Some(name.to_owned());
        }
        (Some("branch.upstream"), Some(name)) => name.clone_into(&mut upstream.name),
        (Some("branch.ab"), Some(counts)) => {
            let behind = counts.split('-').nth(1).and_then(|count| count.parse().ok());
            upstream.behind = behind.unwrap_or(0);
        }
        _ => {}
    }
}
