//! Catalogues that are made to be hard: an answer or a clear end, in bounded time.

use trainyard_solve::{
    Assignment, Budget, Catalogue, Clause, Detail, Engine, Need, Nogoods, Objective, Origin,
    Outcome, PackageId, Problem, RankSet, Solution, Term, Weights, explain, validate,
};

/// Clauses with an origin each.
#[derive(Default)]
struct Origins(u32);

impl Origins {
    fn clause(&mut self, need: Need) -> Clause {
        self.0 += 1;
        Clause::new(Origin(self.0), need)
    }
}

fn solve(problem: &Problem<'_>) -> Outcome {
    Nogoods.solve(problem, &Objective::Newest, Budget::default())
}

fn solved(problem: &Problem<'_>) -> Solution {
    let solution = solve(problem).solution().expect("it has a solution");
    assert!(validate(problem, &solution.assignment).is_empty());
    solution
}

/// One pigeon more than there are holes: every pigeon is a package with a hole for each candidate.
fn pigeons(holes: u32) -> (Catalogue, Vec<Clause>) {
    let mut catalogue = Catalogue::new();
    let mut origins = Origins::default();
    let pigeons: Vec<_> = (0..=holes).map(|_| catalogue.add_package(holes)).collect();
    for (index, &pigeon) in pigeons.iter().enumerate() {
        for &other in &pigeons[index + 1..] {
            for hole in 0..holes {
                let need = Need::conflict(other, holes, &RankSet::one(hole));
                catalogue.add(pigeon, hole, origins.clause(need));
            }
        }
    }
    let ask = |&pigeon: &PackageId| origins.clause(Need::one(pigeon, RankSet::all(holes)));
    let request = pigeons.iter().map(ask).collect();
    (catalogue.sealed(), request)
}

#[test]
fn pigeons_without_a_hole_are_refused_or_given_up() {
    for holes in [4, 6, 8, 20, 60] {
        let (catalogue, request) = pigeons(holes);
        let problem = Problem::new(&catalogue, request);
        let budget = Budget { steps: 1_000_000 };
        match Nogoods.solve(&problem, &Objective::Newest, budget) {
            Outcome::Unsolvable { .. } => {}
            Outcome::GaveUp { steps, best: None } => {
                assert!(holes > 6, "{holes} holes");
                assert!((budget.steps..budget.steps * 2).contains(&steps), "{steps}");
            }
            other => panic!("{holes} holes: {other:?}"),
        }
    }
}

#[test]
fn explaining_pigeons_ends() {
    let (catalogue, request) = pigeons(6);
    let problem = Problem::new(&catalogue, request);
    let explanation = explain(&problem, &Detail::default(), Budget { steps: 3_000_000 });
    assert!(explanation.is_none_or(|explanation| explanation.conflicts.len() == 1));
}

/// Packages that exclude each other, beside many that have nothing to do with them.
#[test]
fn unrelated_packages_cost_nothing() {
    let mut catalogue = Catalogue::new();
    let mut origins = Origins::default();
    let unrelated: Vec<_> = (0..20).map(|_| catalogue.add_package(3)).collect();
    let exclusive: Vec<_> = (0..4).map(|_| catalogue.add_package(3)).collect();
    let base = catalogue.add_package(8);
    for (index, &package) in (0..).zip(&exclusive) {
        for rank in 0..3 {
            let need = Need::one(base, RankSet::range(index * 2..index * 2 + 2));
            catalogue.add(package, rank, origins.clause(need));
        }
    }
    let catalogue = catalogue.sealed();
    let wanted = unrelated.iter().chain(&exclusive);
    let request: Vec<_> =
        wanted.map(|&package| origins.clause(Need::one(package, RankSet::all(3)))).collect();
    let problem = Problem::new(&catalogue, request);
    let Outcome::Unsolvable { steps } = solve(&problem) else { panic!("it has no solution") };
    assert!(steps < 1_000, "{steps} steps");
}

/// A chain in which each package needs the next; a request for the first.
fn chain(count: u32) -> (Catalogue, Clause) {
    let mut catalogue = Catalogue::new();
    for _ in 0..count {
        catalogue.add_package(1);
    }
    for package in 0..count - 1 {
        let need = Need::one(PackageId(package + 1), RankSet::all(1));
        catalogue.add(PackageId(package), 0, Clause::new(Origin(10 + package), need));
    }
    let first = Clause::new(Origin(1), Need::one(PackageId(0), RankSet::all(1)));
    (catalogue.sealed(), first)
}

#[test]
fn a_chain_of_a_hundred_thousand_is_followed() {
    let count = 100_000;
    let (catalogue, first) = chain(count);
    let solution = solved(&Problem::new(&catalogue, vec![first]));
    assert_eq!(solution.assignment.len(), count as usize);
}

#[test]
fn a_long_chain_with_a_missing_end_is_refused() {
    let count = 50_000;
    let (catalogue, first) = chain(count);
    let last = Need::AbsentOr(Term::new(PackageId(count - 1), RankSet::empty()));
    let problem = Problem::new(&catalogue, vec![first, Clause::new(Origin(2), last)]);
    assert!(matches!(solve(&problem), Outcome::Unsolvable { .. }));
}

#[test]
fn a_long_chain_is_kept_and_explained() {
    let count = 5_000;
    let (catalogue, first) = chain(count);
    let problem = Problem::new(&catalogue, vec![first.clone()]);
    let current = solved(&problem).assignment;
    let objective =
        Objective::MinimalChange { current: current.clone(), weights: Weights::default() };
    let kept = Nogoods.solve(&problem, &objective, Budget::default()).solution().unwrap();
    assert_eq!(kept.assignment, current);

    let last = Need::AbsentOr(Term::new(PackageId(count - 1), RankSet::empty()));
    let problem = Problem::new(&catalogue, vec![first, Clause::new(Origin(2), last)]);
    let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
    let [conflict] = &explanation.conflicts[..] else { panic!("one conflict") };
    assert_eq!(conflict.culprit, Some(PackageId(count - 1)));
}

#[test]
fn thousands_of_versions_that_all_fail_are_left_behind() {
    let count = 5_000;
    let mut catalogue = Catalogue::new();
    let mut origins = Origins::default();
    let (tool, library, base) =
        (catalogue.add_package(count), catalogue.add_package(count), catalogue.add_package(count));
    for rank in 0..count {
        // All but the last version of the tool need versions of the library that need another base.
        let need = Need::one(library, RankSet::range(rank..count));
        catalogue.add(tool, rank, origins.clause(need));
        let need = Need::one(base, RankSet::one(rank));
        catalogue.add(library, rank, origins.clause(need));
    }
    let catalogue = catalogue.sealed();
    let request = vec![
        origins.clause(Need::one(tool, RankSet::all(count))),
        origins.clause(Need::one(base, RankSet::one(count - 1))),
    ];
    let solution = solved(&Problem::new(&catalogue, request));
    let ranks = [tool, library, base].map(|package| solution.assignment.get(package));
    assert_eq!(ranks, [Some(0), Some(count - 1), Some(count - 1)]);
}

#[test]
fn cycles_and_requirements_on_oneself_are_fine() {
    let mut catalogue = Catalogue::new();
    let mut origins = Origins::default();
    let (left, right) = (catalogue.add_package(2), catalogue.add_package(2));
    catalogue.add(left, 0, origins.clause(Need::one(right, RankSet::one(1))));
    catalogue.add(right, 1, origins.clause(Need::one(left, RankSet::one(0))));
    catalogue.add(right, 0, origins.clause(Need::one(right, RankSet::one(1))));
    let catalogue = catalogue.sealed();
    let request = vec![origins.clause(Need::one(left, RankSet::all(2)))];
    let solution = solved(&Problem::new(&catalogue, request));
    assert_eq!(solution.assignment.iter().collect::<Vec<_>>(), [(left, 0), (right, 1)]);
    assert_eq!(solution.order, [left, right]);
    let request = vec![origins.clause(Need::one(right, RankSet::one(0)))];
    assert!(matches!(solve(&Problem::new(&catalogue, request)), Outcome::Unsolvable { .. }));
}

#[test]
fn what_the_catalogue_does_not_have_is_never_chosen() {
    let mut origins = Origins::default();
    let mut catalogue = Catalogue::new();
    let package = catalogue.add_package(1);
    let (unknown, other) = (PackageId(7), PackageId(u32::MAX));
    for need in [
        Need::one(unknown, RankSet::all(3)),
        Need::one(package, RankSet::one(1)),
        Need::AnyOf(Vec::new()),
    ] {
        let problem = Problem::new(&catalogue, vec![origins.clause(need)]);
        assert!(matches!(solve(&problem), Outcome::Unsolvable { .. }), "{problem:?}");
        let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
        assert_eq!(explanation.fixes.len(), 1);
    }
    let fine = [
        Need::AbsentOr(Term::new(unknown, RankSet::empty())),
        Need::conflict(other, 0, &RankSet::all(2)),
    ];
    let request: Vec<_> = fine.into_iter().map(|need| origins.clause(need)).collect();
    assert!(solved(&Problem::new(&catalogue, request)).assignment.is_empty());

    let current: Assignment = [(package, 5), (unknown, 0)].into_iter().collect();
    let objective = Objective::MinimalChange { current, weights: Weights::default() };
    let problem = Problem::new(&catalogue, Vec::new());
    let outcome = Nogoods.solve(&problem, &objective, Budget::default());
    assert!(outcome.solution().is_some());
}

#[test]
fn a_budget_of_nothing_gives_up_at_once() {
    let (catalogue, request) = pigeons(3);
    let problem = Problem::new(&catalogue, request);
    let outcome = Nogoods.solve(&problem, &Objective::Newest, Budget { steps: 0 });
    assert!(matches!(outcome, Outcome::GaveUp { best: None, .. }));
    assert_eq!(explain(&problem, &Detail::default(), Budget { steps: 0 }), None);
}
