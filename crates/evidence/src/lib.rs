//! What changed between two states of a repository.
//!
//! Each detector is a module of its own and a pure function: it takes text that somebody else has read, and returns
//! [`Change`]s. What a change means for a version is the policy's to say; [`plain_level`] is SemVer's own answer.

mod change;
pub mod commits;
pub mod fragments;

pub use change::{Change, Class, Source, plain_level};
