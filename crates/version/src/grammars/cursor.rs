//! A place in a range's text that knows how to complain.

use winnow::{Parser, error::EmptyError};

use crate::ParseError;

/// Reads a text from left to right.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    what: &'static str,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Starts at the beginning; `what` is the kind of text for errors, such as "npm range".
    pub(crate) fn new(text: &'a str, what: &'static str) -> Self {
        Self { text, what, rest: text }
    }

    /// The byte offset of what comes next.
    pub(crate) fn position(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// What comes next.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Moves past what the parser takes; stays where it takes nothing.
    pub(crate) fn take<O>(&mut self, mut parser: impl Parser<&'a str, O, EmptyError>) -> Option<O> {
        let mut rest = self.rest;
        let taken = parser.parse_next(&mut rest).ok()?;
        self.rest = rest;
        Some(taken)
    }

    /// Moves past a literal.
    pub(crate) fn eat(&mut self, literal: &str) -> bool {
        self.rest.strip_prefix(literal).map(|rest| self.rest = rest).is_some()
    }

    /// Moves past all characters of a kind and returns them.
    pub(crate) fn take_while(&mut self, is_taken: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !is_taken(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    pub(crate) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Complains about what comes next.
    pub(crate) fn error(&self, expected: impl Into<String>) -> ParseError {
        self.error_at(self.position(), expected)
    }

    pub(crate) fn error_at(&self, position: usize, expected: impl Into<String>) -> ParseError {
        ParseError::new(self.text, self.what, position, expected)
    }

    /// Passes on the complaint of a parser that saw the text from `start` on.
    pub(crate) fn within(&self, start: usize, error: ParseError) -> ParseError {
        self.error_at(start + error.position, error.expected)
    }
}
