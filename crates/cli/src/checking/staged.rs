//! What is staged for the next commit, held against the last one.

use std::{cell::RefCell, collections::HashMap};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{FileEntry, Memo, Tree, fragments::FragmentFile};
use trainyard_history::{
    check::{self, Check, Own, Proposal, VersionChange},
    plan::{Question, Request, Stage, Testimony},
    version_in,
};
use trainyard_policy::{Component, FragmentSource, VersionFile};
use trainyard_version::Version;

use super::{Answer, Scope};
use crate::{
    args::{self, Global},
    comparing,
    error::CommandError,
    planning, progress,
    site::{self, Site},
    surroundings,
};

/// Larger version files and fragments are not read.
const LARGEST_BYTES: u64 = 4 << 20;

/// Checks what is staged; `message` is the one being written, where there is one.
pub(super) fn check(
    site: &Site,
    global: &Global,
    args: &args::Check,
    message: Option<&str>,
) -> Result<Answer, CommandError> {
    let Some(head) = site.history.head.clone() else {
        let check = Check { components: Vec::new(), findings: Vec::new() };
        return Ok((check, Scope::Staged { base: None }, site.repository.unborn_branch()));
    };
    let branch = head.branch.clone();
    let base = site.history.graph.id(head.commit);
    let request = Request { head, stage: Stage::ByPolicy, today: site::day(args.date) };
    // Both trees have nearly the same paths, and asking costs more than remembering.
    let known: RefCell<HashMap<Utf8PathBuf, bool>> = RefCell::default();
    let wanted = |path: &Utf8Path| {
        if let Some(answer) = known.borrow().get(path) {
            return *answer;
        }
        let answer = is_wanted(site, path);
        known.borrow_mut().insert(path.to_owned(), answer);
        answer
    };
    let trees = site.repository.trees(&wanted);
    let old = trees.of(base)?;
    let index = surroundings::index(&global.directory);
    let new = site.repository.staged(index.as_deref(), &wanted)?;
    comparing::prepare_threads();
    let memo = Memo::default();
    let questions = Question::all(&site.policy, &site.history, &site.survey, &request);
    let mut findings = Vec::new();
    let mut proposals = Vec::new();
    for question in &questions {
        let component = &site.policy.components[question.component];
        if component.repository.is_some() {
            continue;
        }
        let verdict = progress::while_doing("comparing trees", || {
            comparing::compare_alone(component, &old, &new, &memo, site.cache.as_ref())
        });
        let mut testimony = Testimony::default();
        hear_fragments(site, question, &old, &new, &mut testimony);
        findings.extend(testimony.findings);
        proposals.push(Proposal {
            question,
            commits: Vec::new(),
            fragments: testimony.changes.remove(&question.component).unwrap_or_default(),
            verdict,
            stated: stated(component, &old).zip(stated(component, &new)),
            own: Own { title: message, labels: &args.labels, ..Own::default() },
            has_fragment: false,
            version_changes: version_changes(component, &old, &new, message),
        });
    }
    let mut check = check::check(&site.policy, &site.history.graph, &proposals, request.today);
    check.findings.extend(findings);
    Ok((check, Scope::Staged { base: Some(base) }, branch))
}

/// What detectors read, version files and fragments.
fn is_wanted(site: &Site, path: &Utf8Path) -> bool {
    comparing::is_wanted(&site.policy, path)
        || site.policy.components.iter().any(|component| {
            component.version_files.iter().any(|file| file.path == path)
                || component.fragments.iter().any(|source| path.parent() == Some(folder_of(source)))
        })
}

fn folder_of(source: &FragmentSource) -> &Utf8Path {
    let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) = source;
    folder
}

fn entry<'a>(tree: &'a dyn Tree, path: &Utf8Path) -> Option<&'a FileEntry> {
    tree.root().files().find(|entry| entry.path == path)
}

fn text(tree: &dyn Tree, entry: &FileEntry) -> Option<String> {
    String::from_utf8(tree.read(entry, LARGEST_BYTES).ok()?).ok()
}

/// What a version file says, and its line.
fn stated_in(tree: &dyn Tree, file: &VersionFile) -> Option<(String, u32)> {
    let text = text(tree, entry(tree, &file.path)?)?;
    version_in(&file.path, &file.place, &text).ok()
}

fn stated(component: &Component, tree: &dyn Tree) -> Option<Version> {
    let scheme = &component.current().scheme;
    component.version_files.iter().find_map(|file| scheme.parse(&stated_in(tree, file)?.0).ok())
}

fn version_changes(
    component: &Component,
    old: &dyn Tree,
    new: &dyn Tree,
    message: Option<&str>,
) -> Vec<VersionChange> {
    let changed = component.version_files.iter().filter_map(|file| {
        let after = stated_in(new, file)?;
        let before = stated_in(old, file).map(|before| before.0);
        (before.as_ref() != Some(&after.0)).then(|| VersionChange {
            path: file.path.clone(),
            line: Some(after.1),
            from: before,
            to: after.0,
            commit: None,
            message: message.map(str::to_owned),
            is_tagged: false,
        })
    });
    changed.collect()
}

/// Adds what the fragments say that are staged and were not there before.
fn hear_fragments(
    site: &Site,
    question: &Question,
    old: &dyn Tree,
    new: &dyn Tree,
    testimony: &mut Testimony,
) {
    for source in &site.policy.components[question.component].fragments {
        let folder = folder_of(source);
        let fresh = new
            .root()
            .files()
            .filter(|file| file.path.parent() == Some(folder) && entry(old, &file.path).is_none());
        let files: Vec<_> = fresh
            .filter_map(|file| {
                Some(FragmentFile { path: file.path.clone(), text: text(new, file)? })
            })
            .collect();
        planning::hear_fragment_files(site, question, source, &files, testimony);
    }
}
