//! What the environment says about where the repository is.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_git::{GitError, Repository};

/// The repository that `GIT_DIR` names, else the one around the folder to work in, with the files of `GIT_WORK_TREE`
/// where that is set. As for git both are relative to that folder.
pub(crate) fn repository(directory: &Utf8Path) -> Result<Repository, GitError> {
    let worktree = variable("GIT_WORK_TREE").map(|worktree| directory.join(worktree));
    match (variable("GIT_DIR"), worktree) {
        (Some(git_dir), worktree) => {
            Repository::open(&directory.join(git_dir), worktree.as_deref())
        }
        (None, Some(worktree)) => Repository::discover_with_worktree(directory, &worktree),
        (None, None) => Repository::discover(directory),
    }
}

/// As [`repository`]; `None` where no variable names one and none is around the folder.
pub(crate) fn repository_if_any(directory: &Utf8Path) -> Result<Option<Repository>, GitError> {
    match repository(directory) {
        Err(GitError::NotARepository { .. }) if variable("GIT_DIR").is_none() => Ok(None),
        found => found.map(Some),
    }
}

/// The index that `GIT_INDEX_FILE` names, which git sets for hooks.
pub(crate) fn index(directory: &Utf8Path) -> Option<Utf8PathBuf> {
    variable("GIT_INDEX_FILE").map(|index| directory.join(index))
}

#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
fn variable(name: &str) -> Option<Utf8PathBuf> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from)
}
