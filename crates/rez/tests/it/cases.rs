//! Rez's own cases, and what Rez answered when it was asked.

use serde_json::Value;
use trainyard_rez::{Kind, Outcome, Requirement, VariantSelection, merge, resolve};
use trainyard_testkit::{Tally, case_text};

use crate::packages::{catalogue, request, told};

fn read(file: &str) -> Option<Value> {
    let text = case_text(file)?;
    Some(serde_json::from_str(&text).expect("a file of cases is JSON"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("a list of cases")
}

fn requirement(value: &Value) -> Requirement {
    Requirement::parse(value.as_str().unwrap_or_default()).expect("a requirement")
}

fn texts(requirements: &[Requirement]) -> Vec<String> {
    requirements.iter().map(ToString::to_string).collect()
}

#[test]
fn cases_of_merged_requirements() {
    let file = "rez/version_vectors.json";
    let Some(cases) = read(file) else { return };
    let mut tally = Tally::new("rez/version_vectors.json, requirement");
    for case in array(&cases["requirement"]["merge"]) {
        let merged = merge(array(&case[0]).iter().map(requirement)).map(|all| texts(&all));
        let expected = Ok(texts(&array(&case[1]).iter().map(requirement).collect::<Vec<_>>()));
        tally.check(merged == expected, || format!("{case}: {merged:?}"));
    }
    for case in array(&cases["requirement"]["conflict"]) {
        let merged = merge(array(&case[0]).iter().map(requirement)).map_err(|conflict| *conflict);
        let expected = Err((requirement(&case[1]), requirement(&case[2])));
        tally.check(merged == expected, || format!("{case}: {merged:?}"));
    }
    tally.finish();
}

#[test]
fn cases_of_requirements_from_the_oracle() {
    let file = "rez/oracle_vectors.json";
    let Some(cases) = read(file) else { return };
    let mut tally = Tally::new("rez/oracle_vectors.json, requirement");
    for case in array(&cases["requirement_parse_real"]) {
        let read = requirement(&case[0]);
        let is_right = read.to_string() == case[1].as_str().unwrap()
            && read.name() == case[2]
            && read.is_conflict() == case[3]
            && (read.kind() == Kind::Weak) == case[4];
        tally.check(is_right, || format!("{case}: {read}"));
    }
    for case in array(&cases["requirement_merge"]) {
        let (one, other) = (requirement(&case[0]), requirement(&case[1]));
        let merged = one.merged(&other).map(|merged| merged.to_string());
        let is_right =
            merged.as_deref() == case[2].as_str() && one.conflicts_with(&other) == case[3];
        tally.check(is_right, || format!("{case}: {merged:?}, {}", one.conflicts_with(&other)));
    }
    for case in array(&cases["requirement_odd"]) {
        let read = Requirement::parse(case[0].as_str().unwrap());
        let expected = &case[1];
        let is_right = match &read {
            Err(_) => expected["error"].is_string(),
            Ok(read) => {
                read.to_string() == expected["str"].as_str().unwrap_or_default()
                    && read.name() == expected["name"]
                    && read.is_conflict() == expected["conflict"]
                    && (read.kind() == Kind::Weak) == expected["weak"]
                    && read.range().is_none() == expected["range"].is_null()
            }
        };
        tally.check(is_right, || format!("{case}: {read:?}"));
    }
    // A requirement shows its range as Rez does, whatever the range.
    for case in array(&cases["range_parse"]) {
        let read = Requirement::parse(&format!("a-{}", case[0].as_str().unwrap()));
        let shown = read.as_ref().ok().map(ToString::to_string);
        let expected = case[1].as_str().map(|range| match range.as_bytes().first() {
            None => "a".to_owned(),
            Some(b'=' | b'<' | b'>') => format!("a{range}"),
            Some(_) => format!("a-{range}"),
        });
        tally.check(shown == expected, || format!("{case}: {shown:?}"));
    }
    tally.finish();
}

/// Rez begins its search for a cycle anywhere, so a cycle may begin with any of its packages.
fn is_same_failure(told: &str, expected: &str) -> bool {
    let cycle = |text: &str| -> Option<Vec<String>> {
        let packages = text.strip_prefix("A cyclic dependency was detected: ")?;
        let mut packages: Vec<_> = packages.split(" --> ").map(str::to_owned).collect();
        packages.pop();
        let least = packages.iter().enumerate().min_by_key(|(_, name)| (*name).clone())?.0;
        packages.rotate_left(least);
        Some(packages)
    };
    told == expected || (cycle(told).is_some() && cycle(told) == cycle(expected))
}

#[test]
fn cases_of_rez_own_solver_tests() {
    let Some(cases) = read("rez/solver_vectors.json") else { return };
    let catalogue = catalogue(&cases["packages"]);
    let mut tally = Tally::new("rez/solver_vectors.json");
    for case in array(&cases["cases"]) {
        let mut request = request(&case["request"]);
        if case["variant_select_mode"] == "intersection_priority" {
            request.options.variant_selection = VariantSelection::IntersectionPriority;
        }
        request.options.missing_family_is_error = case["error_on_missing_variant_requires"] == true;
        let resolution = resolve(&catalogue, &request);
        let found = told(&resolution);
        let expected = match case["resolved"].as_array() {
            Some(resolved) => {
                resolved.iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join(" ")
            }
            None => case["failure_text"].as_str().unwrap_or_default().to_owned(),
        };
        let status = match &resolution.outcome {
            Outcome::Solved(_) => "solved",
            Outcome::Failed { is_cycle: true, .. } => "cycle",
            _ => "failed",
        };
        let is_right = case["expect"] == status
            && is_same_failure(&found, &expected)
            && case["num_solves"] == resolution.steps;
        tally.check(is_right, || format!("{case}\n   {found}, {} steps", resolution.steps));
    }
    tally.finish();
}

#[test]
fn cases_of_rez_benchmark() {
    let Some(packages) = read("rez/benchmark_packages.json.gz") else { return };
    let Some(requests) = read("rez/benchmark_requests.json.gz") else { return };
    let catalogue = catalogue(&packages["packages"]);
    let mut tally = Tally::new("rez/benchmark_requests.json.gz");
    for case in array(&requests["requests"]) {
        let request = request(&case["request"]);
        let resolution = resolve(&catalogue, &request);
        let found = told(&resolution);
        let expected = case["resolved"].as_array().map(|resolved| {
            let package = |package: &Value| {
                let (name, version) = (package[0].as_str().unwrap(), package[1].as_str().unwrap());
                let variant = package[2].as_u64().map(|index| index.to_string());
                format!("{name}-{version}[{}]", variant.unwrap_or_default())
            };
            resolved.iter().map(package).collect::<Vec<_>>().join(" ")
        });
        let is_right = case["num_solves"] == resolution.steps
            && case["num_fails"] == resolution.failures
            && match (&resolution.outcome, &expected) {
                (Outcome::Solved(_), Some(expected)) => found == *expected,
                (Outcome::Failed { .. }, _) => case["status"] != "solved",
                _ => false,
            };
        tally.check(is_right, || {
            format!("{}\n  {expected:?}\n  {found}, {} steps", case["request"], resolution.steps)
        });
    }
    tally.finish();
}
