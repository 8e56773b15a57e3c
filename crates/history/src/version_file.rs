//! Reads the version that a file states.

use std::ops::Range;

use camino::Utf8Path;
use toml::de::{DeTable, DeValue};
use trainyard_policy::VersionPlace;

/// Finds the version in a file's text and its 1-based line.
///
/// *Cost*: linear. *Errors*: what was looked for and not found, for people.
pub fn version_in(
    path: &Utf8Path,
    place: &VersionPlace,
    text: &str,
) -> Result<(String, u32), String> {
    match place {
        VersionPlace::Whole => {
            let (line, version) = text
                .lines()
                .enumerate()
                .map(|(line, content)| (line, content.trim()))
                .find(|(_, content)| !content.is_empty())
                .ok_or_else(|| "the file is empty".to_owned())?;
            Ok((version.to_owned(), number(line)))
        }
        VersionPlace::After(mark) => {
            let start = text.find(mark).ok_or_else(|| format!("there is no `{mark}` in it"))?;
            let from = start + mark.len();
            let rest = text[from..].lines().next().unwrap_or_default();
            Ok((unquoted(rest).to_owned(), line_of(text, start)))
        }
        VersionPlace::Key(key) => by_key(path, key, text),
    }
}

fn by_key(path: &Utf8Path, key: &str, text: &str) -> Result<(String, u32), String> {
    let absent = || format!("there is no text under `{key}` in it");
    match path.extension() {
        Some("toml" | "lock") => {
            let table = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
            let (version, span) = toml_value(table.get_ref(), key).ok_or_else(absent)?;
            Ok((version, line_of(text, span.start)))
        }
        Some("json") => {
            let value: serde_json::Value =
                serde_json::from_str(text).map_err(|error| error.to_string())?;
            let found = key.split('.').try_fold(&value, |value, part| value.get(part));
            let version = found.and_then(serde_json::Value::as_str).ok_or_else(absent)?;
            let quoted = format!("\"{version}\"");
            let last = key.rsplit('.').next().unwrap_or(key);
            let near = text.find(&format!("\"{last}\"")).unwrap_or(0);
            let position = text[near..].find(&quoted).map_or(0, |offset| near + offset);
            Ok((version.to_owned(), line_of(text, position)))
        }
        _ => yaml_value(text, key).ok_or_else(absent),
    }
}

fn toml_value(table: &DeTable<'_>, key: &str) -> Option<(String, Range<usize>)> {
    let (parents, last) = match key.rsplit_once('.') {
        Some((parents, last)) => (parents.split('.').collect(), last),
        None => (Vec::new(), key),
    };
    let table =
        parents.into_iter().try_fold(table, |table, part| match table.get(part)?.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        })?;
    let value = table.get(last)?;
    match value.get_ref() {
        DeValue::String(text) => Some((text.to_string(), value.span())),
        _ => None,
    }
}

/// The scalar under a dotted key of block-style YAML, which is how charts and manifests are written.
fn yaml_value(text: &str, key: &str) -> Option<(String, u32)> {
    let mut wanted = key.split('.').peekable();
    let mut depth: Option<usize> = None;
    for (line, content) in text.lines().enumerate() {
        let trimmed = content.trim_start();
        let indent = content.len() - trimmed.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let inside = depth.map_or(indent == 0, |depth| indent > depth);
        if !inside {
            if depth.is_some_and(|depth| indent <= depth) {
                return None;
            }
            continue;
        }
        let Some((name, value)) = trimmed.split_once(':') else { continue };
        if name.trim_matches(['"', '\'']) != *wanted.peek()? {
            continue;
        }
        wanted.next();
        if wanted.peek().is_none() {
            let value = value.split(" #").next().unwrap_or(value);
            let value = unquoted(value);
            return (!value.is_empty()).then(|| (value.to_owned(), number(line)));
        }
        depth = Some(indent);
    }
    None
}

/// The text between the first pair of quotes, else the trimmed text without a trailing comma or semicolon.
fn unquoted(text: &str) -> &str {
    let quoted = text.find(['"', '\'']).and_then(|start| {
        let quote = &text[start..=start];
        let rest = &text[start + 1..];
        rest.find(quote).map(|end| &rest[..end])
    });
    quoted.unwrap_or_else(|| text.trim().trim_end_matches([',', ';']))
}

fn line_of(text: &str, position: usize) -> u32 {
    number(text.bytes().take(position).filter(|byte| *byte == b'\n').count())
}

fn number(line: usize) -> u32 {
    u32::try_from(line + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
