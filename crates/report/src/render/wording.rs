//! Findings and locations in words, before any layout.

use crate::{
    Code, Finding, Location,
    safe::{self, LONGEST_NAME, LONGEST_SENTENCE},
};

/// The sentence, led by what it is about unless it says so itself.
pub(crate) fn headline(finding: &Finding) -> String {
    let message = safe::line(&finding.message, LONGEST_SENTENCE);
    if finding.subject.is_empty() || mentions(&finding.message, &finding.subject) {
        message
    } else {
        format!("{}: {message}", subject(finding))
    }
}

/// What the finding is about.
pub(crate) fn subject(finding: &Finding) -> String {
    safe::line(&finding.subject, LONGEST_NAME)
}

/// Whether a text names something as a whole word: `1.5.00` does not name `1.5.0`.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let continues = |character: char| character.is_alphanumeric() || "._-+/".contains(character);
    !name.is_empty()
        && text.match_indices(name).any(|(start, _)| {
            !text[..start].ends_with(continues)
                && !text[start + name.len()..].starts_with(continues)
        })
}

/// `VERSION:1 in tag 1.2.3 (a1b2c3d)`, with what is known; empty where nothing is.
pub(crate) fn place(code: Code, location: &Location) -> String {
    let file = location.path.as_ref().map(|path| {
        let path = safe::line(path.as_str(), LONGEST_NAME);
        match (location.line, location.column) {
            (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
            (Some(line), None) => format!("{path}:{line}"),
            (None, _) => path,
        }
    });
    let reference = location.reference.as_ref().map(|name| {
        let (kind, name) = reference(code, name);
        format!("{kind} {}", safe::line(name, LONGEST_NAME))
    });
    let commit = location.commit.as_deref().map(short);
    match (file, reference, commit) {
        (Some(file), Some(reference), Some(commit)) => format!("{file} in {reference} ({commit})"),
        (Some(file), Some(reference), None) => format!("{file} in {reference}"),
        (Some(place), None, Some(commit)) | (None, Some(place), Some(commit)) => {
            format!("{place} ({commit})")
        }
        (Some(place), None, None) | (None, Some(place), None) => place,
        (None, None, Some(commit)) => format!("commit {commit}"),
        (None, None, None) => String::new(),
    }
}

/// Whether a name is a tag's or a branch's, and the name alone.
///
/// A full name such as `refs/heads/main` says so itself; else it is a tag, save in findings about branches.
pub(crate) fn reference(code: Code, name: &str) -> (&'static str, &str) {
    const ABOUT_BRANCHES: [Code; 3] =
        [Code::RESERVED_BRANCH_NAME, Code::LINE_TOO_NARROW, Code::MISSING_LINE_BRANCH];
    const PREFIXES: [(&str, &str); 3] =
        [("refs/tags/", "tag"), ("refs/heads/", "branch"), ("refs/remotes/", "branch")];
    PREFIXES
        .into_iter()
        .find_map(|(prefix, kind)| Some((kind, name.strip_prefix(prefix)?)))
        .unwrap_or_else(|| (if ABOUT_BRANCHES.contains(&code) { "branch" } else { "tag" }, name))
}

/// The first digits of a commit id.
pub(crate) fn short(commit: &str) -> String {
    let digits: String = commit.chars().take(7).collect();
    safe::line(&digits, LONGEST_NAME)
}
