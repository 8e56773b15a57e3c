//! The attacks that the specification names, each of which our client refuses.

use jiff::Timestamp;
use serde_json::{Value, json};
use trainyard_artifact::{
    Sha256,
    tuf::{Aim, Envelope, Refusal, Trusted, Update, canonical, verify_target},
};
use trainyard_attest::PrivateKey;

use crate::site::{CHANNEL, HEAD, PRODUCT, ROLE, Site, days, key, rule};

/// Changes what a file says, and signs it with some keys, as one does who holds them.
pub(crate) fn forge(bytes: &[u8], keys: &[PrivateKey], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut file: Value = serde_json::from_slice(bytes).unwrap();
    change(&mut file["signed"]);
    file["signatures"] = json!([]);
    let mut envelope = Envelope::read(&canonical(&file).unwrap()).unwrap();
    for key in keys {
        envelope.sign(key);
    }
    envelope.to_bytes()
}

fn name(outcome: Result<String, trainyard_artifact::StoreError>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(error) => error.refusal().map_or("another error", Refusal::name),
    }
}

/// Puts a forged snapshot in place of version 2, with a timestamp that names it.
fn forge_snapshot(site: &Site, change: impl FnOnce(&mut Value)) {
    let snapshot = forge(&site.read("metadata/2.snapshot.json"), &[key(1)], change);
    site.write("metadata/2.snapshot.json", &snapshot);
    forge_timestamp(site, &snapshot);
}

fn forge_timestamp(site: &Site, snapshot: &[u8]) {
    let timestamp = forge(&site.read("metadata/timestamp.json"), &[key(1)], |signed| {
        let meta = &mut signed["meta"]["snapshot.json"];
        meta["length"] = json!(snapshot.len());
        meta["hashes"]["sha256"] = json!(Sha256::of(snapshot).to_string());
    });
    site.write("metadata/timestamp.json", &timestamp);
}

async fn promoted() -> (Site, Trusted, tempfile::TempDir) {
    let mut site = Site::published().await;
    let before = site.copy();
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish().await;
    let mut client = site.new_client();
    assert_eq!(site.head(&mut client).await.unwrap(), "two");
    (site, client, before)
}

#[tokio::test]
async fn rollback() {
    let (site, mut client, before) = promoted().await;
    site.put_back(&before);
    assert_eq!(name(site.head(&mut client).await), "rollback");
    // What is trusted already stays; the attack is no way to forget.
    assert_eq!(name(site.head(&mut client).await), "rollback");
}

#[tokio::test]
async fn rollback_of_the_snapshot_by_who_holds_the_timestamp() {
    let (site, mut client, _) = promoted().await;
    let snapshot = site.read("metadata/1.snapshot.json");
    let timestamp = forge(&site.read("metadata/timestamp.json"), &[key(1)], |signed| {
        signed["version"] = json!(9);
        signed["meta"]["snapshot.json"] = json!({"version": 1, "length": snapshot.len(),
            "hashes": {"sha256": Sha256::of(&snapshot).to_string()}});
    });
    site.write("metadata/timestamp.json", &timestamp);
    assert_eq!(name(site.head(&mut client).await), "rollback");
}

#[tokio::test]
async fn rollback_of_a_channel_by_who_holds_the_snapshot() {
    let (mut site, mut client, _) = promoted().await;
    site.promote(PRODUCT, CHANNEL, "three");
    site.publish().await;
    let channel = site.read("metadata/1.ayon.production.json");
    let snapshot = forge(&site.read("metadata/3.snapshot.json"), &[key(1)], |signed| {
        signed["meta"]["ayon.production.json"] = json!({"version": 1, "length": channel.len(),
            "hashes": {"sha256": Sha256::of(&channel).to_string()}});
    });
    site.write("metadata/3.snapshot.json", &snapshot);
    forge_timestamp(&site, &snapshot);
    assert_eq!(name(site.head(&mut client).await), "rollback");
}

#[tokio::test]
async fn a_channel_that_vanishes_from_the_snapshot() {
    let (mut site, mut client, _) = promoted().await;
    site.promote(PRODUCT, CHANNEL, "three");
    site.publish().await;
    let snapshot = forge(&site.read("metadata/3.snapshot.json"), &[key(1)], |signed| {
        signed["meta"].as_object_mut().unwrap().remove("ayon.production.json");
    });
    site.write("metadata/3.snapshot.json", &snapshot);
    forge_timestamp(&site, &snapshot);
    assert_eq!(name(site.head(&mut client).await), "missing");
}

#[tokio::test]
async fn indefinite_freeze() {
    let (mut site, mut client, _) = promoted().await;
    site.now += days(7);
    assert_eq!(name(site.head(&mut client).await), "expired");
    assert_eq!(name(site.first_head().await), "expired");
    // One second earlier it was fine.
    site.now -= jiff::SignedDuration::from_secs(1);
    assert_eq!(name(site.head(&mut client).await), "accepted");
}

#[tokio::test]
async fn freeze_of_each_role() {
    for (path, life) in [("root", 730), ("targets", 365), ("ayon.production", 90), ("snapshot", 14)]
    {
        let mut site = Site::published().await;
        // All others are given a longer life than this one.
        let lifetimes = &mut site.wanted.lifetimes;
        for lifetime in [
            &mut lifetimes.root,
            &mut lifetimes.targets,
            &mut lifetimes.channel,
            &mut lifetimes.snapshot,
            &mut lifetimes.timestamp,
        ] {
            *lifetime = days(10_000);
        }
        match path {
            "root" => lifetimes.root = days(life),
            "targets" => lifetimes.targets = days(life),
            "snapshot" => lifetimes.snapshot = days(life),
            _ => lifetimes.channel = days(life),
        }
        let folder = tempfile::tempdir().unwrap();
        site.location =
            trainyard_artifact::Location::open(folder.path().to_str().unwrap(), &[]).unwrap();
        site.folder = folder;
        site.publish().await;
        assert_eq!(name(site.first_head().await), "accepted", "{path}");
        site.now += days(life);
        assert_eq!(name(site.first_head().await), "expired", "{path}");
    }
}

#[tokio::test]
async fn mix_and_match() {
    let (site, _, before) = promoted().await;
    let now = site.copy();
    // Yesterday's channel beside today's snapshot.
    let old = fs_err::read(before.path().join("metadata/1.ayon.production.json")).unwrap();
    site.write("metadata/2.ayon.production.json", &old);
    assert!(matches!(name(site.first_head().await), "content" | "too-long"));
    site.put_back(&now);
    // Yesterday's snapshot beside today's timestamp.
    let old = fs_err::read(before.path().join("metadata/1.snapshot.json")).unwrap();
    site.write("metadata/2.snapshot.json", &old);
    assert_eq!(name(site.first_head().await), "content");
    site.put_back(&now);
    assert_eq!(name(site.first_head().await), "accepted");
}

#[tokio::test]
async fn versions_that_lie() {
    let (site, _, _) = promoted().await;
    // A snapshot that is called version 2 and says that it is version 7.
    forge_snapshot(&site, |signed| signed["version"] = json!(7));
    assert_eq!(name(site.first_head().await), "version");
    forge_snapshot(&site, |signed| signed["version"] = json!(0));
    assert_eq!(name(site.first_head().await), "form");
}

#[tokio::test]
async fn arbitrary_software() {
    let (site, _, _) = promoted().await;
    let path = format!("targets/ayon/production/{}.head.json", Sha256::of(b"two"));
    for (content, expected) in
        [(&b"six"[..], "content"), (b"tw", "content"), (b"", "content"), (b"twoo", "too-long")]
    {
        site.write(&path, content);
        assert_eq!(name(site.first_head().await), expected);
    }
    fs_err::remove_file(site.path().join(path)).unwrap();
    assert_eq!(name(site.first_head().await), "missing");
}

#[tokio::test]
async fn endless_data() {
    let (site, _, _) = promoted().await;
    for (path, size) in [
        ("metadata/timestamp.json", 17_000),
        ("metadata/2.snapshot.json", 2_000_000),
        ("metadata/1.targets.json", 5_000_000),
        ("metadata/2.ayon.production.json", 5_000_000),
        ("metadata/2.root.json", 600_000),
    ] {
        let before = site.copy();
        site.write(path, &vec![b' '; size]);
        assert_eq!(name(site.first_head().await), "too-long", "{path}");
        if path.contains("root") {
            fs_err::remove_file(site.path().join(path)).unwrap();
        }
        site.put_back(&before);
    }
    // A length that is signed is no reason to take it.
    forge_snapshot(&site, |signed| {
        signed["meta"]["targets.json"] = json!({"version": 1, "length": u64::MAX});
    });
    let mut update =
        Update::begin(site.new_client(), Aim::channel(PRODUCT, CHANNEL), site.now).unwrap();
    while let Some(fetch) = update.next() {
        assert!(fetch.at_most <= 5_000_000, "{fetch:?}");
        let Ok(bytes) = fs_err::read(site.path().join(&fetch.path)) else {
            update.give(None).unwrap();
            continue;
        };
        if let Err(refusal) = update.give(Some(&bytes)) {
            assert_eq!(refusal.name(), "content");
            return;
        }
    }
    panic!("a file of another length was accepted");
}

#[tokio::test]
async fn fast_forward() {
    let mut site = Site::new();
    site.wanted.roles.timestamp = rule(&[6], 1);
    site.wanted.roles.snapshot = rule(&[6], 1);
    site.keys.push(key(6));
    site.promote(PRODUCT, CHANNEL, "one");
    site.publish().await;
    let mut client = site.new_client();
    // Somebody has key 6 for a while, and gives the highest versions away.
    let before = site.copy();
    let snapshot = forge(&site.read("metadata/1.snapshot.json"), &[key(6)], |signed| {
        signed["version"] = json!(u64::MAX);
    });
    site.write(&format!("metadata/{}.snapshot.json", u64::MAX), &snapshot);
    let timestamp = forge(&site.read("metadata/timestamp.json"), &[key(6)], |signed| {
        signed["version"] = json!(u64::MAX);
        signed["meta"]["snapshot.json"] = json!({"version": u64::MAX});
    });
    site.write("metadata/timestamp.json", &timestamp);
    assert_eq!(name(site.head(&mut client).await), "accepted");
    site.put_back(&before);
    fs_err::remove_file(site.path().join(format!("metadata/{}.snapshot.json", u64::MAX))).unwrap();
    assert_eq!(name(site.head(&mut client).await), "rollback");
    // The key is replaced, and the old one does not sign any more: the client comes back.
    site.wanted.roles.timestamp = rule(&[7], 1);
    site.wanted.roles.snapshot = rule(&[7], 1);
    site.keys = vec![key(1), key(7)];
    site.publish().await;
    assert_eq!(name(site.head(&mut client).await), "accepted");
}

#[tokio::test]
async fn thresholds_count_keys() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    site.wanted.channels[0].keys = rule(&[11, 12, 13], 2);
    site.keys.extend([key(11), key(12)]);
    site.publish().await;
    assert_eq!(name(site.first_head().await), "accepted");
    let channel = site.read("metadata/1.ayon.production.json");
    let targets = site.read("metadata/1.targets.json");

    // Snapshot and timestamp are the attacker's, so that only the channel's own keys are in the way.
    let with_channel = |bytes: &[u8], list: &[u8]| {
        site.write("metadata/1.ayon.production.json", bytes);
        site.write("metadata/1.targets.json", list);
        let snapshot = forge(&site.read("metadata/1.snapshot.json"), &[key(1)], |signed| {
            signed["meta"] =
                json!({"targets.json": {"version": 1}, "ayon.production.json": {"version": 1}});
        });
        site.write("metadata/1.snapshot.json", &snapshot);
        forge_timestamp(&site, &snapshot);
    };
    let by = |seeds: &[u8]| {
        let keys: Vec<_> = seeds.iter().map(|seed| key(*seed)).collect();
        forge(&channel, &keys, |_| ())
    };
    for (seeds, expected) in [
        (&[][..], "signatures"),
        (&[11], "signatures"),
        (&[11, 20, 21, 1], "signatures"),
        (&[11, 13], "accepted"),
    ] {
        with_channel(&by(seeds), &targets);
        assert_eq!(name(site.first_head().await), expected, "{seeds:?}");
    }

    // One signature twice.
    let mut twice: Value = serde_json::from_slice(&by(&[11])).unwrap();
    let signature = twice["signatures"][0].clone();
    twice["signatures"].as_array_mut().unwrap().push(signature);
    with_channel(&canonical(&twice).unwrap(), &targets);
    assert_eq!(name(site.first_head().await), "form");

    // One key under two names, in a list of channels that its owner got signed.
    let id = trainyard_artifact::tuf::key_id(&key(11).public_key());
    let list = forge(&targets, &[key(1)], |signed| {
        let delegations = &mut signed["delegations"];
        let again = delegations["keys"][&id].clone();
        delegations["keys"]["again"] = again;
        delegations["roles"][0]["keyids"] = json!([id, "again"]);
    });
    let mut doubled: Value = serde_json::from_slice(&by(&[11])).unwrap();
    let mut signature = doubled["signatures"][0].clone();
    signature["keyid"] = json!("again");
    doubled["signatures"].as_array_mut().unwrap().push(signature);
    with_channel(&canonical(&doubled).unwrap(), &list);
    assert_eq!(name(site.first_head().await), "signatures");

    // A threshold of nothing.
    let list = forge(&targets, &[key(1)], |signed| {
        signed["delegations"]["roles"][0]["threshold"] = json!(0);
    });
    with_channel(&by(&[]), &list);
    assert_eq!(name(site.first_head().await), "signatures");
}

#[tokio::test]
async fn one_channel_for_another() {
    // DEV's metadata, signed by DEV's keys, served as that of PRODUCTION.
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    site.promote(PRODUCT, "dev", "broken");
    site.wanted.channels[1].keys = rule(&[11], 1);
    site.keys.push(key(11));
    site.publish().await;
    let dev = site.read("metadata/1.ayon.dev.json");
    site.write("metadata/1.ayon.production.json", &dev);
    let snapshot = forge(&site.read("metadata/1.snapshot.json"), &[key(1)], |signed| {
        let meta = signed["meta"]["ayon.dev.json"].clone();
        signed["meta"]["ayon.production.json"] = meta;
    });
    site.write("metadata/1.snapshot.json", &snapshot);
    forge_timestamp(&site, &snapshot);
    assert_eq!(name(site.first_head().await), "signatures");
}

#[tokio::test]
async fn a_channel_that_speaks_of_another() {
    let site = Site::published().await;
    let channel = forge(&site.read("metadata/1.ayon.production.json"), &[key(1)], |signed| {
        let head = signed["targets"][HEAD].clone();
        signed["targets"]["ayon/lts/head.json"] = head;
    });
    site.write("metadata/1.ayon.production.json", &channel);
    let snapshot = forge(&site.read("metadata/1.snapshot.json"), &[key(1)], |signed| {
        signed["meta"][format!("{ROLE}.json")] = json!({"version": 1});
    });
    site.write("metadata/1.snapshot.json", &snapshot);
    forge_timestamp(&site, &snapshot);
    assert_eq!(name(site.first_head().await), "outside");
}

#[tokio::test]
async fn roots_follow_each_other() {
    let mut site = Site::published().await;
    let first = site.read("metadata/1.root.json");
    let stranger = forge(&first, &[key(9)], |signed| {
        signed["version"] = json!(2);
        let key_9 = trainyard_artifact::tuf::Key::new(&key(9).public_key());
        signed["keys"] = json!({ key_9.id(): key_9 });
        for role in ["root", "targets", "snapshot", "timestamp"] {
            signed["roles"][role] = json!({"keyids": [key_9.id()], "threshold": 1});
        }
    });
    site.write("metadata/2.root.json", &stranger);
    assert_eq!(name(site.first_head().await), "signatures");
    for version in [1, 3] {
        let skipped = forge(&first, &[key(1)], |signed| signed["version"] = json!(version));
        site.write("metadata/2.root.json", &skipped);
        assert_eq!(name(site.first_head().await), "version");
    }
    fs_err::remove_file(site.path().join("metadata/2.root.json")).unwrap();
    // Many roots in a row are followed, expired ones in between too.
    for _ in 0..5 {
        site.now += days(731);
        site.publish().await;
    }
    assert_eq!(name(site.first_head().await), "accepted");
    let update = Update::begin(site.new_client(), Aim::Everything, site.now);
    let mut update = update.unwrap();
    site.location.follow(&mut update).await.unwrap();
    assert_eq!(update.root().version, 6);
}

#[tokio::test]
async fn more_roots_than_are_followed() {
    let site = Site::published().await;
    let first = site.read("metadata/1.root.json");
    let mut update = Update::begin(site.new_client(), Aim::Everything, site.now).unwrap();
    let mut outcome = Ok(());
    for version in 2..300 {
        let root = forge(&first, &[key(1)], |signed| signed["version"] = json!(version));
        outcome = update.give(Some(&root));
        if outcome.is_err() {
            break;
        }
    }
    assert_eq!(outcome.unwrap_err().name(), "too-many-roots");
    assert_eq!(update.root().version, 258);
}

#[tokio::test]
async fn one_flipped_bit() {
    let site = Site::published().await;
    let paths = ["1.ayon.production.json", "1.targets.json", "1.snapshot.json", "timestamp.json"];
    let mut flipped = 0_u32;
    for path in paths.map(|path| format!("metadata/{path}")) {
        let bytes = site.read(&path);
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            site.write(&path, &changed);
            let told = name(site.first_head().await);
            assert_ne!(told, "accepted", "bit {} of byte {at} of {path}", at % 8);
            flipped += 1;
        }
        site.write(&path, &bytes);
    }
    assert!(flipped > 300, "{flipped}");
}

#[tokio::test]
async fn nothing_makes_a_client_panic() {
    let site = Site::published().await;
    let deep = "[".repeat(10_000);
    let garbage: [&[u8]; 9] = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        deep.as_bytes(),
        br#"{"signatures":[],"signed":{}}"#,
        br#"{"signatures":[{"keyid":"x","sig":"zz"}],"signed":{"_type":"timestamp","spec_version":"1.0.34","version":1.5}}"#,
        br#"{"signatures":[],"signed":{"_type":"timestamp","spec_version":"2.0","version":1,"expires":"2030-01-01T00:00:00Z","meta":{}}}"#,
    ];
    for bytes in garbage {
        site.write("metadata/timestamp.json", bytes);
        assert_eq!(name(site.first_head().await), "form");
    }
    assert_eq!(
        Envelope::read(
            &canonical(
                &json!({"signed": 1, "signatures": vec![json!({"keyid": "a", "sig": ""}); 300]})
            )
            .unwrap()
        )
        .unwrap_err()
        .to_string(),
        "it has 300 signatures, more than 256"
    );
}

#[tokio::test]
async fn the_clock_of_a_client_is_read_once() {
    // A client that begins in time ends well, however long its fetching takes: nothing else asks for the time.
    let site = Site::published().await;
    let moment: Timestamp = "2026-11-28T11:59:59Z".parse().unwrap();
    let mut update = Update::begin(site.new_client(), Aim::Everything, moment).unwrap();
    site.location.follow(&mut update).await.unwrap();
    let (file, _) = update.target(ROLE, HEAD).unwrap();
    assert!(verify_target(HEAD, &file, b"one").is_ok());
    assert_eq!(verify_target(HEAD, &file, b"two").unwrap_err().name(), "content");
}
