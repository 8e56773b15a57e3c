//! Every explanation is minimal, and every fix works.

use std::{collections::BTreeSet, ops::Range};

use trainyard_solve::{
    Budget, Catalogue, Clause, Conflict, Detail, Explanation, Link, Need, Origin, PackageId,
    Problem, RankSet, Relaxation, Side, explain, validate,
};

use crate::{
    brute,
    random::{self, Random},
};

/// How many random catalogues each of four tests looks at.
const CATALOGUES: u64 = 2_500;

/// The clauses of some origins alone.
fn only(problem: &Problem<'_>, origins: &BTreeSet<Origin>) -> (Catalogue, Vec<Clause>) {
    let mut catalogue = Catalogue::new();
    let packages = (0..).take(problem.catalogue.len()).map(PackageId);
    for package in packages.clone() {
        catalogue.add_package(problem.catalogue.candidates(package));
    }
    for package in packages {
        for rank in 0..problem.catalogue.candidates(package) {
            for clause in problem.catalogue.clauses(package, rank) {
                if origins.contains(&clause.origin) {
                    catalogue.add(package, rank, clause.clone());
                }
            }
        }
    }
    let mut request = problem.clauses.clone();
    request.retain(|clause| origins.contains(&clause.origin));
    (catalogue, request)
}

fn is_solvable(problem: &Problem<'_>, origins: &BTreeSet<Origin>) -> bool {
    let (catalogue, request) = only(problem, origins);
    brute::is_solvable(&Problem::new(&catalogue, request))
}

/// The problem without some clauses of its request.
fn without<'a>(problem: &Problem<'a>, dropped: &BTreeSet<Origin>) -> Problem<'a> {
    let mut relaxed = problem.clone();
    relaxed.clauses.retain(|clause| !dropped.contains(&clause.origin));
    relaxed
}

fn check_conflict(problem: &Problem<'_>, conflict: &Conflict) {
    let all: BTreeSet<_> = conflict.origins.iter().copied().collect();
    assert!(!is_solvable(problem, &all), "{conflict:?} {problem:?}");
    for origin in &all {
        let mut rest = all.clone();
        rest.remove(origin);
        assert!(is_solvable(problem, &rest), "{origin:?} is needless: {conflict:?} {problem:?}");
    }
    let told: BTreeSet<_> = conflict
        .sides
        .iter()
        .flat_map(|side| &side.chain)
        .collect::<Vec<_>>()
        .iter()
        .flat_map(|link| link.origins.clone())
        .collect();
    assert!(told.is_subset(&all));
    assert!(conflict.culprit.is_none() || !conflict.sides.is_empty());
    for side in &conflict.sides {
        check_chain(side);
    }
}

/// A chain begins with the request, and each link asks for the package that the next one is of.
fn check_chain(side: &Side) {
    assert_eq!(side.chain[0].package, None, "{side:?}");
    for pair in side.chain.windows(2) {
        let mut targets = pair[0].need.terms().iter().map(|term| Some(term.package));
        assert!(targets.any(|target| target == pair[1].package), "{side:?}");
    }
}

fn check_fixes(problem: &Problem<'_>, explanation: &Explanation) {
    let origins: Vec<_> = problem.clauses.iter().map(|clause| clause.origin).collect();
    let mut smallest: BTreeSet<BTreeSet<Origin>> = BTreeSet::new();
    for bits in 0..1_u32 << origins.len() {
        let dropped: BTreeSet<_> = (0..)
            .zip(&origins)
            .filter(|(at, _)| bits >> at & 1 == 1)
            .map(|(_, origin)| *origin)
            .collect();
        if brute::is_solvable(&without(problem, &dropped)) {
            smallest.insert(dropped);
        }
    }
    let least = smallest.iter().map(BTreeSet::len).min().unwrap();
    smallest.retain(|dropped| dropped.len() == least);
    let mut found = BTreeSet::new();
    for fix in &explanation.fixes {
        let dropped: BTreeSet<_> = fix
            .relaxations
            .iter()
            .map(|relaxation| match relaxation {
                Relaxation::Move { origin, .. } | Relaxation::Drop { origin } => *origin,
            })
            .collect();
        let mut relaxed = without(problem, &dropped);
        for relaxation in &fix.relaxations {
            if let Relaxation::Move { origin, package, to } = relaxation {
                let need = Need::one(*package, RankSet::one(*to));
                relaxed.clauses.push(Clause::new(*origin, need));
            }
        }
        assert!(validate(&relaxed, &fix.solution.assignment).is_empty(), "{fix:?} {problem:?}");
        found.insert(dropped);
    }
    assert_eq!(found, smallest, "{problem:?}");
}

#[test]
fn every_line_is_needed_and_every_fix_works() {
    check_all(0..CATALOGUES);
}

#[test]
fn every_line_is_needed_and_every_fix_works_in_others() {
    check_all(CATALOGUES..2 * CATALOGUES);
}

#[test]
fn every_line_is_needed_and_every_fix_works_in_more() {
    check_all(2 * CATALOGUES..3 * CATALOGUES);
}

#[test]
fn every_line_is_needed_and_every_fix_works_in_still_more() {
    check_all(3 * CATALOGUES..4 * CATALOGUES);
}

fn check_all(seeds: Range<u64>) {
    let detail = Detail { fixes: 100, ..Detail::default() };
    let mut explained = 0;
    for seed in seeds {
        let (catalogue, request) = random::problem(&mut Random::new(seed));
        let problem = Problem::new(&catalogue, request);
        let is_solvable = brute::is_solvable(&problem);
        let explanation = explain(&problem, &detail, Budget::default());
        assert_eq!(explanation.is_none(), is_solvable, "{seed}");
        let Some(explanation) = explanation else { continue };
        explained += 1;
        assert!(explanation.is_complete);
        let mut rest = problem.clone();
        for conflict in &explanation.conflicts {
            check_conflict(&rest, conflict);
            rest = without(&rest, &conflict.origins.iter().copied().collect());
        }
        let left = explain(&rest, &detail, Budget::default());
        let inherent = |conflict: &Conflict| {
            problem.clauses.iter().all(|clause| !conflict.origins.contains(&clause.origin))
        };
        assert!(left.is_none() || explanation.conflicts.iter().any(inherent));
        check_fixes(&problem, &explanation);

        let mut turned = problem.clone();
        turned.clauses.reverse();
        assert_eq!(explain(&turned, &detail, Budget::default()), Some(explanation));
    }
    assert!(explained > CATALOGUES / 4, "{explained} explained");
}

/// A bundle of two packages whose needs of a third cannot be met together.
struct Clash {
    catalogue: Catalogue,
    request: Vec<Clause>,
}

const MAYA: PackageId = PackageId(0);
const FTRACK: PackageId = PackageId(1);
const DEADLINE: PackageId = PackageId(2);
const CORE: PackageId = PackageId(3);

/// Two versions of one package that want version 1.2 and 1.3 of the core, another that wants 1.1 through a third.
fn clash() -> Clash {
    let mut catalogue = Catalogue::new();
    for candidates in [2, 1, 1, 4] {
        catalogue.add_package(candidates);
    }
    let clause = |origin, package, ranks| Clause::new(Origin(origin), Need::one(package, ranks));
    // The core's ranks: 1.3.0, 1.2.0, 1.1.0, 1.0.0.
    catalogue.add(MAYA, 0, clause(10, CORE, RankSet::range(0..1)));
    catalogue.add(MAYA, 1, clause(11, CORE, RankSet::range(0..2)));
    catalogue.add(FTRACK, 0, clause(12, DEADLINE, RankSet::all(1)));
    catalogue.add(DEADLINE, 0, clause(13, CORE, RankSet::one(2)));
    let request = vec![clause(1, MAYA, RankSet::all(2)), clause(2, FTRACK, RankSet::all(1))];
    Clash { catalogue: catalogue.sealed(), request }
}

/// An explanation, a line each.
fn told(explanation: &Explanation) -> String {
    let mut lines = Vec::new();
    for conflict in &explanation.conflicts {
        lines.push(format!("{:?} disagrees: {:?}", conflict.culprit, conflict.origins));
        for side in &conflict.sides {
            lines.push(format!("  wants {:?}, or none: {}", side.wants, side.may_be_absent));
            let link = |link: &Link| {
                format!(
                    "    {:?} {:?} needs {:?} by {:?}",
                    link.package, link.when, link.need, link.origins
                )
            };
            lines.extend(side.chain.iter().map(link));
        }
    }
    for fix in &explanation.fixes {
        let pins: Vec<_> = fix.solution.assignment.iter().collect();
        lines.push(format!("fix {:?} gives {pins:?}", fix.relaxations));
    }
    lines.join("\n")
}

#[test]
fn both_sides_of_a_clash_are_told_with_their_chains() {
    let Clash { catalogue, request } = clash();
    let problem = Problem::new(&catalogue, request);
    let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
    insta::assert_snapshot!(told(&explanation));
}

#[test]
fn what_must_not_give_way_is_in_no_fix() {
    let Clash { catalogue, request } = clash();
    let problem = Problem::new(&catalogue, request);
    let detail = Detail { fixed: BTreeSet::from([Origin(1)]), ..Detail::default() };
    let explanation = explain(&problem, &detail, Budget::default()).unwrap();
    let relaxations: Vec<_> = explanation.fixes.iter().map(|fix| &fix.relaxations[..]).collect();
    assert_eq!(relaxations, [[Relaxation::Drop { origin: Origin(2) }]]);
    let detail = Detail { fixed: BTreeSet::from([Origin(1), Origin(2)]), ..Detail::default() };
    let explanation = explain(&problem, &detail, Budget::default()).unwrap();
    assert!(explanation.fixes.is_empty());
}

#[test]
fn conflicts_that_share_nothing_are_all_told() {
    let mut catalogue = Catalogue::new();
    let mut request = Vec::new();
    for (number, origin) in (0..10).zip((0..).step_by(2)) {
        let package = catalogue.add_package(2);
        assert_eq!(package, PackageId(number));
        for rank in [0, 1] {
            let need = Need::one(package, RankSet::one(rank));
            request.push(Clause::new(Origin(origin + rank), need));
        }
    }
    let catalogue = catalogue.sealed();
    let problem = Problem::new(&catalogue, request);
    let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
    assert_eq!(explanation.conflicts.len(), 10);
    assert!(explanation.is_complete);
    assert_eq!(explanation.fixes.len(), Detail::default().fixes);
    assert!(explanation.fixes.iter().all(|fix| fix.relaxations.len() == 10));
}

#[test]
fn a_pin_that_is_in_the_way_is_moved() {
    let mut catalogue = Catalogue::new();
    let (tool, library) = (catalogue.add_package(1), catalogue.add_package(3));
    catalogue.add(tool, 0, Clause::new(Origin(9), Need::one(library, RankSet::one(1))));
    let catalogue = catalogue.sealed();
    let request = vec![
        Clause::new(Origin(1), Need::one(tool, RankSet::all(1))),
        Clause::new(Origin(2), Need::one(library, RankSet::one(2))),
    ];
    let problem = Problem::new(&catalogue, request);
    let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
    let relaxations: Vec<_> = explanation.fixes.iter().map(|fix| fix.relaxations[0]).collect();
    let moved = Relaxation::Move { origin: Origin(2), package: library, to: 1 };
    assert_eq!(relaxations, [Relaxation::Drop { origin: Origin(1) }, moved]);
}

#[test]
fn thousands_of_versions_are_one_link() {
    let mut catalogue = Catalogue::new();
    let count = 2_000;
    let (tool, library) = (catalogue.add_package(count), catalogue.add_package(2));
    for rank in 0..count {
        let need = Need::one(library, RankSet::one(0));
        catalogue.add(tool, rank, Clause::new(Origin(100 + rank), need));
    }
    let catalogue = catalogue.sealed();
    let request = vec![
        Clause::new(Origin(1), Need::one(tool, RankSet::range(0..count / 2))),
        Clause::new(Origin(2), Need::one(library, RankSet::one(1))),
    ];
    let problem = Problem::new(&catalogue, request);
    let explanation = explain(&problem, &Detail::default(), Budget::default()).unwrap();
    let [conflict] = &explanation.conflicts[..] else { panic!("{explanation:?}") };
    // The versions that are not asked for are no part of it.
    assert_eq!(conflict.origins.len(), 2 + count as usize / 2);
    assert_eq!(conflict.culprit, Some(library));
    let lengths: Vec<_> = conflict.sides.iter().map(|side| side.chain.len()).collect();
    assert_eq!(lengths, [1, 2]);
    assert_eq!(conflict.sides[1].chain[1].when, RankSet::range(0..count / 2));
}
