//! What was read from a repository, before any policy looks at it.

mod graph;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use camino::Utf8PathBuf;
use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Serialize, Serializer};

pub use self::graph::{CommitGraph, CommitIndex, CommitSet, GraphBuilder};

/// The name of a commit: its SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub [u8; 20]);

impl CommitId {
    /// The first `length` hexadecimal digits, at most 40.
    pub fn short(&self, length: usize) -> String {
        let mut hex = self.to_string();
        hex.truncate(length);
        hex
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for CommitId {
    type Err = String;

    fn from_str(hex: &str) -> Result<Self, String> {
        let wrong = || format!("`{hex}` is no commit id of 40 hexadecimal digits");
        if hex.len() != 40 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut id = [0; 20];
        for (byte, pair) in id.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let digits = str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(id))
    }
}

impl Serialize for CommitId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A moment as git records it: seconds since the epoch, and the writer's offset from UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Seconds east of UTC.
    pub offset_seconds: i32,
}

impl Moment {
    /// The day on the writer's calendar; the epoch's where the time is out of any calendar's reach.
    pub fn date(self) -> Date {
        let offset = Offset::from_seconds(self.offset_seconds).unwrap_or(Offset::UTC);
        let timestamp = Timestamp::from_second(self.seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        offset.to_datetime(timestamp).date()
    }
}

/// A tag that leads to a commit, annotated or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name without `refs/tags/`.
    pub name: String,
    /// What it leads to; `None` where it was read from a list, without a repository.
    pub commit: Option<CommitIndex>,
    /// When it was tagged: the tagger's time, else the commit's; `None` where unknown.
    pub when: Option<Moment>,
    /// Whether it has a tag object of its own.
    pub annotated: bool,
    /// The component whose own repository it is from, where tags of several repositories were put in one list.
    pub component: Option<String>,
}

/// A branch, local or of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The name without `refs/heads/` or `refs/remotes/<remote>/`.
    pub name: String,
    /// The remote, for a remote-tracking branch.
    pub remote: Option<String>,
    /// The newest commit.
    pub tip: CommitIndex,
}

/// Where a question is asked from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The branch, unless detached.
    pub branch: Option<String>,
    /// The commit.
    pub commit: CommitIndex,
}

/// Everything that references of a repository lead to.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// All commits that any reference reaches.
    pub graph: CommitGraph,
    /// All tags that lead to commits, by name.
    pub tags: Vec<Tag>,
    /// All branches, by name, local ones before remote ones.
    pub branches: Vec<Branch>,
    /// What is checked out; `None` in an empty repository.
    pub head: Option<Head>,
}

/// What one commit says and touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitDetail {
    /// Which commit.
    pub id: CommitId,
    /// The whole message; bytes that are not UTF-8 are replaced.
    pub message: String,
    /// When it was committed.
    pub when: Moment,
    /// How many parents it has.
    pub parents: usize,
    /// The paths that differ from its first parent, sorted; for a merge, only those that differ from every parent.
    pub paths: Vec<Utf8PathBuf>,
}

/// A folder of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// From the root; empty for the root itself.
    pub path: Utf8PathBuf,
    /// The names of the files that stand directly in it, sorted.
    pub files: Vec<String>,
}

/// What tells that two commits are the same change in two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchIdentity {
    /// Which commit.
    pub id: CommitId,
    /// Who wrote it, with the mail address.
    pub author: String,
    /// When it was written, which applying it elsewhere keeps.
    pub authored: Moment,
    /// A sum of the lines it removes and adds, wherever in a file they stand; `None` where it has none, or too many.
    pub lines: Option<u64>,
}
