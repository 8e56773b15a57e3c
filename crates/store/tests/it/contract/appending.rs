//! The log.

use std::time::Duration;

use trainyard_store::{Append, AppendError, Appended, NewEntry, Store, StoreError, leaf_of};

use crate::support::{append, bodies, entry};

super::parts!(
    entries_come_back_as_they_went_in,
    others_win_and_nothing_of_ours_is_kept,
    exactly_one_of_many_writers_wins,
    appends_of_nothing_hold_the_place,
    many_entries_go_in_at_once,
    pages_and_replays_give_every_entry_once,
    blobs_are_kept_by_their_digests,
    what_does_not_hold_together_is_refused,
    appends_that_are_given_up_leave_no_half,
);

async fn entries_come_back_as_they_went_in(store: Store) {
    assert_eq!(store.size().await.unwrap(), 0);
    assert_eq!(store.entries(0, 10).await.unwrap(), []);
    // Any bytes, any text, any time.
    let bodies: [&[u8]; 4] = [b"{}", b"", &[0, 255, 10], "größe 🚂".as_bytes()];
    let kinds = ["release.published", "", "größe 🚂", "'; DROP TABLE entry; --"];
    let times = [0, -1, i64::MAX, i64::MIN];
    let entries: Vec<_> = (0..4)
        .map(|index| NewEntry {
            at_us: times[index],
            kind: kinds[index],
            body: bodies[index],
            leaf: leaf_of(bodies[index]),
        })
        .collect();
    let append = Append { after: 0, entries: &entries, ..Append::default() };
    assert_eq!(store.append(&append).await.unwrap(), Appended { first: 0, size: 4 });
    let stored = store.entries(0, 10).await.unwrap();
    assert_eq!(stored.len(), 4);
    for (number, (stored, entry)) in (0..).zip(stored.iter().zip(&entries)) {
        assert_eq!(stored.number, number);
        assert_eq!((stored.body.as_slice(), stored.leaf), (entry.body, entry.leaf));
    }
    assert_eq!(store.size().await.unwrap(), 4);
}

async fn others_win_and_nothing_of_ours_is_kept(store: Store) {
    append(&store, 0, &["theirs"]).await.unwrap();
    for known in [0, 2, 1 << 40] {
        let ours = [entry("ours")];
        let blob: (&str, &[u8]) =
            ("sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", b"foo");
        let append = Append { after: known, entries: &ours, blobs: &[blob], ..Append::default() };
        let refused = store.append(&append).await.unwrap_err();
        assert!(matches!(refused, AppendError::Moved { size: 1 }), "{known}: {refused:?}");
        assert_eq!(store.blob(blob.0).await.unwrap(), None);
    }
    assert_eq!(bodies(&store, 0).await, ["theirs"]);
}

async fn exactly_one_of_many_writers_wins(store: Store) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = store.clone();
        writers.spawn(async move {
            let mut won = 0;
            while won < 10 {
                let after = store.size().await.unwrap();
                let body = format!("{writer}/{won}");
                match append(&store, after, &[&body]).await {
                    Ok(appended) => {
                        assert_eq!(appended, Appended { first: after, size: after + 1 });
                        won += 1;
                    }
                    Err(AppendError::Moved { size }) => assert!(size > after),
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let mut kept = bodies(&store, 0).await;
    kept.sort();
    let mut expected: Vec<_> =
        (0..8).flat_map(|writer| (0..10).map(move |won| format!("{writer}/{won}"))).collect();
    expected.sort();
    assert_eq!(kept, expected);
}

async fn appends_of_nothing_hold_the_place(store: Store) {
    assert_eq!(append(&store, 0, &[]).await.unwrap(), Appended { first: 0, size: 0 });
    append(&store, 0, &["one"]).await.unwrap();
    let moved = append(&store, 0, &[]).await.unwrap_err();
    assert!(matches!(moved, AppendError::Moved { size: 1 }), "{moved:?}");
}

async fn many_entries_go_in_at_once(store: Store) {
    let texts: Vec<_> = (0..3_000).map(|number| format!("entry {number}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let appended = append(&store, 0, &texts).await.unwrap();
    assert_eq!(appended, Appended { first: 0, size: 3_000 });
    assert_eq!(bodies(&store, 2_998).await, ["entry 2998", "entry 2999"]);
}

async fn pages_and_replays_give_every_entry_once(store: Store) {
    let texts: Vec<_> = (0..9_000).map(|number| number.to_string()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    append(&store, 0, &texts).await.unwrap();
    assert_eq!(store.entries(8_999, 10).await.unwrap().len(), 1);
    assert_eq!(store.entries(9_000, 10).await.unwrap(), []);
    assert_eq!(store.entries(10, 0).await.unwrap(), []);
    let numbers: Vec<_> =
        store.entries(10, 3).await.unwrap().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [10, 11, 12]);

    let mut expected = 5;
    let replayed = store
        .replay(5, |entry| {
            assert_eq!((entry.number, entry.body), (expected, expected.to_string().into_bytes()));
            expected += 1;
            Ok::<_, ()>(())
        })
        .await;
    assert_eq!(replayed.unwrap(), Ok(9_000));
    assert_eq!(expected, 9_000);
    let stopped = store
        .replay(0, |entry| if entry.number == 7 { Err("seven") } else { Ok(()) })
        .await
        .unwrap();
    assert_eq!(stopped, Err("seven"));
}

async fn blobs_are_kept_by_their_digests(store: Store) {
    // Digests as `sha256sum` gives them.
    let digest = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let blobs: [(&str, &[u8]); 2] = [(digest, b"foo"), (empty, b"")];
    let append = Append { after: 0, blobs: &blobs, ..Append::default() };
    // Again is no error: content is content.
    for _ in 0..2 {
        store.append(&append).await.unwrap();
        assert_eq!(store.blob(digest).await.unwrap().unwrap(), b"foo");
        assert_eq!(store.blob(empty).await.unwrap().unwrap(), b"");
    }
    assert_eq!(store.blob(&digest.to_uppercase()).await.unwrap(), None);
    assert_eq!(store.blob("sha256:none").await.unwrap(), None);
    let found = store.blobs(&[digest, "sha256:none", empty, "\"]", digest]).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[digest], b"foo");
    assert!(store.blobs(&[""; 0]).await.unwrap().is_empty());
}

async fn what_does_not_hold_together_is_refused(store: Store) {
    let wrong = [NewEntry { leaf: [7; 32], ..entry("body") }];
    let null = [NewEntry { kind: "a\0b", ..entry("body") }];
    let digest = "sha256:2C26B46B68FFC68FF99B453C1D30413413422D706483BFA0F98A5E886266E7AE";
    let blobs: [(&str, &[u8]); 1] = [(digest, b"foo")];
    let appends = [
        Append { entries: &wrong, ..Append::default() },
        Append { entries: &null, ..Append::default() },
        Append { blobs: &blobs, ..Append::default() },
        Append { after: u64::MAX, ..Append::default() },
    ];
    for append in appends {
        let refused = store.append(&append).await.unwrap_err();
        assert!(matches!(refused, AppendError::Store(StoreError::Refused { .. })), "{refused:?}");
    }
    assert_eq!(store.size().await.unwrap(), 0);
}

async fn appends_that_are_given_up_leave_no_half(store: Store) {
    for number in 0..60_u64 {
        let writer = store.clone();
        let given_up = tokio::spawn(async move {
            let after = writer.size().await.unwrap();
            append(&writer, after, &["one", "and the other"]).await.map(drop)
        });
        tokio::time::sleep(Duration::from_micros(number * 50)).await;
        given_up.abort();
        _ = given_up.await;
    }
    // The last may still be on its way.
    let mut size = store.size().await.unwrap();
    while let Err(AppendError::Moved { size: moved }) = append(&store, size, &["last"]).await {
        size = moved;
    }
    assert_eq!(size % 2, 0);
    let kept = bodies(&store, 0).await;
    assert!(
        kept[..kept.len() - 1].chunks(2).all(|pair| pair == ["one", "and the other"]),
        "{kept:?}"
    );
    store.verify().await.unwrap();
}
