//! node-semver's cases.

use serde_json::Value;
use trainyard_version::{Prereleases, ReadOptions, Requirement, Version};

use super::{cases::vectors, grammar};

#[test]
fn cases_of_npm_ranges() {
    let Some((vectors, mut tally)) = vectors("node_semver__range_parse.json") else { return };
    for case in vectors {
        let parsed = grammar("npm").parse_with(case["range"].as_str().unwrap(), options(&case));
        let canonical = parsed.as_ref().ok().map(Requirement::canonical);
        tally.check(canonical == case["normalized"].as_str(), || format!("{case}: {canonical:?}"));
    }
    tally.finish();
}

#[test]
fn cases_of_npm_intersections() {
    let Some((vectors, mut tally)) = vectors("node_semver__range_intersection.json") else {
        return;
    };
    for case in vectors {
        let [first, second] = ["r0", "r1"].map(|key| range(&case[key], &case));
        let is_right = case["intersects"] == first.intersects(&second)
            && first.intersects(&second) == second.intersects(&first);
        tally.check(is_right, || case.to_string());
    }
    tally.finish();
}

#[test]
fn cases_of_npm_versions_below_ranges() {
    let Some((vectors, mut tally)) = vectors("node_semver__version_lt_range.json") else { return };
    for case in vectors {
        let is_below = range(&case["range"], &case).is_below(&version(&case["version_ltr"], &case));
        tally.check(is_below, || case.to_string());
    }
    tally.finish();
}

#[test]
fn cases_of_npm_versions_not_below_ranges() {
    let Some((vectors, mut tally)) = vectors("node_semver__version_not_lt_range.json") else {
        return;
    };
    for case in vectors {
        let version = version(&case["version_not_ltr"], &case);
        tally.check(!range(&case["range"], &case).is_below(&version), || case.to_string());
    }
    tally.finish();
}

/// npm's functions take `true` for their loose mode, or an object.
fn options(case: &Value) -> ReadOptions {
    let options = &case["options"];
    let includes = options["includePrerelease"].as_bool().unwrap_or(false);
    ReadOptions {
        prereleases: if includes { Prereleases::Include } else { Prereleases::ByGrammar },
        loose: options.as_bool().or(options["loose"].as_bool()).unwrap_or(false),
    }
}

fn range(text: &Value, case: &Value) -> Requirement {
    grammar("npm").parse_with(text.as_str().unwrap(), options(case)).unwrap()
}

fn version(text: &Value, case: &Value) -> Version {
    grammar("npm").version(text.as_str().unwrap(), options(case)).unwrap()
}
