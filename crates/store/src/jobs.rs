//! A queue of what is to be done later, by whichever process comes first.
//!
//! A job is claimed for a time. Whoever has not finished it by then has lost it, and another does it again: so every job is
//! done at least once, and must be such that twice does no harm.

use crate::{Store, StoreError, error::check_texts};

/// A job to be done.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    /// Its name, which the caller makes of what it is for: a job whose name is there already is not added again.
    pub id: &'a str,
    /// Who does it.
    pub kind: &'a str,
    /// What to do.
    pub body: &'a [u8],
    /// Not before this.
    pub due_us: i64,
    /// How often to try before it is dead.
    pub most_attempts: u32,
}

/// A job that somebody has claimed, or that is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: String,
    /// Who does it.
    pub kind: String,
    /// What to do.
    pub body: Vec<u8>,
    /// When it may be claimed again.
    pub due_us: i64,
    /// Which attempt this is, from one on. It also proves that the job is still whose who claimed it.
    pub attempt: u32,
    /// How often it is tried.
    pub most_attempts: u32,
    /// Why the last attempt failed, or empty.
    pub failure: String,
}

/// What becomes of a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It is tried again at the time that was given.
    Waiting,
    /// It was the last attempt.
    Dead,
    /// It took too long, and is somebody else's by now.
    Lost,
}

pub(crate) const INSERT: &str = "
    INSERT INTO job (id, kind, body, due_us, attempts, most_attempts, is_dead, failure)
    VALUES ($1, $2, $3, $4, 0, $5, 0, '')
    ON CONFLICT (id) DO NOTHING";

const BURY: &str = "
    UPDATE job SET is_dead = 1,
        failure = CASE WHEN failure = '' THEN 'it was given up without an answer' ELSE failure END
    WHERE is_dead = 0 AND kind = $1 AND due_us <= $2 AND attempts >= most_attempts";
const EXTEND: &str = "UPDATE job SET due_us = $3 WHERE id = $1 AND attempts = $2 AND is_dead = 0";
const FINISH: &str = "DELETE FROM job WHERE id = $1 AND attempts = $2 AND is_dead = 0";
const FAIL: &str = "
    UPDATE job SET failure = $3, due_us = $4,
        is_dead = CASE WHEN attempts >= most_attempts THEN 1 ELSE 0 END
    WHERE id = $1 AND attempts = $2 AND is_dead = 0
    RETURNING is_dead";
const DEAD: &str = "
    SELECT id, kind, body, due_us, attempts, most_attempts, failure FROM job
    WHERE is_dead = 1 AND id > $1 ORDER BY id LIMIT $2";
const REVIVE: &str =
    "UPDATE job SET is_dead = 0, attempts = 0, due_us = $2 WHERE id = $1 AND is_dead = 1";
const WAITING: &str = "SELECT COUNT(*) FROM job WHERE is_dead = 0 AND kind = $1 AND due_us <= $2";
const DROP: &str = "DELETE FROM job WHERE id = $1";

type Row = (String, String, Vec<u8>, i64, i64, i64, String);

impl Store {
    /// Adds a job, if none of its name is there. Jobs that follow from entries come with [`Store::append`].
    pub async fn add_job(&self, job: &NewJob<'_>) -> Result<(), StoreError> {
        check_texts([job.id, job.kind])?;
        writing!(self, "add a job", |pool| {
            let insert = sqlx::query(INSERT).bind(job.id).bind(job.kind).bind(job.body);
            let insert = insert.bind(job.due_us).bind(i64::from(job.most_attempts));
            insert.execute(pool).await.map(drop)
        })
    }

    /// Claims the job of a kind that has been due for longest, until `until_us`. No two callers get the same.
    pub async fn claim_job(
        &self,
        kind: &str,
        now_us: i64,
        until_us: i64,
    ) -> Result<Option<Job>, StoreError> {
        let claimed: Option<Row> = writing!(self, "claim a job", |pool, dialect| {
            let claim = sqlx::query_as(dialect::CLAIM_JOB).bind(kind).bind(now_us).bind(until_us);
            let claimed = claim.fetch_optional(pool).await?;
            if claimed.is_none() {
                // Whoever had the last attempt has died over it.
                sqlx::query(BURY).bind(kind).bind(now_us).execute(pool).await?;
            }
            Ok(claimed)
        })?;
        claimed.map(|row| self.job(row)).transpose()
    }

    /// Keeps a claimed job for longer; false when it has been lost.
    pub async fn extend_job(&self, job: &Job, until_us: i64) -> Result<bool, StoreError> {
        writing!(self, "extend a job", |pool| {
            let extend = sqlx::query(EXTEND).bind(&job.id).bind(i64::from(job.attempt));
            Ok(extend.bind(until_us).execute(pool).await?.rows_affected() > 0)
        })
    }

    /// Tells that a claimed job is done; false when it has been lost meanwhile, and will be done again.
    pub async fn finish_job(&self, job: &Job) -> Result<bool, StoreError> {
        writing!(self, "finish a job", |pool| {
            let finish = sqlx::query(FINISH).bind(&job.id).bind(i64::from(job.attempt));
            Ok(finish.execute(pool).await?.rows_affected() > 0)
        })
    }

    /// Tells that a claimed job failed, and when to try it again; see [`backoff_us`].
    pub async fn fail_job(
        &self,
        job: &Job,
        why: &str,
        again_us: i64,
    ) -> Result<Failed, StoreError> {
        let why = why.replace('\0', "\u{fffd}");
        let is_dead: Option<i64> = writing!(self, "fail a job", |pool| {
            let fail = sqlx::query_scalar(FAIL).bind(&job.id).bind(i64::from(job.attempt));
            fail.bind(&why).bind(again_us).fetch_optional(pool).await
        })?;
        Ok(match is_dead {
            None => Failed::Lost,
            Some(0) => Failed::Waiting,
            Some(_) => Failed::Dead,
        })
    }

    /// Dead jobs in the order of their names, after the name given (or empty), at most `limit`.
    pub async fn dead_jobs(&self, after: &str, limit: u32) -> Result<Vec<Job>, StoreError> {
        let rows: Vec<Row> = reading!(self, "list dead jobs", |pool| {
            sqlx::query_as(DEAD).bind(after).bind(i64::from(limit)).fetch_all(pool).await
        })?;
        rows.into_iter().map(|row| self.job(row)).collect()
    }

    /// Gives a dead job all its attempts again; false when there is none of that name.
    pub async fn revive_job(&self, id: &str, due_us: i64) -> Result<bool, StoreError> {
        writing!(self, "revive a job", |pool| {
            Ok(sqlx::query(REVIVE).bind(id).bind(due_us).execute(pool).await?.rows_affected() > 0)
        })
    }

    /// Takes a job off the queue, whatever its state; false when there is none of that name.
    pub async fn drop_job(&self, id: &str) -> Result<bool, StoreError> {
        writing!(self, "drop a job", |pool| {
            Ok(sqlx::query(DROP).bind(id).execute(pool).await?.rows_affected() > 0)
        })
    }

    /// How many jobs of a kind are due.
    pub async fn due_jobs(&self, kind: &str, now_us: i64) -> Result<u64, StoreError> {
        let due: i64 = reading!(self, "count jobs", |pool| {
            sqlx::query_scalar(WAITING).bind(kind).bind(now_us).fetch_one(pool).await
        })?;
        self.natural(due)
    }

    fn job(&self, row: Row) -> Result<Job, StoreError> {
        let (id, kind, body, due_us, attempt, most_attempts, failure) = row;
        let small = |number: i64| {
            u32::try_from(number)
                .map_err(|_| self.corrupt(format!("the job `{id}` has {number} attempts")))
        };
        let (attempt, most_attempts) = (small(attempt)?, small(most_attempts)?);
        Ok(Job { id, kind, body, due_us, attempt, most_attempts, failure })
    }
}

/// How long to wait after an attempt, the first being one: twice as long each time, from `first_us` up to `most_us`, and up to a
/// quarter more, so that jobs which failed together do not come back together.
#[must_use]
pub fn backoff_us(id: &str, attempt: u32, first_us: i64, most_us: i64) -> i64 {
    let doubled = 1_i64.checked_shl(attempt.saturating_sub(1)).filter(|factor| *factor > 0);
    let wait = doubled.map_or(most_us, |factor| first_us.saturating_mul(factor)).min(most_us);
    let spread = i64::from(crate::append::leaf_of(format!("{id}/{attempt}").as_bytes())[0]);
    wait.saturating_add(wait / 1024 * spread)
}

#[cfg(test)]
mod tests {
    use super::backoff_us;

    #[test]
    fn waits_double_up_to_a_bound_and_spread() {
        let waits: Vec<_> = (1..8).map(|attempt| backoff_us("a", attempt, 1_000, 20_000)).collect();
        for (wait, least) in waits.iter().zip([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
        {
            assert!((least..=least + least / 4).contains(wait), "{waits:?}");
        }
        assert_ne!(backoff_us("a", 6, 1_000, 20_000), backoff_us("b", 6, 1_000, 20_000));
        for attempt in [0, 63, 64, 65, u32::MAX] {
            let wait = backoff_us("a", attempt, 1_000_000, i64::MAX);
            assert!(wait >= 1_000_000, "{attempt}: {wait}");
        }
    }
}
