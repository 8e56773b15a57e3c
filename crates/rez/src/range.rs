//! Rez's version ranges, on the sets of `trainyard-version`.

use std::{cmp::Ordering, ops::Bound, sync::LazyLock};

use trainyard_version::{
    Grammar, OrderKey, ParseError, Point, Scheme, SchemeError, Version, VersionSet,
};

static GRAMMAR: LazyLock<Result<Grammar, String>> = LazyLock::new(|| "rez".parse());
static SCHEME: LazyLock<Result<Scheme, SchemeError>> = LazyLock::new(|| "rez".parse());

/// Reads a range; the empty text is everything.
pub(crate) fn parse(text: &str) -> Result<VersionSet, ParseError> {
    if text.is_empty() {
        return Ok(VersionSet::full());
    }
    match &*GRAMMAR {
        Ok(grammar) => grammar.set(text),
        Err(_) => Ok(VersionSet::empty()),
    }
}

/// Reads the version of a package, where Rez takes any single character between two tokens.
pub(crate) fn parse_version(text: &str) -> Result<Version, ParseError> {
    let is_token = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let plain: String =
        text.chars().map(|character| if is_token(character) { character } else { '.' }).collect();
    match &*SCHEME {
        Ok(scheme) => scheme.parse(&plain),
        Err(_) => Scheme::semver().parse(&plain),
    }
}

/// The place of a package's version, shown as it was written.
pub(crate) fn point(key: &OrderKey, text: &str) -> Point {
    Point::new(key.clone(), text)
}

/// The set, unless nothing is in it: Rez has no empty range.
pub(crate) fn not_empty(set: VersionSet) -> Option<VersionSet> {
    (!set.is_empty()).then_some(set)
}

/// What is in the first and not in the second.
pub(crate) fn without(set: &VersionSet, other: &VersionSet) -> VersionSet {
    set.intersection(&other.complement())
}

/// Exactly these versions.
pub(crate) fn of_versions(points: impl IntoIterator<Item = Point>) -> VersionSet {
    VersionSet::union_of(points.into_iter().map(|point| {
        // Nothing lies below the empty version, so sets that end with it have no lower bound.
        if point.key().as_bytes().is_empty() {
            VersionSet::at_most(point)
        } else {
            VersionSet::exactly(point)
        }
    }))
}

/// The set in Rez's notation, such as `1.2+<2|==3`; empty for everything.
pub(crate) fn text(set: &VersionSet) -> String {
    let intervals: Vec<_> = set.intervals().map(|(low, high)| interval(low, high)).collect();
    intervals.join("|")
}

fn interval(low: &Bound<Point>, high: &Bound<Point>) -> String {
    match (low, high) {
        (Bound::Unbounded, Bound::Unbounded) => String::new(),
        (Bound::Unbounded, Bound::Included(high)) if high.to_string().is_empty() => "==".to_owned(),
        (Bound::Included(low), Bound::Included(high)) if low == high => format!("=={low}"),
        (Bound::Included(low), Bound::Included(high)) => format!("{low}..{high}"),
        (Bound::Included(low), Bound::Excluded(high)) if is_next(low, high) => low.to_string(),
        (low, high) => {
            let low = match low {
                Bound::Included(point) => format!("{point}+"),
                Bound::Excluded(point) => format!(">{point}"),
                Bound::Unbounded => String::new(),
            };
            match high {
                Bound::Included(point) => format!("{low}<={point}"),
                Bound::Excluded(point) => format!("{low}<{point}"),
                Bound::Unbounded => low,
            }
        }
    }
}

/// Whether `high` ends what begins with `low`, as `3_` does for `3`.
fn is_next(low: &Point, high: &Point) -> bool {
    parse_version(&format!("{low}_")).is_ok_and(|next| next.key() == high.key())
}

/// How Rez orders ranges: by their intervals, by lower end, then by upper end.
pub(crate) fn compare(one: &VersionSet, other: &VersionSet) -> Ordering {
    let ends = |(low, high): (&Bound<Point>, &Bound<Point>)| (low_end(low), high_end(high));
    one.intervals().map(ends).cmp(other.intervals().map(ends))
}

/// The least version is the empty one, whose key is empty; a bound that takes its version in begins below others.
pub(crate) fn low_end(low: &Bound<Point>) -> (Vec<u8>, i8) {
    match low {
        Bound::Unbounded => (Vec::new(), -2),
        Bound::Included(point) => (point.key().as_bytes().to_vec(), -2),
        Bound::Excluded(point) => (point.key().as_bytes().to_vec(), -1),
    }
}

/// No upper end sorts above every version.
pub(crate) fn high_end(high: &Bound<Point>) -> (bool, Vec<u8>, i8) {
    match high {
        Bound::Unbounded => (true, Vec::new(), 2),
        Bound::Included(point) => (false, point.key().as_bytes().to_vec(), 2),
        Bound::Excluded(point) => (false, point.key().as_bytes().to_vec(), 1),
    }
}
