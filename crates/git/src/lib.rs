#![doc = include_str!("../README.md")]

mod cache;
mod changes;
mod commit;
mod comparable;
mod details;
mod error;
mod files;
mod objects;
mod patches;
mod references;
mod repository;
mod tree;
mod walk;

#[doc(hidden)]
pub use self::cache::{decodes, sealed_again};
pub use self::{
    cache::Cache,
    comparable::{CommitTree, FolderTree, Trees, Wanted},
    error::GitError,
    files::FileContent,
    references::{Stray, StrayReason},
    repository::Repository,
    walk::Snapshot,
};
