//! An engine that tries everything: what the objectives mean, word by word.

use std::collections::VecDeque;

use trainyard_solve::{
    Assignment, Budget, Change, Engine, Need, Objective, Outcome, PackageId, Problem, Solution,
    Term,
};

#[derive(Clone, Copy, Debug)]
pub(crate) struct BruteForce;

/// All assignments in which everything holds.
///
/// One package is decided after another; what breaks a clause about decided packages alone is left at once.
pub(crate) fn answers(problem: &Problem<'_>) -> Vec<Assignment> {
    let mut found = Vec::new();
    let clauses = by_last_package(problem);
    decide(problem, &clauses, 0, &mut Assignment::new(), &mut |answer| {
        found.push(answer.clone());
        true
    });
    found
}

/// Whether everything can hold.
pub(crate) fn is_solvable(problem: &Problem<'_>) -> bool {
    let clauses = by_last_package(problem);
    !decide(problem, &clauses, 0, &mut Assignment::new(), &mut |_| false)
}

/// A clause and the candidate that asks for it, if one does.
type Asked<'a> = (Option<(PackageId, u32)>, &'a Need);

/// The clauses by how many packages have to be decided before they can be judged.
fn by_last_package<'a>(problem: &'a Problem<'_>) -> Vec<Vec<Asked<'a>>> {
    let count = problem.catalogue.len();
    let mut sorted = vec![Vec::new(); count + 1];
    let mut add = |owner: Option<(PackageId, u32)>, need: &'a Need| {
        let targets = need.terms().iter().map(|term| term.package);
        let packages = targets.chain(owner.map(|(package, _)| package));
        let decided = packages.map(|package| package.0 as usize + 1).max().unwrap_or_default();
        sorted[decided].push((owner, need));
    };
    for clause in &problem.clauses {
        add(None, &clause.need);
    }
    for package in (0..u32::try_from(count).unwrap()).map(PackageId) {
        for rank in 0..problem.catalogue.candidates(package) {
            for clause in problem.catalogue.clauses(package, rank) {
                add(Some((package, rank)), &clause.need);
            }
        }
    }
    sorted
}

/// Decides the packages from one on; `meet` tells whether to go on after an answer. False where it did not.
fn decide(
    problem: &Problem<'_>,
    clauses: &[Vec<Asked<'_>>],
    decided: usize,
    assignment: &mut Assignment,
    meet: &mut impl FnMut(&Assignment) -> bool,
) -> bool {
    let holds = |(owner, need): &Asked<'_>| {
        let asks = owner.is_none_or(|(package, rank)| assignment.get(package) == Some(rank));
        !asks || need.holds(assignment)
    };
    if !clauses[decided].iter().all(holds) {
        return true;
    }
    if decided == problem.catalogue.len() {
        return meet(assignment);
    }
    let package = PackageId(u32::try_from(decided).unwrap());
    for rank in 0..problem.catalogue.candidates(package) {
        assignment.choose(package, rank);
        if !decide(problem, clauses, decided + 1, assignment, meet) {
            return false;
        }
    }
    assignment.remove(package);
    decide(problem, clauses, decided + 1, assignment, meet)
}

impl Engine for BruteForce {
    fn solve(&self, problem: &Problem<'_>, objective: &Objective, _budget: Budget) -> Outcome {
        let mut answers = answers(problem);
        if answers.is_empty() {
            return Outcome::Unsolvable { steps: 0 };
        }
        let mut optional = Vec::new();
        if let Objective::MinimalChange { current, weights } = objective {
            let cost = |answer: &Assignment| {
                Change::between(problem.catalogue, current, answer).cost(*weights)
            };
            let least = answers.iter().map(cost).min().unwrap();
            answers.retain(|answer| cost(answer) == least);
            optional = current.iter().collect();
        }
        let likes_high = matches!(objective, Objective::Oldest);
        let order = serve(problem, &mut answers, &optional, likes_high);
        let assignment = answers.swap_remove(0);
        Outcome::Solved(Solution { assignment, order, steps: 0 })
    }
}

/// Serves one requirement after another, and leaves the one answer that has the best of each.
fn serve(
    problem: &Problem<'_>,
    answers: &mut Vec<Assignment>,
    optional: &[(PackageId, u32)],
    likes_high: bool,
) -> Vec<PackageId> {
    let mut served: Vec<(PackageId, u32)> = Vec::new();
    let (mut singles, mut alternatives) = (VecDeque::new(), VecDeque::new());
    let mut optional: VecDeque<_> = optional.iter().copied().collect();
    let mut new: Vec<&Need> = problem.clauses.iter().map(|clause| &clause.need).collect();
    loop {
        for need in new.drain(..) {
            match need {
                Need::AnyOf(terms) if terms.len() == 1 => singles.push_back(terms),
                Need::AnyOf(terms) => alternatives.push_back(terms),
                Need::AbsentOr(_) => {}
            }
        }
        let pin = if let Some(terms) = singles.pop_front().or_else(|| alternatives.pop_front()) {
            let is_met = |term: &Term| {
                served
                    .iter()
                    .any(|(package, rank)| *package == term.package && term.ranks.contains(*rank))
            };
            if terms.iter().any(is_met) {
                continue;
            }
            Some(best(answers, terms, likes_high))
        } else if let Some((package, rank)) = optional.pop_front() {
            let is_kept = |answer: &Assignment| answer.get(package) == Some(rank);
            if answers.iter().any(is_kept) {
                Some((package, rank))
            } else if answers.iter().any(|answer| answer.get(package).is_none()) {
                answers.retain(|answer| answer.get(package).is_none());
                None
            } else {
                let rank = answers.iter().filter_map(|answer| answer.get(package)).min();
                rank.map(|rank| (package, rank))
            }
        } else {
            break;
        };
        let Some((package, rank)) = pin else { continue };
        answers.retain(|answer| answer.get(package) == Some(rank));
        if !served.contains(&(package, rank)) {
            served.push((package, rank));
            new.extend(problem.catalogue.clauses(package, rank).map(|clause| &clause.need));
        }
    }
    answers.retain(|answer| answer.len() == served.len());
    served.into_iter().map(|(package, _)| package).collect()
}

/// The first alternative that some answer has, and the best candidate of it.
fn best(answers: &[Assignment], terms: &[Term], likes_high: bool) -> (PackageId, u32) {
    let possible = terms.iter().find_map(|term| {
        let ranks = answers.iter().filter_map(|answer| answer.get(term.package));
        let ranks = ranks.filter(|rank| term.ranks.contains(*rank));
        let rank = if likes_high { ranks.max() } else { ranks.min() };
        rank.map(|rank| (term.package, rank))
    });
    possible.expect("every answer meets every requirement")
}
