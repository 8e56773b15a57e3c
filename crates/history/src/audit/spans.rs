//! Which commits each release brought.

use crate::{
    facts::{CommitIndex, History},
    survey::{ComponentHistory, Survey},
};

/// The commits between two final releases.
#[derive(Clone, Debug)]
pub struct Span {
    /// Index into [`ComponentHistory::releases`].
    pub release: usize,
    /// The final release before it by version, likewise.
    pub previous: Option<usize>,
    /// What it has that the previous one has not, children first; `None` without a repository, or for the first
    /// release, which is no change of anything.
    pub commits: Option<Vec<CommitIndex>>,
}

/// The spans of every component.
///
/// *Cost*: about linear in commits, plus each release's distance to the one before it.
pub fn spans(history: &History, survey: &Survey) -> Vec<Vec<Span>> {
    survey.components.iter().map(|past| of_component(history, past)).collect()
}

fn of_component(history: &History, past: &ComponentHistory) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let finals = past.releases.iter().enumerate().filter(|(_, release)| release.is_final());
    for (index, release) in finals {
        let previous = spans.last().map(|span| span.release);
        let same =
            previous.is_some_and(|previous| super::is_same(&past.releases[previous], release));
        if same {
            continue;
        }
        let commits = previous.and_then(|previous| {
            let base = past.releases[previous].commit?;
            Some(history.graph.range(release.commit?, [base]))
        });
        spans.push(Span { release: index, previous, commits });
    }
    spans
}
