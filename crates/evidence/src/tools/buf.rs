//! `buf breaking --error-format json`.

use serde::Deserialize;

use super::Tool;
use crate::{Change, Class, Source};

/// One line of its output.
#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    path: String,
    #[serde(default)]
    start_line: Option<u32>,
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

/// Reads its lines; `folder` is what stands before the repository's own paths in the copy, such as `new/`.
///
/// *Errors*: the first line that is not of this format.
pub fn read(tool: &Tool, folder: &str, output: &str) -> Result<Vec<Change>, String> {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|text| {
            let line: Annotation = serde_json::from_str(text)
                .map_err(|error| format!("a line of its output is not understood: {error}"))?;
            let path = line.path.strip_prefix(folder).unwrap_or(&line.path);
            let subject = if path.is_empty() { "protobuf" } else { path };
            let id = line.kind.to_lowercase().replace('_', "-");
            let path = (!path.is_empty()).then(|| path.into());
            let source = Source { path, line: line.start_line, commit: None };
            Ok(tool.change(&id, Class::Breaking, subject.to_owned(), &line.message).at(source))
        })
        .collect()
}
