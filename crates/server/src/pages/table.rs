//! Tables that sort, filter and go on by the address alone.

use std::cmp::Ordering;

use askama::Template;
use trainyard_version::OrderKey;

use super::{
    visit::{Visit, address},
    words::{Tone, When},
};

/// How many rows a part has.
const PART: usize = 100;

/// What a cell is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
    Version(Option<OrderKey>),
}

/// A cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    href: Option<String>,
    tone: Option<Tone>,
    note: String,
    exact: String,
    title: String,
    /// The text in HTML, where it is a sentence with code in it.
    html: String,
    key: Key,
}

impl Cell {
    /// A text, sorted as letters are.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let key = Key::Text(text.to_lowercase());
        Self {
            text,
            href: None,
            tone: None,
            note: String::new(),
            exact: String::new(),
            title: String::new(),
            html: String::new(),
            key,
        }
    }

    /// A sentence; what stands between backquotes is code.
    pub(super) fn sentence(text: impl Into<String>) -> Self {
        let cell = Self::text(text);
        Self { html: super::markdown::coded(&cell.text), ..cell }
    }

    /// A number.
    pub(super) fn number(number: usize) -> Self {
        let key = i64::try_from(number).unwrap_or(i64::MAX);
        Self::text(super::words::grouped(number as u64)).sorted(key)
    }

    /// A moment, sorted by time.
    pub(super) fn when(when: &When, micros: i64) -> Self {
        let cell = Self::text(when.near.clone()).sorted(micros);
        let title = format!("{} UTC, {}", when.shown, when.ago);
        Self { exact: when.exact.clone(), title, ..cell }
    }

    /// The same, sorted by a number.
    pub(super) fn sorted(self, key: i64) -> Self {
        Self { key: Key::Number(key), ..self }
    }

    /// The same for a version, sorted in the order of its scheme; what has no place there comes first.
    pub(super) fn in_order(self, key: Option<OrderKey>) -> Self {
        Self { key: Key::Version(key), ..self }
    }

    /// The same, leading elsewhere.
    pub(super) fn to(self, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..self }
    }

    /// The same, with how it stands.
    pub(super) fn tone(self, tone: Tone) -> Self {
        Self { tone: Some(tone), ..self }
    }

    /// The same with more words, smaller.
    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// A column.
struct Column {
    title: &'static str,
    name: &'static str,
    class: &'static str,
    href: String,
    order: &'static str,
}

/// A table.
#[derive(Template)]
#[template(path = "table.html")]
pub(super) struct Table {
    name: &'static str,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    filter: String,
    filter_name: String,
    /// What else stands in the address, for the filter's form.
    kept: Vec<(String, String)>,
    path: String,
    total: usize,
    found: usize,
    first: usize,
    before: Option<String>,
    after: Option<String>,
    empty: String,
    sort: Option<String>,
    place: String,
}

impl Table {
    /// A table with columns, each with its name in addresses, its title, and `number` where it is one.
    pub(super) fn new(
        visit: &Visit,
        name: &'static str,
        caption: impl Into<String>,
        columns: &[(&'static str, &'static str, &'static str)],
    ) -> Self {
        let own = |word: &str| {
            if name.is_empty() { word.to_owned() } else { format!("{name}-{word}") }
        };
        let (sort_name, filter_name, place) = (own("sort"), own("filter"), own("from"));
        let sort = visit.asked(&sort_name).map(str::to_owned);
        let filter = visit.asked(&filter_name).unwrap_or_default().to_owned();
        let others = |but: &[&String]| -> Vec<(String, String)> {
            let kept = visit.query().iter().filter(|(name, _)| !but.contains(&name));
            kept.cloned().collect()
        };
        let column = |(name, title, class): &(&'static str, &'static str, &'static str)| {
            let (order, next) = match sort.as_deref() {
                Some(sorted) if sorted == *name => ("ascending", format!("-{name}")),
                Some(sorted) if sorted.strip_prefix('-') == Some(name) => {
                    ("descending", (*name).to_owned())
                }
                _ => ("none", (*name).to_owned()),
            };
            let mut query = others(&[&sort_name, &place]);
            query.push((sort_name.clone(), next));
            let href = format!("{}#{}", address(visit.path(), &query), own("table"));
            Column { title, name, class, href, order }
        };
        Self {
            name,
            caption: caption.into(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            kept: others(&[&filter_name, &place]),
            filter,
            filter_name,
            path: visit.path().to_owned(),
            total: 0,
            found: 0,
            first: visit.asked(&place).and_then(|from| from.parse().ok()).unwrap_or_default(),
            before: None,
            after: None,
            empty: "There is nothing yet.".to_owned(),
            sort,

            place,
        }
    }

    /// What stands there instead of no rows.
    pub(super) fn or(mut self, empty: impl Into<String>) -> Self {
        self.empty = super::markdown::inline(&empty.into());
        self
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Filters, sorts and cuts, as the address says. *Cost*: that of sorting all rows.
    pub(super) fn done(mut self) -> Self {
        self.total = self.rows.len();
        let wanted = self.filter.to_lowercase();
        if !wanted.is_empty() {
            self.rows.retain(|row| {
                let mut cells = row.iter().flat_map(|cell| [&cell.text, &cell.note, &cell.title]);
                cells.any(|text| text.to_lowercase().contains(&wanted))
            });
        }
        self.found = self.rows.len();
        let sort = self.sort.clone().unwrap_or_default();
        let (name, is_descending) =
            sort.strip_prefix('-').map_or((sort.as_str(), false), |name| (name, true));
        if let Some(column) = self.columns.iter().position(|column| column.name == name) {
            let key = |row: &[Cell]| row.get(column).map(|cell| cell.key.clone());
            self.rows.sort_by(|one, other| -> Ordering {
                let order = key(one).cmp(&key(other));
                if is_descending { order.reverse() } else { order }
            });
        }
        self.first = self.first.min(self.found.saturating_sub(1));
        let to = |first: usize| {
            let mut query = self.kept.clone();
            if !self.filter.is_empty() {
                query.push((self.filter_name.clone(), self.filter.clone()));
            }
            query.push((self.place.clone(), first.to_string()));
            format!("{}#{}", address(&self.path, &query), self.id())
        };
        let before = (self.first > 0).then(|| to(self.first.saturating_sub(PART)));
        let end = self.first + PART;
        let after = (end < self.found).then(|| to(end));
        (self.before, self.after) = (before, after);
        self.rows = self.rows.drain(..).skip(self.first).take(PART).collect();
        self
    }

    fn id(&self) -> String {
        if self.name.is_empty() { "table".to_owned() } else { format!("{}-table", self.name) }
    }

    /// Whether there is enough to be filtered.
    fn is_long(&self) -> bool {
        self.total > 8 || !self.filter.is_empty()
    }

    fn shown(&self) -> String {
        if self.found == 0 {
            return format!("none of {}", self.total);
        }
        let (first, last) = (self.first + 1, self.first + self.rows.len());
        if first == 1 && last == self.total {
            return String::new();
        }
        format!("{first}–{last} of {}", self.found)
    }
}
