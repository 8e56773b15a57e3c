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

/// The folder of this program, where a shell does not find it by its name.
pub(crate) fn folder_off_path() -> Option<Utf8PathBuf> {
    let program = Utf8PathBuf::from_path_buf(env::current_exe().ok()?).ok()?;
    let (folder, name) = (program.parent()?, program.file_name()?);
    let paths = env::var_os("PATH").unwrap_or_default();
    let is_found = env::split_paths(&paths).any(|path| path.join(name).is_file());
    (!is_found).then(|| folder.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
fn variable(name: &str) -> Option<Utf8PathBuf> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from)
}
