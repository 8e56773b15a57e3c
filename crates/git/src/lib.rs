#![doc = include_str!("../README.md")]

mod cache;
mod changes;
mod commit;
mod details;
mod error;
mod files;
mod objects;
mod references;
mod repository;
mod tree;
mod walk;

pub use self::{
    cache::Cache,
    error::GitError,
    files::FileContent,
    references::{Stray, StrayReason},
    repository::Repository,
    walk::Snapshot,
};
