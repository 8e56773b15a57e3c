//! Changes that need a word of their own, whatever level they have.

use trainyard_evidence::{Change, Class};
use trainyard_report::{Code, Location};

use super::Evidence;

/// Which rules are told as which finding.
const TOLD: [(&str, Code, &str); 11] = [
    ("migrations.edited", Code::RELEASED_MIGRATION_CHANGED, "changes released migrations"),
    ("migrations.re-parented", Code::RELEASED_MIGRATION_CHANGED, "changes released migrations"),
    ("migrations.removed", Code::RELEASED_MIGRATION_CHANGED, "changes released migrations"),
    ("migrations.renumbered", Code::RELEASED_MIGRATION_CHANGED, "changes released migrations"),
    ("migrations.several-heads", Code::SEVERAL_HEADS, "has several heads of migrations"),
    ("migrations.inserted", Code::MIGRATION_INSERTED, "inserts migrations below released ones"),
    ("migrations.out-of-order", Code::MIGRATION_INSERTED, "inserts migrations below released ones"),
    ("migrations.id-collision", Code::BROKEN_MIGRATION_ORDER, UNORDERED),
    ("migrations.dangling-parent", Code::BROKEN_MIGRATION_ORDER, UNORDERED),
    ("migrations.cycle", Code::BROKEN_MIGRATION_ORDER, UNORDERED),
    ("api-date.broken-inside-one-spec", Code::BROKEN_INSIDE_ONE_SPEC, "breaks a declared number"),
];

const UNORDERED: &str = "has migrations that cannot be ordered";

/// How many changes one remark names.
const NAMED: usize = 3;

/// How many places one remark points to.
const PLACES: usize = 5;

/// One remark per kind that is not waived: its code, what to say after the release's name, and where.
pub(crate) fn remarks(evidence: &[Evidence]) -> Vec<(Code, String, Vec<Location>)> {
    let mut remarks: Vec<(Code, &str, Vec<&Change>)> = Vec::new();
    for each in evidence.iter().filter(|each| each.waived.is_none()) {
        let Some((code, what)) = remark_of(each) else { continue };
        match remarks.iter_mut().find(|(known, ..)| *known == code) {
            Some((_, _, changes)) => changes.push(&each.change),
            None => remarks.push((code, what, vec![&each.change])),
        }
    }
    remarks.into_iter().map(told).collect()
}

fn remark_of(evidence: &Evidence) -> Option<(Code, &'static str)> {
    if evidence.change.class == Class::Unknown && evidence.rule_used.is_none() {
        return Some((Code::EVIDENCE_UNKNOWN, "has changes that cannot be judged"));
    }
    let told = TOLD.iter().find(|(rule, ..)| *rule == evidence.change.rule)?;
    Some((told.1, told.2))
}

fn told((code, what, changes): (Code, &str, Vec<&Change>)) -> (Code, String, Vec<Location>) {
    let mut named: Vec<_> = changes
        .iter()
        .take(NAMED)
        .map(|change| format!("`{}` ({})", change.subject, change.sentence))
        .collect();
    if changes.len() > NAMED {
        named.push(format!("and {} more", changes.len() - NAMED));
    }
    let places = changes.iter().take(PLACES).map(|change| place_of(change)).collect();
    (code, format!("{what}: {}", named.join(", ")), places)
}

/// Where a change was seen, as findings tell it.
fn place_of(change: &Change) -> Location {
    Location {
        commit: change.source.commit.clone(),
        path: change.source.path.clone(),
        line: change.source.line,
        ..Location::default()
    }
}

/// What to do before the release.
pub(crate) fn remedy(code: Code) -> &'static str {
    match code {
        Code::EVIDENCE_UNKNOWN => {
            "look at it; then map `unknown` to a level, name other files under `evidence`, or record a waiver in the policy"
        }
        Code::BROKEN_MIGRATION_ORDER => "mend the order before the release",
        Code::SEVERAL_HEADS => "add a merge migration before the release",
        Code::BROKEN_INSIDE_ONE_SPEC => "raise the declared date, or record a waiver in the policy",
        _ => "put it into a new migration on top, or record a waiver in the policy",
    }
}

#[cfg(test)]
mod tests {
    use super::TOLD;

    #[test]
    fn remarks_speak_of_rules_that_there_are() {
        for (rule, ..) in TOLD {
            assert!(trainyard_evidence::rule(rule).is_some(), "{rule}");
        }
    }
}
