//! A commit message while it is being written.

use std::collections::BTreeSet;

use trainyard_evidence::commits::{self, Message, Shape};
use trainyard_report::{Code, Finding, Location};

/// Where `git commit --verbose` puts the diff.
const SCISSORS: &str = "------------------------ >8 ------------------------";

/// The message as git will keep it: without comments and without what stands below the scissors.
pub fn cleaned(text: &str, comment: char) -> String {
    let is_scissors =
        |line: &str| line.strip_prefix(comment).is_some_and(|rest| rest.trim() == SCISSORS);
    let kept = text
        .lines()
        .take_while(|line| !is_scissors(line))
        .filter(|line| !line.starts_with(comment))
        .map(str::trim_end);
    kept.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What is wrong with a message's first line: an unknown type, or no convention at all, which is a note.
///
/// Merges, releases, reverts and commits that `git rebase --autosquash` melts away are fine.
pub fn findings(message: &str) -> Vec<Finding> {
    let parsed = Message::parse(message);
    let Some(title) = parsed.sections.first() else { return Vec::new() };
    let passes = message.is_empty()
        || parsed.shape != Shape::Plain
        || parsed.follows_convention()
        || !title.reverts.is_empty()
        || ["fixup! ", "squash! ", "amend! ", "Revert \""]
            .iter()
            .any(|start| message.starts_with(start));
    if passes {
        return Vec::new();
    }
    let at = Location { line: Some(title.line), ..Location::default() };
    let types = types();
    let finding = match &title.header {
        Some(header) => {
            let near = nearest(header.kind, &types);
            let advice = near.map_or_else(
                || format!("types are {}", types.iter().copied().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("`{}` is no known type of commit", header.kind);
            Finding::new(Code::UNKNOWN_COMMIT_TYPE, "the message", message).suggest(advice)
        }
        None => Finding::new(
            Code::UNREADABLE_COMMIT,
            "the message",
            "its first line says no type, so it is no evidence of what the change means",
        )
        .suggest("begin it with a type, such as `fix: ` or `feat(scope): `"),
    };
    vec![finding.at(at)]
}

/// The types of commits, such as `feat`.
fn types() -> BTreeSet<&'static str> {
    let no_type = ["merge", "release-as", "other", "revert"];
    commits::rules()
        .filter_map(|rule| rule.strip_prefix("commits."))
        .filter(|name| !no_type.contains(name))
        .collect()
}

/// The type that most letters of a word make up, where two letters at most are wrong.
fn nearest<'a>(word: &str, types: &BTreeSet<&'a str>) -> Option<&'a str> {
    const LONGEST: usize = 20;
    let word: Vec<char> = word.to_lowercase().chars().collect();
    if word.len() > LONGEST {
        return None;
    }
    let rated =
        types.iter().map(|name| (distance(&word, &name.chars().collect::<Vec<_>>()), *name));
    rated
        .filter(|(letters, name)| *letters <= 2 && *letters < name.len())
        .min()
        .map(|(_, name)| name)
}

/// How many letters are wrong, missing or too many, or change places with their neighbours.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, candidate) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != candidate);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped =
                row > 0 && column > 0 && one[row - 1] == *candidate && other[column - 1] == *letter;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
