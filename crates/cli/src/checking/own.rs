//! What a proposal itself brings.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use trainyard_evidence::fragments;
use trainyard_git::FileContent;
use trainyard_history::{
    CommitDetail, CommitId, CommitIndex, Head,
    check::{Own, VersionChange},
    version_in,
};
use trainyard_policy::{Component, FragmentSource, VersionFile};

use crate::{
    args,
    error::CommandError,
    site::{self, Site},
};

/// What a proposal brings that no release and no other line has.
pub(super) struct Brought<'a> {
    pub(super) brought: Own<'a>,
    /// The commits, newest first, merges aside.
    commits: Vec<(CommitIndex, &'a CommitDetail)>,
}

/// Reads what the commits since a base bring, without those that releases and the branches of other lines have.
pub(super) fn of_range<'a>(
    site: &Site,
    head: &Head,
    base: CommitIndex,
    details: &BTreeMap<CommitId, &'a CommitDetail>,
    args: &'a args::Check,
) -> Result<Brought<'a>, CommandError> {
    let graph = &site.history.graph;
    let carried = elsewhere(site, head).chain([base]);
    let range = graph.range(head.commit, carried);
    let commits: Vec<_> = range
        .into_iter()
        .filter_map(|commit| Some((commit, *details.get(&graph.id(commit))?)))
        .filter(|(_, detail)| detail.parents < 2)
        .collect();
    let paths: BTreeSet<Utf8PathBuf> =
        commits.iter().flat_map(|(_, detail)| detail.paths.iter().cloned()).collect();
    let present = present(site, graph.id(head.commit), &paths)?;
    let brought = Own {
        commits: commits.iter().map(|(_, detail)| *detail).collect(),
        paths,
        present,
        title: args.title.as_deref(),
        labels: &args.labels,
    };
    Ok(Brought { brought, commits })
}

/// The releases and the branches of lines, other than the head itself.
fn elsewhere<'a>(site: &'a Site, head: &'a Head) -> impl Iterator<Item = CommitIndex> + 'a {
    let pasts = &site.survey.components;
    let releases = pasts.iter().flat_map(|past| &past.releases).filter_map(|each| each.commit);
    let branches = pasts
        .iter()
        .flat_map(|past| past.lines.values())
        .filter_map(|line| line.branch.as_ref())
        .filter(|branch| head.branch.as_deref() != Some(branch.name.as_str()))
        .map(|branch| branch.tip);
    releases.chain(branches).filter(|tip| *tip != head.commit)
}

/// Of the paths that are called as fragments, those that are there in the end.
fn present(
    site: &Site,
    head: CommitId,
    paths: &BTreeSet<Utf8PathBuf>,
) -> Result<BTreeSet<Utf8PathBuf>, CommandError> {
    let named = paths.iter().filter(|path| path.file_name().is_some_and(fragments::has_known_type));
    let wanted: Vec<_> = named.map(|path| (head, path.clone())).collect();
    let contents = site.repository.read_files(&wanted)?;
    let there = wanted.into_iter().zip(contents).filter(|(_, content)| {
        matches!(content, FileContent::Bytes(_) | FileContent::TooLarge { .. })
    });
    Ok(there.map(|((_, path), _)| path).collect())
}

impl Brought<'_> {
    /// Whether a fragment of a component is new or edited.
    pub(super) fn edits_fragment(&self, component: &Component) -> bool {
        self.brought.present.iter().any(|path| {
            component.fragments.iter().any(|source| {
                let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) =
                    source;
                path.parent() == Some(folder)
            })
        })
    }
}

/// What one version file says: the text as written, and its line.
type Stated = Option<(String, u32)>;

/// The version files of a component that say another version at the head than at the base, by a commit of the proposal.
pub(super) fn version_changes(
    site: &Site,
    component: usize,
    (base, head): (CommitIndex, CommitIndex),
    own: &Brought<'_>,
) -> Result<Vec<VersionChange>, CommandError> {
    let files = &site.policy.components[component].version_files;
    let mut changes = Vec::new();
    for file in files {
        let touching = own.commits.iter().filter(|(_, detail)| detail.paths.contains(&file.path));
        let mut touching = touching.peekable();
        if touching.peek().is_none() {
            continue;
        }
        let before = stated(site, base, file)?;
        let Some(after) = stated(site, head, file)? else { continue };
        if before.as_ref().is_some_and(|before| before.0 == after.0) {
            continue;
        }
        for (commit, detail) in touching {
            let now = stated(site, *commit, file)?;
            let parent = site.history.graph.parents(*commit).first();
            let then = parent.map(|parent| stated(site, *parent, file)).transpose()?.flatten();
            if text(now.as_ref()) == text(then.as_ref()) {
                continue;
            }
            changes.push(VersionChange {
                path: file.path.clone(),
                line: Some(after.1),
                from: before.map(|before| before.0),
                to: after.0,
                commit: Some(detail.id),
                message: Some(own.brought.title.unwrap_or(&detail.message).to_owned()),
                is_tagged: is_tagged(site, component, *commit),
            });
            break;
        }
    }
    Ok(changes)
}

fn text(stated: Option<&(String, u32)>) -> Option<&str> {
    stated.map(|(text, _)| text.as_str())
}

fn stated(site: &Site, commit: CommitIndex, file: &VersionFile) -> Result<Stated, CommandError> {
    let wanted = [(site.history.graph.id(commit), file.path.clone())];
    let content = site.repository.read_files(&wanted)?.pop();
    let text = content.and_then(site::text_of);
    Ok(text.and_then(|text| version_in(&file.path, &file.place, &text).ok()))
}

fn is_tagged(site: &Site, component: usize, commit: CommitIndex) -> bool {
    let past = site.survey.components.iter().filter(|past| past.component == component);
    past.flat_map(|past| &past.releases).any(|release| release.commit == Some(commit))
}
