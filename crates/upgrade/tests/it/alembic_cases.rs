//! Upgrades of real databases whose answers are known.

use std::{collections::BTreeMap, time::Instant};

use serde_json::Value;
use trainyard_evidence::migrations::{Environment, Migration};
use trainyard_testkit::{Tally, case_text};
use trainyard_upgrade::migrations::{Passage, WayKind, between};

type Graphs = BTreeMap<String, Environment>;

/// Graphs as `{release: {revision: [parents]}}`.
fn graphs(value: &Value) -> Graphs {
    let migration = |(id, parents): (&String, &Value)| Migration {
        id: id.clone(),
        path: format!("{id}.py").into(),
        parents: texts(parents),
        ..Migration::default()
    };
    let environment = |graph: &Value| Environment {
        framework: "alembic",
        folder: "alembic".into(),
        migrations: graph.as_object().unwrap().iter().map(migration).collect(),
    };
    let all = value.as_object().unwrap().iter();
    all.map(|(release, graph)| (release.clone(), environment(graph))).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn passage(old: &Environment, new: &Environment) -> Passage {
    between(&[old], &[new], None, &|_, _| Vec::new())
}

fn skipped(passage: &Passage) -> Vec<String> {
    let mut ids: Vec<String> = passage.skipped.iter().map(|one| one.step.id.clone()).collect();
    ids.sort();
    ids
}

fn unknown(passage: &Passage) -> Vec<String> {
    let mut ids: Vec<String> = passage.unknown.iter().map(|one| one.id.clone()).collect();
    ids.sort();
    ids
}

#[test]
fn alembic_known_answers_cases() {
    let Some(text) = case_text("upgrades/alembic_known_answers.json") else { return };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let graphs = graphs(&cases["graphs"]);
    let mut tally = Tally::new("upgrades/alembic_known_answers.json");
    for case in cases["cases"].as_array().unwrap() {
        let release = |key: &str| &graphs[case[key].as_str().unwrap()];
        let passage = passage(release("from"), release("to"));
        let back = passage.ways.iter().find(|way| way.kind == WayKind::RollBack).unwrap();
        let pending = passage.is_known.then_some(passage.pending.len());
        let found = serde_json::json!({
            "from": case["from"], "to": case["to"],
            "old_heads": passage.stands_at,
            "new_heads": passage.heads,
            "old_head_known_to_target": passage.is_known,
            "unknown_to_target": unknown(&passage),
            "silently_skipped": skipped(&passage),
            "pending_on_upgrade_head": pending,
            "safe_rollback_point": back.stand_at.join(","),
            "rollback_steps": back.undone.len(),
        });
        tally.check(found == *case, || format!("{case}\n  {found}"));
    }
    tally.finish();
}

/// The places that the vendor's own notes name: where to go back to, and where to stand before revisions that are missing
/// are applied by themselves.
#[test]
fn places_of_the_vendors_notes_cases() {
    let Some(text) = case_text("upgrades/alembic_known_answers.json") else { return };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let graphs = graphs(&cases["graphs"]);
    let place = |from: &str, to: &str, kind: WayKind| {
        let passage = passage(&graphs[from], &graphs[to]);
        let way = passage.ways.into_iter().find(|way| way.kind == kind).unwrap();
        way.stand_at
    };
    assert_eq!(place("23.09.10", "24.03.0", WayKind::RollBack), ["85615e005fa3"]);
    assert_eq!(place("24.03.11", "24.09.0", WayKind::FillIn), ["3596bc12ec09"]);
}

#[test]
#[expect(clippy::print_stdout, reason = "what it costs is told with the score")]
fn backendai_matrix_cases() {
    let files = ["backendai_alembic_graphs.json", "alembic_known_answers.json"];
    let mut all = Graphs::new();
    for file in files {
        let Some(text) = case_text(&format!("upgrades/{file}")) else { return };
        let cases: Value = serde_json::from_str(&text).unwrap();
        all.extend(graphs(&cases["graphs"]));
    }
    let Some(matrix) = case_text("upgrades/backendai_matrix.tsv") else { return };
    let mut tally = Tally::new("upgrades/backendai_matrix.tsv");
    let mut rows_without_graphs = 0;
    let start = Instant::now();
    for row in matrix.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (Some(old), Some(new)) = (all.get(columns[0]), all.get(columns[2])) else {
            rows_without_graphs += 1;
            continue;
        };
        let passage = passage(old, new);
        let skipped = skipped(&passage);
        let found = [
            passage.stands_at.join(","),
            if passage.is_known { "True" } else { "False" }.to_owned(),
            passage.pending.len().to_string(),
            skipped.len().to_string(),
            skipped.join(","),
            unknown(&passage).join(","),
            passage.relinked.len().to_string(),
        ];
        tally.check(found == columns[5..], || format!("{row}\n  {found:?}"));
    }
    println!(
        "{rows_without_graphs} rows are of releases without a graph in the cases; {:?} in all",
        start.elapsed()
    );
    tally.finish();
}
