//! What is wrong with the target's migrations by themselves.

use trainyard_evidence::migrations::{self, Environment};

/// Why the migrations cannot be put in order, a sentence each.
///
/// Several heads are no such reason: tools can go to all of them.
pub(super) fn sentences(environments: &[&Environment]) -> Vec<String> {
    let problems = environments.iter().flat_map(|environment| migrations::problems(environment));
    let grave = problems.filter(|change| change.rule != "migrations.several-heads");
    grave.map(|change| format!("`{}` {}", change.subject, change.sentence)).collect()
}
