//! An audit for people.

use std::fmt::Write;

use trainyard_history::audit::ComponentAudit;
use trainyard_report::{
    Code, Finding, Severity,
    render::{self, TextOptions, printable},
};

use super::{columns, counted};
use crate::auditing::Audited;

/// The kinds of findings that make a table worth its lines.
const MANY_KINDS: usize = 3;

/// Renders an audit for a terminal: what was looked at, what was found by kind, then the findings.
pub(crate) fn audit_text(audited: &Audited, options: TextOptions) -> String {
    let mut text = String::new();
    for component in &audited.audit.components {
        // Writing to a string cannot fail.
        _ = writeln!(text, "{}", summary(component));
    }
    let findings = &audited.audit.findings;
    let kinds = kinds(findings);
    if kinds.len() > MANY_KINDS {
        text.push('\n');
        text.push_str(&columns(&kinds));
    }
    text.push('\n');
    text.push_str(&render::text(findings, &options));
    if let Some(assumed) = &audited.assumed {
        _ = writeln!(text, "note: {}", printable(assumed));
    }
    text
}

/// How often each kind was found, the gravest first: `121  error  TY0301  A release was bumped less than …`.
fn kinds(findings: &[Finding]) -> Vec<Vec<String>> {
    let mut counts = std::collections::BTreeMap::new();
    for finding in findings {
        let kind = (std::cmp::Reverse(finding.severity), finding.code);
        *counts.entry(kind).or_insert(0_usize) += 1;
    }
    let width = counts.values().max().map_or(0, |most| most.to_string().len());
    let row = |((severity, code), count): ((std::cmp::Reverse<Severity>, Code), usize)| {
        let (severity, summary) = (severity.0.to_string(), code.info().summary.to_owned());
        vec![format!("{count:>width$}"), severity, code.to_string(), summary]
    };
    counts.into_iter().map(row).collect()
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
