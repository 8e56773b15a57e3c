//! Releases that require each other in a circle.

use trainyard_report::{Code, Finding};

use super::seats::{Seats, at};
use crate::Kind;

pub(super) fn check(seats: &Seats<'_>, findings: &mut Vec<Finding>) {
    let needed: Vec<Vec<usize>> = seats
        .all
        .iter()
        .map(|seat| {
            let needs = seat.release.map(|release| &*release.needs).unwrap_or_default();
            let hard = needs.iter().filter(|need| need.kind == Kind::Hard);
            hard.filter_map(|need| seats.index_of(need.target)).collect()
        })
        .collect();
    for circle in circles(&needed) {
        let mut members: Vec<_> = circle.iter().filter_map(|index| seats.all.get(*index)).collect();
        // The same circle is told alike whatever the order of pins.
        let first = members.iter().enumerate().min_by_key(|(_, seat)| &seat.pin.name);
        let first = first.map_or(0, |(index, _)| index);
        members.rotate_left(first);
        let names: Vec<_> = members.iter().map(|seat| seat.pin.name.as_str()).collect();
        let Some((first, seat)) = names.first().zip(members.first()) else { continue };
        let message = format!("they require each other: {} -> {first}", names.join(" -> "));
        let finding = Finding::new(Code::REQUIREMENT_CYCLE, names.join(", "), message)
            .suggest("let one of them do without the other, or make it soft");
        findings.push(at(finding, seat.location()));
    }
}

/// One circle of each knot, starting at its lowest index.
///
/// *Cost*: linear. No recursion: chains may be as long as a bundle.
fn circles(needed: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let in_circles = knotted(needed);
    let mut circles = Vec::new();
    let mut seen = vec![false; needed.len()];
    for start in 0..needed.len() {
        let is_open = |index: usize, seen: &[bool]| {
            in_circles.get(index) == Some(&true) && seen.get(index) == Some(&false)
        };
        if !is_open(start, &seen) {
            continue;
        }
        // Everything that is left leads on to something that is left, so a walk must come back to itself.
        let (mut walk, mut at) = (Vec::new(), start);
        while is_open(at, &seen) {
            if let Some(mark) = seen.get_mut(at) {
                *mark = true;
            }
            walk.push(at);
            let next = needed
                .get(at)
                .into_iter()
                .flatten()
                .find(|next| in_circles.get(**next) == Some(&true));
            at = next.copied().unwrap_or(start);
        }
        if let Some(begin) = walk.iter().position(|index| *index == at) {
            let mut circle = walk.split_off(begin);
            let lowest =
                circle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |it| it.0);
            circle.rotate_left(lowest);
            circles.push(circle);
        }
    }
    circles
}

/// Which nodes are left when those that nothing needs, or that need nothing, are taken off again and again.
fn knotted(needed: &[Vec<usize>]) -> Vec<bool> {
    let mut needing = vec![Vec::new(); needed.len()];
    for (index, targets) in needed.iter().enumerate() {
        for target in targets {
            if let Some(list) = needing.get_mut(*target) {
                list.push(index);
            }
        }
    }
    let mut left = vec![true; needed.len()];
    peel(needed, &needing, &mut left);
    peel(&needing, needed, &mut left);
    left
}

/// Takes off the nodes from which no arrow leads on, again and again.
fn peel(arrows: &[Vec<usize>], back: &[Vec<usize>], left: &mut [bool]) {
    let is_left = |index: usize, left: &[bool]| left.get(index) == Some(&true);
    let mut counts: Vec<usize> = arrows
        .iter()
        .map(|targets| targets.iter().filter(|target| is_left(**target, left)).count())
        .collect();
    let mut bare: Vec<usize> = (0..arrows.len())
        .filter(|index| is_left(*index, left) && counts.get(*index) == Some(&0))
        .collect();
    while let Some(index) = bare.pop() {
        if let Some(mark) = left.get_mut(index) {
            *mark = false;
        }
        for source in back.get(index).into_iter().flatten() {
            let Some(count) = counts.get_mut(*source) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 && is_left(*source, left) {
                bare.push(*source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn circles_are_found_once_and_chains_are_none() {
        assert_eq!(circles(&[vec![1], vec![2], vec![]]), [[0; 0]; 0]);
        assert_eq!(circles(&[vec![1], vec![0], vec![0]]), [vec![0, 1]]);
        assert_eq!(circles(&[vec![0]]), [vec![0]]);
        assert_eq!(
            circles(&[vec![1], vec![2], vec![0], vec![4], vec![3]]),
            [vec![0, 1, 2], vec![3, 4]]
        );
    }

    #[test]
    fn long_chains_and_long_circles_need_no_stack() {
        let length = 100_000;
        let mut chain: Vec<Vec<usize>> = (0..length).map(|index| vec![index + 1]).collect();
        chain[length - 1] = Vec::new();
        assert!(circles(&chain).is_empty());
        chain[length - 1] = vec![0];
        assert_eq!(circles(&chain).first().map(Vec::len), Some(length));
    }
}
