//! Reading text from left to right with errors that know where they are.

use crate::ParseError;

/// What a number that does not fit is told to be.
pub(super) const NUMBER: &str = "a number up to 18446744073709551615";

/// A place in a text that is read as `what`.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'text> {
    text: &'text str,
    what: &'static str,
    position: usize,
}

impl<'text> Scanner<'text> {
    pub(super) fn new(text: &'text str, what: &'static str) -> Self {
        Self { text, what, position: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> &'text str {
        &self.text[self.position..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    pub(super) fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    /// Skips one byte if it is the given ASCII character.
    pub(super) fn skip(&mut self, byte: u8) -> bool {
        self.skip_any(&[byte])
    }

    /// Skips one byte if it is one of the given ASCII characters.
    pub(super) fn skip_any(&mut self, bytes: &[u8]) -> bool {
        let found = self.peek().is_some_and(|next| bytes.contains(&next));
        self.position += usize::from(found);
        found
    }

    /// Skips an ASCII word in any letter case.
    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let head = self.text.as_bytes().get(self.position..self.position + word.len());
        let found = head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
        self.position += if found { word.len() } else { 0 };
        found
    }

    /// Skips white space of any script.
    pub(super) fn skip_whitespace(&mut self) {
        self.position = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes bytes as long as they fit; `fits` must hold for ASCII alone.
    pub(super) fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'text str {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !fits(byte)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    /// Takes digits, maybe none.
    pub(super) fn digits(&mut self) -> &'text str {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// Takes a number; leading zeros do not count.
    pub(super) fn number(&mut self, expected: &str) -> Result<u64, ParseError> {
        let start = self.position;
        match self.digits() {
            "" => Err(self.expected(expected)),
            digits => digits.parse().map_err(|_| self.expected_at(start, NUMBER)),
        }
    }

    /// The error that something else was expected here.
    pub(super) fn expected(&self, expected: impl Into<String>) -> ParseError {
        self.expected_at(self.position, expected)
    }

    /// The error that something else was expected at `position`.
    pub(super) fn expected_at(&self, position: usize, expected: impl Into<String>) -> ParseError {
        ParseError::new(self.text, self.what, position, expected)
    }
}
