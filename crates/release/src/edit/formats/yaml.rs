//! Block-style YAML, which is how charts and manifests are written.

use super::lines;
use crate::edit::Slot;

/// The scalar under a key, part by part; more than one where it is there in several documents or twice.
pub(in crate::edit) fn at(text: &str, keys: &[&str]) -> Vec<Slot> {
    let mut found = Vec::new();
    // The indentation of each part of the key that the present line is below.
    let mut open: Vec<usize> = Vec::new();
    for (start, line) in lines(text) {
        let line_without_mark = line.trim_start_matches('\u{feff}');
        let start = start + line.len() - line_without_mark.len();
        let content = line_without_mark.trim_start_matches(' ');
        let indent = line_without_mark.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if line_without_mark.starts_with("---") {
            open.clear();
            continue;
        }
        while open.last().is_some_and(|parent| indent <= *parent) {
            open.pop();
        }
        if open.is_empty() && indent > 0 {
            continue;
        }
        let (Some(wanted), Some((name, value))) = (keys.get(open.len()), content.split_once(':'))
        else {
            continue;
        };
        if name.trim_end().trim_matches(['"', '\'']) != *wanted {
            continue;
        }
        if open.len() + 1 < keys.len() {
            open.push(indent);
            continue;
        }
        let value_start = start + indent + name.len() + 1;
        found.extend(scalar(text, value_start, value));
    }
    found
}

/// The scalar in what follows the colon at byte `start`.
fn scalar(text: &str, start: usize, value: &str) -> Option<Slot> {
    let offset = value.len() - value.trim_start().len();
    let value = value.trim_start();
    let start = start + offset;
    if let Some(quote) = value.chars().next().filter(|first| ['"', '\''].contains(first)) {
        let inner = &value[1..];
        let end = inner.find(quote)?;
        return Slot::new(text, start + 1..start + 1 + end);
    }
    let plain = value.split(" #").next().unwrap_or(value).trim_end();
    let is_scalar =
        !plain.is_empty() && !plain.starts_with(['#', '&', '*', '|', '>', '{', '[', '!']);
    if is_scalar { Slot::new(text, start..start + plain.len()).map(Slot::guessed) } else { None }
}
