//! Range grammars: what they read, they read again from its canonical text, and sets keep their laws.

use trainyard_version::{Grammar, Prereleases, ReadOptions, VersionSet};

use super::Target;

const SEEDS: &[&str] = &[
    "^1.2",
    "~1.2.3",
    ">=1.0.0 <2.0.0-0",
    "1.x || >=2.5.0 || 5.0.0 - 7.2.3",
    "*",
    "",
    "=1.2.3-rc.1",
    ">=1.0,<2.0",
    "~=2.2.post3",
    "!=1.5.*,>=1.0",
    "===1.0+local",
    "==1.0.*",
    "1.0+<2",
    "1.0..2",
    "1|2+",
    "==1.2",
    ">> 1.0",
    "1.2+<1.5|2",
    ">= 1:2.0~rc1, << 2",
    "foo (>= 1.2-1)",
    ">=1.2.3,<1.3,!=1.2.5",
    "1.2.3",
];

pub(super) fn targets() -> Vec<Target> {
    Grammar::all().map(target).collect()
}

fn target(grammar: Grammar) -> Target {
    let run = move |text: &str| {
        let loose = ReadOptions { prereleases: Prereleases::Include, loose: true };
        let _ = grammar.parse_with(text, loose);
        let version = grammar.version(text, loose);
        let Ok(range) = grammar.parse(text) else { return false };
        if let Ok(version) = version {
            let _ = range.matches(&version) | range.is_above(&version) | range.is_below(&version);
            let _ = range.upgraded_to(&version);
        }
        // Laws on huge sets cost more than they tell.
        if text.len() < 1000 {
            laws(range.set());
            let again = grammar.parse(range.canonical());
            assert!(
                again.as_ref().is_ok_and(|again| again.set() == range.set()),
                "{} is not read again: {again:?}",
                range.canonical()
            );
        }
        true
    };
    Target::of_text(format!("range {}", grammar.name()), SEEDS.iter().copied(), run)
}

fn laws(set: &VersionSet) {
    let complement = set.complement();
    assert!(complement.complement() == *set, "the complement's complement is another set");
    assert!(set.union(&complement).is_full(), "a set and its complement are not everything");
    assert!(set.intersection(&complement).is_empty(), "a set and its complement share something");
}
