//! Packages after those that they require.

use crate::bits;

/// Who requires whom among chosen packages, which come in the order in which they are preferred.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The packages that are required, one package's after the other's.
    required: Vec<usize>,
    /// Where those of each package end.
    ends: Vec<usize>,
}

/// There is no order, because some require each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cyclic;

impl Graph {
    /// A graph of no packages that expects so many.
    pub(crate) fn with_capacity(packages: usize) -> Self {
        Self { required: Vec::with_capacity(packages * 4), ends: Vec::with_capacity(packages) }
    }

    /// Adds a package with those that it requires.
    pub(crate) fn add(&mut self, requires: impl IntoIterator<Item = usize>) {
        self.required.extend(requires);
        self.ends.push(self.required.len());
    }

    /// The packages that one requires.
    fn requires(&self, node: usize) -> &[usize] {
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.required[start..self.ends[node]]
    }

    /// All packages, each after those that it requires, otherwise in the order of preference.
    ///
    /// *Errors*: where there is a cycle.
    pub(crate) fn order(&self) -> Result<Vec<usize>, Cyclic> {
        let reached = self.reached()?;
        let count = self.ends.len();
        let words = bits::words_for(count);
        let mut waiting = vec![0; words];
        bits::set_range(&mut waiting, 0, count);
        let mut order = Vec::with_capacity(count);
        let mut open = Vec::new();
        while let Some(next) = open.last().copied().or_else(|| bits::first(&waiting)) {
            if open.is_empty() {
                bits::clear(&mut waiting, next);
                open.push(next);
            }
            let before = &reached[next * words..(next + 1) * words];
            if let Some(first) = bits::first_common(before, &waiting) {
                bits::clear(&mut waiting, first);
                open.push(first);
            } else {
                order.push(next);
                open.pop();
            }
        }
        Ok(order)
    }

    /// For each package, all that it requires, directly or not, as words of bits one after the other.
    fn reached(&self) -> Result<Vec<u64>, Cyclic> {
        let count = self.ends.len();
        let words = bits::words_for(count);
        let mut reached = vec![0; count * words];
        let mut own = vec![0; words];
        for node in self.leaves_first()? {
            own.fill(0);
            for &required in self.requires(node) {
                bits::set(&mut own, required);
                let more = &reached[required * words..(required + 1) * words];
                own.iter_mut().zip(more).for_each(|(own, more)| *own |= more);
            }
            reached[node * words..(node + 1) * words].copy_from_slice(&own);
        }
        Ok(reached)
    }

    /// All packages, each after those that it requires, in any such order.
    fn leaves_first(&self) -> Result<Vec<usize>, Cyclic> {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let count = self.ends.len();
        let mut states = vec![NEW; count];
        let mut order = Vec::with_capacity(count);
        // The path from a start, each with how many of its requirements were looked at.
        let mut path: Vec<(usize, usize)> = Vec::new();
        for start in 0..count {
            if states[start] == NEW {
                states[start] = OPEN;
                path.push((start, 0));
            }
            while let Some((node, looked)) = path.last_mut() {
                let Some(&next) = self.requires(*node).get(*looked) else {
                    states[*node] = DONE;
                    order.push(*node);
                    path.pop();
                    continue;
                };
                *looked += 1;
                match states[next] {
                    NEW => {
                        states[next] = OPEN;
                        path.push((next, 0));
                    }
                    OPEN => return Err(Cyclic),
                    _ => {}
                }
            }
        }
        Ok(order)
    }

    /// The first cycle that a search in depth meets. Rez begins its search anywhere; this one as answers are ordered.
    pub(crate) fn cycle(&self) -> Vec<usize> {
        let count = self.ends.len();
        let mut is_seen = vec![false; count];
        for start in 0..count {
            if is_seen[start] {
                continue;
            }
            is_seen[start] = true;
            // The path from the start, each with how many of its requirements were looked at.
            let mut path = vec![(start, 0)];
            while let Some((node, looked)) = path.last_mut() {
                let Some(&next) = self.requires(*node).get(*looked) else {
                    path.pop();
                    continue;
                };
                *looked += 1;
                if let Some(at) = path.iter().position(|(node, _)| *node == next) {
                    return path[at..].iter().map(|(node, _)| *node).collect();
                }
                if !is_seen[next] {
                    is_seen[next] = true;
                    path.push((next, 0));
                }
            }
        }
        Vec::new()
    }
}
