//! Why nothing fits, as data; sentences are the caller's.

mod chains;
mod core;
mod fixes;
mod quotient;
mod rotation;

use std::collections::BTreeSet;

use self::core::Found;
use crate::{Budget, Need, Objective, Origin, PackageId, Problem, RankSet, Solution};

/// Why a problem has no solution, and what would give it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Conflicts that share no clause of the request.
    pub conflicts: Vec<Conflict>,
    /// Whether these are all such conflicts, and each is minimal; false when the budget was spent first.
    pub is_complete: bool,
    /// The smallest relaxations of the request under which everything holds, each solved again to be sure.
    pub fixes: Vec<Fix>,
}

/// Clauses that cannot hold together, while all but any one of them can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where those clauses are written.
    ///
    /// *Order*: ascending.
    pub origins: Vec<Origin>,
    /// The package on which the sides cannot agree. `None` where a requirement names no package at all.
    pub culprit: Option<PackageId>,
    /// Who wants what of it.
    ///
    /// *Order*: the least origins first.
    pub sides: Vec<Side>,
}

/// How the request comes to want something of the culprit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// From the request to the clause about the culprit, which is the last.
    pub chain: Vec<Link>,
    /// The candidates of the culprit that this side is content with.
    pub wants: RankSet,
    /// Whether it is content too when the culprit is absent.
    pub may_be_absent: bool,
}

/// One step of a chain: equal or similar clauses of several candidates are one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The package that asks; `None` for the request.
    pub package: Option<PackageId>,
    /// Which of its candidates ask.
    pub when: RankSet,
    /// What they ask for, at most: where they differ, their union.
    pub need: Need,
    /// Where it is written.
    ///
    /// *Order*: ascending.
    pub origins: Vec<Origin>,
}

/// Clauses of the request whose relaxation makes everything else hold; none of them is needless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to do.
    ///
    /// *Order*: by origin.
    pub relaxations: Vec<Relaxation>,
    /// What would be chosen then.
    pub solution: Solution,
}

/// A clause of the request that gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relaxation {
    /// The package is asked for all the same, with another candidate.
    Move {
        /// The clause.
        origin: Origin,
        /// The package it is about.
        package: PackageId,
        /// The candidate that fits.
        to: u32,
    },
    /// The clause is taken away.
    Drop {
        /// The clause.
        origin: Origin,
    },
}

/// What an explanation should hold.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Clauses of the request that must not give way in fixes.
    pub fixed: BTreeSet<Origin>,
    /// At most how many conflicts.
    pub conflicts: usize,
    /// At most how many fixes.
    pub fixes: usize,
    /// How the rest is chosen in a fix.
    pub objective: Objective,
}

impl Default for Detail {
    fn default() -> Self {
        Self { fixed: BTreeSet::new(), conflicts: 20, fixes: 6, objective: Objective::Newest }
    }
}

/// Says why a problem has no solution. `None` where it has one, or where the budget was spent before that was known.
///
/// The explanation is the same for any order of the clauses of the problem.
///
/// *Cost*: for each conflict some solutions of problems as small as the conflict; for the fixes some of the whole one.
pub fn explain(problem: &Problem<'_>, detail: &Detail, budget: Budget) -> Option<Explanation> {
    let mut sorted = problem.clone();
    sorted.clauses.sort();
    let mut meter = Meter::new(budget);
    let mut conflicts = Vec::new();
    let mut is_complete = true;
    let mut rest = sorted.clone();
    while conflicts.len() < detail.conflicts {
        match core::smallest(&rest, &mut meter) {
            Found::Core(core) => {
                is_complete &= core.is_minimal;
                let asked = rest.clauses.len();
                rest.clauses.retain(|clause| !core.origins.contains(&clause.origin));
                conflicts.push(chains::conflict(&sorted, &core));
                if rest.clauses.len() == asked {
                    // It conflicts with itself, whatever is asked for.
                    break;
                }
            }
            Found::Nothing => break,
            Found::Spent => {
                is_complete = false;
                break;
            }
        }
    }
    if conflicts.is_empty() {
        return None;
    }
    is_complete &= conflicts.len() < detail.conflicts;
    let fixes = fixes::smallest(&sorted, detail, &mut meter);
    Some(Explanation { conflicts, is_complete, fixes })
}

/// What is left of a budget.
#[derive(Debug)]
struct Meter {
    left: u64,
}

impl Meter {
    fn new(budget: Budget) -> Self {
        Self { left: budget.steps }
    }

    fn budget(&self) -> Budget {
        Budget { steps: self.left }
    }

    fn spend(&mut self, steps: u64) {
        self.left = self.left.saturating_sub(steps);
    }
}
