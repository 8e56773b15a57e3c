//! A release as steps that can be finished or taken back, whenever it was interrupted.
//!
//! A [`Plan`] holds everything a release is going to do. It is the first thing that is written to the [`Journal`], and each
//! step is named there before it is begun. What a step did is not written down but looked up: the repository itself says
//! whether a tag is there. So a journal that ends anywhere, beside a repository in any state, is enough to go on.
//!
//! The caller runs this loop, and syncs the journal to disk after each record:
//!
//! 1. After a start with a journal that is there: append what [`Journal::resumed`] returns.
//! 2. Observe the repository, ask [`next`], append the record of its answer, do what it says, and again.
//! 3. Where a step fails, append [`Record::Failed`] and go on: everything is taken back.
//! 4. After [`Next::Close`], remove the journal.

mod format;
mod next;
mod observed;
mod plan;

pub use format::{Journal, JournalError, Record};
pub use next::{Next, next};
pub use observed::{Commit, Observed, Presence, Remote};
pub use plan::{FileChange, NewTag, NextDevelopment, Outcome, Plan, Step};
