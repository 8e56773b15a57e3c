//! The built command, run as a user runs it.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod adoption;
mod audits;
mod command;
mod histories;
mod hostile;
mod maintained;
mod probes;
mod repositories;
mod surroundings;
mod trains;
mod version;
