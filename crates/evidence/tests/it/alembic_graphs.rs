//! Graphs of real Alembic environments, with answers that Alembic itself gave.

use std::collections::BTreeSet;

use serde_json::Value;
use trainyard_evidence::{
    Change, Memo, MemoryTree, Side,
    migrations::{Environment, environments},
};
use trainyard_testkit::{Tally, case_text};

use crate::migration_texts::compare;

/// A tree with one revision for each of a graph's, each of which does something else.
fn tree(graph: &Value) -> MemoryTree {
    let revisions = graph.as_object().expect("a graph maps revisions to parents");
    MemoryTree::new(revisions.iter().map(|(id, parents)| {
        let parents = texts(parents);
        let parents = match parents.as_slice() {
            [] => "None".to_owned(),
            many => format!(
                "({},)",
                many.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ")
            ),
        };
        let text = format!(
            "from alembic import op\nrevision = {id:?}\ndown_revision = {parents}\n\
             def upgrade():\n    op.create_table(\"t_{id}\")\n"
        );
        (format!("models/alembic/versions/{id}.py"), text)
    }))
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    value.as_array().into_iter().flatten().filter_map(text).collect()
}

fn environment(tree: &MemoryTree) -> Environment {
    let (found, troubles) = environments(&Side::new(tree, |_| true), &Memo::default());
    assert!(troubles.is_empty(), "{troubles:?}");
    let [environment] = <[_; 1]>::try_from(found).expect("all is one environment");
    environment
}

fn ids(changes: &[Change], rule: &str) -> Vec<String> {
    let told = changes.iter().filter(|change| change.rule == rule);
    let mut ids: Vec<_> =
        told.map(|change| change.subject.trim_start_matches("alembic ").to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn alembic_graph_cases() {
    let path = "upgrades/backendai_alembic_graphs.json";
    let Some(text) = case_text(path) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let mut tally = Tally::new(path);
    for (tag, graph) in cases["graphs"].as_object().expect("graphs by tag") {
        let environment = environment(&tree(graph));
        let revisions = graph.as_object().expect("a graph maps revisions to parents");
        let parents: BTreeSet<String> = revisions.values().flat_map(texts).collect();
        let heads: Vec<&str> =
            revisions.keys().filter(|id| !parents.contains(*id)).map(String::as_str).collect();
        let (_, in_order) = environment.graph().in_order();
        let right = environment.migrations.len() == revisions.len()
            && environment.heads() == heads
            && environment.bases().len() == 1
            && environment.graph().dangling().is_empty()
            && in_order == revisions.len();
        tally.check(right, || format!("{tag}: {:?}", environment.heads()));
    }
    tally.finish();
}

#[test]
fn alembic_upgrade_cases() {
    let path = "upgrades/alembic_known_answers.json";
    let Some(text) = case_text(path) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let mut tally = Tally::new(path);
    for case in cases["cases"].as_array().expect("cases are a list") {
        let side = |key: &str| tree(&cases["graphs"][case[key].as_str().expect("a tag")]);
        let (old, new) = (side("from"), side("to"));
        let changes = compare(&old, &new, &Memo::default());
        let skipped = ids(&changes, "migrations.inserted");
        let added =
            ids(&changes, "migrations.additive").len() + ids(&changes, "migrations.merge").len();
        let is_known = case["old_head_known_to_target"] == true;
        let right = environment(&old).heads() == texts(&case["old_heads"])
            && environment(&new).heads() == texts(&case["new_heads"])
            && ids(&changes, "migrations.removed") == texts(&case["unknown_to_target"])
            && (!is_known || skipped == texts(&case["silently_skipped"]))
            && (!is_known
                || Some((added - skipped.len()) as u64)
                    == case["pending_on_upgrade_head"].as_u64());
        tally.check(right, || format!("{case}: added {added}, skipped {skipped:?}"));
    }
    tally.finish();
}
