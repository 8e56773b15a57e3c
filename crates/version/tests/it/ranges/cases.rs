//! PEP 440's and AYON's cases; see also the files beside this one.

use std::collections::BTreeMap;

use serde_json::Value;
use trainyard_testkit::{Tally, case_text};
use trainyard_version::{Prereleases, ReadOptions};

use super::{INCLUDING, grammar};

/// The list `vectors` of a file of cases, with the tally for it.
pub(super) fn vectors(file: &str) -> Option<(Vec<Value>, Tally)> {
    let path = format!("versions/{file}");
    let content: Value = serde_json::from_str(&case_text(&path)?).unwrap();
    Some((content["vectors"].as_array().unwrap().clone(), Tally::new(file)))
}

#[test]
fn cases_of_pep440_specifiers() {
    let Some((vectors, mut tally)) = vectors("packaging__specifiers_dev.json") else { return };
    for case in vectors {
        let is_right = match case["test"].as_str().unwrap() {
            "TestSpecifier.test_specifiers_invalid" => {
                grammar("pep440").parse(case["specifier"].as_str().unwrap()).is_err()
            }
            "TestSpecifier.test_specifiers_normalized" => every_operator_takes(&case["version"]),
            "TestSpecifier.test_specifiers" => {
                pep440(&case["spec_str"], &case["version"], INCLUDING) == case["expected"]
            }
            "TestSpecifier.test_specifiers_prereleases" => {
                pep440(&case["specifier"], &case["version"], prereleases(&case)) == case["expected"]
            }
            other => panic!("a new kind of case: {other}"),
        };
        tally.check(is_right, || case.to_string());
    }
    tally.finish();
}

fn pep440(specifier: &Value, version: &Value, options: ReadOptions) -> Value {
    let requirement = grammar("pep440").parse_with(specifier.as_str().unwrap(), options).unwrap();
    let version = grammar("pep440").version(version.as_str().unwrap(), options).unwrap();
    Value::Bool(requirement.matches(&version))
}

/// The argument of `contains` goes before that of the specifier. Without either, one version alone is the best there
/// is, and PEP 440 then takes a pre-release.
fn prereleases(case: &Value) -> ReadOptions {
    let wanted = case["contains_pre"].as_bool().or(case["spec_pre"].as_bool());
    let prereleases = match wanted {
        Some(false) => Prereleases::Exclude,
        _ => Prereleases::Include,
    };
    ReadOptions { prereleases, loose: false }
}

fn every_operator_takes(version: &Value) -> bool {
    let version = version.as_str().unwrap();
    let operators: &[&str] = if version.contains('+') {
        &["==", "!="]
    } else {
        &["~=", "==", "!=", "<=", ">=", "<", ">"]
    };
    operators
        .iter()
        .all(|operator| grammar("pep440").parse(&format!("{operator}{version}")).is_ok())
}

/// What AYON itself says about bundles: each unmet requirement is an issue, each issue an unmet requirement.
#[test]
fn cases_of_ayon_bundles() {
    let files = ["bundles/ayon_known_answers.json", "bundles/ayon_addons.json"];
    let [Some(answers), Some(addons)] = files.map(case_text) else { return };
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let addons: Value = serde_json::from_str(&addons).unwrap();
    let requirements = requirements_of_tagged(&addons);
    let mut tally = Tally::new("ayon_known_answers.json");
    for bundle in answers["bundles"].as_array().unwrap() {
        let issues = bundle["expected"]["issues"].as_array().unwrap();
        for (addon, version) in bundle["addons"].as_object().unwrap() {
            // AYON looks no further at an addon that wants a launcher where there is none.
            if issues
                .iter()
                .any(|issue| issue["addon"] == **addon && issue["requiredAddon"].is_null())
            {
                continue;
            }
            let key = (addon.as_str(), version.as_str().unwrap());
            for (required, conditions) in requirements.get(&key).into_iter().flatten() {
                let Some(present) = bundle["addons"][*required].as_str() else { continue };
                let has_issue = issues
                    .iter()
                    .any(|issue| issue["addon"] == **addon && issue["requiredAddon"] == **required);
                let is_met = ayon(conditions, present);
                tally.check(is_met != has_issue, || {
                    format!("{addon} {version} with {required} {present}: {conditions}")
                });
            }
        }
    }
    tally.finish();
}

fn ayon(conditions: &str, version: &str) -> bool {
    let version = grammar("ayon").version(version, ReadOptions::default()).unwrap();
    grammar("ayon").parse(conditions).unwrap().matches(&version)
}

type Requirements<'a> = BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a str)>>;

/// The requirements of tagged addons, where there is but one set of them for a version.
fn requirements_of_tagged(addons: &Value) -> Requirements<'_> {
    let mut requirements = Requirements::new();
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    let pairs = addons["pairs"].as_array().unwrap();
    for pair in pairs.iter().filter(|pair| pair["ref_kind"] == "tag") {
        let key = (pair["name"].as_str().unwrap(), pair["version"].as_str().unwrap());
        *seen.entry(key).or_default() += 1;
        for kind in ["ayon_required_addons", "ayon_compatible_addons"] {
            for (name, conditions) in pair[kind].as_object().into_iter().flatten() {
                if let Some(conditions) = conditions.as_str() {
                    requirements.entry(key).or_default().push((name, conditions));
                }
            }
        }
    }
    requirements.retain(|key, _| seen[key] == 1);
    requirements
}

/// Every requirement that was ever written, but for the one on which AYON's server fails.
#[test]
fn cases_of_ayon_requirements() {
    let Some(addons) = case_text("bundles/ayon_addons.json") else { return };
    let addons: Value = serde_json::from_str(&addons).unwrap();
    let rejected = addons["stats"]["specifiers_rejected_by_semver_match"].as_array().unwrap();
    let mut tally = Tally::new("ayon_addons.json");
    for pair in addons["pairs"].as_array().unwrap() {
        let plain = ["ayon_server_version", "ayon_launcher_version"].map(|key| &pair[key]);
        let by_addon = ["ayon_required_addons", "ayon_compatible_addons"]
            .into_iter()
            .flat_map(|key| pair[key].as_object().into_iter().flat_map(|addons| addons.values()));
        for conditions in plain.into_iter().chain(by_addon).filter_map(Value::as_str) {
            let is_rejected = rejected.iter().any(|row| row["spec"] == *conditions);
            let is_read = grammar("ayon").parse(conditions).is_ok();
            tally.check(is_read != is_rejected, || conditions.to_owned());
        }
    }
    tally.finish();
}
