//! Findings of checks as pages show them.

use trainyard_report::{Finding, Severity};

use super::{markdown::coded, words::Tone};

/// A finding.
pub(super) struct Point {
    pub(super) code: String,
    pub(super) word: String,
    pub(super) tone: Tone,
    pub(super) subject: String,
    /// In HTML, as the suggestion.
    pub(super) message: String,
    pub(super) suggestion: String,
}

/// Findings, the weightiest first.
pub(super) fn points(findings: &[Finding]) -> Vec<Point> {
    let mut points: Vec<Point> = findings.iter().map(point).collect();
    points.sort_by_key(|point| match point.tone {
        Tone::Bad => 0,
        Tone::Waiting => 1,
        _ => 2,
    });
    points
}

fn point(finding: &Finding) -> Point {
    Point {
        code: crate::http::wire::word(finding.code),
        word: finding.severity.to_string(),
        tone: match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Waiting,
            Severity::Note => Tone::Plain,
        },
        subject: finding.subject.clone(),
        message: coded(&finding.message),
        suggestion: coded(finding.suggestion.as_deref().unwrap_or_default()),
    }
}
