//! Samples in YAML: keys by their indentation, comments included.

use super::{Keys, LONGEST_PATH, Shown, remember};

/// Keys nested deeper are left out.
const DEEPEST: usize = 50;

/// A mapping that is open: where its keys stand, and its path.
struct Open {
    column: usize,
    path: String,
}

/// The keys of a YAML text. Never fails, since samples may hold what only a template engine understands.
///
/// Keys of list items have the list's path with `[]`. Texts that go over lines are passed over.
pub(super) fn shown(text: &str) -> Keys {
    let mut keys = Keys::new();
    let mut open: Vec<Open> = Vec::new();
    // The same of the comments in between.
    let mut remarked: Vec<Open> = Vec::new();
    // The column of the key whose text goes on below it.
    let mut block: Option<usize> = None;
    for (number, line) in (1u32..).zip(text.lines()) {
        let Some((column, is_commented, content)) = parts(line) else { continue };
        if let Some(start) = block {
            if column > start && !is_commented {
                continue;
            }
            block = None;
        }
        let (dashes, content) = undashed(content);
        let Some((key, value)) = pair(content, is_commented) else { continue };
        let column = column + dashes;
        remarked.retain(|last| is_commented && last.column < column);
        if !is_commented {
            open.retain(|last| last.column < column);
        }
        let parent = remarked.last().or_else(|| open.iter().rfind(|last| last.column < column));
        let parent = parent.map_or("", |last| last.path.as_str());
        let item = if dashes > 0 { "[]" } else { "" };
        let path = match (parent, dashes > 0) {
            ("", _) => key.to_owned(),
            (parent, _) => format!("{parent}{item}.{key}"),
        };
        if value.starts_with(['|', '>']) && !is_commented {
            block = Some(column);
        }
        if open.len() + remarked.len() < DEEPEST && path.len() < LONGEST_PATH {
            if value.is_empty() {
                let opened = if is_commented { &mut remarked } else { &mut open };
                opened.push(Open { column, path: path.clone() });
            }
            let value = value.to_owned();
            remember(&mut keys, path, Shown { line: Some(number), is_commented, value });
        }
    }
    // A key that has keys below it is shown by them.
    let parents: Vec<_> = keys
        .iter()
        .zip(keys.keys().skip(1))
        .filter(|((path, shown), next)| shown.value.is_empty() && is_below(next, path))
        .map(|((path, _), _)| path.clone())
        .collect();
    for parent in parents {
        keys.remove(&parent);
    }
    keys
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// The column, whether it is a comment, and what is written there.
fn parts(line: &str) -> Option<(usize, bool, &str)> {
    let content = line.trim_start();
    let column = line.len() - content.len();
    let bare = content.trim_start_matches('#');
    let is_commented = bare.len() < content.len();
    // The first space belongs to the sign of the comment.
    let inner = if is_commented { bare.strip_prefix(' ').unwrap_or(bare) } else { bare };
    let indent = inner.len() - inner.trim_start().len();
    let column = if is_commented { column + indent } else { column };
    let content = inner.trim();
    (!content.is_empty()).then_some((column, is_commented, content))
}

/// What stands behind the dashes of list items, and how far in.
fn undashed(content: &str) -> (usize, &str) {
    let mut rest = content;
    while let Some(inner) = rest.strip_prefix("- ") {
        rest = inner.trim_start();
    }
    (content.len() - rest.len(), rest)
}

/// A key with its value; in comments only what is surely none, since prose likes colons.
fn pair(content: &str, is_commented: bool) -> Option<(&str, &str)> {
    let (key, value) = match content.split_once(": ") {
        Some((key, value)) => (key, value.trim()),
        None => (content.strip_suffix(':')?, ""),
    };
    let key = key.trim_matches(['"', '\'']);
    let is_name =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/');
    if key.is_empty() || !key.chars().all(is_name) {
        return None;
    }
    let value = value.find(" #").and_then(|at| value.get(..at)).unwrap_or(value).trim_end();
    let value = if value.starts_with('#') { "" } else { value };
    let is_quoted = value.starts_with(['"', '\'', '[', '{']);
    let is_prose = key.starts_with(char::is_uppercase) || (value.contains(' ') && !is_quoted);
    (!is_commented || !is_prose).then_some((key, value))
}
