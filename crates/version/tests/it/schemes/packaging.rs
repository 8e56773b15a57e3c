//! The cases of PyPI's own library.

use trainyard_testkit::Tally;

use super::{read, scheme, vectors};

#[test]
fn order_cases() {
    const FILE: &str = "packaging__version_order";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    let ranked: Vec<_> = cases
        .iter()
        .map(|case| {
            let version = read(&scheme("pep440"), case["version"].as_str().unwrap());
            (case["rank"].as_u64().unwrap(), version)
        })
        .collect();
    for (left_rank, left) in &ranked {
        for (right_rank, right) in &ranked {
            let right_order = left.precedence(right) == left_rank.cmp(right_rank);
            tally.check(right_order, || format!("{left} against {right}"));
        }
    }
    tally.finish();
}

#[test]
fn version_cases() {
    const FILE: &str = "packaging__version_normalize_invalid";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let parsed = scheme("pep440").parse(case["version"].as_str().unwrap());
        let test = case["test"].as_str().unwrap().trim_start_matches("TestVersion.");
        let right = match (test, &parsed) {
            ("test_invalid_versions", parsed) => parsed.is_err(),
            ("test_normalized_versions", Ok(version)) => case["normalized"] == version.canonical(),
            ("test_version_is_prerelease", Ok(version)) => {
                case["expected"] == version.is_prerelease()
            }
            ("test_version_pre", Ok(version)) => {
                let pre = version.stage().pre.as_ref().map(|pre| {
                    let label = pre.phase.label();
                    let label = if label == "rc" { label } else { &label[..1] };
                    serde_json::json!([label, pre.number])
                });
                case["pre"] == serde_json::json!(pre)
            }
            ("test_version_post", Ok(version)) => {
                case["post"] == serde_json::json!(version.stage().post)
            }
            ("test_version_dev", Ok(version)) => {
                case["dev"] == serde_json::json!(version.stage().dev)
            }
            _ => false,
        };
        tally.check(right, || format!("{case}: {parsed:?}"));
    }
    tally.finish();
}
