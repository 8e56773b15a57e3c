//! Picks of single commits, in memory.

use trainyard_git::{Authorship, NewCommit};
use trainyard_history::carried::Station;
use trainyard_report::Finding;

use super::{
    blocking,
    outcome::{Conflict, Pick, Settled},
    workshop::{Joined, Joining, Workshop},
};
use crate::error::CommandError;

/// Commits as they come onto a line.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// The newest commit of the line by now.
    pub(super) tip: String,
    pub(super) picks: Vec<Pick>,
    pub(super) settled: Vec<Settled>,
    pub(super) findings: Vec<Finding>,
    /// The commit that needs a person, what is known of it, and what is still to be picked after it.
    pub(super) stopped: Option<(String, Joined, Vec<String>)>,
}

impl Applied {
    pub(super) fn conflicts(&self) -> &[Conflict] {
        self.stopped.as_ref().map_or(&[], |(_, joined, _)| &joined.conflicts)
    }
}

/// What is picked, and where from.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Oldest first.
    pub(super) commits: &'a [String],
    /// Those among them that are picks themselves; their messages stay.
    pub(super) again: &'a [String],
    pub(super) from: &'a Station,
}

/// Picks commits, oldest first, onto the newest commit of a line until one needs a person.
pub(super) fn apply(
    workshop: &Workshop<'_>,
    wanted: Wanted<'_>,
    into: &Station,
    tip: &str,
    is_rehearsal: bool,
) -> Result<Applied, CommandError> {
    let git = &workshop.git;
    let Wanted { commits, again, from } = wanted;
    let mut applied = Applied { tip: tip.to_owned(), ..Applied::default() };
    for (place, commit) in commits.iter().enumerate() {
        let origin = git.authorship(commit)?;
        let parent = origin.parents.first().map(String::as_str);
        let merged = git.pick_trees(&applied.tip, commit, parent)?;
        let base = parent;
        let joining = Joining { from, into, base, ours: &applied.tip.clone(), theirs: commit };
        let joined = workshop.join(joining, merged)?;
        let subject = origin.message.lines().next().unwrap_or_default().to_owned();
        let pick = Pick { commit: commit.clone(), subject, picked: None, because: None };
        if !joined.conflicts.is_empty() {
            let rest = commits.get(place + 1..).unwrap_or_default();
            let waits = rest.iter().map(|commit| {
                let because = Some("it waits for the one before".to_owned());
                Pick { commit: commit.clone(), subject: String::new(), picked: None, because }
            });
            applied.picks.push(Pick { because: Some("it has conflicts".to_owned()), ..pick });
            applied.picks.extend(waits);
            applied.stopped = Some((commit.clone(), joined, rest.to_vec()));
            return Ok(applied);
        }
        let before = git.run(&["rev-parse", &format!("{}^{{tree}}", applied.tip)])?;
        if joined.tree == before {
            let because = Some("the line has all that it changes".to_owned());
            applied.picks.push(Pick { because, ..pick });
            continue;
        }
        let message = if again.contains(commit) {
            origin.message.clone()
        } else {
            picked_message(&origin.message, commit)
        };
        let parents = [applied.tip.as_str()];
        let new =
            NewCommit { tree: &joined.tree, parents: &parents, message: &message, sign: false };
        let as_author = written_by(git, &origin);
        let picked = blocking::write(&as_author, &new, is_rehearsal)?;
        applied.settled.extend(joined.settled);
        applied.findings.extend(joined.findings);
        applied.picks.push(Pick { picked: Some(picked.clone()), ..pick });
        applied.tip = picked;
    }
    Ok(applied)
}

/// The program in the name of a commit's author; the committer is whoever picks.
fn written_by(git: &trainyard_git::Git, origin: &Authorship) -> trainyard_git::Git {
    git.with("GIT_AUTHOR_NAME", origin.name.clone())
        .with("GIT_AUTHOR_EMAIL", origin.email.clone())
        .with("GIT_AUTHOR_DATE", origin.date.clone())
}

/// The message with a line that says where it was picked from, as `git cherry-pick -x` writes it.
fn picked_message(message: &str, commit: &str) -> String {
    let message = message.trim_end();
    let last = message.lines().next_back().unwrap_or_default();
    let is_trailer = message.lines().count() > 2
        && (last.starts_with("(cherry picked from commit ")
            || last.split_once(": ").is_some_and(|(key, _)| {
                !key.is_empty()
                    && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }));
    let between = if is_trailer { "\n" } else { "\n\n" };
    format!("{message}{between}(cherry picked from commit {commit})\n")
}

#[cfg(test)]
mod tests {
    use super::picked_message;

    #[test]
    fn the_origin_joins_other_trailers() {
        let check = |message, expected: &str| {
            assert_eq!(picked_message(message, "1a"), expected);
        };
        check("fix: x\n", "fix: x\n\n(cherry picked from commit 1a)\n");
        check("fix: x: y", "fix: x: y\n\n(cherry picked from commit 1a)\n");
        check(
            "fix: x\n\nSigned-off-by: Ada <a@x>\n",
            "fix: x\n\nSigned-off-by: Ada <a@x>\n(cherry picked from commit 1a)\n",
        );
        check(
            "fix: x\n\nSome words.\n",
            "fix: x\n\nSome words.\n\n(cherry picked from commit 1a)\n",
        );
    }
}
