//! Own pairs: every rule fires, and what else fires beside it.

use trainyard_evidence::graphql;

use crate::two_trees::{assert_each_fires, pairs, transcript};

const PAIRS: &str = include_str!("../../pairs/graphql/pairs.txt");

#[test]
fn pairs_read_well() {
    insta::assert_snapshot!(transcript(PAIRS));
}

#[test]
fn every_rule_has_a_pair() {
    assert_each_fires(graphql::RULES, PAIRS);
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
