//! Which variants are tried first, and how many together.

use std::cmp::{Ordering, Reverse};

use super::Engine;
use crate::{Abort, VariantSelection, bits, requirement::Kind};

/// What a version's variants are sorted by, in the order of the variants.
#[derive(Debug)]
pub(super) struct Preference {
    keys: Vec<Key>,
    /// Whether some cannot be compared with others.
    has_void: bool,
}

/// What a variant is sorted by; the greatest comes first.
#[derive(Debug)]
struct Key {
    /// What it requires of requested families, by their place in the request: its range's rank, or none for `~foo`.
    requested: Vec<(Reverse<u32>, Option<u32>)>,
    /// What else it requires: ranks and families.
    additional: Vec<(u32, usize)>,
}

impl Key {
    fn compare(&self, other: &Self, selection: VariantSelection) -> Ordering {
        let shared = match selection {
            VariantSelection::VersionPriority => Ordering::Equal,
            VariantSelection::IntersectionPriority => {
                self.requested.len().cmp(&other.requested.len())
            }
        };
        shared
            .then_with(|| self.requested.cmp(&other.requested))
            .then_with(|| other.additional.len().cmp(&self.additional.len()))
            .then_with(|| self.additional.cmp(&other.additional))
    }

    /// Whether Rez has no order between the two: where they first differ, one has a range and the other none.
    fn is_incomparable(&self, other: &Self, selection: VariantSelection) -> bool {
        if selection == VariantSelection::IntersectionPriority
            && self.requested.len() != other.requested.len()
        {
            return false;
        }
        let mut pairs = self.requested.iter().zip(&other.requested);
        pairs
            .find(|(one, other)| one != other)
            .is_some_and(|(one, other)| one.0 == other.0 && one.1.is_some() != other.1.is_some())
    }
}

impl Engine<'_> {
    /// Chooses the preferred variants of a scope: as many of the first as require a family in common that not all
    /// require, otherwise the first alone.
    pub(super) fn split(&mut self, place: usize) -> Result<(), Box<Abort>> {
        let scope = self.scopes.get(place);
        let index = self.catalogue.index(scope.family);
        let start = self.catalogue.variants_of_family(scope.family).start;
        bits::set(&mut self.sorted_families, scope.family);
        let variants = self.scopes.variants(place).to_vec();
        let mut chosen = vec![0; variants.len()];
        let mut common: Option<Vec<usize>> = None;
        let mut from = 0;
        'versions: while let Some(local) = next_from(&variants, from) {
            let version = self.catalogue.version_of(scope.family, start + local);
            let end = self.catalogue.variants_of_version(version).end - start;
            let mut group: Vec<_> =
                (local..end).filter(|&local| bits::has(&variants, local)).collect();
            self.prefer(scope.family, version, start, &mut group)?;
            from = end;
            for local in group {
                let shared: Vec<usize> = match common.take() {
                    None if scope.count == 2 => Vec::new(),
                    None => {
                        let entries = index.entries(local).iter();
                        let slots = entries.map(|&(slot, _)| slot as usize);
                        slots
                            .filter(|&slot| bits::has(index.required(slot), local))
                            .filter(|&slot| !bits::is_subset(&variants, index.required(slot)))
                            .collect()
                    }
                    Some(mut common) => {
                        common.retain(|&slot| bits::has(index.required(slot), local));
                        if common.is_empty() {
                            break 'versions;
                        }
                        common
                    }
                };
                bits::set(&mut chosen, local);
                if shared.is_empty() {
                    break 'versions;
                }
                common = Some(shared);
            }
        }
        self.scopes.choose(place, &chosen);
        Ok(())
    }

    /// Sorts variants of a version by preference, and remembers that Rez has done so.
    fn prefer(
        &mut self,
        family: usize,
        version: usize,
        start: usize,
        variants: &mut [usize],
    ) -> Result<(), Box<Abort>> {
        bits::set(&mut self.sorted_versions, version);
        if variants.len() < 2 {
            return Ok(());
        }
        if !self.preferences.contains_key(&version) {
            let preference = self.preference(version);
            self.preferences.insert(version, preference);
        }
        if self.has_incomparable {
            self.refuse_unordered(family, version, start, variants)?;
        }
        self.sort_variants(version, start, variants);
        Ok(())
    }

    /// Rez stops where it compares variants that have no order.
    fn refuse_unordered(
        &self,
        family: usize,
        version: usize,
        start: usize,
        variants: &[usize],
    ) -> Result<(), Box<Abort>> {
        let worked_out;
        let preference = if let Some(known) = self.preferences.get(&version) {
            known
        } else {
            worked_out = self.preference(version);
            &worked_out
        };
        let first = self.catalogue.variants_of_version(version).start - start;
        let selection = self.options.variant_selection;
        let is_incomparable = |one: usize, other: usize| {
            let (one, other) = (&preference.keys[one - first], &preference.keys[other - first]);
            one.is_incomparable(other, selection)
        };
        let mut pairs = variants.iter().enumerate();
        let is_unordered = preference.has_void
            && pairs.any(|(at, &one)| {
                variants[at + 1..].iter().any(|&other| is_incomparable(one, other))
            });
        if is_unordered {
            return Err(Box::new(Abort::IncomparableVariants {
                family: self.catalogue.name(family).to_owned(),
                version: self.catalogue.version_text(version).to_owned(),
            }));
        }
        Ok(())
    }

    /// Rez sorts the variants of the first version of whatever it looks into.
    pub(super) fn refuse_incomparable(
        &self,
        place: usize,
        version: usize,
    ) -> Result<(), Box<Abort>> {
        let family = self.scopes.get(place).family;
        let start = self.catalogue.variants_of_family(family).start;
        let variants = self.scopes.variants(place);
        let all = self.catalogue.variants_of_version(version).map(|variant| variant - start);
        let left: Vec<_> = all.filter(|&local| bits::has(variants, local)).collect();
        self.refuse_unordered(family, version, start, &left)
    }

    /// Sorts variants of a version by preference; those that are equal by the higher number first.
    pub(super) fn sort_variants(&self, version: usize, start: usize, variants: &mut [usize]) {
        if variants.len() < 2 {
            return;
        }
        let worked_out;
        let preference = if let Some(known) = self.preferences.get(&version) {
            known
        } else {
            worked_out = self.preference(version);
            &worked_out
        };
        let first = self.catalogue.variants_of_version(version).start - start;
        let selection = self.options.variant_selection;
        variants.sort_by(|&one, &other| {
            let (one_key, other_key) =
                (&preference.keys[one - first], &preference.keys[other - first]);
            other_key.compare(one_key, selection).then(other.cmp(&one))
        });
    }

    fn preference(&self, version: usize) -> Preference {
        let mut has_void = false;
        let keys = self.catalogue.variants_of_version(version).map(|variant| {
            let mut key = Key { requested: Vec::new(), additional: Vec::new() };
            for &requirement in self.catalogue.requirements_of(variant) {
                let family = self.catalogue.requirement_family(requirement);
                let rank = self.catalogue.rank(requirement);
                if let Some(place) = self.requested[family] {
                    let is_void = self.catalogue.is_void(requirement);
                    has_void |= is_void;
                    key.requested.push((Reverse(place), (!is_void).then_some(rank)));
                } else if self.catalogue.requirement_kind(requirement) == Kind::Required {
                    key.additional.push((rank, family));
                }
            }
            key.requested.sort_unstable_by_key(|entry| Reverse(entry.0));
            key
        });
        let keys = keys.collect();
        Preference { keys, has_void }
    }
}

/// The least member that is not below a number.
fn next_from(words: &[u64], from: usize) -> Option<usize> {
    let word = from / 64;
    let here = words.get(word)? & (u64::MAX << (from % 64));
    if here != 0 {
        return Some(word * 64 + here.trailing_zeros() as usize);
    }
    let rest = bits::first(&words[word + 1..])?;
    Some((word + 1) * 64 + rest)
}
