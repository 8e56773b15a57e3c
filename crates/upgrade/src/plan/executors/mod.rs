//! What carries out steps: one file each makes the commands and the checks of one tool.

pub mod alembic;
pub mod command;
pub mod compose;
pub mod django;
pub mod git;
pub mod pip;
pub mod sql;
