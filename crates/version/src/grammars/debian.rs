//! Debian's version relations: `>= 1.2, << 2~ | = 3.0-1`; commas mean and, bars mean or and bind closer.

use winnow::{Parser, combinator::alt, error::EmptyError};

use super::cursor::Cursor;
use crate::{ParseError, VersionScheme, VersionSet, grammar::Range, schemes::debian::Debian};

#[derive(Clone, Copy)]
enum Operator {
    Earlier,
    EarlierOrEqual,
    Equal,
    LaterOrEqual,
    Later,
}

/// Reads relations.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let mut cursor = Cursor::new(text, "Debian version relation");
    let mut groups = Vec::new();
    let mut alternatives = Vec::new();
    let mut canonical = String::new();
    loop {
        let (written, set) = relation(&mut cursor)?;
        canonical.push_str(&written);
        alternatives.push(set);
        if cursor.eat("|") {
            canonical.push_str(" | ");
            continue;
        }
        groups.push(VersionSet::union_of(std::mem::take(&mut alternatives)));
        if !cursor.eat(",") {
            break;
        }
        canonical.push_str(", ");
    }
    Ok(Range {
        set: VersionSet::intersection_of(groups),
        prereleases: VersionSet::full(),
        spellings: Vec::new(),
        canonical,
    })
}

/// One relation, in parentheses or not, up to the separator or the end.
fn relation(cursor: &mut Cursor<'_>) -> Result<(String, VersionSet), ParseError> {
    cursor.skip_spaces();
    let is_enclosed = cursor.eat("(");
    cursor.skip_spaces();
    let operator = cursor.take(operator).ok_or_else(|| {
        cursor.error("`<<`, `<=`, `=`, `>=` or `>>` (a single `<` or `>` is ambiguous)")
    })?;
    cursor.skip_spaces();
    let start = cursor.position();
    let written = cursor.take_while(|character| {
        !character.is_whitespace() && !matches!(character, ',' | '|' | '(' | ')')
    });
    let version = Debian.parse(written).map_err(|error| cursor.within(start, error))?;
    cursor.skip_spaces();
    if is_enclosed && !cursor.eat(")") {
        return Err(cursor.error("a closing parenthesis"));
    }
    cursor.skip_spaces();
    if !(cursor.is_at_end() || cursor.rest().starts_with([',', '|'])) {
        return Err(cursor.error("a comma, a bar or the end"));
    }
    let (sign, set) = match operator {
        Operator::Earlier => ("<<", VersionSet::below(&version)),
        Operator::EarlierOrEqual => ("<=", VersionSet::at_most(&version)),
        Operator::Equal => ("=", VersionSet::exactly(&version)),
        Operator::LaterOrEqual => (">=", VersionSet::at_least(&version)),
        Operator::Later => (">>", VersionSet::above(&version)),
    };
    Ok((format!("{sign} {}", version.canonical()), set))
}

fn operator(input: &mut &str) -> Result<Operator, EmptyError> {
    alt((
        "<<".value(Operator::Earlier),
        "<=".value(Operator::EarlierOrEqual),
        "=".value(Operator::Equal),
        ">=".value(Operator::LaterOrEqual),
        ">>".value(Operator::Later),
    ))
    .parse_next(input)
}
