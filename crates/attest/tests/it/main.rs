//! Tests through the public interface.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod ssh_keygen;
