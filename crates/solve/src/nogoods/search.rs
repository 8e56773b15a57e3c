//! Propagation: what follows from the nogoods, until nothing more does.

use super::{
    goals::Goals,
    store::{NONE, Source, Store, is_subset, number},
};
use crate::{Need, PackageId, Problem, RankSet};

/// How a search ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// No assignment exists.
    Unsolvable,
    /// The budget is spent.
    Spent,
    /// A conflict reaches below the floor.
    Below,
}

/// Everything that one question needs.
#[derive(Debug)]
pub(super) struct Search<'p> {
    pub(super) problem: &'p Problem<'p>,
    pub(super) store: Store,
    pub(super) goals: Goals<'p>,
    /// The slot of each package; `NONE` where it did not come up.
    slots: Vec<u32>,
    /// The slot of packages that the catalogue does not know.
    unknown: u32,
    /// Whether packages that come up from now on must be absent.
    pub(super) closed: bool,
    /// The first event that was not propagated.
    head: usize,
    /// Where each level begins.
    pub(super) levels: Vec<Level>,
    /// Nogoods of one literal that were met above the lowest level.
    floating: Vec<u32>,
    /// Nogoods that were broken when they were added.
    broken: Vec<u32>,
    /// The level below which nothing may be undone.
    pub(super) floor: u32,
    pub(super) steps: u64,
    pub(super) budget: u64,
    /// Whether to keep what each learned nogood was made from.
    pub(super) keeps_proof: bool,
    pub(super) antecedents: Vec<u32>,
    pub(super) scratch: super::learn::Scratch,
}

/// A decision and what was before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    events: usize,
    goals: super::goals::Progress,
    /// The assumption it makes; `NONE` for choices.
    pub(super) assumption: u32,
}

impl<'p> Search<'p> {
    pub(super) fn new(problem: &'p Problem<'p>, budget: u64) -> Self {
        Self {
            problem,
            store: Store::default(),
            goals: Goals::default(),
            slots: vec![NONE; problem.catalogue.len()],
            unknown: NONE,
            closed: false,
            head: 0,
            levels: Vec::new(),
            floating: Vec::new(),
            broken: Vec::new(),
            floor: 0,
            steps: 0,
            budget,
            keeps_proof: false,
            antecedents: Vec::new(),
            scratch: super::learn::Scratch::default(),
        }
    }

    /// Adds the clauses of the problem itself.
    pub(super) fn ask(&mut self) {
        let problem = self.problem;
        for (index, clause) in (0..).zip(&problem.clauses) {
            self.add_need(Vec::new(), &clause.need, Source::Request(index));
            self.goals.add(&clause.need);
        }
    }

    pub(super) fn level(&self) -> u32 {
        number(self.levels.len())
    }

    /// The slot of a package, which is made where it comes up first.
    pub(super) fn slot_of(&mut self, package: PackageId) -> u32 {
        let candidates = self.problem.catalogue.candidates(package);
        let closed = self.closed && !self.problem.catalogue.is_choice(package);
        let place = self.slots.get_mut(package.index()).unwrap_or(&mut self.unknown);
        if *place == NONE {
            *place = self.store.add_slot(Some(package), candidates, closed);
        }
        *place
    }

    /// The slot of a package that came up.
    pub(super) fn known_slot(&self, package: PackageId) -> Option<u32> {
        self.slots.get(package.index()).copied().filter(|slot| *slot != NONE)
    }

    /// Adds a nogood for a need under some conditions.
    pub(super) fn add_need(&mut self, when: Vec<(u32, Vec<u64>)>, need: &Need, source: Source) {
        let mut parts = when;
        let absent = matches!(need, Need::AnyOf(_));
        for term in need.terms() {
            let slot = self.slot_of(term.package);
            parts.push((slot, self.store.words(slot, &term.ranks, true, absent)));
        }
        self.add_parts(parts, source);
    }

    /// Adds a nogood: not all of these sets may hold their slots' choices.
    pub(super) fn add_parts(&mut self, mut parts: Vec<(u32, Vec<u64>)>, source: Source) {
        parts.sort_by_key(|(slot, _)| *slot);
        parts.dedup_by(|(slot, set), (kept_slot, kept)| {
            let same = slot == kept_slot;
            if same {
                kept.iter_mut().zip(set).for_each(|(kept, word)| *kept &= *word);
            }
            same
        });
        if parts.iter().any(|(_, set)| set.iter().all(|word| *word == 0)) {
            return;
        }
        let literals: Vec<_> =
            parts.iter().map(|(slot, set)| self.store.literal(*slot, set)).collect();
        self.steps += literals.len() as u64;
        self.attach(literals, source);
    }

    /// Adds a nogood and draws what follows from it at once.
    fn attach(&mut self, mut literals: Vec<u32>, source: Source) {
        // First what is not satisfied, then what was satisfied last.
        let store = &self.store;
        literals.sort_by_cached_key(|&literal| {
            if !store.is_satisfied(literal) {
                return 0;
            }
            let event = store.event_into(store.literal_slot(literal), store.set(literal));
            if event == NONE { u32::MAX } else { u32::MAX - 1 - event }
        });
        let made = self.store.add_nogood(&literals, source);
        let satisfied =
            |at: usize| literals.get(at).is_none_or(|&literal| self.store.is_satisfied(literal));
        if satisfied(0) {
            self.broken.push(made);
        } else if satisfied(1) {
            if literals.len() == 1 && !self.levels.is_empty() {
                self.floating.push(made);
            }
            self.imply(literals[0], made);
        }
    }

    /// Refutes the last literal of a nogood whose others are satisfied.
    pub(super) fn imply(&mut self, literal: u32, nogood: u32) {
        if !self.store.is_refuted(literal) {
            let level = self.level();
            self.store.refute(literal, nogood, level);
        }
    }

    /// Makes nogoods of what candidates of a package need, as far as they are possible and not done before.
    fn load(&mut self, slot: u32, package: PackageId) {
        let possible = self.store.domain(slot).to_vec();
        let done = std::mem::take(&mut self.store.slots[slot as usize].loaded);
        let meets = |when: &RankSet, set: &[u64]| {
            when.words().iter().zip(set).any(|(left, right)| left & right != 0)
        };
        let problem = self.problem;
        for (index, (when, need)) in (0..).zip(problem.catalogue.groups(package)) {
            self.steps += 1;
            if meets(when, &possible) && !meets(when, &done) {
                let when = vec![(slot, self.store.words(slot, when, false, false))];
                self.add_need(when, need, Source::Group(package, index));
            }
        }
        let before = done.iter().copied().chain(std::iter::repeat(0));
        let loaded = possible.iter().zip(before).map(|(possible, done)| possible | done);
        self.store.slots[slot as usize].loaded = loaded.collect();
    }

    /// Begins a level.
    pub(super) fn push_level(&mut self, assumption: u32) {
        let events = self.store.events.len();
        self.levels.push(Level { events, goals: self.goals.progress, assumption });
    }

    /// Decides that a slot's choice is in a set.
    pub(super) fn decide(&mut self, slot: u32, set: &[u64], assumption: u32) {
        self.push_level(assumption);
        let level = self.level();
        self.store.narrow(slot, |index| set[index], NONE, level);
    }

    /// Goes back to a level.
    pub(super) fn back_to(&mut self, level: u32) {
        let Some(undone) = self.levels.get(level as usize).copied() else { return };
        self.levels.truncate(level as usize);
        self.store.undo_to(undone.events);
        self.goals.return_to(undone.goals);
        self.head = self.store.events.len();
        for index in 0..self.floating.len() {
            let nogood = self.floating[index];
            let literal = self.store.members(nogood)[0];
            if self.store.is_satisfied(literal) {
                self.broken.push(nogood);
            } else {
                self.imply(literal, nogood);
            }
        }
        if self.levels.is_empty() {
            self.floating.clear();
        }
    }

    /// Draws all conclusions, learning from each conflict, until none is left.
    pub(super) fn settle(&mut self) -> Result<(), Stop> {
        while let Some(conflict) = self.propagate() {
            self.learn_from(conflict)?;
        }
        if self.steps > self.budget { Err(Stop::Spent) } else { Ok(()) }
    }

    /// Draws conclusions until there are no more; tells the nogood that is broken, if one is.
    pub(super) fn propagate(&mut self) -> Option<u32> {
        loop {
            while let Some(nogood) = self.broken.pop() {
                if self.is_broken(nogood) {
                    self.broken.push(nogood);
                    return Some(nogood);
                }
            }
            let event = self.head;
            let slot = self.store.events.get(event)?.slot;
            self.head += 1;
            self.load_if_present(slot);
            if self.broken.is_empty()
                && let Some(conflict) = self.wake(number(event), slot)
            {
                return Some(conflict);
            }
        }
    }

    fn is_broken(&self, nogood: u32) -> bool {
        self.store.members(nogood).iter().all(|&literal| self.store.is_satisfied(literal))
    }

    fn load_if_present(&mut self, slot: u32) {
        let Some(package) = self.store.slot(slot).package else { return };
        let loaded = &self.store.slot(slot).loaded;
        let is_done = !loaded.is_empty() && is_subset(self.store.domain(slot), loaded);
        if !is_done && !self.store.may_be_absent(slot) {
            self.load(slot, package);
        }
    }

    /// Visits the nogoods that watch literals which an event, or one shortly before it, satisfied.
    fn wake(&mut self, event: u32, slot: u32) -> Option<u32> {
        let event = self.store.seen_until(event, slot);
        if event == NONE {
            return None;
        }
        let owner = self.store.slot(slot);
        let count = owner.literals.len();
        self.steps += 1 + (count * owner.words) as u64 / 4;
        let possible = self.store.domain(slot).first().copied().unwrap_or_default();
        for index in 0..count {
            let (literal, first) = self.store.slot(slot).literals[index];
            // Most are not satisfied, and their first word tells.
            let is_new = possible & !first == 0
                && self.store.is_satisfied(literal)
                && !is_subset(self.store.before(event), self.store.set(literal));
            if is_new {
                let conflict = self.visit(literal);
                if conflict.is_some() {
                    return conflict;
                }
            }
        }
        None
    }

    /// Visits the nogoods that watch a literal which is satisfied.
    fn visit(&mut self, literal: u32) -> Option<u32> {
        let mut watchers = self.store.take_watchers(literal);
        self.steps += watchers.len() as u64;
        let mut conflict = None;
        let mut kept = 0;
        let mut index = 0;
        while index < watchers.len() {
            let nogood = watchers[index];
            index += 1;
            if self.moves_watch(nogood, literal) {
                continue;
            }
            watchers[kept] = nogood;
            kept += 1;
            let other = self.other_watch(nogood, literal);
            if other.is_none_or(|other| self.store.is_satisfied(other)) {
                conflict = Some(nogood);
                break;
            }
            if let Some(other) = other {
                self.imply(other, nogood);
            }
        }
        watchers.copy_within(index.., kept);
        watchers.truncate(kept + watchers.len() - index);
        self.store.give_watchers(literal, watchers);
        conflict
    }

    /// The watched literal of a nogood beside a given one.
    fn other_watch(&self, nogood: u32, literal: u32) -> Option<u32> {
        self.store.members(nogood).iter().take(2).find(|other| **other != literal).copied()
    }

    /// Lets a literal that is not satisfied watch in place of one that is. False where there is none, or no need.
    fn moves_watch(&mut self, nogood: u32, literal: u32) -> bool {
        let members = self.store.members(nogood);
        let other = self.other_watch(nogood, literal);
        if other.is_some_and(|other| self.store.is_refuted(other)) {
            return false;
        }
        let next = members.iter().skip(2).position(|&member| !self.store.is_satisfied(member));
        self.steps += next.unwrap_or(members.len()) as u64 / 2;
        let Some(next) = next else { return false };
        let members = self.store.members_mut(nogood);
        let own = usize::from(members[0] != literal);
        members.swap(own, next + 2);
        let watching = members[own];
        self.store.watch(watching, nogood);
        true
    }
}
