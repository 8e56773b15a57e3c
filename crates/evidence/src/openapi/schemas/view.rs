//! A schema as the comparison reads it.

use std::sync::LazyLock;

use crate::{
    document::compact::{Object, Value},
    openapi::document::Spot,
};

/// What stands for a schema that is no object: `true`, or something broken.
static EVERYTHING: LazyLock<Object> = LazyLock::new(Object::default);

/// Keywords that only describe.
pub(super) fn is_annotation(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "summary"
            | "example"
            | "examples"
            | "default"
            | "externalDocs"
            | "$comment"
            | "$id"
            | "$schema"
            | "xml"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    ) || key.starts_with("x-")
}

/// A schema without references before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    map: &'a Object,
}

impl<'a> Schema<'a> {
    /// The schema at a place.
    pub(super) fn new(spot: Spot<'a>) -> Self {
        Self { spot, map: spot.value.as_object().unwrap_or(&EVERYTHING) }
    }

    /// All keywords.
    pub(super) fn keywords(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter()
    }

    /// A keyword's value, where it is not `null`.
    pub(super) fn get(self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// A keyword's value with its place.
    pub(super) fn child(self, key: &str) -> Option<Spot<'a>> {
        self.get(key).map(|value| Spot { value, file: self.spot.file })
    }

    /// A keyword's value where it may hold for values: neither absent nor `true`.
    pub(super) fn constraint(self, key: &str) -> Option<Spot<'a>> {
        self.child(key).filter(|spot| *spot.value != Value::Bool(true))
    }

    /// A keyword's text; empty text says nothing.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether a keyword is `true`.
    pub(super) fn flag(self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A keyword's number.
    pub(super) fn number(self, key: &str) -> Option<f64> {
        self.get(key)?.as_f64()
    }

    /// The items of a keyword, none where it is no list.
    pub(super) fn list(self, key: &str) -> &'a [Value] {
        self.get(key).and_then(Value::as_array).unwrap_or_default()
    }

    /// The items of a keyword with their places.
    pub(super) fn children(self, key: &str) -> Vec<Spot<'a>> {
        let file = self.spot.file;
        self.list(key).iter().map(|value| Spot { value, file }).collect()
    }

    /// The members of a keyword, none where it is no object.
    pub(super) fn members(self, key: &str) -> impl Iterator<Item = (&'a str, Spot<'a>)> {
        self.child(key).into_iter().flat_map(Spot::members)
    }

    /// The names that a keyword lists.
    pub(super) fn names(self, key: &str) -> Vec<&'a str> {
        self.list(key).iter().filter_map(Value::as_str).collect()
    }

    /// Its types with `null`, none where it takes all.
    pub(super) fn types(self) -> Vec<&'a str> {
        match self.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Its types without `null`.
    pub(super) fn concrete_types(self) -> Vec<&'a str> {
        let mut types = self.types();
        types.retain(|name| *name != "null");
        types
    }

    /// Whether `null` is let through by `nullable` or by its types.
    pub(super) fn takes_null(self) -> bool {
        self.flag("nullable") || self.types().contains(&"null")
    }

    /// Whether it has nothing but what only describes.
    pub(super) fn only_describes(self) -> bool {
        self.keywords().all(|(key, _)| is_annotation(key))
    }
}
