//! Findings and their renderings, as other crates use them.

mod codes;
mod explain;
mod github;
mod gitlab;
mod hostile;
mod json;
mod markdown;
mod outcome;
mod problem;
mod samples;
mod sarif;
mod text;
