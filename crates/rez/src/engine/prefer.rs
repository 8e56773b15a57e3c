//! Which variants are tried first, and how many together.

use std::cmp::{Ordering, Reverse};

use super::Engine;
use crate::{Abort, VariantSelection, bits, requirement::Kind, settings::RangeKey};

/// What a version's variants are sorted by, in the order of the variants.
#[derive(Debug)]
pub(super) struct Preference {
    keys: Vec<Key>,
    /// Whether some cannot be compared with others.
    has_void: bool,
}

/// Room for a choice between variants.
#[derive(Debug, Default)]
pub(super) struct Choice {
    variants: Vec<u64>,
    chosen: Vec<u64>,
    /// Variants of one version.
    group: Vec<usize>,
    /// Slots that all chosen variants require, and not all others.
    common: Vec<usize>,
}

/// What a variant is sorted by; the greatest comes first.
#[derive(Debug)]
struct Key {
    /// What it requires of requested families, by their place in the request: its range's rank, or none for `~foo`.
    requested: Vec<Requested>,
    /// What else it requires: ranks and families.
    additional: Vec<(Rank, usize)>,
}

/// What a range is sorted by: its place among all ranges, or what the settings make of it.
#[derive(Debug)]
enum Rank {
    Usual(u32),
    Configured(RangeKey),
}

impl Rank {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Usual(one), Self::Usual(other)) => one.cmp(other),
            (Self::Configured(one), Self::Configured(other)) => one.compare(other),
            // All of a resolve are of one kind.
            (Self::Usual(_), Self::Configured(_)) => Ordering::Less,
            (Self::Configured(_), Self::Usual(_)) => Ordering::Greater,
        }
    }
}

/// Compares lists element by element; of a list and its beginning, the beginning is less.
fn compare_lists<T>(one: &[T], other: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let mut compared = one.iter().zip(other).map(|(one, other)| compare(one, other));
    let first = compared.find(|compared| compared.is_ne());
    first.unwrap_or_else(|| one.len().cmp(&other.len()))
}

type Requested = (Reverse<u32>, Option<Rank>);

fn compare_requested(one: &Requested, other: &Requested) -> Ordering {
    one.0.cmp(&other.0).then_with(|| match (&one.1, &other.1) {
        (Some(one), Some(other)) => one.compare(other),
        (one, other) => one.is_some().cmp(&other.is_some()),
    })
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
            .then_with(|| compare_lists(&self.requested, &other.requested, compare_requested))
            .then_with(|| other.additional.len().cmp(&self.additional.len()))
            .then_with(|| {
                compare_lists(&self.additional, &other.additional, |one, other| {
                    one.0.compare(&other.0).then_with(|| one.1.cmp(&other.1))
                })
            })
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
            .find(|(one, other)| compare_requested(one, other).is_ne())
            .is_some_and(|(one, other)| one.0 == other.0 && one.1.is_some() != other.1.is_some())
    }
}

impl Engine<'_> {
    /// Chooses the preferred variants of a scope: as many of the first as require a family in common that not all
    /// require, otherwise the first alone.
    pub(super) fn split(&mut self, place: usize) -> Result<(), Box<Abort>> {
        let mut choice = std::mem::take(&mut self.choice);
        let result = self.choose(place, &mut choice);
        if result.is_ok() {
            self.scopes.choose(place, &choice.chosen);
        }
        self.choice = choice;
        result
    }

    /// Finds the variants that are chosen.
    fn choose(&mut self, place: usize, choice: &mut Choice) -> Result<(), Box<Abort>> {
        let Choice { variants, chosen, group, common } = choice;
        let scope = self.scopes.get(place);
        let index = self.catalogue.index(scope.family);
        let start = self.catalogue.variants_of_family(scope.family).start;
        bits::set(&mut self.sorted_families, scope.family);
        variants.clear();
        variants.extend_from_slice(self.scopes.variants(place));
        chosen.clear();
        chosen.resize(variants.len(), 0);
        let sequence = self.configured.sequence(scope.family);
        let mut is_first = true;
        let mut from = 0;
        loop {
            let version = match &sequence {
                None => next_from(variants, from)
                    .map(|local| self.catalogue.version_of(scope.family, start + local)),
                Some(sequence) => sequence.get(from).copied(),
            };
            let Some(version) = version else { return Ok(()) };
            let all = self.catalogue.variants_of_version(version);
            from = if sequence.is_some() { from + 1 } else { all.end - start };
            group.clear();
            group.extend(
                all.map(|variant| variant - start).filter(|&local| bits::has(variants, local)),
            );
            self.prefer(scope.family, version, start, group)?;
            for &local in &*group {
                if is_first {
                    common.clear();
                    // Of two variants, one is chosen alone, whatever they share.
                    if scope.count > 2 {
                        let entries = index.entries(local).iter();
                        let slots = entries.map(|&(slot, _)| slot as usize);
                        common.extend(
                            slots
                                .filter(|&slot| bits::has(index.required(slot), local))
                                .filter(|&slot| !bits::is_subset(variants, index.required(slot))),
                        );
                    }
                } else {
                    common.retain(|&slot| bits::has(index.required(slot), local));
                    if common.is_empty() {
                        return Ok(());
                    }
                }
                is_first = false;
                bits::set(chosen, local);
                if common.is_empty() {
                    return Ok(());
                }
            }
        }
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
        let compare = |one: usize, other: usize| {
            let (one_key, other_key) =
                (&preference.keys[one - first], &preference.keys[other - first]);
            other_key.compare(one_key, selection).then(other.cmp(&one))
        };
        if self.configured.has_orders() {
            insert_sorted(variants, compare);
        } else {
            variants.sort_by(|&one, &other| compare(one, other));
        }
    }

    /// The variants of a family, the preferred first, each counted from the family's first.
    pub(crate) fn preferred(&self, family: usize) -> Vec<usize> {
        let start = self.catalogue.variants_of_family(family).start;
        let sequence = self.configured.sequence(family);
        let versions = match sequence {
            Some(sequence) => sequence.to_vec(),
            None => self.catalogue.versions_range(family).collect(),
        };
        let mut preferred = Vec::new();
        for version in versions {
            let from = preferred.len();
            let variants = self.catalogue.variants_of_version(version);
            preferred.extend(variants.map(|variant| variant - start));
            self.sort_variants(version, start, &mut preferred[from..]);
        }
        preferred
    }

    fn preference(&self, version: usize) -> Preference {
        let mut has_void = false;
        let keys = self.catalogue.variants_of_version(version).map(|variant| {
            let mut key = Key { requested: Vec::new(), additional: Vec::new() };
            for &requirement in self.catalogue.requirements_of(variant) {
                let family = self.catalogue.requirement_family(requirement);
                let rank = if self.configured.has_orders() {
                    self.configured.range_key(requirement).map(Rank::Configured)
                } else {
                    Some(Rank::Usual(self.catalogue.rank(requirement)))
                };
                if let Some(place) = self.requested[family] {
                    let is_void = self.catalogue.is_void(requirement);
                    has_void |= is_void;
                    key.requested.push((Reverse(place), rank.filter(|_| !is_void)));
                } else if self.catalogue.requirement_kind(requirement) == Kind::Required {
                    key.additional.extend(rank.map(|rank| (rank, family)));
                }
            }
            key.requested.sort_unstable_by_key(|entry| Reverse(entry.0));
            key
        });
        let keys = keys.collect();
        Preference { keys, has_void }
    }
}

/// Sorts by an order that may contradict itself, as keys of several kinds do.
fn insert_sorted(variants: &mut [usize], compare: impl Fn(usize, usize) -> Ordering) {
    for end in 1..variants.len() {
        let next = variants[end];
        let place = variants[..end].partition_point(|&before| compare(before, next).is_le());
        variants[place..=end].rotate_right(1);
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
