//! A repository's past as values: releases, lines, the next version and the audit.

mod adopt;
pub mod audit;
pub mod carried;
pub mod check;
mod cut;
mod facts;
mod home;
pub mod lines;
pub mod merged;
pub mod plan;
mod survey;
mod testimony;
mod version_file;

pub use adopt::{
    Adopted, adopt, folder_of_part, is_package_named, manifests, observe_version_file,
    parts_in_tags, stated_alike, version_file_candidates,
};
pub use cut::{Cut, Occasion};
pub use facts::{
    Branch, CommitDetail, CommitGraph, CommitId, CommitIndex, CommitSet, Folder, GraphBuilder,
    Head, History, Moment, PatchIdentity, Tag,
};
pub use home::seen_from;
pub use survey::{
    BranchRef, ComponentHistory, LineHistory, Release, Spelling, StrayTag, Survey, tag_name,
};
pub use version_file::version_in;
