//! cargo-release's cases of raised requirements.

use super::{cases::vectors, range, version};

#[test]
fn cases_of_cargo_upgrades() {
    let Some((vectors, mut tally)) = vectors("cargo_release__version_ops.json") else { return };
    for case in vectors.iter().filter(|case| case["kind"] == "upgrade_requirement") {
        let requirement = range("cargo", case["req"].as_str().unwrap());
        let version = version("cargo", case["version"].as_str().unwrap());
        let upgraded = requirement.upgraded_to(&version);
        let is_right = upgraded.as_deref() == case["expected"].as_str();
        tally.check(is_right, || format!("{case}: {upgraded:?}"));
    }
    tally.finish();
}

#[test]
fn an_upgrade_keeps_the_form_and_the_bounds_of_people() {
    let upgraded = |requirement: &str, to: &str| {
        range("cargo", requirement).upgraded_to(&version("cargo", to))
    };
    assert_eq!(upgraded("~1.0", "1.1.3").as_deref(), Some("~1.1"));
    assert_eq!(upgraded("1.0.0", "2.0.0-rc.1+build").as_deref(), Some("2.0.0-rc.1"));
    assert_eq!(upgraded(">=1.0, <2", "2.1.0"), None);
    assert_eq!(upgraded("*", "2.1.0"), None);
    assert_eq!(range("npm", "^1.0").upgraded_to(&version("npm", "2.0.0")), None);
}
