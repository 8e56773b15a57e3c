//! Every pair of a real product's releases, read from its clone.

use std::{collections::BTreeMap, env, time::Instant};

use camino::Utf8PathBuf;
use trainyard_evidence::{
    Detector, Memo, Side,
    migrations::{Environment, Migrations, environments},
};
use trainyard_git::Repository;
use trainyard_testkit::{Tally, case_text};
use trainyard_upgrade::migrations::between;

/// Where the product keeps the migrations that the cases are about.
const FOLDER: &str = "src/ai/backend/manager/models/alembic";

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn clone() -> Option<Repository> {
    let folder = Utf8PathBuf::from(env::var("TRAINYARD_CLONES").ok()?);
    Repository::open(&folder.join("lablup+backend.ai/repo"), None).ok()
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped clone and what it costs are told")]
fn backendai_matrix_from_the_clone_cases() {
    let Some(matrix) = case_text("upgrades/backendai_matrix.tsv") else { return };
    let Some(repository) = clone() else {
        println!("skipped: TRAINYARD_CLONES has no lablup+backend.ai");
        return;
    };
    let rows: Vec<Vec<&str>> =
        matrix.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    let memo = Memo::default();
    let wants = |path: &camino::Utf8Path| {
        path.starts_with("src/ai/backend/manager") && Migrations.wants(path)
    };
    let trees = repository.trees(&wants);
    let mut known: BTreeMap<&str, Environment> = BTreeMap::new();
    let start = Instant::now();
    for name in rows.iter().flat_map(|row| [row[0], row[2]]) {
        if known.contains_key(name) {
            continue;
        }
        let tree = trees.of(repository.resolve(&format!("refs/tags/{name}")).unwrap()).unwrap();
        let (found, _) = environments(&Side::new(&tree, wants), &memo);
        let own = found.into_iter().find(|environment| environment.folder == FOLDER);
        known.insert(name, own.unwrap_or_else(|| panic!("{name} has no migrations")));
    }
    let read = start.elapsed();
    let start = Instant::now();
    let mut tally = Tally::new("upgrades/backendai_matrix.tsv, from the clone");
    for row in &rows {
        let passage = between(&[&known[row[0]]], &[&known[row[2]]], None, &|_, _| Vec::new());
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids.join(",")
        };
        let skipped = sorted(passage.skipped.iter().map(|one| one.step.id.clone()).collect());
        let unknown = sorted(passage.unknown.iter().map(|one| one.id.clone()).collect());
        let found = [
            passage.stands_at.join(","),
            if passage.is_known { "True" } else { "False" }.to_owned(),
            passage.pending.len().to_string(),
            passage.skipped.len().to_string(),
            skipped,
            unknown,
            passage.relinked.len().to_string(),
        ];
        tally.check(found == row[5..], || format!("{row:?}\n  {found:?}"));
    }
    println!("{} releases read in {read:?}, all pairs in {:?}", known.len(), start.elapsed());
    tally.finish();
}
