//! What tests share: the folder of real cases, and repositories built from scripts.

mod cases;
mod import;
mod openapi;
mod repository;

pub use cases::{Tally, case_text, cases_dir};
pub use import::{HistoryScript, ListedTag, Mark, listed_tags};
pub use openapi::{DescriptionSize, description};
pub use repository::TestRepository;
