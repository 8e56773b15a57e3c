//! JSON Schema files, those of charts included.

use std::collections::{BTreeMap, HashMap};

use super::{
    contract::{Contract, ObjectId},
    json_schema,
    judge::Judge,
    rules,
    samples::{self, Syntax},
};
use crate::{Change, Class, FileEntry, Pair, Side, Source, Unreadable, document, learn};

/// Larger schemas are not read: 8 MB.
const LARGEST_BYTES: u64 = 8 << 20;

/// What a file with a schema's name holds.
#[derive(Clone, Debug)]
enum Schema {
    Contract(Contract),
    /// Another document of the same name, such as a GraphQL introspection.
    Other,
}

/// A file that differs, as it is in either tree.
type Differing<'a> = (Option<&'a FileEntry>, Option<&'a FileEntry>);

/// Compares every schema with the one at its path, or with the only one of its name that moved.
pub(super) fn compare(pair: &Pair<'_>, is_schema: &dyn Fn(&FileEntry) -> bool) -> Vec<Change> {
    let differing = pair.differing().into_iter();
    let differing = differing.filter(|(old, new)| old.or(*new).is_some_and(is_schema)).collect();
    moved_together(differing).into_iter().flat_map(|files| compare_one(pair, files)).collect()
}

/// Makes one of a file that was removed and the only one of the same name that was added.
fn moved_together(differing: Vec<Differing<'_>>) -> Vec<Differing<'_>> {
    let mut by_name: BTreeMap<&str, (Vec<&FileEntry>, Vec<&FileEntry>)> = BTreeMap::new();
    for (old, new) in &differing {
        match (*old, *new) {
            (Some(gone), None) => by_name.entry(name_of(gone)).or_default().0.push(gone),
            (None, Some(came)) => by_name.entry(name_of(came)).or_default().1.push(came),
            _ => {}
        }
    }
    let moved: Vec<_> = by_name
        .into_values()
        .filter_map(|(gone, came)| match (gone.as_slice(), came.as_slice()) {
            ([gone], [came]) => Some((*gone, *came)),
            _ => None,
        })
        .collect();
    let partner = |entry: &FileEntry| moved.iter().find(|(gone, _)| gone.path == entry.path);
    let is_moved_here = |entry: &FileEntry| moved.iter().any(|(_, came)| came.path == entry.path);
    let together = differing.into_iter().filter_map(|(old, new)| match (old, new) {
        (Some(gone), None) => Some((Some(gone), partner(gone).map(|(_, came)| *came))),
        (None, Some(came)) if is_moved_here(came) => None,
        other => Some(other),
    });
    together.collect()
}

fn name_of(entry: &FileEntry) -> &str {
    entry.path.file_name().unwrap_or_default()
}

fn compare_one(pair: &Pair<'_>, (old, new): Differing<'_>) -> Vec<Change> {
    let before = old.map(|entry| (entry, schema(&pair.old, pair, entry)));
    let after = new.map(|entry| (entry, schema(&pair.new, pair, entry)));
    let mut unread = Vec::new();
    for (entry, read) in before.iter().chain(&after) {
        if let Err(why) = read {
            unread.push(pair.unreadable(entry, why));
        }
    }
    if !unread.is_empty() {
        return unread;
    }
    let contract = |side: Option<(&FileEntry, Result<Schema, Unreadable>)>| match side {
        Some((entry, Ok(Schema::Contract(contract)))) => {
            Some(Contract { files: vec![entry.path.clone()], ..contract })
        }
        _ => None,
    };
    match (contract(before), contract(after)) {
        (Some(before), Some(after)) => judge(pair, &before, &after, new),
        (Some(_), None) => old.map(removed).into_iter().collect(),
        (None, Some(_)) => new.map(|entry| added(pair, entry)).into_iter().collect(),
        // A policy may name documents that are no schemas.
        (None, None) => match (old, new) {
            (Some(old), Some(new)) if !name_of(new).contains("schema") => {
                samples::compare_samples(pair, Syntax::Json, old, new)
            }
            _ => Vec::new(),
        },
    }
}

fn schema(side: &Side<'_>, pair: &Pair<'_>, entry: &FileEntry) -> Result<Schema, Unreadable> {
    let learned = learn(side, pair.memo, "config.schema", entry, LARGEST_BYTES, |text| {
        let value = document::parse(&entry.path, text)?;
        let says_so = name_of(entry).contains(".schema.");
        if !says_so && !json_schema::is_schema(&value) {
            return Ok(Schema::Other);
        }
        // Lines are known of JSON alone.
        let is_json = entry.path.extension() == Some("json");
        json_schema::contract(&value, if is_json { text } else { "" }).map(Schema::Contract)
    });
    (*learned).clone()
}

fn judge(
    pair: &Pair<'_>,
    old: &Contract,
    new: &Contract,
    entry: Option<&FileEntry>,
) -> Vec<Change> {
    let mut judge = Judge::new(old, new, HashMap::new());
    judge.compare(ObjectId(0), ObjectId(0), String::new());
    let judged = judge.judged();
    let mut changes = judged.changes;
    if !judged.is_complete {
        let message = "its objects combine in too many ways".to_owned();
        let why = Unreadable::Malformed { message, line: None };
        changes.extend(entry.map(|entry| pair.unreadable(entry, &why)));
    }
    changes
}

fn removed(entry: &FileEntry) -> Change {
    let sentence = "was removed, so nothing tells any more what may be written";
    let place = Source::file(&entry.path);
    Change::new(&rules::SCHEMA_REMOVED, entry.path.as_str(), sentence)
        .at(place.clone())
        .was_at(place)
}

/// A schema that came to a chart judges values that nothing judged before.
fn added(pair: &Pair<'_>, entry: &FileEntry) -> Change {
    let chart = entry.path.with_file_name("Chart.yaml");
    let is_of_chart = name_of(entry) == "values.schema.json" && pair.old.entry(&chart).is_some();
    let sentence = if is_of_chart {
        "was added, and refuses values that the chart took without it"
    } else {
        "was added"
    };
    let change = Change::new(&rules::SCHEMA_ADDED, entry.path.as_str(), sentence)
        .at(Source::file(&entry.path));
    if is_of_chart { change.in_class(Class::Dangerous) } else { change }
}
