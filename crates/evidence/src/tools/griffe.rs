//! griffe, through its Python interface: its own command makes worktrees in the user's repository.

use serde::Deserialize;

use super::Tool;
use crate::{Change, Class, Source};

/// The program that loads both copies without importing them and prints a JSON line per breakage.
///
/// Arguments: the package, the folders of the older and of the newer copy.
pub const PROGRAM: &str = r#"
import json
import sys

import griffe

package, *folders = sys.argv[1:]
sides = [
    griffe.load(package, search_paths=[folder], allow_inspection=False, try_relative_path=False)
    for folder in folders
]
for breakage in griffe.find_breaking_changes(*sides):
    thing = breakage.obj
    print(json.dumps({
        "kind": breakage.kind.name,
        "text": breakage.kind.value,
        "object": thing.canonical_path,
        "file": str(thing.filepath),
        "line": thing.lineno,
        "old": None if breakage.old_value is None else str(breakage.old_value),
        "new": None if breakage.new_value is None else str(breakage.new_value),
    }))
"#;

/// One line of its output.
#[derive(Deserialize)]
struct Breakage {
    kind: String,
    text: String,
    object: String,
    file: Option<String>,
    line: Option<u32>,
    old: Option<String>,
    new: Option<String>,
}

/// Reads its lines; `folders` are what stands before the repository's own paths in the older and the newer copy.
///
/// *Errors*: the first line that is not of this format.
pub fn read(tool: &Tool, folders: [&str; 2], output: &str) -> Result<Vec<Change>, String> {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|text| {
            let line: Breakage = serde_json::from_str(text)
                .map_err(|error| format!("a line of its output is not understood: {error}"))?;
            Ok(change(tool, folders, &line))
        })
        .collect()
}

fn change(tool: &Tool, [old, new]: [&str; 2], line: &Breakage) -> Change {
    let class = match line.kind.as_str() {
        // Callers still run, with another outcome.
        "PARAMETER_CHANGED_DEFAULT" | "ATTRIBUTE_CHANGED_VALUE" => Class::Dangerous,
        _ => Class::Breaking,
    };
    let values = match (&line.old, &line.new) {
        (Some(old), Some(new)) => format!(" (`{old}` to `{new}`)"),
        (Some(value), None) | (None, Some(value)) => format!(" (`{value}`)"),
        (None, None) => String::new(),
    };
    let id = line.kind.to_lowercase().replace('_', "-");
    let sentence = format!("{}{values}", line.text.to_lowercase());
    let found = tool.change(&id, class, line.object.clone(), &sentence);
    let Some(file) = &line.file else { return found };
    let place = |path: &str| Source { path: Some(path.into()), line: line.line, commit: None };
    match (file.strip_prefix(new), file.strip_prefix(old)) {
        (Some(path), _) => found.at(place(path)),
        (None, Some(path)) => found.was_at(place(path)),
        (None, None) => found,
    }
}
