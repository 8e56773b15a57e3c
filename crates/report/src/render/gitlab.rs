//! For GitLab's merge requests.

use serde_json::{Value, json};

use super::sarif::Fingerprints;
use crate::{
    Finding, Severity,
    render::wording::headline,
    safe::{self, LONGEST_NAME},
};

/// Renders findings as a code quality report, in the order they came.
///
/// Findings without a file are shown at `fallback_file`, since the report demands one: a path from the repository's
/// root. Fingerprints are those of SARIF.
pub fn gitlab(findings: &[Finding], fallback_file: &str) -> Value {
    let mut fingerprints = Fingerprints::default();
    let issues =
        findings.iter().map(|finding| issue(finding, &fingerprints.next(finding), fallback_file));
    issues.collect()
}

fn issue(finding: &Finding, fingerprint: &str, fallback: &str) -> Value {
    let place = finding
        .locations
        .iter()
        .find_map(|location| Some((location.path.as_ref()?, location.line.unwrap_or(1))));
    let (path, line) = match place {
        Some((path, line)) => (safe::line(path.as_str(), LONGEST_NAME), line),
        None => (fallback.to_owned(), 1),
    };
    json!({
        "description": headline(finding),
        "check_name": finding.code.info().name,
        "fingerprint": fingerprint,
        "severity": match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        "location": {"path": path, "lines": {"begin": line}},
    })
}
