//! Findings with stable codes, and how they are shown.

mod codes;
mod finding;
mod outcome;
mod problem;
pub mod render;
mod safe;

pub use codes::{Code, CodeInfo};
pub use finding::{Finding, Location, Severity};
pub use outcome::Outcome;
pub use problem::Problem;
