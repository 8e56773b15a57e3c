//! What was kept elsewhere, as commands that bring it in.

pub mod catalogue;
pub mod openshift;

use crate::Command;

/// What was read of somebody else's records.
#[derive(Debug, Default)]
pub struct Brought {
    /// What to ask for, in this order.
    pub commands: Vec<Command>,
    /// What could not be brought in, and why, a sentence each.
    pub troubles: Vec<String>,
}
