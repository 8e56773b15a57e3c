//! Sets of a component's releases, by rank.

/// Some releases of one component, as a bit per rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankSet {
    words: Vec<u64>,
}

impl RankSet {
    /// No release.
    pub(crate) const fn empty() -> Self {
        Self { words: Vec::new() }
    }

    /// None of `length` releases.
    pub fn none(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(64)] }
    }

    /// All of `length` releases.
    pub fn all(length: usize) -> Self {
        let mut words = vec![u64::MAX; length.div_ceil(64)];
        if let Some(last) = words.last_mut().filter(|_| !length.is_multiple_of(64)) {
            *last = (1 << (length % 64)) - 1;
        }
        Self { words }
    }

    /// Adds a rank.
    pub fn insert(&mut self, rank: usize) {
        let word = rank / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << (rank % 64);
        }
    }

    /// Whether a rank is in it. *Cost*: one memory access.
    pub fn contains(&self, rank: usize) -> bool {
        self.words.get(rank / 64).is_some_and(|word| word & (1 << (rank % 64)) != 0)
    }

    /// Keeps what is in the other too.
    pub fn intersect(&mut self, other: &Self) {
        for (index, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(index).copied().unwrap_or(0);
        }
    }

    /// Takes out what is in the other.
    pub fn subtract(&mut self, other: &Self) {
        for (word, gone) in self.words.iter_mut().zip(&other.words) {
            *word &= !gone;
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many ranks are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The ranks, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = usize> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(index, word)| Bits(*word).map(move |bit| index * 64 + bit))
    }

    /// The machine words, lowest ranks first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

/// The bits of a word that are set, from both ends.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit as usize)
    }
}

impl DoubleEndedIterator for Bits {
    fn next_back(&mut self) -> Option<usize> {
        let bit = self.0.checked_ilog2()?;
        self.0 &= !(1 << bit);
        Some(bit as usize)
    }
}

impl FromIterator<usize> for RankSet {
    fn from_iter<I: IntoIterator<Item = usize>>(ranks: I) -> Self {
        let mut set = Self::default();
        ranks.into_iter().for_each(|rank| set.insert(rank));
        set
    }
}
