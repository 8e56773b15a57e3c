//! `oasdiff changelog -f json`.

use camino::Utf8Path;
use serde::Deserialize;

use super::Tool;
use crate::{Change, Class, Source};

/// One entry of its list.
#[derive(Deserialize)]
struct Entry {
    id: String,
    text: String,
    level: u8,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    path: String,
}

/// Reads its list about one document.
///
/// *Errors*: what is wrong with the output; an empty output is an empty list, as oasdiff prints it.
pub fn read(tool: &Tool, document: &Utf8Path, output: &str) -> Result<Vec<Change>, String> {
    if output.trim().is_empty() {
        return Ok(Vec::new());
    }
    let entries: Option<Vec<Entry>> =
        serde_json::from_str(output).map_err(|error| format!("its output is no list: {error}"))?;
    let change = |entry: Entry| {
        let class = match entry.level {
            3 => Class::Breaking,
            2 => Class::Dangerous,
            1 => Class::Additive,
            _ => Class::Unknown,
        };
        let subject = match (entry.operation.as_str(), entry.path.as_str()) {
            ("", "") => document.to_string(),
            ("", path) => path.to_owned(),
            (operation, path) => format!("{operation} {path}"),
        };
        tool.change(&entry.id, class, subject, &entry.text).at(Source::file(document))
    };
    Ok(entries.unwrap_or_default().into_iter().map(change).collect())
}
