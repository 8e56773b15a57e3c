//! Samples and the values of charts: which keys they show, and whether as comments.
//!
//! A sample's values are proposals; a chart's `values.yaml` holds its defaults. Neither tells what is required, so
//! changes here weigh less than those of a schema.

mod chart;
mod lines;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Format,
    contract::{canonical, clip, listed},
    format_of, rules,
};
use crate::{Change, FileEntry, Pair, Rule, Side, Source, Unreadable, document, learn};

/// Larger samples are not read: 1 MB.
const LARGEST_BYTES: u64 = 1 << 20;

/// What stands below a longer path is one value.
const LONGEST_PATH: usize = 1_000;

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// TOML, and what is like it: sections, `key = value`, `#`.
    Toml,
    /// `KEY=value`.
    Environment,
    Yaml,
    Json,
}

/// A key that a file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    /// 1-based, where known.
    line: Option<u32>,
    is_commented: bool,
    /// As it is written, without comments behind it.
    value: String,
}

/// Keys by their dotted paths.
type Keys = BTreeMap<String, Shown>;

/// Whether a file is a sample, by its name: `sample.toml`, `sample-small.conf`, `app.example.yaml`, `.env.dist`.
pub(super) fn is_sample(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let is_marked = parts.iter().any(|part| matches!(*part, "sample" | "example"));
    let is_template = matches!(parts.last(), Some(&("dist" | "template")));
    // Data may be a sample too, so for these only the settings' own formats count.
    let is_prefixed = name.starts_with("sample")
        && matches!(syntax_of(name), Some(Syntax::Toml | Syntax::Environment));
    is_marked || is_template || is_prefixed
}

/// How a file is written, by its name without the mark of a sample.
pub(super) fn syntax_of(name: &str) -> Option<Syntax> {
    let is_mark = |part: &&str| matches!(*part, "sample" | "example" | "dist" | "template");
    match name.split('.').rfind(|part| !is_mark(part))? {
        "toml" | "conf" | "ini" | "cfg" => Some(Syntax::Toml),
        "env" => Some(Syntax::Environment),
        "yaml" | "yml" => Some(Syntax::Yaml),
        "json" => Some(Syntax::Json),
        _ => None,
    }
}

/// Compares samples and charts that are in both trees.
pub(super) fn compare(pair: &Pair<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (old, new) in pair.differing() {
        // Samples come and go; what may be written does not change by that.
        let (Some(old), Some(new)) = (old, new) else { continue };
        changes.extend(match format_of(&new.path) {
            Some(Format::Sample(syntax)) => compare_samples(pair, syntax, old, new),
            Some(Format::Values) if chart::is_chart(pair, new) => chart::compare(pair, old, new),
            _ => Vec::new(),
        });
    }
    changes
}

/// Compares two samples.
pub(super) fn compare_samples(
    pair: &Pair<'_>,
    syntax: Syntax,
    old: &FileEntry,
    new: &FileEntry,
) -> Vec<Change> {
    match (keys(&pair.old, pair, syntax, old), keys(&pair.new, pair, syntax, new)) {
        (Ok(before), Ok(after)) => judge(&before, &after, old, new),
        (before, after) => {
            let unread = [(old, before.err()), (new, after.err())];
            let told = unread.into_iter().filter_map(|(entry, why)| Some((entry, why?)));
            told.map(|(entry, why)| pair.unreadable(entry, &why)).collect()
        }
    }
}

fn keys(
    side: &Side<'_>,
    pair: &Pair<'_>,
    syntax: Syntax,
    entry: &FileEntry,
) -> Result<Keys, Unreadable> {
    let learned = learn(side, pair.memo, "config.sample", entry, LARGEST_BYTES, |text| {
        Ok(match syntax {
            Syntax::Toml => lines::toml(text),
            Syntax::Environment => lines::environment(text),
            Syntax::Yaml => yaml::shown(text),
            Syntax::Json => json(text)?,
        })
    });
    (*learned).clone()
}

/// The keys of a JSON document, without their lines' comments, which it cannot have.
fn json(text: &str) -> Result<Keys, Unreadable> {
    let document = document::parse("sample.json".into(), text)?;
    let leaf = |(path, value): (String, &Value)| {
        (path, Shown { line: None, is_commented: false, value: canonical(value) })
    };
    Ok(leaves(&document).into_iter().map(leaf).collect())
}

/// The leaves of a document by their dotted paths; lists and empty mappings are leaves.
fn leaves(document: &Value) -> Vec<(String, &Value)> {
    let mut leaves = Vec::new();
    let mut waiting = vec![(String::new(), document)];
    while let Some((path, value)) = waiting.pop() {
        match value {
            Value::Object(pairs) if !pairs.is_empty() && path.len() < LONGEST_PATH => {
                let below = |key: &str| match path.as_str() {
                    "" => key.to_owned(),
                    path => format!("{path}.{key}"),
                };
                waiting.extend(pairs.iter().map(|(key, value)| (below(key), value)));
            }
            leaf => leaves.push((path, leaf)),
        }
    }
    leaves
}

/// The changes between two samples, by the lines of the newer one.
fn judge(before: &Keys, after: &Keys, old: &FileEntry, new: &FileEntry) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut say =
        |rule: &Rule, key: &str, now: Option<&Shown>, was: Option<&Shown>, sentence: String| {
            let place = |entry: &FileEntry, shown: Option<&Shown>| Source {
                line: shown.and_then(|shown| shown.line),
                ..Source::file(&entry.path)
            };
            let mut change = Change::new(rule, clip(key), sentence).at(place(new, now));
            if was.is_some() {
                change = change.was_at(place(old, was));
            }
            changes.push(change);
        };
    for (key, was) in before {
        let Some(now) = after.get(key) else {
            // An empty mapping that is filled is still there.
            if has_below(after, key) {
                continue;
            }
            let sentence = "is no longer in the sample".to_owned();
            say(&rules::SAMPLE_KEY_REMOVED, key, None, Some(was), sentence);
            continue;
        };
        match (was.is_commented, now.is_commented) {
            (false, true) => {
                let sentence = "is a comment in the sample now".to_owned();
                say(&rules::SAMPLE_KEY_COMMENTED, key, Some(now), Some(was), sentence);
            }
            (true, false) => {
                let sentence = "was a comment in the sample and is set now".to_owned();
                say(&rules::SAMPLE_KEY_UNCOMMENTED, key, Some(now), Some(was), sentence);
            }
            _ if was.value != now.value => {
                let [before, after] = [was, now].map(|shown| listed([&shown.value]));
                let sentence = format!("the sample shows {after}, and showed {before}");
                say(&rules::SAMPLE_VALUE_CHANGED, key, Some(now), Some(was), sentence);
            }
            _ => {}
        }
    }
    let is_new = |key: &str| !before.contains_key(key) && !has_below(before, key);
    for (key, now) in after.iter().filter(|(key, _)| is_new(key)) {
        let is_blank = matches!(now.value.as_str(), "" | "\"\"" | "''" | "null" | "~");
        let (rule, sentence) = match (now.is_commented, is_blank) {
            (true, _) => {
                (&rules::SAMPLE_KEY_ADDED, "was added to the sample as a comment".to_owned())
            }
            (false, false) => (
                &rules::SAMPLE_KEY_ADDED,
                format!("was added to the sample with {}", listed([&now.value])),
            ),
            (false, true) => {
                (&rules::SAMPLE_BLANK_ADDED, "was added to the sample without a value".to_owned())
            }
        };
        say(rule, key, Some(now), None, sentence);
    }
    changes.sort_by(|one, other| (&one.source, &one.subject).cmp(&(&other.source, &other.subject)));
    changes
}

/// Whether there are keys below a path.
fn has_below<T>(keys: &BTreeMap<String, T>, path: &str) -> bool {
    let below = format!("{path}.");
    keys.range(below.clone()..).next().is_some_and(|(key, _)| key.starts_with(&below))
}

/// Remembers a key; one that is set stands before one in a comment, the first before later ones.
fn remember(keys: &mut Keys, path: String, shown: Shown) {
    match keys.get(&path) {
        Some(before) if !before.is_commented || shown.is_commented => {}
        _ => {
            keys.insert(path, shown);
        }
    }
}
