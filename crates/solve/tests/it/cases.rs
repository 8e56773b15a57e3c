//! Real catalogues with answers of other programs.

#![expect(
    clippy::print_stdout,
    reason = "times and skipped cases are told to whoever runs the tests"
)]

use std::time::Instant;

use serde_json::Value;
use trainyard_solve::{
    Assignment, Budget, Change, Engine, Nogoods, Objective, Outcome, Problem, Weights, validate,
};
use trainyard_testkit::{Tally, case_text};

use crate::rez::{Rez, is_start, terms};

const REQUESTS: &str = "rez/benchmark_requests.json.gz";
const TRIALS: &str = "rez/minimal_change_trials.json";

fn packages() -> Option<Rez> {
    case_text("rez/benchmark_packages.json.gz").map(|text| Rez::read(&text))
}

fn read(path: &str) -> Option<Value> {
    case_text(path).map(|text| serde_json::from_str(&text).unwrap())
}

/// Each request that Rez solves is solved, each answer is valid, and Rez's own answers are.
#[test]
fn benchmark_requests_cases() {
    let (Some(mut rez), Some(file)) = (packages(), read(REQUESTS)) else { return };
    let mut tally = Tally::new(REQUESTS);
    for case in file["requests"].as_array().unwrap() {
        let request = rez.request(terms(&case["request"]));
        let problem = Problem::new(&rez.catalogue, request);
        let own = rez.answer(&case["resolved"]);
        let wrong = validate(&problem, &own);
        let started = Instant::now();
        let outcome = Nogoods.solve(&problem, &Objective::Newest, Budget::default());
        let elapsed = started.elapsed();
        if let Outcome::Solved(solution) = &outcome {
            println!(
                "{} packages, {} steps, {elapsed:?}",
                solution.assignment.len(),
                solution.steps
            );
        }
        let solution = outcome.clone().solution();
        let is_valid =
            solution.is_some_and(|found| validate(&problem, &found.assignment).is_empty());
        let is_solved = case["status"] == "solved";
        tally.check(is_valid == is_solved && wrong.is_empty() == is_solved, || {
            format!("{}: {outcome:?} {wrong:?}", case["request"])
        });
    }
    tally.finish();
}

/// Upgrades of one package whose least number of changes was proved.
///
/// A trial starts from Rez's answer to one of the requests, which it does not name: it asks for the same packages, and
/// the answer has as many. Where several do, one of them must need as many changes.
#[test]
fn minimal_change_trials_cases() {
    let (Some(mut rez), Some(file), Some(requests)) = (packages(), read(TRIALS), read(REQUESTS))
    else {
        return;
    };
    let mut tally = Tally::new(TRIALS);
    for trial in file["trials"].as_array().unwrap() {
        let terms = terms(&trial["request"]);
        let mut starts: Vec<_> = requests["requests"].as_array().unwrap().iter().collect();
        starts.retain(|case| is_start(trial, &terms, case));
        if starts.is_empty() {
            println!("skipped: {} of request {}", trial["goal"], trial["k"]);
            continue;
        }
        let request = rez.request(terms.iter().copied());
        let problem = Problem::new(&rez.catalogue, request);
        let count = |index: usize| u32::try_from(trial["optimum_maxsat"][index].as_u64().unwrap());
        let [changed, added, removed] = [0, 1, 2].map(|index| count(index).unwrap());
        let expected = Change { changed, added, removed };
        let found: Vec<_> =
            starts.iter().map(|start| least(&problem, &rez.answer(&start["resolved"]))).collect();
        let cost = |change: Change| change.cost(Weights::default());
        let is_right = found.iter().flatten().any(|found| cost(*found) == cost(expected));
        tally.check(is_right, || format!("request {}: {found:?}, not {expected:?}", trial["k"]));
    }
    tally.finish();
}

/// The least change from an answer.
fn least(problem: &Problem<'_>, current: &Assignment) -> Option<Change> {
    let weights = Weights::default();
    let objective = Objective::MinimalChange { current: current.clone(), weights };
    let started = Instant::now();
    let outcome = Nogoods.solve(problem, &objective, Budget::default());
    let elapsed = started.elapsed();
    let solution = outcome.solution()?;
    assert!(validate(problem, &solution.assignment).is_empty());
    let change = Change::between(problem.catalogue, current, &solution.assignment);
    println!("{change:?} in {} steps, {elapsed:?}", solution.steps);
    Some(change)
}
