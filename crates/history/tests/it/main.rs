//! What must hold for every history.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod never_twice;
