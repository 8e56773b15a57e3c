//! What may be written into a configuration, whatever it was declared in.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use serde_json::Value;

/// The letters of a piece of text, by which weights are counted.
pub(super) const PIECE: usize = 16;

/// More alternatives are not compared one by one.
const MOST_ALTERNATIVES: usize = 100;

/// Which object of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ObjectId(pub(super) usize);

/// What one state of the sources accepts.
#[derive(Clone, Debug, Default)]
pub(super) struct Contract {
    /// The files that declare it; keys name them by their place.
    pub(super) files: Vec<Utf8PathBuf>,
    /// Objects, which may refer to each other in circles.
    pub(super) objects: Vec<Object>,
}

impl Contract {
    /// An object; `None` for an id of another contract.
    pub(super) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0)
    }
}

/// A group of keys: a table, a mapping, a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    /// The class's name; empty where it has none.
    pub(super) label: String,
    pub(super) place: Place,
    pub(super) keys: BTreeMap<String, Key>,
    pub(super) unknown_keys: UnknownKeys,
    /// How the names of keys are made, such as `prefix "APP_"`, by subject.
    pub(super) naming: BTreeMap<&'static str, String>,
    /// Names that a check of its own refuses.
    pub(super) refused_names: BTreeSet<String>,
    /// Title and description.
    pub(super) notes: String,
    /// Whether a program reads it without anything that leads to it, such as settings from the environment.
    pub(super) is_entry: bool,
}

/// A file of the contract and a line in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    /// 1-based, where known.
    pub(super) line: Option<u32>,
}

/// What happens to keys that nobody declared.
#[derive(Clone, Debug, Default)]
pub(super) enum UnknownKeys {
    /// They are ignored or kept.
    #[default]
    Free,
    /// Their values must be like this.
    Typed(Accepts),
    /// They stop the file from loading.
    Refused,
}

/// One key.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    /// Every name under which it is read.
    pub(super) names: BTreeSet<String>,
    pub(super) place: Place,
    /// The object that declares it, where it is inherited.
    pub(super) declared_in: Option<ObjectId>,
    pub(super) is_required: bool,
    /// What it is where nobody sets it, in canonical text.
    pub(super) default: Option<String>,
    pub(super) is_deprecated: bool,
    /// Title, description, examples.
    pub(super) notes: String,
    pub(super) accepts: Accepts,
}

/// The values that a key takes: any of some alternatives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Accepts {
    /// Every value; then there are no alternatives.
    pub(super) is_any: bool,
    pub(super) alternatives: Vec<Alternative>,
    /// Conditions that are compared as text alone.
    pub(super) conditions: BTreeSet<String>,
}

/// One kind of value with what holds for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    pub(super) kind: Kind,
    /// The only values, in canonical text, where they are listed.
    pub(super) values: Option<BTreeSet<String>>,
    pub(super) limits: Limits,
}

/// Limits by their names.
pub(super) type Limits = BTreeMap<&'static str, Limit>;

/// A kind of value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    List(Box<Accepts>),
    Object(ObjectId),
    /// A type that is declared elsewhere, by name.
    Named(String),
}

/// A bound on values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Limit {
    AtLeast {
        value: f64,
        is_exclusive: bool,
    },
    AtMost {
        value: f64,
        is_exclusive: bool,
    },
    MultipleOf(f64),
    /// Something that has no order, such as a pattern.
    Like(String),
}

impl Key {
    /// How much it holds, in pieces of text; what is copied for each reference is counted by this.
    pub(super) fn weight(&self) -> usize {
        let texts = self.notes.len() + self.default.as_ref().map_or(0, String::len);
        1 + texts / PIECE + self.accepts.weight()
    }
}

impl Accepts {
    /// Every value.
    pub(super) fn any() -> Self {
        Self { is_any: true, ..Self::default() }
    }

    /// The values of one kind.
    pub(super) fn of(kind: Kind) -> Self {
        Self { alternatives: vec![Alternative::of(kind)], ..Self::default() }
    }

    /// These values alone, in canonical text.
    pub(super) fn values(values: impl IntoIterator<Item = String>) -> Self {
        let mut accepts = Self::default();
        for value in values {
            let kind = kind_of_canonical(&value);
            let values = Some(BTreeSet::from([value]));
            accepts.add(Alternative { values, ..Alternative::of(kind) });
        }
        accepts
    }

    /// These values as well.
    pub(super) fn widen(&mut self, other: Self) {
        self.conditions.extend(other.conditions);
        if self.is_any || other.is_any {
            self.is_any = true;
            self.alternatives.clear();
            return;
        }
        other.alternatives.into_iter().for_each(|alternative| self.add(alternative));
    }

    /// How much it holds, in pieces of text.
    pub(super) fn weight(&self) -> usize {
        let alternatives = self.alternatives.iter().map(Alternative::weight);
        let conditions = self.conditions.iter().map(|text| 1 + text.len() / PIECE);
        alternatives.chain(conditions).sum()
    }

    /// One more alternative; two of one simple kind become one. Beyond a hundred they are compared as text.
    pub(super) fn add(&mut self, alternative: Alternative) {
        let is_simple = !matches!(alternative.kind, Kind::List(_) | Kind::Object(_));
        let same = self.alternatives.iter_mut().find(|other| other.kind == alternative.kind);
        let Some(same) = same.filter(|_| is_simple) else {
            if self.alternatives.len() >= MOST_ALTERNATIVES {
                self.conditions.insert(format!("{alternative:?}"));
            } else if !self.alternatives.contains(&alternative) {
                self.alternatives.push(alternative);
            }
            return;
        };
        if alternative.is_free() || same.is_free() {
            *same = Alternative::of(alternative.kind);
            return;
        }
        match (&mut same.values, alternative.values) {
            (Some(one), Some(other)) if same.limits == alternative.limits => one.extend(other),
            (None, None) if same.limits == alternative.limits => {}
            // Two ranges are more than a list of limits can tell.
            (one, other) => {
                let mut texts = [
                    format!("{one:?} {:?}", same.limits),
                    format!("{other:?} {:?}", alternative.limits),
                ];
                texts.sort();
                self.conditions.insert(texts.join(" or "));
                *same = Alternative::of(alternative.kind);
            }
        }
    }

    /// In words, such as `integer or null`, without what objects hold.
    pub(super) fn describe(&self) -> String {
        if self.is_any {
            return "anything".to_owned();
        }
        let mut words: Vec<_> = self.alternatives.iter().map(Alternative::describe).collect();
        words.dedup();
        match words.as_slice() {
            [] => "nothing".to_owned(),
            [only] => only.clone(),
            [init @ .., last] => format!("{} or {last}", init.join(", ")),
        }
    }
}

impl Alternative {
    /// Every value of a kind.
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, values: None, limits: Limits::new() }
    }

    fn weight(&self) -> usize {
        let values = self.values.iter().flatten().map(|value| 1 + value.len() / PIECE);
        let limits = self.limits.values().map(|limit| match limit {
            Limit::Like(text) => 1 + text.len() / PIECE,
            _ => 1,
        });
        let inner = match &self.kind {
            Kind::List(items) => items.weight(),
            Kind::Named(name) => name.len() / PIECE,
            _ => 0,
        };
        1 + values.chain(limits).sum::<usize>() + inner
    }

    /// Whether it takes every value of its kind.
    pub(super) fn is_free(&self) -> bool {
        self.values.is_none() && self.limits.is_empty()
    }

    pub(super) fn describe(&self) -> String {
        match (&self.values, &self.kind) {
            (Some(values), kind) if *kind != Kind::Null => listed(values),
            (_, kind) => kind.describe(),
        }
    }
}

impl Kind {
    fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Text => "text".to_owned(),
            Self::List(items) if items.is_any => "list".to_owned(),
            Self::List(items) => format!("list of {}", items.describe()),
            Self::Object(_) => "object".to_owned(),
            Self::Named(name) => clip(name),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast { value, is_exclusive: false } => write!(formatter, "at least {value}"),
            Self::AtLeast { value, is_exclusive: true } => write!(formatter, "more than {value}"),
            Self::AtMost { value, is_exclusive: false } => write!(formatter, "at most {value}"),
            Self::AtMost { value, is_exclusive: true } => write!(formatter, "less than {value}"),
            Self::MultipleOf(value) => write!(formatter, "a multiple of {value}"),
            Self::Like(text) => write!(formatter, "`{}`", clip(text)),
        }
    }
}

/// The kind of a value in canonical text.
fn kind_of_canonical(value: &str) -> Kind {
    match value {
        "null" => Kind::Null,
        "true" | "false" => Kind::Boolean,
        _ if value.starts_with('"') => Kind::Text,
        _ if value.parse::<i128>().is_ok() => Kind::Integer,
        _ if value.parse::<f64>().is_ok() => Kind::Number,
        _ => Kind::Named("value".to_owned()),
    }
}

/// The text of a value that is the same for equal values: sorted keys, `1` for `1.0`.
///
/// *Cost*: linear; the value's nesting is bounded by whoever parsed it.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &|_, _| false, &mut text);
    text
}

/// The canonical text of a schema without titles, descriptions and examples.
pub(super) fn canonical_without_notes(schema: &Value) -> String {
    let mut text = String::new();
    let is_note = |key: &str, value: &Value| match key {
        "title" | "description" | "$comment" => value.is_string(),
        "examples" => value.is_array(),
        _ => false,
    };
    write_canonical(schema, &is_note, &mut text);
    text
}

fn write_canonical(value: &Value, skips: &dyn Fn(&str, &Value) -> bool, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write_canonical(item, skips, text);
            }
            text.push(']');
        }
        Value::Object(pairs) => {
            let sorted: BTreeMap<_, _> =
                pairs.iter().filter(|(key, item)| !skips(key, item)).collect();
            text.push('{');
            for (place, (key, item)) in sorted.into_iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                write_canonical(item, skips, text);
            }
            text.push('}');
        }
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(value) => text.push_str(&value.to_string()),
            None => text.push_str(&number.to_string()),
        },
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

/// Values for people, at most five of them.
pub(super) fn listed<'a>(values: impl IntoIterator<Item = &'a String>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    let shown = values.iter().take(5).map(|value| format!("`{}`", clip(value)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match values.len().saturating_sub(5) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A text for people: one line, at most 60 letters.
pub(super) fn clip(text: &str) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut clipped: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() {
        clipped.push('…');
    }
    clipped
}
