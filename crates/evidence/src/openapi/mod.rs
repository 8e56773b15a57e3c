//! What changed in documents that describe an HTTP interface: OpenAPI 3.0 and 3.1, Swagger 2.
//!
//! Documents are read as plain JSON values, leniently: what no rule asks for may be wrong or missing. Rules are in
//! `rules/`, as data; `model` levels the versions of the format, `interface` compares operations and what belongs to
//! them, `schemas` the schemas, and `report` puts findings in words and places.

mod document;
mod finding;
mod interface;
mod model;
mod operations;
mod parameters;
mod report;
mod rules;
mod schemas;
mod security;
mod stability;
mod sunset;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};

use self::document::Document;
pub use self::{
    report::Difference,
    rules::{RULES, STRICTER, is_own},
};
use crate::{
    Change, Detector, FileEntry, Pair, Side, Source, Unreadable, document as text,
    document::compact::{self, Value},
    learn,
};

/// Larger documents are not read; the largest that are known have half of it.
const LARGEST_BYTES: u64 = 32 << 20;

/// How many files one description may consist of.
const MOST_FILES: usize = 4096;

/// What changed in documents that describe an HTTP interface: OpenAPI 3.0 and 3.1, Swagger 2.
#[derive(Clone, Copy, Debug)]
pub struct OpenApi;

/// What is learned of a file.
#[derive(Debug)]
struct Parsed {
    value: Value,
    /// Whether it is a description, not a part of one or something else.
    is_description: bool,
    /// Other files that it refers to, as it writes them.
    others: BTreeSet<String>,
}

type Learned = Arc<Result<Parsed, Unreadable>>;

impl Detector for OpenApi {
    fn family(&self) -> &'static str {
        "openapi"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        is_data(path) && !is_aside(path) && (has_telling_name(path) || is_in_telling_folder(path))
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        let mut has_changed_part = false;
        for (old, new) in pair.differing() {
            let (was, is) =
                rayon::join(|| read(pair, &pair.old, old), || read(pair, &pair.new, new));
            match (describes(was.as_ref()), describes(is.as_ref()), old, new) {
                (true, true, Some(old), Some(new)) => {
                    changes.extend(compare_files(pair, old, new));
                }
                (true, false, Some(old), _) => match (new, is.as_deref()) {
                    (Some(new), Some(Err(why))) => changes.push(pair.unreadable(new, why)),
                    _ => gone.push(old),
                },
                (false, true, _, Some(new)) => match (old, was.as_deref()) {
                    (Some(old), Some(Err(why))) => changes.push(pair.unreadable(old, why)),
                    _ => come.push(new),
                },
                (_, _, _, Some(new)) => match is.as_deref() {
                    Some(Err(why)) if has_telling_name(&new.path) => {
                        changes.push(pair.unreadable(new, why));
                    }
                    _ => has_changed_part = true,
                },
                _ => has_changed_part = true,
            }
        }
        if has_changed_part {
            changes.extend(compare_by_parts(pair));
        }
        changes.extend(compare_moved(pair, gone, come));
        changes
    }
}

/// What changed between two descriptions, without the places.
///
/// *Order*: by subject, rule and sentence. *Cost*: see [`OpenApi`]; linear in both values.
pub fn compare(old: &serde_json::Value, new: &serde_json::Value) -> Vec<Difference> {
    let (old, new) = (&compact::of(old), &compact::of(new));
    let (old, new) = (Document::new(vec![("".into(), old)]), Document::new(vec![("".into(), new)]));
    report::differences(&old, &new, &interface::compare(&old, &new))
}

fn is_data(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("json" | "yaml" | "yml"))
}

/// Whether it lies among what others made, or what tests are fed with.
fn is_aside(path: &Utf8Path) -> bool {
    path.components().any(|part| {
        matches!(
            part.as_str(),
            "node_modules"
                | "vendor"
                | "third_party"
                | "test"
                | "tests"
                | "testdata"
                | "__tests__"
                | "fixtures"
                | "__snapshots__"
        )
    })
}

/// `openapi.json`, `users-openapi.yaml`, `swagger_v2.yml`, `api-docs.json`.
fn has_telling_name(path: &Utf8Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_ascii_lowercase();
    let words: Vec<_> = stem.split(['-', '_', '.', ' ']).collect();
    words.iter().any(|word| {
        matches!(
            *word,
            "openapi" | "openapi3" | "openapi31" | "swagger" | "oas" | "oas3" | "apidocs"
        )
    }) || stem.contains("api-docs")
}

fn is_in_telling_folder(path: &Utf8Path) -> bool {
    let folders = path.parent().map(Utf8Path::components).into_iter().flatten();
    folders.into_iter().any(|part| {
        matches!(part.as_str().to_ascii_lowercase().as_str(), "openapi" | "swagger" | "oas")
    })
}

fn read(pair: &Pair<'_>, side: &Side<'_>, entry: Option<&FileEntry>) -> Option<Learned> {
    let entry = entry?;
    Some(learn(side, pair.memo, "openapi", entry, LARGEST_BYTES, |text| {
        let value = text::parse_compact(&entry.path, text)?;
        let is_description = is_description(&value);
        Ok(Parsed { is_description, others: document::other_files(&value), value })
    }))
}

/// Whether a value says that it is a description.
fn is_description(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some_and(Value::is_scalar_text);
    has("openapi") || has("swagger")
}

fn describes(learned: Option<&Learned>) -> bool {
    learned.is_some_and(|learned| matches!(&**learned, Ok(parsed) if parsed.is_description))
}

/// A description with the files that it refers to, the description first.
fn with_others(pair: &Pair<'_>, side: &Side<'_>, root: &FileEntry) -> Vec<(Utf8PathBuf, Learned)> {
    let mut files: Vec<(Utf8PathBuf, Learned)> = Vec::new();
    let mut seen = BTreeSet::from([root.path.clone()]);
    let mut waiting = vec![root.path.clone()];
    while let Some(path) = waiting.pop() {
        let Some(learned) = read(pair, side, side.entry(&path)) else { continue };
        if let Ok(parsed) = &*learned {
            let others = parsed.others.iter().filter_map(|other| document::beside(&path, other));
            waiting.extend(
                others.filter(|other| seen.len() < MOST_FILES && seen.insert(other.clone())),
            );
            files.push((path, learned));
        }
    }
    files
}

fn compare_files(pair: &Pair<'_>, old: &FileEntry, new: &FileEntry) -> Vec<Change> {
    let (old_files, new_files) =
        (with_others(pair, &pair.old, old), with_others(pair, &pair.new, new));
    let (old, new) = (borrowed(&old_files), borrowed(&new_files));
    let mut differences = report::differences(&old, &new, &interface::compare(&old, &new));
    let mut lines = Lines { pair, old: &old, new: &new };
    lines.put_into(&mut differences);
    differences.into_iter().map(|difference| difference.change).collect()
}

fn borrowed(files: &[(Utf8PathBuf, Learned)]) -> Document<'_> {
    let values = files.iter().filter_map(|(path, learned)| match &**learned {
        Ok(parsed) => Some((path.clone(), &parsed.value)),
        Err(_) => None,
    });
    Document::new(values.collect())
}

/// Compares descriptions that did not change themselves, for parts in other files that did.
fn compare_by_parts(pair: &Pair<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for new in pair.new.entries() {
        let Some(old) = pair.old.entry(&new.path) else { continue };
        let has_parts = |learned: &Learned| matches!(&**learned, Ok(parsed) if parsed.is_description && !parsed.others.is_empty());
        if old.content == new.content
            && read(pair, &pair.new, Some(new)).is_some_and(|learned| has_parts(&learned))
        {
            changes.extend(compare_files(pair, old, new));
        }
    }
    changes
}

/// Compares descriptions that went from one path to another; tells those that came or went for good.
fn compare_moved(pair: &Pair<'_>, gone: Vec<&FileEntry>, mut come: Vec<&FileEntry>) -> Vec<Change> {
    let mut changes = Vec::new();
    let are_alone = gone.len() == 1 && come.len() == 1;
    for old in gone {
        let was = title(read(pair, &pair.old, Some(old)));
        let counterpart = come.iter().position(|new| {
            let is = title(read(pair, &pair.new, Some(new)));
            let has_same_name = new.path.file_name() == old.path.file_name();
            let says_nothing_else = was.is_none() || is.is_none();
            (was.is_some() && was == is) || (has_same_name || are_alone) && says_nothing_else
        });
        if let Some(at) = counterpart {
            changes.extend(compare_files(pair, old, come.remove(at)));
        } else {
            let sentence = "the document disappeared";
            changes.extend(whole_file("document-removed", old, sentence).map(|change| Change {
                source: Source::default(),
                before: Some(change.source.clone()),
                ..change
            }));
        }
    }
    for new in come {
        changes.extend(whole_file("document-added", new, "the document is new"));
    }
    changes
}

fn title(learned: Option<Learned>) -> Option<String> {
    match &*learned? {
        Ok(parsed) => parsed.value.pointer("/info/title")?.as_str().map(str::to_owned),
        Err(_) => None,
    }
}

fn whole_file(rule: &str, entry: &FileEntry, sentence: &str) -> Option<Change> {
    let change = Change::new(rules::find(rule)?, entry.path.as_str(), sentence);
    Some(change.at(Source::file(&entry.path)))
}

/// Puts lines into places, reading each file with findings once more.
struct Lines<'p, 'd, 'a> {
    pair: &'p Pair<'p>,
    old: &'d Document<'a>,
    new: &'d Document<'a>,
}

impl Lines<'_, '_, '_> {
    fn put_into(&mut self, differences: &mut [Difference]) {
        let old =
            Self::of_side(&self.pair.old, self.old, differences.iter().map(|one| one.old.as_ref()));
        let new =
            Self::of_side(&self.pair.new, self.new, differences.iter().map(|one| one.new.as_ref()));
        for ((difference, old), new) in differences.iter_mut().zip(old).zip(new) {
            let before = difference.change.before.as_mut();
            if let Some(before) = before {
                before.line = old;
            }
            difference.change.source.line = new;
        }
    }

    /// The line of each place, in order.
    fn of_side<'r>(
        side: &Side<'_>,
        document: &Document<'_>,
        places: impl Iterator<Item = Option<&'r report::Place>>,
    ) -> Vec<Option<u32>> {
        let places: Vec<_> = places.collect();
        let mut lines = vec![None; places.len()];
        let mut by_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            if let Some(place) = place {
                by_file.entry(place.file).or_default().push(at);
            }
        }
        for (file, wanted) in by_file {
            let path = document.files().get(file).map(|(path, _)| path);
            let entry = path.and_then(|path| side.entry(path));
            let Some(Ok(text)) = entry.map(|entry| side.text(entry, LARGEST_BYTES)) else {
                continue;
            };
            let Some(path) = path else { continue };
            let pointers: Vec<&[String]> = wanted
                .iter()
                .filter_map(|at| places.get(*at).copied().flatten())
                .map(|place| place.pointer.as_slice())
                .collect();
            for (at, line) in wanted.into_iter().zip(text::lines(path, &text, &pointers)) {
                if let Some(slot) = lines.get_mut(at) {
                    *slot = line;
                }
            }
        }
        lines
    }
}
