//! The file's values with their places: what TOML says, before anything is known about policies.

use std::{collections::BTreeSet, ops::Range};

use indexmap::IndexMap;
use jiff::civil::Date;
use toml::{Spanned, de::DeValue};
use trainyard_report::Code;

/// Where a statement stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The bytes of the value (of its header, for a table with one).
    pub(crate) span: Range<usize>,
    /// The bytes of its key; those of the value where it has none.
    pub(crate) key: Range<usize>,
    /// `components.manager.rules`; set when the value is validated, for a preset when it is read.
    pub(crate) path: String,
    /// Whether it comes from a preset; both ranges are then those of the file's `preset` value.
    pub(crate) inherited: bool,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What TOML can say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    String(String),
    Integer(i64),
    /// A float, or an integer beyond 64 bits; as written.
    Number(String),
    Boolean(bool),
    Date(Date),
    /// A time, or a date with one; as written.
    Time(String),
    Array(Vec<Node>),
    /// In the order of the file.
    Table(IndexMap<String, Node>),
}

impl PartialEq for Node {
    /// Compares values alone.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// A table without entries.
    pub(crate) fn empty_table(place: Place) -> Self {
        Self { place, value: Value::Table(IndexMap::new()) }
    }

    /// The entry of a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_table()?.get(key)
    }

    /// The entries, of a table.
    pub(crate) fn as_table(&self) -> Option<&IndexMap<String, Self>> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The item of a list.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        match &self.value {
            Value::Array(items) => items.get(index),
            _ => None,
        }
    }

    /// How many entries a list or table has.
    pub(crate) fn length(&self) -> usize {
        match &self.value {
            Value::Array(items) => items.len(),
            Value::Table(entries) => entries.len(),
            _ => 0,
        }
    }

    /// The text, of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Converts the parser's tree; the parser bounds its depth.
    pub(crate) fn from_toml(value: &Spanned<DeValue<'_>>, key: Option<Range<usize>>) -> Self {
        let mut span = value.span();
        if span.is_empty() {
            span = key.clone().unwrap_or_default();
        }
        let key = key.unwrap_or_else(|| span.clone());
        let place = Place { span, key, ..Place::default() };
        Self { place, value: Value::from_toml(value.get_ref()) }
    }

    /// Marks everything as coming from the preset that is named at `place`.
    pub(crate) fn inherit(&mut self, place: &Place) {
        self.place.span.clone_from(&place.span);
        self.place.key.clone_from(&place.key);
        self.place.inherited = true;
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.inherit(place)),
            Value::Table(entries) => entries.values_mut().for_each(|entry| entry.inherit(place)),
            _ => {}
        }
    }

    /// Turns dates into text, for values that are kept as they are.
    pub(crate) fn make_plain(&mut self) {
        match &mut self.value {
            Value::Date(date) => self.value = Value::String(date.to_string()),
            Value::Array(items) => items.iter_mut().for_each(Self::make_plain),
            Value::Table(entries) => entries.values_mut().for_each(Self::make_plain),
            _ => {}
        }
    }

    /// Gives every value its path.
    pub(crate) fn name_paths(&mut self, path: String) {
        match &mut self.value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.name_paths(format!("{path}[{index}]"));
                }
            }
            Value::Table(entries) => {
                for (key, entry) in entries {
                    entry.name_paths(join_path(&path, key));
                }
            }
            _ => {}
        }
        self.place.path = path;
    }

    /// Lays `upper` over this: tables key by key, everything else whole.
    ///
    /// A table `levels` goes selector by selector instead, so that moving one selector to another level neither
    /// loses the others nor contradicts what it overrides; in a table `lint`, a code overrides its name.
    pub(crate) fn overlay(&mut self, upper: &Self) {
        let (Value::Table(entries), Value::Table(above)) = (&mut self.value, &upper.value) else {
            *self = upper.clone();
            return;
        };
        self.place = upper.place.clone();
        for (key, node) in above {
            match entries.get_mut(key) {
                Some(below) if key == "levels" => below.overlay_levels(node),
                Some(below) if key == "lint" => below.overlay_lint(node),
                Some(below) => below.overlay(node),
                None => {
                    entries.insert(key.clone(), node.clone());
                }
            }
        }
    }

    /// Lays a table of lists over another, item by item.
    fn overlay_levels(&mut self, upper: &Self) {
        let (Value::Table(entries), Value::Table(above)) = (&mut self.value, &upper.value) else {
            *self = upper.clone();
            return;
        };
        let stated: BTreeSet<&str> =
            above.values().flat_map(Self::items).filter_map(Self::as_str).collect();
        for list in entries.values_mut() {
            if let Value::Array(items) = &mut list.value {
                items.retain(|item| item.as_str().is_none_or(|text| !stated.contains(text)));
            }
        }
        for (level, list) in above {
            match entries.get_mut(level) {
                Some(Self { place, value: Value::Array(items) }) => {
                    items.extend(list.items().cloned());
                    *place = list.place.clone();
                }
                _ => {
                    entries.insert(level.clone(), list.clone());
                }
            }
        }
    }

    /// Lays a table of findings over another, whether they are named by code or by name.
    fn overlay_lint(&mut self, upper: &Self) {
        if let (Value::Table(entries), Value::Table(above)) = (&mut self.value, &upper.value) {
            let stated: BTreeSet<Code> = above.keys().filter_map(|key| key.parse().ok()).collect();
            entries.retain(|key, _| {
                above.contains_key(key) || !key.parse().is_ok_and(|code| stated.contains(&code))
            });
        }
        self.overlay(upper);
    }

    /// The items, of an array.
    fn items(&self) -> impl Iterator<Item = &Self> {
        match &self.value {
            Value::Array(items) => items.as_slice(),
            _ => &[],
        }
        .iter()
    }
}

impl Value {
    fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::String(text.clone().into_owned()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Self::Number(number.to_string()), Self::Integer),
            DeValue::Float(number) => Self::Number(number.as_str().to_owned()),
            DeValue::Boolean(value) => Self::Boolean(*value),
            DeValue::Datetime(time) => {
                let text = time.to_string();
                text.parse().map_or_else(
                    |_| Self::Time(text.clone()),
                    |date| match time.time {
                        None => Self::Date(date),
                        Some(_) => Self::Time(text.clone()),
                    },
                )
            }
            DeValue::Array(items) => {
                Self::Array(items.iter().map(|item| Node::from_toml(item, None)).collect())
            }
            DeValue::Table(entries) => {
                let mut entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| {
                        let node = Node::from_toml(value, Some(key.span()));
                        (key.get_ref().clone().into_owned(), node)
                    })
                    .collect();
                entries.sort_by_key(|(_, node)| node.place.key.start);
                Self::Table(entries.into_iter().collect())
            }
        }
    }

    /// The type's name with its article, for messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The path of a key below another, quoted where TOML needs quotes.
pub(crate) fn join_path(path: &str, key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let key = shorten(key);
    let key = if bare { key } else { format!("\"{}\"", key.escape_debug()) };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// At most 60 characters of a text that somebody else wrote.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
