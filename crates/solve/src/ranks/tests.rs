use std::collections::BTreeSet;

use proptest::prelude::*;

use super::RankSet;

#[test]
fn ranges_cross_words() {
    let set = RankSet::range(60..70);
    assert_eq!(set.iter().collect::<Vec<_>>(), (60..70).collect::<Vec<_>>());
    assert_eq!(set.len(), 10);
    assert!(RankSet::range(5..5).is_empty());
    assert_eq!(RankSet::all(64).len(), 64);
    assert_eq!(RankSet::one(64).iter().collect::<Vec<_>>(), [64]);
}

#[test]
fn taking_the_last_one_out_leaves_the_empty_set() {
    let mut set = RankSet::one(100);
    set.remove(100);
    set.remove(1_000);
    assert_eq!(set, RankSet::empty());
}

fn ranks() -> impl Strategy<Value = BTreeSet<u32>> {
    proptest::collection::btree_set(0_u32..200, 0..40)
}

proptest! {
    #[test]
    fn sets_are_sets(left in ranks(), right in ranks()) {
        let (a, b): (RankSet, RankSet) = (left.iter().copied().collect(), right.iter().copied().collect());
        let of = |ranks: BTreeSet<u32>| ranks.into_iter().collect::<RankSet>();
        prop_assert_eq!(a.iter().collect::<BTreeSet<_>>(), left.clone());
        prop_assert_eq!(a.union(&b), of(&left | &right));
        prop_assert_eq!(a.intersection(&b), of(&left & &right));
        prop_assert_eq!(a.without(&b), of(&left - &right));
        prop_assert_eq!(a.is_subset_of(&b), left.is_subset(&right));
        prop_assert_eq!(a.len(), left.len());
    }
}
