//! Databases that somebody else has written to.

use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use trainyard_store::{Append, Database, Store, StoreError};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, append, block_on, open, options};

/// Runs SQL behind the store's back.
async fn meddle(database: &Database, text: &'static str) {
    let Database::File(path) = database else { panic!("{database} is no file") };
    let connect = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&connect).await.unwrap();
    connection.execute(sqlx::raw_sql(text)).await.unwrap();
    connection.close().await.unwrap();
}

const FOO: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// What `verify` says of three entries and a blob after somebody changed something.
#[track_caller]
fn check(text: &'static str, expect: &str) {
    let folder = Folder::new();
    let database = folder.database();
    let error = block_on(async {
        let store = open(&database).await;
        append(&store, 0, &["one", "two"]).await.unwrap();
        append(&store, 2, &["three"]).await.unwrap();
        let blob = Append { after: 3, blobs: &[(FOO, b"foo")], ..Append::default() };
        store.append(&blob).await.unwrap();
        store.close().await;
        meddle(&database, text).await;
        let store = open(&database).await;
        store.verify().await.unwrap_err()
    });
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let shown = error.to_string().replace(&database.to_string(), "DB");
    assert_eq!(shown, expect);
}

#[test]
fn damage_is_found_and_named() {
    check(
        "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE number = 1",
        "the database DB is damaged: entry 1 is missing",
    );
    check(
        "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE number = 2",
        "the database DB is damaged: entry 2 is missing",
    );
    check(
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET body = x'00' WHERE number = 0",
        "the database DB is damaged: entry 0 has another body",
    );
    check(
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET leaf = x'00' WHERE number = 0",
        "the database DB is damaged: entry 0 has no proper leaf",
    );
    check(
        "UPDATE blob SET bytes = x'00'",
        "the database DB is damaged: the blob \
         `sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae` has other bytes",
    );
}

#[test]
fn a_log_without_an_end_is_damaged() {
    let folder = Folder::new();
    block_on(async {
        open(&folder.database()).await.close().await;
        meddle(&folder.database(), "DELETE FROM ledger").await;
        let error = Store::open(&folder.database(), options()).await.map(drop).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    });
}

#[test]
fn entries_cannot_be_changed_by_accident() {
    let folder = Folder::new();
    let database = folder.database();
    block_on(async {
        let store = open(&database).await;
        append(&store, 0, &["one"]).await.unwrap();
        let Database::File(path) = &database else { unreachable!() };
        let connect = SqliteConnectOptions::new().filename(path);
        let mut connection = SqliteConnection::connect_with(&connect).await.unwrap();
        for text in ["UPDATE entry SET at_us = 0", "DELETE FROM entry"] {
            let error = connection.execute(text).await.unwrap_err().to_string();
            assert!(error.contains("entries are never"), "{error}");
        }
    });
    let Some(server) = PostgresDatabase::new("entries_cannot_be_changed_by_accident") else {
        return;
    };
    block_on(async {
        let store = open(&server.url().parse().unwrap()).await;
        append(&store, 0, &["one"]).await.unwrap();
        let pool = sqlx::PgPool::connect(server.url()).await.unwrap();
        for text in ["UPDATE entry SET at_us = 0", "DELETE FROM entry", "TRUNCATE entry"] {
            let error = pool.execute(text).await.unwrap_err().to_string();
            assert!(error.contains("entries are never"), "{error}");
        }
        pool.close().await;
        store.close().await;
    });
}

#[test]
fn the_databases_of_others_are_left_alone() {
    let folder = Folder::new();
    let database = folder.database();
    block_on(async {
        meddle(&database, "CREATE TABLE meta (name TEXT, value TEXT)").await;
        let error = Store::open(&database, options()).await.map(drop).unwrap_err();
        assert!(matches!(error, StoreError::NotARegistry { .. }), "{error:?}");
        let text = folder.file("text.db");
        std::fs::write(&text, "a text that is long enough to be taken for the head of a file")
            .unwrap();
        let error = Store::open(&Database::File(text), options()).await.map(drop).unwrap_err();
        assert!(matches!(error, StoreError::NotARegistry { .. }), "{error:?}");
    });
}

#[test]
fn newer_schemas_are_used_as_long_as_they_allow_it() {
    let folder = Folder::new();
    let database = folder.database();
    block_on(async {
        let store = open(&database).await;
        append(&store, 0, &["one"]).await.unwrap();
        store.close().await;
        // The next version's schema, which this one may still use.
        meddle(&database, "UPDATE meta SET value = '2' WHERE name = 'schema'").await;
        let store = open(&database).await;
        append(&store, 1, &["two"]).await.unwrap();
        store.close().await;
        meddle(&database, "UPDATE meta SET value = '2'").await;
        let error = Store::open(&database, options()).await.map(drop).unwrap_err();
        assert!(matches!(error, StoreError::TooNew { found: 2, known: 1, .. }), "{error:?}");
        assert!(error.hint().is_some());
    });
}

#[test]
fn a_file_that_is_cut_short_is_damaged_and_not_a_panic() {
    let folder = Folder::new();
    let database = folder.database();
    block_on(async {
        let store = open(&database).await;
        let texts: Vec<_> = (0..2_000).map(|number| format!("a longer text {number}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        append(&store, 0, &texts).await.unwrap();
        store.close().await;
    });
    let path = folder.file("registry.db");
    let whole = std::fs::read(&path).unwrap();
    for part in [3, 2] {
        std::fs::write(&path, &whole[..whole.len() / 4096 / part * 4096]).unwrap();
        block_on(async {
            let outcome = match Store::open(&database, options()).await {
                Ok(store) => store.verify().await.map(drop),
                Err(error) => Err(error),
            };
            assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
        });
    }
}
