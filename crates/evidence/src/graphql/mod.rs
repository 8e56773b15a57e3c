//! What changed in GraphQL schemas.
//!
//! Files are parsed one by one, put together to schemas, and each schema is held against its older state.
//! Kinds of changes and their weights are GraphQL Inspector's ([`rules`]); what graphql-js calls them is said beside it.

mod compare;
mod difference;
mod directives;
mod fields;
mod groups;
mod reference;
pub mod rules;
mod schema;
mod source;
mod values;

use camino::Utf8Path;

pub use self::{difference::Difference, reference::Reference};
use self::{
    groups::Group,
    schema::{NamedFile, Schema},
};
use crate::{Change, Class, Detector, Pair, Rule, Source, Unreadable};

/// All rules of this family.
pub const RULES: &[Rule] = rules::RULES;

/// What changed in GraphQL schemas.
#[derive(Clone, Copy, Debug)]
pub struct GraphQl;

impl Detector for GraphQl {
    fn family(&self) -> &'static str {
        "graphql"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        matches!(path.extension(), Some("graphql" | "graphqls" | "gql")) && !is_aside(path)
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let (files, mut changes) = groups::read(pair);
        for Group { old, new } in groups::group(&files) {
            let path = new.first().or(old.first()).map(|file| file.path);
            match (old.is_empty(), new.is_empty()) {
                (true, _) => changes.extend(path.map(|path| document(path, &rules::SCHEMA_ADDED))),
                (_, true) => {
                    changes.extend(path.map(|path| document(path, &rules::SCHEMA_REMOVED)));
                }
                _ => {
                    let (old, new) = (Schema::new(old), Schema::new(new));
                    changes.extend(judge(&old, &new, path));
                }
            }
        }
        changes
    }
}

/// Whether it lies among what others made, or what tests are fed with.
fn is_aside(path: &Utf8Path) -> bool {
    let folders = [
        "node_modules",
        "vendor",
        "third_party",
        "test",
        "tests",
        "testdata",
        "__tests__",
        "fixtures",
    ];
    path.components().any(|part| folders.contains(&part.as_str()))
}

/// A schema that came or went as a whole.
fn document(path: &Utf8Path, rule: &'static Rule) -> Change {
    let sentence = if rule == &rules::SCHEMA_ADDED {
        "its schema is new"
    } else {
        "its schema is gone; is the API gone too?"
    };
    Change::new(rule, path.as_str(), sentence).at(Source::file(path))
}

/// A schema that keeps fewer of its types than one in this many is taken for broken.
const KEPT_AT_LEAST_ONE_IN: usize = 5;

/// Schemas with fewer types may well lose most of them.
const FEWEST_TYPES_TO_COLLAPSE: usize = 20;

fn judge(old: &Schema<'_>, new: &Schema<'_>, path: Option<&Utf8Path>) -> Vec<Change> {
    let (before, now) = (old.types.len(), new.types.len());
    let kept = old.types.keys().filter(|name| new.types.contains_key(*name)).count();
    if before >= FEWEST_TYPES_TO_COLLAPSE && kept * KEPT_AT_LEAST_ONE_IN < before {
        let sentence = format!(
            "only {kept} of {before} types are left, beside {} new ones; is the document complete?",
            now - kept
        );
        let source = path.map(Source::file).unwrap_or_default();
        let subject = path.map_or("schema", Utf8Path::as_str);
        return vec![Change::new(&rules::SCHEMA_COLLAPSED, subject, sentence).at(source)];
    }
    let differences = compare::compare(old, new);
    let told = differences.into_iter().filter(|difference| !difference.is_part);
    told.map(Difference::into_change).collect()
}

/// Every difference between two schemas in one text each, those included that are part of others.
///
/// *Order*: directives, the schema itself, then types by name.
/// *Errors*: the first text that cannot be parsed. *Cost*: n log n in the length of the texts.
pub fn differences(old: &str, new: &str) -> Result<Vec<Difference>, Unreadable> {
    let path = Utf8Path::new("schema.graphql");
    let (old, new) = (source::SourceFile::parse(old)?, source::SourceFile::parse(new)?);
    let old = Schema::new([NamedFile { path, file: &old }]);
    let new = Schema::new([NamedFile { path, file: &new }]);
    Ok(compare::compare(&old, &new))
}

impl Difference {
    /// GraphQL Inspector's name of the kind, such as `FIELD_REMOVED`; `None` for what it does not tell.
    pub fn inspector_type(&self) -> Option<String> {
        let own = [&rules::STANDARD_SCALAR_REMOVED, &rules::SCHEMA_COLLAPSED];
        if own.contains(&self.rule) || self.class == Class::None {
            return None;
        }
        let name = self.rule.id.strip_prefix("graphql.")?;
        Some(name.replace('-', "_").to_uppercase())
    }
}
