//! Variants whose requirements cannot be met any more go.

use super::{
    Engine, Forbidden, Stop,
    failure::Failure,
    scope::{Scope, ScopeKind},
};
use crate::{bits, requirement::Kind};

/// A scope that is held against another, as one number: sorting them is much of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair(u64);

impl Pair {
    fn new(place: usize, other: usize) -> Self {
        Self((place as u64) << 32 | other as u64)
    }

    fn places(self) -> (usize, usize) {
        ((self.0 >> 32) as usize, (self.0 & 0xffff_ffff) as usize)
    }
}

impl Engine<'_> {
    /// Holds scopes against each other until nothing changes, in Rez's order: the last pair first.
    ///
    /// Those from `known` on are new. All that speak of what changed are held against it; what is new or was widened
    /// is held against all.
    pub(super) fn reduce(&mut self, known: usize, widened: &[usize]) -> Result<(), Stop> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.clear();
        let mut changed = std::mem::take(&mut self.changed);
        changed.extend(known..self.scopes.len());
        changed.sort_unstable();
        changed.dedup();
        for &other in &changed {
            let speaking = self.scopes.mentioning(self.scopes.get(other).family);
            let speaking = bits::ones(speaking).filter(|&place| !self.is_settled(place));
            pending.extend(speaking.map(|place| Pair::new(place, other)));
        }
        for place in (known..self.scopes.len()).chain(widened.iter().copied()) {
            let Scope { family, kind: ScopeKind::Package, .. } = self.scopes.get(place) else {
                continue;
            };
            if self.is_settled(place) {
                continue;
            }
            let spoken_of = self.catalogue.index(family).families();
            let others = spoken_of.filter_map(|family| self.scopes.of_family(family));
            pending.extend(others.map(|other| Pair::new(place, other)));
        }
        changed.clear();
        self.changed = changed;
        pending.sort_unstable();
        pending.dedup();
        while let Some((place, other)) = pending.pop().map(Pair::places) {
            if place != other && self.reduce_by(place, other)? {
                self.dirty.push(place);
                let speaking = self.scopes.mentioning(self.scopes.get(place).family);
                let speaking = bits::ones(speaking)
                    .filter(|speaker| !self.is_settled(*speaker) || self.dirty.contains(speaker));
                pending.extend(speaking.map(|speaker| Pair::new(speaker, place)));
            }
        }
        self.pending = pending;
        Ok(())
    }

    /// Whether a scope without a choice can conflict with nothing any more: all that it says was extracted, so what it
    /// requires is narrowed to that already. Scopes that are dirty are not extracted yet.
    fn is_settled(&self, place: usize) -> bool {
        let scope = self.scopes.get(place);
        scope.count == 1
            && bits::first(self.scopes.variants(place))
                .is_some_and(|local| self.catalogue.index(scope.family).is_plain(local))
    }

    /// Takes out variants that conflict with another scope; says whether there were any.
    fn reduce_by(&mut self, place: usize, other: usize) -> Result<bool, Stop> {
        let scope = self.scopes.get(place);
        let index = self.catalogue.index(scope.family);
        let Some(slot) = index.slot(self.scopes.get(other).family) else { return Ok(false) };
        let mut forbidden = std::mem::take(&mut self.forbidden);
        let mut removed = std::mem::take(&mut self.scratch);
        removed.clear();
        let left = self.scopes.variants(place);
        let mut is_gone = false;
        if scope.count == 1 {
            let only = bits::first(left).and_then(|local| index.requirement(local, slot));
            is_gone = only.is_some_and(|only| self.conflicts(only, other, &mut forbidden));
        } else if (scope.count as usize) < index.group_count(slot) {
            let mut last = (None, false);
            for local in bits::ones(left) {
                let requirement = index.requirement(local, slot);
                if requirement != last.0 {
                    let conflicts = requirement.is_some_and(|requirement| {
                        self.conflicts(requirement, other, &mut forbidden)
                    });
                    last = (requirement, conflicts);
                }
                if last.1 {
                    removed.resize(left.len(), 0);
                    bits::set(&mut removed, local);
                }
            }
        } else {
            for group in index.groups(slot) {
                if bits::intersects(group.variants, left)
                    && self.conflicts(group.requirement, other, &mut forbidden)
                {
                    removed.resize(left.len(), 0);
                    removed.iter_mut().zip(group.variants).for_each(|(all, some)| *all |= some);
                }
            }
        }
        is_gone |= !removed.is_empty() && bits::is_subset(left, &removed);
        self.forbidden = forbidden;
        let result = if is_gone {
            let told = self.is_telling;
            Err(Stop::Failed(told.then(|| Box::new(self.total_reduction(place, other)))))
        } else if removed.is_empty() {
            Ok(false)
        } else {
            self.scopes.remove(place, &removed);
            Ok(true)
        };
        self.scratch = removed;
        result
    }

    /// Whether a requirement conflicts with what is left of a family.
    fn conflicts(&self, requirement: u32, other: usize, forbidden: &mut Forbidden) -> bool {
        if self.catalogue.is_void(requirement) {
            return false;
        }
        match self.scopes.get(other).kind {
            ScopeKind::Package => {
                let variants = self.scopes.variants(other);
                !self
                    .catalogue
                    .intervals(requirement)
                    .iter()
                    .any(|&(start, end)| bits::any_in_range(variants, start as usize, end as usize))
            }
            ScopeKind::Conflict => {
                if self.catalogue.requirement_kind(requirement) != Kind::Required {
                    return false;
                }
                *forbidden[requirement as usize].get_or_insert_with(|| {
                    let range = self.range(other);
                    self.catalogue.requirement(requirement).conflicts_with(range)
                })
            }
            ScopeKind::Ephemeral => {
                let range = self.range(other);
                self.catalogue.requirement(requirement).conflicts_with(range)
            }
        }
    }

    /// All variants of a scope with what each requires, and what that conflicts with.
    fn total_reduction(&self, place: usize, other: usize) -> Failure {
        let family = self.scopes.get(place).family;
        let index = self.catalogue.index(family);
        let start = self.catalogue.variants_of_family(family).start;
        let conflicting = self.request_of(other);
        let slot = index.slot(self.scopes.get(other).family).unwrap_or_default();
        let reductions = self.listed(place).into_iter().filter_map(|local| {
            let requirement = index.requirement(local, slot)?;
            let requirement = self.catalogue.requirement(requirement).clone();
            Some((self.chosen(family, start + local), requirement))
        });
        Failure::Reduced { reductions: reductions.collect(), conflicting }
    }
}
