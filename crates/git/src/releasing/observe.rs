//! What a repository shows of a release.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_release::journal::{
    Commit, FileChange, Journal, Observed, Plan, Record, Remote, Step,
};

use super::{Releases, ReleasingError};
use crate::GitFailed;

impl Releases {
    /// Looks at everything that tells how far a release has come.
    pub(super) fn observe(&self, journal: &Journal) -> Result<Observed, ReleasingError> {
        let plan = &journal.plan;
        let head = self.git.ask(&["symbolic-ref", "--quiet", "HEAD"], b"")?;
        let head = String::from_utf8_lossy(&head.stdout).trim_end().to_owned();
        let tags = plan.tags.iter().map(|tag| tag.name.as_str());
        let names: Vec<_> = tags.chain(plan.lines.iter().map(String::as_str)).collect();
        let is_pushing = journal.records.contains(&Record::Begun(Step::Push));
        Ok(Observed {
            head: (!head.is_empty()).then_some(head),
            commits: self.commits(plan)?,
            references: self.git.commits_at(&names)?,
            files: self.files(plan)?,
            remote: if is_pushing { self.remote(plan) } else { Remote::Unknown },
        })
    }

    /// The commits above the start of the plan, newest first.
    fn commits(&self, plan: &Plan) -> Result<Option<Vec<Commit>>, GitFailed> {
        let is_ancestor = ["merge-base", "--is-ancestor", &plan.start, &plan.branch];
        if self.git.ask(&is_ancestor, b"")?.code != Some(0) {
            return Ok(None);
        }
        let range = format!("{}..{}", plan.start, plan.branch);
        let text = self.git.run(&[
            "rev-list",
            "--first-parent",
            "--no-commit-header",
            "--encoding=UTF-8",
            "--format=%H%n%B%x00",
            &range,
        ])?;
        let commits = text.split('\0').filter_map(|commit| commit.trim_start().split_once('\n'));
        let commit =
            |(id, message): (&str, &str)| Commit { id: id.to_owned(), message: message.to_owned() };
        Ok(Some(commits.map(commit).collect()))
    }

    /// The blobs that files of the plan would be if they were added.
    fn files(&self, plan: &Plan) -> Result<BTreeMap<Utf8PathBuf, Option<String>>, ReleasingError> {
        let next = plan.next.iter().flat_map(|next| &next.files);
        let mut wanted: BTreeMap<&Utf8Path, BTreeSet<&str>> = BTreeMap::new();
        for FileChange { path, before, after } in plan.files.iter().chain(next) {
            let blobs = wanted.entry(path).or_default();
            blobs.extend(before.iter().chain(after).map(String::as_str));
        }
        let is_there = |path: &Utf8Path| {
            fs_err::symlink_metadata(self.root.join(path)).is_ok_and(|about| about.is_file())
        };
        let present: Vec<_> = wanted.keys().filter(|path| is_there(path)).copied().collect();
        let mut found: BTreeMap<_, _> =
            wanted.keys().map(|path| ((*path).to_owned(), None)).collect();
        for (path, blob) in present.iter().zip(self.hashes(&present)?) {
            let known = &wanted[path];
            let blob = if known.contains(blob.as_str()) {
                blob
            } else {
                // Its filters may be no inverses; then what a checkout writes counts.
                self.written_from(path, known)?.unwrap_or(blob)
            };
            found.insert((*path).to_owned(), Some(blob));
        }
        Ok(found)
    }

    fn hashes(&self, paths: &[&Utf8Path]) -> Result<Vec<String>, GitFailed> {
        const AT_ONCE: usize = 500;
        let mut hashes = Vec::new();
        for some in paths.chunks(AT_ONCE) {
            let names: Vec<_> = some.iter().map(|path| path.as_str()).collect();
            let text = self.git.run(&[&["hash-object", "--"], names.as_slice()].concat())?;
            hashes.extend(text.lines().map(str::to_owned));
        }
        Ok(hashes)
    }

    /// Which of some blobs a file was checked out from.
    fn written_from(
        &self,
        path: &Utf8Path,
        blobs: &BTreeSet<&str>,
    ) -> Result<Option<String>, ReleasingError> {
        let content = fs_err::read(self.root.join(path))
            .map_err(|source| ReleasingError::File { path: path.to_owned(), source })?;
        for blob in blobs {
            if self.content(path, blob)? == content {
                return Ok(Some((*blob).to_owned()));
            }
        }
        Ok(None)
    }

    fn remote(&self, plan: &Plan) -> Remote {
        let Some(remote) = &plan.remote else { return Remote::Unknown };
        match self.git.commits_of_remote(remote) {
            Ok(mut found) => {
                found.retain(|name, _| plan.tags.iter().any(|tag| tag.name == *name));
                Remote::Tags(found)
            }
            Err(_) => Remote::Unknown,
        }
    }
}
