//! Stores through their public interface, on both engines.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]
#![expect(clippy::print_stdout, reason = "what was measured is told to whoever runs the tests")]

mod backups;
mod contract;
mod damage;
mod following;
mod kills;
mod outages;
mod parity;
mod support;
mod volume;
