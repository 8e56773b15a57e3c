//! TOML, by the spans of its parser.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::edit::Slot;

/// A document whose spans count from the beginning of the text, whatever comes before it.
pub(in crate::edit) struct Document<'a> {
    text: &'a str,
    table: DeTable<'a>,
    /// The length of the byte order mark.
    offset: usize,
}

impl<'a> Document<'a> {
    /// *Errors*: what the parser says.
    pub(in crate::edit) fn parse(text: &'a str) -> Result<Self, String> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table = DeTable::parse(body).map_err(|error| error.message().to_owned())?;
        Ok(Self { text, table: table.into_inner(), offset: text.len() - body.len() })
    }

    /// The top level.
    pub(in crate::edit) fn table(&self) -> &DeTable<'a> {
        &self.table
    }

    /// The slot of a text, by its span with its quotes.
    pub(in crate::edit) fn slot(&self, span: &Range<usize>) -> Option<Slot> {
        let (start, end) = (span.start + self.offset, span.end + self.offset);
        let raw = self.text.get(start..end)?;
        let quotes =
            ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes))?;
        let inner = start + quotes.len()..end.checked_sub(quotes.len())?;
        Slot::new(self.text, inner)
    }
}

/// The text under a key, part by part.
pub(in crate::edit) fn at(text: &str, keys: &[&str]) -> Result<Vec<Slot>, String> {
    let document = Document::parse(text)?;
    let Some((last, parents)) = keys.split_last() else { return Ok(Vec::new()) };
    let table = parents.iter().try_fold(document.table(), |table, part| inner(table, part));
    let value = table.and_then(|table| table.get(*last));
    let span = value.filter(|value| value.get_ref().is_str()).map(toml::Spanned::span);
    Ok(span.and_then(|span| document.slot(&span)).into_iter().collect())
}

/// A table in a table.
pub(in crate::edit) fn inner<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t DeTable<'a>> {
    match table.get(key)?.get_ref() {
        DeValue::Table(inner) => Some(inner),
        _ => None,
    }
}

/// A text in a table, with its span.
pub(in crate::edit) fn string<'t>(
    table: &'t DeTable<'_>,
    key: &str,
) -> Option<(&'t str, Range<usize>)> {
    let value = table.get(key)?;
    value.get_ref().as_str().map(|text| (text, value.span()))
}
