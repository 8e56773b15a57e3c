//! The engine: sets of candidates as bits, and learning from every conflict.

mod census;
mod goals;
mod learn;
mod optimum;
mod relax;
mod search;
mod store;

use std::collections::BTreeSet;

pub use self::census::{Choosable, choosable};
pub(crate) use self::relax::relaxations;
use self::{
    search::{Search, Stop},
    store::Source,
};
use crate::{Assignment, Budget, Engine, Objective, Origin, Outcome, Problem, Solution};

/// Chooses by propagating sets of candidates, and learns a nogood from every dead end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nogoods;

impl Engine for Nogoods {
    fn solve(&self, problem: &Problem<'_>, objective: &Objective, budget: Budget) -> Outcome {
        let mut search = Search::new(problem, budget.steps);
        search.goals.likes_high = matches!(objective, Objective::Oldest);
        search.ask();
        let mut best = None;
        let done = match objective {
            Objective::Newest | Objective::Oldest => search.run().map(|_| ()),
            Objective::MinimalChange { current, weights } => {
                search.least_change(current, *weights, &mut best)
            }
        };
        match done {
            Ok(()) => Outcome::Solved(search.solution()),
            Err(stop) => search.stopped(stop, best),
        }
    }
}

impl Search<'_> {
    /// What is chosen.
    fn solution(&self) -> Solution {
        let slots = self.goals.chosen().iter();
        let pins: Vec<_> = slots
            .filter_map(|&slot| self.store.slot(slot).package.zip(self.store.chosen(slot)))
            .collect();
        let order = pins.iter().map(|(package, _)| *package).collect();
        Solution { assignment: pins.into_iter().collect::<Assignment>(), order, steps: self.steps }
    }

    fn stopped(&self, stop: Stop, best: Option<Solution>) -> Outcome {
        match stop {
            Stop::Unsolvable => Outcome::Unsolvable { steps: self.steps },
            Stop::Spent | Stop::Below => Outcome::GaveUp { steps: self.steps, best },
        }
    }
}

/// Whether a problem has a solution, and if not, what is to blame.
#[derive(Debug)]
pub(crate) enum Verdict {
    Solvable {
        assignment: Assignment,
        steps: u64,
    },
    /// These cannot hold together; others may be among them.
    Unsolvable {
        origins: BTreeSet<Origin>,
        steps: u64,
    },
    Spent {
        steps: u64,
    },
}

impl Verdict {
    pub(crate) fn steps(&self) -> u64 {
        match self {
            Self::Solvable { steps, .. }
            | Self::Unsolvable { steps, .. }
            | Self::Spent { steps } => *steps,
        }
    }
}

/// Finds out whether a problem has a solution, and keeps the proof where it has none.
pub(crate) fn verdict(problem: &Problem<'_>, budget: Budget) -> Verdict {
    let mut search = Search::new(problem, budget.steps);
    search.keeps_proof = true;
    search.ask();
    let result = search.run();
    let steps = search.steps;
    match result {
        Ok(_) => Verdict::Solvable { assignment: search.solution().assignment, steps },
        Err(Stop::Spent | Stop::Below) => Verdict::Spent { steps },
        Err(Stop::Unsolvable) => Verdict::Unsolvable { origins: search.proof_origins(), steps },
    }
}

impl Search<'_> {
    /// The origins of the clauses that the proof rests on.
    fn proof_origins(&self) -> BTreeSet<Origin> {
        let mut origins = BTreeSet::new();
        for source in self.proof_sources() {
            match source {
                Source::Request(index) => {
                    let clause = self.problem.clauses.get(index as usize);
                    origins.extend(clause.map(|clause| clause.origin));
                }
                Source::Group(package, index) => {
                    let catalogue = self.problem.catalogue;
                    let group = catalogue.groups(package).nth(index as usize);
                    let needs = group.into_iter().map(|(_, need)| need);
                    origins.extend(needs.flat_map(|need| catalogue.origins_of(package, need)));
                }
                Source::Learned(..) | Source::Counting => {}
            }
        }
        origins
    }
}
