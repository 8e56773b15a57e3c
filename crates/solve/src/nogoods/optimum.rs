//! The least change: cores of wishes that cannot all hold, until what is left can.
//!
//! Every package wishes to stay as it is. A set of wishes that cannot all hold (a core) costs at least the least weight
//! in it, whatever is chosen. That cost is counted, the wishes of the core become lighter by it, and for each but one of
//! them comes a new wish that *no more* of the core be broken. Once all wishes that are left hold together, what was
//! counted is the true minimum: no answer can be cheaper, and this one is not dearer.

use super::{
    search::{Search, Stop},
    store::{Source, number},
};
use crate::{Assignment, Change, PackageId, RankSet, Solution, Weights};

/// How many conflicts are spent on making a core smaller, for each of its wishes.
const STEPS_FOR_SHRINKING: u64 = 20_000;

/// A set that a slot's choice should be in.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) slot: u32,
    pub(super) keep: Vec<u64>,
    pub(super) weight: u32,
}

/// How the least change is found.
#[derive(Debug)]
pub(super) struct Optimum<'a> {
    current: &'a Assignment,
    weights: Weights,
    pub(super) wishes: Vec<Wish>,
    /// How many slots were looked at for wishes.
    seen: usize,
    /// What every answer costs at least.
    pub(super) cost: u64,
}

impl<'a> Optimum<'a> {
    pub(super) fn new(current: &'a Assignment, weights: Weights) -> Self {
        Self { current, weights, wishes: Vec::new(), seen: 0, cost: 0 }
    }
}

impl Search<'_> {
    /// Finds the answer of least change, and of those the newest.
    pub(super) fn least_change(
        &mut self,
        current: &Assignment,
        weights: Weights,
        best: &mut Option<Solution>,
    ) -> Result<(), Stop> {
        let mut optimum = Optimum::new(current, weights);
        self.goals.sweeps = true;
        self.goals.kept = current.iter().collect();
        for (package, _) in current.iter() {
            self.slot_of(package);
        }
        self.settle()?;
        loop {
            self.least_broken(&mut optimum)?;
            let found = self.solution();
            let cost = |solution: &Solution| {
                let catalogue = self.problem.catalogue;
                Change::between(catalogue, current, &solution.assignment).cost(weights)
            };
            // Packages that came up in it may have had no wish yet.
            let is_least = cost(&found) == optimum.cost;
            if best.as_ref().is_none_or(|best| cost(&found) < cost(best)) {
                *best = Some(found);
            }
            if is_least {
                return self.choose_newest(&optimum);
            }
        }
    }

    /// Finds an assignment that breaks as little of the wishes as any can.
    pub(super) fn least_broken(&mut self, optimum: &mut Optimum<'_>) -> Result<(), Stop> {
        loop {
            self.back_to(0);
            self.wish(optimum);
            self.assume(&optimum.wishes);
            let Some(failed) = self.run()? else { return Ok(()) };
            let core = self.core_of(failed);
            let core = self.shrink(core, &optimum.wishes)?;
            self.relax(&core, optimum);
        }
    }

    /// Makes wishes for packages that came up since.
    fn wish(&mut self, optimum: &mut Optimum<'_>) {
        while optimum.seen < self.store.slots.len() {
            let slot = number(optimum.seen);
            optimum.seen += 1;
            let Some(package) = self.store.slot(slot).package else { continue };
            if self.problem.catalogue.is_choice(package) {
                continue;
            }
            for (keep, weight) in self.wishes_of(slot, package, optimum) {
                if weight > 0 {
                    optimum.wishes.push(Wish { slot, keep, weight });
                }
            }
        }
    }

    /// What a package's staying as it is is worth: the least that any change costs, and what the dearer change adds.
    fn wishes_of(
        &self,
        slot: u32,
        package: PackageId,
        optimum: &Optimum<'_>,
    ) -> Vec<(Vec<u64>, u32)> {
        let Weights { changed, added, removed } = optimum.weights;
        let set = |ranks: &RankSet, absent| self.store.words(slot, ranks, false, absent);
        let candidates = self.store.slot(slot).candidates;
        match optimum.current.get(package) {
            None => vec![(set(&RankSet::empty(), true), added)],
            Some(rank) => {
                let own = RankSet::one(rank);
                let dearer = if changed > removed {
                    set(&own, true)
                } else {
                    set(&RankSet::all(candidates), false)
                };
                vec![(set(&own, false), changed.min(removed)), (dearer, changed.abs_diff(removed))]
            }
        }
    }

    /// Takes wishes as assumptions.
    fn assume<'w>(&mut self, wishes: impl IntoIterator<Item = &'w Wish>) {
        let assumptions = wishes.into_iter().map(|wish| (wish.slot, wish.keep.clone()));
        self.goals.assume(assumptions.collect());
    }

    /// The wishes that rule out one of them, with that one.
    fn core_of(&mut self, failed: u32) -> Vec<u32> {
        let (slot, keep) = self.goals.assumptions[failed as usize].clone();
        let mut core = self.assumptions_behind(slot, self.outside(slot, &keep));
        core.push(failed);
        core.sort_unstable();
        core.dedup();
        core
    }

    /// Leaves out wishes without which a core still cannot hold, as far as that is cheap.
    fn shrink(&mut self, mut core: Vec<u32>, wishes: &[Wish]) -> Result<Vec<u32>, Stop> {
        let mut index = 0;
        while index < core.len() && core.len() > 1 {
            let without: Vec<_> =
                core.iter().copied().filter(|wish| *wish != core[index]).collect();
            self.back_to(0);
            self.assume(without.iter().map(|&wish| &wishes[wish as usize]));
            match self.run_assumptions(STEPS_FOR_SHRINKING) {
                Ok(Some(failed)) => {
                    let smaller = self.core_of(failed);
                    core = smaller.iter().map(|&wish| without[wish as usize]).collect();
                }
                Ok(None) | Err(Stop::Spent) if self.steps <= self.budget => index += 1,
                Ok(None) => return Err(Stop::Spent),
                Err(stop) => return Err(stop),
            }
        }
        Ok(core)
    }

    /// Counts the cost of a core, and wishes that no more of it be broken.
    fn relax(&mut self, core: &[u32], optimum: &mut Optimum<'_>) {
        self.back_to(0);
        self.goals.assume(Vec::new());
        let weights = core.iter().map(|&wish| optimum.wishes[wish as usize].weight);
        let least = weights.min().unwrap_or_default();
        optimum.cost += u64::from(least);
        let broken: Vec<_> = core
            .iter()
            .map(|&wish| {
                let wish = &mut optimum.wishes[wish as usize];
                wish.weight -= least;
                (wish.slot, wish.keep.clone())
            })
            .collect();
        self.add_parts(broken.clone(), Source::Counting);
        // `later` holds where any wish after this one is broken; then this one must hold, or it costs once more.
        let mut later: Option<(u32, Vec<u64>)> = None;
        for (slot, keep) in broken.into_iter().rev() {
            let is_broken = (slot, self.outside(slot, &keep));
            let Some(after) = later else {
                later = Some(is_broken);
                continue;
            };
            let both = self.helper();
            self.add_parts(
                vec![is_broken.clone(), after.clone(), (both, ABSENT.to_vec())],
                Source::Counting,
            );
            optimum.wishes.push(Wish { slot: both, keep: ABSENT.to_vec(), weight: least });
            let either = self.helper();
            self.add_parts(vec![is_broken, (either, ABSENT.to_vec())], Source::Counting);
            self.add_parts(vec![after, (either, ABSENT.to_vec())], Source::Counting);
            later = Some((either, PRESENT.to_vec()));
        }
        optimum.wishes.retain(|wish| wish.weight > 0);
    }

    /// A slot that is true or false: its one candidate, or absent.
    pub(super) fn helper(&mut self) -> u32 {
        self.store.add_slot(None, 1, false)
    }

    /// Makes all wishes certain, so that only answers of least change are left, and takes the newest.
    fn choose_newest(&mut self, optimum: &Optimum<'_>) -> Result<(), Stop> {
        self.back_to(0);
        self.goals.assume(Vec::new());
        self.closed = optimum.weights.added > 0;
        for wish in &optimum.wishes {
            let broken = self.outside(wish.slot, &wish.keep);
            self.add_parts(vec![(wish.slot, broken)], Source::Counting);
        }
        self.run().map(|_| ())
    }
}

/// The sets of a helper.
pub(super) const PRESENT: [u64; 1] = [1];
pub(super) const ABSENT: [u64; 1] = [1 << 1];
