//! Which candidates can be chosen at all.
//!
//! One assignment proves that all of its candidates can be. So a large one is grown, candidate by candidate, and only
//! what does not fit into it is asked for alone.

use super::{
    search::{Search, Stop},
    store::NONE,
};
use crate::{Budget, Catalogue, PackageId, Problem, RankSet};

/// How many steps are spent on fitting a candidate into the large assignment.
const STEPS_FOR_FITTING: u64 = 2_000;

/// Whether a candidate can be part of an assignment in which everything holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosable {
    /// It can.
    Yes,
    /// It cannot, whatever else is chosen.
    No,
    /// The budget was spent first.
    Unknown,
}

/// Tells of each candidate whether it can be chosen at all, as `dose-debcheck` does for Debian's packages.
///
/// The budget is for each candidate. *Order*: by package, then by rank.
pub fn choosable(catalogue: &Catalogue, budget: Budget) -> Vec<(PackageId, u32, Choosable)> {
    let problem = Problem::new(catalogue, Vec::new());
    let mut census = Census {
        large: Search::new(&problem, u64::MAX),
        alone: Search::new(&problem, u64::MAX),
        proved: vec![RankSet::empty(); catalogue.len()],
    };
    let mut found = Vec::new();
    for (package, proved) in (0..).map(PackageId).zip(0..catalogue.len()) {
        for rank in 0..catalogue.candidates(package) {
            let is_proved = census.proved[proved].contains(rank) || census.fits(package, rank);
            let verdict =
                if is_proved { Choosable::Yes } else { census.alone(package, rank, budget) };
            found.push((package, rank, verdict));
        }
    }
    found
}

/// What is known so far.
struct Census<'p> {
    /// The large assignment.
    large: Search<'p>,
    alone: Search<'p>,
    /// The candidates that were part of an assignment.
    proved: Vec<RankSet>,
}

impl Census<'_> {
    /// Adds a candidate to the large assignment, if that is easy.
    fn fits(&mut self, package: PackageId, rank: u32) -> bool {
        let large = &mut self.large;
        let slot = large.slot_of(package);
        let set = large.store.words(slot, &RankSet::one(rank), false, false);
        let domain = large.store.domain(slot);
        if domain.iter().zip(&set).all(|(left, right)| left & right == 0) {
            return false;
        }
        let floor = large.level();
        let known = large.goals.chosen().len();
        large.budget = large.steps.saturating_add(STEPS_FOR_FITTING);
        large.floor = floor;
        large.decide(slot, &set, NONE);
        large.goals.want(slot);
        // What was learned may have taken the decision back.
        if large.run().is_err() || large.store.chosen(slot) != Some(rank) {
            large.back_to(floor);
            return false;
        }
        mark(&mut self.proved, large, known);
        true
    }

    /// Looks for an assignment that has a candidate.
    fn alone(&mut self, package: PackageId, rank: u32, budget: Budget) -> Choosable {
        let alone = &mut self.alone;
        alone.back_to(0);
        let slot = alone.slot_of(package);
        let set = alone.store.words(slot, &RankSet::one(rank), false, false);
        alone.budget = alone.steps.saturating_add(budget.steps);
        alone.goals.wanted.clear();
        alone.goals.assume(vec![(slot, set)]);
        alone.goals.want(slot);
        match alone.run() {
            Ok(None) => {
                mark(&mut self.proved, alone, 0);
                Choosable::Yes
            }
            Ok(Some(_)) | Err(Stop::Unsolvable | Stop::Below) => Choosable::No,
            Err(Stop::Spent) => Choosable::Unknown,
        }
    }
}

/// Notes that what is chosen can be chosen.
fn mark(proved: &mut [RankSet], search: &Search<'_>, known: usize) {
    for &slot in search.goals.chosen().iter().skip(known) {
        let pin = search.store.slot(slot).package.zip(search.store.chosen(slot));
        if let Some((package, rank)) = pin
            && let Some(proved) = proved.get_mut(package.index())
        {
            proved.insert(rank);
        }
    }
}
