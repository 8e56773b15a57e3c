//! Versions, schemes and ranges against other people's cases and against other programs.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod differences;
mod ranges;
mod rendering;
mod schemes;
