//! Commits and their parents, in one piece of memory.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet},
};

use super::{CommitId, Moment};

/// A commit's place in a [`CommitGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitIndex(pub u32);

impl CommitIndex {
    fn place(self) -> usize {
        self.0 as usize
    }
}

/// Commits and their parents.
///
/// *Order*: children stand before their parents, so one pass forward visits descendants first.
/// *Cost*: 40 bytes a commit and 4 a parent.
#[derive(Clone, Debug, Default)]
pub struct CommitGraph {
    ids: Vec<CommitId>,
    moments: Vec<Moment>,
    /// `parents[starts[i]..starts[i + 1]]` are the parents of commit `i`.
    starts: Vec<u32>,
    parents: Vec<CommitIndex>,
    shallow: CommitSet,
}

impl CommitGraph {
    /// How many commits.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Every commit, children first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = CommitIndex> + use<> {
        (0..u32::try_from(self.ids.len()).unwrap_or(u32::MAX)).map(CommitIndex)
    }

    /// A commit's name.
    pub fn id(&self, commit: CommitIndex) -> CommitId {
        self.ids[commit.place()]
    }

    /// When it was committed.
    pub fn moment(&self, commit: CommitIndex) -> Moment {
        self.moments[commit.place()]
    }

    /// Its parents that are present, the first parent first.
    pub fn parents(&self, commit: CommitIndex) -> &[CommitIndex] {
        let place = commit.place();
        &self.parents[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// Whether a shallow clone cuts history here: the commit has parents that are absent.
    pub fn is_cut(&self, commit: CommitIndex) -> bool {
        self.shallow.contains(commit)
    }

    /// Finds a commit by its full name. *Cost*: linear; keep the answer.
    pub fn find(&self, id: CommitId) -> Option<CommitIndex> {
        let place = self.ids.iter().position(|candidate| *candidate == id)?;
        u32::try_from(place).ok().map(CommitIndex)
    }

    /// The commits reachable from any of `tips`, the tips included. *Cost*: linear in what is reached.
    pub fn ancestors(&self, tips: impl IntoIterator<Item = CommitIndex>) -> CommitSet {
        let mut reached = CommitSet::with_room_for(self.len());
        let mut open: Vec<_> = tips.into_iter().filter(|tip| reached.insert(*tip)).collect();
        while let Some(commit) = open.pop() {
            let fresh = self.parents(commit).iter().filter(|parent| reached.insert(**parent));
            open.extend(fresh);
        }
        reached
    }

    /// The commits reachable from `tip` and not from any of `without` (`git log without..tip`), children first.
    ///
    /// *Cost*: what lies between the tips and their common ancestors, times its logarithm; not the whole history.
    pub fn range(
        &self,
        tip: CommitIndex,
        without: impl IntoIterator<Item = CommitIndex>,
    ) -> Vec<CommitIndex> {
        // Children stand before parents, so the smallest open index has been reached from all of its children.
        let mut open = BTreeMap::from([(tip, Side::Wanted)]);
        open.extend(without.into_iter().map(|commit| (commit, Side::Hidden)));
        let mut wanted = usize::from(open.get(&tip) == Some(&Side::Wanted));
        let mut found = Vec::new();
        while wanted > 0 {
            let Some((commit, side)) = open.pop_first() else { break };
            if side == Side::Wanted {
                wanted -= 1;
                found.push(commit);
            }
            for &parent in self.parents(commit) {
                match (open.insert(parent, side), side) {
                    (None, Side::Wanted) => wanted += 1,
                    (Some(Side::Wanted), Side::Hidden) => wanted -= 1,
                    (Some(Side::Hidden), Side::Wanted) => _ = open.insert(parent, Side::Hidden),
                    _ => {}
                }
            }
        }
        found
    }

    /// The newest commit that both reach (`git merge-base`); `None` where they share no history.
    ///
    /// *Cost*: linear in what the two reach.
    pub fn merge_base(&self, one: CommitIndex, other: CommitIndex) -> Option<CommitIndex> {
        let shared = self.ancestors([one]);
        // Children stand before parents, so the first that is shared has no shared descendant.
        let mut open = BTreeSet::from([other]);
        while let Some(commit) = open.pop_first() {
            if shared.contains(commit) {
                return Some(commit);
            }
            open.extend(self.parents(commit));
        }
        None
    }

    /// Whether `ancestor` is reachable from `descendant`. *Cost*: linear in what lies between.
    pub fn is_ancestor(&self, ancestor: CommitIndex, descendant: CommitIndex) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![descendant];
        while let Some(commit) = open.pop() {
            if commit == ancestor {
                return true;
            }
            // Children stand before parents: what stands behind the ancestor cannot lead to it.
            if commit < ancestor && seen.insert(commit) {
                open.extend(self.parents(commit));
            }
        }
        false
    }
}

/// Which tips a commit was reached from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Wanted,
    Hidden,
}

/// A set of commits: one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSet(Vec<u64>);

impl CommitSet {
    /// An empty set that takes `count` commits without growing.
    pub fn with_room_for(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// Puts a commit in; whether it was not there before.
    pub fn insert(&mut self, commit: CommitIndex) -> bool {
        let (word, bit) = (commit.place() / 64, 1u64 << (commit.place() % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let fresh = self.0[word] & bit == 0;
        self.0[word] |= bit;
        fresh
    }

    /// Whether a commit is in.
    pub fn contains(&self, commit: CommitIndex) -> bool {
        let bit = 1u64 << (commit.place() % 64);
        self.0.get(commit.place() / 64).is_some_and(|word| word & bit != 0)
    }

    /// How many are in.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// Collects commits in any order and makes a [`CommitGraph`] of them.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    ids: Vec<CommitId>,
    moments: Vec<Moment>,
    parents: Vec<Vec<CommitId>>,
}

impl GraphBuilder {
    /// Adds a commit with its parents, the first parent first. A commit must be added once.
    pub fn add(&mut self, id: CommitId, moment: Moment, parents: Vec<CommitId>) {
        self.ids.push(id);
        self.moments.push(moment);
        self.parents.push(parents);
    }

    /// Sorts children before parents, among independent commits the younger first, and links them.
    ///
    /// A parent that was never added marks its child as cut. *Cost*: n log n.
    pub fn build(self) -> CommitGraph {
        let places: HashMap<CommitId, usize> =
            self.ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let order = self.children_first(&places);
        let mut new_place = vec![CommitIndex(0); order.len()];
        for (index, place) in (0u32..).zip(&order) {
            new_place[*place] = CommitIndex(index);
        }
        let mut graph = CommitGraph { starts: vec![0], ..CommitGraph::default() };
        for (index, place) in (0u32..).zip(&order) {
            graph.ids.push(self.ids[*place]);
            graph.moments.push(self.moments[*place]);
            for parent in &self.parents[*place] {
                match places.get(parent) {
                    Some(parent) => graph.parents.push(new_place[*parent]),
                    None => _ = graph.shallow.insert(CommitIndex(index)),
                }
            }
            graph.starts.push(u32::try_from(graph.parents.len()).unwrap_or(u32::MAX));
        }
        graph
    }

    /// Kahn's algorithm with a heap on time. A cycle cannot exist in git; its commits would be left out.
    fn children_first(&self, places: &HashMap<CommitId, usize>) -> Vec<usize> {
        let mut waiting = vec![0u32; self.ids.len()];
        let linked = |place: usize| self.parents[place].iter().filter_map(|id| places.get(id));
        for place in 0..self.ids.len() {
            for parent in linked(place) {
                waiting[*parent] += 1;
            }
        }
        let mut open: BinaryHeap<(Moment, Reverse<CommitId>, usize)> = (0..self.ids.len())
            .filter(|place| waiting[*place] == 0)
            .map(|place| (self.moments[place], Reverse(self.ids[place]), place))
            .collect();
        let mut order = Vec::with_capacity(self.ids.len());
        while let Some((_, _, place)) = open.pop() {
            order.push(place);
            for &parent in linked(place) {
                waiting[parent] -= 1;
                if waiting[parent] == 0 {
                    open.push((self.moments[parent], Reverse(self.ids[parent]), parent));
                }
            }
        }
        order
    }
}
