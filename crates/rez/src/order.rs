//! Packages after those that they require.

use crate::bits;

/// Who requires whom among chosen packages, which come in the order in which they are preferred.
#[derive(Debug)]
pub(crate) struct Graph {
    /// For each package, those that it requires.
    pub(crate) requires: Vec<Vec<usize>>,
}

/// There is no order, because some require each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cyclic;

impl Graph {
    /// All packages, each after those that it requires, otherwise in the order of preference.
    ///
    /// *Errors*: where there is a cycle.
    pub(crate) fn order(&self) -> Result<Vec<usize>, Cyclic> {
        let reached = self.reached()?;
        let count = self.requires.len();
        let mut waiting = vec![0; bits::words_for(count)];
        bits::set_range(&mut waiting, 0, count);
        let mut order = Vec::with_capacity(count);
        let mut open = Vec::new();
        while let Some(next) = open.last().copied().or_else(|| bits::first(&waiting)) {
            if open.is_empty() {
                bits::clear(&mut waiting, next);
                open.push(next);
            }
            let mut before = reached[next].clone();
            bits::keep(&mut before, &waiting);
            if let Some(first) = bits::first(&before) {
                bits::clear(&mut waiting, first);
                open.push(first);
            } else {
                order.push(next);
                open.pop();
            }
        }
        Ok(order)
    }

    /// For each package, all that it requires, directly or not.
    fn reached(&self) -> Result<Vec<Vec<u64>>, Cyclic> {
        let count = self.requires.len();
        let mut users = vec![Vec::new(); count];
        let mut open: Vec<usize> = Vec::with_capacity(count);
        for (node, requires) in self.requires.iter().enumerate() {
            open.push(requires.len());
            for &required in requires {
                users[required].push(node);
            }
        }
        let mut reached = vec![vec![0; bits::words_for(count)]; count];
        let mut ready: Vec<_> = (0..count).filter(|&node| open[node] == 0).collect();
        let mut done = 0;
        while let Some(node) = ready.pop() {
            done += 1;
            let mut own = std::mem::take(&mut reached[node]);
            for &required in &self.requires[node] {
                bits::set(&mut own, required);
                own.iter_mut().zip(&reached[required]).for_each(|(own, more)| *own |= more);
            }
            reached[node] = own;
            for &user in &users[node] {
                open[user] -= 1;
                if open[user] == 0 {
                    ready.push(user);
                }
            }
        }
        if done == count { Ok(reached) } else { Err(Cyclic) }
    }

    /// The first cycle that a search in depth meets. Rez begins its search anywhere; this one as answers are ordered.
    pub(crate) fn cycle(&self) -> Vec<usize> {
        let count = self.requires.len();
        let mut is_seen = vec![false; count];
        for start in 0..count {
            if is_seen[start] {
                continue;
            }
            is_seen[start] = true;
            // The path from the start, each with how many of its requirements were looked at.
            let mut path = vec![(start, 0)];
            while let Some((node, looked)) = path.last_mut() {
                let Some(&next) = self.requires[*node].get(*looked) else {
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
