//! Moves branches: all of them or none, then the files of worktrees where they are checked out.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use trainyard_git::{Git, GitFailed, ReferenceUpdate};
use trainyard_report::{Code, Finding, Location};

use super::outcome::Moved;
use crate::{error::CommandError, files};

/// Branches that go on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moves {
    /// By full name: where the local branch is, and where it goes.
    by_name: BTreeMap<String, (Option<String>, String)>,
    /// Full names of those that an earlier call has moved; they are only pushed.
    earlier: BTreeSet<String>,
}

/// A worktree whose files follow its branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Follower {
    folder: Utf8PathBuf,
    from: String,
    to: String,
}

impl Moves {
    /// Puts a branch where it goes; where it was stays what it was first.
    pub(crate) fn set(&mut self, branch: &str, from: Option<String>, to: &str) {
        let entry = self.by_name.entry(format!("refs/heads/{branch}"));
        to.clone_into(&mut entry.or_insert((from, String::new())).1);
    }

    /// Adds others.
    pub(crate) fn extend(&mut self, others: Self) {
        self.by_name.extend(others.by_name);
        self.earlier.extend(others.earlier);
    }

    /// Adds branches that an earlier call has moved.
    pub(crate) fn remember(&mut self, names: &[String]) {
        self.earlier.extend(names.iter().cloned());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The full names of all that have moved, by this call and those before it.
    pub(crate) fn names(&self) -> Vec<String> {
        self.by_name
            .keys()
            .chain(&self.earlier)
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Moves all branches in one transaction; then the files of the worktrees that have one checked out.
    ///
    /// *Errors*: somebody moved a branch in between, a reference is locked, a hook refuses, or nothing can be written.
    pub(crate) fn make(&self, git: &Git, reason: &str) -> Result<Vec<Moved>, CommandError> {
        let updates: Vec<_> = self
            .by_name
            .iter()
            .map(|(name, (from, to))| ReferenceUpdate {
                name: name.clone(),
                from: from.clone(),
                to: Some(to.clone()),
            })
            .collect();
        let mut followers = Vec::new();
        for worktree in git.worktrees()?.into_iter().filter(|worktree| !worktree.is_gone) {
            let moving = worktree.branch.as_ref().and_then(|branch| self.by_name.get(branch));
            if let Some((Some(from), to)) = moving {
                let (from, to) = (from.clone(), to.clone());
                followers.push(Follower { folder: worktree.path, from, to });
            }
        }
        let notice = notice(git)?;
        if !followers.is_empty() {
            let text = serde_json::to_string(&followers)
                .map_err(|error| CommandError::environment(&error))?;
            let folder = notice.parent().unwrap_or(&notice);
            fs_err::create_dir_all(folder).map_err(|error| CommandError::environment(&error))?;
            files::write_whole(&notice, &text)?;
        }
        if let Err(error) = git.update_references(&updates, reason) {
            _ = fs_err::remove_file(&notice);
            let stopped = CommandError::from(error);
            return Err(stopped.hint("no branch was moved; run the command again"));
        }
        for follower in &followers {
            follower.follow()?;
        }
        if !followers.is_empty() {
            fs_err::remove_file(&notice)?;
        }
        let moved = self.by_name.iter().map(|(name, (from, to))| Moved {
            branch: name.trim_start_matches("refs/heads/").to_owned(),
            from: from.clone(),
            to: to.clone(),
        });
        Ok(moved.collect())
    }

    /// The same for all but some that have moved before.
    pub(crate) fn make_beyond(
        &self,
        git: &Git,
        reason: &str,
        done: &BTreeSet<String>,
    ) -> Result<Vec<Moved>, CommandError> {
        let mut left = self.clone();
        left.by_name.retain(|name, _| !done.contains(name.trim_start_matches("refs/heads/")));
        if left.is_empty() { Ok(Vec::new()) } else { left.make(git, reason) }
    }

    /// Pushes the branches to their remote, and gives its name; none where no branch has moved.
    ///
    /// *Errors*: there is no remote, or it refuses.
    pub(crate) fn push(&self, git: &Git) -> Result<Option<String>, CommandError> {
        let names = self.names();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        // What an earlier call has moved may be gone since.
        let there = git.commits_at(&names)?;
        let names: Vec<_> = names.into_iter().filter(|name| there.contains_key(*name)).collect();
        if names.is_empty() {
            return Ok(None);
        }
        let remote = remote(git)?;
        git.push(&remote, &names).map_err(|error| {
            let stopped = CommandError::from(error);
            stopped.hint(
                "the branches have moved here; fetch, and push them once the remote takes them",
            )
        })?;
        Ok(Some(remote))
    }
}

impl Follower {
    fn follow(&self) -> Result<(), CommandError> {
        Git::at(&self.folder).go(&self.from, &self.to).map_err(|error| {
            let stopped = CommandError::from(error);
            let folder = &self.folder;
            stopped.hint(format!(
                "the branch has moved, the files in {folder} have not; look there with `git status`"
            ))
        })
    }
}

/// What a call that was killed between branches and files left undone.
///
/// *Errors*: the files cannot be read or written.
pub(crate) fn finish_what_was_begun(git: &Git) -> Result<(), CommandError> {
    let notice = notice(git)?;
    if !notice.exists() {
        return Ok(());
    }
    let text = files::read_text(&notice)?;
    let followers: Vec<Follower> = serde_json::from_str(&text).unwrap_or_default();
    for follower in followers {
        let there = Git::at(&follower.folder);
        // Where the branch did not move, or its files have followed, nothing is left to do.
        let head = there.run(&["rev-parse", "HEAD"]).ok();
        let index = there.run(&["write-tree"]).ok();
        let before = there.run(&["rev-parse", &format!("{}^{{tree}}", follower.from)]).ok();
        if head.as_deref() == Some(follower.to.as_str()) && index == before {
            follower.follow()?;
        }
    }
    Ok(fs_err::remove_file(&notice)?)
}

/// Where the worktrees are noted that must follow.
fn notice(git: &Git) -> Result<Utf8PathBuf, CommandError> {
    Ok(git.common_folder()?.join("trainyard/following.json"))
}

/// The remote to push to: the only one, else `origin`.
fn remote(git: &Git) -> Result<String, CommandError> {
    let listed = git.run(&["remote"])?;
    let remotes: Vec<_> = listed.lines().collect();
    match remotes.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(CommandError::usage("there is no remote to push to")
            .hint("add one with `git remote add`")),
        _ => Ok("origin".to_owned()),
    }
}

/// Why a branch cannot move from one commit to another; none where it can.
///
/// *Errors*: git cannot be run.
pub(crate) fn obstacle(
    git: &Git,
    branch: &str,
    from: Option<&str>,
    to: &str,
) -> Result<Option<Finding>, CommandError> {
    let full = format!("refs/heads/{branch}");
    let worktrees = git.worktrees()?;
    let Some(worktree) =
        worktrees.into_iter().find(|each| !each.is_gone && each.branch.as_ref() == Some(&full))
    else {
        return Ok(None);
    };
    let there = git.in_folder(&worktree.path);
    let state = there.work_tree()?;
    let told = if let Some(doing) = state.unfinished {
        format!("in the middle of a {doing}")
    } else if let [first, rest @ ..] = state.changed.as_slice() {
        match rest.len() {
            0 => format!("with changes in {first}"),
            more => format!("with changes in {first} and {more} more"),
        }
    } else {
        let Some(from) = from else { return Ok(None) };
        match there.could_go(from, to) {
            Ok(()) => return Ok(None),
            Err(GitFailed::Refused { told, .. }) => {
                format!("and cannot follow: {}", first_line(&told))
            }
            Err(error) => return Err(error.into()),
        }
    };
    let message = format!("the branch is checked out in {} {told}", worktree.path);
    let finding = Finding::new(Code::BRANCH_IN_USE, branch, message).at(Location::reference(full));
    Ok(Some(finding.suggest("commit or stash what is there, or switch to another branch")))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}
