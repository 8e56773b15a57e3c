//! The last signed snapshot of each name, which is served when nothing newer can be made.

use crate::{Store, StoreError, engine::whole, error::check_texts};

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is of.
    pub name: String,
    /// How many entries it rests on.
    pub size: u64,
    /// When it was made.
    pub at_us: i64,
    /// What is served.
    pub body: Vec<u8>,
}

/// A replica that lags behind must not put an older one in its place.
const PUT: &str = "
    INSERT INTO snapshot AS old (name, size, at_us, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name) DO UPDATE SET
        size = excluded.size, at_us = excluded.at_us, body = excluded.body
    WHERE old.size < excluded.size OR (old.size = excluded.size AND old.at_us <= excluded.at_us)";
const READ: &str = "SELECT name, size, at_us, body FROM snapshot WHERE name = $1";

impl Store {
    /// Keeps a snapshot, unless one that rests on more entries, or is newer, is there: then it returns false.
    pub async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<bool, StoreError> {
        check_texts([&*snapshot.name])?;
        let size = whole(snapshot.size)?;
        writing!(self, "keep a snapshot", |pool| {
            let put = sqlx::query(PUT).bind(&snapshot.name).bind(size);
            let put = put.bind(snapshot.at_us).bind(&snapshot.body).execute(pool).await?;
            Ok(put.rows_affected() > 0)
        })
    }

    /// The last snapshot of a name.
    pub async fn snapshot(&self, name: &str) -> Result<Option<Snapshot>, StoreError> {
        let row: Option<(String, i64, i64, Vec<u8>)> = reading!(self, "read a snapshot", |pool| {
            sqlx::query_as(READ).bind(name).fetch_optional(pool).await
        })?;
        let Some((name, size, at_us, body)) = row else { return Ok(None) };
        Ok(Some(Snapshot { name, size: self.natural(size)?, at_us, body }))
    }
}
