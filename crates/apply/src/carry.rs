//! Carries a plan out.

use trainyard_upgrade::plan::{Action, Plan, Step};

use crate::{
    journal::{Journal, JournalError, Progress},
    run,
};

/// Who looks on, and answers for what cannot be undone.
pub trait Attendant {
    /// A step begins. `is_resumed`, if it was interrupted before.
    fn step(&mut self, step: &Step, is_resumed: bool);

    /// A command is about to run.
    fn action(&mut self, action: &Action);

    /// A step is done.
    fn done(&mut self, step: &Step);

    /// Whether to go on with what cannot be undone but from a copy.
    fn may_pass(&mut self, step: &Step) -> bool;

    /// Whether a person has done a step that no program can do.
    fn is_done_by_hand(&mut self, step: &Step) -> bool;
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every step is done.
    Finished,
    /// It stopped, and can go on once that is settled.
    Stopped(Stop),
}

/// Why it stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The step.
    pub step: String,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// Carries a plan out, from where its journal ends.
///
/// It stops at the first check that does not hold and at the first command that fails. A command that was interrupted
/// is run again only if that is known to do no harm, or if a look shows that it was not done.
///
/// *Errors*: the journal cannot be written; nothing is run without it.
pub fn carry_out(
    plan: &Plan,
    journal: &mut Journal,
    attendant: &mut dyn Attendant,
) -> Result<Outcome, JournalError> {
    for step in plan.hops.iter().flat_map(|hop| &hop.steps) {
        if journal.is_done(&step.id) {
            continue;
        }
        if let Some(stop) = carry_step(step, journal, attendant)? {
            return Ok(Outcome::Stopped(stop));
        }
        journal.finish(&step.id, step.is_by_hand())?;
        attendant.done(step);
    }
    Ok(Outcome::Finished)
}

fn carry_step(
    step: &Step,
    journal: &mut Journal,
    attendant: &mut dyn Attendant,
) -> Result<Option<Stop>, JournalError> {
    let is_resumed = journal.is_begun(&step.id);
    attendant.step(step, is_resumed);
    let stop = |why: String, hint: &str| {
        Ok(Some(Stop { step: step.id.clone(), why, hint: hint.to_owned() }))
    };
    // What held before a step need not hold in the middle of it.
    if !is_resumed {
        let troubles: Vec<_> = step.before.iter().filter_map(run::trouble).collect();
        if !troubles.is_empty() {
            return stop(
                troubles.join("\n"),
                "nothing of this step was begun; put that right, or make a new plan",
            );
        }
        if step.is_point_of_no_return && !attendant.may_pass(step) {
            let why = "there is no way back from here but a copy, and nobody said to go on";
            return stop(why.to_owned(), "say `--yes` to go on");
        }
    }
    if step.is_by_hand() && !attendant.is_done_by_hand(step) {
        let hint = format!("do it, then go on with `--done {}`", step.id);
        return stop("a person has to do this".to_owned(), &hint);
    }
    for index in 0..step.actions.len() {
        if let Some(stop) = carry_action(step, index, journal, attendant)? {
            return Ok(Some(stop));
        }
    }
    let troubles: Vec<_> = step.after.iter().filter_map(run::trouble).collect();
    if !troubles.is_empty() {
        let hint = "the commands of this step ran, and did not do what they should";
        return stop(troubles.join("\n"), hint);
    }
    Ok(None)
}

/// Runs a step's command, if that is still to be done and may be.
fn carry_action(
    step: &Step,
    index: usize,
    journal: &mut Journal,
    attendant: &mut dyn Attendant,
) -> Result<Option<Stop>, JournalError> {
    let Some(action) = step.actions.get(index) else { return Ok(None) };
    let shown = action.invocation.shown();
    let stop = |why: String, hint: String| Ok(Some(Stop { step: step.id.clone(), why, hint }));
    let invocation = match (journal.progress(&step.id, index), action.is_repeatable) {
        (Progress::Ran, _) => return Ok(None),
        (Progress::Interrupted, _) if is_done(action) => {
            journal.ran(&step.id, index)?;
            return Ok(None);
        }
        (Progress::Interrupted, true) => {
            action.if_interrupted.as_ref().unwrap_or(&action.invocation)
        }
        (Progress::Interrupted, false) => {
            let why = format!(
                "unknown state: `{shown}` was interrupted, and nothing tells how far it came"
            );
            return stop(why, format!("look whether it was done; then {}", ways_on(step)));
        }
        (Progress::Failed, false) => {
            let why = format!("`{shown}` failed before, and may have been done in part");
            return stop(why, format!("put that right; then {}", ways_on(step)));
        }
        (Progress::Untouched, _) | (Progress::Failed, true) => &action.invocation,
    };
    attendant.action(action);
    journal.begin(&step.id, index)?;
    let ended = run::run(invocation, journal.held());
    if ended.is_success {
        journal.ran(&step.id, index)?;
        return Ok(None);
    }
    journal.failed(&step.id, index)?;
    let way_on = if action.is_repeatable {
        "once that is put right, the same command goes on from here".to_owned()
    } else {
        format!("put that right; then {}", ways_on(step))
    };
    let way_back = step.undo.as_ref().map(|undo| format!("; to take the step back: {undo}"));
    let shown = invocation.shown();
    stop(
        format!("`{shown}` failed: {}", ended.told),
        format!("{way_on}{}", way_back.unwrap_or_default()),
    )
}

/// What a person may say of a command that is not simply run once more.
fn ways_on(step: &Step) -> String {
    format!("go on with `--done {0}`, or with `--again {0}` to run it once more", step.id)
}

/// Whether a look shows that a command was done.
fn is_done(action: &Action) -> bool {
    action.done_when.as_ref().is_some_and(|check| run::trouble(check).is_none())
}
