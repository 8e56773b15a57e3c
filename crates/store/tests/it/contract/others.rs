//! Sessions, deliveries, snapshots, health.

use trainyard_store::{
    Delivery, Deployment, EngineName, NewJob, Session, Snapshot, Store, StoreError,
};

use crate::support::append;

super::parts!(
    sessions_end,
    deliveries_are_told_newest_first,
    older_snapshots_do_not_replace_newer_ones,
    health_tells_engine_and_size,
    a_whole_store_verifies,
    a_closed_store_is_not_available,
    null_characters_are_refused,
);

fn session(id: &str, principal: &str, expires_us: i64) -> Session {
    Session {
        id_digest: id.to_owned(),
        principal: principal.to_owned(),
        body: b"{}".to_vec(),
        expires_us,
    }
}

async fn sessions_end(store: Store) {
    for (id, principal, expires) in [("a", "ann", 100), ("b", "ann", 200), ("c", "bob", 200)] {
        store.put_session(&session(id, principal, expires)).await.unwrap();
    }
    assert_eq!(store.session("a", 99).await.unwrap(), Some(session("a", "ann", 100)));
    assert_eq!(store.session("a", 100).await.unwrap(), None);
    store.put_session(&session("a", "ann", 150)).await.unwrap();
    assert!(store.session("a", 100).await.unwrap().is_some());
    assert_eq!(store.forget_sessions(150).await.unwrap(), 1);
    assert!(store.delete_session("c").await.unwrap());
    assert!(!store.delete_session("c").await.unwrap());
}

async fn deliveries_are_told_newest_first(store: Store) {
    for (entry, attempt, at_us) in [(1, 1, 10), (2, 1, 11), (1, 2, 30), (10, 1, 40)] {
        let delivery = Delivery {
            webhook: "chat".to_owned(),
            entry,
            attempt,
            at_us,
            status: 200,
            note: "fine\0".to_owned(),
        };
        store.put_delivery(&delivery).await.unwrap();
    }
    let told = async |before| {
        let deliveries = store.deliveries("chat", before, 2).await.unwrap();
        deliveries.iter().map(|told| (told.entry, told.attempt)).collect::<Vec<_>>()
    };
    assert_eq!(told(None).await, [(10, 1), (2, 1)]);
    assert_eq!(told(Some((2, 1))).await, [(1, 2), (1, 1)]);
    assert_eq!(store.forget_deliveries(30).await.unwrap(), 2);
    assert_eq!(told(None).await, [(10, 1), (1, 2)]);
    assert_eq!(store.deliveries("chat", None, 1).await.unwrap()[0].note, "fine\u{fffd}");
}

async fn older_snapshots_do_not_replace_newer_ones(store: Store) {
    let snapshot = |size, at_us| Snapshot {
        name: "log".to_owned(),
        size,
        at_us,
        body: format!("{size} at {at_us}").into_bytes(),
    };
    assert_eq!(store.snapshot("log").await.unwrap(), None);
    assert!(store.put_snapshot(&snapshot(5, 10)).await.unwrap());
    assert!(!store.put_snapshot(&snapshot(4, 20)).await.unwrap());
    assert!(!store.put_snapshot(&snapshot(5, 9)).await.unwrap());
    assert_eq!(store.snapshot("log").await.unwrap(), Some(snapshot(5, 10)));
    assert!(store.put_snapshot(&snapshot(5, 11)).await.unwrap());
    assert!(store.put_snapshot(&snapshot(6, 0)).await.unwrap());
    assert_eq!(store.snapshot("log").await.unwrap(), Some(snapshot(6, 0)));
}

async fn health_tells_engine_and_size(store: Store) {
    append(&store, 0, &["one", "two"]).await.unwrap();
    let health = store.health().await.unwrap();
    let is_server = store.database().to_string().starts_with("postgres");
    assert_eq!(health.engine, if is_server { EngineName::Postgres } else { EngineName::Sqlite });
    assert_eq!(health.size, 2);
    assert!(health.bytes > 4_096 && health.connections > 0, "{health:?}");
    assert!(health.version.starts_with(|first: char| first.is_ascii_digit()), "{health:?}");
}

async fn a_whole_store_verifies(store: Store) {
    append(&store, 0, &["one", "two"]).await.unwrap();
    let verified = store.verify().await.unwrap();
    assert_eq!((verified.entries, verified.blobs, verified.bytes), (2, 0, 6));
}

async fn a_closed_store_is_not_available(store: Store) {
    store.close().await;
    let error = store.size().await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    assert!(append(&store, 0, &["late"]).await.is_err());
}

async fn null_characters_are_refused(store: Store) {
    let bad = "a\0b".to_owned();
    let deployment = Deployment {
        product: "p".to_owned(),
        name: bad.clone(),
        runs: String::new(),
        body: Vec::new(),
        seen_us: 0,
    };
    let job = NewJob { id: "a", kind: &bad, body: b"", due_us: 0, most_attempts: 1 };
    let snapshot = Snapshot { name: bad.clone(), size: 0, at_us: 0, body: Vec::new() };
    let refused = [
        store.put_deployment(&deployment).await,
        store.add_job(&job).await,
        store.put_snapshot(&snapshot).await.map(drop),
        store.put_session(&session("a", &bad, 0)).await,
    ];
    for refused in refused {
        assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    }
    // Looking for one finds nothing, or is refused too.
    match store.deployment("p", &bad).await {
        Ok(found) => assert_eq!(found, None),
        Err(error) => assert!(matches!(error, StoreError::Refused { .. }), "{error:?}"),
    }
}
