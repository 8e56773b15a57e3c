//! What a release is going to do.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// Everything a release is going to do, known before it begins.
///
/// *Invariants* that the caller sees to: the working tree has no changes in the files; both contents of each file are in
/// the object database; there is at least one tag; the messages of the two commits differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is released, for people, such as `app 1.2.0`.
    pub name: String,
    /// The full name of the branch that is checked out and gets the commits.
    pub branch: String,
    /// The commit the branch is at.
    pub start: String,
    /// What the release changes. Where it is nothing there is no commit, and the start itself is what is released.
    pub files: Vec<FileChange>,
    /// The message of the release's commit.
    pub message: String,
    /// The tags; a group that is released together has several.
    pub tags: Vec<NewTag>,
    /// Whether commits and tags are signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sign: bool,
    /// The full names of the lines' branches, where the release begins lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// What the branch goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextDevelopment>,
    /// The remote that gets branches and tags in one atomic push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

/// An annotated tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTag {
    /// The full name, such as `refs/tags/v1.2.0`.
    pub name: String,
    /// What it says.
    pub message: String,
}

/// One file that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Relative to the repository's root.
    pub path: Utf8PathBuf,
    /// The blob before; none where the file is new.
    pub before: Option<String>,
    /// The blob after; none where the file goes, as fragments do.
    pub after: Option<String>,
}

/// The commit that gives the branch its next development version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextDevelopment {
    /// What it changes; `before` is what the release wrote.
    pub files: Vec<FileChange>,
    /// Its message.
    pub message: String,
}

/// A step of a release.
///
/// | step | what it does | what takes it back |
/// |---|---|---|
/// | `WriteRelease` | writes the files of the release | writes those of the start |
/// | `Commit` | commits them on the branch | sets branch and index back to the start, if the branch is at that commit |
/// | `Tag` | tags the commit | deletes the tag, if it is at that commit |
/// | `Line` | creates a line's branch on the same commit | deletes the branch, if it is at that commit |
/// | `WriteNext` | writes the files of the next development version | writes those of the release |
/// | `CommitNext` | commits them on the branch | sets branch and index back to the release, if the branch is at that commit |
/// | `Push` | pushes branches and tags, all or nothing | nothing: what is public stays |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Writes the files of the release.
    WriteRelease,
    /// Commits them.
    Commit,
    /// Creates one of the tags, by its index.
    Tag(usize),
    /// Creates one of the lines' branches, by its index.
    Line(usize),
    /// Writes the files of the next development version.
    WriteNext,
    /// Commits them.
    CommitNext,
    /// Makes everything public.
    Push,
}

/// How a release ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything is done.
    Released,
    /// Everything is as it was before.
    AsBefore,
}

impl Plan {
    /// Whether the release has a commit of its own.
    pub fn has_commit(&self) -> bool {
        !self.files.is_empty()
    }

    /// The steps, in order.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.has_commit() {
            steps.extend([Step::WriteRelease, Step::Commit]);
        }
        steps.extend((0..self.tags.len()).map(Step::Tag));
        steps.extend((0..self.lines.len()).map(Step::Line));
        if self.next.is_some() {
            steps.extend([Step::WriteNext, Step::CommitNext]);
        }
        steps.extend(self.remote.is_some().then_some(Step::Push));
        steps
    }
}
