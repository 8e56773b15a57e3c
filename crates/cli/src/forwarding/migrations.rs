//! Whether picked migrations fit the line.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{ContentId, EntryKind, FileEntry, Folder, Memo, Tree, Unreadable};
use trainyard_git::{CommitTree, Git};
use trainyard_history::{CommitId, check};
use trainyard_report::{Code, Finding};

use crate::{comparing, error::CommandError, site::Site};

/// What makes a line's migrations unusable, so that the branch must not move.
const FATAL: [Code; 4] = [
    Code::RELEASED_MIGRATION_CHANGED,
    Code::SEVERAL_HEADS,
    Code::MIGRATION_INSERTED,
    Code::BROKEN_MIGRATION_ORDER,
];

/// A commit's tree with some files of another, which may not be in the repository's own store.
struct Overlay {
    below: CommitTree,
    root: Folder,
    contents: BTreeMap<ContentId, Vec<u8>>,
}

impl Tree for Overlay {
    fn root(&self) -> &Folder {
        &self.root
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        match self.contents.get(&entry.content) {
            Some(bytes) if bytes.len() as u64 > largest_bytes => {
                Err(Unreadable::TooLarge { size_bytes: bytes.len() as u64, largest_bytes })
            }
            Some(bytes) => Ok(bytes.clone()),
            None => self.below.read(entry, largest_bytes),
        }
    }
}

/// What a line's files come to with picks: findings on migrations, and whether they forbid it.
///
/// `line` is a commit of the repository; `picked` may be anywhere that git finds it.
pub(crate) fn findings(
    site: &Site,
    git: &Git,
    branch: &str,
    line: CommitId,
    picked: &str,
) -> Result<(Vec<Finding>, bool), CommandError> {
    comparing::prepare_threads();
    let wanted = |path: &Utf8Path| comparing::is_wanted(&site.policy, path);
    let trees = site.repository.trees(&wanted);
    let old = trees.of(line)?;
    let new = overlay(git, &old, line, picked, &wanted)?;
    let memo = Memo::default();
    let mut findings = Vec::new();
    for (index, component) in site.policy.components.iter().enumerate() {
        if component.repository.is_some() {
            continue;
        }
        let verdict = comparing::compare_alone(component, &old, &new, &memo, site.cache.as_ref());
        let weighed = check::weigh(&site.policy, index, None, verdict);
        findings.extend(check::remarks_on(&weighed, branch, "with the picks the line"));
    }
    findings.retain(|finding| FATAL.contains(&finding.code));
    let is_fatal = !findings.is_empty();
    Ok((findings, is_fatal))
}

fn overlay(
    git: &Git,
    old: &CommitTree,
    line: CommitId,
    picked: &str,
    wanted: &dyn Fn(&Utf8Path) -> bool,
) -> Result<Overlay, CommandError> {
    let touched = git.touched_between(&line.to_string(), picked)?;
    let touched: Vec<_> = touched.into_iter().filter(|each| wanted(&each.path)).collect();
    let blobs: Vec<_> = touched.iter().filter_map(|each| each.blob.clone()).collect();
    let mut contents = BTreeMap::new();
    for (blob, bytes) in blobs.iter().zip(git.contents(&blobs)?) {
        if let (Ok(id), Some(bytes)) = (blob.parse::<CommitId>(), bytes) {
            contents.insert(ContentId(id.0), bytes);
        }
    }
    let mut entries: BTreeMap<Utf8PathBuf, FileEntry> =
        old.root().files().map(|entry| (entry.path.clone(), entry.clone())).collect();
    for each in touched {
        match each.blob.and_then(|blob| blob.parse::<CommitId>().ok()) {
            Some(id) => {
                let content = ContentId(id.0);
                let entry = FileEntry { path: each.path.clone(), content, kind: EntryKind::File };
                entries.insert(each.path, entry);
            }
            None => _ = entries.remove(&each.path),
        }
    }
    let root = Folder::of_files("", entries.into_values().collect());
    Ok(Overlay { below: old.clone(), root, contents })
}
