//! Waiting for others' entries.

use std::time::{Duration, Instant};

use trainyard_store::{Database, Options, Store};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, append, block_on, open, options};

/// Two stores of one database, as two processes have them: what one appends, the other hears of.
async fn heard_within(database: &Database, most: Duration) {
    let (writer, reader) = (open(database).await, open(database).await);
    for known in 0..5 {
        let reader = reader.clone();
        let waiting = tokio::spawn(async move {
            let heard = reader.changed(known).await.unwrap();
            (heard, Instant::now())
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        append(&writer, known, &["news"]).await.unwrap();
        let told = Instant::now();
        let (heard, at) = waiting.await.unwrap();
        assert_eq!(heard, known + 1);
        assert!(at.saturating_duration_since(told) < most, "{:?}", at - told);
    }
    // What has happened already needs no waiting.
    assert_eq!(reader.changed(2).await.unwrap(), 5);
    assert_eq!(reader.changed(100).await.unwrap(), 5);
    writer.close().await;
    reader.close().await;
}

#[test]
fn another_process_on_one_file_is_heard() {
    let folder = Folder::new();
    block_on(heard_within(&folder.database(), Duration::from_millis(900)));
}

#[test]
fn another_process_on_a_server_is_heard_at_once() {
    let Some(server) = PostgresDatabase::new("another_process_on_a_server_is_heard_at_once") else {
        return;
    };
    block_on(heard_within(&server.url().parse().unwrap(), Duration::from_millis(700)));
}

#[test]
fn a_cut_connection_loses_nothing() {
    let Some(server) = PostgresDatabase::new("a_cut_connection_loses_nothing") else { return };
    let database = server.url().parse().unwrap();
    block_on(async {
        let (writer, reader) = (open(&database).await, open(&database).await);
        for known in 0..3 {
            let reader = reader.clone();
            let waiting = tokio::spawn(async move { reader.changed(known).await });
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.sql(
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
            append(&writer, known, &["news"]).await.unwrap();
            let heard = tokio::time::timeout(Duration::from_secs(3), waiting).await;
            assert_eq!(heard.unwrap().unwrap().unwrap(), known + 1);
        }
        writer.close().await;
        reader.close().await;
    });
}

#[test]
fn ones_own_entries_are_heard_at_once() {
    block_on(async {
        let slow = Options { poll: Duration::from_mins(1), ..options() };
        let store = Store::open(&Database::Memory, slow).await.unwrap();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.changed(0).await.unwrap() })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        append(&store, 0, &["own"]).await.unwrap();
        for waiting in waiting {
            let heard = tokio::time::timeout(Duration::from_secs(5), waiting).await;
            assert_eq!(heard.unwrap().unwrap(), 1);
        }
    });
}

#[test]
fn closing_ends_the_wait() {
    let server = PostgresDatabase::new("closing_ends_the_wait");
    let server = server.as_ref().map(|server| server.url().parse().unwrap());
    for database in [Database::Memory].into_iter().chain(server) {
        block_on(async {
            let store = open(&database).await;
            let follower = store.clone();
            let waiting = tokio::spawn(async move { follower.changed(0).await });
            tokio::time::sleep(Duration::from_millis(100)).await;
            store.close().await;
            let told = tokio::time::timeout(Duration::from_secs(5), waiting).await;
            assert!(told.unwrap().unwrap().unwrap_err().is_temporary());
            assert!(store.changed(0).await.unwrap_err().is_temporary());
        });
    }
}
