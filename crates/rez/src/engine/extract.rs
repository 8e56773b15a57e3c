//! What the variants of a family have in common is required: extraction, and meeting what is known.

use trainyard_version::VersionSet;

use super::{
    Engine, Stop,
    failure::Failure,
    scope::{NONE, ScopeKind},
};
use crate::{
    Abort, ChosenPackage, Requirement, bits,
    range::{self, without},
    requirement::{Kind, is_ephemeral},
};

/// What a round requires of one family.
#[derive(Debug)]
struct Extraction {
    family: usize,
    /// The variants it leaves, in `Round::words`.
    start: usize,
    length: usize,
    /// Whether only ranges tell what it means: the family has no packages, or none fit.
    is_symbolic: bool,
    /// The merged requirement, where it was needed.
    requirement: Option<Requirement>,
}

/// Everything that one round of extraction finds.
#[derive(Debug, Default)]
pub(super) struct Round {
    extractions: Vec<Extraction>,
    words: Vec<u64>,
    /// Scopes and slots that were extracted, in order.
    sources: Vec<(usize, usize)>,
    /// The extraction of each family.
    of_family: Vec<u32>,
    /// Scopes that the round meets, with the extraction that meets them.
    hits: Vec<(usize, usize)>,
}

impl Round {
    /// Makes room for so many families.
    pub(super) fn prepare(&mut self, families: usize) {
        if self.of_family.len() < families {
            self.of_family.resize(families, NONE);
        }
    }

    pub(super) fn clear(&mut self) {
        for extraction in self.extractions.drain(..) {
            self.of_family[extraction.family] = NONE;
        }
        self.words.clear();
        self.sources.clear();
        self.hits.clear();
    }

    fn variants(&self, extraction: usize) -> &[u64] {
        let Extraction { start, length, .. } = self.extractions[extraction];
        &self.words[start..start + length]
    }
}

impl Engine<'_> {
    /// One round of extraction; says whether anything was extracted. Conflicts that became packages go to `widened`.
    pub(super) fn extract(&mut self, widened: &mut Vec<usize>) -> Result<bool, Stop> {
        if self.dirty.is_empty() {
            return Ok(false);
        }
        let mut round = std::mem::take(&mut self.round);
        round.clear();
        let result = self.play(&mut round, widened);
        self.round = round;
        result
    }

    fn play(&mut self, round: &mut Round, widened: &mut Vec<usize>) -> Result<bool, Stop> {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty.dedup();
        for &place in &dirty {
            self.extract_from(place, round)?;
        }
        dirty.clear();
        self.dirty = dirty;
        if round.extractions.is_empty() {
            return Ok(false);
        }
        if round.extractions.iter().any(|extraction| extraction.is_symbolic) {
            self.merge(round)?;
        }
        self.meet(round, widened)?;
        self.add(round)?;
        Ok(true)
    }

    /// Extracts everything that a scope's variants have in common, by name.
    fn extract_from(&mut self, place: usize, round: &mut Round) -> Result<(), Stop> {
        let scope = self.scopes.get(place);
        let variants = self.scopes.variants(place);
        let Some(first) = bits::first(variants) else { return Ok(()) };
        let index = self.catalogue.index(scope.family);
        if self.is_telling || self.is_exact {
            let version = self.first_version(place);
            self.refuse_broken(place, Some(version))?;
            self.refuse_incomparable(place, version).map_err(Stop::Aborted)?;
            bits::set(&mut self.sorted_versions, version);
        } else if self.has_incomparable && index.has_void() && !index.has_broken(variants) {
            let version = self.first_version(place);
            self.refuse_incomparable(place, version).map_err(Stop::Aborted)?;
        }
        self.refuse_broken(place, None)?;
        for &(slot, requirement) in index.entries(first) {
            let slot = slot as usize;
            let is_common = self.catalogue.requirement_kind(requirement) == Kind::Required
                && (scope.count == 1
                    || bits::is_subset(self.scopes.variants(place), index.required(slot)));
            if is_common {
                self.extract_slot(place, slot, requirement, round);
            }
        }
        Ok(())
    }

    /// Rez stops at the first package with a conflict of its own that it looks into: in one version, or in all.
    fn refuse_broken(&self, place: usize, version: Option<usize>) -> Result<(), Stop> {
        let family = self.scopes.get(place).family;
        if !self.catalogue.index(family).has_broken(self.scopes.variants(place)) {
            return Ok(());
        }
        let start = self.catalogue.variants_of_family(family).start;
        let is_looked_into = |local: &usize| {
            version.is_none_or(|version| {
                self.catalogue.variants_of_version(version).contains(&(start + local))
            })
        };
        for local in self.listed(place).into_iter().filter(is_looked_into) {
            if let Some(conflict) = self.catalogue.broken(start + local) {
                return Err(Stop::aborted(Abort::InternalConflict {
                    package: self.chosen(family, start + local),
                    conflict: conflict.to_owned(),
                }));
            }
        }
        Ok(())
    }

    /// A variant of the catalogue as a package of an answer.
    pub(super) fn chosen(&self, family: usize, variant: usize) -> ChosenPackage {
        let version = self.catalogue.version_of(family, variant);
        ChosenPackage {
            name: self.catalogue.name(family).to_owned(),
            version: self.catalogue.version_text(version).to_owned(),
            variant: self.catalogue.variant_index(version, variant),
        }
    }

    /// Extracts what a scope's variants require of one family: the union of their ranges.
    fn extract_slot(&mut self, place: usize, slot: usize, first: u32, round: &mut Round) {
        let scope = self.scopes.get(place);
        let index = self.catalogue.index(scope.family);
        let family = index.family(slot);
        // What leaves all that is left of its family changes nothing; only messages would name it.
        let left = self.scopes.of_family(family).filter(|&target| {
            !self.is_telling && self.scopes.get(target).kind == ScopeKind::Package
        });
        let left = left.map(|target| self.scopes.variants(target));
        if let Some(left) = left
            && bits::is_within(left, self.catalogue.intervals(first))
        {
            return;
        }
        let known = round.of_family[family];
        let words = if self.has_packages(family) { self.catalogue.words(family) } else { 0 };
        let start = round.words.len();
        round.words.resize(start + words, 0);
        let union = &mut round.words[start..];
        let mut allow = |requirement: u32| {
            for &(start, end) in self.catalogue.intervals(requirement) {
                bits::set_range(union, start as usize, end as usize);
            }
        };
        let variants = self.scopes.variants(place);
        if scope.count == 1 {
            allow(first);
        } else if (scope.count as usize) < index.group_count(slot) {
            let mut last = None;
            for local in bits::ones(variants) {
                let requirement = index.requirement(local, slot);
                if requirement != last {
                    last = requirement;
                    requirement.into_iter().for_each(&mut allow);
                }
            }
        } else {
            for group in index.groups(slot) {
                if bits::intersects(group.variants, variants) {
                    allow(group.requirement);
                }
            }
        }
        if left.is_some_and(|left| bits::is_subset(left, &round.words[start..])) {
            round.words.truncate(start);
            return;
        }
        round.sources.push((place, slot));
        if known == NONE {
            round.of_family[family] = u32::try_from(round.extractions.len()).unwrap_or(NONE);
            let is_symbolic = words == 0;
            let requirement = None;
            let length = words;
            round.extractions.push(Extraction { family, start, length, is_symbolic, requirement });
        } else {
            let known = &mut round.extractions[known as usize];
            let (before, union) = round.words.split_at_mut(start);
            let all = &mut before[known.start..known.start + known.length];
            bits::keep(all, union);
            known.is_symbolic |= bits::first(all).is_none();
            round.words.truncate(start);
        }
    }

    /// The requirement that a slot of a scope came to: the union of the ranges of the variants that are left.
    fn extracted(&self, place: usize, slot: usize) -> Requirement {
        let scope = self.scopes.get(place);
        let index = self.catalogue.index(scope.family);
        let variants = self.scopes.variants(place);
        let ranges = index
            .groups(slot)
            .filter(|group| bits::intersects(group.variants, variants))
            .filter_map(|group| self.catalogue.requirement(group.requirement).range().cloned());
        let range = VersionSet::union_of(ranges);
        Requirement::required(self.catalogue.name(index.family(slot)), range)
    }

    /// Merges by range what could not be merged by variants. Ranges that share no version conflict.
    fn merge(&self, round: &mut Round) -> Result<(), Stop> {
        for &(place, slot) in &round.sources {
            let family = self.catalogue.index(self.scopes.get(place).family).family(slot);
            let extraction = &mut round.extractions[round.of_family[family] as usize];
            if !extraction.is_symbolic {
                continue;
            }
            let requirement = self.extracted(place, slot);
            extraction.requirement = Some(match extraction.requirement.take() {
                None => requirement,
                Some(existing) => match existing.merged(&requirement) {
                    Some(both) => both,
                    None => return Err(self.failed(|| Failure::conflict(existing, requirement))),
                },
            });
        }
        Ok(())
    }

    /// The merged requirement of an extraction.
    fn requirement_of(&self, round: &Round, extraction: usize) -> Requirement {
        let Extraction { family, requirement, .. } = &round.extractions[extraction];
        if let Some(requirement) = requirement {
            return requirement.clone();
        }
        let mut merged: Option<Requirement> = None;
        for &(place, slot) in &round.sources {
            if self.catalogue.index(self.scopes.get(place).family).family(slot) == *family {
                let next = self.extracted(place, slot);
                merged = match merged {
                    None => Some(next),
                    Some(before) => before.merged(&next).or(Some(before)),
                };
            }
        }
        merged.unwrap_or_else(|| Requirement::required(self.name(*family), VersionSet::full()))
    }

    fn failed(&self, failure: impl FnOnce() -> Failure) -> Stop {
        Stop::Failed(self.is_telling.then(|| Box::new(failure())))
    }

    /// Meets extractions with the scopes of their families: first whether all go together, then what changes.
    fn meet(&mut self, round: &mut Round, widened: &mut Vec<usize>) -> Result<(), Stop> {
        for (number, extraction) in round.extractions.iter().enumerate() {
            if let Some(place) = self.scopes.of_family(extraction.family) {
                round.hits.push((place, number));
            }
        }
        round.hits.sort_unstable();
        let hits = std::mem::take(&mut round.hits);
        for &(place, number) in &hits {
            let fits = match self.scopes.get(place).kind {
                ScopeKind::Package => {
                    bits::intersects(self.scopes.variants(place), round.variants(number))
                }
                ScopeKind::Conflict => self.meet_conflict(place, number, round)?,
                ScopeKind::Ephemeral => self.meet_ephemeral(place, number, round)?,
            };
            if !fits {
                return Err(self.failed(|| {
                    Failure::conflict(self.requirement_of(round, number), self.request_of(place))
                }));
            }
        }
        for &(place, number) in &hits {
            let variants = round.variants(number);
            match self.scopes.get(place).kind {
                ScopeKind::Package => {
                    if bits::is_subset(self.scopes.variants(place), variants) {
                        continue;
                    }
                    self.scopes.keep(place, variants);
                    self.dirty.push(place);
                }
                ScopeKind::Conflict => {
                    self.scopes.widen(self.catalogue, place, variants);
                    widened.push(place);
                    self.dirty.push(place);
                }
                ScopeKind::Ephemeral => {
                    let Some(met) = round.extractions[number].requirement.take() else { continue };
                    if met == *self.range(place) {
                        continue;
                    }
                    if self.range(place).is_conflict() {
                        widened.push(place);
                    }
                    self.scopes.set_range(place, met);
                }
            }
            self.changed.push(place);
        }
        round.hits = hits;
        Ok(())
    }

    /// Leaves of an extraction what a conflict does not forbid; says whether that is anything.
    fn meet_conflict(&self, place: usize, number: usize, round: &mut Round) -> Result<bool, Stop> {
        let family = round.extractions[number].family;
        let conflict = self.range(place);
        if !self.has_packages(family) {
            let wanted = self.requirement_of(round, number);
            return match wanted.merged(conflict) {
                None => Ok(false),
                Some(_) => Err(Stop::aborted(Abort::FamilyNotFound {
                    family: self.name(family).to_owned(),
                    required_by: Vec::new(),
                })),
            };
        }
        let Extraction { start, length, .. } = round.extractions[number];
        let mut allowed = vec![0; length];
        for (start, end) in self.catalogue.intervals_of(family, &conflict.allowed_shared()) {
            bits::set_range(&mut allowed, start as usize, end as usize);
        }
        self.configured.hide(family, &mut allowed);
        let variants = &mut round.words[start..start + length];
        bits::keep(variants, &allowed);
        Ok(bits::first(variants).is_some())
    }

    /// Makes of an extraction what it leaves of an ephemeral's range; says whether that is anything.
    fn meet_ephemeral(&self, place: usize, number: usize, round: &mut Round) -> Result<bool, Stop> {
        let own = self.range(place);
        let wanted = self.requirement_of(round, number);
        let both = match (wanted.range(), own.range()) {
            (Some(wanted), Some(own_range)) if own.is_conflict() => without(wanted, own_range),
            (Some(wanted), Some(own_range)) => wanted.intersection(own_range),
            _ => {
                return Err(Stop::aborted(Abort::EphemeralWithoutRange {
                    family: own.name().to_owned(),
                }));
            }
        };
        let Some(both) = range::not_empty(both) else { return Ok(false) };
        round.extractions[number].requirement = Some(Requirement::required(wanted.name(), both));
        Ok(true)
    }

    /// Adds scopes for families that have none, in the order in which they were extracted.
    fn add(&mut self, round: &mut Round) -> Result<(), Stop> {
        for number in 0..round.extractions.len() {
            let Extraction { family, start, length, .. } = round.extractions[number];
            if self.scopes.of_family(family).is_some() {
                continue;
            }
            if self.has_packages(family) {
                let variants = &mut round.words[start..start + length];
                self.configured.hide(family, variants);
                if bits::first(variants).is_none() {
                    let requirement = self.requirement_of(round, number);
                    return Err(Stop::aborted(Abort::PackageNotFound { requirement }));
                }
                self.dirty.push(self.scopes.len());
                self.scopes.add_package(self.catalogue, family, round.variants(number));
            } else if is_ephemeral(self.name(family)) {
                let requirement = self.requirement_of(round, number);
                self.scopes.add_range(family, ScopeKind::Ephemeral, requirement);
            } else if self.options.missing_family_is_error {
                return Err(Stop::aborted(self.family_not_found(family, round)));
            } else {
                return Err(Stop::Failed(None));
            }
        }
        Ok(())
    }

    fn family_not_found(&self, family: usize, round: &Round) -> Abort {
        let requiring = |&(place, slot): &(usize, usize)| {
            let by = self.scopes.get(place).family;
            (self.catalogue.index(by).family(slot) == family).then(|| self.name(by).to_owned())
        };
        let required_by = round.sources.iter().filter_map(requiring).collect();
        Abort::FamilyNotFound { family: self.name(family).to_owned(), required_by }
    }
}
