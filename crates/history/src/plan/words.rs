//! Words for derivations.

use trainyard_version::Level;

use super::Evidence;

/// How many commits a sentence names before it only counts them.
const NAMED_CHANGES: usize = 3;

/// `1a2b3c4d5 feat: search`, or a count where there are many.
pub(super) fn named(evidence: &[&Evidence]) -> String {
    if evidence.len() > NAMED_CHANGES {
        let level = evidence.iter().map(|each| each.level).min().unwrap_or(Level::None);
        return format!("the {} changes that need {} or more", evidence.len(), an_article(level));
    }
    let names: Vec<_> = evidence
        .iter()
        .map(|each| match &each.change.source.commit {
            Some(commit) => {
                format!("{} {}", commit.get(..9).unwrap_or(commit), each.change.title())
            }
            None => each.change.title(),
        })
        .collect();
    names.join(" and ")
}

/// `a minor release`.
pub(super) fn an_article(level: Level) -> String {
    match level {
        Level::None => "no release".to_owned(),
        level => format!("a {level} release"),
    }
}

/// `1 change`, `2 changes`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
