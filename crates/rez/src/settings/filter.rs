//! Rules that hide packages.

use regex::Regex;

use crate::{Requirement, range};

/// A package that may be hidden.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'package> {
    pub(crate) family: &'package str,
    pub(crate) version: &'package str,
    /// In seconds since 1970; 0 where nobody knows.
    pub(crate) timestamp: u64,
}

/// Hides what one rule excludes and none includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) excludes: Vec<Rule>,
    pub(super) includes: Vec<Rule>,
}

/// A rule, and the family it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// None where it is for all.
    family: Option<String>,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Pattern(Pattern),
    Range(Requirement),
    /// Released up to a time, or after it.
    Released {
        time: i64,
        is_after: bool,
    },
}

/// An expression that the beginning of `family-version` has to match.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Filter {
    pub(super) fn excludes(&self, candidate: Candidate<'_>) -> bool {
        self.excludes.iter().any(|rule| rule.matches(candidate)) && !self.includes(candidate)
    }

    pub(super) fn includes(&self, candidate: Candidate<'_>) -> bool {
        self.includes.iter().any(|rule| rule.matches(candidate))
    }

    /// What Rez reckons that it costs, in tenths. Filters are applied by it.
    pub(super) fn cost(&self) -> usize {
        let cost = |rule: &Rule| {
            let test = if matches!(rule.test, Test::Released { .. }) { 1000 } else { 10 };
            test * if rule.family.is_some() { 1 } else { 10 }
        };
        self.excludes.iter().map(cost).sum()
    }
}

impl Rule {
    /// Reads a rule: `glob(*.beta)`, `regex(.*-beta)`, `range(foo-5+)`, `before(time)`, `after(foo:time)`; without a
    /// name, it is a glob where it has a star, else a range.
    ///
    /// *Errors*: what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let label = labelled(text);
        let (label, text) = match label {
            Some(found) => found,
            None if text.contains('*') => ("glob", text),
            None => ("range", text),
        };
        let pattern = |expression: String| {
            let regex = Regex::new(&expression)
                .map_err(|_| format!("`{text}` cannot be used as an expression here"))?;
            let test = Test::Pattern(Pattern { text: expression, regex });
            Ok(Self { family: family_of(text), test })
        };
        match label {
            "glob" => pattern(format!("^(?s:{})$", of_glob(text))),
            "regex" => pattern(format!("^(?:{text})")),
            "range" => {
                let requirement = Requirement::parse(text)
                    .map_err(|error| format!("{error}: {}", error.source))?;
                let family = Some(requirement.name().to_owned());
                Ok(Self { family, test: Test::Range(requirement) })
            }
            "before" | "after" => {
                let (family, time) = match text.split_once(':') {
                    Some((family, time)) => (Some(family.to_owned()), time),
                    None => (None, text),
                };
                let time = time
                    .trim()
                    .parse()
                    .map_err(|_| format!("`{time}` is no time in seconds since 1970"))?;
                Ok(Self { family, test: Test::Released { time, is_after: label == "after" } })
            }
            other => {
                Err(format!("`{other}` is no rule; there are glob, regex, range, before, after"))
            }
        }
    }

    fn matches(&self, candidate: Candidate<'_>) -> bool {
        if self.family.as_deref().is_some_and(|family| family != candidate.family) {
            return false;
        }
        match &self.test {
            Test::Pattern(pattern) if candidate.version.is_empty() => {
                pattern.regex.is_match(candidate.family)
            }
            Test::Pattern(pattern) => {
                pattern.regex.is_match(&format!("{}-{}", candidate.family, candidate.version))
            }
            Test::Range(requirement) => range::parse_version(candidate.version)
                .is_ok_and(|version| requirement.allowed_shared().contains(&version)),
            Test::Released { .. } if candidate.timestamp == 0 => false,
            Test::Released { time, is_after } => {
                let released = i64::try_from(candidate.timestamp).unwrap_or(i64::MAX);
                (released > *time) == *is_after
            }
        }
    }
}

/// `name(text)`, where neither has brackets of its own.
fn labelled(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let is_plain = !inner.is_empty() && !inner.contains(['(', ')']);
    (!label.is_empty() && is_plain).then_some((label, inner))
}

/// The family that a pattern is for: all that stands before the last separator without a wildcard before it. So
/// `foo-1-*` is for a family `foo-1`, as it is in Rez.
fn family_of(text: &str) -> Option<String> {
    let plain = text.find(['*', '?']).unwrap_or(text.len());
    let end = text[..plain].rfind(['-', '@', '#']).filter(|&end| end > 0)?;
    Some(text[..end].to_owned())
}

/// A glob as an expression, with Python's rules: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`.
fn of_glob(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut expression = String::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        at += 1;
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '[' => match end_of_class(&characters, at) {
                None => expression.push_str("\\["),
                Some(end) => {
                    class(&characters[at..end], &mut expression);
                    at = end + 1;
                }
            },
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression
}

/// Where the class that begins at a place ends; its first character may be the bracket itself.
fn end_of_class(characters: &[char], start: usize) -> Option<usize> {
    let negated = usize::from(characters.get(start) == Some(&'!'));
    let first = start + negated;
    let from = first + usize::from(characters.get(first) == Some(&']'));
    let found = characters.get(from..)?.iter().position(|&character| character == ']')?;
    Some(from + found)
}

fn class(inner: &[char], expression: &mut String) {
    use std::fmt::Write;
    let (is_negated, mut rest) = match inner {
        ['!', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let mut members = String::new();
    loop {
        rest = match rest {
            [] => break,
            [low, '-', high, after @ ..] => {
                // A range that ends before it begins holds nothing.
                if low <= high {
                    _ = write!(
                        members,
                        "\\x{{{:x}}}-\\x{{{:x}}}",
                        u32::from(*low),
                        u32::from(*high)
                    );
                }
                after
            }
            [one, after @ ..] => {
                _ = write!(members, "\\x{{{:x}}}", u32::from(*one));
                after
            }
        };
    }
    match (members.is_empty(), is_negated) {
        (true, true) => expression.push('.'),
        (true, false) => expression.push_str("[^\\x{0}-\\x{10ffff}]"),
        (false, _) => {
            _ = write!(expression, "[{}{members}]", if is_negated { "^" } else { "" });
        }
    }
}
