//! Domains, literals and nogoods, and the trail that undoes them.
//!
//! A *slot* is a package that came up, or a helper of the optimiser; its *domain* says which of its candidates are still
//! possible, the last bit standing for absence. A *literal* is a set over a slot: satisfied once the domain is inside of
//! it, refuted once they are apart. A *nogood* is a list of literals over different slots that must not all be satisfied.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use crate::{PackageId, RankSet};

/// No event, no reason, no slot, no nogood.
pub(super) const NONE: u32 = u32::MAX;

/// A number of something, as it is kept in tables.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

/// A package that came up, or a helper.
#[derive(Debug)]
pub(super) struct Slot {
    /// `None` for helpers.
    pub(super) package: Option<PackageId>,
    /// How many candidates it has; the bit of absence comes after them.
    pub(super) candidates: u32,
    /// How many words its sets have.
    pub(super) words: usize,
    /// Where its domain begins.
    domain: usize,
    /// The events of its domain, in order.
    events: Vec<u32>,
    /// The first of its events that woke nobody yet.
    pending: u32,
    /// The candidates whose rules are nogoods already; no words before the first.
    pub(super) loaded: Vec<u64>,
    /// The literals over it that are watched, each with the first word of its set.
    pub(super) literals: Vec<(u32, u64)>,
}

/// A set over a slot.
#[derive(Debug)]
struct Literal {
    slot: u32,
    at: usize,
    /// The next literal of the same hash.
    next: u32,
    /// Whether its slot lists it.
    is_listed: bool,
    watchers: Vec<u32>,
}

/// A domain that shrank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) slot: u32,
    /// The nogood that made it; `NONE` for decisions.
    pub(super) reason: u32,
    pub(super) level: u32,
    /// Where the domain before is kept.
    saved: usize,
}

/// Where a nogood comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A clause of the request.
    Request(u32),
    /// All rules of a group of the catalogue: the slot's package and the group's number.
    Group(PackageId, u32),
    /// Learned from others: where in `antecedents` they are, if those are kept.
    Learned(u32, u32),
    /// Part of how the optimiser counts.
    Counting,
}

#[derive(Clone, Copy, Debug)]
struct Nogood {
    start: usize,
    len: usize,
    source: Source,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) slots: Vec<Slot>,
    domains: Vec<u64>,
    pub(super) events: Vec<Event>,
    saved: Vec<u64>,
    literals: Vec<Literal>,
    /// The words of literals.
    sets: Vec<u64>,
    /// The first literal of each hash.
    by_hash: HashMap<u64, u32, BuildHasherDefault<DefaultHasher>>,
    nogoods: Vec<Nogood>,
    /// The literals of nogoods, the two watched ones first.
    members: Vec<u32>,
}

impl Store {
    /// Adds a slot, with all of its candidates possible, or with none.
    pub(super) fn add_slot(
        &mut self,
        package: Option<PackageId>,
        candidates: u32,
        only_absent: bool,
    ) -> u32 {
        let words = candidates as usize / 64 + 1;
        let domain = self.domains.len();
        for index in 0..words {
            let full = all_bits(candidates, index);
            let possible = if only_absent { 0 } else { full };
            self.domains.push(possible | absent_bit(candidates, index));
        }
        self.slots.push(Slot {
            package,
            candidates,
            words,
            domain,
            events: Vec::new(),
            pending: NONE,
            loaded: Vec::new(),
            literals: Vec::new(),
        });
        number(self.slots.len() - 1)
    }

    pub(super) fn slot(&self, slot: u32) -> &Slot {
        &self.slots[slot as usize]
    }

    /// What is still possible.
    pub(super) fn domain(&self, slot: u32) -> &[u64] {
        let slot = self.slot(slot);
        &self.domains[slot.domain..slot.domain + slot.words]
    }

    /// Whether the package can still be absent.
    pub(super) fn may_be_absent(&self, slot: u32) -> bool {
        let candidates = self.slot(slot).candidates;
        let index = candidates as usize / 64;
        self.domain(slot)[index] & absent_bit(candidates, index) != 0
    }

    /// Whether one possibility is left.
    pub(super) fn is_fixed(&self, slot: u32) -> bool {
        self.domain(slot).iter().map(|word| word.count_ones()).sum::<u32>() == 1
    }

    /// The chosen candidate, where one possibility is left and it is not absence.
    pub(super) fn chosen(&self, slot: u32) -> Option<u32> {
        let candidates = self.slot(slot).candidates;
        let first = first_bit(self.domain(slot))?;
        (self.is_fixed(slot) && first < candidates).then_some(first)
    }

    /// The domain before an event.
    pub(super) fn before(&self, event: u32) -> &[u64] {
        let event = &self.events[event as usize];
        &self.saved[event.saved..event.saved + self.slot(event.slot).words]
    }

    /// The event that first brought a slot's domain inside of a set; `NONE` where it never was outside.
    pub(super) fn event_into(&self, slot: u32, set: &[u64]) -> u32 {
        let events = &self.slot(slot).events;
        let after = events.partition_point(|&event| !is_subset(self.before(event), set));
        after.checked_sub(1).and_then(|at| events.get(at)).copied().unwrap_or(NONE)
    }

    /// Notes that an event is to wake its watchers. Tells the first event that they did not see yet; `NONE` where a
    /// later event of the slot will wake them.
    pub(super) fn seen_until(&mut self, event: u32, slot: u32) -> u32 {
        let slot = &mut self.slots[slot as usize];
        let first = if slot.pending == NONE { event } else { slot.pending };
        let is_last = slot.events.last() == Some(&event);
        slot.pending = if is_last { NONE } else { first };
        if is_last { first } else { NONE }
    }

    /// Narrows a domain to what the words of a set allow.
    pub(super) fn narrow(
        &mut self,
        slot: u32,
        set: impl Fn(usize) -> u64,
        reason: u32,
        level: u32,
    ) {
        let event = number(self.events.len());
        let owner = &mut self.slots[slot as usize];
        let saved = self.saved.len();
        let range = owner.domain..owner.domain + owner.words;
        self.saved.extend_from_slice(&self.domains[range.clone()]);
        for (index, word) in self.domains[range].iter_mut().enumerate() {
            *word &= set(index);
        }
        self.events.push(Event { slot, reason, level, saved });
        owner.events.push(event);
    }

    /// Narrows a domain to what a literal does not hold.
    pub(super) fn refute(&mut self, literal: u32, reason: u32, level: u32) {
        let Literal { slot, at, .. } = self.literals[literal as usize];
        let words = self.slot(slot).words;
        if words == 1 {
            let set = self.sets[at];
            self.narrow(slot, |_| !set, reason, level);
        } else {
            let set = self.sets[at..at + words].to_vec();
            self.narrow(slot, |index| !set[index], reason, level);
        }
    }

    /// Undoes all events from a number on.
    pub(super) fn undo_to(&mut self, events: usize) {
        while self.events.len() > events {
            let Some(event) = self.events.pop() else { return };
            let slot = &mut self.slots[event.slot as usize];
            let domain = &mut self.domains[slot.domain..slot.domain + slot.words];
            domain.copy_from_slice(&self.saved[event.saved..event.saved + slot.words]);
            slot.events.pop();
            slot.pending = NONE;
            self.saved.truncate(event.saved);
        }
    }

    /// The words of a set of candidates over a slot.
    pub(super) fn words(
        &self,
        slot: u32,
        ranks: &RankSet,
        inverted: bool,
        absent: bool,
    ) -> Vec<u64> {
        let Slot { candidates, words, .. } = *self.slot(slot);
        let given = ranks.words();
        let word = |index: usize| {
            let full = all_bits(candidates, index);
            let set = given.get(index).copied().unwrap_or_default() & full;
            let set = if inverted { full & !set } else { set };
            if absent { set | absent_bit(candidates, index) } else { set }
        };
        (0..words).map(word).collect()
    }

    /// The literal of a set, which is made where there is none.
    pub(super) fn literal(&mut self, slot: u32, set: &[u64]) -> u32 {
        let hash = self.by_hash.hasher().hash_one((slot, set));
        let first = self.by_hash.get(&hash).copied().unwrap_or(NONE);
        let mut found = first;
        while found != NONE {
            if self.literal_slot(found) == slot && self.set(found) == set {
                return found;
            }
            found = self.literals[found as usize].next;
        }
        let made = number(self.literals.len());
        let at = self.sets.len();
        self.sets.extend_from_slice(set);
        self.literals.push(Literal {
            slot,
            at,
            next: first,
            is_listed: false,
            watchers: Vec::new(),
        });
        self.by_hash.insert(hash, made);
        made
    }

    pub(super) fn literal_slot(&self, literal: u32) -> u32 {
        self.literals[literal as usize].slot
    }

    /// The set of a literal.
    pub(super) fn set(&self, literal: u32) -> &[u64] {
        let Literal { slot, at, .. } = self.literals[literal as usize];
        &self.sets[at..at + self.slot(slot).words]
    }

    /// Whether the domain is inside of a literal's set.
    pub(super) fn is_satisfied(&self, literal: u32) -> bool {
        is_subset(self.domain(self.literal_slot(literal)), self.set(literal))
    }

    /// Whether the domain and a literal's set are apart.
    pub(super) fn is_refuted(&self, literal: u32) -> bool {
        let domain = self.domain(self.literal_slot(literal));
        domain.iter().zip(self.set(literal)).all(|(left, right)| left & right == 0)
    }

    /// Adds a nogood; the first two literals will be watched.
    pub(super) fn add_nogood(&mut self, literals: &[u32], source: Source) -> u32 {
        let start = self.members.len();
        self.members.extend_from_slice(literals);
        self.nogoods.push(Nogood { start, len: literals.len(), source });
        let made = number(self.nogoods.len() - 1);
        for &literal in literals.iter().take(2) {
            self.watch(literal, made);
        }
        made
    }

    /// Lets a literal wake a nogood.
    pub(super) fn watch(&mut self, literal: u32, nogood: u32) {
        let watched = &mut self.literals[literal as usize];
        watched.watchers.push(nogood);
        if !watched.is_listed {
            watched.is_listed = true;
            let first = self.sets[watched.at];
            self.slots[watched.slot as usize].literals.push((literal, first));
        }
    }

    /// Takes the watchers of a literal; they are given back with [`give_watchers`](Self::give_watchers).
    pub(super) fn take_watchers(&mut self, literal: u32) -> Vec<u32> {
        std::mem::take(&mut self.literals[literal as usize].watchers)
    }

    pub(super) fn give_watchers(&mut self, literal: u32, watchers: Vec<u32>) {
        self.literals[literal as usize].watchers = watchers;
    }

    /// The literals of a nogood.
    pub(super) fn members(&self, nogood: u32) -> &[u32] {
        let Nogood { start, len, .. } = self.nogoods[nogood as usize];
        &self.members[start..start + len]
    }

    pub(super) fn members_mut(&mut self, nogood: u32) -> &mut [u32] {
        let Nogood { start, len, .. } = self.nogoods[nogood as usize];
        &mut self.members[start..start + len]
    }

    pub(super) fn source(&self, nogood: u32) -> Source {
        self.nogoods[nogood as usize].source
    }
}

/// The bits of all candidates in one word of a set.
fn all_bits(candidates: u32, index: usize) -> u64 {
    match (candidates as usize).saturating_sub(index * 64) {
        64.. => u64::MAX,
        rest => (1 << rest) - 1,
    }
}

/// The bit of absence in one word of a set.
pub(super) fn absent_bit(candidates: u32, index: usize) -> u64 {
    if candidates as usize / 64 == index { 1 << (candidates % 64) } else { 0 }
}

/// Whether all of a set is in another.
pub(super) fn is_subset(left: &[u64], right: &[u64]) -> bool {
    left.iter().zip(right).all(|(left, right)| left & !right == 0)
}

/// The lowest bit of a set.
pub(super) fn first_bit(set: &[u64]) -> Option<u32> {
    let (index, word) = set.iter().enumerate().find(|(_, word)| **word != 0)?;
    Some(number(index * 64) + word.trailing_zeros())
}

/// The highest bit of a set.
pub(super) fn last_bit(set: &[u64]) -> Option<u32> {
    let (index, word) = set.iter().enumerate().rfind(|(_, word)| **word != 0)?;
    Some(number(index * 64) + 63 - word.leading_zeros())
}
