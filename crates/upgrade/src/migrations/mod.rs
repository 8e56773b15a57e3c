//! Migration graphs: what becomes of a database that goes from one release to another.
//!
//! Some tools remember where a database stands and take everything below for applied: what a later release puts below
//! that place never runs, and nothing says so. Others remember each migration, and stop or go on at what comes late.
//! [`passages`] tells which of these happens, without running anything, and the ways around it.

mod between;
mod broken;
mod findings;
mod order;
mod passage;
mod proposal;
mod reasons;
mod recorded;
mod tools;
mod ways;

use trainyard_evidence::migrations::{Environment, pair_up};

pub use self::{
    between::{Deeds, between},
    findings::{findings, unreadable},
    passage::{
        Command, Fate, HalfSquashed, Late, Passage, Relinked, RunsAgain, Skipped, Software, Step,
        Verdict, Way, WayKind,
    },
    proposal::proposal,
    recorded::{Contradiction, Recorded, passages_recorded},
};

/// What becomes of each database of a product, the gravest first.
///
/// `old` and `new` are all environments of two releases; Django's apps count as one, as their migrations wait for each
/// other. `at` are places where databases stand, each taken for the environment that knows it; a database without one has
/// everything of the older release. `deeds` is asked what migrations of the target do; it may answer with nothing.
pub fn passages(
    old: &[Environment],
    new: &[Environment],
    at: &[String],
    deeds: &Deeds<'_>,
) -> Vec<Passage> {
    let is_django = |environment: &&Environment| environment.framework == "django";
    let mut passages = Vec::new();
    let apps =
        |all| -> Vec<&Environment> { Iterator::filter(<[_]>::iter(all), is_django).collect() };
    let (old_apps, new_apps) = (apps(old), apps(new));
    if !old_apps.is_empty() || !new_apps.is_empty() {
        let at = places(at, &old_apps, &new_apps);
        passages.push(between(&old_apps, &new_apps, at.as_deref(), deeds));
    }
    for (old, new) in pair_up(old, new) {
        let some: Vec<&Environment> = old.into_iter().chain(new).collect();
        // What is run again whenever it changes cannot be missed.
        let repeats = some.iter().all(|one| one.migrations.iter().all(|one| one.repeats));
        if repeats || some.iter().all(is_django) {
            continue;
        }
        let (old, new): (Vec<_>, Vec<_>) = (old.into_iter().collect(), new.into_iter().collect());
        let at = places(at, &old, &new);
        passages.push(between(&old, &new, at.as_deref(), deeds));
    }
    passages.sort_by(|one, other| {
        other.verdict.cmp(&one.verdict).then_with(|| one.folder.cmp(&other.folder))
    });
    passages
}

/// The tool of a name; one that is not known is taken for a list of numbered files.
pub(crate) fn framework(name: &str) -> &'static str {
    tools::Tool::of(name).name
}

/// Whether a tool has no command that applies what is pending, because each project has its own way.
pub(crate) fn has_no_command(framework: &str) -> bool {
    tools::Tool::of(framework).upgrade.is_empty()
}

/// Those places that some environments know.
fn places(at: &[String], old: &[&Environment], new: &[&Environment]) -> Option<Vec<String>> {
    let all = || old.iter().chain(new).flat_map(|one| &one.migrations);
    let known: Vec<String> =
        at.iter().filter(|id| all().any(|one| one.id == **id)).cloned().collect();
    (!known.is_empty()).then_some(known)
}
