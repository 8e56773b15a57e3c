//! Sets of candidates of one package.

use std::{fmt, ops::Range};

/// How many ranks one word holds.
const WORD: u32 = u64::BITS;

/// A set of candidates of one package, by rank: 0 is the one the caller likes best.
///
/// *Cost*: one bit per rank up to the greatest, so all operations are linear in that, 64 ranks at a time.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RankSet(Vec<u64>);

impl RankSet {
    /// No candidate.
    pub fn empty() -> Self {
        Self::default()
    }

    /// All candidates of a package that has `count` of them.
    pub fn all(count: u32) -> Self {
        Self::range(0..count)
    }

    /// One candidate.
    pub fn one(rank: u32) -> Self {
        Self::range(rank..rank.saturating_add(1))
    }

    /// The candidates from one rank to before another.
    pub fn range(range: Range<u32>) -> Self {
        if range.is_empty() {
            return Self::empty();
        }
        let words = range.end.div_ceil(WORD);
        let word = |index: u32| {
            let first = index * WORD;
            let from = range.start.clamp(first, first + WORD) - first;
            let to = range.end.clamp(first, first + WORD) - first;
            ones(to) & !ones(from)
        };
        Self((0..words).map(word).collect())
    }

    /// Whether a candidate is in the set.
    pub fn contains(&self, rank: u32) -> bool {
        let word = self.0.get((rank / WORD) as usize).copied().unwrap_or_default();
        word >> (rank % WORD) & 1 == 1
    }

    /// Adds a candidate.
    pub fn insert(&mut self, rank: u32) {
        let index = (rank / WORD) as usize;
        if index >= self.0.len() {
            self.0.resize(index + 1, 0);
        }
        self.0[index] |= 1 << (rank % WORD);
    }

    /// Adds all candidates of another set.
    pub(crate) fn add(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Takes a candidate out.
    pub fn remove(&mut self, rank: u32) {
        if let Some(word) = self.0.get_mut((rank / WORD) as usize) {
            *word &= !(1 << (rank % WORD));
            self.trim();
        }
    }

    /// Whether no candidate is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many candidates are in the set.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The candidates that are in the set.
    ///
    /// *Order*: ascending, the best first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(WORD as usize).zip(&self.0).flat_map(|(first, &word)| {
            let next = |rest: &u64| Some(rest & (rest - 1)).filter(|rest| *rest != 0);
            let rests = std::iter::successors(Some(word).filter(|word| *word != 0), next);
            rests.map(move |rest| first + rest.trailing_zeros())
        })
    }

    /// The candidates of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (long, short) =
            if self.0.len() < other.0.len() { (other, self) } else { (self, other) };
        let mut words = long.0.clone();
        for (word, &more) in words.iter_mut().zip(&short.0) {
            *word |= more;
        }
        Self(words)
    }

    /// The candidates of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::of_words(self.0.iter().zip(&other.0).map(|(left, right)| left & right))
    }

    /// The candidates of this set that are not in another.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        Self::of_words(self.0.iter().zip(others).map(|(left, right)| left & !right))
    }

    /// Whether each candidate of this set is in another.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(others).all(|(left, right)| left & !right == 0)
    }

    /// A set from its words, the lowest ranks first.
    pub(crate) fn of_words(words: impl IntoIterator<Item = u64>) -> Self {
        let mut set = Self(words.into_iter().collect());
        set.trim();
        set
    }

    /// The words of the set, the lowest ranks first; the last one is not 0.
    pub(crate) fn words(&self) -> &[u64] {
        &self.0
    }

    /// Keeps equal sets equal in memory.
    fn trim(&mut self) {
        let used = self.0.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        self.0.truncate(used);
    }
}

impl fmt::Debug for RankSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<u32> for RankSet {
    fn from_iter<I: IntoIterator<Item = u32>>(ranks: I) -> Self {
        let mut set = Self::empty();
        for rank in ranks {
            set.insert(rank);
        }
        set
    }
}

/// A word whose lowest `count` bits are set.
fn ones(count: u32) -> u64 {
    if count >= WORD { u64::MAX } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests;
