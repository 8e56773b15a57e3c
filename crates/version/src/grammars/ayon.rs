//! AYON's addon requirements: a comma list such as `>=1.0.3,<2.0.0`.
//!
//! AYON's server hands every condition to python-semver's `match`, which knows six operators, wants the version
//! directly after them, and has no rule for pre-releases: order alone decides.

use winnow::{Parser, combinator::alt, error::EmptyError};

use super::cursor::Cursor;
use crate::{ParseError, VersionScheme, VersionSet, grammar::Range, schemes::semver::Semver};

const CONDITION: &str = "a condition such as `>=1.0.0`";

#[derive(Clone, Copy)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Reads a requirement.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let mut cursor = Cursor::new(text, "list of AYON conditions");
    let mut sets = Vec::new();
    let mut conditions = Vec::new();
    loop {
        cursor.skip_spaces();
        let (condition, set) = condition(&mut cursor)?;
        conditions.push(condition);
        sets.push(set);
        if cursor.is_at_end() {
            break;
        }
        cursor.eat(",");
    }
    Ok(Range {
        set: VersionSet::intersection_of(sets),
        prereleases: VersionSet::full(),
        spellings: Vec::new(),
        canonical: conditions.join(","),
    })
}

fn condition(cursor: &mut Cursor<'_>) -> Result<(String, VersionSet), ParseError> {
    let operator = cursor.take(operator);
    let start = cursor.position();
    let written = cursor.take_while(|character| character != ',').trim_end();
    if operator.is_none() && !written.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(cursor.error_at(start, CONDITION));
    }
    if written.starts_with(char::is_whitespace) {
        return Err(cursor.error_at(start, "the version directly after the operator"));
    }
    let version = Semver.parse(written).map_err(|error| cursor.within(start, error))?;
    let (sign, set) = match operator.unwrap_or(Operator::Equal) {
        Operator::Equal => ("==", VersionSet::exactly(&version)),
        Operator::NotEqual => ("!=", VersionSet::exactly(&version).complement()),
        Operator::Less => ("<", VersionSet::below(&version)),
        Operator::LessOrEqual => ("<=", VersionSet::at_most(&version)),
        Operator::Greater => (">", VersionSet::above(&version)),
        Operator::GreaterOrEqual => (">=", VersionSet::at_least(&version)),
    };
    Ok((format!("{sign}{}", version.canonical()), set))
}

fn operator(input: &mut &str) -> Result<Operator, EmptyError> {
    alt((
        "==".value(Operator::Equal),
        "!=".value(Operator::NotEqual),
        "<=".value(Operator::LessOrEqual),
        ">=".value(Operator::GreaterOrEqual),
        "<".value(Operator::Less),
        ">".value(Operator::Greater),
    ))
    .parse_next(input)
}
