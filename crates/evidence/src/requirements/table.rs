//! TOML with lines.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Lines, malformed};
use crate::{Unreadable, python::line_of};

/// A value of a document with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'t, 'i> {
    lines: &'t Lines,
    value: &'t DeValue<'i>,
    start: usize,
}

/// Reads a document and hands its top table on.
///
/// *Errors*: `Malformed` with the line.
pub(super) fn with_document<T>(
    text: &str,
    read: impl FnOnce(Place<'_, '_>) -> T,
) -> Result<T, Unreadable> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        malformed("TOML", error.message(), line)
    })?;
    let (top, lines) = (DeValue::Table(document.into_inner()), Lines::of(text));
    Ok(read(Place { lines: &lines, value: &top, start: 0 }))
}

impl<'t, 'i> Place<'t, 'i> {
    /// What stands under a key, at the key's line.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_table()?.get_key_value(key)?;
        Some(self.at(key, value))
    }

    /// What stands under a path of keys.
    pub(super) fn path(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |place, key| place.get(key))
    }

    /// The pairs of a table, sorted by key; none of anything else.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'t str, Self)> {
        let pairs = self.value.as_table().into_iter().flatten();
        pairs.map(move |(key, value)| (key.get_ref().as_ref(), self.at(key, value)))
    }

    /// The items of an array; none of anything else.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let items = self.value.as_array().into_iter().flat_map(|items| items.iter());
        items.map(move |item| self.at(item, item))
    }

    pub(super) fn as_str(self) -> Option<&'t str> {
        self.value.as_str()
    }

    pub(super) fn as_bool(self) -> Option<bool> {
        self.value.as_bool()
    }

    pub(super) fn is_table(self) -> bool {
        self.value.is_table()
    }

    /// The text of a key, empty where there is none.
    pub(super) fn text(self, key: &str) -> &'t str {
        self.get(key).and_then(Self::as_str).unwrap_or_default()
    }

    /// The 1-based line.
    pub(super) fn line(self) -> Option<u32> {
        self.lines.line(self.start)
    }

    fn at<K>(self, place: &Spanned<K>, value: &'t Spanned<DeValue<'i>>) -> Self {
        Self { lines: self.lines, value: value.get_ref(), start: place.span().start }
    }
}
