//! A database that goes away and comes back.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use trainyard_store::{AppendError, Options, Store, StoreError};
use trainyard_testkit::PostgresServer;

use sqlx::Executor as _;

use crate::support::{Folder, append, block_on, bodies, open, options};

#[test]
fn a_lost_server_is_told_quickly_and_found_again() {
    let Some(mut server) = PostgresServer::start() else { return };
    let database = server.create("outage").parse().unwrap();
    block_on(async {
        let patient = Options { commit_patience: Duration::from_secs(2), ..options() };
        let store = Store::open(&database, patient).await.unwrap();
        append(&store, 0, &["before"]).await.unwrap();
        let follower = store.clone();
        let following = tokio::spawn(async move { follower.changed(1).await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.stop();

        for _ in 0..3 {
            let start = Instant::now();
            let error = store.size().await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
            let error = append(&store, 1, &["during"]).await.unwrap_err();
            assert!(
                matches!(&error, AppendError::Store(error) if error.is_temporary()),
                "{error:?}"
            );
            assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
        }
        // Whoever follows is told too, instead of waiting in vain.
        let told = tokio::time::timeout(Duration::from_secs(10), following).await;
        assert!(told.unwrap().unwrap().unwrap_err().is_temporary());

        server.start_again();
        let start = Instant::now();
        assert_eq!(store.size().await.unwrap(), 1);
        append(&store, 1, &["after"]).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert_eq!(bodies(&store, 0).await, ["before", "after"]);
        store.close().await;
    });
}

#[test]
fn a_hanging_writer_does_not_hold_up_the_others() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.create("hanging");
    block_on(async {
        let patient = Options { patience: Duration::from_secs(1), ..options() };
        let store = Store::open(&url.parse().unwrap(), patient).await.unwrap();
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        let mut hanging = pool.begin().await.unwrap();
        let hold = sqlx::query("UPDATE ledger SET size = size");
        hold.execute(&mut *hanging).await.unwrap();
        let start = Instant::now();
        let error = append(&store, 0, &["waits"]).await.unwrap_err();
        assert!(matches!(&error, AppendError::Store(error) if error.is_temporary()), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        // Reading goes on meanwhile.
        assert_eq!(store.size().await.unwrap(), 0);
        hanging.rollback().await.unwrap();
        append(&store, 0, &["goes on"]).await.unwrap();
        pool.close().await;
        store.close().await;
    });
}

/// Ends every connection but its own.
const CUT: &str = "
    SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'trainyard'";

#[test]
fn commits_whose_acknowledgement_is_lost_are_looked_for() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.create("cut");
    block_on(async {
        let store = Store::open(&url.parse().unwrap(), options()).await.unwrap();
        let scissors = sqlx::PgPool::connect(&url).await.unwrap();
        let cutting = scissors.clone();
        let cutting = tokio::spawn(async move {
            for pause in (5..60).step_by(3).cycle().take(120) {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                cutting.execute(CUT).await.unwrap();
            }
        });
        let (mut kept, mut refused, mut size) = (BTreeSet::new(), BTreeSet::new(), 0);
        for number in 0.. {
            if cutting.is_finished() {
                break;
            }
            let text = number.to_string();
            match append(&store, size, &[&text]).await {
                Ok(appended) => {
                    size = appended.size;
                    kept.insert(text);
                }
                Err(AppendError::Store(error)) => {
                    assert!(error.is_temporary(), "{error:?}");
                    refused.insert(text);
                }
                // Nobody else writes, and the database is back in time.
                Err(error) => panic!("{error:?}"),
            }
        }
        cutting.await.unwrap();
        println!("{} kept, {} refused", kept.len(), refused.len());
        assert!(kept.len() > 20 && refused.len() > 2, "{} {}", kept.len(), refused.len());
        let mut there = BTreeSet::new();
        let read = store.replay(0, |entry| {
            assert!(there.insert(String::from_utf8(entry.body).unwrap()));
            Ok::<_, ()>(())
        });
        read.await.unwrap().unwrap();
        assert_eq!(there, kept);
        scissors.close().await;
        store.close().await;
    });
}

#[test]
fn nothing_is_kept_in_a_file_that_was_moved_away() {
    let folder = Folder::new();
    block_on(async {
        let store = open(&folder.database()).await;
        append(&store, 0, &["before"]).await.unwrap();
        let (file, moved) = (folder.file("registry.db"), folder.file("moved.db"));
        let refused = async || {
            let error = append(&store, 1, &["lost"]).await.unwrap_err();
            let is_temporary = matches!(&error, AppendError::Store(error) if error.is_temporary());
            assert!(is_temporary, "{error:?}");
            assert!(store.health().await.is_err());
        };
        std::fs::rename(&file, &moved).unwrap();
        refused().await;
        std::fs::write(&file, "").unwrap();
        refused().await;
        std::fs::rename(&moved, &file).unwrap();
        append(&store, 1, &["after"]).await.unwrap();
        assert_eq!(bodies(&store, 0).await, ["before", "after"]);
        store.close().await;
    });
}
