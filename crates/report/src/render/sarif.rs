//! SARIF 2.1.0, for GitHub code scanning and other viewers.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::{
    Code, Finding, Location, Severity,
    render::{
        TextOptions, explain,
        summary::by_code,
        wording::{headline, reference},
    },
    safe::{self, LONGEST_SENTENCE},
};

/// The program that found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, under Semantic Versioning.
    pub version: &'a str,
    /// Its home page, where it has one.
    pub information_uri: Option<&'a str>,
    /// Where findings without a file are shown, since viewers demand one: a path from the repository's root that
    /// exists, such as the policy's, else `.`.
    pub fallback_file: &'a str,
}

/// Renders findings as a SARIF log of one run, in the order they came.
///
/// Fingerprints stay the same while code, subject and place do, so that viewers recognise a finding whose message
/// or line has changed.
pub fn sarif(findings: &[Finding], tool: &Tool<'_>) -> Value {
    let codes: Vec<_> = by_code(findings).into_keys().collect();
    let indices: BTreeMap<_, _> =
        codes.iter().enumerate().map(|(index, code)| (*code, index)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<_> = findings
        .iter()
        .map(|finding| {
            let rule_index = indices.get(&finding.code).copied();
            result(finding, rule_index, &fingerprints.next(finding), tool.fallback_file)
        })
        .collect();
    let mut driver = json!({
        "name": tool.name,
        "version": tool.version,
        "semanticVersion": tool.version,
        "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
    });
    if let (Some(uri), Some(fields)) = (tool.information_uri, driver.as_object_mut()) {
        fields.insert("informationUri".to_owned(), json!(uri));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let info = code.info();
    let plain = TextOptions { colour: false, width: 0, limit_per_code: None };
    json!({
        "id": info.code,
        "name": info.name,
        "shortDescription": {"text": info.summary},
        "fullDescription": {"text": first_paragraph(info.explanation)},
        "help": {"text": explain(code, &plain), "markdown": info.explanation},
        "defaultConfiguration": {"level": level(info.severity)},
        "properties": {"tags": ["versioning"], "problem.severity": problem_severity(info.severity)},
    })
}

/// The lines before the first empty one, as one.
fn first_paragraph(markdown: &str) -> String {
    let lines: Vec<_> = markdown.lines().take_while(|line| !line.trim().is_empty()).collect();
    lines.join(" ")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// GitHub's own three words.
fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

fn result(
    finding: &Finding,
    rule_index: Option<usize>,
    fingerprint: &str,
    fallback_file: &str,
) -> Value {
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "locations": [main_location(finding, fallback_file)],
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "trainyardFinding/v1": fingerprint,
        },
    });
    let related = related_locations(finding);
    if let (false, Some(fields)) = (related.is_empty(), result.as_object_mut()) {
        fields.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    result
}

fn message(finding: &Finding) -> String {
    let headline = headline(finding);
    let text = match &finding.suggestion {
        Some(suggestion) => {
            format!("{headline}\nHelp: {}", safe::line(suggestion, LONGEST_SENTENCE))
        }
        None => headline,
    };
    without_links(text)
}

/// SARIF reads `[text](target)` as a link, whoever wrote it.
fn without_links(text: String) -> String {
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text
    }
}

/// The first file, or the one for findings without any, and everything that is no file as logical locations.
fn main_location(finding: &Finding, fallback_file: &str) -> Value {
    let file = files(finding).next();
    let mut main = json!({"physicalLocation": match file {
        Some((path, location)) => physical(path, location),
        None => physical(fallback_file, &Location::default()),
    }});
    let logical: Vec<_> =
        finding.locations.iter().flat_map(|location| logical(finding.code, location)).collect();
    let logical = if logical.is_empty() && file.is_none() && !finding.subject.is_empty() {
        vec![json!({"name": finding.subject, "kind": "subject"})]
    } else {
        logical
    };
    if let (false, Some(fields)) = (logical.is_empty(), main.as_object_mut()) {
        fields.insert("logicalLocations".to_owned(), Value::Array(logical));
    }
    main
}

/// The other files.
fn related_locations(finding: &Finding) -> Vec<Value> {
    let others = files(finding).skip(1).enumerate();
    others
        .map(|(index, (path, location))| {
            json!({"id": index + 1, "physicalLocation": physical(path, location)})
        })
        .collect()
}

fn files(finding: &Finding) -> impl Iterator<Item = (&str, &Location)> {
    finding.locations.iter().filter_map(|location| {
        let path = location.path.as_ref().map(|path| path.as_str())?;
        (!path.is_empty()).then_some((path, location))
    })
}

fn physical(path: &str, location: &Location) -> Value {
    let line = location.line.unwrap_or(1).max(1);
    let mut region = json!({"startLine": line});
    if let (Some(column), Some(fields)) =
        (location.line.and(location.column), region.as_object_mut())
    {
        fields.insert("startColumn".to_owned(), json!(column.max(1)));
    }
    json!({"artifactLocation": artifact(path), "region": region})
}

/// A path as a URI: relative to the root of the repository, unless it is absolute or leads out of it.
fn artifact(path: &str) -> Value {
    let uri = percent_encoded(&path.replace('\\', "/"));
    if uri.starts_with('/') {
        json!({"uri": format!("file://{uri}")})
    } else if uri == ".." || uri.starts_with("../") {
        json!({"uri": uri})
    } else {
        json!({"uri": uri.strip_prefix("./").unwrap_or(&uri), "uriBaseId": "%SRCROOT%"})
    }
}

/// Every byte but letters, digits and `-._~/` as `%XX`.
fn percent_encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The tag or branch and the commit of a place.
fn logical(code: Code, location: &Location) -> Vec<Value> {
    let reference = location.reference.as_deref().map(|name| reference(code, name));
    let commit = location.commit.as_deref().map(|commit| ("commit", commit));
    [reference, commit]
        .into_iter()
        .flatten()
        .map(|(kind, name)| json!({"name": name, "fullyQualifiedName": format!("{kind}/{name}"), "kind": kind}))
        .collect()
}

/// Gives findings that would share a fingerprint a number each.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<u64, usize>,
}

impl Fingerprints {
    pub(super) fn next(&mut self, finding: &Finding) -> String {
        let hash = hash(finding);
        let count = self.seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:016x}:{count}")
    }
}

/// FNV-1a over the code, the subject and the first place's lasting parts, which must never change.
fn hash(finding: &Finding) -> u64 {
    let place = finding.locations.first();
    let path = place.and_then(|place| place.path.as_ref()).map_or("", |path| path.as_str());
    let reference = place.and_then(|place| place.reference.as_deref()).unwrap_or("");
    let commit = match place {
        Some(Location { path: None, reference: None, commit: Some(commit), .. }) => commit.as_str(),
        _ => "",
    };
    [finding.code.as_str(), &finding.subject, path, reference, commit]
        .into_iter()
        .flat_map(|part| part.bytes().chain([0xff]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
