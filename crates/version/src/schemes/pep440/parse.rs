//! Reads PEP 440 versions in all their spellings.

use super::{LocalSegment, Pep440Version, PreKind};
use crate::{
    ParseError,
    schemes::scan::{NUMBER, Scanner},
};

const SEPARATORS: &[u8] = b"-_.";

/// The labels of pre-releases; one that begins with another stands before it.
const PRE_LABELS: [(&str, PreKind); 8] = [
    ("alpha", PreKind::Alpha),
    ("a", PreKind::Alpha),
    ("beta", PreKind::Beta),
    ("b", PreKind::Beta),
    ("preview", PreKind::Candidate),
    ("pre", PreKind::Candidate),
    ("rc", PreKind::Candidate),
    ("c", PreKind::Candidate),
];

pub(super) fn parse(text: &str) -> Result<Pep440Version, ParseError> {
    let mut scanner = Scanner::new(text, "PEP 440 version");
    scanner.skip_whitespace();
    scanner.skip_any(b"vV");
    let (epoch, release) = epoch_and_release(&mut scanner)?;
    let pre = pre(&mut scanner)?;
    let post = post(&mut scanner)?;
    let dev = labelled(&mut scanner, &["dev"])?;
    let local = if scanner.skip(b'+') { local(&mut scanner)? } else { Vec::new() };
    let end = scanner.position();
    scanner.skip_whitespace();
    let version = Pep440Version { epoch, release, pre, post, dev, local };
    if scanner.at_end() { Ok(version) } else { Err(scanner.expected_at(end, after(&version))) }
}

/// What may come after the parts that were read.
fn after(version: &Pep440Version) -> &'static str {
    if !version.local.is_empty() {
        "`.` and more of the local version, or the end"
    } else if version.dev.is_some() {
        "`+` and a local version, or the end"
    } else if version.post.is_some() {
        "`.devN`, `+` and a local version, or the end"
    } else if version.pre.is_some() {
        "`.postN`, `.devN`, `+` and a local version, or the end"
    } else {
        "`.` and a number, `aN`, `bN`, `rcN`, `.postN`, `.devN`, `+` and a local version, or the end"
    }
}

fn epoch_and_release(scanner: &mut Scanner<'_>) -> Result<(u64, Vec<u64>), ParseError> {
    let mut first = scanner.number("a release number")?;
    let mut epoch = 0;
    if scanner.skip(b'!') {
        epoch = first;
        first = scanner.number("a release number after the epoch")?;
    }
    let mut release = vec![first];
    while scanner.peek() == Some(b'.') && digit_follows(scanner) {
        scanner.skip(b'.');
        release.push(scanner.number("a release number")?);
    }
    Ok((epoch, release))
}

/// Whether a digit stands after the next byte.
fn digit_follows(scanner: &Scanner<'_>) -> bool {
    scanner.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

fn pre(scanner: &mut Scanner<'_>) -> Result<Option<(PreKind, u64)>, ParseError> {
    for (label, kind) in PRE_LABELS {
        if let Some(number) = labelled(scanner, &[label])? {
            return Ok(Some((kind, number)));
        }
    }
    Ok(None)
}

/// A post-release, also in the old spelling of a bare number after a hyphen.
fn post(scanner: &mut Scanner<'_>) -> Result<Option<u64>, ParseError> {
    if scanner.peek() == Some(b'-') && digit_follows(scanner) {
        scanner.skip(b'-');
        return scanner.number("a post-release number").map(Some);
    }
    labelled(scanner, &["post", "rev", "r"])
}

/// A label and its number, each with an optional separator before it; without a number it is number zero.
fn labelled(scanner: &mut Scanner<'_>, labels: &[&str]) -> Result<Option<u64>, ParseError> {
    let mut ahead = scanner.clone();
    ahead.skip_any(SEPARATORS);
    if !labels.iter().any(|label| ahead.skip_word(label)) {
        return Ok(None);
    }
    ahead.skip_any(SEPARATORS);
    let start = ahead.position();
    let number = match ahead.digits() {
        "" => 0,
        digits => digits.parse().map_err(|_| ahead.expected_at(start, NUMBER))?,
    };
    *scanner = ahead;
    Ok(Some(number))
}

fn local(scanner: &mut Scanner<'_>) -> Result<Vec<LocalSegment>, ParseError> {
    let mut segments = Vec::new();
    loop {
        match scanner.take_while(|byte| byte.is_ascii_alphanumeric()) {
            "" => return Err(scanner.expected("letters or digits of the local version")),
            segment => segments.push(local_segment(segment)),
        }
        if !scanner.skip_any(SEPARATORS) {
            return Ok(segments);
        }
    }
}

fn local_segment(segment: &str) -> LocalSegment {
    if segment.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return LocalSegment::Text(segment.to_ascii_lowercase().into());
    }
    match segment.trim_start_matches('0') {
        "" => LocalSegment::Number("0".into()),
        significant => LocalSegment::Number(significant.into()),
    }
}
