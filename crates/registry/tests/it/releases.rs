//! What is published never changes.

use serde_json::{json, value::RawValue};
use trainyard_registry::{
    Command, Digest, Entry, Publish, RefusalKind, SequenceKind, UnreadableEntry,
    channels::{ChannelRule, standing},
    releases::{Image, Yank},
};

use crate::world::{World, name, policy, release, version};

#[test]
fn a_release_is_published_once() {
    let mut world = World::new(&[]);
    world.publish("1.0.0");
    assert!(world.publish_as("maker/ada", "1.0.0").unwrap().events.is_empty());
    let other = Publish { content: Some(Digest::of(b"other")), ..release("core", "1.0.0") };
    let refusal = world.ask("maker/ada", Command::Publish(other)).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "release-differs"));
    assert_eq!(refusal.message.matches("sha256:").count(), 2, "{}", refusal.message);
}

#[test]
fn the_order_of_members_makes_no_other_release() {
    let manifest = r#"{"version": {"scheme": "semver", "text": "1.0.0"}, "name": "core"}"#;
    let document = RawValue::from_string(manifest.to_owned()).unwrap();
    let other = Publish { document, ..release("core", "1.0.0") };
    assert_eq!(other.digest(), release("core", "1.0.0").digest());
    let image = Image { repository: "core".to_owned(), digest: Digest::of(b"image") };
    let other = Publish { images: vec![image], ..release("core", "1.0.0") };
    assert_ne!(other.digest(), release("core", "1.0.0").digest());
}

#[test]
fn a_yanked_release_is_hidden_and_still_there() {
    let mut world = World::new(&[]);
    world.publish("1.0.0");
    let yank = |is_yanked| {
        Command::Yank(Yank {
            product: name("pipeline"),
            name: name("core"),
            version: version("1.0.0"),
            is_yanked,
        })
    };
    world.must(yank(true));
    let product = world.state.product("pipeline").unwrap();
    assert_eq!(product.catalogue().len(), 0);
    let release = product.sequence("core").unwrap().find("1.0.0").unwrap();
    assert_eq!(release.yanked.as_deref(), Some("because"));
    world.must(yank(false));
    assert_eq!(world.state.product("pipeline").unwrap().catalogue().len(), 1);
}

#[test]
fn releases_stand_in_the_order_of_their_scheme() {
    let mut world = World::new(&[]);
    for number in ["1.10.0", "1.9.0", "2.0.0-rc.1", "1.9.1"] {
        world.publish(number);
    }
    let product = world.state.product("pipeline").unwrap();
    let order = product.sequence("core").unwrap().newest_first();
    let order: Vec<_> = order.map(|release| release.version.as_str()).collect();
    assert_eq!(order, ["2.0.0-rc.1", "1.10.0", "1.9.1", "1.9.0"]);
}

fn bundle(number: &str, pins: &[(&str, &str)]) -> Publish {
    let pins: Vec<_> =
        pins.iter().map(|(name, version)| json!({"name": name, "version": version})).collect();
    let document = json!({
        "name": "pipeline", "version": {"text": number, "scheme": "calver:YYYY.M[.MICRO]"},
        "is_final": true, "pins": pins,
    });
    Publish {
        name: name("bundles"),
        kind: SequenceKind::Bundle,
        version: version(number),
        document: RawValue::from_string(document.to_string()).unwrap(),
        ..release("core", "1.0.0")
    }
}

#[test]
fn two_spellings_of_a_version_are_one_release() {
    let mut world = World::new(&[]);
    world.publish("1.0.0");
    let pins = [("core", "1.0.0")];
    world.ask("maker/ada", Command::Publish(bundle("2023.9", &pins))).unwrap();
    let refusal = world.ask("maker/ada", Command::Publish(bundle("2023.09", &pins))).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "release-differs"));
    assert!(refusal.message.contains("as 2023.9"), "{}", refusal.message);
    world.ask("maker/ada", Command::Publish(bundle("2023.9.1", &pins))).unwrap();
    // What SemVer does not order is another version all the same.
    world.publish("1.0.0+linux");
    world.publish("1.0.0+windows");
}

#[test]
fn a_release_without_an_image_after_one_with_it_is_told() {
    let mut world = World::new(&[]);
    let image = Image { repository: "core".to_owned(), digest: Digest::of(b"image") };
    world.publish("1.0.0");
    let with = Publish { images: vec![image], ..release("core", "1.1.0") };
    world.must(Command::Publish(with));
    world.publish("1.2.0");
    let product = world.state.product("pipeline").unwrap();
    let told = |number: &str| -> Vec<String> {
        let release = product.sequence("core").unwrap().find(number).unwrap();
        let findings = product.check("core", release);
        findings.iter().map(|it| format!("{}: {}", it.subject, it.message)).collect()
    };
    assert_eq!(told("1.0.0"), [""; 0]);
    assert_eq!(told("1.1.0"), [""; 0]);
    assert_eq!(told("1.2.0"), ["core 1.2.0: it names no image, and 1.1.0 before it does"]);
}

#[test]
fn a_bundle_says_itself_that_it_is_not_final() {
    let follows =
        |prereleases| ChannelRule { follows: true, prereleases, ..ChannelRule::default() };
    let mut world = World::new(&[]);
    let mut set = policy(&[]);
    let rules = [(name("dev"), follows(true)), (name("latest"), follows(false))];
    set.facts.channels = [(name("bundles"), rules.into())].into();
    set.text = "bundles".to_owned();
    world.must(Command::SetPolicy(set));
    world.publish("1.0.0");
    let mut unfinished = bundle("2026.2", &[("core", "1.0.0")]);
    let text = unfinished.document.get().replace("\"is_final\":true", "\"is_final\":false");
    unfinished.document = RawValue::from_string(text).unwrap();
    world.must(Command::Publish(unfinished));
    world.settle();
    let product = world.state.product("pipeline").unwrap();
    let channel = |channel| product.channel(&name("bundles"), &name(channel)).unwrap();
    let heads = ["dev", "latest"].map(|it| channel(it).head.as_ref().map(ToString::to_string));
    assert_eq!(heads, [Some("2026.2".to_owned()), None]);
    let release = product.sequence("bundles").unwrap().find("2026.2").unwrap();
    let standing = standing(&world.state, product, channel("latest"), release, world.now);
    let unmet: Vec<_> = standing.unmet().map(ToString::to_string).collect();
    assert_eq!(unmet, ["not final, as it says itself"]);
}

#[test]
fn a_bundle_holds_the_digest_of_every_pin() {
    let mut world = World::new(&[]);
    let digest = world.publish("1.0.0");
    world.ask("maker/ada", Command::Publish(bundle("2026.1", &[("core", "1.0.0")]))).unwrap();
    let product = world.state.product("pipeline").unwrap();
    let release = product.sequence("bundles").unwrap().find("2026.1").unwrap();
    let pin = release.bundle().unwrap().pins.remove(0);
    assert_eq!(pin.digest.unwrap().as_str(), digest.to_string());
}

#[test]
fn all_pins_that_are_not_published_are_told_at_once() {
    let mut world = World::new(&[]);
    let pins = [("core", "1.0.0"), ("maya", "0.5.0")];
    let refusal = world.ask("maker/ada", Command::Publish(bundle("2026.1", &pins))).unwrap_err();
    assert_eq!(refusal.code, "pins-unknown");
    assert!(refusal.message.contains("core 1.0.0") && refusal.message.contains("maya 0.5.0"));
}

#[test]
fn documents_speak_of_what_is_published() {
    let mut world = World::new(&[]);
    let other = Publish { version: version("1.0.1"), ..release("core", "1.0.0") };
    let refusal = world.ask("maker/ada", Command::Publish(other)).unwrap_err();
    assert_eq!(refusal.code, "document-other");
    for document in ["[]", "{}", "null", r#"{"name": "core", "version": 1}"#] {
        let document = RawValue::from_string(document.to_owned()).unwrap();
        let other = Publish { document, ..release("core", "1.0.0") };
        let refusal = world.ask("maker/ada", Command::Publish(other)).unwrap_err();
        assert_eq!(refusal.code, "document-unreadable");
    }
}

/// A release whose document has so many bytes at least.
fn large(number: &str, bytes: usize) -> Publish {
    let space = " ".repeat(bytes);
    let manifest = format!(
        r#"{{"name": "core",{space}"version": {{"text": "{number}", "scheme": "semver"}}}}"#
    );
    let document = RawValue::from_string(manifest).unwrap();
    Publish { document, ..release("core", number) }
}

#[test]
fn documents_stand_beside_the_log() {
    let mut world = World::new(&[]);
    let decided = world.ask("maker/ada", Command::Publish(large("1.0.0", 500_000))).unwrap();
    let entry = world.entries.last().unwrap();
    assert!(entry.to_bytes().len() < 1_000);
    let (digest, document) = &decided.blobs[0];
    assert_eq!(entry.document(), Some(digest));
    let product = world.state.product("pipeline").unwrap();
    let release = product.sequence("core").unwrap().find("1.0.0").unwrap();
    assert_eq!(release.document.get().as_bytes(), document);
}

#[test]
fn an_entry_without_its_document_publishes_nothing() {
    let mut world = World::new(&[]);
    let decided = world.ask("maker/ada", Command::Publish(release("core", "1.0.0"))).unwrap();
    let written = world.entries.last().unwrap();
    let mut entry = Entry::from_bytes(written.seq, &written.to_bytes()).unwrap();
    let mut state = World::new(&[]).state;
    state.apply(&entry);
    assert!(state.product("pipeline").unwrap().sequence("core").is_err());
    for wrong in [None, Some(b"{}".as_slice())] {
        let error = entry.attach(wrong).unwrap_err();
        assert!(matches!(error, UnreadableEntry::Missing { .. }), "{error}");
    }
    entry.attach(Some(&decided.blobs[0].1)).unwrap();
    let mut state = World::new(&[]).state;
    state.apply(&entry);
    assert!(state.product("pipeline").unwrap().sequence("core").is_ok());
}

#[test]
fn what_the_log_cannot_take_is_refused() {
    let mut world = World::new(&[]);
    let follows = (0..9_000).map(|number| version(&format!("0.{number}.0"))).collect();
    let long = Publish { follows: Some(follows), ..release("core", "1.0.0") };
    let refusal = world.ask("maker/ada", Command::Publish(long)).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, "entry-too-long"));
}
