//! Which lines of one text are lines of another.

use std::collections::HashMap;

/// How many lines the two texts may differ in before the search becomes coarse: it costs the square of this in memory.
const MOST_EDITS: usize = 1000;

/// For each line of `old`, the line of `new` that it became, in ascending order; none where it is gone.
///
/// As few lines as can be are left out, up to a thousand edits; beyond that, lines between those that are unique in both
/// texts count as changed.
///
/// *Cost*: the lines times the edits, at most a thousand.
pub(super) fn matches(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new);
    let tail = tail.count();
    let old_middle = &old_rest[..old_rest.len() - tail];
    let new_middle = &new_rest[..new_rest.len() - tail];
    let middle = shortest(old_middle, new_middle).unwrap_or_else(|| unique(old_middle, new_middle));
    let mut matches: Vec<_> = (0..head).map(Some).collect();
    matches.extend(middle.into_iter().map(|found| found.map(|index| index + head)));
    let new_tail = new.len() - tail;
    matches.extend((new_tail..new.len()).map(Some));
    matches
}

/// The greedy search of Myers (1986): for each number of edits, how far each diagonal gets.
fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Option<usize>>> {
    let mut trace: Vec<Vec<usize>> = Vec::new();
    let most = MOST_EDITS.min(old.len() + new.len());
    // `reach[k + edits]` is the furthest line of `old` on the diagonal k = old - new.
    let mut reach: Vec<usize> = vec![0];
    for edits in 0..=most {
        let mut next = vec![0; 2 * edits + 1];
        for step in 0..=edits {
            let index = 2 * step;
            // Diagonals of the round before have indices lower by one.
            let from_left = index.checked_sub(2).and_then(|left| reach.get(left)).map(|at| at + 1);
            let from_above = reach.get(index).copied();
            let mut at = if edits == 0 { 0 } else { from_left.max(from_above).unwrap_or(0) };
            let Some(mut other) = (at + edits).checked_sub(index) else { continue };
            while at < old.len() && other < new.len() && old[at] == new[other] {
                at += 1;
                other += 1;
            }
            next[index] = at;
            if at >= old.len() && other >= new.len() {
                trace.push(next);
                return Some(walked_back(&trace, old.len(), new.len()));
            }
        }
        // Only every second diagonal is reached in a round; keep them at their places.
        trace.push(next.clone());
        reach = next;
    }
    None
}

/// The matches on the path that a search took.
fn walked_back(trace: &[Vec<usize>], old_length: usize, new_length: usize) -> Vec<Option<usize>> {
    let mut matches = vec![None; old_length];
    let (mut at, mut other) = (old_length, new_length);
    for (edits, _) in trace.iter().enumerate().rev() {
        let index = at + edits - other;
        let before = edits.checked_sub(1).and_then(|before| trace.get(before));
        let (start, is_removal) = match before {
            None => (0, false),
            Some(before) => {
                let from_left =
                    index.checked_sub(2).and_then(|left| before.get(left)).map(|at| at + 1);
                let from_above = before.get(index).copied();
                (from_left.max(from_above).unwrap_or(0), from_left >= from_above)
            }
        };
        while at > start && other > 0 {
            at -= 1;
            other -= 1;
            matches[at] = Some(other);
        }
        if edits > 0 {
            if is_removal {
                at = at.saturating_sub(1);
            } else {
                other = other.saturating_sub(1);
            }
        }
    }
    matches
}

/// Lines that are there once in both texts, as many as stand in the same order.
fn unique(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let mut places: HashMap<&str, (usize, usize, usize)> = HashMap::new();
    for line in old {
        places.entry(line).or_default().0 += 1;
    }
    for (index, line) in new.iter().enumerate() {
        let place = places.entry(line).or_default();
        place.1 += 1;
        place.2 = index;
    }
    let pairs = old.iter().enumerate().filter_map(|(index, line)| match places.get(line) {
        Some((1, 1, other)) => Some((index, *other)),
        _ => None,
    });
    let mut matches = vec![None; old.len()];
    for (index, other) in ascending(&pairs.collect::<Vec<_>>()) {
        matches[index] = Some(other);
    }
    matches
}

/// The longest part of pairs, in order of their first, whose second ascend as well.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best chain of each length, and what comes before each pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (_, other)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *other);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        ends.truncate(ends.len().max(length));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut chain = Vec::new();
    let mut next = ends.last().copied();
    while let Some(index) = next {
        chain.push(pairs[index]);
        next = before[index];
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests;
