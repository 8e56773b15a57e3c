//! Which releases an upgrade goes through: line by line (policy row B22), on the safest way there is.

use crate::migrations::Verdict;

/// What speaks against going from one release to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Whether somebody declared a risk of it.
    pub is_risky: bool,
    /// How it ends by the migration tools alone.
    pub verdict: Verdict,
}

impl From<Verdict> for Hazard {
    fn from(verdict: Verdict) -> Self {
        Self { is_risky: false, verdict }
    }
}

/// From one release to another, by their places in the list that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// How it ends by the migration tools alone.
    pub risk: Verdict,
}

/// Chooses one release of each line between start and target; `None` where nothing that is allowed leads there.
///
/// `lines` are the lines after the start's, up to and with the target's, each with its releases, the oldest first; of the
/// last line only the target. The newest release of each line is taken where all legs are safe; otherwise the releases
/// with the fewest declared risks, then with the fewest unsafe legs, then with the fewest that somebody should look at,
/// then the newest ones. `hazard` says `None` of what nobody may take.
///
/// *Cost*: `hazard` is asked once for each pair of releases of neighbouring lines at most, and once more for the newest.
pub fn route(
    start: usize,
    lines: &[Vec<usize>],
    mut hazard: impl FnMut(usize, usize) -> Option<Hazard>,
) -> Option<Vec<Leg>> {
    let mut from = start;
    let mut newest = Vec::new();
    let mut is_clear = true;
    for line in lines {
        let Some(&to) = line.last() else { continue };
        is_clear = hazard(from, to) == Some(Verdict::Safe.into());
        if !is_clear {
            break;
        }
        newest.push(Leg { from, to, risk: Verdict::Safe });
        from = to;
    }
    if is_clear { Some(newest) } else { safest(start, lines, hazard) }
}

/// What speaks against the legs so far: risky ones, unsafe ones, ones to look at, and how far from the newest releases
/// they are.
type Cost = (usize, usize, usize, usize);

fn safest(
    start: usize,
    lines: &[Vec<usize>],
    mut hazard: impl FnMut(usize, usize) -> Option<Hazard>,
) -> Option<Vec<Leg>> {
    let mut layer: Vec<(usize, Cost, Vec<Leg>)> = vec![(start, (0, 0, 0, 0), Vec::new())];
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let mut next = Vec::with_capacity(line.len());
        for (age, &to) in line.iter().rev().enumerate() {
            let reached =
                layer.iter().filter_map(|(from, (risks, unsafe_legs, looks, ages), legs)| {
                    let Hazard { is_risky, verdict: risk } = hazard(*from, to)?;
                    let cost = (
                        risks + usize::from(is_risky),
                        unsafe_legs + usize::from(risk == Verdict::NotSafe),
                        looks + usize::from(risk == Verdict::LookFirst),
                        ages + age,
                    );
                    Some((cost, legs, Leg { from: *from, to, risk }))
                });
            let best = reached.min_by_key(|(cost, ..)| *cost);
            next.extend(best.map(|(cost, legs, leg)| {
                (to, cost, legs.iter().copied().chain([leg]).collect::<Vec<_>>())
            }));
        }
        layer = next;
    }
    layer.into_iter().min_by_key(|(_, cost, _)| *cost).map(|(_, _, legs)| legs)
}

#[cfg(test)]
mod tests {
    use super::{Hazard, Verdict, route};

    fn stops(lines: &[Vec<usize>], risk: impl Fn(usize, usize) -> Verdict) -> Vec<usize> {
        let legs = route(0, lines, |from, to| Some(risk(from, to).into())).unwrap();
        legs.into_iter().map(|leg| leg.to).collect()
    }

    #[test]
    fn declared_risks_weigh_more_than_what_steps_can_mend() {
        let lines = [vec![1, 2, 3], vec![6]];
        let hazard = |from, to| match (from, to) {
            (0, 3) => None,
            (0, 2) => Some(Hazard { is_risky: true, verdict: Verdict::Safe }),
            (0, 1) => Some(Verdict::NotSafe.into()),
            _ => Some(Verdict::Safe.into()),
        };
        let legs = route(0, &lines, hazard).unwrap();
        assert_eq!(legs.iter().map(|leg| leg.to).collect::<Vec<_>>(), [1, 6]);
        let barred = |_, to| (to != 6).then(|| Verdict::Safe.into());
        assert_eq!(route(0, &lines, barred), None);
    }

    #[test]
    fn the_newest_of_each_line_where_that_is_safe() {
        let lines = [vec![1, 2, 3], vec![4, 5], vec![6]];
        assert_eq!(stops(&lines, |_, _| Verdict::Safe), [3, 5, 6]);
    }

    #[test]
    fn an_older_patch_where_the_newest_is_a_dead_end() {
        let lines = [vec![1, 2, 3], vec![6]];
        let ahead = |from, to| if (from, to) == (3, 6) { Verdict::NotSafe } else { Verdict::Safe };
        assert_eq!(stops(&lines, ahead), [2, 6]);
        // Nothing helps: the newest all the same.
        assert_eq!(stops(&lines, |_, _| Verdict::NotSafe), [3, 6]);
    }

    #[test]
    fn empty_lines_are_passed_over() {
        assert_eq!(stops(&[vec![], vec![2]], |_, _| Verdict::Safe), [2]);
        assert_eq!(stops(&[], |_, _| Verdict::Safe), [0; 0]);
    }
}
