//! What tests share: the folder of real cases, and repositories built from scripts.

#[cfg(feature = "browser")]
pub mod browser;
mod cases;
mod effort;
mod import;
mod openapi;
mod postgres;
mod repository;

pub use cases::{Tally, case_text, cases_dir};
pub use effort::Effort;
pub use import::{HistoryScript, ListedTag, Mark, listed_tags};
pub use openapi::{DescriptionSize, description};
pub use postgres::{PostgresDatabase, PostgresServer};
pub use repository::TestRepository;
