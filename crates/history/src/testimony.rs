//! What commits say about one component.

mod merges;

use std::collections::{BTreeMap, HashMap};

use trainyard_evidence::{
    Change, Verdict,
    commits::{self, CommitMessage, MergeTitles, Override},
};
use trainyard_policy::{Component, Policy};

use self::merges::Merges;
use crate::{
    facts::{CommitDetail, CommitGraph, CommitId, CommitIndex, History},
    plan::{Question, Testimony},
};

/// What some commits say about a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// What changed, with the first path of the component that the commit touches.
    pub(crate) changes: Vec<Change>,
    /// How many commits, merges aside, touch the component.
    pub(crate) commits: usize,
    /// Versions asked for, newest first.
    pub(crate) overrides: Vec<Override>,
}

/// Reads the commits that touch a component, newest first.
///
/// A merge touches it where a commit does that it brought in.
///
/// *Cost*: linear in messages and paths; see [`Merges`] for what merges add.
pub(crate) fn of_commits<'a>(
    component: &Component,
    graph: &CommitGraph,
    details: impl IntoIterator<Item = (CommitIndex, &'a CommitDetail)>,
) -> Said {
    let listed: Vec<_> = details.into_iter().collect();
    let touches: Vec<_> =
        listed.iter().map(|(_, detail)| touched_path(component, detail)).collect();
    let mut merges = Merges::of(graph, &listed);
    merges.keep_members(&listed, |place| touches[place].is_some());
    let touching: Vec<_> = listed
        .iter()
        .zip(&touches)
        .enumerate()
        .filter_map(|(place, ((_, detail), path))| {
            let members = merges.members(place);
            let path = path.or_else(|| (!members.is_empty()).then_some(None))?;
            Some((message_of(detail, members), *detail, path))
        })
        .collect();
    let commits = touching.iter().filter(|(_, detail, _)| detail.parents < 2).count();
    let mut messages = Vec::with_capacity(touching.len());
    let mut paths_of = Vec::with_capacity(touching.len());
    for (message, _, path) in touching {
        messages.push(message);
        paths_of.push(path);
    }
    let paths: BTreeMap<&str, Option<&camino::Utf8PathBuf>> =
        messages.iter().map(|message| message.id.as_str()).zip(paths_of).collect();
    let mut evidence = commits::detect(&messages, MergeTitles::Ignored);
    for change in &mut evidence.changes {
        let commit = change.source.commit.as_deref();
        let path = commit.and_then(|commit| paths.get(commit).copied().flatten());
        change.source.path = path.cloned();
    }
    Said { changes: evidence.changes, commits, overrides: evidence.overrides }
}

/// `None`: the commit does not touch the component; else the first path of it that does, where there is one (a commit
/// without changes speaks for a component of the whole tree).
#[expect(clippy::option_option, reason = "not touching and touching without a path are two things")]
fn touched_path<'a>(
    component: &Component,
    detail: &'a CommitDetail,
) -> Option<Option<&'a camino::Utf8PathBuf>> {
    let touched = detail.paths.iter().find(|path| component.paths.contains(path));
    match touched {
        Some(path) => Some(Some(path)),
        None if detail.paths.is_empty() && component.paths.is_everything() => Some(None),
        None => None,
    }
}

/// The changes, each with the first of the commits, newest first, that touches its file.
pub(crate) fn attributed(mut changes: Vec<Change>, commits: &[&CommitDetail]) -> Vec<Change> {
    let mut touched: HashMap<&camino::Utf8Path, CommitId> = HashMap::new();
    if changes.is_empty() {
        return changes;
    }
    for detail in commits {
        for path in &detail.paths {
            touched.entry(path).or_insert(detail.id);
        }
    }
    for change in &mut changes {
        let place = change.source.path.as_ref();
        let place = place.or_else(|| change.before.as_ref()?.path.as_ref());
        let commit = place.and_then(|path| touched.get(path.as_path()));
        change.source.commit = commit.map(ToString::to_string);
    }
    changes
}

fn message_of(detail: &CommitDetail, members: &[CommitId]) -> CommitMessage {
    CommitMessage {
        id: detail.id.to_string(),
        message: detail.message.clone(),
        is_merge: detail.parents > 1,
        merged: members.iter().map(ToString::to_string).collect(),
    }
}

impl Testimony {
    /// Adds what the trees of a question's base and head say, each change with the newest commit that touched its file.
    pub fn hear_trees(
        &mut self,
        history: &History,
        question: &Question,
        verdict: Verdict,
        details: &BTreeMap<CommitId, &CommitDetail>,
    ) {
        self.rules.insert(question.component, verdict.rules);
        let commits = question.commits.iter().map(|commit| history.graph.id(*commit));
        let listed: Vec<_> = commits.filter_map(|id| details.get(&id).copied()).collect();
        let changes = attributed(verdict.changes, &listed);
        self.changes.entry(question.component).or_default().extend(changes);
    }

    /// Adds what the commits of all questions say.
    pub fn hear_commits(
        &mut self,
        policy: &Policy,
        history: &History,
        questions: &[Question],
        details: &BTreeMap<CommitId, &CommitDetail>,
    ) {
        for question in questions {
            let component = &policy.components[question.component];
            let asked = question.commits.iter().filter_map(|commit| {
                Some((*commit, details.get(&history.graph.id(*commit)).copied()?))
            });
            let said = of_commits(component, &history.graph, asked);
            self.commits.insert(question.component, said.commits);
            self.changes.entry(question.component).or_default().extend(said.changes);
            let asked = said.overrides.into_iter().find_map(|asked| {
                let version = component.current().scheme.parse(&asked.version).ok()?;
                let commit = asked.source.commit.unwrap_or_default();
                let source = format!("commit {}", commit.get(..9).unwrap_or(&commit));
                Some((version, source))
            });
            if let Some(asked) = asked {
                self.asked.insert(question.component, asked);
            }
        }
    }
}
