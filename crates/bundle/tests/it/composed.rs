//! Flavours, derived bundles, differences, and the lowest server.

use trainyard_bundle::{Delta, Flavour, difference, flavour_findings, rebase, server_demand};

use crate::small::{bundle, catalogue};

fn flavour(members: &[&str], includes: &[&str]) -> Flavour {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Flavour { members: own(members), includes: own(includes), place: None }
}

#[test]
fn flavours_are_closed_or_it_is_told() {
    let all = catalogue("core 1.0.0\nmaya 1.0.0: core >=1.0.0\nnuke 1.0.0: core >=1.0.0");
    let mut bundle = bundle("2026.1", "core@1.0.0 maya@1.0.0 nuke@1.0.0");
    bundle.flavours.insert("base".to_owned(), flavour(&["core"], &[]));
    bundle.flavours.insert("3D".to_owned(), flavour(&["maya"], &["base"]));
    bundle.flavours.insert("2D".to_owned(), flavour(&["nuke"], &[]));
    bundle.flavours.insert("bad".to_owned(), flavour(&["mayaa"], &["bas", "bad"]));
    let told: Vec<_> = flavour_findings(&bundle, &all)
        .iter()
        .map(|it| {
            format!(
                "{} {}: {} / {}",
                it.code,
                it.subject,
                it.message,
                it.suggestion.clone().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!("flavours", told.join("\n"));
    let members: Vec<_> = bundle.flavour_members("3D").unwrap().into_iter().collect();
    assert_eq!(members, ["core", "maya"]);
    let both = bundle.united(&["3D", "2D"]).unwrap();
    assert_eq!(both.pins.len(), 3);
    let apart = bundle.flavour_difference("3D", "2D").unwrap();
    assert_eq!((apart.only_left.len(), apart.only_right.len()), (2, 1));
    let unknown = bundle.flavour_members("3d").unwrap_err().to_string();
    assert!(unknown.contains("did you mean"), "{unknown}");
}

#[test]
fn the_lowest_server_is_the_highest_lower_bound() {
    let all = catalogue(
        "a 1.0.0: server >=1.2.0\nb 1.0.0: server >1.4.0\nc 1.0.0: server >=1.0.0,<1.3.0\nd 1.0.0",
    );
    let fine = server_demand(&bundle("x", "a@1.0.0 b@1.0.0 d@1.0.0"), &all);
    assert_eq!(fine.minimum.as_deref(), Some("above 1.4.0"));
    assert_eq!(fine.demanded_by.len(), 1);
    assert!(fine.clash.is_empty());
    let clash = server_demand(&bundle("x", "b@1.0.0 c@1.0.0"), &all);
    assert_eq!(clash.clash.len(), 2);
    assert_eq!(server_demand(&bundle("x", "d@1.0.0"), &all).minimum, None);
}

#[test]
fn a_derived_bundle_is_a_delta_and_can_be_rebased() {
    let old = bundle("2026.1", "core@1.0.0 maya@1.0.0 nuke@1.0.0 slack@1.0.0");
    let studio = bundle("studio", "core@1.0.0 maya@1.0.1 nuke@1.1.0 own@0.1.0");
    let delta = Delta::between(&old, &studio);
    assert_eq!((delta.added.len(), delta.overridden.len(), delta.removed.len()), (1, 2, 1));
    assert_eq!(delta.distance(), 4);
    let again: Vec<_> = delta.apply(&old).pins;
    assert_eq!(again.len(), studio.pins.len());
    assert!(studio.pins.iter().all(|pin| again.contains(pin)));
    let new = bundle("2026.2", "core@1.1.0 maya@1.2.0 nuke@1.1.0 slack@1.1.0 own@0.2.0");
    let rebased = rebase(&delta, &old, &new);
    assert_eq!(rebased.absorbed, ["nuke"]);
    let about: Vec<_> = rebased.conflicts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(about, ["maya", "own", "slack"]);
    assert_eq!(rebased.bundle.pin("core").map(|pin| pin.version.as_str()), Some("1.1.0"));
    assert_eq!(rebased.bundle.pin("maya").map(|pin| pin.version.as_str()), Some("1.0.1"));
    assert!(rebased.bundle.pin("slack").is_none());
}

#[test]
fn the_difference_tells_versions_and_requirements() {
    let all = catalogue(
        "core 1.0.0\ncore 1.1.0\nmaya 1.0.0: core >=1.0.0\nmaya 1.1.0: core >=1.1.0; ~usd >=1.0.0",
    );
    let before = bundle("2026.1", "core@1.0.0 maya@1.0.0 old@1.0.0");
    let after = bundle("2026.2", "core@1.0.0 maya@1.1.0 new@1.0.0");
    insta::assert_json_snapshot!("difference", difference(&before, &after, &all));
    assert!(difference(&before, &before, &all).components.is_empty());
}

proptest::proptest! {
    /// A delta applied to its base gives the derived pins again.
    #[test]
    fn deltas_and_bundles_say_the_same(base in pins(), derived in pins()) {
        let (base, derived) = (bundle("base", &base), bundle("derived", &derived));
        let delta = Delta::between(&base, &derived);
        let again = delta.apply(&base);
        proptest::prop_assert_eq!(again.pins.len(), derived.pins.len());
        for pin in &derived.pins {
            proptest::prop_assert_eq!(again.pin(&pin.name), Some(pin));
        }
        proptest::prop_assert_eq!(Delta::between(&base, &again), delta.clone());
        // To carry it over to the same base changes nothing.
        let same = rebase(&delta, &base, &base);
        proptest::prop_assert!(same.conflicts.is_empty() && same.absorbed.is_empty());
        proptest::prop_assert_eq!(same.delta, delta);
    }
}

fn pins() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::{collection::btree_map, strategy::Strategy};
    btree_map("[a-f]", 0_u8..3, 0..6).prop_map(|pins| {
        let words = pins.iter().map(|(name, minor)| format!("{name}@1.{minor}.0"));
        words.collect::<Vec<_>>().join(" ")
    })
}
