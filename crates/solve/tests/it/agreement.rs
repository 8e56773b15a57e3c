//! What the engine answers, and what trying everything answers.

use trainyard_solve::{
    Assignment, Budget, Choosable, Clause, Engine, Need, Nogoods, Objective, Origin, Outcome,
    PackageId, Problem, RankSet, Weights, choosable,
};

use crate::{
    brute::{self, BruteForce},
    random::{self, Random},
};

/// How many random catalogues each test looks at.
const CATALOGUES: u64 = 10_000;

/// Compares the engine with brute force.
fn check(problem: &Problem<'_>, objective: &Objective, seed: u64) -> bool {
    let found = Nogoods.solve(problem, objective, Budget::default());
    let expected = BruteForce.solve(problem, objective, Budget::default());
    let (is_found, is_expected) = match (&found, &expected) {
        (Outcome::Solved(found), Outcome::Solved(expected)) => {
            let pins = |assignment: &Assignment| assignment.iter().collect::<Vec<_>>();
            let (left, right) = (pins(&found.assignment), pins(&expected.assignment));
            assert_eq!(left, right, "{seed}: {problem:?}");
            assert_eq!(found.order, expected.order, "{seed}: {problem:?}");
            (true, true)
        }
        _ => (found.clone().solution().is_some(), expected.solution().is_some()),
    };
    assert_eq!(is_found, is_expected, "{seed}: {found:?} {problem:?}");
    is_found
}

#[test]
fn newest_and_oldest_are_what_they_are_defined_to_be() {
    let mut solved = 0;
    for seed in 0..CATALOGUES {
        let (catalogue, request) = random::problem(&mut Random::new(seed));
        let problem = Problem::new(&catalogue, request);
        solved += u64::from(check(&problem, &Objective::Newest, seed));
        check(&problem, &Objective::Oldest, seed);
    }
    assert!((CATALOGUES / 4..CATALOGUES * 3 / 4).contains(&solved), "{solved} solvable");
}

/// Larger catalogues, whose requests conflict more than once on the way.
#[test]
fn catalogues_of_eight_packages_are_answered_alike() {
    let mut solved = 0;
    for seed in 0..600 {
        let mut random = Random::new(seed);
        let (catalogue, request) = random::problem_of(&mut random, 8);
        let problem = Problem::new(&catalogue, request);
        solved += u32::from(check(&problem, &Objective::Newest, seed));
        let candidates = (0..8).map(|package| (package, catalogue.candidates(PackageId(package))));
        let present = candidates.filter(|(_, candidates)| *candidates > 0);
        let current = present.map(|(package, count)| (PackageId(package), random.below(count)));
        let current: Assignment = current.collect();
        let objective = Objective::MinimalChange { current, weights: Weights::default() };
        check(&problem, &objective, seed);
    }
    assert!((60..540).contains(&solved), "{solved} solvable");
}

#[test]
fn minimal_change_is_minimal_and_then_newest() {
    for seed in 0..CATALOGUES {
        let mut random = Random::new(seed);
        let (catalogue, request) = random::problem(&mut random);
        let problem = Problem::new(&catalogue, request);
        let mut current = Assignment::new();
        for package in (0..).take(catalogue.len()).map(PackageId) {
            let candidates = catalogue.candidates(package);
            if candidates > 0 && !random.one_in(3) {
                current.choose(package, random.below(candidates));
            }
        }
        let mut weight = || 1 + random.below(3) * u32::from(seed % 2 == 0);
        let weights = Weights { changed: weight(), added: weight(), removed: weight() };
        check(&problem, &Objective::MinimalChange { current, weights }, seed);
    }
}

#[test]
fn what_can_be_chosen_at_all_is_told_of_each_candidate() {
    for seed in 0..CATALOGUES / 4 {
        let (catalogue, _) = random::problem(&mut Random::new(seed));
        for (package, rank, verdict) in choosable(&catalogue, Budget::default()) {
            let clause = Clause::new(Origin(0), Need::one(package, RankSet::one(rank)));
            let is_solvable = brute::is_solvable(&Problem::new(&catalogue, vec![clause]));
            let expected = if is_solvable { Choosable::Yes } else { Choosable::No };
            assert_eq!(verdict, expected, "{seed}: {package:?} {rank}");
        }
    }
}
