//! Merges and picks that need no working tree, and working trees for those that need a person.
//!
//! `git merge-tree` merges in memory: its result is a tree that no reference leads to. Nothing of the user's is touched.

mod texts;
mod worktrees;

use camino::Utf8PathBuf;

pub use self::{
    texts::{Authorship, Touched},
    worktrees::Worktree,
};
use crate::{Git, GitFailed};

/// What a merge of trees came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergedTrees {
    /// The resulting tree; conflicting files have marks in it.
    pub tree: String,
    /// What is left to a person, sorted by path.
    pub conflicts: Vec<TreeConflict>,
}

/// A path that git could not merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeConflict {
    /// The path.
    pub path: Utf8PathBuf,
    /// Git's short name for what is the matter, such as `contents` or `modify/delete`.
    pub kind: String,
}

/// Nobody sees these commits: they only tell `merge-tree` what the base is.
const NOBODY: [(&str, &str); 6] = [
    ("GIT_AUTHOR_NAME", "nobody"),
    ("GIT_AUTHOR_EMAIL", "nobody@localhost"),
    ("GIT_AUTHOR_DATE", "@0 +0000"),
    ("GIT_COMMITTER_NAME", "nobody"),
    ("GIT_COMMITTER_EMAIL", "nobody@localhost"),
    ("GIT_COMMITTER_DATE", "@0 +0000"),
];

impl Git {
    /// Merges two commits in memory.
    ///
    /// *Errors*: git cannot be run or is too old (before 2.38), a commit is not there, or they share no history.
    pub fn merge_trees(&self, ours: &str, theirs: &str) -> Result<MergedTrees, GitFailed> {
        let arguments = ["merge-tree", "--write-tree", "-z", "--messages", ours, theirs];
        let reply = self.ask(&arguments, b"")?;
        let mut fields = reply.stdout.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        // An unknown commit ends with 1 as a conflict does, and prints no tree.
        let tree = fields.next().map(|tree| tree.trim().to_owned()).unwrap_or_default();
        let is_tree = tree.len() >= 40 && tree.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_tree || !matches!(reply.code, Some(0 | 1)) {
            return Err(reply.refusal(&arguments));
        }
        let mut merged = MergedTrees { tree, conflicts: Vec::new() };
        if reply.code == Some(0) {
            return Ok(merged);
        }
        for field in fields.by_ref() {
            let Some((_, path)) = field.split_once('\t') else { break };
            let path = Utf8PathBuf::from(path);
            if !merged.conflicts.iter().any(|conflict| conflict.path == path) {
                merged.conflicts.push(TreeConflict { path, kind: "contents".to_owned() });
            }
        }
        while let Some(count) = fields.next().and_then(|count| count.parse::<usize>().ok()) {
            let paths: Vec<_> = fields.by_ref().take(count).collect();
            let kind = fields.next().unwrap_or_default();
            _ = fields.next();
            let Some(kind) = kind.strip_prefix("CONFLICT (") else { continue };
            let kind = kind.trim_end_matches(')');
            for conflict in &mut merged.conflicts {
                if paths.iter().any(|path| *path == conflict.path.as_str()) {
                    kind.clone_into(&mut conflict.kind);
                }
            }
        }
        merged.conflicts.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(merged)
    }

    /// Applies what a commit changes since one of its parents to another commit, in memory; without a parent, all it has.
    ///
    /// *Errors*: as of [`Git::merge_trees`].
    pub fn pick_trees(
        &self,
        onto: &str,
        commit: &str,
        parent: Option<&str>,
    ) -> Result<MergedTrees, GitFailed> {
        let nobody = self.as_nobody();
        let plain = ["-c", "commit.gpgSign=false", "commit-tree", "-m", "base"];
        let make =
            |tree: &str, parents: &[&str]| nobody.run(&[&plain[..], parents, &[tree]].concat());
        // The base of a merge is what both sides come from: so both are made to come from the parent.
        let tree_of = |commit: &str| format!("{commit}^{{tree}}");
        let base = if let Some(parent) = parent {
            parent.to_owned()
        } else {
            let empty = self.run_with(&["mktree"], b"")?;
            make(&empty, &[])?
        };
        let ours = make(&tree_of(onto), &["-p", &base])?;
        let theirs = make(&tree_of(commit), &["-p", &base])?;
        self.merge_trees(&ours, &theirs)
    }

    /// The newest common ancestor of two commits; none where they share no history.
    ///
    /// *Errors*: git cannot be run, or a commit is not there.
    pub fn common_ancestor(&self, one: &str, other: &str) -> Result<Option<String>, GitFailed> {
        let arguments = ["merge-base", one, other];
        let reply = self.ask(&arguments, b"")?;
        match reply.code {
            Some(0) => Ok(Some(String::from_utf8_lossy(&reply.stdout).trim().to_owned())),
            Some(1) => Ok(None),
            _ => Err(reply.refusal(&arguments)),
        }
    }

    /// Whether a commit can be reached from another.
    ///
    /// *Errors*: git cannot be run, or a commit is not there.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool, GitFailed> {
        let arguments = ["merge-base", "--is-ancestor", ancestor, descendant];
        let reply = self.ask(&arguments, b"")?;
        match reply.code {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(reply.refusal(&arguments)),
        }
    }

    /// The program under a name that stands for nobody, for commits that nobody is to see.
    #[must_use]
    pub fn as_nobody(&self) -> Self {
        NOBODY.iter().fold(self.clone(), |git, (variable, value)| git.with(variable, *value))
    }

    /// The folder that all worktrees of the repository share.
    ///
    /// *Errors*: git cannot be run.
    pub fn common_folder(&self) -> Result<Utf8PathBuf, GitFailed> {
        self.run(&["rev-parse", "--path-format=absolute", "--git-common-dir"])
            .map(Utf8PathBuf::from)
    }
}
