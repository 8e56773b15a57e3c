//! npm's own cases; what npm takes beyond SemVer is in the table of differences.

use serde_json::Value;
use trainyard_testkit::Tally;
use trainyard_version::{Level, Scheme, Step, Version};

use super::{level, pre, read, vectors, walk};
use crate::differences::assert_listed;

/// Takes the `v` off that npm skips; the scheme itself must refuse it.
fn without_v<'text>(file: &str, text: &'text str) -> &'text str {
    let Some(rest) = text.strip_prefix('v') else { return text };
    assert_listed(file, "@v-prefix");
    assert!(Scheme::semver().parse(text).is_err(), "{text}");
    rest
}

#[test]
fn comparison_cases() {
    const FILE: &str = "node_semver__comparisons";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let version = |field: &str| {
            Scheme::semver().parse(without_v(FILE, case[field].as_str().unwrap())).unwrap()
        };
        let right = version("greater").precedence(&version("lesser")).is_gt();
        tally.check(right, || case.to_string());
    }
    tally.finish();
}

#[test]
fn valid_version_cases() {
    const FILE: &str = "node_semver__valid_versions";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let version = read(&Scheme::semver(), without_v(FILE, case["version"].as_str().unwrap()));
        let numbers = ["major", "minor", "patch"].map(|field| case[field].as_u64().unwrap());
        let is_prerelease = case["prerelease"].as_array().is_some_and(|list| !list.is_empty());
        let right = version.release() == numbers && version.is_prerelease() == is_prerelease;
        tally.check(right, || case.to_string());
    }
    tally.finish();
}

#[test]
fn invalid_version_cases() {
    const FILE: &str = "node_semver__invalid_versions";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    // What is not even text cannot be given to a parser of texts.
    for case in cases.iter().filter(|case| case["version"].is_string()) {
        let parsed = Scheme::semver().parse(case["version"].as_str().unwrap());
        let right = match (&parsed, case["reason"].as_str().unwrap()) {
            (Ok(version), "too big") => {
                assert_listed(FILE, "@beyond-2^53");
                version.release().iter().any(|&number| number >= 1 << 53)
            }
            (parsed, _) => parsed.is_err(),
        };
        tally.check(right, || format!("{case}: {parsed:?}"));
    }
    tally.finish();
}

#[test]
fn increment_cases() {
    const FILE: &str = "node_semver__increments";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let text = case["version"].as_str().unwrap();
        let expected = case["expected"].as_str();
        let Ok(from) = Scheme::semver().parse(text) else {
            if expected.is_some() {
                assert_listed(FILE, "@loose");
            }
            tally.check(expected.is_none() || is_loose(&case), || case.to_string());
            continue;
        };
        let next = steps(&case, &from).map(|steps| walk(&Scheme::semver(), &from, &steps));
        let ours = next.as_ref().and_then(|next| next.as_ref().ok()).map(Version::canonical);
        let expected = expected.filter(|expected| {
            let ascends = read(&Scheme::semver(), expected).precedence(&from).is_gt();
            if !ascends {
                assert_listed(FILE, "@descending");
            }
            ascends
        });
        tally.check(ours == expected, || format!("{case}: {next:?}"));
    }
    tally.finish();
}

fn is_loose(case: &Value) -> bool {
    case["options"] == true || case["options"]["loose"] == true
}

/// npm's release types as steps; `None` for a type it does not know either.
fn steps(case: &Value, from: &Version) -> Option<Vec<Step>> {
    let mark = {
        let (label, base) = identifier_and_base(case);
        let start = match base {
            Value::Bool(false) => None,
            Value::String(base) if base == "1" => Some(1),
            Value::Number(base) if base.as_u64() == Some(1) => Some(1),
            _ => Some(0),
        };
        pre(label, start)
    };
    let release = case["release"].as_str().unwrap();
    Some(match release {
        "major" | "minor" | "patch" => vec![Step::Level(level(release), None)],
        "premajor" | "preminor" | "prepatch" => {
            let begin = Step::Level(level(release.strip_prefix("pre")?), Some(mark));
            if from.is_prerelease() { vec![Step::Final, begin] } else { vec![begin] }
        }
        "prerelease" if from.is_prerelease() => vec![Step::Pre(mark)],
        "prerelease" => vec![Step::Level(Level::Patch, Some(mark))],
        "release" => vec![Step::Final],
        _ => return None,
    })
}

/// Where npm's options are a text, they are the identifier, and the identifier is its base.
fn identifier_and_base(case: &Value) -> (&str, &Value) {
    match case["options"].as_str() {
        Some(identifier) => (identifier, &case["identifier"]),
        None => (case["identifier"].as_str().unwrap_or_default(), &case["identifier_base"]),
    }
}
