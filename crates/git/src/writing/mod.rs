//! Writes to a repository, each of which happens whole or not at all.
//!
//! Objects come first and harm nobody: what no reference leads to is not there for people. Then references move by
//! compare-and-swap, so that a write of somebody else in between is noticed and never lost.

mod objects;
mod push;
mod references;
#[cfg(test)]
mod tests;

pub use self::{
    objects::{Mode, NewCommit, TreeEdit},
    references::ReferenceUpdate,
};

/// Objects and references are on disk before the next step is begun.
const DURABLE: [&str; 2] = ["-c", "core.fsync=committed,reference"];

/// The arguments with those before them that make a write last.
fn durable<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    DURABLE.iter().chain(arguments).copied().collect()
}
