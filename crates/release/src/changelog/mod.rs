//! Assembles the section of a release in a changelog and leaves what people wrote as it is.
//!
//! A changelog is read as its headings of versions and the bytes between them; nothing else of it is understood, and
//! nothing else is written anew. Markdown (Keep a Changelog, towncrier) and reStructuredText (towncrier) are read.

mod assemble;
mod body;
mod document;
mod entry;
mod links;

pub use assemble::{Release, assemble};
pub(crate) use body::{Body, Part};
pub use document::sections;
pub(crate) use document::{Document, Name, Section};
pub use entry::{Entry, Heading, entries};

/// How a section is laid out where the changelog itself does not show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `## [1.2.0] - 2024-01-31` with `Added`, `Changed`, `Fixed` and others; an `Unreleased` section is emptied into it.
    KeepAChangelog,
    /// `## 1.2.0 (2024-01-31)` with `Features`, `Bugfixes` and others, below the mark of towncrier.
    Towncrier,
}

impl Layout {
    /// Guesses from a changelog's text: towncrier leaves a mark.
    pub fn of(text: &str) -> Self {
        if text.contains(document::TOWNCRIER_MARK) { Self::Towncrier } else { Self::KeepAChangelog }
    }
}
