//! Bundles that are written and read again, and deltas over their bases.

use proptest::{collection::vec, prelude::*};
use trainyard_bundle::{
    Base, Bundle, Delta, DependencyPackage, Digest, Flavour, Numbered, Pin, base_findings,
    read::{rez_families, rez_package, trainyard},
    write::bundle_file,
};
use trainyard_report::Code;

use crate::small::{bundle, request};

fn again(bundle: &Bundle) -> Bundle {
    let text = bundle_file(bundle);
    let read = trainyard::bundle("bundle.toml".into(), &text);
    let (read, findings) = read.unwrap_or_else(|error| panic!("{}\n{text}", error.render(false)));
    assert!(findings.is_empty(), "{findings:?}\n{text}");
    read
}

/// What is said of a bundle, places aside.
fn said(bundle: &Bundle) -> String {
    let mut bundle = bundle.clone();
    bundle.place = None;
    bundle.pins.iter_mut().for_each(|pin| pin.place = None);
    bundle.flavours.values_mut().for_each(|flavour| flavour.place = None);
    format!("{bundle:#?}")
}

#[test]
fn everything_that_a_bundle_says_is_written() {
    let mut full = bundle("pipeline", "core@1.0.0 maya@0.5.4");
    full.version = Some(Numbered::read("1.2.0-rc.1", &trainyard_version::Scheme::semver()));
    full.is_final = true;
    full.servers = vec![Numbered::semver("1.0.0"), Numbered::semver("1.1.0")];
    full.launcher = Some(Numbered::semver("1.0.2"));
    full.platforms = vec!["windows".to_owned()];
    full.pins.push(Pin {
        commit: Some("5e884898da28".to_owned()),
        tag: Some("v1".to_owned()),
        digest: Some(Digest::new("sha256:1a")),
        ..Pin::new("odd \"name\"\n\\", "")
    });
    let members = vec!["*".to_owned()];
    full.flavours.insert("full".to_owned(), Flavour { members, ..Flavour::default() });
    let (members, includes) = (vec!["core".to_owned()], vec!["full".to_owned()]);
    full.flavours.insert("3d".to_owned(), Flavour { members, includes, place: None });
    full.dependency_packages = vec![DependencyPackage {
        file: "libraries.zip".to_owned(),
        platform: Some("windows".to_owned()),
        python: None,
        checksum: Some(Digest::new("sha256:2b")),
    }];
    full.base = Some(Base {
        name: "base".to_owned(),
        version: Some("2023.10".to_owned()),
        digest: Some(full.fingerprint()),
        path: Some("../base.toml".into()),
    });
    full.without = vec!["slack".to_owned()];
    assert_eq!(said(&again(&full)), said(&full));
    assert!(again(&full).is_delta());
}

#[test]
fn a_delta_changes_with_its_base_and_says_so() {
    let mut base = bundle("pipeline", "core@1.0.0 maya@1.0.0 slack@1.0.0");
    let everything = vec!["*".to_owned()];
    let full = Flavour { members: everything.clone(), ..Flavour::default() };
    base.flavours.insert("full".to_owned(), full);
    base.launcher = Some(Numbered::semver("1.0.2"));
    let mut studio = bundle("studio", "maya@1.1.0 own@0.1.0");
    studio.without = vec!["slack".to_owned()];
    studio.base = Some(Base {
        name: base.name.clone(),
        version: None,
        digest: Some(base.fingerprint()),
        path: Some("base.toml".into()),
    });
    let whole = studio.over(&base);
    let pins: Vec<_> =
        whole.pins.iter().map(|pin| format!("{} {}", pin.name, pin.version)).collect();
    assert_eq!(pins, ["core 1.0.0", "maya 1.1.0", "own 0.1.0"]);
    assert_eq!((whole.name.as_str(), whole.launcher.is_some()), ("studio", true));
    assert_eq!(whole.flavours["full"].members, everything, "all stays all");
    assert!(base_findings(&studio, &base).is_empty());

    let codes = |found: &Bundle| -> Vec<Code> {
        base_findings(&studio, found).iter().map(|finding| finding.code).collect()
    };
    let moved = bundle("pipeline", "core@1.0.1 maya@1.0.0 slack@1.0.0");
    assert_eq!(codes(&moved), [Code::BASE_CHANGED]);
    assert_eq!(codes(&bundle("other", "slack@1.0.0")), [Code::BASE_CHANGED]);
    let gone = bundle("pipeline", "core@1.0.0");
    assert_eq!(codes(&gone), [Code::BASE_CHANGED, Code::LEFT_OUT_NOTHING]);
}

#[test]
fn digests_tell_requests_and_bundles_apart() {
    let digest = |text: &str| request(text).digest();
    assert_eq!(digest("maya core@>=1.0.0"), digest("maya core@>=1.0.0"));
    assert_ne!(digest("maya core"), digest("core maya"), "the order is a wish too");
    assert_ne!(digest("core@>=1.0.0"), digest("core@>=1.0.1"));
    let bundles = ["a@1 b@2", "b@2 a@1", "a@1 b@3"].map(|pins| bundle("x", pins).fingerprint());
    assert_eq!(bundles[0], bundles[1]);
    assert_ne!(bundles[0], bundles[2]);
}

#[test]
fn packages_of_rez_are_read_and_never_run() {
    let read = |text: &str| rez_package("a/package.py".into(), text);
    let whole =
        read("name = 'a'\nversion = '1.0'\nrequires = ['b-1', '!c']\nvariants = [['d'], []]\n");
    let [package] = whole.definitions.as_slice() else { panic!("{whole:?}") };
    assert_eq!(package.requires, ["b-1", "!c"]);
    assert_eq!(package.variants, [vec!["d".to_owned()], vec![]]);
    assert!(read("x = 1\n").definitions.is_empty());
    for (text, words) in [
        ("name = 'a'\nversion = chosen()\n", "its version would have to be computed"),
        ("name = 'a'\nrequires = [x]\n", "its requires would have to be computed"),
        ("name = 'a'\nvariants = [x]\n", "its variants would have to be computed"),
        ("name = (\n", "a/package.py"),
    ] {
        let left_out = read(text);
        assert!(left_out.definitions.is_empty(), "{text}");
        let told: Vec<_> = left_out.findings.iter().map(|it| format!("{it:?}")).collect();
        assert!(told.iter().any(|it| it.contains(words)), "{text}: {told:?}");
    }
    for wrong in ["[]", "{\"a\": 1}", "{\"a\": [{\"v\": \"1\", \"requires\": [1]}]}", "{"] {
        assert!(rez_families(wrong).is_err(), "{wrong}");
    }
    assert_eq!(rez_families("{\"a\": [{\"v\": \"1\", \"variants\": null}]}").unwrap().len(), 1);
}

proptest! {
    /// Any names and versions are read as they were written.
    #[test]
    fn written_pins_are_read_again(pins in vec((".{1,8}", "[^\\x00]{0,8}"), 0..6)) {
        let mut written = bundle("x", "");
        for (name, version) in pins {
            if written.pin(&name).is_none() {
                written.pins.push(Pin { commit: Some("1".to_owned()), ..Pin::new(name, version) });
            }
        }
        prop_assert_eq!(said(&again(&written)), said(&written));
    }

    /// A delta over its base is what it was taken from.
    #[test]
    fn deltas_over_their_base_are_whole(base in pins(), derived in pins()) {
        let (base, derived) = (bundle("base", &base), bundle("derived", &derived));
        let delta = Delta::between(&base, &derived);
        let stored = Bundle {
            name: derived.name.clone(),
            pins: delta.overridden.iter().chain(&delta.added).cloned().collect(),
            without: delta.removed.clone(),
            ..Bundle::default()
        };
        let whole = stored.over(&base);
        prop_assert_eq!(whole.pins.len(), derived.pins.len());
        for pin in &derived.pins {
            prop_assert_eq!(whole.pin(&pin.name), Some(pin));
        }
    }
}

fn pins() -> impl Strategy<Value = String> {
    let pin = |(name, minor): (&String, &u8)| format!("{name}@1.{minor}.0");
    proptest::collection::btree_map("[a-f]", 0_u8..3, 0..6)
        .prop_map(move |pins| pins.iter().map(pin).collect::<Vec<_>>().join(" "))
}
