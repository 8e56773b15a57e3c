//! Sets of versions, however their range was written.

use std::{cmp::Ordering, fmt, hash, ops::Bound, sync::Arc};

use version_ranges::Ranges;

use crate::{OrderKey, Version};

/// A place in a scheme's order: a version, or a bound that no version stands on (all of `1.2` and its parts).
#[derive(Clone)]
pub struct Point {
    key: OrderKey,
    label: Arc<str>,
    just_above: bool,
}

impl Point {
    /// A bound at `key` that is shown as `label`.
    pub fn new(key: OrderKey, label: impl Into<Arc<str>>) -> Self {
        Self { key, label: label.into(), just_above: false }
    }

    /// A bound at `key` that stands directly above all that `label` names, such as above every local version of
    /// `1.0`; sets show it as `<=1.0` or `>1.0`.
    pub fn just_above(key: OrderKey, label: impl Into<Arc<str>>) -> Self {
        Self { key, label: label.into(), just_above: true }
    }

    /// Its place in the order.
    pub fn key(&self) -> &OrderKey {
        &self.key
    }
}

impl From<&Version> for Point {
    fn from(version: &Version) -> Self {
        Self::new(version.key().clone(), version.canonical())
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Point {}

impl PartialOrd for Point {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Point {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl hash::Hash for Point {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.label)
    }
}

/// A set of versions of one scheme, closed under union, intersection and complement.
///
/// *Cost*: operations are linear in the number of intervals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSet(Ranges<Point>);

impl VersionSet {
    /// No version.
    pub fn empty() -> Self {
        Self(Ranges::empty())
    }

    /// Every version.
    pub fn full() -> Self {
        Self(Ranges::full())
    }

    /// One precedence.
    pub fn exactly(point: impl Into<Point>) -> Self {
        Self(Ranges::singleton(point.into()))
    }

    /// `point` and everything above.
    pub fn at_least(point: impl Into<Point>) -> Self {
        Self(Ranges::higher_than(point.into()))
    }

    /// Everything above `point`.
    pub fn above(point: impl Into<Point>) -> Self {
        Self(Ranges::strictly_higher_than(point.into()))
    }

    /// `point` and everything below.
    pub fn at_most(point: impl Into<Point>) -> Self {
        Self(Ranges::lower_than(point.into()))
    }

    /// Everything below `point`.
    pub fn below(point: impl Into<Point>) -> Self {
        Self(Ranges::strictly_lower_than(point.into()))
    }

    /// `low` and above, up to but without `high`.
    pub fn between(low: impl Into<Point>, high: impl Into<Point>) -> Self {
        Self(Ranges::between(low.into(), high.into()))
    }

    /// What is in any of the sets.
    ///
    /// *Cost*: n log n in the number of their intervals.
    pub fn union_of(sets: impl IntoIterator<Item = Self>) -> Self {
        fold_pairwise(sets, Self::union).unwrap_or_else(Self::empty)
    }

    /// What is in all of the sets; everything, where there are none.
    ///
    /// *Cost*: n log n in the number of their intervals.
    pub fn intersection_of(sets: impl IntoIterator<Item = Self>) -> Self {
        fold_pairwise(sets, Self::intersection).unwrap_or_else(Self::full)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// What is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.complement())
    }

    /// Whether the version's precedence is in the set.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.contains(&Point::from(version))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything is in it.
    pub fn is_full(&self) -> bool {
        self.intervals().any(|interval| matches!(interval, (Bound::Unbounded, Bound::Unbounded)))
    }

    /// Whether something lies below all of it; the empty set is bounded.
    pub fn is_bounded_below(&self) -> bool {
        self.intervals().next().is_none_or(|(low, _)| *low != Bound::Unbounded)
    }

    /// Whether something lies above all of it; the empty set is bounded.
    pub fn is_bounded_above(&self) -> bool {
        self.0.bounding_range().is_none_or(|(_, high)| high != Bound::Unbounded)
    }

    /// Its intervals in ascending order, with gaps between them.
    pub fn intervals(&self) -> impl Iterator<Item = (&Bound<Point>, &Bound<Point>)> {
        self.0.iter()
    }

    /// Whether all of it is in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.subset_of(&other.0)
    }

    /// Whether the two share nothing.
    pub fn is_disjoint_from(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }

    /// The set in the vocabulary of the solver's crates.
    pub fn as_ranges(&self) -> &Ranges<Point> {
        &self.0
    }
}

/// Combines sets in a balanced tree, so that no set is copied more than a logarithmic number of times.
fn fold_pairwise(
    sets: impl IntoIterator<Item = VersionSet>,
    combine: impl Fn(&VersionSet, &VersionSet) -> VersionSet,
) -> Option<VersionSet> {
    let mut sets: Vec<_> = sets.into_iter().collect();
    while sets.len() > 1 {
        let mut rest = sets.into_iter();
        let mut combined = Vec::with_capacity(rest.len().div_ceil(2));
        while let Some(first) = rest.next() {
            combined.push(match rest.next() {
                Some(second) => combine(&first, &second),
                None => first,
            });
        }
        sets = combined;
    }
    sets.pop()
}

/// Shows `*`, `(none)`, or the intervals as in `>=1.2.0, <2.0.0 || 3.1.0`.
impl fmt::Display for VersionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("(none)");
        }
        for (index, (low, high)) in self.intervals().enumerate() {
            if index > 0 {
                formatter.write_str(" || ")?;
            }
            write_interval(formatter, low, high)?;
        }
        Ok(())
    }
}

fn write_interval(
    formatter: &mut fmt::Formatter<'_>,
    low: &Bound<Point>,
    high: &Bound<Point>,
) -> fmt::Result {
    match (low, high) {
        (Bound::Unbounded, Bound::Unbounded) => formatter.write_str("*"),
        (Bound::Included(low), Bound::Included(high)) if low == high => write!(formatter, "{low}"),
        (Bound::Included(low), Bound::Excluded(high))
            if high.just_above && !low.just_above && low.label == high.label =>
        {
            write!(formatter, "{low}")
        }
        (low, Bound::Unbounded) => write_low(formatter, low),
        (Bound::Unbounded, high) => write_high(formatter, high),
        (low, high) => {
            write_low(formatter, low)?;
            formatter.write_str(", ")?;
            write_high(formatter, high)
        }
    }
}

fn write_low(formatter: &mut fmt::Formatter<'_>, low: &Bound<Point>) -> fmt::Result {
    match low {
        Bound::Included(point) if !point.just_above => write!(formatter, ">={point}"),
        Bound::Included(point) | Bound::Excluded(point) => write!(formatter, ">{point}"),
        Bound::Unbounded => Ok(()),
    }
}

fn write_high(formatter: &mut fmt::Formatter<'_>, high: &Bound<Point>) -> fmt::Result {
    match high {
        Bound::Excluded(point) if !point.just_above => write!(formatter, "<{point}"),
        Bound::Included(point) | Bound::Excluded(point) => write!(formatter, "<={point}"),
        Bound::Unbounded => Ok(()),
    }
}
