//! Sets of versions obey the laws of sets, in every grammar.

use proptest::prelude::*;
use trainyard_version::VersionSet;

use super::{range, version};

/// Versions that meet often, as the grammar's scheme writes them.
fn versions(grammar_name: &str) -> BoxedStrategy<String> {
    match grammar_name {
        "pep440" => {
            "([01]!)?[0-2](\\.[0-2]){0,2}((a|b|rc)[01])?(\\.post[01])?(\\.dev[01])?(\\+[ab])?"
        }
        "rez" => "[0-2a_](\\.[0-2a_]){0,2}",
        "debian" => "([01]:)?[0-2](\\.[0-2]){0,2}(~rc[01])?(-[01])?",
        _ => "[0-2]\\.[0-2]\\.[0-2](-(alpha|rc)(\\.[01])?)?",
    }
    .prop_map(|version| version)
    .boxed()
}

/// Ranges of a few comparisons with such versions.
fn ranges(grammar_name: &'static str) -> BoxedStrategy<String> {
    let (signs, separators): (&[&str], &[&str]) = match grammar_name {
        "cargo" => (&["", "=", "<", "<=", ">", ">=", "~", "^"], &[", "]),
        "npm" => (&["", "=", "<", "<=", ">", ">=", "~", "^"], &[" ", " || "]),
        "pep440" => (&["==", "!=", "<", "<=", ">", ">="], &[","]),
        "ayon" => (&["", "==", "!=", "<", "<=", ">", ">="], &[","]),
        "rez" => (&["", "==", "<", "<=", ">", ">="], &["|"]),
        _ => (&["=", "<<", "<=", ">>", ">="], &[", ", " | "]),
    };
    let public = grammar_name == "pep440";
    let part =
        (prop::sample::select(signs), versions(grammar_name)).prop_map(move |(sign, version)| {
            let version =
                if public { version.split('+').next().unwrap().to_owned() } else { version };
            format!("{sign}{version}")
        });
    (prop::collection::vec(part, 1..4), prop::sample::select(separators))
        .prop_map(|(parts, separator)| parts.join(separator))
        .boxed()
}

#[derive(Clone, Debug)]
struct Case {
    grammar_name: &'static str,
    ranges: [String; 3],
    version: String,
}

fn cases() -> impl Strategy<Value = Case> {
    prop::sample::select(&["cargo", "npm", "pep440", "ayon", "rez", "debian"]).prop_flat_map(
        |grammar_name| {
            let ranges = [ranges(grammar_name), ranges(grammar_name), ranges(grammar_name)];
            (ranges, versions(grammar_name)).prop_map(move |(ranges, version)| Case {
                grammar_name,
                ranges,
                version,
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn sets_obey_the_laws(case in cases()) {
        let [a, b, c] =
            case.ranges.clone().map(|text| range(case.grammar_name, &text).set().clone());
        laws(&a, &b, &c)?;
    }

    #[test]
    fn membership_agrees_with_the_operations(case in cases()) {
        let [a, b, c] =
            case.ranges.clone().map(|text| range(case.grammar_name, &text).set().clone());
        let version = version(case.grammar_name, &case.version);
        let is_in = |set: &VersionSet| set.contains(&version);
        prop_assert_eq!(is_in(&a.union(&b)), is_in(&a) || is_in(&b));
        prop_assert_eq!(is_in(&a.intersection(&b)), is_in(&a) && is_in(&b));
        prop_assert_eq!(is_in(&a.complement()), !is_in(&a));
        let all = [a.clone(), b.clone(), c.clone()];
        prop_assert_eq!(VersionSet::union_of(all.clone()), a.union(&b).union(&c));
        prop_assert_eq!(VersionSet::intersection_of(all), a.intersection(&b).intersection(&c));
    }

    #[test]
    fn a_canonical_range_means_the_same(case in cases()) {
        let requirement = range(case.grammar_name, &case.ranges[0]);
        let again = range(case.grammar_name, requirement.canonical());
        prop_assert_eq!(again.set(), requirement.set());
        prop_assert_eq!(again.canonical(), requirement.canonical());
        let version = version(case.grammar_name, &case.version);
        prop_assert_eq!(again.matches(&version), requirement.matches(&version));
    }

    #[test]
    fn what_matches_is_in_the_set_and_on_no_side(case in cases()) {
        let requirement = range(case.grammar_name, &case.ranges[0]);
        let version = version(case.grammar_name, &case.version);
        if requirement.matches(&version) {
            prop_assert!(requirement.set().contains(&version));
            prop_assert!(!requirement.is_below(&version) && !requirement.is_above(&version));
        }
    }
}

fn laws(a: &VersionSet, b: &VersionSet, c: &VersionSet) -> Result<(), TestCaseError> {
    let (empty, full) = (VersionSet::empty(), VersionSet::full());
    prop_assert_eq!(&a.complement().complement(), a);
    prop_assert_eq!(a.union(b), b.union(a));
    prop_assert_eq!(a.intersection(b), b.intersection(a));
    prop_assert_eq!(a.union(&b.union(c)), a.union(b).union(c));
    prop_assert_eq!(a.intersection(&b.union(c)), a.intersection(b).union(&a.intersection(c)));
    prop_assert_eq!(a.union(b).complement(), a.complement().intersection(&b.complement()));
    prop_assert_eq!(a.intersection(b).complement(), a.complement().union(&b.complement()));
    prop_assert_eq!(&a.union(&a.intersection(b)), a);
    prop_assert_eq!(&a.intersection(&a.union(b)), a);
    prop_assert_eq!(a.union(&a.complement()), full.clone());
    prop_assert_eq!(a.intersection(&a.complement()), empty.clone());
    prop_assert!(empty.is_subset_of(a) && a.is_subset_of(&full));
    prop_assert_eq!(a.is_subset_of(b), &a.union(b) == b);
    prop_assert_eq!(a.is_subset_of(b) && b.is_subset_of(a), a == b);
    prop_assert_eq!(a.is_disjoint_from(b), a.intersection(b).is_empty());
    Ok(())
}
