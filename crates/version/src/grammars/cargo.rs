//! Cargo's version requirements: `1.2`, `~1.2.3`, `>=1.2, <1.5`, `1.*`.

mod upgrade;

use winnow::{Parser, combinator::alt, error::EmptyError};

pub(crate) use self::upgrade::upgraded;
use super::{
    cursor::Cursor,
    partial::{Triple, floor, next_at, point},
};
use crate::{ParseError, Point, VersionSet, grammar::Range};

/// The grammar's name.
pub(crate) const NAME: &str = "cargo";

const NUMBER: &str = "a number up to 18446744073709551615";

/// Reads a requirement.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let comparators = comparators(text)?;
    let sets = comparators.iter().map(Comparator::set).collect::<Result<Vec<_>, _>>()?;
    let named = comparators
        .iter()
        .filter(|comparator| !comparator.prerelease.is_empty())
        .map(Comparator::named_prereleases)
        .collect::<Result<Vec<_>, _>>()?;
    let passing =
        comparators.iter().map(Comparator::passing_prereleases).collect::<Result<Vec<_>, _>>()?;
    let canonical = match comparators.as_slice() {
        [] => "*".to_owned(),
        all => all.iter().map(Comparator::canonical).collect::<Vec<_>>().join(", "),
    };
    Ok(Range {
        set: VersionSet::intersection_of(sets),
        prereleases: VersionSet::union_of(named)
            .intersection(&VersionSet::intersection_of(passing)),
        spellings: Vec::new(),
        canonical,
    })
}

/// The comparators of a requirement; none for `*`.
pub(crate) fn comparators(text: &str) -> Result<Vec<Comparator<'_>>, ParseError> {
    let mut cursor = Cursor::new(text, "cargo version requirement");
    skip_blanks(&mut cursor);
    let mut comparators = Vec::new();
    if cursor.take(wildcard).is_some() {
        skip_blanks(&mut cursor);
        if cursor.is_at_end() {
            return Ok(comparators);
        }
        return Err(cursor.error("the end after the wildcard"));
    }
    loop {
        comparators.push(comparator(&mut cursor)?);
        skip_blanks(&mut cursor);
        if cursor.is_at_end() {
            return Ok(comparators);
        }
        if !cursor.eat(",") {
            return Err(cursor.error("a comma or the end"));
        }
        skip_blanks(&mut cursor);
    }
}

/// What a comparator does with its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Exact,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Tilde,
    Caret,
    Wildcard,
}

/// One part of a requirement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparator<'a> {
    pub(crate) operator: Operator,
    /// Whether the operator is written; a caret need not be.
    pub(crate) is_operator_written: bool,
    pub(crate) numbers: Triple,
    /// How many of the numbers are given: 1 to 3.
    pub(crate) precision: usize,
    pub(crate) prerelease: &'a str,
}

impl Comparator<'_> {
    fn set(&self) -> Result<VersionSet, ParseError> {
        let low = match self.precision {
            3 => point(self.numbers, self.prerelease)?,
            _ => floor(self.numbers)?,
        };
        Ok(match (self.operator, self.precision) {
            (Operator::Exact | Operator::Wildcard, 3) => VersionSet::exactly(low),
            (Operator::Greater, 3) => VersionSet::above(low),
            (Operator::LessOrEqual, 3) => VersionSet::at_most(low),
            (Operator::GreaterOrEqual, _) => VersionSet::at_least(low),
            (Operator::Less, _) => VersionSet::below(low),
            (Operator::Greater, _) => self.below_next(self.last())?.complement(),
            (Operator::LessOrEqual, _) => self.below_next(self.last())?,
            (Operator::Exact | Operator::Wildcard, _) => self.between(low, self.last())?,
            (Operator::Tilde, _) => self.between(low, self.last().min(1))?,
            (Operator::Caret, _) => self.between(low, self.compatible_at())?,
        })
    }

    /// The index of the last number given.
    fn last(&self) -> usize {
        self.precision - 1
    }

    /// The index of the number that a caret lets stand: the first that is not zero, or the last one given.
    fn compatible_at(&self) -> usize {
        self.numbers[..self.precision]
            .iter()
            .position(|number| *number > 0)
            .unwrap_or_else(|| self.last())
    }

    fn between(&self, low: Point, index: usize) -> Result<VersionSet, ParseError> {
        Ok(VersionSet::at_least(low).intersection(&self.below_next(index)?))
    }

    /// Everything below the next version by the number at `index`.
    fn below_next(&self, index: usize) -> Result<VersionSet, ParseError> {
        next_at(self.numbers, index)
            .map_or_else(|| Ok(VersionSet::full()), |next| Ok(VersionSet::below(floor(next)?)))
    }

    /// The pre-releases that pass it. Cargo takes a version with parts left out for releases alone, except after
    /// a caret.
    fn passing_prereleases(&self) -> Result<VersionSet, ParseError> {
        match (self.operator, self.precision) {
            (Operator::Exact | Operator::Wildcard | Operator::Tilde, 1..=2) => {
                Ok(VersionSet::empty())
            }
            (Operator::GreaterOrEqual, 1..=2) => Ok(self.below_next(self.last())?.complement()),
            (Operator::LessOrEqual, 1..=2) => Ok(VersionSet::below(floor(self.numbers)?)),
            _ => self.set(),
        }
    }

    /// The pre-releases of the release that it names one of; no others are let in.
    fn named_prereleases(&self) -> Result<VersionSet, ParseError> {
        Ok(VersionSet::between(floor(self.numbers)?, point(self.numbers, "")?))
    }

    /// The comparator with the operator written out.
    pub(crate) fn canonical(&self) -> String {
        let sign = match self.operator {
            Operator::Exact => "=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Tilde => "~",
            Operator::Caret => "^",
            Operator::Wildcard => "",
        };
        let numbers: Vec<_> = self.numbers[..self.precision].iter().map(u64::to_string).collect();
        let mut text = format!("{sign}{}", numbers.join("."));
        if self.operator == Operator::Wildcard {
            text.push_str(".*");
        }
        if !self.prerelease.is_empty() {
            text.push('-');
            text.push_str(self.prerelease);
        }
        text
    }
}

fn comparator<'a>(cursor: &mut Cursor<'a>) -> Result<Comparator<'a>, ParseError> {
    let written = cursor.take(operator);
    skip_blanks(cursor);
    let mut comparator = Comparator {
        operator: written.unwrap_or(Operator::Caret),
        is_operator_written: written.is_some(),
        numbers: [number(cursor)?, 0, 0],
        precision: 1,
        prerelease: "",
    };
    let mut has_wildcard = false;
    for index in 1..3 {
        if !cursor.eat(".") {
            break;
        }
        if cursor.take(wildcard).is_some() {
            has_wildcard = true;
        } else if has_wildcard {
            return Err(cursor.error("another wildcard"));
        } else {
            comparator.numbers[index] = number(cursor)?;
            comparator.precision = index + 1;
        }
    }
    if comparator.precision == 3 {
        comparator.prerelease = prerelease(cursor)?;
        build(cursor)?;
    }
    if has_wildcard && written.is_none() {
        comparator.operator = Operator::Wildcard;
    }
    Ok(comparator)
}

fn operator(input: &mut &str) -> Result<Operator, EmptyError> {
    alt((
        ">=".value(Operator::GreaterOrEqual),
        ">".value(Operator::Greater),
        "<=".value(Operator::LessOrEqual),
        "<".value(Operator::Less),
        "=".value(Operator::Exact),
        "~".value(Operator::Tilde),
        "^".value(Operator::Caret),
    ))
    .parse_next(input)
}

fn wildcard(input: &mut &str) -> Result<(), EmptyError> {
    alt(("*", "x", "X")).void().parse_next(input)
}

fn skip_blanks(cursor: &mut Cursor<'_>) {
    cursor.take_while(|character| character == ' ');
}

fn number(cursor: &mut Cursor<'_>) -> Result<u64, ParseError> {
    let start = cursor.position();
    let digits = cursor.take_while(|character| character.is_ascii_digit());
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(cursor.error_at(start, "a number without leading zeros"));
    }
    digits.parse().map_err(|_| cursor.error_at(start, NUMBER))
}

/// The pre-release after a hyphen, or nothing.
fn prerelease<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, ParseError> {
    let mut label = "";
    if cursor.eat("-") {
        let start = cursor.position();
        label = cursor.take_while(is_label);
        if label.is_empty() {
            return Err(cursor.error("a pre-release such as `rc.1`"));
        }
        semver::Prerelease::new(label).map_err(|_| {
            cursor.error_at(start, "identifiers that are not empty, without leading zeros")
        })?;
    }
    Ok(label)
}

/// Build metadata is allowed and means nothing.
fn build(cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    if cursor.eat("+") {
        let start = cursor.position();
        let label = cursor.take_while(is_label);
        if label.is_empty() || semver::BuildMetadata::new(label).is_err() {
            return Err(cursor.error_at(start, "build metadata such as `linux.5`"));
        }
    }
    Ok(())
}

fn is_label(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '.'
}
