use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::Value;
use trainyard_report::{
    Code, Finding, Location,
    render::{Tool, sarif},
};

use crate::samples::{mixed, strays};

const TOOL: Tool<'_> = Tool {
    name: "Trainyard",
    version: "0.1.0",
    information_uri: Some("https://example.org/trainyard"),
    fallback_file: "trainyard.toml",
};

fn results(findings: &[Finding]) -> Vec<Value> {
    sarif(findings, &TOOL)["runs"][0]["results"].as_array().cloned().unwrap_or_default()
}

fn fingerprint(finding: Finding) -> Value {
    results(&[finding])[0]["partialFingerprints"]["primaryLocationLineHash"].clone()
}

#[test]
fn the_log_is_stable() {
    let mut log = sarif(&mixed(), &TOOL);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules");
    for rule in rules {
        rule["help"] = "[explanation]".into();
        rule["fullDescription"] = "[first paragraph]".into();
    }
    assert_json_snapshot!(log);
}

#[test]
fn every_result_points_to_its_rule() {
    let log = sarif(&mixed(), &TOOL);
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    for result in results(&mixed()) {
        let index = result["ruleIndex"]
            .as_u64()
            .and_then(|index| usize::try_from(index).ok())
            .expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(rules[index]["help"]["text"].as_str().is_some_and(|text| text.len() > 100));
    }
}

#[test]
fn every_result_has_a_place_that_code_scanning_can_show() {
    for result in results(&mixed()) {
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(!uri.is_empty() && !uri.starts_with('/'), "{uri}");
        assert!(location["region"]["startLine"].as_u64().is_some_and(|line| line > 0));
    }
}

#[test]
fn fingerprints_differ_between_findings() {
    let mut findings = strays(300);
    findings.extend(mixed());
    findings.extend(mixed());
    let results = results(&findings);
    let unique: BTreeSet<_> =
        results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
    assert_eq!(unique.len(), results.len());
}

#[test]
fn fingerprints_outlive_messages_and_lines() {
    let finding = |message: &str, line| {
        Finding::new(Code::VERSION_FILE_MISMATCH, "1.2.3", message)
            .at(Location { line: Some(line), ..Location::file("VERSION") })
    };
    assert_eq!(fingerprint(finding("says 1.2.2", 1)), fingerprint(finding("states 1.2.2", 7)));
    assert_eq!(fingerprint(finding("", 1)), "326f5304675e3eb4:1");
}

#[test]
fn paths_become_uris() {
    let uri = |path: &str| {
        let finding = Finding::new(Code::VERSION_FILE_MISMATCH, "", "").at(Location::file(path));
        results(&[finding])[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .clone()
    };
    assert_eq!(uri("src/a b.py"), "src/a%20b.py");
    assert_eq!(uri("./ü#?.py"), "%C3%BC%23%3F.py");
    assert_eq!(uri(r"src\win.py"), "src/win.py");
    assert_eq!(uri("/etc/x.toml"), "file:///etc/x.toml");
    assert_eq!(uri("../x.toml"), "../x.toml");
    assert_eq!(uri("a:b"), "a%3Ab");
    assert_eq!(uri(""), "trainyard.toml");
}

#[test]
fn messages_cannot_bring_links() {
    let finding = Finding::new(Code::UNREADABLE_COMMIT, "", "[click](https://evil.example)");
    assert_eq!(results(&[finding])[0]["message"]["text"], r"\[click\](https://evil.example)");
    let finding = Finding::new(Code::UNREADABLE_COMMIT, "", "`[lines]` stays");
    assert_eq!(results(&[finding])[0]["message"]["text"], "`[lines]` stays");
}

#[test]
fn without_a_policy_or_home_page_none_is_invented() {
    let tool = Tool { information_uri: None, fallback_file: ".", ..TOOL };
    let finding = Finding::new(Code::STRAY_TAG, "pull", "the tag is no release of any component");
    let log = sarif(&[finding], &tool);
    let run = &log["runs"][0];
    assert!(run["tool"]["driver"].get("informationUri").is_none());
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], ".");
}
