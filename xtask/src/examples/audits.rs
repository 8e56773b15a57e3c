//! What `trainyard audit` found in real histories, as a table for the demo.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Table, word};

/// The longest sentence that is kept, in bytes.
const LONGEST: usize = 260;

/// One row for each finding, and one for each release without any; of one component.
///
/// *Errors*: the report is none, or has no such component.
pub(super) fn table(report: &Value, component: &str) -> Result<String> {
    let components = report["components"].as_array().context("the report has no components")?;
    let Some(own) = components.iter().find(|it| word(it, "component") == component) else {
        bail!("the report has no component `{component}`");
    };
    let mut found: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for finding in report["findings"].as_array().into_iter().flatten() {
        let places = finding["locations"].as_array().into_iter().flatten();
        let mut tags = places.filter_map(|it| it["reference"].as_str()?.strip_prefix("refs/tags/"));
        if let Some(tag) = tags.next() {
            found.entry(tag).or_default().push(finding);
        }
    }
    let mut table = Table::new(&["version", "code", "severity", "found", "path", "line", "commit"]);
    for release in own["releases"].as_array().into_iter().flatten() {
        // Registries call it as its tag does.
        let tag = word(release, "tag");
        let version = tag.trim_start_matches('v');
        let Some(findings) = found.get(tag) else {
            table.row(&[version, "-", "", "", "", "", ""]);
            continue;
        };
        for finding in findings {
            let places = finding["locations"].as_array().cloned().unwrap_or_default();
            let path = places.iter().find(|it| it["path"].is_string());
            let commit = places.iter().find(|it| it["commit"].is_string());
            let commit: String =
                commit.map_or("", |it| word(it, "commit")).chars().take(12).collect();
            let line = path.and_then(|it| it["line"].as_u64()).map(|line| line.to_string());
            table.row(&[
                version,
                word(finding, "code"),
                word(finding, "severity"),
                &told(word(finding, "message")),
                path.map_or("", |it| word(it, "path")),
                &line.unwrap_or_default(),
                &commit,
            ]);
        }
    }
    Ok(table.text)
}

/// A sentence without what somebody wrote in a commit, and not longer than people read.
fn told(message: &str) -> String {
    let mut text = message.replace(['\t', '\n'], " ");
    if let Some((front, rest)) = text.split_once(", but \"")
        && let Some((_, back)) = rest.split_once("\" ")
    {
        let others = back.strip_prefix("and ").and_then(|back| back.split_once(" other change"));
        text = match others {
            Some((count, back)) => {
                let count = count.parse::<u64>().unwrap_or_default() + 1;
                let back = back.strip_prefix('s').unwrap_or(back);
                format!("{front}, but {count} changes{back}")
            }
            None => format!("{front}, but a change {back}"),
        };
    }
    if let Some((front, rest)) = text.split_once(" of commits, such as \"") {
        let back = rest.find("\"; ").and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        text = format!("{front} of commits{back}");
    }
    if text.len() > LONGEST {
        let end = text.floor_char_boundary(LONGEST);
        let end = text.get(..end).and_then(|front| front.rfind(' ')).unwrap_or(end);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{table, told};

    #[test]
    fn sentences_keep_numbers_and_no_words_of_others() {
        let one = "1.0 -> 1.1 is a patch release, but \"feat: x\" needs minor";
        assert_eq!(told(one), "1.0 -> 1.1 is a patch release, but a change needs minor");
        let some = "1.0 -> 1.1 is a patch release, but \"feat: \"x\"\" and 4 other changes need minor; among them 2 of \
            endpoints, such as \"GET /: a route was added\"";
        let some = told(&some.replace("feat: \"x\"", "feat: x"));
        assert!(some.contains("but 5 changes need minor; among them 2 of endpoints"), "{some}");
        let some = "1.0 -> 1.1 is small; among them 1 of commits, such as \"feat: y\"; among them 2 of endpoints";
        assert_eq!(
            told(some),
            "1.0 -> 1.1 is small; among them 1 of commits; among them 2 of endpoints"
        );
        assert!(told(&"word ".repeat(100)).len() < 270);
    }

    #[test]
    fn releases_without_findings_are_told_too() {
        let report = json!({
            "components": [{ "component": "core", "releases": [
                { "tag": "v1.0.0", "version": "1.0.0" }, { "tag": "v1.0.1", "version": "1.0.1" },
            ] }],
            "findings": [{ "code": "TY0302", "severity": "error", "message": "it says other",
                "locations": [{ "path": "VERSION", "line": 1 },
                    { "reference": "refs/tags/v1.0.1", "commit": "0123456789abcdef" }] }],
        });
        let text = table(&report, "core").unwrap_or_default();
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines[0], "1.0.0\t-");
        assert_eq!(lines[1], "1.0.1\tTY0302\terror\tit says other\tVERSION\t1\t0123456789ab");
        assert!(table(&report, "other").is_err());
    }
}
