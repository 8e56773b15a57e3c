//! The words of npm ranges: versions with parts left out or starred, strictly or loosely written.

use crate::{ParseError, grammars::partial::Triple};

/// The greatest number npm knows: JavaScript's greatest safe integer.
pub(crate) const GREATEST: u64 = 9_007_199_254_740_991;

const NUMBER: &str = "a number up to 9007199254740991, without leading zeros";
const IDENTIFIER: &str = "an identifier of letters, digits and hyphens";

/// A version of which parts may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Major, minor and patch; none where left out or starred.
    pub(crate) parts: [Option<u64>; 3],
    /// The pre-release without its hyphen, or nothing.
    pub(crate) prerelease: String,
    /// Whether something else than a single `v` stands before the version.
    pub(crate) is_prefix_odd: bool,
}

impl Word {
    /// How many numbers come before the first that is left out.
    pub(crate) fn precision(&self) -> usize {
        self.parts.iter().position(Option::is_none).unwrap_or(3)
    }

    /// The numbers before the first that is left out, then zeros.
    pub(crate) fn numbers(&self) -> Triple {
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(self.parts) {
            let Some(part) = part else { break };
            *number = part;
        }
        numbers
    }

    /// Whether a number follows a part that is left out, as in `1.x.3`.
    pub(crate) fn has_hole(&self) -> bool {
        self.parts[self.precision()..].iter().any(Option::is_some)
    }
}

/// Reads a word that reaches to the end of `text`.
///
/// *Errors*: positions count from the start of `text`.
pub(crate) fn word(text: &str, is_loose: bool) -> Result<Word, ParseError> {
    let mut reader = Reader { text, rest: text, is_loose };
    let prefix = reader.take_while(|character| matches!(character, 'v' | '='));
    let mut word = Word {
        parts: [None; 3],
        prerelease: String::new(),
        is_prefix_odd: !matches!(prefix, "" | "v"),
    };
    let mut given = 0;
    loop {
        word.parts[given] = reader.part()?;
        given += 1;
        if given == 3 || !reader.eat('.') {
            break;
        }
    }
    if given == 3 {
        word.prerelease = reader.prerelease()?;
    }
    reader.build()?;
    match reader.rest {
        "" => Ok(word),
        _ => Err(reader.error("`-`, `+`, a space, `||` or the end")),
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    is_loose: bool,
}

impl<'a> Reader<'a> {
    fn error(&self, expected: &str) -> ParseError {
        self.error_before(self.rest, expected)
    }

    /// Complains about where `rest` began.
    fn error_before(&self, rest: &str, expected: &str) -> ParseError {
        ParseError::new(self.text, "node-semver range", self.text.len() - rest.len(), expected)
    }

    fn eat(&mut self, character: char) -> bool {
        self.rest.strip_prefix(character).map(|rest| self.rest = rest).is_some()
    }

    fn take_while(&mut self, is_taken: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !is_taken(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn part(&mut self) -> Result<Option<u64>, ParseError> {
        if self.eat('x') || self.eat('X') || self.eat('*') {
            return Ok(None);
        }
        let start = self.rest;
        let digits = self.take_while(|character| character.is_ascii_digit());
        if digits.len() > 1 && digits.starts_with('0') && !self.is_loose {
            return Err(self.error_before(start, NUMBER));
        }
        match digits.parse() {
            Ok(number) if number <= GREATEST => Ok(Some(number)),
            _ => Err(self.error_before(start, NUMBER)),
        }
    }

    fn prerelease(&mut self) -> Result<String, ParseError> {
        let has_hyphen = self.rest.starts_with('-');
        let has_letter = self.rest.starts_with(|first: char| first.is_ascii_alphanumeric());
        if !(has_hyphen || self.is_loose && has_letter) {
            return Ok(String::new());
        }
        // Loosely, a hyphen that nothing follows is itself the identifier.
        let is_hyphen_all = self.is_loose && !self.rest[1..].starts_with(is_identifier);
        if has_hyphen && !is_hyphen_all {
            self.eat('-');
        }
        let mut prerelease = String::new();
        loop {
            let start = self.rest;
            let identifier = self.take_while(is_identifier);
            let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
            let has_zeros = is_number && identifier.len() > 1 && identifier.starts_with('0');
            if identifier.is_empty() || has_zeros && !self.is_loose {
                return Err(self.error_before(start, IDENTIFIER));
            }
            prerelease.push_str(match identifier.trim_start_matches('0') {
                "" if has_zeros => "0",
                significant if has_zeros => significant,
                _ => identifier,
            });
            if !self.eat('.') {
                return Ok(prerelease);
            }
            prerelease.push('.');
        }
    }

    fn build(&mut self) -> Result<(), ParseError> {
        if !self.eat('+') {
            return Ok(());
        }
        loop {
            if self.take_while(is_identifier).is_empty() {
                return Err(self.error(IDENTIFIER));
            }
            if !self.eat('.') {
                return Ok(());
            }
        }
    }
}

fn is_identifier(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-'
}
