//! Declared API versions.

use std::collections::BTreeMap;

use trainyard_evidence::{Choice, Class, Settings, api_date};

use crate::two_trees::{assert_each_fires, pairs, transcript, verdict, verdict_with};

const PAIRS: &str = include_str!("../../pairs/api_date/pairs.txt");

#[test]
fn pairs_read_well() {
    insta::assert_snapshot!(transcript(PAIRS));
}

#[test]
fn every_rule_has_a_pair() {
    assert_each_fires(api_date::RULES, PAIRS);
}

#[test]
fn turned_off_it_concludes_nothing() {
    let settings = Settings { choices: BTreeMap::from([("api-date".to_owned(), Choice::Off)]) };
    for pair in pairs(PAIRS) {
        let verdict = verdict_with(&settings, &pair.old, &pair.new);
        assert!(!verdict.changes.iter().any(|change| change.rule.starts_with("api-date.")));
    }
}

#[test]
fn hostile_modules_end_with_a_finding() {
    for text in [
        format!("API_VERSION = {}", "(".repeat(100_000)),
        format!("API_VERSION = {}1", "-".repeat(100_000)),
        format!("API_VERSION = 1\n{}", "#".repeat(2 << 20)),
    ] {
        let verdict =
            verdict(&[("config.py", "API_VERSION = (1, \"20200101\")")], &[("config.py", &text)]);
        let classes: Vec<_> = verdict.changes.iter().map(|change| change.class).collect();
        assert_eq!(classes, [Class::Unknown], "{text:.40} {:#?}", verdict.changes);
    }
}
