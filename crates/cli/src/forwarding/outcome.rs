//! What carrying came to.

use camino::Utf8PathBuf;
use serde::Serialize;
use trainyard_report::Finding;

/// What `forward` did, or would do.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Carried {
    /// Whether nothing was done, only looked at.
    pub(crate) is_rehearsal: bool,
    /// The merges, in order.
    pub(crate) steps: Vec<Step>,
    /// The picks, by line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) picks: Vec<Picks>,
    /// The branches that moved.
    pub(crate) moved: Vec<Moved>,
    /// The remote that they were pushed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pushed: Option<String>,
    /// The worktree that waits for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prepared: Option<Utf8PathBuf>,
    /// What is to be looked at.
    pub(crate) findings: Vec<Finding>,
    /// Remarks for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// A branch that went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Moved {
    pub(crate) branch: String,
    /// Where it was; none where it is new.
    pub(crate) from: Option<String>,
    pub(crate) to: String,
}

/// One merge.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) from: String,
    pub(crate) into: String,
    pub(crate) state: StepState,
    /// How many commits it brings, merges left out.
    pub(crate) commits: usize,
    /// The commits that were missing, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
    /// The files that it changes.
    pub(crate) files: usize,
    /// What was settled, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) settled: Vec<Settled>,
    /// What is left to a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) conflicts: Vec<Conflict>,
    /// The merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merge: Option<String>,
}

/// How a merge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StepState {
    /// The branch has all commits.
    UpToDate,
    /// Every fix has come under another name.
    Arrived,
    /// It is made, or would be.
    Merged,
    /// A person must settle it.
    Conflicts,
    /// An earlier merge must be settled first.
    Waits,
    /// The branch cannot move.
    Blocked,
}

/// A file that was settled by line and direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Settled {
    pub(crate) path: Utf8PathBuf,
    /// The component, for a place that states a version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) component: Option<String>,
    /// What the branch had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ours: Option<String>,
    /// What came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) theirs: Option<String>,
    /// What is stated now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// Why.
    pub(crate) because: String,
}

/// A file that is left to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Conflict {
    pub(crate) path: Utf8PathBuf,
    /// What is the matter, such as `contents`.
    pub(crate) kind: String,
}

/// The picks onto one line.
#[derive(Debug, Serialize)]
pub(crate) struct Picks {
    pub(crate) line: String,
    pub(crate) state: StepState,
    /// Each commit and what became of it, oldest first.
    pub(crate) commits: Vec<Pick>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) settled: Vec<Settled>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) conflicts: Vec<Conflict>,
}

/// One commit that is picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pick {
    pub(crate) commit: String,
    pub(crate) subject: String,
    /// The commit on the line; none where it was left out or waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) picked: Option<String>,
    /// Why it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
}
