//! What a release has to do next.

use super::{Journal, Observed, Outcome, Presence, Record, Step};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Append [`Record::Begun`], then do the step; what is there of it already is left as it is.
    Do(Step),
    /// Take the step back; what is gone already is left as it is.
    Undo(Step),
    /// Append [`Record::TakeBack`] with the reason and ask again.
    TakeBack(String),
    /// Nothing can be done until somebody has seen to this. The journal stays.
    Wait(String),
    /// Append [`Record::Closed`], then remove the journal.
    Close(Outcome),
}

impl Next {
    /// The record to append before doing what it says.
    pub fn record(&self) -> Option<Record> {
        match self {
            Self::Do(step) => Some(Record::Begun(*step)),
            Self::TakeBack(reason) => Some(Record::TakeBack(reason.clone())),
            Self::Close(outcome) => Some(Record::Closed(*outcome)),
            Self::Undo(_) | Self::Wait(_) => None,
        }
    }
}

/// Says what to do next, from what the journal tells and what is seen of the repository.
///
/// What is public is never taken back. Before that, a failure, or something that is not the release's in the place of a
/// step, takes everything back; only what the journal says was begun and what is at the release's own commit is touched.
/// Edits and commits that somebody made since are never lost: where they stand in the way, it waits.
pub fn next(journal: &Journal, observed: &Observed) -> Next {
    if let Some(outcome) = journal.closed() {
        return Next::Close(outcome);
    }
    let presence = |step| observed.presence(&journal.plan, step);
    let push = if journal.has_begun(Step::Push) { presence(Step::Push) } else { Presence::Absent };
    match push {
        Presence::Present => return Next::Close(Outcome::Released),
        Presence::Unknown => {
            let remote = journal.plan.remote.as_deref().unwrap_or("the remote");
            return Next::Wait(format!("whether {remote} has the release cannot be seen"));
        }
        _ => {}
    }
    let branch = journal.plan.branch.as_str();
    if observed.head.as_deref() != Some(branch) && !journal.records.is_empty() {
        return Next::Wait(format!("{branch} is not checked out"));
    }
    if journal.is_taken_back() {
        return backward(journal, observed);
    }
    if let Some((_, reason)) = journal.failure() {
        return Next::TakeBack(reason.to_owned());
    }
    let has_commit = journal.is_committing();
    for step in journal.plan.steps() {
        // Whether it is public is asked once the push has begun; before, there is nothing to see.
        let presence = if step == Step::Push { push.clone() } else { presence(step) };
        match presence {
            Presence::Present => {}
            Presence::Absent | Presence::Partial => return Next::Do(step),
            // Somebody has built on the release already.
            Presence::Foreign(what) if has_commit && observed.is_moved(&journal.plan) => {
                return Next::Wait(what);
            }
            Presence::Foreign(what) => return Next::TakeBack(what),
            Presence::Unknown => return Next::Wait("a step cannot be seen".to_owned()),
        }
    }
    Next::Close(Outcome::Released)
}

/// The last step that was begun and is still there.
fn backward(journal: &Journal, observed: &Observed) -> Next {
    if journal.is_committing() && observed.is_moved(&journal.plan) {
        return Next::Wait(format!("{} has other commits", journal.plan.branch));
    }
    let begun = journal.plan.steps().into_iter().rev().filter(|step| journal.has_begun(*step));
    for step in begun {
        match observed.presence(&journal.plan, step) {
            Presence::Present | Presence::Partial if step != Step::Push => return Next::Undo(step),
            // A tag or branch elsewhere is somebody else's.
            Presence::Foreign(what)
                if !matches!(step, Step::Tag(_) | Step::Line(_) | Step::Push) =>
            {
                return Next::Wait(what);
            }
            _ => {}
        }
    }
    Next::Close(Outcome::AsBefore)
}
