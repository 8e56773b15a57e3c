//! An audit for people.

use std::fmt::Write;

use trainyard_history::audit::ComponentAudit;
use trainyard_report::render::{self, TextOptions, printable};

use super::counted;
use crate::auditing::Audited;

/// Renders an audit for a terminal: the findings, then what was looked at.
pub(crate) fn audit_text(audited: &Audited, options: TextOptions) -> String {
    let mut text = render::text(&audited.audit.findings, &options);
    text.push('\n');
    for component in &audited.audit.components {
        // Writing to a string cannot fail.
        _ = writeln!(text, "{}", summary(component));
    }
    if let Some(assumed) = &audited.assumed {
        _ = writeln!(text, "note: {}", printable(assumed));
    }
    text
}

/// `backend: 130 releases on 17 lines, v0.1.0 (2023-05-30) to v1.16.0 (2026-07-01)`.
fn summary(component: &ComponentAudit) -> String {
    let mut text = format!(
        "{}: {} on {}",
        component.component,
        counted(component.releases.len(), "release"),
        counted(component.lines, "line"),
    );
    let releases = || component.releases.iter();
    // By date, for a patch of an old line may be the newest; the last of equals is the higher version.
    let (first, last) = if releases().all(|release| release.date.is_some()) {
        (releases().min_by_key(|each| each.date), releases().max_by_key(|each| each.date))
    } else {
        (releases().next(), releases().next_back())
    };
    if let (Some(first), Some(last)) = (first, last) {
        let day = |date: Option<jiff::civil::Date>| {
            date.map(|date| format!(" ({date})")).unwrap_or_default()
        };
        _ = write!(
            text,
            ", {}{} to {}{}",
            printable(&first.tag),
            day(first.date),
            printable(&last.tag),
            day(last.date)
        );
    }
    text
}
