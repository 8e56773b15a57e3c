//! For programs.

use serde_json::{Map, Value, json};

use crate::{
    Finding, Severity,
    render::summary::{by_code, count},
};

/// Renders findings as one document: `findings` as they came, each with its code's name, and `counts`.
///
/// Text is exact, nothing is escaped or cut. Keys are only ever added.
pub fn json(findings: &[Finding]) -> Value {
    let codes: Map<_, _> = by_code(findings)
        .into_iter()
        .map(|(code, count)| (code.to_string(), json!(count)))
        .collect();
    json!({
        "findings": findings.iter().map(entry).collect::<Vec<_>>(),
        "counts": {
            "errors": count(findings, Severity::Error),
            "warnings": count(findings, Severity::Warning),
            "notes": count(findings, Severity::Note),
            "by_code": codes,
        },
    })
}

fn entry(finding: &Finding) -> Value {
    let mut entry = json!(finding);
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("name".to_owned(), json!(finding.code.info().name));
    }
    entry
}
