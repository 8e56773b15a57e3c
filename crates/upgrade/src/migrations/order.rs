//! Who must run before whom, with every name resolved.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_evidence::migrations::Migration;

/// A set of migrations by their index: one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    /// Adds one; says whether it is new.
    pub(crate) fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let Some(word) = self.words.get_mut(word) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether one is in it.
    pub(crate) fn has(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

/// Migrations with the order between them.
///
/// *Invariants*: of several migrations with one id the first by path is in it. May have cycles; names that lead nowhere
/// are left out of the order.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    all: Vec<&'a Migration>,
    index: BTreeMap<&'a str, usize>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    ordered: Vec<usize>,
}

impl<'a> Order<'a> {
    /// Puts migrations in order. Names are ids, Alembic's branch labels, or Django's `app.__first__` and
    /// `app.__latest__`. *Cost*: n log n.
    pub(crate) fn of(migrations: impl IntoIterator<Item = &'a Migration>) -> Self {
        let mut by_id: BTreeMap<&str, &Migration> = BTreeMap::new();
        for migration in migrations {
            by_id.entry(&migration.id).or_insert(migration);
        }
        let all: Vec<&Migration> = by_id.values().copied().collect();
        let index: BTreeMap<&str, usize> =
            by_id.into_keys().enumerate().map(|(place, id)| (id, place)).collect();
        let names = Names::of(&all, &index);
        let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); all.len()];
        for (place, migration) in all.iter().enumerate() {
            let wanted = migration.parents.iter().chain(&migration.depends_on);
            let found: Vec<usize> = wanted.filter_map(|name| names.resolve(name)).collect();
            if let Some(below) = before.get_mut(place) {
                below.extend(found.into_iter().filter(|other| *other != place));
            }
            for later in migration.run_before.iter().filter_map(|name| names.resolve(name)) {
                if let Some(below) = before.get_mut(later).filter(|_| later != place) {
                    below.insert(place);
                }
            }
        }
        let mut after = vec![Vec::new(); all.len()];
        for (place, below) in before.iter().enumerate() {
            for other in below {
                if let Some(above) = after.get_mut(*other) {
                    above.push(place);
                }
            }
        }
        let before = before.into_iter().map(|below| below.into_iter().collect()).collect();
        let mut order = Self { all, index, before, after, ordered: Vec::new() };
        order.put_in_order();
        order
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The place of an id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Whether an id is there.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    /// The migration of an id.
    pub(crate) fn get(&self, id: &str) -> Option<&'a Migration> {
        self.find(id).and_then(|place| self.at(place))
    }

    /// The migration at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&'a Migration> {
        self.all.get(place).copied()
    }

    /// The id at a place.
    pub(crate) fn id(&self, place: usize) -> &'a str {
        self.at(place).map_or("", |migration| migration.id.as_str())
    }

    /// All of them, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a Migration> {
        self.all.iter().copied()
    }

    /// What must run right before one, by place.
    pub(crate) fn before(&self, place: usize) -> &[usize] {
        self.before.get(place).map_or(&[], Vec::as_slice)
    }

    /// What waits for one, by place.
    pub(crate) fn after(&self, place: usize) -> &[usize] {
        self.after.get(place).map_or(&[], Vec::as_slice)
    }

    /// Some ids with everything below them; unknown ids are left out. *Cost*: linear.
    pub(crate) fn below<'b>(&self, ids: impl IntoIterator<Item = &'b str>) -> Marks {
        self.reached(ids, &self.before)
    }

    /// Some ids with everything above them; unknown ids are left out. *Cost*: linear.
    pub(crate) fn above<'b>(&self, ids: impl IntoIterator<Item = &'b str>) -> Marks {
        self.reached(ids, &self.after)
    }

    fn reached<'b>(&self, ids: impl IntoIterator<Item = &'b str>, next: &[Vec<usize>]) -> Marks {
        let mut open: Vec<usize> = ids.into_iter().filter_map(|id| self.find(id)).collect();
        let mut marks = Marks::default();
        while let Some(place) = open.pop() {
            if marks.insert(place) {
                open.extend(next.get(place).into_iter().flatten());
            }
        }
        marks
    }

    /// The ids of marked places, in [`Self::in_order`]'s order.
    pub(crate) fn ids_of(&self, marked: impl Fn(usize) -> bool) -> Vec<&'a str> {
        let marked = self.ordered.iter().filter(|place| marked(**place));
        marked.map(|place| self.id(*place)).collect()
    }

    /// All places, each after those below it; then those on cycles and above them.
    ///
    /// *Order*: what is not bound follows the path, then the id.
    pub(crate) fn in_order(&self) -> &[usize] {
        &self.ordered
    }

    fn put_in_order(&mut self) {
        let mut waits: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let all = &self.all;
        let key = |place: usize| {
            all.get(place).map(|one: &&Migration| (one.path.as_str(), one.id.as_str(), place))
        };
        let free = waits.iter().enumerate().filter(|(_, count)| **count == 0);
        let mut ready: BTreeSet<_> = free.filter_map(|(place, _)| key(place)).collect();
        let mut ordered = Vec::with_capacity(all.len());
        while let Some((_, _, place)) = ready.pop_first() {
            ordered.push(place);
            for above in self.after.get(place).into_iter().flatten() {
                if let Some(count) = waits.get_mut(*above) {
                    *count -= 1;
                    if *count == 0 {
                        ready.extend(key(*above));
                    }
                }
            }
        }
        let stuck = waits.iter().enumerate().filter(|(_, count)| **count > 0);
        ordered.extend(stuck.map(|(place, _)| place));
        self.ordered = ordered;
    }

    /// The marked places that lie below no other marked one, by id.
    pub(crate) fn tops(&self, marks: &Marks) -> Vec<&'a str> {
        let is_top = |place: &usize| {
            marks.has(*place) && !self.after(*place).iter().any(|above| marks.has(*above))
        };
        (0..self.len()).filter(is_top).map(|place| self.id(place)).collect()
    }

    /// The ids that are nobody's parent, by id; what depends on one in another way leaves it a head.
    pub(crate) fn heads(&self) -> Vec<&'a str> {
        let parents: BTreeSet<&str> =
            self.iter().flat_map(|one| one.parents.iter().map(String::as_str)).collect();
        self.iter().map(|one| one.id.as_str()).filter(|id| !parents.contains(id)).collect()
    }
}

/// What names of migrations mean.
struct Names<'a, 'b> {
    index: &'b BTreeMap<&'a str, usize>,
    labels: BTreeMap<&'a str, usize>,
    /// Of each Django app: the first migration and the last one.
    ends: BTreeMap<&'a str, (Option<usize>, Option<usize>)>,
}

impl<'a, 'b> Names<'a, 'b> {
    fn of(all: &[&'a Migration], index: &'b BTreeMap<&'a str, usize>) -> Self {
        let mut labels = BTreeMap::new();
        let mut ends: BTreeMap<&str, (Option<usize>, Option<usize>)> = BTreeMap::new();
        let parents: BTreeSet<&str> =
            all.iter().flat_map(|one| one.parents.iter().map(String::as_str)).collect();
        for (place, migration) in all.iter().enumerate() {
            for label in &migration.branch_labels {
                labels.entry(label.as_str()).or_insert(place);
            }
            let Some((app, _)) = migration.id.split_once('.') else { continue };
            let ends = ends.entry(app).or_default();
            if migration.parents.is_empty() {
                ends.0.get_or_insert(place);
            }
            if !parents.contains(migration.id.as_str()) {
                ends.1.get_or_insert(place);
            }
        }
        Self { index, labels, ends }
    }

    fn resolve(&self, name: &str) -> Option<usize> {
        let known = self.index.get(name).or_else(|| self.labels.get(name)).copied();
        known.or_else(|| {
            let (app, end) = name.split_once('.')?;
            let (first, latest) = self.ends.get(app)?;
            match end {
                "__first__" => *first,
                "__latest__" => *latest,
                _ => None,
            }
        })
    }
}
