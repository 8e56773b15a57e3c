//! Pairs of descriptions with what `oasdiff` finds in them.

#![expect(clippy::print_stdout, reason = "scores are what these tests are for")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trainyard_evidence::{
    Class,
    openapi::{self, Difference},
};
use trainyard_testkit::case_text;

use crate::differences::Differences;

const FILE: &str = "evidence/openapi_cases.json.gz";

/// What weighs most, in the words of the cases; `None` where nothing was found.
fn level(class: Class) -> &'static str {
    match class {
        Class::Breaking | Class::Unknown => "error",
        Class::Dangerous => "warning",
        _ => "info",
    }
}

fn rank(level: &str) -> u8 {
    match level {
        "error" => 3,
        "warning" => 2,
        "info" => 1,
        _ => 0,
    }
}

/// The levels of rules in the newest table that the file of checks has.
///
/// Levels move between releases; ours are the newest ones.
fn newest_levels() -> BTreeMap<String, String> {
    let text = case_text("evidence/oasdiff_checks.json").unwrap_or_else(|| "{}".to_owned());
    let checks: Value = serde_json::from_str(&text).expect("the checks are JSON");
    let checks = checks["checks"].as_array().cloned().unwrap_or_default();
    let level = |check: &Value| {
        let level = check["level_v1_28"].as_str().or(check["level"].as_str())?;
        Some((check["id"].as_str()?.to_owned(), level.to_owned()))
    };
    checks.iter().filter_map(level).collect()
}

fn expected_level(case: &Value, levels: &BTreeMap<String, String>) -> &'static str {
    let findings = case["expected"].as_array().into_iter().flatten();
    let of_finding = |finding: &Value| {
        let id = finding["id"].as_str().unwrap_or_default();
        let level = finding["level"].as_str().unwrap_or_default();
        levels.get(id).map_or(rank(level), |newest| rank(newest).max(rank(level)))
    };
    match findings.map(of_finding).max().unwrap_or(0) {
        3 => "error",
        2 => "warning",
        1 => "info",
        _ => "none",
    }
}

/// What we find, at the weight that the field's table gives it: rules of our own are left out.
fn found_level(differences: &[Difference], levels: &BTreeMap<String, String>) -> &'static str {
    let of_difference = |difference: &Difference| {
        let id = difference.change.rule.trim_start_matches("openapi.");
        match levels.get(id) {
            Some(level) if difference.is_own() && difference.change.class != Class::Unknown => {
                if level == "error" {
                    "error"
                } else {
                    "info"
                }
            }
            None if difference.change.class == Class::Unknown => "error",
            None => "none",
            Some(_) => level(difference.change.class),
        }
    };
    differences.iter().map(of_difference).max_by_key(|level| rank(level)).unwrap_or("none")
}

/// Rule and operation of every finding.
fn expected_findings(case: &Value) -> BTreeSet<(String, String)> {
    let findings = case["expected"].as_array().into_iter().flatten();
    let of_finding = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let operation = if finding["section"] == "paths" {
            format!("{} {}", text("operation"), text("path"))
        } else {
            String::new()
        };
        (text("id"), operation)
    };
    findings.map(of_finding).collect()
}

fn found_findings(differences: &[Difference]) -> BTreeSet<(String, String)> {
    let of_difference = |difference: &Difference| {
        let id = difference.change.rule.trim_start_matches("openapi.").to_owned();
        let mut operations: Vec<_> = difference.operations().map(str::to_owned).collect();
        if operations.is_empty() {
            operations.push(String::new());
        }
        operations.into_iter().map(move |operation| (id.clone(), operation)).collect::<Vec<_>>()
    };
    differences.iter().flat_map(of_difference).collect()
}

struct Score {
    name: &'static str,
    right: usize,
    wrong: Vec<String>,
}

impl Score {
    fn new(name: &'static str) -> Self {
        Self { name, right: 0, wrong: Vec::new() }
    }

    /// Counts one case; a wrong one that is meant to be so is only told.
    fn check(&mut self, right: bool, is_meant: bool, describe: impl FnOnce() -> String) {
        if right {
            self.right += 1;
        } else if is_meant {
            println!("{FILE} {}: meant otherwise: {}", self.name, describe());
        } else {
            self.wrong.push(describe());
        }
    }

    /// Prints the score, and fails below `least` in a thousand.
    fn finish(self, least: usize) {
        let total = self.right + self.wrong.len();
        println!("{FILE} {}: {} of {total} cases right", self.name, self.right);
        println!("  {}", self.wrong.join("\n  "));
        assert!(total > 0, "{}: no case ran", self.name);
        assert!(self.right * 1000 >= total * least, "{}: {} of {total}", self.name, self.right);
    }
}

#[test]
fn oasdiff_cases() {
    let Some(text) = case_text(FILE) else { return };
    let file: Value = serde_json::from_str(&text).expect("the cases are JSON");
    let levels = newest_levels();
    let differences_meant = Differences::of("openapi_cases.json.gz");
    let mut pairs = Score::new("pair level");
    let mut errors = Score::new("errors found");
    let mut alarms = Score::new("no false error");
    let mut rules = Score::new("rule and operation");
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    for case in file["cases"].as_array().expect("the cases are a list") {
        let id = case["id"].as_str().unwrap_or_default();
        let differences = openapi::compare(&case["old"], &case["new"]);
        let (expected, found) = (expected_level(case, &levels), found_level(&differences, &levels));
        let is_meant = differences_meant.explain(case);
        let say = || {
            let rules: Vec<_> = differences.iter().map(|one| one.change.rule.as_str()).collect();
            format!("{id} {}: {found}, not {expected}: {}", case["tests"], rules.join(" "))
        };
        pairs.check(expected == found, is_meant, say);
        if expected == "error" {
            errors.check(found == "error", is_meant, say);
        } else if expected != "warning" {
            alarms.check(found != "error", is_meant, say);
        }
        let expected_rules = expected_findings(case);
        let judged: Vec<_> = differences.iter().filter(|one| !one.is_own()).cloned().collect();
        for (rule, operation) in found_findings(&judged).difference(&expected_rules) {
            println!("more than expected: {id} {}: {rule} {operation}", case["tests"]);
        }
        let found = found_findings(&differences);
        for (rule, operation) in expected_findings(case) {
            let is_found = found.contains(&(rule.clone(), operation.clone()));
            if !is_found {
                *missed.entry(rule.clone()).or_default() += 1;
            }
            rules.check(is_found, is_meant, || {
                format!("{id} {}: {rule} {operation}", case["tests"])
            });
        }
    }
    println!("missed by rule: {missed:?}");
    pairs.finish(980);
    errors.finish(990);
    alarms.finish(990);
    rules.finish(950);
}
