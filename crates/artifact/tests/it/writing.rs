//! Writers that are cut off, meet each other, and clear away what is old.

use std::collections::BTreeMap;

use trainyard_artifact::{Location, StoreError, Writer, tuf::plan};

use crate::site::{CHANNEL, PRODUCT, Site, days, head_at, key, noon, rule};

/// A way to change a repository, and what its head is afterwards.
type Change = (&'static str, fn(&mut Site), &'static str);

const CHANGES: [Change; 5] = [
    ("a promotion", |site| site.promote(PRODUCT, CHANNEL, "two"), "two"),
    (
        "a new channel",
        |site| {
            site.promote(PRODUCT, "lts", "old");
            site.promote(PRODUCT, CHANNEL, "two");
        },
        "two",
    ),
    ("all signatures", |site| site.now += days(150), "one"),
    (
        "new keys for everything",
        |site| {
            site.wanted.roles = trainyard_artifact::tuf::TopRoles::single(key(2).public_key());
            site.wanted.channels[0].keys = rule(&[2], 1);
            site.keys.push(key(2));
            site.promote(PRODUCT, CHANNEL, "two");
        },
        "two",
    ),
    ("a channel that goes", |site| site.wanted.channels.truncate(1), "one"),
];

#[tokio::test]
async fn whoever_is_cut_off_leaves_a_repository_that_clients_accept() {
    for (what, change, head) in CHANGES {
        for written in 0.. {
            let mut site = Site::new();
            site.promote(PRODUCT, CHANNEL, "one");
            site.promote(PRODUCT, "dev", "new");
            site.publish().await;
            let mut client = site.new_client();
            site.head(&mut client).await.unwrap();
            change(&mut site);
            let plan = site.publish_first(written).await;

            // Signatures that are renewed only because time passed were over for clients before.
            let is_renewal = what == "all signatures";
            let told = site.head(&mut client).await;
            if !is_renewal || plan.files.iter().any(|file| !file.is_immutable) {
                let told = told.unwrap_or_else(|error| panic!("{what}, {written}: {error:?}"));
                assert!(["one", "two"].contains(&told.as_str()));
                assert_eq!(site.first_head().await.unwrap(), told, "{what}, {written}");
            }

            // Whoever comes next brings it to its end.
            site.publish().await;
            assert_eq!(site.head(&mut client).await.unwrap(), head, "{what}, {written}");
            assert_eq!(site.first_head().await.unwrap(), head, "{what}, {written}");
            assert!(site.publish().await.is_empty(), "{what}, {written}");
            if plan.files.len() < written {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_was_left_behind_and_signed_by_others_is_taken_up() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    site.wanted.channels[0].keys = rule(&[11, 12], 2);
    site.publish().await;
    for seed in [11, 12] {
        site.offered[0].sign(&key(seed));
    }
    site.publish().await;
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish().await;
    for seed in [11, 12] {
        site.offered[0].sign(&key(seed));
    }
    let plan = site.publish_first(1).await;
    assert_eq!(plan.files[0].path, "metadata/2.ayon.production.json");
    // The envelope got lost on the way, or came back with one more signature: the file that lies there will do.
    site.offered.clear();
    let plan = site.publish().await;
    assert_eq!(plan.waiting, []);
    assert_eq!(site.first_head().await.unwrap(), "two");
}

#[tokio::test]
async fn who_was_cut_off_and_wants_something_else_takes_the_next_version() {
    let mut site = Site::published().await;
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish_first(2).await;
    site.promote(PRODUCT, CHANNEL, "three");
    let plan = site.publish().await;
    let paths: Vec<_> = plan.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["metadata/3.ayon.production.json", "metadata/3.snapshot.json", "metadata/timestamp.json"]
    );
    assert_eq!(site.first_head().await.unwrap(), "three");
}

#[tokio::test]
async fn a_file_that_never_changes_is_not_written_over() {
    let mut site = Site::published().await;
    site.promote(PRODUCT, CHANNEL, "two");
    let (writer, plan) = site.plan().await;
    site.write("metadata/2.snapshot.json", b"somebody else's");
    let error = writer.publish(&plan, &site.contents).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Conflict(path) if path == "metadata/2.snapshot.json"),
        "{error}"
    );
    assert_eq!(site.first_head().await.unwrap(), "one");
    // Read again and planned again, it goes on behind that.
    site.publish().await;
    assert_eq!(site.first_head().await.unwrap(), "two");
}

#[tokio::test]
async fn contents_are_held_against_their_digests() {
    let mut site = Site::new();
    site.promote(PRODUCT, CHANNEL, "one");
    let (writer, plan) = site.plan().await;
    let none = BTreeMap::new();
    assert!(matches!(writer.publish(&plan, &none).await, Err(StoreError::Content(_))));
    let digest = plan.contents[0].digest;
    let (writer, plan) = site.plan().await;
    let wrong = BTreeMap::from([(digest, b"other".to_vec())]);
    assert!(matches!(writer.publish(&plan, &wrong).await, Err(StoreError::Content(_))));
    assert!(!site.path().join("targets").exists());
}

#[tokio::test]
async fn writers_into_a_directory_wait_for_each_other() {
    let site = Site::published().await;
    let (location, wanted) = (site.location.clone(), site.wanted.clone());
    let writers = (0..8_i64).map(|number| {
        let (location, mut wanted) = (location.clone(), wanted.clone());
        tokio::spawn(async move {
            // Each wants signatures that last longer, which makes it write.
            wanted.lifetimes.timestamp = days(20 + 10 * number);
            let now = noon() + days(10 + 30 * number);
            let writer = Writer::open(&location, None).await.unwrap();
            let plan = plan(writer.published(), &wanted, &[], &[key(1)], now).unwrap();
            writer.publish(&plan, &BTreeMap::new()).await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let mut client = site.new_client();
    assert_eq!(head_at(&location, &mut client, PRODUCT, CHANNEL, noon()).await.unwrap(), "one");
}

#[tokio::test]
async fn what_does_not_verify_is_not_built_upon() {
    let site = Site::published().await;
    let timestamp = site.read("metadata/timestamp.json");
    let text = String::from_utf8(timestamp).unwrap().replace("\"version\":1", "\"version\":7");
    site.write("metadata/timestamp.json", text.as_bytes());
    let error = Writer::open(&site.location, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");

    // Somebody else's repository in our place.
    let mut theirs = Site::new();
    theirs.wanted.roles = trainyard_artifact::tuf::TopRoles::single(key(9).public_key());
    theirs.keys = vec![key(9)];
    theirs.publish().await;
    let root = site.read("metadata/1.root.json");
    let error = Writer::open(&theirs.location, Some(&root)).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");

    fs_err::remove_file(site.path().join("metadata/1.root.json")).unwrap();
    let error = Writer::open(&site.location, None).await.unwrap_err();
    assert!(matches!(error, StoreError::NoRoot(_)), "{error}");
}

#[tokio::test]
async fn what_is_old_is_cleared_away_and_nothing_else() {
    let mut site = Site::published().await;
    let mut slow = site.new_client();
    for (day, head) in [(1, "two"), (2, "three"), (3, "two"), (4, "four")] {
        site.now = noon() + days(day);
        site.promote(PRODUCT, CHANNEL, head);
        site.publish().await;
    }
    let (writer, _) = site.plan().await;
    // The files' own times are those of this test's run.
    let kept = writer.collect(days(1), now_of(&site)).await.unwrap();
    assert_eq!(kept.removed, [""; 0]);
    let collected = writer.collect(days(1), now_of(&site) + days(3)).await.unwrap();
    drop(writer);
    let mut removed: Vec<_> =
        collected.removed.iter().map(|path| path.split('/').next_back().unwrap()).collect();
    removed.sort_unstable();
    let digest =
        |text: &str| format!("{}.head.json", trainyard_artifact::Sha256::of(text.as_bytes()));
    let mut expected: Vec<String> = (1..=4)
        .flat_map(|version| {
            [format!("{version}.ayon.production.json"), format!("{version}.snapshot.json")]
        })
        .chain(["one", "two", "three"].map(digest))
        .collect();
    expected.sort_unstable();
    assert_eq!(removed, expected);
    assert!(collected.bytes > 1000);
    assert_eq!(site.first_head().await.unwrap(), "four");
    assert_eq!(site.head(&mut slow).await.unwrap(), "four");

    // What was cleared away comes back when it is wanted again.
    site.promote(PRODUCT, CHANNEL, "one");
    let plan = site.publish().await;
    assert_eq!(plan.contents.len(), 1);
    assert_eq!(site.first_head().await.unwrap(), "one");
}

/// The moment at which the newest file of a site was written.
fn now_of(site: &Site) -> jiff::Timestamp {
    let written = fs_err::metadata(site.path().join("metadata/timestamp.json")).unwrap();
    jiff::Timestamp::try_from(written.modified().unwrap()).unwrap()
}

#[test]
fn places_are_known_by_their_address() {
    let told = |place: &str, options: &[(&str, &str)]| {
        let options: Vec<_> =
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Location::open(place, &options).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(
        told("ftp://example.org", &[]).unwrap_err(),
        "`ftp://example.org` is neither a directory nor an address with s3://, http:// or https://"
    );
    assert_eq!(
        told("s3://bucket", &[("colour", "red")]).unwrap_err(),
        "`colour` is no option of an S3-compatible store"
    );
    assert!(told("https://example.org/snapshots", &[]).is_ok());
    let folder = tempfile::tempdir().unwrap();
    assert!(told(&format!("file://{}/new/folder", folder.path().display()), &[]).is_ok());
    assert!(folder.path().join("new/folder").is_dir());
}
