//! Where and why a text is no SemVer version; the `semver` crate says what, but not where.

use super::is_numeric;
use crate::{
    ParseError,
    schemes::scan::{NUMBER, Scanner},
};

const IDENTIFIER: &str = "an identifier of letters, digits and hyphens";

/// Describes why the `semver` crate refused `text` with `error`.
pub(super) fn explain(text: &str, error: &semver::Error) -> ParseError {
    let mut scanner = Scanner::new(text, "semver version");
    match read(&mut scanner) {
        Err(found) => found,
        Ok(()) => scanner.expected(format!("otherwise ({error})")),
    }
}

/// Reads a whole version by the same rules as the `semver` crate.
pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<(), ParseError> {
    if matches!(scanner.peek(), Some(b'v' | b'V')) {
        return Err(
            scanner.expected("a digit (a `v` in front belongs to the tag, not the version)")
        );
    }
    number(scanner, "the major version, a number")?;
    dot(scanner, "`.` and the minor version")?;
    number(scanner, "the minor version, a number")?;
    dot(scanner, "`.` and the patch version")?;
    number(scanner, "the patch version, a number")?;
    let mut after = "`-`, `+` or the end";
    if scanner.skip(b'-') {
        identifiers(scanner, true)?;
        after = "`.`, `+` or the end, after letters, digits and hyphens";
    }
    if scanner.skip(b'+') {
        identifiers(scanner, false)?;
        after = "`.` or the end, after letters, digits and hyphens";
    }
    if scanner.at_end() { Ok(()) } else { Err(scanner.expected(after)) }
}

fn number(scanner: &mut Scanner<'_>, expected: &str) -> Result<(), ParseError> {
    let start = scanner.position();
    match scanner.digits() {
        "" => Err(scanner.expected(expected)),
        "0" => Ok(()),
        digits if digits.starts_with('0') => {
            Err(scanner.expected_at(start, format!("{expected} without leading zeros")))
        }
        digits if digits.parse::<u64>().is_err() => Err(scanner.expected_at(start, NUMBER)),
        _ => Ok(()),
    }
}

fn dot(scanner: &mut Scanner<'_>, expected: &str) -> Result<(), ParseError> {
    if scanner.skip(b'.') { Ok(()) } else { Err(scanner.expected(expected)) }
}

fn identifiers(scanner: &mut Scanner<'_>, prerelease: bool) -> Result<(), ParseError> {
    loop {
        let start = scanner.position();
        let identifier = scanner.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if identifier.is_empty() {
            return Err(scanner.expected(IDENTIFIER));
        }
        if prerelease
            && identifier.len() > 1
            && identifier.starts_with('0')
            && is_numeric(identifier)
        {
            return Err(scanner.expected_at(start, "a numeric identifier without leading zeros"));
        }
        if !scanner.skip(b'.') {
            return Ok(());
        }
    }
}
