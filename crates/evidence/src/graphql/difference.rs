//! One difference between two schemas, and how parts are found by name.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use apollo_compiler::ast::Value;

use super::reference::Reference;
use crate::{Change, Class, Rule, Source};

/// One difference between two schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which kind; its id is the family and GraphQL Inspector's name.
    pub rule: &'static Rule,
    /// What it means here, where the context may make a rule lighter.
    pub class: Class,
    /// What differs, such as `User.email`; empty for the schema itself.
    pub path: String,
    /// What happened to it.
    pub sentence: String,
    /// The place in the older schema.
    pub old: Option<Source>,
    /// The place in the newer schema.
    pub new: Option<Source>,
    /// What the reference implementation calls it, where it tells it.
    pub reference: Option<Reference>,
    /// Whether another difference says it already: a field of a type that is itself new.
    pub is_part: bool,
}

impl Difference {
    pub(super) fn new(
        rule: &'static Rule,
        path: impl Into<String>,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            class: rule.class,
            path: path.into(),
            sentence: sentence.into(),
            old: None,
            new: None,
            reference: None,
            is_part: false,
        }
    }

    pub(super) fn in_class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    pub(super) fn was_at(self, place: Source) -> Self {
        Self { old: Some(place), ..self }
    }

    pub(super) fn at(self, place: Source) -> Self {
        Self { new: Some(place), ..self }
    }

    pub(super) fn known_as(self, reference: Reference) -> Self {
        Self { reference: Some(reference), ..self }
    }

    pub(super) fn part(self, is_part: bool) -> Self {
        Self { is_part, ..self }
    }

    /// The same as everybody tells changes.
    ///
    /// What is gone without a trace is told at its old file.
    pub(super) fn into_change(self) -> Change {
        let subject = match self.path.as_str() {
            "" => "schema".to_owned(),
            path if path.starts_with('.') => format!("schema{path}"),
            _ => self.path,
        };
        let old_file = || {
            let path = self.old.as_ref().and_then(|old| old.path.clone());
            Source { path, ..Source::default() }
        };
        let source = self.new.clone().unwrap_or_else(old_file);
        let change = Change::new(self.rule, subject, self.sentence).in_class(self.class).at(source);
        Change { before: self.old, ..change }
    }
}

/// Every name of two maps, sorted, with what stands under it in each.
pub(super) fn by_name<'a, 'm, T>(
    old: &'m BTreeMap<&'a str, T>,
    new: &'m BTreeMap<&'a str, T>,
) -> Vec<(&'a str, Option<&'m T>, Option<&'m T>)> {
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    names.into_iter().map(|name| (name, old.get(name), new.get(name))).collect()
}

/// A value in a sentence, cut where it is long.
pub(super) fn quoted(value: &(impl fmt::Display + ?Sized)) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string().replace('\n', " ");
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("`{start}…`")
}

/// A literal in a sentence, on one line.
pub(super) fn literal(value: &Value) -> String {
    quoted(&value.serialize().no_indent())
}

/// How a text came about: GraphQL makes no difference between an empty one and none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextChange {
    Added,
    Changed,
    Removed,
}

impl TextChange {
    pub(super) fn between(old: Option<&str>, new: Option<&str>) -> Option<Self> {
        if old.unwrap_or_default() == new.unwrap_or_default() {
            return None;
        }
        Some(match (old, new) {
            (None, _) => Self::Added,
            (_, None) => Self::Removed,
            _ => Self::Changed,
        })
    }

    /// What happened to a description.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Added => "it got a description",
            Self::Changed => "its description changed",
            Self::Removed => "its description is gone",
        }
    }
}
