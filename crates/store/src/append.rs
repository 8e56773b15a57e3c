//! Appending to the log: one of many writers wins.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, sleep};

use crate::{
    AppendError, Idempotency, NewJob, Store, StoreError,
    engine::{Engine, whole},
    error::check_texts,
    idempotency, jobs,
};

/// An entry to be appended.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// When it happened.
    pub at_us: i64,
    /// The event's name. The store never looks at it.
    pub kind: &'a str,
    /// The entry as canonical bytes.
    pub body: &'a [u8],
    /// The body's hash as a leaf of the Merkle log, see [`leaf_of`].
    pub leaf: [u8; 32],
}

/// What is kept or refused as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Append<'a> {
    /// How many entries there were when the writer decided.
    pub after: u64,
    /// What follows them. May be none: then the rest is kept if the log has not moved.
    pub entries: &'a [NewEntry<'a>],
    /// Digests as `sha256:` and 64 hexadecimal digits, with their bytes. One that is there already is left.
    pub blobs: &'a [(&'a str, &'a [u8])],
    /// The answer that a repeated request will get.
    pub idempotency: Option<Idempotency<'a>>,
    /// What is to be done afterwards. A job whose id is there already is left.
    pub jobs: &'a [NewJob<'a>],
}

/// Where entries were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The number of the first. Numbers begin with zero and have no gaps.
    pub first: u64,
    /// How many entries there are now.
    pub size: u64,
}

/// The hash of an entry's body as a leaf of a Merkle tree, as RFC 6962, section 2.1 has it.
#[must_use]
pub fn leaf_of(body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

/// Moves the log's end. Whoever does so first makes all others wait until the end of its transaction, and then fail.
const ADVANCE: &str = "UPDATE ledger SET size = size + $1 WHERE id = 1 AND size = $2";

const INSERT_BLOB: &str =
    "INSERT INTO blob (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";

/// How one try to append ended.
enum Outcome {
    Kept,
    Moved { size: u64 },
    Repeated,
}

/// Why one try did not end.
enum Broken {
    /// Before anything was committed.
    Before(StoreError),
    /// While it was being committed.
    Committing(StoreError),
}

/// Writes all that belongs to an append, up to its commit.
macro_rules! write_all {
    ($pool:expr, $dialect:ident, $append:expr, $first:expr) => {{
        let append: &Append<'_> = $append;
        let added = i64::try_from(append.entries.len()).unwrap_or(i64::MAX);
        let mut transaction = $dialect::begin($pool).await?;
        let advance = sqlx::query(ADVANCE).bind(added).bind($first);
        if advance.execute(&mut *transaction).await?.rows_affected() == 0 {
            let size = sqlx::query_scalar::<_, i64>(crate::entries::SIZE);
            let size = size.fetch_one(&mut *transaction).await?;
            transaction.rollback().await?;
            return Ok(Err(Outcome::Moved { size: size.unsigned_abs() }));
        }
        if let Some(answer) = &append.idempotency {
            let query = sqlx::query(idempotency::INSERT)
                .bind(answer.token)
                .bind(answer.key)
                .bind(answer.request_digest)
                .bind(i64::from(answer.status))
                .bind(answer.answer)
                .bind(answer.expires_us)
                .bind(answer.now_us);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                transaction.rollback().await?;
                return Ok(Err(Outcome::Repeated));
            }
        }
        $dialect::insert_entries(&mut *transaction, $first, append.entries).await?;
        for (digest, bytes) in append.blobs {
            let query = sqlx::query(INSERT_BLOB).bind(*digest).bind(*bytes);
            query.execute(&mut *transaction).await?;
        }
        for job in append.jobs {
            let query = sqlx::query(jobs::INSERT)
                .bind(job.id)
                .bind(job.kind)
                .bind(job.body)
                .bind(job.due_us)
                .bind(i64::from(job.most_attempts));
            query.execute(&mut *transaction).await?;
        }
        if added > 0 {
            $dialect::announce(&mut *transaction, $first.saturating_add(added)).await?;
        }
        Ok(Ok(transaction))
    }};
}

impl Store {
    /// Appends entries if the log is still as the writer knew it, together with what belongs to them.
    ///
    /// All of it is kept, or nothing. When it returns, the entries survive the end of the process and of the machine, and
    /// followers are told. A commit whose acknowledgement is lost with the connection is looked for, up to
    /// [`Options::commit_patience`](crate::Options::commit_patience).
    ///
    /// *Errors*: [`AppendError::Moved`], [`AppendError::Repeated`] and [`AppendError::Store`]: nothing was kept.
    /// [`AppendError::Uncertain`]: it may have been. The same holds when the future is dropped before its end.
    ///
    /// *Cost*: one transaction and one wait for the disk, however many entries.
    pub async fn append(&self, append: &Append<'_>) -> Result<Appended, AppendError> {
        check(append)?;
        let size = append.after.saturating_add(append.entries.len() as u64);
        let kept = Appended { first: append.after, size };
        let deadline = Instant::now() + self.inner.options.commit_patience;
        let mut lost: Option<StoreError> = None;
        loop {
            match self.try_append(append).await {
                Ok(Outcome::Kept) => break,
                // What was lost may be what has moved the log.
                Ok(Outcome::Moved { size: found }) => match lost {
                    Some(lost) => match self.has(append).await {
                        Ok(true) => break,
                        Ok(false) => return Err(AppendError::Moved { size: found }),
                        Err(_) => return Err(AppendError::Uncertain { source: lost }),
                    },
                    None => return Err(AppendError::Moved { size: found }),
                },
                // A key of ours is only there together with the rest.
                Ok(Outcome::Repeated) if lost.is_some() => break,
                Ok(Outcome::Repeated) => return Err(AppendError::Repeated),
                Err(Broken::Before(error)) if lost.is_none() => return Err(error.into()),
                Err(Broken::Before(error) | Broken::Committing(error)) => {
                    let source = lost.unwrap_or(error);
                    if Instant::now() >= deadline {
                        return Err(AppendError::Uncertain { source });
                    }
                    lost = Some(source);
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
        self.inner.moved.send_if_modified(|known| {
            let is_news = *known < size;
            *known = size.max(*known);
            is_news
        });
        Ok(kept)
    }

    async fn try_append(&self, append: &Append<'_>) -> Result<Outcome, Broken> {
        let first = whole(append.after).map_err(Broken::Before)?;
        match &self.inner.engine {
            Engine::Sqlite { write, .. } => {
                use crate::dialect::sqlite as dialect;
                let written = async { write_all!(write, dialect, append, first) };
                match self.within(APPENDING, written).await.map_err(Broken::Before)? {
                    Ok(transaction) => self.commit(transaction).await,
                    Err(outcome) => Ok(outcome),
                }
            }
            Engine::Postgres { pool } => {
                use crate::dialect::postgres as dialect;
                let written = async { write_all!(pool, dialect, append, first) };
                match self.within(APPENDING, written).await.map_err(Broken::Before)? {
                    Ok(transaction) => self.commit(transaction).await,
                    Err(outcome) => Ok(outcome),
                }
            }
        }
    }

    async fn commit<DB: sqlx::Database>(
        &self,
        transaction: sqlx::Transaction<'static, DB>,
    ) -> Result<Outcome, Broken> {
        let committed = self.within(APPENDING, transaction.commit()).await;
        committed.map_err(Broken::Committing)?;
        Ok(Outcome::Kept)
    }

    /// Whether the log has these very entries at their place.
    async fn has(&self, append: &Append<'_>) -> Result<bool, StoreError> {
        let mut from = append.after;
        for wanted in append.entries.chunks(1000) {
            let found = self.entries(from, 1000).await?;
            let leaves = found.iter().map(|entry| entry.leaf);
            if !leaves.take(wanted.len()).eq(wanted.iter().map(|entry| entry.leaf)) {
                return Ok(false);
            }
            from = from.saturating_add(1000);
        }
        Ok(!append.entries.is_empty())
    }
}

const APPENDING: &str = "append to the log";

/// Refuses what does not hold together, for it would be found damaged later.
fn check(append: &Append<'_>) -> Result<(), StoreError> {
    let refuse = |what: String| Err(StoreError::Refused { what });
    whole(append.after.saturating_add(append.entries.len() as u64).saturating_add(1))?;
    for (number, entry) in (append.after..).zip(append.entries) {
        if leaf_of(entry.body) != entry.leaf {
            return refuse(format!("entry {number}: its leaf is not the hash of its body"));
        }
    }
    let answer = append.idempotency.iter();
    check_texts(append.entries.iter().map(|entry| entry.kind))?;
    check_texts(answer.flat_map(|answer| [answer.token, answer.key, answer.request_digest]))?;
    check_texts(append.jobs.iter().flat_map(|job| [job.id, job.kind]))?;
    for (digest, bytes) in append.blobs {
        if !crate::blobs::is_digest_of(digest, bytes) {
            return refuse(format!("the blob `{digest}`: its bytes have another digest"));
        }
    }
    Ok(())
}
