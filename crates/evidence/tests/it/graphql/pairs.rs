//! Own pairs: every rule fires, and what else fires beside it.

use std::{collections::BTreeSet, fmt::Write};

use trainyard_evidence::graphql;

use crate::two_trees::{listed, pairs, verdict};

const PAIRS: &str = include_str!("../../pairs/graphql/pairs.txt");

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
        graphql::RULES.iter().map(|rule| rule.id).filter(|id| !fired.contains(*id)).collect();
    assert!(missing.is_empty(), "no pair makes these rules fire: {missing:?}");
}

/// What is told as part of something new is never heavier than that.
#[test]
fn parts_weigh_no_more_than_the_whole() {
    for pair in pairs(PAIRS) {
        let (Some((_, old)), Some((_, new))) = (pair.old.first(), pair.new.first()) else {
            continue;
        };
        let Ok(differences) = graphql::differences(old, new) else { continue };
        let heaviest = |is_part: bool| {
            let of_kind = differences.iter().filter(|difference| difference.is_part == is_part);
            of_kind.map(|difference| difference.class).max()
        };
        assert!(heaviest(true) <= heaviest(false), "{}", pair.name);
    }
}

#[test]
fn nothing_differs_from_itself() {
    for pair in pairs(PAIRS) {
        for (path, text) in pair.old.iter().chain(&pair.new) {
            let Ok(differences) = graphql::differences(text, text) else { continue };
            assert_eq!(differences, [], "{path} of {}", pair.name);
        }
    }
}
