//! For GitHub's workflow runs.

use crate::{
    Finding, Severity,
    render::wording::{headline, place},
    safe::{self, LONGEST_NAME, LONGEST_SENTENCE},
};

/// Renders findings as workflow commands, one annotation a line, in the order they came.
pub fn github(findings: &[Finding]) -> String {
    findings.iter().map(annotation).collect()
}

fn annotation(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let info = finding.code.info();
    let mut properties = file_properties(finding);
    properties.push(format!("title={}", escape_property(&format!("{} {}", info.code, info.name))));
    format!("::{command} {}::{}\n", properties.join(","), escape_data(&message(finding)))
}

/// The first place that is a file, which the annotation is pinned to.
fn file_properties(finding: &Finding) -> Vec<String> {
    let Some((location, path)) =
        finding.locations.iter().find_map(|location| Some((location, location.path.as_ref()?)))
    else {
        return Vec::new();
    };
    let mut properties =
        vec![format!("file={}", escape_property(&safe::line(path.as_str(), LONGEST_NAME)))];
    if let Some(line) = location.line {
        properties.push(format!("line={line}"));
        properties.extend(location.column.map(|column| format!("col={column}")));
    }
    properties
}

/// The sentence, the places that are no files, and what to do, a line each.
fn message(finding: &Finding) -> String {
    let elsewhere: Vec<_> = finding
        .locations
        .iter()
        .filter(|location| location.path.is_none())
        .map(|location| place(finding.code, location))
        .filter(|place| !place.is_empty())
        .take(5)
        .collect();
    let mut lines = vec![headline(finding)];
    if !elsewhere.is_empty() {
        lines.push(format!("see {}", elsewhere.join(", ")));
    }
    lines.extend(
        finding
            .suggestion
            .as_ref()
            .map(|text| format!("help: {}", safe::line(text, LONGEST_SENTENCE))),
    );
    lines.join("\n")
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
