//! Assignments of texts at the top level of a Python module.

use super::{lines, plain::unquoted};
use crate::edit::Slot;

/// The texts that are assigned to a name, each on a line of its own: `name = "..."`, with or without an annotation.
///
/// What stands inside a text over several lines is no assignment.
pub(in crate::edit) fn assigned(text: &str, name: &str) -> Vec<Slot> {
    let mut found = Vec::new();
    let mut inside: Option<&str> = None;
    for (start, line) in lines(text) {
        let was_inside = inside.is_some();
        inside = after_line(line, inside);
        if was_inside {
            continue;
        }
        let statement = line.trim_start_matches('\u{feff}');
        let start = start + line.len() - statement.len();
        let Some(rest) = statement.strip_prefix(name) else { continue };
        let Some((annotation, value)) = rest.split_once('=') else { continue };
        let annotation = annotation.trim();
        let is_assignment = annotation.is_empty() || annotation.starts_with(':');
        if !is_assignment || !value.trim_start().starts_with(['"', '\'']) {
            continue;
        }
        let value_start = start + statement.len() - value.len();
        let (offset, version) = unquoted(value);
        let at = value_start + offset;
        if !version.is_empty() {
            found.extend(Slot::new(text, at..at + version.len()));
        }
    }
    found
}

/// The quotes of the long text that is open after a line, given those that were open before it.
fn after_line<'q>(line: &str, mut inside: Option<&'q str>) -> Option<&'q str> {
    const LONG: [&str; 2] = ["\"\"\"", "'''"];
    let mut rest = line;
    loop {
        if let Some(quotes) = inside {
            let Some(end) = rest.find(quotes) else { return inside };
            rest = &rest[end + quotes.len()..];
            inside = None;
            continue;
        }
        let next = rest.find(['"', '\'', '#'])?;
        rest = &rest[next..];
        if rest.starts_with('#') {
            return None;
        }
        if let Some(quotes) = LONG.into_iter().find(|quotes| rest.starts_with(quotes)) {
            inside = Some(quotes);
            rest = &rest[quotes.len()..];
            continue;
        }
        // A text on one line: skip to its end, escapes aside.
        let quote = rest.as_bytes().first().copied();
        let mut bytes = rest.bytes().enumerate().skip(1);
        let mut end = rest.len();
        while let Some((position, byte)) = bytes.next() {
            if byte == b'\\' {
                bytes.next();
            } else if Some(byte) == quote {
                end = position + 1;
                break;
            }
        }
        rest = rest.get(end..).unwrap_or_default();
    }
}
