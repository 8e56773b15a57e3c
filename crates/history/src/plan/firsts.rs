//! Versions that no step leads to: the first of a line, the first pre-release of a target.

use trainyard_policy::Rules;
use trainyard_version::{Date, PreStep, Step, Version};

/// The final release of a pre-release; the version itself where the scheme cannot say.
pub fn final_of(rules: &Rules, version: &Version, today: Date) -> Version {
    if !version.is_prerelease() {
        return version.clone();
    }
    rules.scheme.step(version, &Step::Final, today).unwrap_or_else(|_| version.clone())
}

/// The first version of a line, `1.2.0` of `1.2`, or its first pre-release.
pub fn first_of_line(rules: &Rules, line: &str, pre: Option<&PreStep>) -> Option<Version> {
    let first =
        [".0", ""].iter().find_map(|rest| rules.scheme.parse(&format!("{line}{rest}")).ok())?;
    match pre {
        Some(pre) => pre_of(rules, &first, pre),
        None => Some(first),
    }
}

/// A pre-release of a final version, in whichever of the usual spellings the scheme calls canonical.
pub(super) fn pre_of(rules: &Rules, target: &Version, pre: &PreStep) -> Option<Version> {
    let label = pre.phase.label();
    let number =
        |separator: &str| pre.start.map_or_else(String::new, |start| format!("{separator}{start}"));
    [format!("{target}-{label}{}", number(".")), format!("{target}{label}{}", number(""))]
        .iter()
        .filter_map(|text| rules.scheme.parse(text).ok())
        .find(|version| version.is_prerelease() && version < target)
}
