//! Rez's version ranges: `1.2+<2|3`, `1..2`, `==1`, `>=2,<3`, and `3` for all that begins with 3.

use std::ops::Bound;

use winnow::{Parser, combinator::alt, error::EmptyError};

use super::cursor::Cursor;
use crate::{
    ParseError, Point, Version, VersionScheme, VersionSet, grammar::Range, schemes::rez::Rez,
};

const WHAT: &str = "rez version range";

/// Reads a range.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let mut cursor = Cursor::new(text, WHAT);
    let mut sets = Vec::new();
    loop {
        let start = cursor.position();
        let set = alternative(&mut cursor)?;
        if set.is_empty() {
            return Err(cursor.error_at(start, "bounds with a version between them"));
        }
        sets.push(set);
        if cursor.is_at_end() {
            break;
        }
        if !cursor.eat("|") {
            return Err(cursor.error("`|` or the end"));
        }
    }
    let set = VersionSet::union_of(sets);
    let canonical = canonical(&set)?;
    Ok(Range { set, prereleases: VersionSet::full(), spellings: Vec::new(), canonical })
}

/// One alternative, up to `|` or the end. Nothing at all is everything.
fn alternative(cursor: &mut Cursor<'_>) -> Result<VersionSet, ParseError> {
    if at_alternative_end(cursor) {
        return Ok(VersionSet::full());
    }
    if cursor.eat("==") {
        return Ok(exactly(&version(cursor)?));
    }
    match cursor.take(comparison) {
        Some(Comparison { is_upper: true, is_inclusive }) => upper_first(cursor, is_inclusive),
        Some(Comparison { is_upper: false, is_inclusive }) => {
            let low = version(cursor)?;
            upper_after(cursor, at_least(&low, is_inclusive), !low.text().is_empty())
        }
        None => version_first(cursor),
    }
}

/// After `<` or `<=`: the upper bound, and perhaps a lower one after a comma.
fn upper_first(cursor: &mut Cursor<'_>, is_inclusive: bool) -> Result<VersionSet, ParseError> {
    let high = upper_version(cursor, is_inclusive)?;
    let below = at_most(&high, is_inclusive);
    if at_alternative_end(cursor) {
        return Ok(below);
    }
    // Without the comma, `<4>3` would read like a range from 4 to 3.
    if !high.text().is_empty() && !cursor.eat(",") {
        return Err(cursor.error("`,`, `|` or the end"));
    }
    let low = cursor.take(comparison).filter(|comparison| !comparison.is_upper);
    let Some(Comparison { is_inclusive, .. }) = low else {
        return Err(cursor.error("a lower bound such as `>=1.2`"));
    };
    let low = version(cursor)?;
    Ok(below.intersection(&at_least(&low, is_inclusive)))
}

/// A version without an operator before it: alone, with `+`, with `..`, or with an upper bound.
fn version_first(cursor: &mut Cursor<'_>) -> Result<VersionSet, ParseError> {
    let low = version(cursor)?;
    let is_named = !low.text().is_empty();
    if cursor.eat("..") {
        let high = version(cursor)?;
        return Ok(at_least(&low, true).intersection(&at_most(&high, true)));
    }
    if cursor.eat("+") {
        return upper_after(cursor, at_least(&low, true), is_named);
    }
    if !is_named {
        return Err(cursor.error("a version, `==`, `<`, `<=`, `>`, `>=`, `+` or `..`"));
    }
    if at_alternative_end(cursor) {
        return Ok(at_least(&low, true).intersection(&VersionSet::below(point(&after(&low)?))));
    }
    upper_after(cursor, at_least(&low, true), is_named)
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
    Ok(above.intersection(&at_most(&high, is_inclusive)))
}

/// Nothing is below the empty version, so `<` needs one that is not empty.
fn upper_version(cursor: &mut Cursor<'_>, is_inclusive: bool) -> Result<Version, ParseError> {
    let position = cursor.position();
    let high = version(cursor)?;
    if high.text().is_empty() && !is_inclusive {
        return Err(cursor.error_at(position, "a version"));
    }
    Ok(high)
}

/// The version that comes next, which may be the empty one.
fn version(cursor: &mut Cursor<'_>) -> Result<Version, ParseError> {
    let start = cursor.position();
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
    Rez.parse(&rest[..end]).map_err(|error| cursor.within(start, error))
}

/// The least version above all that begins with this one.
fn after(version: &Version) -> Result<Version, ParseError> {
    Rez.parse(&format!("{}_", version.text()))
}

fn exactly(version: &Version) -> VersionSet {
    at_least(version, true).intersection(&at_most(version, true))
}

/// Everything above; the empty version is the least, so from it on is no bound at all.
fn at_least(version: &Version, is_inclusive: bool) -> VersionSet {
    match is_inclusive {
        true if version.text().is_empty() => VersionSet::full(),
        true => VersionSet::at_least(point(version)),
        false => VersionSet::above(point(version)),
    }
}

fn at_most(version: &Version, is_inclusive: bool) -> VersionSet {
    if is_inclusive {
        VersionSet::at_most(point(version))
    } else {
        VersionSet::below(point(version))
    }
}

/// Rez shows the separators of a range as they were written.
fn point(version: &Version) -> Point {
    Point::new(version.key().clone(), version.text())
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
fn canonical(set: &VersionSet) -> Result<String, ParseError> {
    let alternatives = set
        .intervals()
        .map(|(low, high)| canonical_interval(low, high))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(alternatives.join("|"))
}

fn canonical_interval(low: &Bound<Point>, high: &Bound<Point>) -> Result<String, ParseError> {
    Ok(match (low, high) {
        (Bound::Unbounded, Bound::Unbounded) => String::new(),
        (Bound::Included(low), Bound::Included(high)) if low == high => format!("=={low}"),
        (Bound::Included(low), Bound::Included(high)) => format!("{low}..{high}"),
        (Bound::Included(low), Bound::Excluded(high)) if is_after(low, high)? => low.to_string(),
        (low, high) => format!("{}{}", canonical_low(low), canonical_high(high)),
    })
}

fn is_after(low: &Point, high: &Point) -> Result<bool, ParseError> {
    Ok(Point::from(&after(&Rez.parse(&low.to_string())?)?) == *high)
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
