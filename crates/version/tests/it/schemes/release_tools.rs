//! The bump cases of cargo-release and python-semantic-release, and commitizen's tags.

use serde_json::Value;
use trainyard_testkit::Tally;
use trainyard_version::{Level, Scheme, Step, Version};

use super::{pre, read, scheme, vectors, walk};
use crate::differences::assert_listed;

#[test]
fn cargo_release_cases() {
    const FILE: &str = "cargo_release__version_ops";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    let semver = Scheme::semver();
    for case in cases.iter().filter(|case| case["kind"] != "upgrade_requirement") {
        let text = case["version"].as_str().unwrap();
        let from = read(&semver, text);
        let expected = case["expected"].as_str();
        let kind = case["kind"].as_str().unwrap();
        let next = match kind.strip_prefix("increment_") {
            Some(label @ ("alpha" | "beta" | "rc")) if from.is_prerelease() => {
                walk(&semver, &from, &[Step::Pre(pre(label, 1))])
            }
            Some(label @ ("alpha" | "beta" | "rc")) => {
                walk(&semver, &from, &[Step::Level(Level::Patch, Some(pre(label, 1)))])
            }
            Some(word) => walk(&semver, &from, &[Step::Level(super::level(word), None)]),
            None => Ok(read(&semver, &format!("{text}+{}", case["arg"].as_str().unwrap()))),
        };
        let descends =
            expected.is_some_and(|expected| read(&semver, expected).precedence(&from).is_lt());
        if descends {
            assert_listed(FILE, "@descending");
        }
        let ours = next.as_ref().ok().map(ToString::to_string);
        let wanted = expected.filter(|_| !descends);
        tally.check(ours.as_deref() == wanted, || format!("{case}: {next:?}"));
    }
    tally.finish();
}

#[test]
fn python_semantic_release_cases() {
    const FILE: &str = "psr__version_algorithm";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let right = match case["test"].as_str().unwrap() {
            "test_sorted_repo_tags_and_versions" => sorts_tags(&case),
            "test_tags_and_versions_ignores_invalid_tags_as_versions" => picks_tags(FILE, &case),
            _ => increments(&case),
        };
        tally.check(right, || case.to_string());
    }
    tally.finish();
}

fn texts<'case>(case: &'case Value, field: &str) -> Vec<&'case str> {
    case[field].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn sorts_tags(case: &Value) -> bool {
    let mut tags = texts(case, "tags");
    tags.sort_by_key(|tag| std::cmp::Reverse(read(&Scheme::semver(), tag.trim_start_matches('v'))));
    tags == texts(case, "sorted_tags")
}

fn picks_tags(file: &str, case: &Value) -> bool {
    let prefix = case["tag_format"].as_str().unwrap().strip_suffix("{version}").unwrap();
    let parses = |tag: &&str| {
        tag.strip_prefix(prefix).is_some_and(|text| Scheme::semver().parse(text).is_ok())
    };
    let strays = texts(case, "invalid_tags").into_iter().filter(parses);
    let only_other_prereleases = strays.into_iter().all(|tag| {
        assert_listed(file, "@other-prereleases");
        read(&Scheme::semver(), tag.strip_prefix(prefix).unwrap()).is_prerelease()
    });
    only_other_prereleases && texts(case, "valid_tags").iter().all(parses)
}

fn increments(case: &Value) -> bool {
    let from = read(&Scheme::semver(), case["latest_version"].as_str().unwrap());
    let mark = pre(case["prerelease_token"].as_str().unwrap(), 1);
    let level = match case["level_bump"].as_u64().unwrap() {
        2 => Some(Level::Patch),
        3 => Some(Level::Minor),
        4 => Some(Level::Major),
        _ => None,
    };
    let step = match level {
        None => Step::Pre(mark),
        Some(level) => Step::Level(level, (case["prerelease"] == true).then_some(mark)),
    };
    let next = walk(&Scheme::semver(), &from, &[step]).ok();
    next.as_ref().map(Version::canonical) == case["expected_version"].as_str()
}

/// Tag templates are another layer; here the version alone must survive.
#[test]
fn commitizen_tag_cases() {
    const FILE: &str = "commitizen__bump_normalize_tag";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let version = read(&scheme("pep440"), case["test_input"][0].as_str().unwrap());
        let stage = match &version.stage().pre {
            Some(pre) => {
                let label = match pre.phase.label() {
                    "rc" => "rc",
                    label => &label[..1],
                };
                format!("{label}{}", pre.number.unwrap())
            }
            None => String::new(),
        };
        let tag = case["test_input"][1]
            .as_str()
            .unwrap()
            .replace("$version", version.canonical())
            .replace("$major", &version.segment(0).to_string())
            .replace("$minor", &version.segment(1).to_string())
            .replace("$patch", &version.segment(2).to_string())
            .replace("$prerelease", &stage);
        tally.check(tag == case["expected"].as_str().unwrap(), || format!("{case}: {tag}"));
    }
    tally.finish();
}
