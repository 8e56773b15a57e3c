//! Learning: from a conflict to a new nogood that would have prevented it.

use std::collections::BinaryHeap;

use super::{
    search::{Search, Stop},
    store::{NONE, Source, is_subset, number},
};

/// The nogood in the making, by slot.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The set of each slot in it.
    sets: Vec<Option<Part>>,
    /// The slots that were ever in it.
    touched: Vec<u32>,
    /// The events that satisfy its sets; some are out of date.
    events: BinaryHeap<u32>,
    /// How many of its sets became satisfied on the level in question.
    on_level: usize,
    /// What it is made from.
    used: Vec<u32>,
}

/// A set that is part of a nogood in the making.
#[derive(Debug)]
struct Part {
    set: Vec<u64>,
    event: u32,
}

impl Search<'_> {
    /// Learns from a broken nogood, goes back to where what was learned makes a difference, and draws that conclusion.
    pub(super) fn learn_from(&mut self, conflict: u32) -> Result<(), Stop> {
        let level = self.begin(conflict);
        if level == 0 && !self.keeps_proof {
            self.clear();
            return Err(Stop::Unsolvable);
        }
        let limit = usize::from(level != 0);
        while self.scratch.on_level > limit {
            let Some(event) = self.next_event() else { break };
            self.resolve(event, level);
            if self.steps > self.budget {
                self.clear();
                return Err(Stop::Spent);
            }
        }
        if level == 0 {
            // What is left is the proof.
            self.proof();
            self.clear();
            return Err(Stop::Unsolvable);
        }
        self.assert_learned()
    }

    /// Tells which assumptions a set, which its slot's domain is inside of, rests on.
    ///
    /// *Order*: descending.
    pub(super) fn assumptions_behind(&mut self, slot: u32, set: Vec<u64>) -> Vec<u32> {
        self.scratch.used.clear();
        self.merge(slot, set, NONE);
        let mut found = Vec::new();
        while let Some(event) = self.next_event() {
            let made = self.store.events[event as usize];
            if made.reason == NONE {
                let assumption = self.levels[made.level as usize - 1].assumption;
                found.push(assumption);
                let kept = self.goals.assumptions[assumption as usize].1.clone();
                let outside = self.outside(made.slot, &kept);
                self.drop_part(made.slot, &outside, NONE);
            } else {
                self.resolve(event, NONE);
            }
        }
        self.clear();
        found
    }

    /// All of a slot's set that a set leaves out.
    pub(super) fn outside(&self, slot: u32, set: &[u64]) -> Vec<u64> {
        let full = self.store.words(slot, &crate::RankSet::empty(), true, true);
        full.iter().zip(set).map(|(full, word)| full & !word).collect()
    }

    /// Starts with a broken nogood; tells the level of its last event.
    fn begin(&mut self, conflict: u32) -> u32 {
        self.scratch.used.clear();
        self.scratch.used.push(conflict);
        let mut level = 0;
        for index in 0..self.store.members(conflict).len() {
            let literal = self.store.members(conflict)[index];
            let (slot, set) = (self.store.literal_slot(literal), self.store.set(literal).to_vec());
            let event = self.store.event_into(slot, &set);
            if event != NONE {
                level = level.max(self.store.events[event as usize].level);
            }
            self.merge(slot, set, NONE);
        }
        self.scratch.on_level = self.count_on(level);
        level
    }

    fn count_on(&self, level: u32) -> usize {
        let scratch = &self.scratch;
        let parts = scratch.touched.iter().filter_map(|&slot| scratch.sets[slot as usize].as_ref());
        parts.filter(|part| self.store.events[part.event as usize].level == level).count()
    }

    /// The last of the events that satisfy the nogood in the making.
    fn next_event(&mut self) -> Option<u32> {
        while let Some(event) = self.scratch.events.pop() {
            let slot = self.store.events[event as usize].slot;
            let part = self.scratch.sets.get(slot as usize).and_then(Option::as_ref);
            if part.is_some_and(|part| part.event == event) {
                return Some(event);
            }
        }
        None
    }

    /// Replaces the part that an event satisfied by the reason of the event.
    fn resolve(&mut self, event: u32, level: u32) {
        let made = self.store.events[event as usize];
        let reason = made.reason;
        self.scratch.used.push(reason);
        self.steps += self.store.members(reason).len() as u64;
        for index in 0..self.store.members(reason).len() {
            let literal = self.store.members(reason)[index];
            let (slot, set) = (self.store.literal_slot(literal), self.store.set(literal).to_vec());
            if slot == made.slot {
                self.drop_part(slot, &set, level);
            } else {
                self.merge(slot, set, level);
            }
        }
    }

    /// Widens a slot's part by a set that was ruled out: it was satisfied earlier, if it says anything still.
    fn drop_part(&mut self, slot: u32, set: &[u64], level: u32) {
        let Some(mut part) = self.scratch.sets[slot as usize].take() else { return };
        self.leaves(part.event, level);
        part.set.iter_mut().zip(set).for_each(|(word, more)| *word |= more);
        self.insert(slot, part.set, level);
    }

    /// Narrows a slot's part by a set that has to hold too.
    fn merge(&mut self, slot: u32, mut set: Vec<u64>, level: u32) {
        if self.scratch.sets.len() <= slot as usize {
            self.scratch.sets.resize_with(self.store.slots.len(), || None);
        }
        match self.scratch.sets[slot as usize].take() {
            Some(part) if is_subset(&part.set, &set) => {
                self.scratch.sets[slot as usize] = Some(part);
                return;
            }
            Some(part) => {
                self.leaves(part.event, level);
                set.iter_mut().zip(&part.set).for_each(|(word, other)| *word &= other);
            }
            None => {}
        }
        self.insert(slot, set, level);
    }

    fn insert(&mut self, slot: u32, set: Vec<u64>, level: u32) {
        let event = self.store.event_into(slot, &set);
        if event == NONE {
            return;
        }
        self.steps += 1;
        if self.store.events[event as usize].level == level {
            self.scratch.on_level += 1;
        }
        self.scratch.touched.push(slot);
        self.scratch.events.push(event);
        self.scratch.sets[slot as usize] = Some(Part { set, event });
    }

    fn leaves(&mut self, event: u32, level: u32) {
        if self.store.events[event as usize].level == level {
            self.scratch.on_level -= 1;
        }
    }

    /// Makes the nogood, goes back, and refutes its last part.
    fn assert_learned(&mut self) -> Result<(), Stop> {
        let mut parts: Vec<(u32, u32, Vec<u64>)> = Vec::new();
        let touched = std::mem::take(&mut self.scratch.touched);
        for slot in touched {
            if let Some(part) = self.scratch.sets[slot as usize].take() {
                parts.push((part.event, slot, part.set));
            }
        }
        self.clear();
        // Events of the lowest level hold always; proofs need them.
        let level_of = |event: u32| self.store.events[event as usize].level;
        if !self.keeps_proof {
            parts.retain(|(event, ..)| level_of(*event) != 0);
        }
        parts.sort_by_key(|(event, ..)| std::cmp::Reverse(*event));
        let back = parts.get(1).map_or(0, |(event, ..)| level_of(*event));
        if back < self.floor {
            return Err(Stop::Below);
        }
        let source = self.learned_source();
        let literals: Vec<_> =
            parts.iter().map(|(_, slot, set)| self.store.literal(*slot, set)).collect();
        let words: usize = parts.iter().map(|(.., set)| set.len()).sum();
        self.steps += 8 * (literals.len() + words) as u64;
        self.back_to(back);
        let made = self.store.add_nogood(&literals, source);
        if let Some(&literal) = literals.first() {
            self.imply(literal, made);
        }
        Ok(())
    }

    fn learned_source(&mut self) -> Source {
        let start = number(self.antecedents.len());
        if self.keeps_proof {
            self.antecedents.extend_from_slice(&self.scratch.used);
        }
        Source::Learned(start, number(self.antecedents.len()))
    }

    /// Leaves what the contradiction was made from as the last antecedents.
    fn proof(&mut self) {
        let Source::Learned(start, end) = self.learned_source() else { return };
        self.scratch.used.clear();
        self.scratch.used.extend_from_slice(&self.antecedents[start as usize..end as usize]);
    }

    /// The sources of the clauses that the proof of a contradiction rests on.
    ///
    /// *Order*: as they were added, each once.
    pub(super) fn proof_sources(&self) -> Vec<Source> {
        let mut seen = std::collections::BTreeSet::new();
        let mut found = std::collections::BTreeSet::new();
        let mut open = self.scratch.used.clone();
        while let Some(nogood) = open.pop() {
            if !seen.insert(nogood) {
                continue;
            }
            match self.store.source(nogood) {
                Source::Learned(start, end) => {
                    open.extend(&self.antecedents[start as usize..end as usize]);
                }
                _ => {
                    found.insert(nogood);
                }
            }
        }
        found.into_iter().map(|nogood| self.store.source(nogood)).collect()
    }

    fn clear(&mut self) {
        let scratch = &mut self.scratch;
        for slot in scratch.touched.drain(..) {
            scratch.sets[slot as usize] = None;
        }
        scratch.events.clear();
        scratch.on_level = 0;
    }
}
