//! Strings that others wrote: versions, ranges, messages from the real cases.

use std::collections::BTreeSet;

use camino::Utf8Path;
use serde_json::Value;
use trainyard_testkit::cases_dir;

use crate::workspace;

/// Longer strings are documents rather than what a parser reads.
const LONGEST: usize = 400;

/// The folders of cases that hold versions, ranges and messages.
const FOLDERS: &[&str] = &["versions", "rez"];

/// Distinct strings of all cases, sorted; none where the cases are absent.
pub(super) fn shared_strings() -> Vec<String> {
    let mut strings = BTreeSet::new();
    for folder in FOLDERS {
        for path in workspace::entries(&cases_dir().join(folder)).unwrap_or_default() {
            strings_of_file(&path, &mut strings);
        }
    }
    strings.into_iter().collect()
}

fn strings_of_file(path: &Utf8Path, strings: &mut BTreeSet<String>) {
    if path.extension() != Some("json") {
        return;
    }
    let Ok(text) = fs_err::read_to_string(path) else { return };
    let Ok(document) = serde_json::from_str::<Value>(&text) else { return };
    let mut waiting = vec![&document];
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) if text.len() <= LONGEST => {
                strings.insert(text.clone());
            }
            Value::Array(values) => waiting.extend(values),
            Value::Object(values) => {
                strings.extend(values.keys().filter(|key| key.len() <= LONGEST).cloned());
                waiting.extend(values.values());
            }
            _ => {}
        }
    }
}
