//! SQLite: how it is opened, and what it says otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8Path;
use sqlx::{
    Connection as _, SqliteConnection, SqlitePool, Transaction,
    pool::PoolOptions,
    sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{NewEntry, Options};

/// Marks our files, so that no other program's database is ever changed. It reads `trnY`.
pub(crate) const APPLICATION_ID: i64 = 0x7472_6e59;

/// The one connection that writes.
///
/// With the full synchronisation of a log of writes, a transaction that is acknowledged survives the end of the process and of
/// the machine. See <https://www.sqlite.org/pragma.html#pragma_synchronous>.
pub(crate) async fn writers(path: &Utf8Path, options: &Options) -> sqlx::Result<SqlitePool> {
    make_private(path)?;
    let synchronous =
        if options.is_durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off };
    let connect = file(path, options)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        // Where fsync alone leaves data in the disk's own cache.
        .pragma("fullfsync", "ON");
    let pool = only_one(options).before_acquire(|used, _| Box::pin(is_at_rest(used)));
    pool.connect_with(connect).await
}

/// Whether nothing is left of the last transaction. One whose commit failed, as on a full disk, cannot be rolled back by the
/// driver, and nothing could ever be written by its connection again.
async fn is_at_rest(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // What is still being rolled back comes first.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Makes a new file that nobody else can read: it holds digests of secrets. SQLite's own files beside it are made alike.
fn make_private(path: &Utf8Path) -> std::io::Result<()> {
    let mut new = fs_err::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        new.mode(0o600);
    }
    match new.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// Connections to a file never break by themselves: nobody has to ask whether one is still there, or open it anew.
fn pool() -> PoolOptions<Sqlite> {
    PoolOptions::new().test_before_acquire(false).idle_timeout(None).max_lifetime(None)
}

/// The connections that read. They see the last commit, and never wait for the writer.
pub(crate) fn readers(path: &Utf8Path, options: &Options) -> SqlitePool {
    pool()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.connect_patience)
        .connect_lazy_with(file(path, options).pragma("query_only", "ON"))
}

/// A database in memory: the connection that is used, and one that keeps the database while the other is closed and opened
/// again, as happens when an operation is given up half-way.
pub(crate) async fn memory(options: &Options) -> sqlx::Result<(SqlitePool, SqlitePool)> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    // A name that begins with a slash is one database for all connections of the process.
    let name = format!("/trainyard-{}", MADE.fetch_add(1, Ordering::Relaxed));
    let connect = file(Utf8Path::new(&name), options).create_if_missing(true).vfs("memdb");
    let keeper = only_one(options).connect_with(connect.clone()).await?;
    Ok((only_one(options).connect_with(connect).await?, keeper))
}

fn only_one(options: &Options) -> PoolOptions<Sqlite> {
    pool().max_connections(1).min_connections(1).acquire_timeout(options.patience)
}

fn file(path: &Utf8Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path.as_std_path())
        .foreign_keys(true)
        .busy_timeout(options.connect_patience)
        // Rows of one statement that may wait to be taken; a small number makes reader and taker wait for each other.
        .row_buffer_size(1024)
        .pragma("trusted_schema", "OFF")
}

/// Begins a transaction that writes, and waits for its turn: one that began by reading could not.
pub(crate) async fn begin(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    pool.begin_with("BEGIN IMMEDIATE").await
}

/// Begins a transaction that sees one state of everything until its end.
pub(crate) async fn begin_snapshot(
    pool: &SqlitePool,
) -> sqlx::Result<Transaction<'static, Sqlite>> {
    pool.begin_with("BEGIN").await
}

const INSERT_ENTRY: &str =
    "INSERT INTO entry (number, at_us, kind, body, leaf) VALUES ($1, $2, $3, $4, $5)";

/// Inserts entries, the first with the number given.
pub(crate) async fn insert_entries(
    connection: &mut SqliteConnection,
    first: i64,
    entries: &[NewEntry<'_>],
) -> sqlx::Result<()> {
    for (number, entry) in (first..).zip(entries) {
        sqlx::query(INSERT_ENTRY)
            .bind(number)
            .bind(entry.at_us)
            .bind(entry.kind)
            .bind(entry.body)
            .bind(&entry.leaf[..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Tells nobody: other processes look for themselves.
#[expect(clippy::unused_async, reason = "PostgreSQL's is")]
pub(crate) async fn announce(_: &mut SqliteConnection, _: i64) -> sqlx::Result<()> {
    Ok(())
}

/// Takes the job that is due first, for a time, and none whose name begins as one of a list in JSON. There is one writer, so
/// nobody else sees it meanwhile.
pub(crate) const CLAIM_JOB: &str = "
    UPDATE job SET attempts = attempts + 1, due_us = $3
    WHERE id = (
        SELECT id FROM job
        WHERE is_dead = 0 AND kind = $1 AND due_us <= $2 AND attempts < most_attempts
            AND NOT EXISTS (
                SELECT 1 FROM json_each($4) AS front
                WHERE substr(job.id, 1, length(front.value)) = front.value
            )
        ORDER BY due_us, id LIMIT 1
    )
    RETURNING id, kind, body, due_us, attempts, most_attempts, failure";

/// Contents by digests, which are given as a list in JSON.
pub(crate) const BLOBS: &str = "
    SELECT bytes FROM blob WHERE digest IN (SELECT value FROM json_each($1))";

/// The engine's version.
pub(crate) const VERSION: &str = "SELECT sqlite_version()";

/// How many bytes the database has.
pub(crate) const BYTES: &str =
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

#[cfg(test)]
mod tests {
    use super::{begin, writers};
    use crate::Options;

    #[test]
    fn a_commit_that_failed_does_not_stop_the_next() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(fail_and_go_on());
    }

    async fn fail_and_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8Path::from_path(folder.path()).unwrap().join("a.db");
        let pool = writers(&path, &Options::default()).await.unwrap();
        let mut broken = begin(&pool).await.unwrap();
        // As SQLite itself does when the disk is full.
        sqlx::query("ROLLBACK").execute(&mut *broken).await.unwrap();
        broken.commit().await.unwrap_err();
        let mut next = begin(&pool).await.unwrap();
        sqlx::query("CREATE TABLE kept (id INTEGER)").execute(&mut *next).await.unwrap();
        next.commit().await.unwrap();
    }
}
