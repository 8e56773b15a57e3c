//! Whether a proposal leaves migrations in order: for pull requests and backports.

use std::collections::BTreeSet;

use trainyard_evidence::{
    Change, Class, Source,
    migrations::{Environment, Migration, pair_up},
};
use trainyard_report::{Code, Finding, Location, Severity};

use super::order::Order;

/// Changes that a proposal must not make, and what to do instead.
const TOLD: &[(&str, Code, &str)] = &[
    ("migrations.edited", Code::RELEASED_MIGRATION_CHANGED, AS_NEW),
    ("migrations.re-parented", Code::RELEASED_MIGRATION_CHANGED, KEEP_PLACE),
    ("migrations.removed", Code::RELEASED_MIGRATION_CHANGED, "keep it; databases stand at it"),
    ("migrations.renumbered", Code::RELEASED_MIGRATION_CHANGED, "keep its id; databases know it"),
    ("migrations.several-heads", Code::SEVERAL_HEADS, "put one on top of the other, or merge them"),
    ("migrations.inserted", Code::MIGRATION_INSERTED, ON_TOP),
    ("migrations.out-of-order", Code::MIGRATION_INSERTED, ON_TOP),
    ("migrations.id-collision", Code::BROKEN_MIGRATION_ORDER, "give one of them another id"),
    ("migrations.dangling-parent", Code::BROKEN_MIGRATION_ORDER, BACKPORT),
    ("migrations.cycle", Code::BROKEN_MIGRATION_ORDER, "break the circle"),
    ("migrations.duplicated", Code::MIGRATION_RUNS_TWICE, "make it bear to run twice"),
];

const AS_NEW: &str = "put the change into a new migration on top";
const KEEP_PLACE: &str = "leave it where it was, and put the new one on top";
const ON_TOP: &str = "put it on top of the newest one";
const BACKPORT: &str = "let it follow this branch's own newest migration";

/// What is wrong with a proposal's migrations.
///
/// `changes` is what [`trainyard_evidence::migrations::Migrations`] says of base and proposal. `is_released` says whether a
/// release holds what is at a path; edits of other migrations reach nobody but developers, and weigh less.
pub fn proposal(
    old: &[Environment],
    new: &[Environment],
    changes: &[Change],
    is_released: impl Fn(&Source) -> bool,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = changes
        .iter()
        .filter_map(|change| {
            // What turned out harmless in its context is no complaint.
            let counts = !matches!(change.class, Class::None | Class::Additive | Class::Fix);
            let row = TOLD.iter().find(|(rule, ..)| *rule == change.rule && counts);
            let (_, code, remedy) = row?;
            let message = format!("`{}` {}", change.subject, change.sentence);
            let mut finding = Finding::new(*code, "migrations", message)
                .at(place(&change.source))
                .suggest(*remedy);
            let before = change.before.as_ref().unwrap_or(&change.source);
            if *code == Code::RELEASED_MIGRATION_CHANGED && !is_released(before) {
                finding.severity = Severity::Warning;
                finding.message.push_str("; no release has it yet");
            }
            Some(finding)
        })
        .collect();
    for (old, new) in pair_up(old, new) {
        let Some(new) = new else { continue };
        findings.extend(merges(old, new));
    }
    findings.sort_by(|one, other| {
        one.code.cmp(&other.code).then_with(|| place_key(one).cmp(&place_key(other)))
    });
    findings
}

fn place(source: &Source) -> Location {
    Location { path: source.path.clone(), line: source.line, ..Location::default() }
}

fn place_key(finding: &Finding) -> Option<(String, Option<u32>)> {
    let first = finding.locations.first()?;
    Some((first.path.as_ref()?.to_string(), first.line))
}

/// Added merges that join nothing: of what they name one lies below the other, or is not there. That is what becomes of a
/// merge that is backported without the branch that it merged.
fn merges(old: Option<&Environment>, new: &Environment) -> Vec<Finding> {
    let known: BTreeSet<&str> = old
        .into_iter()
        .flat_map(|one| one.migrations.iter().map(|migration| migration.id.as_str()))
        .collect();
    let order = Order::of(&new.migrations);
    let added = new.migrations.iter().filter(|one| one.parents.len() > 1);
    let added = added.filter(|one| !known.contains(one.id.as_str()));
    let told = added.filter_map(|merge| {
        let why = pointless(&order, merge)?;
        let message = format!("`{}` {why}", new.subject(merge));
        Some(
            Finding::new(Code::MERGE_MISPLACED, "migrations", message)
                .at(Location {
                    path: Some(merge.path.clone()),
                    line: merge.lines.order,
                    ..Location::default()
                })
                .suggest("leave it out where the branches that it joins are not"),
        )
    });
    told.collect()
}

fn pointless(order: &Order<'_>, merge: &Migration) -> Option<String> {
    if let Some(missing) = merge.parents.iter().find(|parent| !order.knows(parent)) {
        return Some(format!("merges `{missing}`, which is not there"));
    }
    for parent in &merge.parents {
        let others = merge.parents.iter().filter(|other| *other != parent).map(String::as_str);
        let below = order.below(others);
        if order.find(parent).is_some_and(|place| below.has(place)) {
            return Some(format!("merges `{parent}`, which lies below what it is merged with"));
        }
    }
    None
}
