//! Which variants of a family need what.

use super::Catalogue;
use crate::{bits, requirement::Kind};

/// What a family's variants say about one other family.
#[derive(Clone, Copy, Debug)]
struct Slot {
    family: u32,
    /// Its groups.
    start: u32,
    end: u32,
}

/// The variants of a family that have one requirement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'index> {
    pub(crate) requirement: u32,
    pub(crate) variants: &'index [u64],
}

/// The requirements of a family, turned around: by family, then by requirement, the variants that have it.
#[derive(Debug, Default)]
pub(crate) struct FamilyIndex {
    words: usize,
    /// Ascending by family, which is by name.
    slots: Vec<Slot>,
    groups: Vec<u32>,
    group_bits: Vec<u64>,
    /// For each slot, the variants that require its family.
    required_bits: Vec<u64>,
    /// The first entry of each variant in `entries`, and the end.
    entry_starts: Vec<u32>,
    /// Slots and requirements of variants, ascending by slot.
    entries: Vec<(u32, u32)>,
    /// The variants whose own requirements conflict; no words where there are none.
    broken_bits: Vec<u64>,
    /// The variants that require families, and neither forbid nor restrict any.
    plain_bits: Vec<u64>,
    /// Whether some variant mentions a family weakly and without a range.
    has_void: bool,
}

impl FamilyIndex {
    pub(super) fn new(catalogue: &Catalogue, family: usize) -> Self {
        let variants = catalogue.variants_of_family(family);
        let words = bits::words_for(variants.len());
        let mut triples = Vec::new();
        for (local, variant) in variants.clone().enumerate() {
            for &requirement in catalogue.requirements_of(variant) {
                let family = catalogue.requirement_family(requirement);
                triples.push((number(family), requirement, number(local)));
            }
        }
        triples.sort_unstable();
        let mut index = Self { words, ..Self::default() };
        let mut entries = Vec::with_capacity(triples.len());
        index.plain_bits.resize(words, u64::MAX);
        for (family, requirement, local) in triples {
            let kind = catalogue.requirement_kind(requirement);
            index.enter(family, requirement, kind, local as usize);
            if kind != Kind::Required {
                bits::clear(&mut index.plain_bits, local as usize);
            }
            entries.push((local, number(index.slots.len() - 1), requirement));
        }
        entries.sort_unstable();
        index.entry_starts.push(0);
        for local in 0..number(variants.len()) {
            let end = entries.partition_point(|entry| entry.0 <= local);
            index.entry_starts.push(number(end));
        }
        index.entries = entries.iter().map(|entry| (entry.1, entry.2)).collect();
        index.has_void = index.groups.iter().any(|&requirement| catalogue.is_void(requirement));
        for (local, _) in variants.enumerate().filter(|(_, variant)| catalogue.is_broken(*variant))
        {
            index.broken_bits.resize(words, 0);
            bits::set(&mut index.broken_bits, local);
        }
        index
    }

    /// Notes a variant's requirement; they come ordered by family and requirement.
    fn enter(&mut self, family: u32, requirement: u32, kind: Kind, local: usize) {
        if self.slots.last().is_none_or(|slot| slot.family != family) {
            let start = number(self.groups.len());
            self.slots.push(Slot { family, start, end: start });
            self.required_bits.resize(self.slots.len() * self.words, 0);
        }
        let place = self.slots.len() - 1;
        let slot = &mut self.slots[place];
        if slot.start == slot.end || self.groups.last() != Some(&requirement) {
            self.groups.push(requirement);
            slot.end += 1;
            self.group_bits.resize(self.groups.len() * self.words, 0);
        }
        let start = self.group_bits.len() - self.words;
        bits::set(&mut self.group_bits[start..], local);
        if kind == Kind::Required {
            bits::set(&mut self.required_bits[place * self.words..], local);
        }
    }

    /// Whether any of these variants has requirements that conflict with each other.
    pub(crate) fn has_broken(&self, variants: &[u64]) -> bool {
        bits::intersects(&self.broken_bits, variants)
    }

    /// Whether a variant requires families and neither forbids nor restricts any.
    pub(crate) fn is_plain(&self, local: usize) -> bool {
        bits::has(&self.plain_bits, local)
    }

    /// Whether some variant mentions a family weakly and without a range.
    pub(crate) fn has_void(&self) -> bool {
        self.has_void
    }

    /// The families that are spoken of, ascending.
    pub(crate) fn families(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots.iter().map(|slot| slot.family as usize)
    }

    /// How many families are spoken of.
    pub(crate) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// The family of a slot.
    pub(crate) fn family(&self, slot: usize) -> usize {
        self.slots[slot].family as usize
    }

    /// What is said about a family.
    pub(crate) fn slot(&self, family: usize) -> Option<usize> {
        self.slots.binary_search_by_key(&family, |slot| slot.family as usize).ok()
    }

    /// The requirements of a slot, each with the variants that have it.
    pub(crate) fn groups(&self, slot: usize) -> impl Iterator<Item = Group<'_>> + '_ {
        let Slot { start, end, .. } = self.slots[slot];
        (start as usize..end as usize).map(|group| Group {
            requirement: self.groups[group],
            variants: &self.group_bits[group * self.words..(group + 1) * self.words],
        })
    }

    /// How many requirements a slot has.
    pub(crate) fn group_count(&self, slot: usize) -> usize {
        let Slot { start, end, .. } = self.slots[slot];
        (end - start) as usize
    }

    /// The variants that require the family of a slot.
    pub(crate) fn required(&self, slot: usize) -> &[u64] {
        &self.required_bits[slot * self.words..(slot + 1) * self.words]
    }

    /// Slots and requirements of a variant, counted from the family's first; ascending.
    pub(crate) fn entries(&self, local: usize) -> &[(u32, u32)] {
        &self.entries[super::between(&self.entry_starts, local)]
    }

    /// The requirement that a variant has in a slot.
    pub(crate) fn requirement(&self, local: usize, slot: usize) -> Option<u32> {
        let entries = self.entries(local);
        let found = entries.binary_search_by_key(&slot, |entry| entry.0 as usize).ok()?;
        Some(entries[found].1)
    }
}

/// Numbers within a family fit, because those of the whole catalogue do.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
