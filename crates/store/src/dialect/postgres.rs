//! PostgreSQL: how it is reached, and what it says otherwise.

use std::str::FromStr;

use sqlx::{
    ConnectOptions, Executor, PgConnection, PgPool, Transaction,
    pool::PoolOptions,
    postgres::{PgConnectOptions, Postgres},
};
use tracing::log::LevelFilter;

use crate::{NewEntry, Options};

/// The channel on which writers tell the log's new size.
pub(crate) const CHANNEL: &str = "trainyard_log";

/// What holds on every connection.
///
/// A server that is set up not to wait for its disk waits for ours. No connection waits without end, and one whose process
/// hangs in the middle of a transaction is cut off before it can hold up the others for long.
const SET_UP: &str = "
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
    SET lock_timeout = '5s';
    SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '10s'";

/// Connections to a server.
pub(crate) async fn pool(url: &str, options: &Options) -> sqlx::Result<PgPool> {
    let connect = PgConnectOptions::from_str(url)?
        .application_name("trainyard")
        .log_slow_statements(LevelFilter::Debug, options.patience);
    PoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(options.connect_patience)
        .after_connect(|connection: &mut PgConnection, _| {
            Box::pin(async move { connection.execute(SET_UP).await.map(drop) })
        })
        .connect_with(connect)
        .await
}

/// Begins a transaction that writes.
pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    pool.begin().await
}

/// Begins a transaction that sees one state of everything until its end, however long it waits between statements.
pub(crate) async fn begin_snapshot(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut transaction =
        pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    transaction.execute("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    Ok(transaction)
}

const INSERT_ENTRIES: &str = "
    INSERT INTO entry (number, at_us, kind, body, leaf)
    SELECT $1 + place - 1, at_us, kind, body, leaf
    FROM UNNEST($2::BIGINT[], $3::TEXT[], $4::BYTEA[], $5::BYTEA[])
        WITH ORDINALITY AS new (at_us, kind, body, leaf, place)";

/// Inserts entries, the first with the number given. *Cost*: one statement.
pub(crate) async fn insert_entries(
    connection: &mut PgConnection,
    first: i64,
    entries: &[NewEntry<'_>],
) -> sqlx::Result<()> {
    let times: Vec<_> = entries.iter().map(|entry| entry.at_us).collect();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    let bodies: Vec<_> = entries.iter().map(|entry| entry.body).collect();
    let leaves: Vec<_> = entries.iter().map(|entry| &entry.leaf[..]).collect();
    let insert = sqlx::query(INSERT_ENTRIES).bind(first).bind(times).bind(kinds);
    insert.bind(bodies).bind(leaves).execute(connection).await.map(drop)
}

/// Tells all who listen the log's size, once the transaction is committed.
pub(crate) async fn announce(connection: &mut PgConnection, size: i64) -> sqlx::Result<()> {
    let tell = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(size.to_string());
    tell.execute(connection).await.map(drop)
}

/// Takes the job that is due first, for a time, and passes over those that others are taking just now, and those whose names
/// begin as one of a list in JSON.
pub(crate) const CLAIM_JOB: &str = "
    UPDATE job SET attempts = attempts + 1, due_us = $3
    WHERE id = (
        SELECT id FROM job
        WHERE is_dead = 0 AND kind = $1 AND due_us <= $2 AND attempts < most_attempts
            AND NOT EXISTS (
                SELECT 1 FROM json_array_elements_text($4::json) AS front (text)
                WHERE starts_with(job.id, front.text)
            )
        ORDER BY due_us, id LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, kind, body, due_us, attempts, most_attempts, failure";

/// Contents by digests, which are given as a list in JSON.
pub(crate) const BLOBS: &str = "
    SELECT bytes FROM blob WHERE digest IN (SELECT json_array_elements_text($1::json))";

/// The engine's version.
pub(crate) const VERSION: &str = "SELECT current_setting('server_version')";

/// How many bytes the database has.
pub(crate) const BYTES: &str = "SELECT pg_database_size(current_database())";
