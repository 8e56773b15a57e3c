//! Lists of tags, for audits without a repository.

use jiff::{Timestamp, civil::Date, fmt::temporal::Pieces, tz::TimeZone};
use trainyard_history::{History, Moment, Tag};

use crate::error::CommandError;

/// Reads a list of tags: a line each, with columns parted by tabs (or spaces).
///
/// The first column is the name, and the first of the others that is a day or a moment is when it was tagged. A heading
/// may name the columns; under `component` stands the component whose own repository a tag is from, where the list has
/// tags of several. Empty lines and lines that begin with `#` are passed over.
///
/// *Errors*: a list without a tag, and a line whose day cannot be read.
pub(crate) fn listed_history(text: &str) -> Result<History, CommandError> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().zip(1..).filter(|(line, _)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let mut lines = lines.peekable();
    let heading = lines.next_if(|(line, _)| is_heading(line)).map(|(line, _)| line);
    let component = heading.and_then(|line| columns(line).position(|title| title == "component"));
    let mut history = History::default();
    for (line, number) in lines {
        if let Some(day) = unreadable_day(line, heading.is_some()) {
            let message = format!("line {number} of the list: `{day}` is no day");
            return Err(CommandError::usage(message)
                .hint("write days as `2026-01-31` or `2026-01-31T12:00:00Z`"));
        }
        history.tags.extend(tag(line, component));
    }
    if history.tags.is_empty() {
        return Err(CommandError::usage("the list has no tags")
            .hint("write a tag a line, and after a tab its day: `v1.2.0<tab>2026-01-31`"));
    }
    let key = |tag: &Tag| (tag.name.clone(), tag.component.clone());
    history.tags.sort_by_cached_key(key);
    history.tags.dedup_by_key(|tag| key(tag));
    Ok(history)
}

fn columns(line: &str) -> impl Iterator<Item = &str> {
    line.split(['\t', ' ']).map(str::trim).filter(|column| !column.is_empty())
}

fn is_heading(line: &str) -> bool {
    columns(line).next().is_some_and(|title| ["tag", "name", "version"].contains(&title))
}

fn tag(line: &str, component: Option<usize>) -> Option<Tag> {
    Some(Tag {
        name: columns(line).next()?.to_owned(),
        commit: None,
        when: columns(line).skip(1).find_map(moment),
        annotated: false,
        component: component.and_then(|place| columns(line).nth(place)).map(str::to_owned),
    })
}

/// What stands where a day should and is none.
fn unreadable_day(line: &str, has_heading: bool) -> Option<&str> {
    let others: Vec<_> = columns(line).skip(1).collect();
    if others.iter().any(|column| moment(column).is_some()) {
        return None;
    }
    let like_a_day = others.iter().copied().find(|column| is_like_a_day(column));
    like_a_day.or_else(|| match others.as_slice() {
        [only] if !has_heading && !is_commit(only) => Some(*only),
        _ => None,
    })
}

/// Reads `2026-01-31`, `2026-01-31T12:00:00Z` or `2026-01-31T12:00:00+02:00`.
fn moment(text: &str) -> Option<Moment> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        let offset_seconds = offset.map_or(0, jiff::tz::Offset::seconds);
        return Some(Moment { seconds: timestamp.as_second(), offset_seconds });
    }
    let day: Date = text.get(..10)?.parse().ok()?;
    let zoned = day.to_zoned(TimeZone::UTC).ok()?;
    Some(Moment { seconds: zoned.timestamp().as_second(), offset_seconds: 0 })
}

/// Whether a text begins as `2026-01-31` does, whatever the numbers are.
fn is_like_a_day(text: &str) -> bool {
    let start = text.get(..10).unwrap_or_default();
    start.chars().enumerate().all(|(place, letter)| match place {
        4 | 7 => letter == '-',
        _ => letter.is_ascii_digit(),
    }) && start.len() == 10
}

fn is_commit(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|letter| letter.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
