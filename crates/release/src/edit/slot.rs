//! The bytes of a text that are a version.

use std::ops::Range;

/// The bytes of a text that are a version, without their quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    range: Range<usize>,
    version: String,
    /// Whether the format guesses the type of a text without quotes, as YAML does.
    is_guessed: bool,
}

impl Slot {
    /// The bytes `range` of `text`; none where they are no characters of it.
    pub(super) fn new(text: &str, range: Range<usize>) -> Option<Self> {
        let version = text.get(range.clone())?.to_owned();
        Some(Self { range, version, is_guessed: false })
    }

    /// The same slot in a format that guesses types.
    pub(super) fn guessed(self) -> Self {
        Self { is_guessed: true, ..self }
    }

    /// The bytes of the text.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// What stands there.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The 1-based line in the text it was found in. *Cost*: linear.
    pub fn line(&self, text: &str) -> u32 {
        let before = text.bytes().take(self.range.start);
        let line = before.filter(|byte| *byte == b'\n').count() + 1;
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The replacement that makes it another version; none where the version would need escapes.
    pub fn replacement(&self, version: &str) -> Option<Replacement> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\`#,;{}[]".contains(&byte);
        if version.is_empty() || !version.bytes().all(is_plain) {
            return None;
        }
        let needs_quotes = self.is_guessed && is_number(version) && !is_number(&self.version);
        let text = if needs_quotes { format!("\"{version}\"") } else { version.to_owned() };
        Some(Replacement { range: self.range.clone(), text })
    }
}

/// Whether YAML could take a text for a number or a day.
fn is_number(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"-_:".contains(&byte));
    digits || text.parse::<f64>().is_ok()
}

/// Bytes of a text and what comes in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// The text with its replacements made.
///
/// Replacements that overlap one that starts before them, or that are no characters of the text, are passed over.
pub fn replaced(text: &str, replacements: &[Replacement]) -> String {
    let mut sorted: Vec<_> = replacements.iter().collect();
    sorted.sort_by_key(|replacement| replacement.range.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for Replacement { range, text: new } in sorted {
        let Some(between) = text.get(done..range.start) else { continue };
        if range.end < range.start || !text.is_char_boundary(range.end) {
            continue;
        }
        result.push_str(between);
        result.push_str(new);
        done = range.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}
