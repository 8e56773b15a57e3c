//! The versions of Rez packages.

mod step;

use crate::{
    Date, KeyBuilder, OrderKey, ParseError, Stage, Step, StepError, Version, VersionScheme,
    schemes::scan::Scanner,
};

/// Tokens of letters, digits and underscores between dots or hyphens; the empty version is the smallest.
///
/// A token's letters and numbers compare in turn, letters before numbers and padded numbers before plain ones. A
/// version sorts after each of its own beginnings, so `1.2` is the least of all that begin with `1.2`, and they end
/// before `1.2_`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rez;

impl VersionScheme for Rez {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        let mut scanner = Scanner::new(text, "rez version");
        let mut tokens = Vec::new();
        while !text.is_empty() {
            match scanner.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                "" => return Err(scanner.expected("a token of letters, digits and underscores")),
                token => tokens.push(token),
            }
            if scanner.at_end() {
                break;
            }
            if !scanner.skip_any(b".-") {
                return Err(scanner.expected("a letter, digit or underscore, `.`, `-` or the end"));
            }
        }
        Ok(version(text, &tokens))
    }

    fn step(&self, from: &Version, step: &Step, _today: Date) -> Result<Version, StepError> {
        step::step(from, step)
    }

    fn first(&self, _today: Date) -> Version {
        version("0.1.0", &["0", "1", "0"])
    }

    fn line(&self, version: &Version) -> String {
        let tokens: Vec<_> = version.canonical().split('.').take(2).collect();
        tokens.join(".")
    }

    fn examples(&self) -> Vec<Version> {
        ["1.0.0", "1.1.0", "1.1.0.beta1"].iter().filter_map(|text| self.parse(text).ok()).collect()
    }
}

/// Separators do not tell versions apart, so the canonical spelling has dots alone.
fn version(text: &str, tokens: &[&str]) -> Version {
    let release: Vec<u64> = tokens.iter().map_while(|token| number(token)).collect();
    Version::new(text, &tokens.join("."), key(tokens), release, Stage::default())
}

fn number(token: &str) -> Option<u64> {
    // `parse` alone would take a sign, which no token has.
    token.parse().ok()
}

fn key(tokens: &[&str]) -> OrderKey {
    key_of(tokens.iter().copied())
}

/// The key of a text whose tokens are known to be tokens, each parted from the next by one other character.
pub(crate) fn key_of_text(text: &str) -> OrderKey {
    let is_token = |character: char| character.is_ascii_alphanumeric() || character == '_';
    key_of(text.split(|character| !is_token(character)).filter(|token| !token.is_empty()))
}

fn key_of<'text>(tokens: impl Iterator<Item = &'text str>) -> OrderKey {
    const END: u8 = 0;
    const TOKEN: u8 = 1;
    /// Enough for versions of four short tokens.
    const USUAL: usize = 96;
    tokens
        .fold(KeyBuilder::with_capacity(USUAL), |key, token| {
            subtokens(key.rank(TOKEN), token).rank(END)
        })
        .build()
}

fn subtokens(mut key: KeyBuilder, token: &str) -> KeyBuilder {
    const LETTERS: u8 = 1;
    const NUMBER: u8 = 2;
    let mut rest = token;
    while !rest.is_empty() {
        let is_number = rest.as_bytes()[0].is_ascii_digit();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() == is_number).count();
        let (part, after) = rest.split_at(length);
        key = if is_number {
            key.rank(NUMBER).digits(part).number(padding(part))
        } else {
            key.rank(LETTERS).text(part)
        };
        rest = after;
    }
    key
}

/// Where digits stand among others of the same value: as texts, `001` < `01` < `1` but `0` < `00`.
fn padding(digits: &str) -> u64 {
    let zeros = digits.bytes().take_while(|&byte| byte == b'0').count();
    if zeros == digits.len() { zeros as u64 } else { u64::MAX - zeros as u64 }
}
