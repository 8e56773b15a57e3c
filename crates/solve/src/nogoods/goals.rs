//! What is decided next: assumptions, then requirements in the order in which they came up.

use super::{
    search::{Search, Stop},
    store::{NONE, first_bit, is_subset, last_bit, number},
};
use crate::{Need, PackageId, Term};

/// What is to be served.
#[derive(Debug, Default)]
pub(super) struct Goals<'p> {
    /// Whether higher ranks are liked better.
    pub(super) likes_high: bool,
    /// Sets that slots should stay in, before all else.
    pub(super) assumptions: Vec<(u32, Vec<u64>)>,
    /// Slots whose candidate is decided already; what those need is served.
    pub(super) wanted: Vec<u32>,
    /// Requirements without alternatives.
    singles: Vec<&'p [Term]>,
    /// Requirements with alternatives.
    alternatives: Vec<&'p [Term]>,
    /// Candidates that may stay though nothing requires them.
    pub(super) kept: Vec<(PackageId, u32)>,
    /// Whether slots that nothing requires are decided too.
    pub(super) sweeps: bool,
    /// The slots whose candidate was chosen, in that order.
    chosen: Vec<u32>,
    is_chosen: Vec<bool>,
    pub(super) progress: Progress,
}

/// How much was served.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    assumption: usize,
    wanted: usize,
    single: usize,
    singles: usize,
    alternative: usize,
    alternatives: usize,
    kept: usize,
    swept: usize,
    chosen: usize,
}

impl<'p> Goals<'p> {
    /// Adds a requirement; other needs ask for nothing.
    pub(super) fn add(&mut self, need: &'p Need) {
        match need {
            Need::AnyOf(terms) if terms.len() > 1 => self.alternatives.push(terms),
            Need::AnyOf(terms) => self.singles.push(terms),
            Need::AbsentOr(_) => {}
        }
        self.progress.singles = self.singles.len();
        self.progress.alternatives = self.alternatives.len();
    }

    /// Takes other assumptions, on the lowest level.
    pub(super) fn assume(&mut self, assumptions: Vec<(u32, Vec<u64>)>) {
        self.assumptions = assumptions;
        self.progress.assumption = 0;
    }

    /// Serves what a slot's candidate needs, once it is decided.
    pub(super) fn want(&mut self, slot: u32) {
        self.wanted.push(slot);
    }

    /// Forgets what came up since.
    pub(super) fn return_to(&mut self, progress: Progress) {
        self.singles.truncate(progress.singles);
        self.alternatives.truncate(progress.alternatives);
        for slot in self.chosen.drain(progress.chosen..) {
            self.is_chosen[slot as usize] = false;
        }
        self.progress = progress;
    }

    /// The slots whose candidate was chosen, in that order.
    pub(super) fn chosen(&self) -> &[u32] {
        &self.chosen
    }

    fn is_chosen(&self, slot: u32) -> bool {
        self.is_chosen.get(slot as usize).copied().unwrap_or_default()
    }
}

/// What to do next.
enum Step {
    /// All is served.
    Done,
    /// An assumption cannot hold.
    Failed(u32),
    /// Something was served without a decision.
    Served,
    /// A slot's choice is decided to be in a set.
    Decide(u32, Vec<u64>),
    /// As before, for an assumption.
    Assume(u32),
}

impl Search<'_> {
    /// Decides until everything is served. Tells the assumption that cannot hold, where one cannot.
    pub(super) fn run(&mut self) -> Result<Option<u32>, Stop> {
        loop {
            self.settle()?;
            self.steps += 1;
            match self.next_step() {
                Step::Done => return Ok(None),
                Step::Failed(assumption) => return Ok(Some(assumption)),
                Step::Served => {}
                Step::Decide(slot, set) => self.decide(slot, &set, NONE),
                Step::Assume(assumption) => self.decide_assumption(assumption),
            }
        }
    }

    /// Decides assumptions alone, with a budget of its own. Tells the one that cannot hold, where one cannot.
    pub(super) fn run_assumptions(&mut self, steps: u64) -> Result<Option<u32>, Stop> {
        let whole = self.budget;
        self.budget = whole.min(self.steps.saturating_add(steps));
        let result = loop {
            if let Err(stop) = self.settle() {
                break Err(stop);
            }
            self.steps += 1;
            match self.next_assumption() {
                None => break Ok(None),
                Some(Step::Assume(assumption)) => self.decide_assumption(assumption),
                Some(Step::Failed(assumption)) => break Ok(Some(assumption)),
                Some(_) => {}
            }
        };
        self.budget = whole;
        result
    }

    fn decide_assumption(&mut self, assumption: u32) {
        let (slot, set) = self.goals.assumptions[assumption as usize].clone();
        self.decide(slot, &set, assumption);
    }

    fn next_step(&mut self) -> Step {
        if let Some(step) = self.next_assumption() {
            return step;
        }
        let progress = self.goals.progress;
        if let Some(&slot) = self.goals.wanted.get(progress.wanted) {
            self.choose(slot);
            self.goals.progress.wanted += 1;
            Step::Served
        } else if let Some(terms) = self.goals.singles.get(progress.single) {
            let step = self.serve(terms);
            self.goals.progress.single += usize::from(matches!(step, Step::Served));
            step
        } else if let Some(terms) = self.goals.alternatives.get(progress.alternative) {
            let step = self.serve(terms);
            self.goals.progress.alternative += usize::from(matches!(step, Step::Served));
            step
        } else if let Some(&(package, rank)) = self.goals.kept.get(progress.kept) {
            let slot = self.slot_of(package);
            let step = self.settle_slot(slot, Some(rank));
            self.goals.progress.kept += usize::from(matches!(step, Step::Served));
            step
        } else if self.goals.sweeps && progress.swept < self.store.slots.len() {
            let step = self.settle_slot(number(progress.swept), None);
            self.goals.progress.swept += usize::from(matches!(step, Step::Served));
            step
        } else {
            Step::Done
        }
    }

    /// The next assumption that is not certain.
    fn next_assumption(&mut self) -> Option<Step> {
        while let Some((slot, set)) = self.goals.assumptions.get(self.goals.progress.assumption) {
            let domain = self.store.domain(*slot);
            let assumption = number(self.goals.progress.assumption);
            if !is_subset(domain, set) {
                let is_possible = domain.iter().zip(set).any(|(left, right)| left & right != 0);
                let step = if is_possible { Step::Assume } else { Step::Failed };
                return Some(step(assumption));
            }
            self.goals.progress.assumption += 1;
            self.steps += 1;
        }
        None
    }

    /// Serves a requirement by its first alternative that is possible.
    fn serve(&mut self, terms: &[Term]) -> Step {
        let is_met = |term: &Term| {
            let slot = self.known_slot(term.package).filter(|slot| self.goals.is_chosen(*slot));
            let rank = slot.and_then(|slot| self.store.chosen(slot));
            rank.is_some_and(|rank| term.ranks.contains(rank))
        };
        if terms.iter().any(is_met) {
            return Step::Served;
        }
        self.steps += terms.len() as u64;
        for term in terms {
            let slot = self.slot_of(term.package);
            let domain = self.store.domain(slot);
            let wanted = self.store.words(slot, &term.ranks, false, false);
            let both: Vec<_> =
                domain.iter().zip(&wanted).map(|(left, right)| left & right).collect();
            let rank = if self.goals.likes_high { last_bit(&both) } else { first_bit(&both) };
            let Some(rank) = rank else { continue };
            if self.store.is_fixed(slot) {
                self.choose(slot);
                return Step::Served;
            }
            return Step::Decide(slot, self.only(slot, rank));
        }
        Step::Served
    }

    /// Decides a slot that nothing requires: as it was, or absent, or its first candidate.
    fn settle_slot(&mut self, slot: u32, kept: Option<u32>) -> Step {
        if self.store.is_fixed(slot) {
            if self.store.chosen(slot).is_some() && self.store.slot(slot).package.is_some() {
                self.choose(slot);
            }
            return Step::Served;
        }
        let domain = self.store.domain(slot);
        let is_possible = |rank: &u32| domain[*rank as usize / 64] >> (rank % 64) & 1 == 1;
        let candidates = self.store.slot(slot).candidates;
        let kept = kept.filter(|rank| *rank < candidates && is_possible(rank));
        let absent = Some(candidates).filter(is_possible);
        let bit = kept.or(absent).or_else(|| first_bit(domain)).unwrap_or_default();
        Step::Decide(slot, self.only(slot, bit))
    }

    /// The set of one possibility of a slot.
    fn only(&self, slot: u32, bit: u32) -> Vec<u64> {
        let mut set = vec![0; self.store.slot(slot).words];
        set[bit as usize / 64] = 1 << (bit % 64);
        set
    }

    /// Notes that a slot's candidate is chosen, and what that requires.
    fn choose(&mut self, slot: u32) {
        let Some(rank) = self.store.chosen(slot) else { return };
        let Some(package) = self.store.slot(slot).package else { return };
        if self.goals.is_chosen(slot) {
            return;
        }
        let marks = &mut self.goals.is_chosen;
        if marks.len() <= slot as usize {
            marks.resize(self.store.slots.len(), false);
        }
        marks[slot as usize] = true;
        self.goals.chosen.push(slot);
        self.goals.progress.chosen = self.goals.chosen.len();
        let catalogue = self.problem.catalogue;
        for clause in catalogue.clauses(package, rank) {
            self.goals.add(&clause.need);
            self.steps += 1;
        }
    }
}
