//! Measures what `cargo xtask bench` asks for: a name and a figure a line, divided by a tab.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for measuring")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value;
use trainyard_evidence::migrations::{Environment, Migration};
use trainyard_testkit::case_text;
use trainyard_upgrade::{
    migrations::between,
    updates::{Question, Release, UpdateGraph, path},
};

/// How many revisions the larger side of the generated pair has.
const REVISIONS: usize = 500;
/// How many releases the generated update graph has, and how many before each may go to it: as in `OpenShift`'s.
const RELEASES: usize = 1_397;
const REACH: usize = 30;

fn main() {
    pair();
    matrix();
    paths();
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn environment(migrations: Vec<Migration>) -> Environment {
    Environment { framework: "alembic", folder: "alembic".into(), migrations }
}

fn migration(id: &str, parents: Vec<String>) -> Migration {
    Migration {
        id: id.to_owned(),
        path: format!("{id}.py").into(),
        parents,
        ..Migration::default()
    }
}

/// A chain whose newer side has every tenth revision inserted below what the older one has.
fn generated(count: usize, with_inserted: bool) -> Environment {
    let mut chain = Vec::new();
    let mut before: Option<String> = None;
    for place in 0..count {
        if place % 10 == 5 && !with_inserted {
            continue;
        }
        let id = format!("{place:012x}");
        chain.push(migration(&id, before.into_iter().collect()));
        before = Some(id);
    }
    environment(chain)
}

/// The best time of a generated pair.
fn pair() {
    let (old, new) = (generated(REVISIONS - 50, false), generated(REVISIONS, true));
    let once = || {
        let start = Instant::now();
        let passage = between(&[&old], &[&new], None, &|_, _| Vec::new());
        assert!(!passage.skipped.is_empty(), "the pair has skipped revisions");
        start.elapsed()
    };
    let best = (0..50).map(|_| once()).min().unwrap();
    println!("pair of {REVISIONS} revisions: best\t{:.3}", milliseconds(best));
}

/// Every pair of real releases that the cases know.
fn matrix() {
    let Some(matrix) = case_text("upgrades/backendai_matrix.tsv") else { return };
    let mut graphs: BTreeMap<String, Environment> = BTreeMap::new();
    for file in ["backendai_alembic_graphs.json", "alembic_known_answers.json"] {
        let Some(text) = case_text(&format!("upgrades/{file}")) else { return };
        let cases: Value = serde_json::from_str(&text).unwrap();
        for (release, revisions) in cases["graphs"].as_object().unwrap() {
            let migrations = revisions.as_object().unwrap().iter().map(|(id, parents)| {
                let parents = parents.as_array().unwrap().iter();
                migration(id, parents.map(|name| name.as_str().unwrap().to_owned()).collect())
            });
            graphs.insert(release.clone(), environment(migrations.collect()));
        }
    }
    let rows = matrix.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    let pairs: Vec<(&Environment, &Environment)> =
        rows.filter_map(|row| graphs.get(row[0]).zip(graphs.get(row[2]))).collect();
    let start = Instant::now();
    let skipping = pairs
        .iter()
        .filter(|(old, new)| !between(&[old], &[new], None, &|_, _| Vec::new()).skipped.is_empty());
    let skipping = skipping.count();
    let time = milliseconds(start.elapsed());
    println!("pairs of real releases: count\t{}", pairs.len());
    println!("pairs of real releases: that skip\t{skipping}");
    println!("pairs of real releases: all\t{time:.1}");
    println!("pairs of real releases: each\t{:.3}", time / pairs.len().max(1) as f64);
}

/// `OpenShift`'s releases and updates, or as many of our own.
fn update_graph() -> UpdateGraph {
    let mut graph = UpdateGraph::default();
    let add = |graph: &mut UpdateGraph, name: String| {
        let rank = graph.releases().len();
        graph.add(Release { name, rank, ..Release::default() })
    };
    let text = case_text("upgrades/cincinnati_graph.json");
    let data: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    if let Some(data) = &data {
        for name in data["versions"].as_array().unwrap() {
            add(&mut graph, name.as_str().unwrap().to_owned());
        }
        for (to, before) in data["prev"].as_array().unwrap().iter().enumerate() {
            for from in before.as_array().into_iter().flatten().filter_map(Value::as_u64) {
                graph.allow(usize::try_from(from).unwrap(), to);
            }
        }
        return graph;
    }
    for place in 0..RELEASES {
        let to = add(&mut graph, format!("4.{}.{}", place / 60, place % 60));
        for from in to.saturating_sub(REACH)..to {
            graph.allow(from, to);
        }
    }
    graph
}

/// Ways between releases from all over the graph, those that are none among them.
fn paths() {
    let graph = update_graph();
    let names: Vec<&str> = graph.releases().iter().map(|release| release.name.as_str()).collect();
    let mut times = Vec::new();
    let mut found = 0;
    for round in 0..2_000 {
        let from = names[round * 7_919 % names.len()];
        let to = names[round * 104_729 % names.len()];
        let question = Question { from: from.into(), to: to.into(), ..Question::default() };
        let start = Instant::now();
        found += usize::from(path(&graph, &question).path.is_some());
        times.push(start.elapsed());
    }
    times.sort();
    println!("ways: releases\t{}", names.len());
    println!("ways: updates\t{}", graph.edges().count());
    println!("ways: found of {}\t{found}", times.len());
    println!("ways: median\t{:.3}", milliseconds(times[times.len() / 2]));
    println!("ways: p99\t{:.3}", milliseconds(times[times.len() * 99 / 100]));
}
