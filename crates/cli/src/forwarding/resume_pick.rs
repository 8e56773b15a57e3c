//! A pick that a person has settled, made part of its line.

use trainyard_git::Git;
use trainyard_history::carried::Station;

use super::{
    backport::Asked,
    blocking, migrations,
    moving::{self, Moves},
    outcome::Carried,
    picking::{self, Applied, Wanted},
    range, resume,
    state::{Desk, Task, Waiting},
    steps::needs_a_person,
    workshop::Workshop,
};
use crate::{
    args::{Backport, Global},
    error::CommandError,
};

/// What a person is told to do.
pub(super) fn wait_note(waiting: &Waiting, desk: &Desk) -> String {
    let what = match &waiting.task {
        Task::Backport { commit: None, .. } => "mend the migrations of",
        _ => "settle",
    };
    format!(
        "{what} {} in {}, `git add` what you changed, then run `trainyard backport --continue`",
        waiting.into,
        desk.worktree()
    )
}

/// Makes the worktree of a pick, with the conflicts in place and everything else settled.
pub(super) fn prepare(
    git: &Git,
    desk: &Desk,
    waiting: &Waiting,
    applied: &Applied,
) -> Result<(), CommandError> {
    let there = desk.prepare(git, waiting)?;
    let Some((commit, joined, _)) = &applied.stopped else { return Ok(()) };
    let is_pick = matches!(&waiting.task, Task::Backport { again, .. } if again.contains(commit));
    let parents = git.authorship(commit)?.parents;
    let mut arguments = vec!["cherry-pick"];
    if !is_pick {
        arguments.push("-x");
    }
    if parents.len() > 1 {
        arguments.extend(["--mainline", "1"]);
    }
    arguments.push(commit);
    let reply = there.ask(&arguments, b"")?;
    if !matches!(reply.code, Some(0 | 1)) {
        return Err(reply.refusal(&arguments).into());
    }
    resume::write_settled(&there, joined)
}

/// Finishes the line that waits, and gives what its call was asked for; none where it cannot be finished yet.
pub(super) fn finish(
    global: &Global,
    args: &Backport,
    carried: &mut Carried,
    moves: &mut Moves,
) -> Result<Option<Asked>, CommandError> {
    let (git, desk, waiting, there) = resume::settled(global, "backport")?;
    let Task::Backport { commit, rest, again, commits, lines } = &waiting.task else {
        return Ok(None);
    };
    let settled = match commit {
        Some(_) => resume::commit(&there, None)?,
        None => resume::commit(&there, Some("fix: make migrations fit this line"))?,
    };
    let (site, chains) = super::open(global, args.date)?;
    let workshop = Workshop::new(&site, false)?;
    let into = range::station(&chains, &waiting.into)?;
    let line = site.history.graph.id(into.tip);
    let line_text = line.to_string();
    let asked = Asked { commits: commits.clone(), lines: lines.clone() };
    moves.remember(&waiting.moved);
    // A call that was killed may have moved the line and left the note.
    if rest.is_empty() && git.is_ancestor(&settled, &line_text)? {
        desk.clear(&git)?;
        return Ok(Some(asked));
    }
    let mut again = again.clone();
    let mut open = rest.clone();
    let mut tip = settled.clone();
    if !git.is_ancestor(&line_text, &settled)? {
        // The line has moved: what was picked and settled is picked once more, where the line is now.
        let begun = waiting.begun.as_ref().unwrap_or(&waiting.ours);
        let made = picks_since(&git, begun, &settled)?;
        again.extend(made.iter().cloned());
        open.splice(..0, made);
        tip.clone_from(&line_text);
        carried.notes.push(format!(
            "{} has moved meanwhile: what you settled is applied where it is now",
            waiting.into
        ));
    }
    let from = Station { name: "the picked commits".to_owned(), line: None, ..into.clone() };
    let wanted = Wanted { commits: &open, again: &again, from: &from };
    let applied = picking::apply(&workshop, wanted, into, &tip, false)?;
    let wait_for = |commit: Option<String>, rest: Vec<String>| {
        let (commits, lines, again) = (commits.clone(), lines.clone(), again.clone());
        let task = Task::Backport { commit, rest, again, commits, lines };
        let next = Waiting::new(&waiting.into, waiting.local.clone(), &applied.tip, task);
        next.begun_at(&line_text).after(waiting.moved.clone())
    };
    let waits_for = if let Some((commit, _, rest)) = &applied.stopped {
        let name = format!("commit {}", commit.get(..10).unwrap_or(commit));
        carried.findings.push(needs_a_person(&into.full_name(), &name, applied.conflicts()));
        Some(wait_for(Some(commit.clone()), rest.clone()))
    } else {
        let (findings, is_fatal) =
            migrations::findings(&site, &git, &into.full_name(), line, &applied.tip)?;
        carried.findings.extend(findings);
        is_fatal.then(|| wait_for(None, Vec::new()))
    };
    if let Some(waits_for) = waits_for {
        prepare(&git, &desk, &waits_for, &applied)?;
        carried.prepared = Some(desk.worktree());
        carried.notes.push(wait_note(&waits_for, &desk));
        return Ok(None);
    }
    let local = blocking::local(&git, into)?;
    if let Some(finding) = moving::obstacle(&git, &waiting.into, local.as_deref(), &applied.tip)? {
        carried.findings.push(finding);
        return Ok(None);
    }
    moves.set(&waiting.into, local, &applied.tip);
    carried.moved.extend(moves.make(&git, "trainyard backport --continue")?);
    desk.clear(&git)?;
    Ok(Some(asked))
}

/// The commits that were made on a line's newest commit, oldest first.
fn picks_since(git: &Git, begun: &str, tip: &str) -> Result<Vec<String>, CommandError> {
    let range = format!("{begun}..{tip}");
    let listed = git.run(&["rev-list", "--reverse", "--first-parent", &range, "--"])?;
    Ok(listed.lines().map(str::to_owned).collect())
}
