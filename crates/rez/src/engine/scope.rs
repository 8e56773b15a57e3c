//! What is still possible for each family, with a trail to go back on.

use crate::{Catalogue, Requirement, bits};

/// No scope.
pub(super) const NONE: u32 = u32::MAX;

/// What a scope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// Variants of a family, one of which will be chosen.
    Package,
    /// A range that no package may be of.
    Conflict,
    /// A range of a family without packages.
    Ephemeral,
}

/// What is still possible for a family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) family: usize,
    pub(super) kind: ScopeKind,
    /// Its variants: where they begin in `Scopes::words`, and how many words there are.
    start: usize,
    length: usize,
    /// How many variants are left.
    pub(super) count: u32,
    /// Its range in `Scopes::ranges`, unless it holds packages.
    pub(super) range: usize,
    /// Since when the trail knows its former state.
    stamp: u64,
}

/// A state of a scope to go back to.
#[derive(Debug)]
struct Saved {
    place: usize,
    scope: Scope,
    words: usize,
}

/// Where a decision was made, and what was not chosen.
#[derive(Debug)]
struct Level {
    trail: usize,
    saved: usize,
    scopes: usize,
    words: usize,
    ranges: usize,
    place: usize,
    /// Where that begins in `Scopes::rests`.
    rest: usize,
}

/// All scopes of a resolve. Its tables are as long as the catalogue, so they are emptied and used again.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    all: Vec<Scope>,
    words: Vec<u64>,
    /// How many ranges are the request's own; those come before `ranges`.
    requested: usize,
    /// Ranges of conflicts and ephemerals that are not the request's own.
    ranges: Vec<Requirement>,
    /// The scope of each family.
    of_family: Vec<u32>,
    /// For each family, one more than its row in `mentions`; 0 where it has none.
    rows: Vec<u32>,
    /// The families that have rows, by row.
    spoken_of: Vec<usize>,
    /// Scopes with variants that speak of a family. Rows beyond `spoken_of` are empty.
    mentions: Vec<Vec<u64>>,
    trail: Vec<Saved>,
    saved: Vec<u64>,
    levels: Vec<Level>,
    /// What the levels did not choose, one after the other.
    rests: Vec<u64>,
    stamp: u64,
}

impl Scopes {
    /// Makes room for this many families, which are those of the catalogue and what else is requested.
    pub(super) fn prepare(&mut self, families: usize, requested: usize) {
        if self.of_family.len() < families {
            self.of_family.resize(families, NONE);
            self.rows.resize(families, 0);
        }
        self.requested = requested;
    }

    /// Forgets everything, and keeps the memory.
    pub(super) fn clear(&mut self) {
        for scope in self.all.drain(..) {
            self.of_family[scope.family] = NONE;
        }
        for (family, row) in self.spoken_of.drain(..).zip(&mut self.mentions) {
            self.rows[family] = 0;
            row.clear();
        }
        self.words.clear();
        self.ranges.clear();
        self.trail.clear();
        self.saved.clear();
        self.levels.clear();
        self.rests.clear();
        self.stamp = 0;
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, place: usize) -> Scope {
        self.all[place]
    }

    pub(super) fn all(&self) -> &[Scope] {
        &self.all
    }

    /// The scope of a family.
    pub(super) fn of_family(&self, family: usize) -> Option<usize> {
        let place = self.of_family[family];
        (place != NONE).then_some(place as usize)
    }

    /// The variants that are left.
    pub(super) fn variants(&self, place: usize) -> &[u64] {
        let Scope { start, length, .. } = self.all[place];
        &self.words[start..start + length]
    }

    /// The range of a scope without packages, unless it is the request's own: then its place in the request.
    pub(super) fn range(&self, place: usize) -> Result<&Requirement, usize> {
        let range = self.all[place].range;
        range.checked_sub(self.requested).map_or(Err(range), |own| Ok(&self.ranges[own]))
    }

    /// The scopes with variants that speak of a family.
    pub(super) fn mentioning(&self, family: usize) -> &[u64] {
        match self.rows[family] {
            0 => &[],
            row => &self.mentions[row as usize - 1],
        }
    }

    /// Adds variants of a family.
    pub(super) fn add_package(&mut self, catalogue: &Catalogue, family: usize, variants: &[u64]) {
        self.push(family, ScopeKind::Package, 0);
        self.fill(catalogue, self.all.len() - 1, variants);
    }

    /// Adds a range that is no package's, as the request has it at a place.
    pub(super) fn add_requested(&mut self, family: usize, kind: ScopeKind, requested: usize) {
        self.push(family, kind, requested);
    }

    /// Adds a range that is no package's.
    pub(super) fn add_range(&mut self, family: usize, kind: ScopeKind, range: Requirement) {
        self.ranges.push(range);
        self.push(family, kind, self.requested + self.ranges.len() - 1);
    }

    fn push(&mut self, family: usize, kind: ScopeKind, range: usize) {
        self.of_family[family] = u32::try_from(self.all.len()).unwrap_or(NONE);
        let stamp = self.stamp;
        self.all.push(Scope { family, kind, start: 0, length: 0, count: 0, range, stamp });
    }

    /// Gives a scope its variants, and lets other families know who speaks of them.
    fn fill(&mut self, catalogue: &Catalogue, place: usize, variants: &[u64]) {
        let start = self.words.len();
        self.words.extend_from_slice(variants);
        let scope = &mut self.all[place];
        scope.kind = ScopeKind::Package;
        (scope.start, scope.length, scope.count) = (start, variants.len(), bits::count(variants));
        for family in catalogue.index(scope.family).families() {
            if self.rows[family] == 0 {
                if self.mentions.len() == self.spoken_of.len() {
                    self.mentions.push(Vec::new());
                }
                self.spoken_of.push(family);
                self.rows[family] = u32::try_from(self.spoken_of.len()).unwrap_or_default();
            }
            let row = &mut self.mentions[self.rows[family] as usize - 1];
            if row.len() <= place / 64 {
                row.resize(place / 64 + 1, 0);
            }
            bits::set(row, place);
        }
    }

    fn forget(&mut self, catalogue: &Catalogue, place: usize) {
        for family in catalogue.index(self.all[place].family).families() {
            bits::clear(&mut self.mentions[self.rows[family] as usize - 1], place);
        }
    }

    /// Remembers how a scope was before this level changes it.
    fn save(&mut self, place: usize) {
        let scope = self.all[place];
        if scope.stamp == self.stamp {
            return;
        }
        self.trail.push(Saved { place, scope, words: self.saved.len() });
        self.saved.extend_from_slice(&self.words[scope.start..scope.start + scope.length]);
        self.all[place].stamp = self.stamp;
    }

    /// Keeps variants that are in a set.
    pub(super) fn keep(&mut self, place: usize, variants: &[u64]) {
        self.save(place);
        let scope = &mut self.all[place];
        let words = &mut self.words[scope.start..scope.start + scope.length];
        bits::keep(words, variants);
        scope.count = bits::count(words);
    }

    /// Takes out variants that are in a set.
    pub(super) fn remove(&mut self, place: usize, variants: &[u64]) {
        self.save(place);
        let scope = &mut self.all[place];
        let words = &mut self.words[scope.start..scope.start + scope.length];
        bits::remove(words, variants);
        scope.count = bits::count(words);
    }

    /// Turns a conflict into packages.
    pub(super) fn widen(&mut self, catalogue: &Catalogue, place: usize, variants: &[u64]) {
        self.save(place);
        self.fill(catalogue, place, variants);
    }

    /// Gives an ephemeral another range.
    pub(super) fn set_range(&mut self, place: usize, range: Requirement) {
        self.save(place);
        self.ranges.push(range);
        self.all[place].range = self.requested + self.ranges.len() - 1;
    }

    /// Chooses some variants of a scope; the others are tried when that fails.
    pub(super) fn choose(&mut self, place: usize, chosen: &[u64]) {
        let rest = self.rests.len();
        let Scope { start, length, .. } = self.all[place];
        self.rests.extend_from_slice(&self.words[start..start + length]);
        bits::remove(&mut self.rests[rest..], chosen);
        self.levels.push(Level {
            trail: self.trail.len(),
            saved: self.saved.len(),
            scopes: self.all.len(),
            words: self.words.len(),
            ranges: self.ranges.len(),
            place,
            rest,
        });
        self.stamp += 1;
        self.keep(place, chosen);
    }

    /// Goes back to the last choice and takes what was not chosen; says where that was.
    pub(super) fn go_back(&mut self, catalogue: &Catalogue) -> Option<usize> {
        let level = self.levels.pop()?;
        while self.trail.len() > level.trail
            && let Some(Saved { place, scope, words }) = self.trail.pop()
        {
            if scope.kind == ScopeKind::Conflict && self.all[place].kind == ScopeKind::Package {
                self.forget(catalogue, place);
            }
            self.words[scope.start..scope.start + scope.length]
                .copy_from_slice(&self.saved[words..words + scope.length]);
            self.all[place] = scope;
        }
        for place in level.scopes..self.all.len() {
            let scope = self.all[place];
            self.of_family[scope.family] = NONE;
            if scope.kind == ScopeKind::Package {
                self.forget(catalogue, place);
            }
        }
        self.saved.truncate(level.saved);
        self.all.truncate(level.scopes);
        self.words.truncate(level.words);
        self.ranges.truncate(level.ranges);
        self.stamp += 1;
        let rests = std::mem::take(&mut self.rests);
        self.keep(level.place, &rests[level.rest..]);
        self.rests = rests;
        self.rests.truncate(level.rest);
        Some(level.place)
    }
}
