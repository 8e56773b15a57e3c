//! What can go wrong with a version, a range or a scheme.

use thiserror::Error;

/// Text that is not a version (or range) of the scheme (or grammar) it was read by.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a {what}: expected {expected} at position {position}")]
pub struct ParseError {
    /// The whole input, cut after 200 characters.
    pub text: String,
    /// What it was read as, such as "semver version" or "npm range".
    pub what: String,
    /// Where the input stops making sense: a byte offset, at a character boundary, 0-based.
    pub position: usize,
    /// What would have been right there, such as "a number up to 18446744073709551615".
    pub expected: String,
}

impl ParseError {
    /// Describes a failure at a byte `position` of `text`.
    pub fn new(
        text: &str,
        what: impl Into<String>,
        position: usize,
        expected: impl Into<String>,
    ) -> Self {
        let shown = match text.char_indices().nth(200) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text.to_owned(),
        };
        Self { text: shown, what: what.into(), position, expected: expected.into() }
    }
}

/// A step that the scheme cannot take from a version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot step `{version}` by {step}: {reason}")]
pub struct StepError {
    /// The version stepped from.
    pub version: String,
    /// The step, as [`crate::Step`] displays it.
    pub step: String,
    /// Why not, and what to do instead where something can be done.
    pub reason: String,
}

/// A version that has no spelling in some place, or none that comes back as the same version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot write `{version}` as a {target}: {reason}")]
pub struct RenderError {
    /// The version (or rendered text, when reading back).
    pub version: String,
    /// The place, as [`crate::Target`] displays it.
    pub target: String,
    /// Why not.
    pub reason: String,
}

/// A scheme specification that names no scheme or misuses one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{spec}` is not a version scheme: {reason}")]
pub struct SchemeError {
    /// The specification as written.
    pub spec: String,
    /// What is wrong, and which schemes or tokens there are.
    pub reason: String,
}
