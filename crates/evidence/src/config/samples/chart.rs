//! The values of a Helm chart, which are its defaults.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{LARGEST_BYTES, has_below, leaves, yaml};
use crate::{
    Change, FileEntry, Pair, Rule, Side, Source, Unreadable,
    config::{
        contract::{canonical, clip},
        rules,
    },
    document, learn,
};

/// What a chart sets when nobody sets it.
#[derive(Clone, Debug, Default)]
struct Values {
    /// Leaves by their dotted paths; lists and empty mappings are leaves.
    leaves: BTreeMap<String, Leaf>,
}

#[derive(Clone, Debug)]
struct Leaf {
    line: Option<u32>,
    kind: &'static str,
    text: String,
}

/// Whether a file of values belongs to a chart, in either tree.
pub(super) fn is_chart(pair: &Pair<'_>, entry: &FileEntry) -> bool {
    let chart = entry.path.with_file_name("Chart.yaml");
    pair.old.entry(&chart).or_else(|| pair.new.entry(&chart)).is_some()
}

pub(super) fn compare(pair: &Pair<'_>, old: &FileEntry, new: &FileEntry) -> Vec<Change> {
    match (values(&pair.old, pair, old), values(&pair.new, pair, new)) {
        (Ok(before), Ok(after)) => judge(&before, &after, old, new),
        (before, after) => {
            let unread = [(old, before.err()), (new, after.err())];
            let told = unread.into_iter().filter_map(|(entry, why)| Some((entry, why?)));
            told.map(|(entry, why)| pair.unreadable(entry, &why)).collect()
        }
    }
}

fn values(side: &Side<'_>, pair: &Pair<'_>, entry: &FileEntry) -> Result<Values, Unreadable> {
    let learned = learn(side, pair.memo, "config.chart", entry, LARGEST_BYTES, |text| {
        let value = document::parse(&entry.path, text)?;
        let lines = yaml::shown(text);
        let mut values = Values::default();
        for (path, leaf) in leaves(&value) {
            let line = lines.get(&path).filter(|shown| !shown.is_commented);
            let leaf = Leaf {
                line: line.and_then(|shown| shown.line),
                kind: kind_of(leaf),
                text: canonical(leaf),
            };
            values.leaves.insert(path, leaf);
        }
        Ok(values)
    });
    (*learned).clone()
}

fn judge(before: &Values, after: &Values, old: &FileEntry, new: &FileEntry) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut say =
        |rule: &Rule, key: &str, now: Option<&Leaf>, was: Option<&Leaf>, sentence: String| {
            let place = |entry: &FileEntry, leaf: Option<&Leaf>| Source {
                line: leaf.and_then(|leaf| leaf.line),
                ..Source::file(&entry.path)
            };
            let key = if key.is_empty() { "(root)".to_owned() } else { clip(key) };
            let mut change = Change::new(rule, key, sentence).at(place(new, now));
            if was.is_some() {
                change = change.was_at(place(old, was));
            }
            changes.push(change);
        };
    for (key, was) in &before.leaves {
        let Some(now) = after.leaves.get(key) else {
            // Keys below an empty mapping, or a mapping made empty, are the same key.
            let sentence = match within(&after.leaves, key) {
                _ if was.text == "{}" && has_below(&after.leaves, key) => continue,
                Some((_, leaf)) if leaf.text == "{}" || leaf.kind == "null" => {
                    "is no longer among the chart's values by default".to_owned()
                }
                _ => "is no longer among the chart's values, and is ignored where it is set"
                    .to_owned(),
            };
            say(&rules::KEY_REMOVED, key, None, Some(was), sentence);
            continue;
        };
        if was.text == now.text {
            continue;
        }
        let is_other_kind = was.kind != now.kind && was.kind != "null" && now.kind != "null";
        let (rule, words) = if names_release(key) && was.kind == TEXT && now.kind == TEXT {
            let words =
                format!("runs `{}` by default, and ran `{}`", clip(&now.text), clip(&was.text));
            (&rules::IMAGE_CHANGED, words)
        } else if is_other_kind {
            (&rules::TYPE_CHANGED, format!("was {} by default and is {} now", was.kind, now.kind))
        } else {
            let words =
                format!("its default went from `{}` to `{}`", clip(&was.text), clip(&now.text));
            (&rules::DEFAULT_CHANGED, words)
        };
        say(rule, key, Some(now), Some(was), words);
    }
    for (key, now) in after.leaves.iter().filter(|(key, _)| !before.leaves.contains_key(*key)) {
        if now.text == "{}" && has_below(&before.leaves, key) {
            continue;
        }
        let sentence = format!("was added with the default `{}`", clip(&now.text));
        say(&rules::KEY_ADDED, key, Some(now), None, sentence);
    }
    changes.sort_by(|one, other| (&one.source, &one.subject).cmp(&(&other.source, &other.subject)));
    changes
}

/// The leaf that a path would be below.
fn within<'a>(leaves: &'a BTreeMap<String, Leaf>, path: &str) -> Option<(&'a String, &'a Leaf)> {
    let mut parents = path.char_indices().rev().filter(|(_, letter)| *letter == '.');
    parents.find_map(|(at, _)| leaves.get_key_value(path.get(..at)?))
}

/// Whether a key says which release of an image runs: `image.tag`, `sidecar.imageTag`.
fn names_release(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    name.ends_with("tag") || name.ends_with("digest")
}

const TEXT: &str = "text";

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => TEXT,
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
