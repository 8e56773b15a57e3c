//! Working trees beside the user's.

use camino::{Utf8Path, Utf8PathBuf};

use crate::{Git, GitFailed};

/// A working tree of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worktree {
    /// Its folder.
    pub path: Utf8PathBuf,
    /// The full name of the branch that is checked out; none for a detached head.
    pub branch: Option<String>,
    /// Whether its folder is gone.
    pub is_gone: bool,
}

impl Git {
    /// All working trees, the main one first; a bare repository has none of its own.
    ///
    /// *Errors*: git cannot be run.
    pub fn worktrees(&self) -> Result<Vec<Worktree>, GitFailed> {
        let text = self.run(&["worktree", "list", "--porcelain", "-z"])?;
        let mut found: Vec<Worktree> = Vec::new();
        for field in text.split('\0') {
            let (key, value) = field.split_once(' ').unwrap_or((field, ""));
            match (key, found.last_mut()) {
                ("worktree", _) => {
                    found.push(Worktree { path: value.into(), ..Worktree::default() });
                }
                ("branch", Some(last)) => last.branch = Some(value.to_owned()),
                ("prunable", Some(last)) => last.is_gone = true,
                ("bare", Some(_)) => _ = found.pop(),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Whether the files of this working tree could go from one commit to another without losing anything. Not even the
    /// index is written.
    ///
    /// *Errors*: what stands in the way, as git says it.
    pub fn could_go(&self, from: &str, to: &str) -> Result<(), GitFailed> {
        let index = self.run(&["rev-parse", "--path-format=absolute", "--git-path", "index"])?;
        let failed = |source| GitFailed::Start {
            command: "read-tree".to_owned(),
            folder: self.folder().to_owned(),
            source,
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let copy = folder.path().join("index");
        fs_err::copy(&index, &copy).map_err(failed)?;
        let apart = self.with("GIT_INDEX_FILE", copy.to_string_lossy());
        // It ends with 1 where files differ, and the next call tells which.
        _ = apart.ask(&["update-index", "-q", "--refresh"], b"")?;
        apart.run(&["read-tree", "-n", "-m", "-u", from, to]).map(drop)
    }

    /// Brings the files of this working tree from one commit to another. Whatever was changed there stays, or nothing is
    /// done at all.
    ///
    /// *Errors*: what stands in the way.
    pub fn go(&self, from: &str, to: &str) -> Result<(), GitFailed> {
        _ = self.run(&["update-index", "-q", "--refresh"]);
        self.run(&["read-tree", "-m", "-u", from, to]).map(drop)
    }

    /// Makes a working tree at a commit, on no branch.
    ///
    /// *Errors*: git cannot be run, or the folder is taken.
    pub fn add_worktree(&self, folder: &Utf8Path, commit: &str) -> Result<Self, GitFailed> {
        self.run(&["worktree", "add", "--quiet", "--detach", folder.as_str(), commit])?;
        Ok(Self::at(folder))
    }

    /// Takes a working tree away with all that is in it; one that is gone already is forgotten.
    ///
    /// *Errors*: git cannot be run, or the folder cannot be removed.
    pub fn remove_worktree(&self, folder: &Utf8Path) -> Result<(), GitFailed> {
        if folder.exists() {
            self.run(&["worktree", "remove", "--force", "--force", folder.as_str()])?;
        }
        self.run(&["worktree", "prune"]).map(drop)
    }

    /// The files of this working tree that still have conflicts.
    ///
    /// *Errors*: git cannot be run.
    pub fn unmerged(&self) -> Result<Vec<Utf8PathBuf>, GitFailed> {
        let text = self.run(&["diff", "--name-only", "--diff-filter=U", "-z"])?;
        let paths = text.split('\0').filter(|path| !path.is_empty());
        Ok(paths.map(Utf8PathBuf::from).collect())
    }
}
