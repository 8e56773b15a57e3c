//! The steps of a release, done and taken back.

use trainyard_release::journal::{FileChange, Observed, Plan, Step};

use super::{Releases, ReleasingError};
use crate::{GitFailed, NewCommit, ReferenceUpdate};

/// What the logs of references say.
const REASON: &str = "trainyard release";
const REASON_BACK: &str = "trainyard release: taken back";

impl Releases {
    /// Does a step; what is there of it already stays as it is.
    pub(super) fn act(
        &self,
        plan: &Plan,
        observed: &Observed,
        step: Step,
    ) -> Result<(), ReleasingError> {
        let release = observed.release(plan).unwrap_or_default();
        match step {
            Step::WriteRelease => self.write_all(&plan.files, After),
            Step::Commit => Ok(self.commit(plan, &plan.start, &plan.files, &plan.message)?),
            Step::Tag(index) => {
                let Some(tag) = plan.tags.get(index) else { return Ok(()) };
                let name = tag.name.strip_prefix("refs/tags/").unwrap_or(&tag.name);
                let kind = if plan.sign { "--sign" } else { "--annotate" };
                let fsync = "core.fsync=committed,reference";
                self.git.run(&[
                    "-c",
                    fsync,
                    "tag",
                    kind,
                    "--cleanup=verbatim",
                    "-m",
                    &tag.message,
                    "--",
                    name,
                    release,
                ])?;
                Ok(())
            }
            Step::Line(index) => {
                let Some(name) = plan.lines.get(index) else { return Ok(()) };
                let create = ReferenceUpdate::create(name, release);
                Ok(self.git.update_references(&[create], REASON)?)
            }
            Step::WriteNext => match &plan.next {
                Some(next) => self.write_all(&next.files, After),
                None => Ok(()),
            },
            Step::CommitNext => match &plan.next {
                Some(next) => Ok(self.commit(plan, release, &next.files, &next.message)?),
                None => Ok(()),
            },
            Step::Push => {
                let Some(remote) = &plan.remote else { return Ok(()) };
                let tags = plan.tags.iter().map(|tag| tag.name.as_str());
                let branches = std::iter::once(&plan.branch).chain(&plan.lines);
                let names: Vec<_> = branches.map(String::as_str).chain(tags).collect();
                Ok(self.git.push(remote, &names)?)
            }
        }
    }

    /// Takes a step back; what is gone of it already is left as it is.
    pub(super) fn undo(
        &self,
        plan: &Plan,
        observed: &Observed,
        step: Step,
    ) -> Result<(), ReleasingError> {
        let release = observed.release(plan).unwrap_or_default();
        let update = match step {
            // The index first: as long as a file is not back, this is done again.
            Step::WriteRelease => {
                self.stage(&plan.files, true)?;
                return self.write_all(&plan.files, Before);
            }
            Step::WriteNext => {
                let Some(next) = &plan.next else { return Ok(()) };
                self.stage(&next.files, true)?;
                return self.write_all(&next.files, Before);
            }
            Step::Commit => ReferenceUpdate::go_on(&plan.branch, release, &plan.start),
            Step::CommitNext => {
                let tip = observed.commits.iter().flatten().next();
                let tip = tip.map(|commit| commit.id.as_str()).unwrap_or_default();
                ReferenceUpdate::go_on(&plan.branch, tip, release)
            }
            Step::Tag(index) => {
                let Some(tag) = plan.tags.get(index) else { return Ok(()) };
                // The tag object; that it leads to the release's commit was seen.
                let object = self.git.run(&["rev-parse", "--verify", &tag.name])?;
                ReferenceUpdate::delete(&tag.name, object)
            }
            Step::Line(index) => {
                let Some(name) = plan.lines.get(index) else { return Ok(()) };
                ReferenceUpdate::delete(name, release)
            }
            Step::Push => return Ok(()),
        };
        Ok(self.git.update_references(&[update], REASON_BACK)?)
    }

    /// Commits files on the plan's branch. The index comes first: once the branch has moved, nothing is left to do.
    fn commit(
        &self,
        plan: &Plan,
        parent: &str,
        files: &[FileChange],
        message: &str,
    ) -> Result<(), GitFailed> {
        let tree = format!("{parent}^{{tree}}");
        let tree = self.git.write_tree(Some(&tree), &self.tree_edits(files)?)?;
        let commit = NewCommit { tree: &tree, parents: &[parent], message, sign: plan.sign };
        let commit = self.git.write_commit(&commit)?;
        self.stage(files, false)?;
        let on = ReferenceUpdate::go_on(&plan.branch, parent, commit);
        self.git.update_references(&[on], REASON)
    }

    fn write_all(&self, changes: &[FileChange], side: Side) -> Result<(), ReleasingError> {
        for change in changes {
            let blob = match side {
                Before => &change.before,
                After => &change.after,
            };
            self.write(&change.path, blob.as_deref())?;
        }
        Ok(())
    }
}

/// Which content of a file is meant.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

use Side::{After, Before};
