//! Schemas with what GraphQL Inspector and graphql-js say of them.

use std::collections::BTreeMap;

use serde_json::Value;
use trainyard_evidence::{
    Class,
    graphql::{self, Difference},
};
use trainyard_testkit::{Tally, case_text};

const FILE: &str = "evidence/graphql_cases.json";

fn check(what: &str, right: impl Fn(&Value, &[Difference]) -> Result<(), String>) {
    let Some(text) = case_text(FILE) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let mut tally = Tally::new(&format!("{FILE} {what}"));
    for case in cases["cases"].as_array().expect("the cases are `cases`") {
        let side = |name: &str| case[name].as_str().unwrap_or_default();
        let result = graphql::differences(side("old"), side("new"))
            .map_err(|why| why.to_string())
            .and_then(|differences| right(case, &differences));
        tally.check(result.is_ok(), || {
            format!("{} {}\n  {}", case["id"], case["tests"], result.err().unwrap_or_default())
        });
    }
    tally.finish();
}

fn counted(words: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn expected<'a>(case: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    case[key].as_array().into_iter().flatten()
}

/// GraphQL Inspector's level of a class.
fn level(class: Class) -> &'static str {
    match class {
        Class::Breaking | Class::Unknown | Class::Data => "BREAKING",
        Class::Dangerous => "DANGEROUS",
        Class::Additive | Class::Fix | Class::Docs | Class::None => "NON_BREAKING",
    }
}

#[test]
fn reference_types_cases() {
    check("types of graphql-js", |case, differences| {
        let known = differences.iter().filter_map(|difference| difference.reference);
        let level = |breaking: bool| if breaking { "BREAKING" } else { "DANGEROUS" };
        let found = counted(known.map(|it| format!("{} {}", level(it.is_breaking()), it.name())));
        let expected = counted(
            expected(case, "expected_graphql_js")
                .map(|it| format!("{} {}", word(it, "level"), word(it, "type"))),
        );
        if found == expected { Ok(()) } else { Err(format!("{found:?}\n  not {expected:?}")) }
    });
}

#[test]
fn inspector_level_cases() {
    check("level of GraphQL Inspector", |case, differences| {
        let told = differences.iter().filter(|it| it.inspector_type().is_some());
        let found = told.map(|difference| difference.class).max().map(level);
        let expected = case["max_level"].as_str();
        if found == expected { Ok(()) } else { Err(format!("{found:?}, not {expected:?}")) }
    });
}

/// What leaves the detector has the same heaviest level: nothing that matters is taken for part of something else.
#[test]
fn detector_level_cases() {
    let file = "schema.graphql";
    let Some(text) = case_text(FILE) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let mut tally = Tally::new(&format!("{FILE} level of what is told"));
    for case in cases["cases"].as_array().expect("the cases are `cases`") {
        let side = |name: &str| case[name].as_str().unwrap_or_default();
        let verdict = crate::two_trees::verdict(&[(file, side("old"))], &[(file, side("new"))]);
        let found = verdict.changes.iter().map(|change| change.class).max().map(level);
        let expected = case["max_level"].as_str();
        tally.check(found == expected, || format!("{}: {found:?}, not {expected:?}", case["id"]));
    }
    tally.finish();
}

/// Counts single findings: right where type, level and path are.
#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn inspector_finding_cases() {
    let Some(text) = case_text(FILE) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let (mut found_count, mut expected_count, mut common_count) = (0, 0, 0);
    for case in cases["cases"].as_array().expect("the cases are `cases`") {
        let side = |name: &str| case[name].as_str().unwrap_or_default();
        let Ok(differences) = graphql::differences(side("old"), side("new")) else { continue };
        let found = counted(differences.iter().filter_map(|it| {
            Some(format!("{} {} {}", it.inspector_type()?, level(it.class), it.path))
        }));
        let expected =
            counted(expected(case, "expected_inspector").map(|it| {
                format!("{} {} {}", word(it, "type"), word(it, "level"), word(it, "path"))
            }));
        let common =
            found.iter().map(|(key, count)| (*count).min(*expected.get(key).unwrap_or(&0)));
        let common: usize = common.sum();
        let (in_found, in_expected) =
            (found.values().sum::<usize>(), expected.values().sum::<usize>());
        if common != in_found || common != in_expected {
            let only = |one: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>| {
                let only = one.iter().filter(|(key, count)| other.get(*key) != Some(count));
                only.map(|(key, _)| key.clone()).collect::<Vec<_>>()
            };
            println!(
                "{} told alone {:?}, missed {:?}",
                case["id"],
                only(&found, &expected),
                only(&expected, &found)
            );
        }
        found_count += in_found;
        expected_count += in_expected;
        common_count += common;
    }
    println!(
        "{FILE} findings of GraphQL Inspector: {common_count} of {expected_count} found, \
         {common_count} of {found_count} told are right"
    );
    assert!(common_count * 100 >= expected_count * 97, "too many findings are missed");
    assert!(common_count * 100 >= found_count * 97, "too many findings are made up");
}
