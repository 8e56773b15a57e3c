//! Orders that no tool can follow.

use std::collections::{BTreeMap, BTreeSet};

use super::{Environment, Migration, compare::listed, rules};
use crate::{Change, Source};

/// What is wrong with the newer order and was not wrong in the same way before.
pub(super) fn tell(old: &Environment, new: &Environment, changes: &mut Vec<Change>) {
    let known: BTreeSet<(String, String)> =
        problems(old).iter().map(|change| (change.rule.clone(), change.subject.clone())).collect();
    let found = problems(new).into_iter();
    changes.extend(
        found.filter(|change| !known.contains(&(change.rule.clone(), change.subject.clone()))),
    );
}

/// Why the migrations of an environment cannot be put in one order: ids that are claimed twice, parents that are not there,
/// circles, heads that nobody keeps apart on purpose.
pub fn problems(environment: &Environment) -> Vec<Change> {
    let graph = environment.graph();
    let mut problems = collisions(environment);
    for (migration, parent) in graph.dangling() {
        let sentence = format!("follows `{parent}`, which is not there");
        let change = Change::new(&rules::DANGLING_PARENT, environment.subject(migration), sentence);
        problems.push(change.at(migration.order_source()));
    }
    let (ordered, in_order) = graph.in_order();
    if let Some(first) = ordered.get(in_order) {
        let stuck = ordered.len() - in_order;
        let sentence = format!("{stuck} migrations follow each other in a circle");
        let change = Change::new(&rules::CYCLE, environment.subject(first), sentence);
        problems.push(change.at(first.order_source()));
    }
    let heads = graph.unplanned_heads(environment);
    if heads.len() > 1 {
        let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
        let sentence = format!("ends in {} heads: {}", heads.len(), listed(&heads));
        let subject = format!("{} {}", environment.framework, heads.join(", "));
        let change = Change::new(&rules::SEVERAL_HEADS, subject, sentence);
        problems.push(change.at(Source::file(&environment.folder)));
    }
    problems
}

/// Files that claim an id that another one has.
fn collisions(environment: &Environment) -> Vec<Change> {
    let mut first: BTreeMap<&str, &Migration> = BTreeMap::new();
    let mut collisions = Vec::new();
    for migration in &environment.migrations {
        match first.get(migration.id.as_str()) {
            None => _ = first.insert(&migration.id, migration),
            Some(other) => {
                let sentence = format!("its id is also that of `{}`", other.path);
                let subject = environment.subject(migration);
                let change = Change::new(&rules::ID_COLLISION, subject, sentence);
                collisions.push(change.at(migration.order_source()));
            }
        }
    }
    collisions
}
