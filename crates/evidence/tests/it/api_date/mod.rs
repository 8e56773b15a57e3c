//! Declared API versions.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use trainyard_evidence::{Choice, Class, Settings, api_date};

use crate::two_trees::{listed, pairs, verdict, verdict_with};

const PAIRS: &str = include_str!("../../pairs/api_date/pairs.txt");

#[test]
fn pairs_read_well() {
    let mut text = String::new();
    for pair in pairs(PAIRS) {
        let verdict = verdict(&pair.old, &pair.new);
        write!(text, "{}\n{}\n", pair.name, listed(&verdict.changes)).expect("a string takes all");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_rule_has_a_pair() {
    let mut fired = BTreeSet::new();
    for pair in pairs(PAIRS) {
        fired.extend(verdict(&pair.old, &pair.new).changes.into_iter().map(|change| change.rule));
    }
    let missing: Vec<_> =
        api_date::RULES.iter().map(|rule| rule.id).filter(|id| !fired.contains(*id)).collect();
    assert!(missing.is_empty(), "no pair makes these rules fire: {missing:?}");
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
