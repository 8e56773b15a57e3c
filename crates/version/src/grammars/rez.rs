//! Rez's version ranges: `1.2+<2|3`, `1..2`, `==1`, `>=2,<3`, and `3` for all that begins with 3.

use std::ops::Bound;

use winnow::{Parser, combinator::alt, error::EmptyError};

use super::cursor::Cursor;
use crate::{ParseError, Point, VersionSet, grammar::Range, schemes::rez::key_of_text};

const WHAT: &str = "rez version range";

/// Reads a range.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let set = set(text)?;
    let canonical = canonical(&set);
    Ok(Range { set, prereleases: VersionSet::full(), spellings: Vec::new(), canonical })
}

/// The versions that a range means.
pub(crate) fn set(text: &str) -> Result<VersionSet, ParseError> {
    let mut cursor = Cursor::new(text, WHAT);
    let first = next_set(&mut cursor)?;
    if cursor.is_at_end() {
        return Ok(first);
    }
    let mut sets = vec![first];
    while !cursor.is_at_end() {
        if !cursor.eat("|") {
            return Err(cursor.error("`|` or the end"));
        }
        sets.push(next_set(&mut cursor)?);
    }
    Ok(VersionSet::union_of(sets))
}

/// One alternative, which must hold something.
fn next_set(cursor: &mut Cursor<'_>) -> Result<VersionSet, ParseError> {
    let start = cursor.position();
    let set = alternative(cursor)?;
    if set.is_empty() {
        return Err(cursor.error_at(start, "bounds with a version between them"));
    }
    Ok(set)
}

/// One alternative, up to `|` or the end. Nothing at all is everything.
fn alternative(cursor: &mut Cursor<'_>) -> Result<VersionSet, ParseError> {
    if at_alternative_end(cursor) {
        return Ok(VersionSet::full());
    }
    if cursor.eat("==") {
        return Ok(exactly(version(cursor)));
    }
    match cursor.take(comparison) {
        Some(Comparison { is_upper: true, is_inclusive }) => upper_first(cursor, is_inclusive),
        Some(Comparison { is_upper: false, is_inclusive }) => {
            let low = version(cursor);
            upper_after(cursor, at_least(low, is_inclusive), !low.text.is_empty())
        }
        None => version_first(cursor),
    }
}

/// After `<` or `<=`: the upper bound, and perhaps a lower one after a comma.
fn upper_first(cursor: &mut Cursor<'_>, is_inclusive: bool) -> Result<VersionSet, ParseError> {
    let high = upper_version(cursor, is_inclusive)?;
    let below = at_most(high, is_inclusive);
    if at_alternative_end(cursor) {
        return Ok(below);
    }
    // Without the comma, `<4>3` would read like a range from 4 to 3.
    if !high.text.is_empty() && !cursor.eat(",") {
        return Err(cursor.error("`,`, `|` or the end"));
    }
    let low = cursor.take(comparison).filter(|comparison| !comparison.is_upper);
    let Some(Comparison { is_inclusive, .. }) = low else {
        return Err(cursor.error("a lower bound such as `>=1.2`"));
    };
    let low = version(cursor);
    Ok(below.intersection(&at_least(low, is_inclusive)))
}

/// A version without an operator before it: alone, with `+`, with `..`, or with an upper bound.
fn version_first(cursor: &mut Cursor<'_>) -> Result<VersionSet, ParseError> {
    let low = version(cursor);
    let is_named = !low.text.is_empty();
    if cursor.eat("..") {
        let high = version(cursor);
        return Ok(at_least(low, true).intersection(&at_most(high, true)));
    }
    if cursor.eat("+") {
        return upper_after(cursor, at_least(low, true), is_named);
    }
    if !is_named {
        return Err(cursor.error("a version, `==`, `<`, `<=`, `>`, `>=`, `+` or `..`"));
    }
    if at_alternative_end(cursor) {
        return Ok(VersionSet::between(low.point(), after(low.text)));
    }
    upper_after(cursor, at_least(low, true), is_named)
}

/// What may follow a lower bound: nothing, or an upper bound, after a comma or not.
fn upper_after(
    cursor: &mut Cursor<'_>,
    above: VersionSet,
    allows_comma: bool,
) -> Result<VersionSet, ParseError> {
    if at_alternative_end(cursor) {
        return Ok(above);
    }
    if allows_comma {
        cursor.eat(",");
    }
    let high = cursor.take(comparison).filter(|comparison| comparison.is_upper);
    let Some(Comparison { is_inclusive, .. }) = high else {
        return Err(cursor.error("an upper bound such as `<2`, `|` or the end"));
    };
    let high = upper_version(cursor, is_inclusive)?;
    Ok(above.intersection(&at_most(high, is_inclusive)))
}

/// Nothing is below the empty version, so `<` needs one that is not empty.
fn upper_version<'text>(
    cursor: &mut Cursor<'text>,
    is_inclusive: bool,
) -> Result<Named<'text>, ParseError> {
    let position = cursor.position();
    let high = version(cursor);
    if high.text.is_empty() && !is_inclusive {
        return Err(cursor.error_at(position, "a version"));
    }
    Ok(high)
}

/// The version that comes next, which may be the empty one.
fn version<'text>(cursor: &mut Cursor<'text>) -> Named<'text> {
    let rest = cursor.rest();
    let is_token = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut end = 0;
    loop {
        let token = rest[end..].find(|character| !is_token(character)).unwrap_or(rest.len() - end);
        end += token;
        let mut ahead = rest[end..].chars();
        let has_more =
            matches!(ahead.next(), Some('.' | '-')) && ahead.next().is_some_and(is_token);
        if token == 0 || !has_more {
            break;
        }
        end += 1;
    }
    cursor.eat(&rest[..end]);
    Named { text: &rest[..end] }
}

/// A version as a range names it.
#[derive(Clone, Copy)]
struct Named<'text> {
    text: &'text str,
}

impl Named<'_> {
    /// Rez shows the separators of a range as they were written.
    fn point(self) -> Point {
        Point::new(key_of_text(self.text), self.text)
    }
}

/// The least version above all that begins with this one.
fn after(version: &str) -> Point {
    let text = format!("{version}_");
    Point::new(key_of_text(&text), text)
}

fn exactly(version: Named<'_>) -> VersionSet {
    // Nothing lies below the empty version, so sets that end with it have no lower bound.
    if version.text.is_empty() {
        at_most(version, true)
    } else {
        VersionSet::exactly(version.point())
    }
}

/// Everything above; the empty version is the least, so from it on is no bound at all.
fn at_least(version: Named<'_>, is_inclusive: bool) -> VersionSet {
    match is_inclusive {
        true if version.text.is_empty() => VersionSet::full(),
        true => VersionSet::at_least(version.point()),
        false => VersionSet::above(version.point()),
    }
}

fn at_most(version: Named<'_>, is_inclusive: bool) -> VersionSet {
    if is_inclusive {
        VersionSet::at_most(version.point())
    } else {
        VersionSet::below(version.point())
    }
}

#[derive(Clone, Copy)]
struct Comparison {
    is_upper: bool,
    is_inclusive: bool,
}

fn comparison(input: &mut &str) -> Result<Comparison, EmptyError> {
    alt((
        ">=".value(Comparison { is_upper: false, is_inclusive: true }),
        ">".value(Comparison { is_upper: false, is_inclusive: false }),
        "<=".value(Comparison { is_upper: true, is_inclusive: true }),
        "<".value(Comparison { is_upper: true, is_inclusive: false }),
    ))
    .parse_next(input)
}

fn at_alternative_end(cursor: &Cursor<'_>) -> bool {
    cursor.is_at_end() || cursor.rest().starts_with('|')
}

/// The set in Rez's own notation.
fn canonical(set: &VersionSet) -> String {
    let alternatives: Vec<_> =
        set.intervals().map(|(low, high)| canonical_interval(low, high)).collect();
    alternatives.join("|")
}

fn canonical_interval(low: &Bound<Point>, high: &Bound<Point>) -> String {
    match (low, high) {
        (Bound::Unbounded, Bound::Unbounded) => String::new(),
        (Bound::Included(low), Bound::Included(high)) if low == high => format!("=={low}"),
        (Bound::Included(low), Bound::Included(high)) => format!("{low}..{high}"),
        (Bound::Included(low), Bound::Excluded(high)) if after(&low.to_string()) == *high => {
            low.to_string()
        }
        (low, high) => format!("{}{}", canonical_low(low), canonical_high(high)),
    }
}

fn canonical_low(low: &Bound<Point>) -> String {
    match low {
        Bound::Included(point) => format!("{point}+"),
        Bound::Excluded(point) => format!(">{point}"),
        Bound::Unbounded => String::new(),
    }
}

fn canonical_high(high: &Bound<Point>) -> String {
    match high {
        Bound::Included(point) => format!("<={point}"),
        Bound::Excluded(point) => format!("<{point}"),
        Bound::Unbounded => String::new(),
    }
}
