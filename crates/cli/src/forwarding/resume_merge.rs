//! A merge that a person has settled, made part of its branch.

use trainyard_git::{Git, NewCommit};
use trainyard_history::carried::Station;

use super::{
    blocking,
    moving::{self, Moves},
    outcome::{Carried, Conflict, Step, StepState},
    range,
    resume::{self, Asked},
    state::{Desk, Task, Waiting},
    steps::needs_a_person,
    workshop::{Joining, Workshop},
};
use crate::{args::Global, error::CommandError};

/// A merge as it shall come to its branch.
struct Settled {
    /// The newest commit of the branch that it is made on.
    ours: String,
    merge: String,
}

/// Finishes the merge that waits, and gives what its call was asked for; none where it cannot be finished yet.
pub(super) fn finish(
    global: &Global,
    carried: &mut Carried,
    moves: &mut Moves,
) -> Result<Option<Asked>, CommandError> {
    let (git, desk, mut waiting, there) = resume::settled(global, "forward")?;
    let Task::Forward { source, theirs, message, from, to } = waiting.task.clone() else {
        return Ok(None);
    };
    let merge = resume::commit(&there, Some(&message))?;
    let has_both = git.is_ancestor(&waiting.ours, &merge)? && git.is_ancestor(&theirs, &merge)?;
    if !has_both {
        let error = CommandError::usage(format!(
            "what is checked out in {} does not merge {source} into {}",
            there.folder(),
            waiting.into
        ));
        return Err(error.hint("run `trainyard forward --abort`, and begin again"));
    }
    let (site, chains) = super::open(global, None)?;
    let workshop = Workshop::new(&site, false)?;
    let stations = (range::station(&chains, &source)?, range::station(&chains, &waiting.into)?);
    moves.remember(&waiting.moved);
    let tip = site.history.graph.id(stations.1.tip).to_string();
    // A call that was killed may have moved the branch and left the note.
    if !git.is_ancestor(&merge, &tip)? {
        let again = Again { workshop: &workshop, desk: &desk, there: &there, stations };
        let Some(settled) = again.settle(&mut waiting, &tip, merge, carried)? else {
            return Ok(None);
        };
        let Settled { ours, merge } = settled;
        let base = git.common_ancestor(&ours, &theirs)?;
        let (from, into) = stations;
        let joining = Joining { from, into, base: base.as_deref(), ours: &ours, theirs: &theirs };
        let reverts = workshop.reverts(joining, &merge)?;
        if !reverts.is_empty() {
            carried.findings.extend(reverts);
            carried.prepared = Some(desk.worktree());
            carried.notes.push(format!(
                "mend the version in {}, commit it there, then run `trainyard forward --continue`",
                desk.worktree()
            ));
            return Ok(None);
        }
        let local = blocking::local(&git, into)?;
        if let Some(finding) = moving::obstacle(&git, &waiting.into, local.as_deref(), &merge)? {
            carried.findings.push(finding);
            return Ok(None);
        }
        moves.set(&waiting.into, local, &merge);
        carried.moved.extend(moves.make(&git, "trainyard forward --continue")?);
        carried.steps.push(step(&git, &source, &waiting.into, (&ours, &theirs), merge)?);
    }
    desk.clear(&git)?;
    Ok(Some((from, to)))
}

/// The merge as a step that was made.
fn step(
    git: &Git,
    source: &str,
    into: &str,
    (ours, theirs): (&str, &str),
    merge: String,
) -> Result<Step, CommandError> {
    Ok(Step {
        from: source.to_owned(),
        into: into.to_owned(),
        state: StepState::Merged,
        commits: git.count_between(ours, theirs)?,
        missing: Vec::new(),
        files: git.touched_between(ours, &merge)?.len(),
        settled: Vec::new(),
        conflicts: Vec::new(),
        merge: Some(merge),
    })
}

/// What is needed to bring a merge to where its branch is by now.
struct Again<'a> {
    workshop: &'a Workshop<'a>,
    desk: &'a Desk,
    there: &'a Git,
    stations: (&'a Station, &'a Station),
}

impl Again<'_> {
    /// The merge, made anew where the branch has moved since; none where that needs a person once more.
    ///
    /// What the person settled is what the merge changes; that is applied to the branch's newest commit.
    fn settle(
        &self,
        waiting: &mut Waiting,
        tip: &str,
        merge: String,
        carried: &mut Carried,
    ) -> Result<Option<Settled>, CommandError> {
        let git = &self.workshop.git;
        let Task::Forward { theirs, message, .. } = waiting.task.clone() else { return Ok(None) };
        if git.is_ancestor(tip, &merge)? {
            return Ok(Some(Settled { ours: tip.to_owned(), merge }));
        }
        let (from, into) = self.stations;
        let base = waiting.ours.clone();
        let merged = git.pick_trees(tip, &merge, Some(&base))?;
        let joining = Joining { from, into, base: Some(&base), ours: tip, theirs: &merge };
        let joined = self.workshop.join(joining, merged)?;
        if joined.conflicts.is_empty() {
            let parents = [tip, &theirs];
            let (tree, sign) = (joined.tree.as_str(), false);
            let commit = NewCommit { tree, parents: &parents, message: &message, sign };
            let merge = blocking::write(git, &commit, false)?;
            // From here on the worktree shows what would come to the branch.
            self.there.run(&["checkout", "--quiet", "--detach", &merge])?;
            self.renew(waiting, tip)?;
            carried.notes.push(format!(
                "{} has moved meanwhile: what you settled was applied where it is now",
                waiting.into
            ));
            return Ok(Some(Settled { ours: tip.to_owned(), merge }));
        }
        self.hand_back(waiting, tip, &merge, &joined.conflicts, carried)?;
        resume::write_settled(self.there, &joined)?;
        self.renew(waiting, tip)?;
        Ok(None)
    }

    /// Merges what was settled into the branch's newest commit, and leaves the conflicts to the person.
    fn hand_back(
        &self,
        waiting: &Waiting,
        tip: &str,
        merge: &str,
        conflicts: &[Conflict],
        carried: &mut Carried,
    ) -> Result<(), CommandError> {
        let Task::Forward { message, .. } = &waiting.task else { return Ok(()) };
        self.there.run(&["checkout", "--quiet", "--detach", tip])?;
        let arguments = ["merge", "--quiet", "--no-ff", "--no-commit", "-m", message, merge];
        let reply = self.there.ask(&arguments, b"")?;
        if !matches!(reply.code, Some(0 | 1)) {
            return Err(reply.refusal(&arguments).into());
        }
        let name = "what you settled";
        carried.findings.push(needs_a_person(&waiting.into, name, conflicts));
        carried.prepared = Some(self.desk.worktree());
        carried.notes.push(format!(
            "{} has moved meanwhile: settle what differs in {}, `git add` it, then run `trainyard forward --continue`; \
             what you settled before is commit {merge}",
            waiting.into,
            self.desk.worktree()
        ));
        Ok(())
    }

    /// Notes where the branch is now; last, so that a call that was cut off before begins from what was.
    fn renew(&self, waiting: &mut Waiting, tip: &str) -> Result<(), CommandError> {
        tip.clone_into(&mut waiting.ours);
        waiting.begun = Some(tip.to_owned());
        self.desk.note_down(waiting)
    }
}
