//! Why a question has no answer, for people and for programs.

use serde::Serialize;
use trainyard_report::{Problem, render};
use trainyard_version::ParseError;

use crate::error::CommandError;

/// How many characters are shown before the place where a text is wrong.
const SHOWN_BEFORE: usize = 60;
/// How many are shown after it.
const SHOWN_AFTER: usize = 30;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Failure(Box<Details>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Details {
    /// What is wrong.
    message: String,
    /// The field of the question it is about; the whole line where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The byte in the field (or the line) where it stops making sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    /// What would have been right there.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    /// The message for people, with a caret under the place.
    #[serde(skip)]
    shown: String,
    /// Something that people can do.
    #[serde(skip)]
    hint: Option<String>,
}

impl Failure {
    /// A failure of one field as a whole.
    pub(super) fn of_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (Some(field.into()), message.into());
        Self(Box::new(Details { shown: message.clone(), message, field, ..Details::default() }))
    }

    /// A field that must be there and is not.
    pub(super) fn missing(field: &str) -> Self {
        Self::of_field(field, format!("`{field}` is missing"))
    }

    /// A failure of a whole line, at a byte of it.
    pub(super) fn of_line(message: String, position: usize) -> Self {
        let position = Some(position);
        Self(Box::new(Details { shown: message.clone(), message, position, ..Details::default() }))
    }

    /// A text that could not be read.
    pub(super) fn of_text(field: impl Into<String>, text: &str, error: &ParseError) -> Self {
        let named = format!("`{}` is not a {}", beginning(text), error.what);
        let excerpt = excerpt(text, error.position, &error.expected);
        Self(Box::new(Details {
            message: error.to_string(),
            field: Some(field.into()),
            position: Some(error.position),
            expected: Some(error.expected.clone()),
            shown: format!("{named}\n{excerpt}"),
            hint: None,
        }))
    }

    /// Adds something that people can do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The failure as commands show it on stderr.
    pub(super) fn problem(self) -> Problem {
        let problem = Problem::new(self.0.shown);
        match self.0.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// Tells people the number of the line it stands in.
    pub(super) fn in_line(mut self, number: usize) -> Self {
        self.0.shown.insert_str(0, &format!("line {number}: "));
        self
    }
}

/// Wrong arguments.
impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        Self::Usage(failure.problem())
    }
}

/// The first characters of a text.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(SHOWN_BEFORE) {
        Some((end, _)) => format!("{}…", render::printable(&text[..end])),
        None => render::printable(text),
    }
}

/// The part of a text around a place, with a caret below it.
fn excerpt(text: &str, position: usize, expected: &str) -> String {
    let position = text.floor_char_boundary(position);
    let (before, after) = text.split_at(position);
    let start = before.char_indices().rev().nth(SHOWN_BEFORE).map_or(0, |(start, _)| start);
    let end = after.char_indices().nth(SHOWN_AFTER).map_or(after.len(), |(end, _)| end);
    let cut_before = if start > 0 { "…" } else { "" };
    let cut_after = if end < after.len() { "…" } else { "" };
    let before = format!("{cut_before}{}", render::printable(&before[start..]));
    let after = format!("{}{cut_after}", render::printable(&after[..end]));
    let indent = " ".repeat(before.chars().count());
    format!("{before}{after}\n{indent}^ expected {expected}")
}
