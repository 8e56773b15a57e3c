//! The first line of a conventional commit.

use std::borrow::Cow;

use super::kinds::{self, Kind};

/// `type(scope)!: description`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The type as written, such as `feat` or `Feature`.
    pub kind: &'a str,
    /// What is in parentheses.
    pub scope: Option<&'a str>,
    /// Whether a `!` stands before the colon.
    pub breaking: bool,
    /// What comes after the colon, without the number of a pull request.
    pub description: &'a str,
}

impl<'a> Header<'a> {
    /// Reads the first line; `None` where it follows no convention. Emoji before the type are passed over.
    pub fn parse(line: &'a str) -> Option<Self> {
        let line = after_emoji(line.trim().lines().next()?);
        if !line.contains(':') {
            return None;
        }
        Self::flat(line).or_else(|| Self::with_parentheses_in_scope(line))
    }

    /// What the type means, where it is a known one.
    pub(super) fn meaning(&self) -> Option<&'static Kind> {
        kinds::kind_named(self.kind)
    }

    fn flat(line: &'a str) -> Option<Self> {
        let commit = git_conventional::Commit::parse(line).ok()?;
        Some(Self {
            kind: commit.type_().as_str(),
            scope: commit.scope().map(|scope| scope.as_str()),
            breaking: commit.breaking(),
            description: split_pull_request(commit.description()).0,
        })
    }

    /// The parser knows no parentheses within the scope, so the scope is taken out first.
    fn with_parentheses_in_scope(line: &'a str) -> Option<Self> {
        let start = line.find('(')?;
        let end = start + closing_parenthesis(&line[start..])?;
        let scope = &line[start + 1..end];
        let without_scope = format!("{}{}", &line[..start], &line[end + 1..]);
        let commit = git_conventional::Commit::parse(&without_scope).ok()?;
        let description = line.get(line.len().checked_sub(commit.description().len())?..)?;
        (commit.scope().is_none() && scope.contains('(')).then(|| Self {
            kind: &line[..start],
            scope: Some(scope),
            breaking: commit.breaking(),
            description: split_pull_request(description).0,
        })
    }
}

/// Where the parenthesis that `text` begins with is closed.
fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Drops emoji and their `:names:` from the start.
fn after_emoji(line: &str) -> &str {
    let is_symbol = |character: char| !character.is_ascii() && !character.is_alphanumeric();
    let line = line.trim_start_matches(is_symbol).trim_start();
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    match line.strip_prefix(':').and_then(|rest| rest.split_once(':')) {
        Some((name, rest)) if is_name(name) => rest.trim_start(),
        _ => line,
    }
}

/// Splits off `(#12)`, `(!12)` or `(pull request #12)`, however often; the last is the number.
pub(super) fn split_pull_request(subject: &str) -> (&str, Option<&str>) {
    let mut rest = subject.trim();
    let mut number = None;
    while let Some((before, inner)) = rest.strip_suffix(')').and_then(|open| open.rsplit_once('('))
        && let Some(found) = pull_request_number(inner)
    {
        number = number.or(Some(found));
        rest = before.trim_end();
    }
    (rest, number)
}

/// `#12` of `#12`, `pull request #12` or `owner/name#12`; the same with `!`.
pub(super) fn pull_request_number(text: &str) -> Option<&str> {
    let text = text.trim();
    let start = text.rfind(['#', '!'])?;
    let digits = &text[start + 1..];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let before = text[..start].trim_end();
    let is_reference = !before.contains(char::is_whitespace)
        || before.eq_ignore_ascii_case("pull request")
        || before.eq_ignore_ascii_case("merge request");
    (is_number && is_reference).then(|| &text[start..])
}

/// At most a hundred characters in one line, for sentences.
pub(super) fn brief(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 100;
    let text = text.trim();
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    let start = &text[..end];
    if end == text.len() && !start.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    if end < text.len() {
        line.push('…');
    }
    Cow::Owned(line)
}
