//! In which order several components move, so that what runs side by side works together as long as it can.

use std::collections::{BTreeMap, BTreeSet};

/// So many states are looked at for an order without a joint stage; real deployments need some dozens.
const MOST_STATES: usize = 4_000;

/// Components with the number of hops that each has to make.
///
/// Components stand in the order in which they are preferred: what others need comes first. `breaks` tells whether two
/// components do not work together, each given with how many of its hops are done.
pub struct Movement<'a> {
    /// How many hops each component has.
    pub hops: &'a [usize],
    /// Whether two components, each after some of its hops, do not work together.
    pub breaks: &'a dyn Fn((usize, usize), (usize, usize)) -> bool,
}

impl Movement<'_> {
    /// The stages in their order, each with the components that make a hop in it; one that makes several is there as
    /// often. A stage of several components is one during which nothing of them should run.
    ///
    /// Where an order exists in which no two components ever run side by side that do not work together, and it is found
    /// in some thousands of tries, each stage is one hop. Otherwise components that break each other move together. Two
    /// that break each other from the beginning or in the end cannot be helped, and are not kept apart for it.
    ///
    /// *Cost*: at most 4,000 states, each held against all components; beyond, quadratic in hops and components.
    pub fn stages(&self) -> Vec<Vec<usize>> {
        self.one_by_one().unwrap_or_else(|| self.together())
    }

    /// Whether two components must not run side by side, and some order could keep them from it.
    fn is_bad(&self, state: &[usize], one: usize, other: usize) -> bool {
        let at = |index: usize| state.get(index).copied().unwrap_or_default();
        let last = |index: usize| self.hops.get(index).copied().unwrap_or_default();
        let at_start = at(one) == 0 && at(other) == 0;
        let at_end = at(one) == last(one) && at(other) == last(other);
        !at_start && !at_end && (self.breaks)((one, at(one)), (other, at(other)))
    }

    fn is_moving(&self, state: &[usize], index: usize) -> bool {
        state.get(index) < self.hops.get(index)
    }

    fn others(&self, index: usize) -> impl Iterator<Item = usize> {
        (0..self.hops.len()).filter(move |other| *other != index)
    }

    /// A depth-first search for an order of single hops; `None` where there is none, or it is not found in time.
    fn one_by_one(&self) -> Option<Vec<Vec<usize>>> {
        let total: usize = self.hops.iter().sum();
        let mut state = vec![0; self.hops.len()];
        let mut seen: BTreeSet<Vec<usize>> = BTreeSet::new();
        let mut way: Vec<usize> = Vec::with_capacity(total);
        // The component to try next, on each level.
        let mut tries = vec![0];
        while way.len() < total {
            let index = *tries.last()?;
            if index >= self.hops.len() {
                tries.pop();
                let undone = way.pop()?;
                if let Some(at) = state.get_mut(undone) {
                    *at -= 1;
                }
                continue;
            }
            if let Some(next) = tries.last_mut() {
                *next += 1;
            }
            if !self.is_moving(&state, index) {
                continue;
            }
            let mut next = state.clone();
            if let Some(at) = next.get_mut(index) {
                *at += 1;
            }
            let is_fine = self.others(index).all(|other| !self.is_bad(&next, index, other));
            if !is_fine || seen.contains(&next) {
                continue;
            }
            if seen.len() >= MOST_STATES {
                return None;
            }
            seen.insert(next.clone());
            state = next;
            way.push(index);
            tries.push(0);
        }
        Some(way.into_iter().map(|index| vec![index]).collect())
    }

    /// Moves what breaks nothing; where that is not to be had, the first that has to move together with all that it
    /// would break.
    fn together(&self) -> Vec<Vec<usize>> {
        let mut state = vec![0; self.hops.len()];
        let mut stages = Vec::new();
        while let Some(first) = (0..self.hops.len()).find(|index| self.is_moving(&state, *index)) {
            let moving = (0..self.hops.len()).filter(|index| self.is_moving(&state, *index));
            let stage = moving
                .map(|index| self.closure(&state, index))
                .min_by_key(Vec::len)
                .unwrap_or_else(|| vec![first]);
            for index in &stage {
                if let Some(at) = state.get_mut(*index) {
                    *at += 1;
                }
            }
            stages.push(stage);
        }
        stages
    }

    /// One hop of a component, and those of others without which they would break each other.
    fn closure(&self, state: &[usize], first: usize) -> Vec<usize> {
        let mut next = state.to_vec();
        let mut moved: BTreeMap<usize, usize> = BTreeMap::new();
        let mut stage = Vec::new();
        let mut follower = Some(first);
        while let Some(index) = follower {
            if let Some(at) = next.get_mut(index) {
                *at += 1;
            }
            *moved.entry(index).or_default() += 1;
            stage.push(index);
            follower = self.follower(&next, &moved);
        }
        stage.sort_unstable();
        stage
    }

    /// Who must move too, so that one that has moved is not broken; the one that has moved less, if it can.
    fn follower(&self, state: &[usize], moved: &BTreeMap<usize, usize>) -> Option<usize> {
        let hops = |one: usize| moved.get(&one).copied().unwrap_or_default();
        let pairs = moved.keys().flat_map(|one| self.others(*one).map(move |other| (*one, other)));
        let mut bad = pairs.filter(|(one, other)| self.is_bad(state, *one, *other));
        bad.find_map(|(one, other)| {
            let (less, more) = if hops(other) <= hops(one) { (other, one) } else { (one, other) };
            [less, more].into_iter().find(|index| self.is_moving(state, *index))
        })
    }
}
