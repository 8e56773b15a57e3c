//! What a catalogue knows.

use proptest::prelude::*;
use trainyard_bundle::{
    Catalogue, Dialect, Expectations, Kind, Manifest, Numbered, RankSet, Requirement,
    check_catalogue,
};

use crate::world::{catalogue, manifests, shown};

#[test]
fn releases_stand_in_the_order_of_their_scheme() {
    let catalogue = catalogue("core 1.10.0\ncore 1.9.0\ncore 1.10.0-rc.1\ncore 1.2.0");
    let core = catalogue.name("core").unwrap();
    let versions: Vec<_> = catalogue.releases(core).iter().map(|it| it.version().text()).collect();
    assert_eq!(versions, ["1.2.0", "1.9.0", "1.10.0-rc.1", "1.10.0"]);
}

#[test]
fn a_release_is_name_version_and_content() {
    let lines = "
        core 1.0.0: requires.maya = *
        core 1.0.0: requires.maya = *; release.tag = 1.0.0; release.commit = 0123456789abcdef
        core 1.0.0: requires.nuke = *
    ";
    let catalogue = catalogue(lines);
    let core = catalogue.name("core").unwrap();
    assert_eq!(catalogue.releases(core).len(), 2);
    // The tagged one comes first.
    let first = catalogue.find_first(core, "1.0.0").unwrap();
    assert_eq!(first.manifest.origin.tag.as_deref(), Some("1.0.0"));
    assert_eq!(catalogue.count_of(core, "1.0.0"), 2);
    insta::assert_snapshot!(shown(&check_catalogue(&catalogue, &Expectations::default())));
}

#[test]
fn versions_that_no_scheme_reads_are_kept_below_all_others_and_fit_no_range() {
    let mut all = manifests("core 1.0.0\nmaya 1.0.0: requires.core = <2");
    all.push(Manifest::new("core", Numbered::semver("0.4.6.post0")));
    let catalogue = Catalogue::new(all);
    let core = catalogue.name("core").unwrap();
    assert_eq!(catalogue.releases(core)[0].version().text(), "0.4.6.post0");
    let maya = catalogue.find_first(catalogue.name("maya").unwrap(), "1.0.0").unwrap();
    let admitted = catalogue.admitted(maya.needs[0].range);
    assert_eq!(admitted.iter().collect::<Vec<_>>(), [1]);
}

#[test]
fn the_same_text_means_other_things_in_other_grammars() {
    let mut all = manifests("core 1.2.0\ncore 1.3.0");
    for (name, grammar) in [("cargo", "cargo"), ("npm", "npm")] {
        let mut manifest = Manifest::new(name, Numbered::semver("1.0.0"));
        let dialect: Dialect = grammar.parse().unwrap();
        manifest.requirements.push(Requirement {
            target: "core".to_owned(),
            range: dialect.read("1.2.0"),
            kind: Kind::Hard,
            condition: String::new(),
            is_fetched: false,
            place: None,
        });
        all.push(manifest);
    }
    let catalogue = Catalogue::new(all);
    let admitted = |name: &str| {
        let release = catalogue.find_first(catalogue.name(name).unwrap(), "1.0.0").unwrap();
        catalogue.admitted(release.needs[0].range).len()
    };
    assert_eq!((admitted("cargo"), admitted("npm")), (2, 1));
}

#[test]
fn names_that_nobody_publishes_are_told_with_what_was_meant() {
    let lines = "
        maya 1.0.0
        deadline 1.0.0: advises.ayon_maya = *; soft.openpype-nowhere = *
        harmony 1.0.0: requires.dedline = *
    ";
    insta::assert_snapshot!(shown(&check_catalogue(&catalogue(lines), &Expectations::default())));
}

#[test]
fn conditions_speak_of_the_versions_of_any_scheme() {
    let calver: Dialect = "calver:YYYY.M[.MICRO]".parse().unwrap();
    let range = calver.read(">=2023.9, <2024.1");
    let admits = |text: &str| range.admits(&Numbered::read(text, &calver.scheme()));
    assert!(admits("2023.10") && admits("2023.9.2"));
    assert!(!admits("2023.8") && !admits("2024.1"));
    for broken in ["=>2023.9", "2023.9,", ">=x", "~2023.9"] {
        assert!(calver.read(broken).error().is_some(), "{broken}");
    }
    assert!("no-such".parse::<Dialect>().is_err());
}

#[test]
fn a_version_of_another_scheme_is_read_by_the_range_s() {
    let pep440: Dialect = "pep440".parse().unwrap();
    assert!(pep440.read("==1.2.*").admits(&Numbered::semver("1.2.2")));
    assert!(!pep440.read("==1.2.*").admits(&Numbered::semver("1.3.0")));
    assert!(!pep440.read("==1.2.*").admits(&Numbered::semver("1.2.2-prod.4")));
}

proptest! {
    #[test]
    fn rank_sets_are_sets(left in proptest::collection::btree_set(0usize..300, 0..60), right in proptest::collection::btree_set(0usize..300, 0..60)) {
        let set = |ranks: &std::collections::BTreeSet<usize>| ranks.iter().copied().collect::<RankSet>();
        let mut both = set(&left);
        both.intersect(&set(&right));
        prop_assert_eq!(both.iter().collect::<Vec<_>>(), left.intersection(&right).copied().collect::<Vec<_>>());
        let mut less = set(&left);
        less.subtract(&set(&right));
        let mut descending: Vec<_> = less.iter().rev().collect();
        descending.reverse();
        prop_assert_eq!(descending, left.difference(&right).copied().collect::<Vec<_>>());
        prop_assert_eq!(set(&left).len(), left.len());
        prop_assert_eq!(set(&left).is_empty(), left.is_empty());
    }
}
