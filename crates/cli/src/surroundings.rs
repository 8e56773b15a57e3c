//! What the environment says about where the repository is.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_git::{GitError, Repository};

/// The repository that `GIT_DIR` names, as for git relative to the folder to work in, else the one around that folder.
pub(crate) fn repository(directory: &Utf8Path) -> Result<Repository, GitError> {
    match variable("GIT_DIR") {
        Some(git_dir) => {
            let worktree = variable("GIT_WORK_TREE").map(|worktree| directory.join(worktree));
            Repository::open(&directory.join(git_dir), worktree.as_deref())
        }
        None => Repository::discover(directory),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
fn variable(name: &str) -> Option<Utf8PathBuf> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from)
}
