//! What a user wants of a catalogue, and what the answers look like.

use crate::{Catalogue, Clause, PackageId};

/// A catalogue and what must hold beyond what its candidates need.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// The packages.
    pub catalogue: &'a Catalogue,
    /// The request, and locks, holds and exclusions.
    ///
    /// *Order*: requirements that come first are served first.
    pub clauses: Vec<Clause>,
}

impl<'a> Problem<'a> {
    /// A request over a catalogue.
    pub fn new(catalogue: &'a Catalogue, clauses: Vec<Clause>) -> Self {
        Self { catalogue, clauses }
    }
}

/// Which candidate of each package is chosen, if any.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// One more than the rank of the chosen candidate; 0 where the package is absent.
    chosen: Vec<u32>,
}

impl Assignment {
    /// Nothing is chosen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses a candidate, or another than before.
    pub fn choose(&mut self, package: PackageId, rank: u32) {
        if package.index() >= self.chosen.len() {
            self.chosen.resize(package.index() + 1, 0);
        }
        self.chosen[package.index()] = rank.saturating_add(1);
    }

    /// Makes a package absent.
    pub fn remove(&mut self, package: PackageId) {
        if let Some(chosen) = self.chosen.get_mut(package.index()) {
            *chosen = 0;
        }
    }

    /// The chosen candidate of a package.
    pub fn get(&self, package: PackageId) -> Option<u32> {
        self.chosen.get(package.index()).and_then(|chosen| chosen.checked_sub(1))
    }

    /// All chosen candidates.
    ///
    /// *Order*: by package.
    pub fn iter(&self) -> impl Iterator<Item = (PackageId, u32)> {
        let present = |(package, chosen): (u32, &u32)| {
            chosen.checked_sub(1).map(|rank| (PackageId(package), rank))
        };
        (0..).zip(&self.chosen).filter_map(present)
    }

    /// How many packages are present.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether no package is present.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl PartialEq for Assignment {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Assignment {}

impl FromIterator<(PackageId, u32)> for Assignment {
    fn from_iter<I: IntoIterator<Item = (PackageId, u32)>>(pins: I) -> Self {
        let mut assignment = Self::new();
        for (package, rank) in pins {
            assignment.choose(package, rank);
        }
        assignment
    }
}

/// Which of all answers is wanted.
#[derive(Clone, Debug)]
pub enum Objective {
    /// The best candidates. Requirements are served one after another: those of the request in its order, then those of
    /// the candidates chosen for it, and so on (breadth first); requirements with alternatives wait until no other is
    /// left. Each gets its first alternative that still allows an answer, and the candidate of lowest rank that does.
    /// Packages that nothing required asks for are absent.
    Newest,
    /// As [`Newest`](Self::Newest), with the candidate of highest rank.
    Oldest,
    /// The least changes from what there is, as a true minimum; among those the newest.
    MinimalChange {
        /// What there is now. Packages that nothing asks for may stay.
        current: Assignment,
        /// What a change costs.
        weights: Weights,
    },
}

/// What a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Another candidate of a package.
    pub changed: u32,
    /// A package that was absent.
    pub added: u32,
    /// A package that is absent now.
    pub removed: u32,
}

impl Default for Weights {
    /// Every change costs the same.
    fn default() -> Self {
        Self { changed: 1, added: 1, removed: 1 }
    }
}

/// How far an answer is from what there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many packages have another candidate.
    pub changed: u32,
    /// How many packages are new.
    pub added: u32,
    /// How many packages are gone.
    pub removed: u32,
}

impl Change {
    /// Compares two assignments; choices inside of packages do not count.
    pub fn between(catalogue: &Catalogue, before: &Assignment, after: &Assignment) -> Self {
        let counts = |(package, _): &(PackageId, u32)| !catalogue.is_choice(*package);
        let mut change = Self::default();
        for (package, rank) in before.iter().filter(counts) {
            match after.get(package) {
                None => change.removed += 1,
                Some(other) if other != rank => change.changed += 1,
                Some(_) => {}
            }
        }
        let is_new = |(package, _): &(PackageId, u32)| before.get(*package).is_none();
        change.added =
            u32::try_from(after.iter().filter(counts).filter(is_new).count()).unwrap_or(u32::MAX);
        change
    }

    /// What it costs.
    pub fn cost(self, weights: Weights) -> u64 {
        let cost = |count: u32, weight: u32| u64::from(count) * u64::from(weight);
        cost(self.changed, weights.changed)
            + cost(self.added, weights.added)
            + cost(self.removed, weights.removed)
    }
}

/// How much work may be done, in steps that are the same on every machine.
///
/// A step is about one rule looked at: some ten nanoseconds. Memory grows by some twenty bytes a step at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many steps.
    pub steps: u64,
}

impl Default for Budget {
    /// Enough for every catalogue we know, hundreds of times over; less than a few seconds.
    fn default() -> Self {
        Self { steps: 30_000_000 }
    }
}

/// An assignment in which everything holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// What is chosen.
    pub assignment: Assignment,
    /// The present packages, in the order in which they came up: those asked for first.
    pub order: Vec<PackageId>,
    /// How many steps it took.
    pub steps: u64,
}

/// What an engine came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything holds, and no other answer is better by the objective.
    Solved(Solution),
    /// No assignment exists in which everything holds.
    Unsolvable {
        /// How many steps it took to be sure.
        steps: u64,
    },
    /// The budget was spent first.
    GaveUp {
        /// How many steps were done.
        steps: u64,
        /// An answer in which everything holds, if one was met; a better one may exist.
        best: Option<Solution>,
    },
}

impl Outcome {
    /// The solution, where there is one.
    pub fn solution(self) -> Option<Solution> {
        match self {
            Self::Solved(solution) => Some(solution),
            Self::Unsolvable { .. } | Self::GaveUp { .. } => None,
        }
    }
}

/// Something that answers problems.
pub trait Engine {
    /// Finds the best assignment in which everything holds.
    ///
    /// The same arguments give the same outcome, always and everywhere.
    fn solve(&self, problem: &Problem<'_>, objective: &Objective, budget: Budget) -> Outcome;
}
