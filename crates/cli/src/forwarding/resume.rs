//! Worktrees for a person: made, gone on from, taken back.

use camino::Utf8PathBuf;
use trainyard_git::Git;

use super::{
    outcome::Carried,
    state::{Desk, Task, Waiting},
    workshop::Joined,
};
use crate::{args::Global, error::CommandError, surroundings};

/// What a call was asked for: from which branch to which.
pub(super) type Asked = (Option<String>, Option<String>);

/// Makes the worktree of a merge, with the conflicts in place and everything else settled.
pub(super) fn prepare_merge(
    git: &Git,
    desk: &Desk,
    waiting: &Waiting,
    joined: &Joined,
) -> Result<(), CommandError> {
    let Task::Forward { theirs, message, .. } = &waiting.task else { return Ok(()) };
    let there = desk.prepare(git, waiting)?;
    // It ends with 1 where there are conflicts, and those are expected.
    let arguments = ["merge", "--quiet", "--no-ff", "--no-commit", "-m", message, theirs];
    let reply = there.ask(&arguments, b"")?;
    if !matches!(reply.code, Some(0 | 1)) {
        return Err(reply.refusal(&arguments).into());
    }
    write_settled(&there, joined)
}

/// Writes what was settled and marks it as such.
pub(super) fn write_settled(there: &Git, joined: &Joined) -> Result<(), CommandError> {
    for (path, text) in &joined.texts {
        let file = there.folder().join(path);
        fs_err::write(&file, text).map_err(|error| CommandError::environment(&error))?;
        there.run(&["add", "--", path.as_str()])?;
    }
    Ok(())
}

/// Takes the prepared worktree away.
pub(super) fn abort(global: &Global, command: &str) -> Result<Carried, CommandError> {
    let git = Git::at(surroundings::repository(&global.directory)?.root());
    let desk = Desk::of(&git)?;
    let waiting = desk.waiting().ok().flatten();
    if waiting.is_none() && !desk.worktree().exists() {
        return Err(CommandError::usage(format!("no {command} waits for anybody")));
    }
    desk.clear(&git)?;
    let mut carried = Carried::default();
    carried.notes.push("the prepared worktree is gone; branches stay where they are".to_owned());
    Ok(carried)
}

/// What a person has settled: the note and the worktree.
///
/// *Errors*: nothing waits, or for another command; the worktree is gone; conflicts are left.
pub(super) fn settled(
    global: &Global,
    command: &str,
) -> Result<(Git, Desk, Waiting, Git), CommandError> {
    let git = Git::at(surroundings::repository(&global.directory)?.root());
    let desk = Desk::of(&git)?;
    let waiting = desk.waiting()?;
    let Some(waiting) = waiting else {
        return Err(CommandError::usage(format!("no {command} waits to be gone on with")));
    };
    if waiting.command() != command {
        let error = CommandError::usage(format!("a {} waits, not a {command}", waiting.command()));
        return Err(error.hint(format!("run `trainyard {} --continue`", waiting.command())));
    }
    let folder = desk.worktree();
    if !folder.exists() {
        let error = CommandError::usage(format!("the worktree {folder} is gone"));
        return Err(error.hint(format!("run `trainyard {command} --abort`, and begin again")));
    }
    let there = Git::at(&folder);
    let left = there.unmerged()?;
    if !left.is_empty() {
        return Err(conflicts_left(&folder, &left));
    }
    Ok((git, desk, waiting, there))
}

fn conflicts_left(folder: &Utf8PathBuf, left: &[Utf8PathBuf]) -> CommandError {
    let named: Vec<_> = left.iter().take(5).map(ToString::to_string).collect();
    let error =
        CommandError::usage(format!("conflicts are left in {folder}: {}", named.join(", ")));
    error.hint("settle each file, then `git add` it there")
}

/// Commits what a person has settled, unless that is done; hooks run. Gives the newest commit of the worktree.
///
/// *Errors*: a hook refuses, or there are changes that were not added.
pub(super) fn commit(there: &Git, message: Option<&str>) -> Result<String, CommandError> {
    let state = there.work_tree()?;
    if state.unfinished.is_some() || !state.changed.is_empty() {
        let unstaged = there.run(&["diff", "--name-only"])?;
        if !unstaged.is_empty() {
            let error = CommandError::usage(format!(
                "files in {} have changes that were not added: {}",
                there.folder(),
                unstaged.lines().take(5).collect::<Vec<_>>().join(", ")
            ));
            return Err(error.hint("`git add` them there, or take the changes back"));
        }
        let mut arguments =
            vec!["commit", "--quiet", "--no-edit", "--cleanup=strip", "--allow-empty"];
        if let Some(message) = message {
            arguments.extend(["-m", message]);
        }
        there.run(&arguments)?;
    }
    Ok(there.run(&["rev-parse", "HEAD"])?)
}
