use proptest::prelude::*;

use super::*;

/// The length of the longest common subsequence, by the textbook.
fn longest(old: &[&str], new: &[&str]) -> usize {
    let mut row = vec![0; new.len() + 1];
    for line in old {
        let mut diagonal = 0;
        for (index, other) in new.iter().enumerate() {
            let above = row[index + 1];
            row[index + 1] = if line == other { diagonal + 1 } else { above.max(row[index]) };
            diagonal = above;
        }
    }
    row[new.len()]
}

fn check(old: &[&str], new: &[&str], found: &[Option<usize>]) {
    assert_eq!(found.len(), old.len());
    let pairs: Vec<_> =
        found.iter().enumerate().filter_map(|(at, other)| other.map(|other| (at, other))).collect();
    assert!(pairs.iter().all(|(at, other)| old[*at] == new[*other]), "{old:?} {new:?} {found:?}");
    assert!(pairs.windows(2).all(|pair| pair[0].1 < pair[1].1), "{old:?} {new:?} {found:?}");
}

fn lines() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d", ""]), 0..14)
}

proptest! {
    #[test]
    fn as_many_lines_match_as_can(old in lines(), new in lines()) {
        let found = matches(&old, &new);
        check(&old, &new, &found);
        prop_assert_eq!(found.iter().flatten().count(), longest(&old, &new));
        check(&old, &new, &unique(&old, &new));
    }
}

#[test]
fn large_differences_are_found_coarsely() {
    let old: Vec<String> = (0..20_000).map(|number| format!("old {number}")).collect();
    let mut new: Vec<String> = (0..20_000).map(|number| format!("new {number}")).collect();
    new[10_000] = old[9_000].clone();
    let old: Vec<_> = old.iter().map(String::as_str).collect();
    let new: Vec<_> = new.iter().map(String::as_str).collect();
    let found = matches(&old, &new);
    check(&old, &new, &found);
    assert_eq!(found[9_000], Some(10_000));
}
