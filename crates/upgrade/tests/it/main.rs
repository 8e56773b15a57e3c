//! What the crate promises, through its public interface.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod alembic_cases;
mod installed;
mod migrations;
mod plans;
mod rollouts;
mod update_cases;
mod updates;
mod written_updates;
