//! Rez's cases of ranges.

use serde_json::Value;
use trainyard_testkit::{Tally, case_text};
use trainyard_version::{Requirement, VersionSet};

use super::{grammar, range, version};

#[test]
fn cases_of_rez_ranges() {
    let Some(text) = case_text("rez/version_vectors.json") else { return };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let cases = &cases["range"];
    let mut tally = Tally::new("rez/version_vectors.json, range");
    for kind in cases.as_object().unwrap().keys() {
        match kind.as_str() {
            "count_of_versions" => count_of_versions(&cases[kind], &mut tally),
            _ => {
                for case in cases[kind].as_array().unwrap() {
                    tally.check(is_right(kind, case), || format!("{kind}: {case}"));
                }
            }
        }
    }
    tally.finish();
}

fn is_right(kind: &str, case: &Value) -> bool {
    let text = |index: usize| case[index].as_str().unwrap();
    let set = |index: usize| range("rez", text(index)).set().clone();
    match kind {
        "eq" => {
            set(0) == set(1) && range("rez", range("rez", text(0)).canonical()).set() == &set(0)
        }
        "intersection" => is_range(&set(0).intersection(&set(1)), &case[2]),
        "inverse" => is_range(&set(0).complement(), &case[1]),
        "invalid_bounds" | "invalid_syntax" => {
            grammar("rez").parse(case.as_str().unwrap()).is_err()
        }
        "contains_version" => case[2] == set(1).contains(&version("rez", text(0))),
        "contains_range" => case[2] == set(0).is_subset_of(&set(1)),
        "predicates" => case[2] == predicate(&range("rez", text(0)), text(1)),
        other => panic!("a new kind of case: {other}"),
    }
}

/// Rez has no range without versions; it says null.
fn is_range(set: &VersionSet, expected: &Value) -> bool {
    match expected.as_str() {
        Some(expected) => range("rez", expected).set() == set,
        None => set.is_empty(),
    }
}

fn predicate(requirement: &Requirement, name: &str) -> bool {
    let set = requirement.set();
    match name {
        "is_any" => set.is_full(),
        "lower_bounded" => set.is_bounded_below(),
        "upper_bounded" => set.is_bounded_above(),
        "bounded" => set.is_bounded_below() && set.is_bounded_above(),
        other => panic!("a new predicate: {other}"),
    }
}

fn count_of_versions(cases: &Value, tally: &mut Tally) {
    let versions: Vec<_> = cases["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| version("rez", text.as_str().unwrap()))
        .collect();
    for case in cases["cases"].as_array().unwrap() {
        let requirement = range("rez", case[0].as_str().unwrap());
        let count = versions.iter().filter(|version| requirement.matches(version)).count();
        tally.check(case[1] == count, || format!("{case}: {count}"));
    }
}
