//! npm's ranges, as node-semver reads them: `^1.2`, `1.x || >=2.5.0 <3`, `1.0.0 - 2.0.0`.

mod comparator;
mod word;

use winnow::{
    Parser,
    ascii::{multispace0, multispace1},
    combinator::{alt, not},
    error::EmptyError,
    token::one_of,
};

use self::{
    comparator::{Comparator, Operator, range, simplified, without_idle},
    word::{GREATEST, Word, word},
};
use super::{cursor::Cursor, partial::Triple};
use crate::{
    ParseError, Version, VersionScheme,
    grammar::{Prereleases, Range, ReadOptions},
    schemes::semver::Semver,
};

const WHAT: &str = "node-semver range";
const PREFIX: &str = "a version with no more than a `v` before it";

/// Reads a range.
pub(crate) fn parse(text: &str, options: ReadOptions) -> Result<Range, ParseError> {
    let reader = Reader {
        is_loose: options.loose,
        includes_prereleases: options.prereleases == Prereleases::Include,
    };
    let mut alternatives = Vec::new();
    let mut cursor = Cursor::new(text, WHAT);
    loop {
        let comparators = reader.alternative(&mut cursor)?;
        if !comparators.is_empty() {
            alternatives.push(simplified(comparators));
        }
        if !cursor.eat("||") {
            break;
        }
    }
    if alternatives.is_empty() {
        return Err(cursor.error_at(0, "a version or a comparison such as `>=1.2.0`"));
    }
    range(&without_idle(alternatives))
}

/// Reads a version as npm does: a `v` or `=` before it, and loosely no hyphen before the pre-release.
pub(crate) fn version(text: &str, options: ReadOptions) -> Result<Version, ParseError> {
    let cursor = Cursor::new(text, "node-semver version");
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let bare = trimmed.trim_start_matches(['v', '=', ' ', '\t']);
    let word = word(bare, options.loose)
        .map_err(|error| cursor.within(start + trimmed.len() - bare.len(), error))?;
    if word.precision() < 3 {
        return Err(cursor.error_at(text.len(), "major, minor and patch, all as numbers"));
    }
    let [major, minor, patch] = word.numbers();
    let mut canonical = format!("{major}.{minor}.{patch}");
    if !word.prerelease.is_empty() {
        canonical.push('-');
        canonical.push_str(&word.prerelease);
    }
    if let Some(build) = bare.find('+') {
        canonical.push_str(&bare[build..]);
    }
    let version = Semver.parse(&canonical)?;
    let (key, stage) = (version.key().clone(), version.stage().clone());
    Ok(Version::new(text, version.canonical(), key, version.release(), stage))
}

/// What stands before a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Compare(Operator),
    Tilde,
    Caret,
}

struct Reader {
    is_loose: bool,
    includes_prereleases: bool,
}

impl Reader {
    /// Reads comparators up to `||` or the end. Loosely, what is none is left out.
    fn alternative(&self, cursor: &mut Cursor<'_>) -> Result<Vec<Comparator>, ParseError> {
        cursor.skip_spaces();
        let mut comparators = Vec::new();
        let mut is_empty = true;
        while !at_alternative_end(cursor) {
            let is_first = std::mem::take(&mut is_empty);
            if is_first && let Some(hyphen) = hyphen_range(cursor) {
                match self.hyphen(&hyphen) {
                    Ok(bounds) => {
                        comparators.extend(bounds);
                        *cursor = hyphen.after;
                        break;
                    }
                    Err(error) if !self.is_loose => return Err(error),
                    Err(_) => {}
                }
            }
            match self.comparator(cursor) {
                Ok(read) => comparators.extend(read),
                Err(_) if self.is_loose => {}
                Err(error) => return Err(error),
            }
            cursor.skip_spaces();
        }
        if is_empty {
            comparators.push(Comparator::Any);
        }
        Ok(comparators.into_iter().map(|comparator| self.without_floor(comparator)).collect())
    }

    /// The least bound there is holds always.
    fn without_floor(&self, comparator: Comparator) -> Comparator {
        match comparator {
            Comparator::Compares {
                operator: Operator::GreaterOrEqual,
                numbers: [0, 0, 0],
                prerelease,
            } if prerelease == self.low() => Comparator::Any,
            other => other,
        }
    }

    /// npm allows any number of `v` and `=` before a version with parts left out, but not before a whole one.
    fn forbids_prefix(&self, word: &Word) -> bool {
        word.is_prefix_odd && word.precision() == 3 && !self.is_loose
    }

    fn check_prefix(&self, word: &Word, operand: &Operand<'_>) -> Result<(), ParseError> {
        if self.forbids_prefix(word) { Err(operand.error(PREFIX)) } else { Ok(()) }
    }

    /// The pre-release of a lower bound that stands for a left out number.
    fn low(&self) -> &'static str {
        if self.includes_prereleases { "0" } else { "" }
    }

    fn comparator(&self, cursor: &mut Cursor<'_>) -> Result<Vec<Comparator>, ParseError> {
        let sign = cursor.take(sign).unwrap_or(Sign::None);
        cursor.skip_spaces();
        let (start, text) = take_word(cursor);
        let at_word = |expected: &str| cursor.error_at(start, expected);
        let word = word(text, self.is_loose).map_err(|error| cursor.within(start, error))?;
        let next = |index: usize| {
            next_number(&word, index).ok_or_else(|| {
                at_word("a number below 9007199254740991, so that there is a next one")
            })
        };
        match sign {
            Sign::Tilde => self.tilde(&word, next),
            Sign::Caret => self.caret(&word, next),
            Sign::None | Sign::Compare(_) if word.has_hole() => {
                Err(at_word("`x` for every part after the first `x`"))
            }
            Sign::None => self.compare(Operator::Equal, &word, next, at_word),
            Sign::Compare(operator) => self.compare(operator, &word, next, at_word),
        }
    }

    fn compare(
        &self,
        operator: Operator,
        word: &Word,
        next: impl Fn(usize) -> Result<Triple, ParseError>,
        at_word: impl Fn(&str) -> ParseError,
    ) -> Result<Vec<Comparator>, ParseError> {
        let precision = word.precision();
        let numbers = word.numbers();
        if precision == 3 {
            if self.forbids_prefix(word) {
                return Err(at_word(PREFIX));
            }
            return Ok(vec![Comparator::new(operator, numbers, &word.prerelease)]);
        }
        if precision == 0 {
            return Ok(vec![match operator {
                Operator::Less | Operator::Greater => Comparator::nothing(),
                _ => Comparator::Any,
            }]);
        }
        let last = precision - 1;
        Ok(match operator {
            Operator::Equal => bounds(numbers, self.low(), next(last)?),
            Operator::Greater => {
                vec![Comparator::new(Operator::GreaterOrEqual, next(last)?, self.low())]
            }
            Operator::GreaterOrEqual => {
                vec![Comparator::new(Operator::GreaterOrEqual, numbers, self.low())]
            }
            Operator::Less => vec![Comparator::new(Operator::Less, numbers, "0")],
            Operator::LessOrEqual => vec![Comparator::new(Operator::Less, next(last)?, "0")],
        })
    }

    fn tilde(
        &self,
        word: &Word,
        next: impl Fn(usize) -> Result<Triple, ParseError>,
    ) -> Result<Vec<Comparator>, ParseError> {
        Ok(match word.precision() {
            0 => vec![Comparator::Any],
            3 => bounds(word.numbers(), &word.prerelease, next(1)?),
            precision => bounds(word.numbers(), self.low(), next(precision - 1)?),
        })
    }

    fn caret(
        &self,
        word: &Word,
        next: impl Fn(usize) -> Result<Triple, ParseError>,
    ) -> Result<Vec<Comparator>, ParseError> {
        let numbers = word.numbers();
        let precision = word.precision();
        if precision == 0 {
            return Ok(vec![Comparator::Any]);
        }
        let first_given = numbers[..precision].iter().position(|number| *number > 0);
        let low = if precision == 3 { &word.prerelease } else { self.low() };
        Ok(bounds(numbers, low, next(first_given.unwrap_or(precision - 1))?))
    }

    /// The bounds of `low - high`: a left out number in `high` means all that begins so.
    fn hyphen(
        &self,
        HyphenRange { low, high, .. }: &HyphenRange<'_>,
    ) -> Result<Vec<Comparator>, ParseError> {
        let mut comparators = Vec::new();
        let from = low.word(self.is_loose)?;
        if from.precision() > 0 {
            let is_open = from.precision() < 3 || from.prerelease.is_empty();
            let prerelease = if is_open { self.low() } else { &from.prerelease };
            self.check_prefix(&from, low)?;
            comparators.push(Comparator::new(Operator::GreaterOrEqual, from.numbers(), prerelease));
        }
        let to = high.word(self.is_loose)?;
        let next = |index: usize| {
            next_number(&to, index).ok_or_else(|| high.error("a number below 9007199254740991"))
        };
        match to.precision() {
            0 => {}
            3 if !to.prerelease.is_empty() || !self.includes_prereleases => {
                if to.prerelease.is_empty() {
                    self.check_prefix(&to, high)?;
                }
                let bound = Comparator::new(Operator::LessOrEqual, to.numbers(), &to.prerelease);
                comparators.push(bound);
            }
            precision => {
                comparators.push(Comparator::new(Operator::Less, next(precision - 1)?, "0"));
            }
        }
        if comparators.is_empty() {
            comparators.push(Comparator::Any);
        }
        Ok(comparators)
    }
}

/// From a version on, up to all pre-releases of another.
fn bounds(low: Triple, prerelease: &str, high: Triple) -> Vec<Comparator> {
    vec![
        Comparator::new(Operator::GreaterOrEqual, low, prerelease),
        Comparator::new(Operator::Less, high, "0"),
    ]
}

/// The next version by the number at `index`, none beyond what npm can count.
fn next_number(word: &Word, index: usize) -> Option<Triple> {
    let mut next = word.numbers();
    if next[index] >= GREATEST {
        return None;
    }
    next[index] += 1;
    next[index + 1..].fill(0);
    Some(next)
}

/// One side of a hyphen range.
struct Operand<'a> {
    cursor: Cursor<'a>,
    start: usize,
    text: &'a str,
}

impl Operand<'_> {
    fn word(&self, is_loose: bool) -> Result<Word, ParseError> {
        word(self.text, is_loose).map_err(|error| self.cursor.within(self.start, error))
    }

    fn error(&self, expected: &str) -> ParseError {
        self.cursor.error_at(self.start, expected)
    }
}

/// `low - high`, and what comes after it.
struct HyphenRange<'a> {
    low: Operand<'a>,
    high: Operand<'a>,
    after: Cursor<'a>,
}

/// Reads `low - high` where that is all the alternative has.
fn hyphen_range<'a>(cursor: &Cursor<'a>) -> Option<HyphenRange<'a>> {
    let mut ahead = cursor.clone();
    let low = operand(&mut ahead)?;
    ahead.skip_spaces();
    if take_word(&mut ahead).1 != "-" {
        return None;
    }
    ahead.skip_spaces();
    let high = operand(&mut ahead)?;
    ahead.skip_spaces();
    at_alternative_end(&ahead).then_some(HyphenRange { low, high, after: ahead })
}

fn operand<'a>(cursor: &mut Cursor<'a>) -> Option<Operand<'a>> {
    let (start, text) = take_word(cursor);
    (!text.is_empty()).then(|| Operand { cursor: cursor.clone(), start, text })
}

/// What reaches to the next space, `||` or the end, and where it starts.
fn take_word<'a>(cursor: &mut Cursor<'a>) -> (usize, &'a str) {
    let start = cursor.position();
    let rest = cursor.rest();
    let mut previous = ' ';
    let end = rest
        .char_indices()
        .find(|(_, character)| {
            let is_end = character.is_whitespace() || (*character == '|' && previous == '|');
            previous = *character;
            is_end
        })
        .map_or(rest.len(), |(end, found)| if found == '|' { end - 1 } else { end });
    let word = &rest[..end];
    cursor.eat(word);
    (start, word)
}

fn at_alternative_end(cursor: &Cursor<'_>) -> bool {
    cursor.is_at_end() || cursor.rest().starts_with("||")
}

fn sign(input: &mut &str) -> Result<Sign, EmptyError> {
    alt((
        ("~", multispace0, ">").value(Sign::Tilde),
        "~".value(Sign::Tilde),
        "^".value(Sign::Caret),
        alt((">=", detached(">"))).value(Sign::Compare(Operator::GreaterOrEqual)),
        alt(("<=", detached("<"))).value(Sign::Compare(Operator::LessOrEqual)),
        ">".value(Sign::Compare(Operator::Greater)),
        "<".value(Sign::Compare(Operator::Less)),
        "=".value(Sign::Compare(Operator::Equal)),
    ))
    .parse_next(input)
}

/// A sign and an equals sign with spaces between; the version must stand directly after it.
fn detached<'a>(sign: &'static str) -> impl Parser<&'a str, &'a str, EmptyError> {
    (sign, multispace1, "=", not(one_of(char::is_whitespace))).take()
}
