//! What is written when, and whose signatures it waits for.

use std::fmt::Write as _;

use trainyard_artifact::tuf::{Freshness, Published, TopRoles, Trusted, WantedError, ages, plan};

use crate::site::{CHANNEL, HEAD, PRODUCT, ROLE, Site, days, key, rule};

fn paths(plan: &trainyard_artifact::tuf::Plan) -> Vec<&str> {
    let contents = plan.contents.iter().map(|content| content.path.as_str());
    contents.chain(plan.files.iter().map(|file| file.path.as_str())).collect()
}

#[tokio::test]
async fn what_is_new_comes_before_what_names_it() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    let plan = site.publish().await;
    insta::assert_debug_snapshot!(paths(&plan), @r#"
    [
        "targets/ayon/production/7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed.head.json",
        "metadata/1.root.json",
        "metadata/1.ayon.production.json",
        "metadata/1.targets.json",
        "metadata/1.snapshot.json",
        "metadata/timestamp.json",
    ]
    "#);
    assert_eq!(site.first_head().await.unwrap(), "one");

    site.promote(PRODUCT, CHANNEL, "two");
    let plan = site.publish().await;
    insta::assert_debug_snapshot!(paths(&plan), @r#"
    [
        "targets/ayon/production/3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3.head.json",
        "metadata/2.ayon.production.json",
        "metadata/2.snapshot.json",
        "metadata/timestamp.json",
    ]
    "#);
    assert_eq!(site.first_head().await.unwrap(), "two");
    assert!(site.publish().await.is_empty(), "nothing has changed since");
}

#[tokio::test]
async fn metadata_reads_as_the_specification_has_it() {
    let site = Site::published().await;
    let json =
        |path: &str| -> serde_json::Value { serde_json::from_slice(&site.read(path)).unwrap() };
    insta::assert_json_snapshot!("channel", json("metadata/1.ayon.production.json"));
    insta::assert_json_snapshot!("targets", json("metadata/1.targets.json"));
    insta::assert_json_snapshot!("timestamp", json("metadata/timestamp.json"));
}

#[tokio::test]
async fn signatures_are_renewed_after_a_seventh_of_their_life() {
    let mut site = Site::published().await;
    for (after, expected) in [
        (0, &[][..]),
        (1, &["metadata/timestamp.json"]),
        (2, &["metadata/2.snapshot.json", "metadata/timestamp.json"]),
        (
            13,
            &[
                "metadata/2.ayon.production.json",
                "metadata/3.snapshot.json",
                "metadata/timestamp.json",
            ],
        ),
    ] {
        site.now = crate::site::noon() + days(after);
        assert_eq!(paths(&site.publish().await), expected, "after {after} days");
        assert_eq!(site.first_head().await.unwrap(), "one");
    }
}

#[tokio::test]
async fn an_alarm_is_raised_where_renewing_failed() {
    let mut site = Site::published().await;
    let (writer, _) = site.plan().await;
    let mut told = String::new();
    for hours in [0, 23, 24, 47, 49, 167, 168] {
        let now = site.now + jiff::SignedDuration::from_hours(hours);
        let ages = ages(writer.published(), &site.wanted.lifetimes, now);
        let timestamp = ages.iter().find(|age| age.role == "timestamp").unwrap();
        let (part, freshness) = (timestamp.part_left, timestamp.freshness);
        writeln!(told, "{hours:3} h: {part:.2} {freshness:?}").unwrap();
    }
    insta::assert_snapshot!(told, @r"
      0 h: 1.00 Fresh
     23 h: 0.86 Fresh
     24 h: 0.86 Due
     47 h: 0.72 Due
     49 h: 0.71 Late
    167 h: 0.01 Late
    168 h: 0.00 Expired
    ");
    site.now += days(400);
    drop(writer);
    site.publish().await;
    let (writer, _) = site.plan().await;
    let ages = ages(writer.published(), &site.wanted.lifetimes, site.now);
    assert!(ages.iter().all(|age| age.freshness == Freshness::Fresh), "{ages:?}");
    assert_eq!(ages.len(), 5);
}

#[tokio::test]
async fn a_channel_waits_for_its_own_keys_and_nothing_waits_for_it() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    site.promote(PRODUCT, "latest", "one");
    site.wanted.channels[0].keys = rule(&[11, 12, 13], 2);
    let plan = site.publish().await;
    assert_eq!(plan.waiting.len(), 1);
    assert_eq!(
        (&*plan.waiting[0].role, plan.waiting[0].signed, plan.waiting[0].threshold),
        (ROLE, 0, 2)
    );
    assert!(site.first_head().await.is_err(), "it is no channel yet");

    // The same file is signed by one after the other, as a file.
    site.offered[0].sign(&key(11));
    assert_eq!(site.publish().await.waiting[0].signed, 1);
    assert!(site.first_head().await.is_err());
    let mut handed = trainyard_artifact::tuf::Envelope::read(&site.offered[0].to_bytes()).unwrap();
    handed.sign(&key(13));
    site.offered = vec![handed];
    assert_eq!(site.publish().await.waiting, []);
    assert_eq!(site.first_head().await.unwrap(), "one");

    // A promotion waits again, and its channel stays; the other one goes on.
    site.promote(PRODUCT, CHANNEL, "two");
    site.promote(PRODUCT, "latest", "two");
    let plan = site.publish().await;
    assert_eq!(plan.waiting.len(), 1);
    assert_eq!(site.first_head().await.unwrap(), "one");
    assert_eq!(site.first_head_of("latest").await.unwrap(), "two");

    // What waits stays the same while days go by, so that signers sign one thing.
    site.now += days(3);
    let later = site.publish().await;
    assert_eq!(later.waiting[0].envelope, plan.waiting[0].envelope);
    for seed in [12, 13] {
        site.offered[0].sign(&key(seed));
    }
    site.publish().await;
    assert_eq!(site.first_head().await.unwrap(), "two");
}

#[tokio::test]
async fn signatures_for_something_else_do_not_count() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    site.wanted.channels[0].keys = rule(&[11, 12], 2);
    site.publish().await;
    site.offered[0].sign(&key(11));
    site.offered[0].sign(&key(12));
    // Before it is published, the head becomes another.
    site.promote(PRODUCT, CHANNEL, "two");
    let plan = site.publish().await;
    assert_eq!(plan.waiting[0].signed, 0);
    // Keys that the rule does not name are passed over, even where they are enough.
    site.offered[0].sign(&key(20));
    site.offered[0].sign(&key(21));
    assert_eq!(site.publish().await.waiting[0].signed, 0);
}

#[tokio::test]
async fn a_channel_moves_to_new_keys_with_both_signatures() {
    let mut site = Site::published().await;
    site.wanted.channels[0].keys = rule(&[11], 1);
    let plan = site.publish().await;
    assert!(plan.is_empty(), "{:?}", paths(&plan));
    assert_eq!(plan.waiting.len(), 1);
    site.offered[0].sign(&key(11));
    let plan = site.publish().await;
    assert_eq!(
        paths(&plan),
        [
            "metadata/2.ayon.production.json",
            "metadata/2.targets.json",
            "metadata/2.snapshot.json",
            "metadata/timestamp.json"
        ]
    );
    assert_eq!(site.first_head().await.unwrap(), "one");
}

#[tokio::test]
async fn new_content_does_not_wait_for_new_keys() {
    let mut site = Site::published().await;
    site.wanted.channels[0].keys = rule(&[11], 1);
    site.promote(PRODUCT, CHANNEL, "two");
    assert_eq!(site.publish().await.waiting.len(), 1);
    assert_eq!(site.first_head().await.unwrap(), "two");
    let plan = site.publish().await;
    assert!(plan.is_empty(), "{:?}", paths(&plan));
}

#[tokio::test]
async fn a_list_of_channels_can_be_signed_offline() {
    let mut site = Site::new();
    site.wanted.roles.targets = rule(&[31], 1);
    site.promote(PRODUCT, CHANNEL, "one");
    let plan = site.publish().await;
    assert!(plan.is_empty());
    assert_eq!(plan.waiting[0].role, "targets");
    site.offered[0].sign(&key(31));
    site.publish().await;
    assert_eq!(site.first_head().await.unwrap(), "one");

    // Promotions do not need that key; new channels and channels that go do.
    site.promote(PRODUCT, CHANNEL, "two");
    assert_eq!(site.publish().await.waiting, []);
    site.promote(PRODUCT, "lts", "old");
    site.promote(PRODUCT, CHANNEL, "three");
    assert_eq!(site.publish().await.waiting[0].role, "targets");
    assert_eq!(site.first_head().await.unwrap(), "three");
    site.offered[0].sign(&key(31));
    assert_eq!(site.publish().await.waiting, []);
    site.wanted.channels.truncate(1);
    assert_eq!(site.publish().await.waiting[0].role, "targets");
    site.offered[0].sign(&key(31));
    assert_eq!(site.publish().await.waiting, []);
    let lts = site.first_head_of("lts").await;
    assert_eq!(lts.unwrap_err().refusal().unwrap().name(), "no-channel");
}

#[tokio::test]
async fn keys_are_replaced_without_a_moment_of_refusal() {
    let mut site = Site::published().await;
    let mut client = site.new_client();
    assert_eq!(site.head(&mut client).await.unwrap(), "one");
    site.wanted.roles = TopRoles {
        root: rule(&[2, 3], 2),
        targets: rule(&[4], 1),
        snapshot: rule(&[5], 1),
        timestamp: rule(&[6], 1),
    };
    site.wanted.channels[0].keys = rule(&[2], 1);
    site.keys = (1..=6).map(key).collect();
    let plan = site.publish().await;
    assert!(!plan.has_gap);
    assert_eq!(plan.files.last().unwrap().path, "metadata/2.root.json");
    assert_eq!(site.head(&mut client).await.unwrap(), "one");
    assert_eq!(site.first_head().await.unwrap(), "one");

    // The old key is worth nothing now.
    site.keys = (2..=6).map(key).collect();
    site.promote(PRODUCT, CHANNEL, "two");
    assert_eq!(site.publish().await.waiting, []);
    assert_eq!(site.head(&mut client).await.unwrap(), "two");
}

#[tokio::test]
async fn a_root_is_signed_by_the_old_keys_and_the_new() {
    let mut site = Site::published().await;
    site.wanted.roles.root = rule(&[2, 3], 2);
    let plan = site.publish().await;
    assert_eq!((&*plan.waiting[0].role, plan.waiting[0].signed), ("root", 0));
    for seed in [2, 3] {
        site.offered[0].sign(&key(seed));
    }
    // The old key is here, and signs by itself.
    assert_eq!(paths(&site.publish().await), ["metadata/2.root.json"]);
    assert_eq!(site.first_head().await.unwrap(), "one");
}

#[tokio::test]
async fn a_lost_key_is_replaced_with_a_gap_that_is_told() {
    let mut site = Site::new();
    site.wanted.roles.timestamp = rule(&[6], 1);
    site.keys.push(key(6));
    site.promote(PRODUCT, CHANNEL, "one");
    site.publish().await;
    site.wanted.roles.timestamp = rule(&[7], 1);
    site.keys = vec![key(1), key(7)];
    let plan = site.publish_first(usize::MAX).await;
    assert!(plan.has_gap);
    assert_eq!(paths(&plan), ["metadata/2.root.json", "metadata/timestamp.json"]);
    assert_eq!(site.first_head().await.unwrap(), "one");
}

#[tokio::test]
async fn who_is_cut_off_in_the_gap_goes_on() {
    let mut site = Site::new();
    site.wanted.roles.timestamp = rule(&[6], 1);
    site.keys.push(key(6));
    site.promote(PRODUCT, CHANNEL, "one");
    site.publish().await;
    site.wanted.roles.timestamp = rule(&[7], 1);
    site.keys = vec![key(1), key(7)];
    site.publish_first(1).await;
    assert_eq!(site.first_head().await.unwrap_err().refusal().unwrap().name(), "signatures");
    assert_eq!(paths(&site.publish().await), ["metadata/timestamp.json"]);
    assert_eq!(site.first_head().await.unwrap(), "one");
}

#[tokio::test]
async fn a_new_root_waits_for_what_is_below_it() {
    let mut site = Site::published().await;
    site.wanted.roles.targets = rule(&[31], 1);
    let plan = site.publish().await;
    assert!(plan.is_empty(), "{:?}", paths(&plan));
    assert_eq!(plan.waiting.iter().map(|waiting| &*waiting.role).collect::<Vec<_>>(), ["targets"]);
    assert_eq!(site.first_head().await.unwrap(), "one");
    site.offered[0].sign(&key(31));
    let plan = site.publish().await;
    assert_eq!(
        paths(&plan),
        [
            "metadata/2.targets.json",
            "metadata/2.snapshot.json",
            "metadata/timestamp.json",
            "metadata/2.root.json"
        ]
    );
    assert_eq!(site.first_head().await.unwrap(), "one");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let refusal = |change: &dyn Fn(&mut Site)| -> WantedError {
        let mut site = Site::new();
        site.promote(PRODUCT, CHANNEL, "one");
        change(&mut site);
        plan(&Published::default(), &site.wanted, &[], &site.keys, site.now).unwrap_err()
    };
    for name in ["", "..", "a/b", ".hidden", "ü", "a b", "%2e", &"x".repeat(101)] {
        let told = refusal(&|site| site.wanted.channels[0].channel = name.to_owned());
        assert!(matches!(told, WantedError::Name(_)), "{name}: {told}");
        let told = refusal(&|site| site.wanted.channels[0].targets[0].name = name.to_owned());
        assert!(matches!(told, WantedError::Name(_)), "{name}: {told}");
    }
    let told = refusal(&|site| {
        site.promote("ayon.production", "x", "one");
        site.promote("ayon", "production.x", "one");
    });
    assert_eq!(told, WantedError::Twice("ayon.production.x".to_owned()));
    let told = refusal(&|site| {
        let target = site.wanted.channels[0].targets[0].clone();
        site.wanted.channels[0].targets.push(target);
    });
    assert_eq!(told, WantedError::Twice(HEAD.to_owned()));
    for (seeds, threshold) in [(&[1, 2][..], 0), (&[1, 2], 3), (&[1, 1], 2), (&[], 1)] {
        let told = refusal(&|site| site.wanted.channels[0].keys = rule(seeds, threshold));
        assert!(matches!(told, WantedError::Threshold { .. }), "{told}");
        let told = refusal(&|site| site.wanted.roles.root = rule(seeds, threshold));
        assert!(matches!(told, WantedError::Threshold { .. }), "{told}");
    }
}

#[test]
fn a_client_begins_with_a_root_that_signed_itself() {
    let begin = |root: &[u8]| {
        let aim = trainyard_artifact::tuf::Aim::Everything;
        trainyard_artifact::tuf::Update::begin(Trusted::new(root), aim, crate::site::noon())
    };
    assert_eq!(begin(b"{}").unwrap_err().name(), "form");
    let site = Site::new();
    let plan = plan(&Published::default(), &site.wanted, &[], &site.keys, site.now).unwrap();
    let root = plan.files.into_iter().find(|file| file.path.contains("root")).unwrap();
    assert!(begin(&root.bytes).is_ok());
    let text = String::from_utf8(root.bytes).unwrap().replace("2028", "2029");
    assert_eq!(begin(text.as_bytes()).unwrap_err().name(), "signatures");
}
