//! A repository's past as values: releases, lines, the next version and the audit.

mod adopt;
pub mod audit;
mod facts;
mod home;
pub mod plan;
mod survey;
mod testimony;
mod version_file;

pub use adopt::{Adopted, adopt, observe_version_file};
pub use facts::{
    Branch, CommitDetail, CommitGraph, CommitId, CommitIndex, CommitSet, GraphBuilder, Head,
    History, Moment, Tag,
};
pub use home::seen_from;
pub use survey::{
    BranchRef, ComponentHistory, LineHistory, Release, Spelling, StrayTag, Survey, tag_name,
};
pub use version_file::version_in;
