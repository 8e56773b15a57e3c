#![doc = include_str!("../README.md")]

mod cache;
mod changes;
mod commit;
mod comparable;
mod details;
mod error;
mod executable;
mod files;
mod merging;
mod objects;
mod patches;
mod references;
mod releasing;
mod repository;
mod staged;
mod tree;
mod walk;
mod work_tree;
mod writing;

#[doc(hidden)]
pub use self::cache::{decodes, sealed_again};
pub use self::{
    cache::Cache,
    comparable::{CommitTree, FolderTree, Trees, Wanted},
    error::GitError,
    executable::{Git, GitFailed, Reply, hint_about},
    files::FileContent,
    merging::{Authorship, MergedTrees, Touched, TreeConflict, Worktree},
    references::{Stray, StrayReason},
    releasing::{Ended, Releases, ReleasingError},
    repository::Repository,
    walk::Snapshot,
    work_tree::{Upstream, WorkTreeState},
    writing::{Mode, NewCommit, ReferenceUpdate, TreeEdit},
};
