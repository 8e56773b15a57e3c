//! Which versions of a family are preferred, and how ranges compare by it.
//!
//! Rez sorts by keys that it compares as Python does: keys of two kinds of orders, which cannot be compared, count by
//! their versions. That is no total order, so whoever sorts by it must not rely on one.

use std::{cmp::Ordering, ops::Bound};

use trainyard_version::{OrderKey, Point, VersionSet};

use crate::range::parse_version;

/// How the versions of a family are preferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By version.
    Sorted { is_descending: bool },
    /// As the repository has them.
    AsGiven,
    /// From a version downwards first.
    Split { first: OrderKey },
    /// Those up to a time first. Of later ones the lower first, but from a rank of their numbers on the higher.
    Released { time: i64, rank: usize },
}

/// A version as it is compared; the end of all versions is above each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    is_end: bool,
    key: Vec<u8>,
}

impl Place {
    fn of(key: &OrderKey) -> Self {
        Self { is_end: false, key: key.as_bytes().to_vec() }
    }

    fn of_text(text: &str) -> Self {
        let key = parse_version(text).map(|version| version.key().as_bytes().to_vec());
        Self { is_end: false, key: key.unwrap_or_default() }
    }

    fn end() -> Self {
        Self { is_end: true, key: Vec::new() }
    }
}

/// What a version is sorted by; the greatest comes first.
#[derive(Clone, Debug)]
pub(crate) struct VersionKey {
    kind: Kind,
    version: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Up(Place),
    Down(Place),
    /// Those of the higher number first.
    Tier(u8, Within),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Within {
    Up(Place),
    /// By the front, lower first, then by the rest.
    Down(Place, Option<Place>),
}

impl VersionKey {
    fn new(order: &Order, version: Place, text: &str, first_after: Option<&Place>) -> Self {
        let kind = match order {
            Order::AsGiven => Kind::Same,
            Order::Sorted { is_descending: true } => Kind::Up(version.clone()),
            Order::Sorted { is_descending: false } => Kind::Down(version.clone()),
            Order::Split { first } => {
                let is_first = version <= Place::of(first);
                Kind::Tier(u8::from(is_first), Within::Up(version.clone()))
            }
            Order::Released { .. } if first_after.is_none_or(|first| version < *first) => {
                Kind::Tier(1, Within::Up(version.clone()))
            }
            Order::Released { rank: 0, .. } => Kind::Tier(0, Within::Down(version.clone(), None)),
            Order::Released { .. } if version.is_end => {
                Kind::Tier(0, Within::Down(Place::end(), Some(Place::end())))
            }
            Order::Released { rank, .. } => {
                let (front, rest) = at_token(text, rank - 1);
                Kind::Tier(0, Within::Down(Place::of_text(front), Some(Place::of_text(rest))))
            }
        };
        Self { kind, version }
    }

    /// Compares as Rez does; by version where the keys are of two kinds.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let compared = match (&self.kind, &other.kind) {
            (Kind::Same, Kind::Same) => Some(Ordering::Equal),
            (Kind::Up(one), Kind::Up(other)) => Some(one.cmp(other)),
            (Kind::Down(one), Kind::Down(other)) => Some(other.cmp(one)),
            (Kind::Tier(one, _), Kind::Tier(other, _)) if one != other => Some(one.cmp(other)),
            (Kind::Tier(_, Within::Up(one)), Kind::Tier(_, Within::Up(other))) => {
                Some(one.cmp(other))
            }
            (
                Kind::Tier(_, Within::Down(one, rest)),
                Kind::Tier(_, Within::Down(other, other_rest)),
            ) => Some(other.cmp(one).then_with(|| rest.cmp(other_rest))),
            _ => None,
        };
        compared.unwrap_or_else(|| self.version.cmp(&other.version))
    }
}

/// A version of a family, for what has to look at all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated<'family> {
    pub(crate) key: &'family OrderKey,
    pub(crate) text: &'family str,
    pub(crate) timestamp: u64,
}

/// An order over the versions of one family.
#[derive(Clone, Debug)]
pub(crate) struct FamilyOrder {
    order: Order,
    /// The lowest version that counts as later than the time of the order.
    first_after: Option<Place>,
}

impl FamilyOrder {
    /// `versions` are all of the family, newest first.
    pub(crate) fn new(order: &Order, versions: &[Dated<'_>]) -> Self {
        let first_after = match order {
            Order::Released { time, rank } => first_after(*time, *rank, versions),
            _ => None,
        };
        Self { order: order.clone(), first_after }
    }

    /// Whether versions keep the order in which they are given.
    pub(crate) fn is_as_given(&self) -> bool {
        self.order == Order::AsGiven
    }

    /// What a version is sorted by.
    pub(crate) fn key(&self, version: &OrderKey, text: &str) -> VersionKey {
        VersionKey::new(&self.order, Place::of(version), text, self.first_after.as_ref())
    }

    /// What a range is sorted by: its bounds, one after the other.
    pub(crate) fn range_key(&self, range: &VersionSet) -> RangeKey {
        let end = |place: Place, text: &str, inclusion: i8| {
            (VersionKey::new(&self.order, place, text, self.first_after.as_ref()), inclusion)
        };
        let point = |point: &Point, inclusion: i8| {
            end(Place::of(point.key()), &point.to_string(), inclusion)
        };
        let low = |low: &Bound<Point>| match low {
            Bound::Unbounded => end(Place::of_text(""), "", -2),
            Bound::Included(low) => point(low, -2),
            Bound::Excluded(low) => point(low, -1),
        };
        let high = |high: &Bound<Point>| match high {
            Bound::Unbounded => end(Place::end(), "", 2),
            Bound::Included(high) => point(high, 2),
            Bound::Excluded(high) => point(high, 1),
        };
        RangeKey(range.intervals().flat_map(|bounds| [low(bounds.0), high(bounds.1)]).collect())
    }
}

/// What a range is sorted by.
#[derive(Clone, Debug)]
pub(crate) struct RangeKey(Vec<(VersionKey, i8)>);

impl RangeKey {
    /// Compares as Rez does.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let ends = self.0.iter().zip(&other.0);
        let mut compared =
            ends.map(|(one, other)| one.0.compare(&other.0).then(one.1.cmp(&other.1)));
        let first = compared.find(|compared| compared.is_ne());
        first.unwrap_or_else(|| self.0.len().cmp(&other.0.len()))
    }
}

/// The lowest version that counts as later than a time, by Rez's rules: downwards from the newest as long as versions
/// are later; with a rank, upwards again to the first that differs in front of it.
fn first_after(time: i64, rank: usize, versions: &[Dated<'_>]) -> Option<Place> {
    let is_later = |version: &Dated<'_>| i64::try_from(version.timestamp).is_ok_and(|it| it > time);
    let dated = |version: &&Dated<'_>| version.timestamp != 0;
    let stop = versions.iter().position(|version| dated(&version) && !is_later(version));
    let Some(front_rank) = rank.checked_sub(1) else {
        let later = &versions[..stop.unwrap_or(versions.len())];
        return later.iter().rfind(dated).map(|version| Place::of(version.key));
    };
    let last = stop.unwrap_or(versions.len().checked_sub(1)?);
    let front = |version: &Dated<'_>| Place::of_text(at_token(version.text, front_rank).0);
    let trimmed = front(&versions[last]);
    let above = versions[..last].iter().rev().find(|version| front(version) != trimmed)?;
    Some(Place::of(above.key))
}

/// A version's text up to so many tokens, and after them.
fn at_token(text: &str, tokens: usize) -> (&str, &str) {
    let is_token = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if tokens == 0 {
        return ("", text);
    }
    let separators = text.char_indices().filter(|(_, character)| !is_token(*character));
    match separators.map(|(at, character)| (at, character.len_utf8())).nth(tokens - 1) {
        Some((at, length)) => (&text[..at], &text[at + length..]),
        None => (text, ""),
    }
}
