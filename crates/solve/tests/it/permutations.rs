//! Answers do not depend on the order in which things are told, where the objective does not.

use proptest::prelude::*;
use trainyard_solve::{
    Assignment, Budget, Catalogue, Clause, Engine, Need, Nogoods, Objective, PackageId, Problem,
    Solution, Term, Weights,
};

use crate::random::{self, Random};

/// The same problem with other numbers for its packages, and weak requirements told last.
fn renumbered(problem: &Problem<'_>, places: &[usize]) -> (Catalogue, Vec<Clause>) {
    let to = |package: PackageId| {
        let place = places.iter().position(|place| *place == package.0 as usize).unwrap();
        PackageId(u32::try_from(place).unwrap())
    };
    let term = |term: &Term| Term::new(to(term.package), term.ranks.clone());
    let clause = |clause: &Clause| {
        let need = match &clause.need {
            Need::AnyOf(terms) => Need::AnyOf(terms.iter().map(term).collect()),
            Need::AbsentOr(weak) => Need::AbsentOr(term(weak)),
        };
        Clause::new(clause.origin, need)
    };
    let is_weak = |clause: &Clause| matches!(clause.need, Need::AbsentOr(_));
    let mut catalogue = Catalogue::new();
    let old = places.iter().map(|&place| PackageId(u32::try_from(place).unwrap()));
    for package in old.clone() {
        catalogue.add_package(problem.catalogue.candidates(package));
    }
    for package in old {
        for rank in 0..problem.catalogue.candidates(package) {
            let mut clauses: Vec<_> =
                problem.catalogue.clauses(package, rank).map(clause).collect();
            clauses.sort_by_key(is_weak);
            for clause in clauses {
                catalogue.add(to(package), rank, clause);
            }
        }
    }
    let mut request: Vec<_> = problem.clauses.iter().map(clause).collect();
    request.sort_by_key(is_weak);
    (catalogue.sealed(), request)
}

/// What is chosen, and in which order it came up, by the old numbers of packages.
type Named = (Vec<(usize, u32)>, Vec<usize>);

/// The packages of a solution by their old numbers.
fn named(solution: Option<Solution>, places: &[usize]) -> Option<Named> {
    let solution = solution?;
    let old = |package: PackageId| places[package.0 as usize];
    let mut pins: Vec<_> =
        solution.assignment.iter().map(|(package, rank)| (old(package), rank)).collect();
    pins.sort_unstable();
    Some((pins, solution.order.into_iter().map(old).collect()))
}

proptest! {
    #[test]
    fn numbers_of_packages_do_not_matter(
        seed in 0_u64..1_000_000,
        shuffled in Just((0..4).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut random = Random::new(seed);
        let (catalogue, request) = random::problem(&mut random);
        let problem = Problem::new(&catalogue, request);
        let places: Vec<_> =
            shuffled.into_iter().filter(|place| *place < catalogue.len()).collect();
        let (other, request) = renumbered(&problem, &places);
        let turned = Problem::new(&other, request);
        let straight: Vec<_> = (0..catalogue.len()).collect();

        for objective in [Objective::Newest, Objective::Oldest] {
            let left = Nogoods.solve(&problem, &objective, Budget::default()).solution();
            let right = Nogoods.solve(&turned, &objective, Budget::default()).solution();
            prop_assert_eq!(named(left, &straight), named(right, &places));
        }

        // What nothing requires is kept or not in the order of packages, so only the cost is the same.
        let current = (0..catalogue.len()).filter_map(|place| {
            let package = PackageId(u32::try_from(place).unwrap());
            let candidates = catalogue.candidates(package);
            (candidates > 0).then(|| (place, random.below(candidates)))
        });
        let current: Vec<_> = current.collect();
        let cost = |problem: &Problem<'_>, places: &[usize]| {
            let place = |old: usize| places.iter().position(|place| *place == old).unwrap();
            let pins = current
                .iter()
                .map(|(old, rank)| (PackageId(u32::try_from(place(*old)).unwrap()), *rank));
            let current: Assignment = pins.collect();
            let weights = Weights::default();
            let objective = Objective::MinimalChange { current: current.clone(), weights };
            let solution = Nogoods.solve(problem, &objective, Budget::default()).solution()?;
            let catalogue = problem.catalogue;
            let change = trainyard_solve::Change::between(catalogue, &current, &solution.assignment);
            Some(change.cost(weights))
        };
        prop_assert_eq!(cost(&problem, &straight), cost(&turned, &places));
    }
}
