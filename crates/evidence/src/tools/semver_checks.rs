//! `cargo semver-checks check-release --release-type patch`, which prints text alone.

use super::Tool;
use crate::{Change, Class, Source};

/// What follows the places of a failed check.
const PLACES: &str = "Failed in:";

/// Reads its report.
///
/// It must have been run as for a patch release: for a declared major release it skips every check.
/// *Errors*: where no summary says that checks ran.
pub fn read(tool: &Tool, output: &str) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    let mut checks: Option<(&str, &str)> = None;
    let mut lists_places = false;
    let mut is_complete = false;
    for line in output.lines() {
        let text = line.trim();
        if let Some(header) = text.strip_prefix("--- failure ") {
            checks = header.trim_end_matches(" ---").split_once(": ");
            lists_places = false;
        } else if text == PLACES {
            lists_places = true;
        } else if text.is_empty() {
            lists_places = false;
        } else if lists_places {
            changes.extend(checks.map(|(id, title)| change(tool, id, title, text)));
        }
        is_complete |= text.starts_with("Checked ") || text.starts_with("Summary ");
    }
    if !is_complete {
        return Err("it did not say that it checked anything".to_owned());
    }
    Ok(changes)
}

fn change(tool: &Tool, id: &str, title: &str, place: &str) -> Change {
    let class = if id.ends_with("_marked_deprecated") || id.ends_with("_must_use_added") {
        Class::Additive
    } else {
        Class::Breaking
    };
    let (subject, file) = match place.split_once(", previously in file ") {
        Some((subject, file)) => (subject, Some(file)),
        None => match place.split_once(" in ") {
            Some((subject, file)) => (subject, Some(file)),
            None => (place, None),
        },
    };
    let found = tool.change(&id.replace('_', "-"), class, subject.to_owned(), title);
    match file.and_then(|file| file.rsplit_once(':')) {
        Some((path, line)) => {
            found.was_at(Source { path: Some(path.into()), line: line.parse().ok(), commit: None })
        }
        None => found,
    }
}
