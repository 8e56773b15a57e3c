//! The built command, run as a user runs it.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod adoption;
mod audits;
mod cadences;
mod command;
mod evidence;
mod histories;
mod hostile;
mod joint;
mod maintained;
mod outputs;
mod picks;
mod probes;
mod repositories;
mod setup;
mod surroundings;
mod trains;
mod version;
