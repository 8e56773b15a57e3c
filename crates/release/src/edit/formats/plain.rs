//! Files without a format: the version is all of it, or stands after some text.

use super::lines;
use crate::edit::Slot;

/// The first line with text, without the spaces around it.
pub(in crate::edit) fn whole(text: &str) -> Vec<Slot> {
    let found = lines(text).find_map(|(start, line)| {
        let content = line.trim_matches(is_by_the_way);
        let offset = line.len() - line.trim_start_matches(is_by_the_way).len();
        let start = start + offset;
        (!content.is_empty()).then(|| Slot::new(text, start..start + content.len()))
    });
    found.flatten().into_iter().collect()
}

/// What follows a mark on its line: the text between the first quotes, else all up to a comma or semicolon.
///
/// Where the mark begins one line only and is within others, that line is meant: `version =` is no `min_version =`.
pub(in crate::edit) fn after(text: &str, mark: &str) -> Vec<Slot> {
    // A mark that begins with a line's end is meant at the beginning of a line alone.
    let (mark, is_first) = match mark.strip_prefix('\n') {
        Some(mark) => (mark, true),
        None => (mark, false),
    };
    if mark.is_empty() {
        return Vec::new();
    }
    let mut beginning = Vec::new();
    let mut within = Vec::new();
    for (start, line) in lines(text) {
        let begins = line.trim_start_matches(is_by_the_way).starts_with(mark);
        // Two on a line are enough to know that it is not clear which is meant.
        let places = line.match_indices(mark).filter(|(position, _)| !is_first || *position == 0);
        let slots = places.take(2).filter_map(|(position, _)| {
            let from = position + mark.len();
            let (offset, content) = unquoted(line.get(from..)?);
            let at = start + from + offset;
            if content.is_empty() { None } else { Slot::new(text, at..at + content.len()) }
        });
        if begins { beginning.extend(slots) } else { within.extend(slots) }
    }
    if beginning.is_empty() { within } else { beginning }
}

/// Whether a character at the edge of a line belongs to no content.
fn is_by_the_way(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

/// The text between the first pair of quotes, else the text without the spaces around it and without a trailing comma
/// or semicolon; with the byte where it starts.
pub(super) fn unquoted(text: &str) -> (usize, &str) {
    let quoted = text.find(['"', '\'']).and_then(|start| {
        let quote = text.get(start..=start)?;
        let rest = text.get(start + 1..)?;
        rest.find(quote).map(|end| (start + 1, &rest[..end]))
    });
    quoted.unwrap_or_else(|| {
        let offset = text.len() - text.trim_start().len();
        (offset, text.trim().trim_end_matches([',', ';']).trim_end())
    })
}
