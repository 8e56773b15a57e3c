//! What `cargo xtask bench` measures of the solver, built as users get it.
//!
//! `measure rez` tells times over Rez's benchmark, a line each: a name, a tab, and the time in milliseconds.
//! `measure debian FILE` tells which packages of a list cannot be installed: a name, a tab, and the version.

#![expect(clippy::unwrap_used, reason = "what cannot be read cannot be measured")]

mod debian;
#[path = "../../tests/it/rez.rs"]
mod rez;

use std::time::Instant;

use rez::{Rez, is_start, terms};
use serde_json::Value;
use trainyard_solve::{
    Assignment, Budget, Catalogue, Clause, Detail, Engine, Need, Nogoods, Objective, Origin,
    Problem, RankSet, Weights, explain, validate,
};
use trainyard_testkit::case_text;

/// How often everything is measured; the best counts.
const RUNS: usize = 5;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rez"] => measure_rez(),
        ["debian", file] => {
            let text = std::fs::read_to_string(file).expect("the list of packages is readable");
            for (name, version, verdict) in debian::broken(&debian::stanzas(&text)) {
                println!("{name}\t{version}\t{verdict:?}");
            }
        }
        _ => println!("usage: measure rez | measure debian FILE"),
    }
}

/// The best time of some runs, in milliseconds.
fn best(mut run: impl FnMut()) -> f64 {
    let time = |_| {
        let started = Instant::now();
        run();
        started.elapsed().as_secs_f64() * 1_000.0
    };
    (0..RUNS).map(time).fold(f64::INFINITY, f64::min)
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn tell(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{name}: count\t{}", times.len());
    println!("{name}: total\t{:.3}", times.iter().sum::<f64>());
    println!("{name}: median\t{:.3}", at(50));
    println!("{name}: p99\t{:.3}", at(99));
    println!("{name}: max\t{:.3}", at(100));
}

fn measure_rez() {
    let read = |path: &str| case_text(path).map(|text| text_to_value(&text));
    let packages = case_text("rez/benchmark_packages.json.gz");
    let requests = read("rez/benchmark_requests.json.gz");
    let trials = read("rez/minimal_change_trials.json");
    let (Some(packages), Some(requests), Some(trials)) = (packages, requests, trials) else {
        return;
    };
    let mut rez = Rez::read(&packages);
    let cases = requests["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut newest, mut checked, mut explained) = (Vec::new(), Vec::new(), Vec::new());
    for case in cases {
        let clauses = rez.request(terms(&case["request"]));
        let problem = Problem::new(&rez.catalogue, clauses);
        newest.push(best(|| _ = Nogoods.solve(&problem, &Objective::Newest, Budget::default())));
        let answer = rez.answer(&case["resolved"]);
        checked.push(best(|| _ = validate(&problem, &answer)));
        explained.push(explain_without(&problem, &answer));
    }
    tell("newest", newest);
    tell("validate", checked);
    tell("explain", explained);
    let mut least = Vec::new();
    for trial in trials["trials"].as_array().into_iter().flatten() {
        let terms = terms(&trial["request"]);
        let Some(start) = cases.iter().find(|case| is_start(trial, &terms, case)) else { continue };
        let request = rez.request(terms.iter().copied());
        let problem = Problem::new(&rez.catalogue, request);
        let current = rez.answer(&start["resolved"]);
        let objective = Objective::MinimalChange { current, weights: Weights::default() };
        least.push(best(|| _ = Nogoods.solve(&problem, &objective, Budget::default())));
    }
    tell("minimal change", least);
    tell("exclusive packages among 20", vec![exclusive()]);
    tell("giving up", vec![pigeons(20)]);
}

fn text_to_value(text: &str) -> Value {
    serde_json::from_str(text).expect("a file of cases is JSON")
}

/// How long it takes to explain why the last package of an answer cannot be absent.
fn explain_without(problem: &Problem<'_>, answer: &Assignment) -> f64 {
    let mut problem = problem.clone();
    if let Some((package, _)) = answer.iter().last() {
        let need = Need::AbsentOr(trainyard_solve::Term::new(package, RankSet::empty()));
        problem.clauses.push(Clause::new(Origin(2_000_000), need));
    }
    best(|| _ = explain(&problem, &Detail::default(), Budget::default()))
}

/// Four packages that exclude each other, among twenty that have nothing to do with them.
fn exclusive() -> f64 {
    let mut catalogue = Catalogue::new();
    let packages: Vec<_> = (0..24).map(|_| catalogue.add_package(3)).collect();
    let base = catalogue.add_package(8);
    for (at, &package) in (0..).zip(&packages[20..]) {
        for rank in 0..3 {
            let need = Need::one(base, RankSet::range(at * 2..at * 2 + 2));
            catalogue.add(package, rank, Clause::new(Origin(100 + at * 3 + rank), need));
        }
    }
    let catalogue = catalogue.sealed();
    let clauses = (0..)
        .zip(&packages)
        .map(|(origin, &package)| Clause::new(Origin(origin), Need::one(package, RankSet::all(3))));
    let problem = Problem::new(&catalogue, clauses.collect());
    best(|| _ = Nogoods.solve(&problem, &Objective::Newest, Budget::default()))
}

/// One pigeon more than there are holes: too hard for every engine that learns, so it must end by its budget.
fn pigeons(holes: u32) -> f64 {
    let mut catalogue = Catalogue::new();
    let pigeons: Vec<_> = (0..=holes).map(|_| catalogue.add_package(holes)).collect();
    for (index, &pigeon) in pigeons.iter().enumerate() {
        for &other in &pigeons[index + 1..] {
            for hole in 0..holes {
                let need = Need::conflict(other, holes, &RankSet::one(hole));
                catalogue.add(pigeon, hole, Clause::new(Origin(100), need));
            }
        }
    }
    let catalogue = catalogue.sealed();
    let clauses = (0..).zip(&pigeons).map(|(origin, &pigeon)| {
        Clause::new(Origin(origin), Need::one(pigeon, RankSet::all(holes)))
    });
    let problem = Problem::new(&catalogue, clauses.collect());
    let started = Instant::now();
    _ = Nogoods.solve(&problem, &Objective::Newest, Budget::default());
    started.elapsed().as_secs_f64() * 1_000.0
}
