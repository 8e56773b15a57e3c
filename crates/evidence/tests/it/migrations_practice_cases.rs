//! The migrations of real projects' releases, held against what somebody else counted.

use std::{collections::BTreeMap, fmt::Write as _};

use trainyard_evidence::{Change, Detector, Memo, Pair, Side, migrations::Migrations};

use crate::practice::{Practice, Row};

/// A row that we count otherwise on purpose: its version, what we count of added, removed and edited migrations, and
/// why.
type Difference = (&'static str, [usize; 3], &'static str);

const POLYAXON: &[Difference] = &[
    ("0.0.5", [0, 0, 2], "`projects.0001_initial` lists what it requires in another order"),
    (
        "0.0.7",
        [3, 0, 5],
        "`jobs.0001_initial` and `versions.0001_initial` lost comments and an import that changes no value",
    ),
];

const RUN_AGAIN: &str = "the server runs `schema.public.update.sql` whenever it starts, so a change of it is run again \
     everywhere: `migrations.run-again`, not an edited migration";

const AYON: &[Difference] = &[
    ("0.5.7", [0, 0, 0], RUN_AGAIN),
    ("1.0.0-rc.1", [0, 0, 0], RUN_AGAIN),
    ("1.0.0", [0, 0, 0], RUN_AGAIN),
    ("1.0.8", [0, 0, 0], RUN_AGAIN),
    ("1.0.9", [0, 0, 0], RUN_AGAIN),
    ("1.1.0", [0, 0, 0], RUN_AGAIN),
    ("1.3.1", [0, 0, 0], RUN_AGAIN),
    ("1.5.0", [0, 0, 0], RUN_AGAIN),
    // The same commit as 1.5.0 under a second tag.
    ("1.5.00", [0, 0, 0], RUN_AGAIN),
];

/// Rules that tell of a migration that was not there before.
const ADDED: [&str; 8] = [
    "migrations.no-op",
    "migrations.merge",
    "migrations.additive",
    "migrations.data",
    "migrations.destructive",
    "migrations.mixed",
    "migrations.unknown",
    "migrations.squashed",
];
const REMOVED: [&str; 2] = ["migrations.removed", "migrations.replaced-removed"];
const EDITED: [&str; 1] = ["migrations.edited"];

fn changes(row: Row<'_>, memo: &Memo) -> Vec<Change> {
    let (old, new) = (row.tree("previous"), row.tree("version"));
    let pair = Pair { old: Side::new(&old, |_| true), new: Side::new(&new, |_| true), memo };
    Migrations.detect(&pair)
}

/// How many migrations were added, removed and edited.
fn counts(changes: &[Change]) -> [usize; 3] {
    let count = |rules: &[&str]| {
        changes.iter().filter(|change| rules.contains(&change.rule.as_str())).count()
    };
    [count(&ADDED), count(&REMOVED), count(&EDITED)]
}

/// Holds every row with a release before it against our count, and the differences against their table.
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn check(project: &str, differences: &[Difference]) {
    let Some(practice) = Practice::of(project, |path| Migrations.wants(path)) else { return };
    let memo = Memo::default();
    let explained: BTreeMap<&str, ([usize; 3], &str)> =
        differences.iter().map(|(version, ours, why)| (*version, (*ours, *why))).collect();
    let (mut ran, mut equal, mut right, mut wrong) = (0, 0, 0, String::new());
    for row in practice.rows().filter(|row| !row.get("previous").is_empty()) {
        let version = row.get("version");
        let changes = changes(row, &memo);
        let ours = counts(&changes);
        let theirs = ["mig_added", "mig_removed", "mig_modified_semantic"];
        let theirs = theirs.map(|column| row.get(column).parse::<usize>().expect("a count"));
        ran += 1;
        equal += usize::from(ours == theirs);
        match explained.get(version.as_str()) {
            None if ours == theirs => right += 1,
            Some((expected, _)) if ours == *expected && ours != theirs => right += 1,
            known => {
                writeln!(wrong, "{version}: {ours:?}, not {theirs:?}; explained {known:?}")
                    .expect("a string takes all");
                for change in &changes {
                    writeln!(wrong, "    {} {}: {}", change.rule, change.subject, change.sentence)
                        .expect("a string takes all");
                }
            }
        }
    }
    println!("{equal} rows agree, {} differ on purpose", explained.len());
    println!("history/{project}, migrations: {right} of {ran} cases right");
    assert!(wrong.is_empty(), "rows that differ otherwise than explained:\n{wrong}");
}

#[test]
fn polyaxon_migrations_cases() {
    check("polyaxon__polyaxon", POLYAXON);
}

#[test]
fn ayon_backend_migrations_cases() {
    check("ynput__ayon-backend", AYON);
}
