//! What must be so before a branch moves.

use trainyard_git::{Git, NewCommit};
use trainyard_history::carried::Station;
use trainyard_report::{Code, Finding, Location};

use crate::error::CommandError;

/// Where the local branch of a station is; none where there is none yet.
pub(crate) fn local(git: &Git, station: &Station) -> Result<Option<String>, CommandError> {
    let name = format!("refs/heads/{}", station.name);
    Ok(git.commits_at(&[&name])?.remove(&name))
}

/// Tells that a branch and its remote-tracking branch have gone apart.
pub(crate) fn differing(station: &Station) -> Option<Finding> {
    let other = station.apart_from.as_ref()?;
    let message = format!("the branch and {other} each have commits that the other lacks");
    let finding = Finding::new(Code::BRANCHES_DIFFER, &station.name, message);
    let finding = finding.at(Location::reference(station.reference()));
    Some(finding.suggest("bring the two together first, as with `git pull --rebase`"))
}

/// Makes a commit; for a look, under nobody's name.
pub(crate) fn write(
    git: &Git,
    commit: &NewCommit<'_>,
    is_rehearsal: bool,
) -> Result<String, CommandError> {
    if !is_rehearsal && let Some(told) = git.lacks_identity()? {
        let error =
            CommandError::usage(format!("git does not know who makes commits here: {told}"));
        return Err(error.hint("set it with `git config user.name` and `git config user.email`"));
    }
    Ok(git.write_commit(commit)?)
}
