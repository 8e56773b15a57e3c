//! PEP 440 version specifiers: `>=1.0,!=1.3.*,<2`, `~=1.4.2`, `===1.0-custom`.

use winnow::{Parser, combinator::alt, error::EmptyError};

use super::cursor::Cursor;
use crate::{
    OrderKey, ParseError, Point, VersionSet, grammar::Range, schemes::pep440::Pep440Version,
};

/// Reads a comma list of specifiers; no specifier at all is every version.
///
/// Pre-releases are let in where a specifier other than `!=` names one.
pub(crate) fn parse(text: &str) -> Result<Range, ParseError> {
    let mut cursor = Cursor::new(text, "PEP 440 version specifier");
    let mut specifiers = Vec::new();
    loop {
        cursor.skip_spaces();
        if !(cursor.is_at_end() || cursor.rest().starts_with(',')) {
            specifiers.push(specifier(&mut cursor)?);
        }
        if cursor.is_at_end() {
            break;
        }
        cursor.eat(",");
    }
    let names_prerelease = specifiers.iter().any(|specifier| specifier.names_prerelease);
    let canonical: Vec<_> =
        specifiers.iter().map(|specifier| specifier.canonical.as_str()).collect();
    Ok(Range {
        prereleases: if names_prerelease { VersionSet::full() } else { VersionSet::empty() },
        canonical: canonical.join(","),
        spellings: specifiers.iter().filter_map(|specifier| specifier.spelling.clone()).collect(),
        set: VersionSet::intersection_of(specifiers.into_iter().map(|specifier| specifier.set)),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Identical,
    Compatible,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Identical => "===",
            Self::Compatible => "~=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::LessOrEqual => "<=",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::Greater => ">",
        }
    }
}

struct Specifier {
    set: VersionSet,
    names_prerelease: bool,
    spelling: Option<Box<str>>,
    canonical: String,
}

fn specifier(cursor: &mut Cursor<'_>) -> Result<Specifier, ParseError> {
    let operator = cursor
        .take(operator)
        .ok_or_else(|| cursor.error("`==`, `!=`, `<=`, `>=`, `<`, `>`, `~=` or `===`"))?;
    cursor.skip_spaces();
    let start = cursor.position();
    let written = cursor.take_while(|character| character != ',').trim_end();
    if operator == Operator::Identical {
        return identical(cursor, start, written);
    }
    let (stem, is_prefix) = match written.strip_suffix(".*") {
        Some(stem) if matches!(operator, Operator::Equal | Operator::NotEqual) => (stem, true),
        Some(stem) => {
            let expected = "no wildcard, which only `==` and `!=` take";
            return Err(cursor.error_at(start + stem.len(), expected));
        }
        None => (written, false),
    };
    if stem.ends_with(char::is_whitespace) {
        return Err(cursor.error_at(start + stem.trim_end().len(), "no space before the wildcard"));
    }
    let version = Pep440Version::parse(stem).map_err(|error| cursor.within(start, error))?;
    let has_suffix = version.pre.is_some() || version.post.is_some() || version.dev.is_some();
    if is_prefix && (has_suffix || !version.local.is_empty()) {
        return Err(cursor.error_at(start, "a release such as `1.2` before the wildcard"));
    }
    let takes_local = matches!(operator, Operator::Equal | Operator::NotEqual);
    if !version.local.is_empty() && !takes_local {
        let plus = written.find('+').unwrap_or_default();
        return Err(
            cursor.error_at(start + plus, "no local version, which only `==` and `!=` take")
        );
    }
    if operator == Operator::Compatible && version.release.len() < 2 {
        return Err(cursor.error_at(start, "at least two release numbers, such as `1.4`"));
    }
    let suffix = if is_prefix { ".*" } else { "" };
    Ok(Specifier {
        set: set(operator, &version, is_prefix),
        names_prerelease: operator != Operator::NotEqual && is_prerelease(&version),
        spelling: None,
        canonical: format!("{}{version}{suffix}", operator.sign()),
    })
}

/// `===` compares texts; what is no version at all equals none.
fn identical(cursor: &Cursor<'_>, start: usize, written: &str) -> Result<Specifier, ParseError> {
    let is_stop = |character: char| character.is_whitespace() || matches!(character, ';' | ')');
    if let Some(stop) = written.find(is_stop) {
        return Err(cursor.error_at(start + stop, "a comma or the end"));
    }
    if written.is_empty() {
        return Err(cursor.error_at(start, "the text to compare with"));
    }
    let version = Pep440Version::parse(written).ok();
    Ok(Specifier {
        names_prerelease: version.as_ref().is_some_and(is_prerelease),
        set: version.as_ref().map_or_else(VersionSet::empty, |version| {
            VersionSet::exactly(Point::new(version.key(), version.to_string()))
        }),
        spelling: Some(written.to_ascii_lowercase().into()),
        canonical: format!("==={written}"),
    })
}

fn is_prerelease(version: &Pep440Version) -> bool {
    version.pre.is_some() || version.dev.is_some()
}

fn set(operator: Operator, version: &Pep440Version, is_prefix: bool) -> VersionSet {
    match operator {
        Operator::Equal | Operator::Identical if is_prefix => {
            prefixed(version, version.release.len())
        }
        Operator::Equal | Operator::Identical => equal(version),
        Operator::NotEqual if is_prefix => prefixed(version, version.release.len()).complement(),
        Operator::NotEqual => equal(version).complement(),
        Operator::GreaterOrEqual => VersionSet::at_least(at(version)),
        Operator::LessOrEqual => VersionSet::below(above_locals(version)),
        Operator::Less => VersionSet::below(at(&first_of_final(version))),
        Operator::Greater => VersionSet::at_least(above_posts(version)),
        Operator::Compatible => VersionSet::at_least(at(version))
            .intersection(&prefixed(version, version.release.len() - 1)),
    }
}

fn at(version: &Pep440Version) -> Point {
    Point::new(version.key(), version.to_string())
}

/// Without a local version, all local versions are equal to it.
fn equal(version: &Pep440Version) -> VersionSet {
    if version.local.is_empty() {
        VersionSet::between(at(version), above_locals(version))
    } else {
        VersionSet::exactly(at(version))
    }
}

fn above_locals(version: &Pep440Version) -> Point {
    Point::just_above(key_above_locals(version), version.to_string())
}

/// The place above a public version's local versions and below every other public version.
fn key_above_locals(version: &Pep440Version) -> OrderKey {
    version.key().extend().rank(u8::MAX).build()
}

/// `>1.0` is not after-releases of 1.0, and `>1.0a1` not those of 1.0a1.
fn above_posts(version: &Pep440Version) -> Point {
    let last = match version {
        Pep440Version { dev: None, post: None, .. } => {
            Pep440Version { post: Some(u64::MAX), ..version.clone() }
        }
        _ => version.clone(),
    };
    Point::just_above(key_above_locals(&last), version.to_string())
}

/// `<2.0` is not pre-releases of 2.0, unless it names one.
fn first_of_final(version: &Pep440Version) -> Pep440Version {
    if is_prerelease(version) {
        version.clone()
    } else {
        Pep440Version { dev: Some(0), ..version.clone() }
    }
}

/// All versions whose release begins with the first `length` numbers.
fn prefixed(version: &Pep440Version, length: usize) -> VersionSet {
    let release = &version.release[..length];
    let above = VersionSet::at_least(at(&first(version.epoch, release.to_vec())));
    match next(version.epoch, release) {
        Some((epoch, release)) => {
            above.intersection(&VersionSet::below(at(&first(epoch, release))))
        }
        None => above,
    }
}

/// The lowest version of a release: its first development version.
fn first(epoch: u64, release: Vec<u64>) -> Pep440Version {
    Pep440Version { epoch, release, pre: None, post: None, dev: Some(0), local: Vec::new() }
}

/// The next release of the same length, carried over where a number is at its end.
fn next(epoch: u64, release: &[u64]) -> Option<(u64, Vec<u64>)> {
    for index in (0..release.len()).rev() {
        if let Some(number) = release[index].checked_add(1) {
            let mut next = release[..index].to_vec();
            next.push(number);
            return Some((epoch, next));
        }
    }
    epoch.checked_add(1).map(|epoch| (epoch, vec![0]))
}

fn operator(input: &mut &str) -> Result<Operator, EmptyError> {
    alt((
        "===".value(Operator::Identical),
        "==".value(Operator::Equal),
        "!=".value(Operator::NotEqual),
        "~=".value(Operator::Compatible),
        "<=".value(Operator::LessOrEqual),
        ">=".value(Operator::GreaterOrEqual),
        "<".value(Operator::Less),
        ">".value(Operator::Greater),
    ))
    .parse_next(input)
}
