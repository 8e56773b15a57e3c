//! Large logs.

use std::time::Instant;

use trainyard_store::{Append, NewEntry, leaf_of};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, block_on, open};

/// Appends many entries of half a kilobyte, and reads them all, as a server does when it starts.
async fn start_up(database: &trainyard_store::Database, count: u64) {
    let store = open(database).await;
    let body = "x".repeat(500);
    let leaf = leaf_of(body.as_bytes());
    let entries: Vec<_> = (0..1_000)
        .map(|_| NewEntry { at_us: 0, kind: "published", body: body.as_bytes(), leaf })
        .collect();
    let start = Instant::now();
    for part in 0..count / 1_000 {
        let append = Append { after: part * 1_000, entries: &entries, ..Append::default() };
        store.append(&append).await.unwrap();
    }
    let written = start.elapsed();
    let start = Instant::now();
    let mut bytes = 0;
    let size = store.replay(0, |entry| {
        bytes += entry.body.len() as u64;
        Ok::<_, ()>(())
    });
    assert_eq!(size.await.unwrap(), Ok(count));
    let read = start.elapsed();
    assert_eq!(bytes, count * 500);
    println!("{count} entries: written in {written:.2?}, read in {read:.2?}");
    store.close().await;
}

#[test]
fn a_file_of_many_entries_is_read_at_once() {
    let folder = Folder::new();
    block_on(start_up(&folder.database(), 20_000));
}

#[test]
fn a_server_of_many_entries_is_read_at_once() {
    let Some(server) = PostgresDatabase::new("a_server_of_many_entries_is_read_at_once") else {
        return;
    };
    block_on(start_up(&server.url().parse().unwrap(), 20_000));
}

#[test]
#[ignore = "measures what the other tests show; for optimised builds"]
fn a_hundred_thousand_entries() {
    let folder = Folder::new();
    block_on(start_up(&folder.database(), 100_000));
    let Some(server) = PostgresDatabase::new("a_hundred_thousand_entries") else { return };
    block_on(start_up(&server.url().parse().unwrap(), 100_000));
}
