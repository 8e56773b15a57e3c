//! Findings as people and machines read them. Everything here is a pure function; nothing prints.
//!
//! Text that stems from a repository is untrusted: terminal, Markdown and annotations show control characters,
//! invisible characters and direction changes as escapes. JSON keeps all text as it is.

mod explain;
mod github;
mod gitlab;
mod json;
pub(crate) mod layout;
mod markdown;
mod problem;
mod sarif;
mod summary;
mod text;
mod wording;

pub use explain::explain;
pub use github::github;
pub use gitlab::gitlab;
pub use json::json;
pub use layout::wrap;
pub use markdown::{MarkdownOptions, markdown};
pub use problem::problem;
pub use sarif::{Tool, sarif};
pub use text::text;

/// How text for a terminal looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to write ANSI colours.
    pub colour: bool,
    /// Columns of the terminal; 0 breaks no lines.
    pub width: usize,
    /// How many findings of one code to show; `None` shows all.
    pub limit_per_code: Option<usize>,
}

impl Default for TextOptions {
    /// Plain, 100 columns, ten findings of each code.
    fn default() -> Self {
        Self { colour: false, width: 100, limit_per_code: Some(10) }
    }
}

/// Text from a repository as one harmless line: control, invisible and direction-changing characters become escapes,
/// and what is too long is cut.
pub fn printable(text: &str) -> String {
    crate::safe::line(text, crate::safe::LONGEST_NAME)
}
