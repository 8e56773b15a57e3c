//! The smallest relaxations of a request under which everything holds.

use std::collections::BTreeSet;

use super::{Detail, Fix, Meter, Relaxation};
use crate::{
    Clause, Engine, Need, Nogoods, Origin, Outcome, Problem, RankSet, Solution,
    nogoods::relaxations,
};

/// Finds the smallest sets of clauses that have to give way, and how gently each can.
pub(super) fn smallest(problem: &Problem<'_>, detail: &Detail, meter: &mut Meter) -> Vec<Fix> {
    let (sets, steps) = relaxations(problem, &detail.fixed, detail.fixes, meter.budget());
    meter.spend(steps);
    sets.iter().filter_map(|set| fix(problem, set, detail, meter)).collect()
}

/// Relaxes some clauses: as many as can be are asked for with another candidate, the others are dropped.
fn fix(
    problem: &Problem<'_>,
    dropped: &BTreeSet<Origin>,
    detail: &Detail,
    meter: &mut Meter,
) -> Option<Fix> {
    let mut moved = BTreeSet::new();
    let mut solution = solve(problem, dropped, &moved, detail, meter)?;
    for &origin in dropped {
        if !problem.clauses.iter().any(|clause| clause.origin == origin && target(clause).is_some())
        {
            continue;
        }
        moved.insert(origin);
        match solve(problem, dropped, &moved, detail, meter) {
            Some(better) => solution = better,
            None => {
                moved.remove(&origin);
            }
        }
    }
    let relaxation = |&origin: &Origin| {
        let mut clauses = problem.clauses.iter().filter(|clause| clause.origin == origin);
        let target = clauses.find_map(target).filter(|_| moved.contains(&origin));
        let place = target.and_then(|package| Some((package, solution.assignment.get(package)?)));
        match place {
            Some((package, to)) => Relaxation::Move { origin, package, to },
            None => Relaxation::Drop { origin },
        }
    };
    let relaxations = dropped.iter().map(relaxation).collect();
    Some(Fix { relaxations, solution })
}

/// The one package that a requirement is about.
fn target(clause: &Clause) -> Option<crate::PackageId> {
    match &clause.need {
        Need::AnyOf(terms) if terms.len() == 1 => terms.first().map(|term| term.package),
        Need::AnyOf(_) | Need::AbsentOr(_) => None,
    }
}

/// Solves the problem without some clauses, of which some still want their package.
fn solve(
    problem: &Problem<'_>,
    dropped: &BTreeSet<Origin>,
    moved: &BTreeSet<Origin>,
    detail: &Detail,
    meter: &mut Meter,
) -> Option<Solution> {
    let relaxed = problem.clauses.iter().filter_map(|clause| {
        if !dropped.contains(&clause.origin) {
            return Some(clause.clone());
        }
        let package = target(clause).filter(|_| moved.contains(&clause.origin))?;
        let all = RankSet::all(problem.catalogue.candidates(package));
        Some(Clause::new(clause.origin, Need::one(package, all)))
    });
    let relaxed = Problem::new(problem.catalogue, relaxed.collect());
    let outcome = Nogoods.solve(&relaxed, &detail.objective, meter.budget());
    let steps = match &outcome {
        Outcome::Solved(solution) => solution.steps,
        Outcome::Unsolvable { steps } | Outcome::GaveUp { steps, .. } => *steps,
    };
    meter.spend(steps);
    outcome.solution()
}
