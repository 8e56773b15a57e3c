//! Stores for tests, and entries to put into them.

use std::time::Duration;

use camino::Utf8PathBuf;
use trainyard_store::{Append, AppendError, Appended, Database, NewEntry, Options, Store, leaf_of};

/// Runs a test to its end.
pub(crate) fn block_on<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(test)
}

/// Options for tests: nobody waits for long.
pub(crate) fn options() -> Options {
    Options { connections: 4, connect_patience: Duration::from_secs(2), ..Options::default() }
}

/// A folder with a database in it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.0.path().join(name)).unwrap()
    }

    pub(crate) fn database(&self) -> Database {
        Database::File(self.file("registry.db"))
    }
}

/// Opens a database with the options of tests.
pub(crate) async fn open(database: &Database) -> Store {
    Store::open(database, options()).await.unwrap()
}

/// An entry whose body is a text.
pub(crate) fn entry(body: &str) -> NewEntry<'_> {
    NewEntry { at_us: 1_000, kind: "told", body: body.as_bytes(), leaf: leaf_of(body.as_bytes()) }
}

/// Appends texts after a number of entries.
pub(crate) async fn append(
    store: &Store,
    after: u64,
    bodies: &[&str],
) -> Result<Appended, AppendError> {
    let entries: Vec<_> = bodies.iter().map(|body| entry(body)).collect();
    store.append(&Append { after, entries: &entries, ..Append::default() }).await
}

/// The bodies of all entries from a number on, as texts.
pub(crate) async fn bodies(store: &Store, from: u64) -> Vec<String> {
    let entries = store.entries(from, 1_000).await.unwrap();
    entries.into_iter().map(|entry| String::from_utf8(entry.body).unwrap()).collect()
}
