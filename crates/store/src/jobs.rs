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
const FINISH: &str = "DELETE FROM job WHERE id = $1 AND attempts = $2 AND is_dead = 0";
const FAIL: &str = "
    UPDATE job SET failure = $3, due_us = $4,
        is_dead = CASE WHEN attempts >= most_attempts THEN 1 ELSE 0 END
    WHERE id = $1 AND attempts = $2 AND is_dead = 0
    RETURNING is_dead";
const REPEAT: &str = "
    INSERT INTO job AS old (id, kind, body, due_us, attempts, most_attempts, is_dead, failure)
    VALUES ($1, $2, $3, $4, $6, $6 + $5, 0, '')
    ON CONFLICT (id) DO UPDATE SET
        due_us = excluded.due_us, is_dead = 0, most_attempts = old.attempts + $5";
const DEAD: &str = "SELECT COUNT(*) FROM job WHERE is_dead = 1 AND kind = $1";
const REVIVE: &str =
    "UPDATE job SET is_dead = 0, attempts = 0, due_us = $2 WHERE is_dead = 1 AND kind = $1";
const FORGET: &str = "DELETE FROM job WHERE is_dead = 1 AND kind = $1 AND due_us < $2";

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

    /// Adds a job, or makes the one of its name due again, and gives it all its attempts beside those it has had.
    ///
    /// They go on counting, so that whoever has claimed it before cannot take the new claim for theirs; `attempts` says how many
    /// there were of one that is done.
    pub async fn repeat_job(&self, job: &NewJob<'_>, attempts: u32) -> Result<(), StoreError> {
        check_texts([job.id, job.kind])?;
        writing!(self, "repeat a job", |pool| {
            let repeat = sqlx::query(REPEAT).bind(job.id).bind(job.kind).bind(job.body);
            let repeat = repeat.bind(job.due_us).bind(i64::from(job.most_attempts));
            repeat.bind(i64::from(attempts)).execute(pool).await.map(drop)
        })
    }

    /// Claims the job of a kind that has been due for longest, until `until_us`. No two callers get the same.
    pub async fn claim_job(
        &self,
        kind: &str,
        now_us: i64,
        until_us: i64,
    ) -> Result<Option<Job>, StoreError> {
        self.claim_job_beside(kind, &[], now_us, until_us).await
    }

    /// As [`Store::claim_job`], and passes over those whose names begin with one of `fronts`. *Cost*: linear in how many due
    /// jobs are passed over.
    pub async fn claim_job_beside(
        &self,
        kind: &str,
        fronts: &[String],
        now_us: i64,
        until_us: i64,
    ) -> Result<Option<Job>, StoreError> {
        check_texts(fronts.iter().map(String::as_str))?;
        let fronts = serde_json::Value::from(fronts).to_string();
        let claimed: Option<Row> = writing!(self, "claim a job", |pool, dialect| {
            let claim = sqlx::query_as(dialect::CLAIM_JOB).bind(kind).bind(now_us).bind(until_us);
            let claimed = claim.bind(&fronts).fetch_optional(pool).await?;
            if claimed.is_none() {
                // Whoever had the last attempt has died over it.
                sqlx::query(BURY).bind(kind).bind(now_us).execute(pool).await?;
            }
            Ok(claimed)
        })?;
        claimed.map(|row| self.job(row)).transpose()
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

    /// How many jobs of a kind are dead.
    pub async fn dead_jobs(&self, kind: &str) -> Result<u64, StoreError> {
        let dead: i64 = reading!(self, "count dead jobs", |pool| {
            sqlx::query_scalar(DEAD).bind(kind).fetch_one(pool).await
        })?;
        self.natural(dead)
    }

    /// Gives the dead jobs of a kind all their attempts again, from `due_us` on; returns how many.
    pub async fn revive_jobs(&self, kind: &str, due_us: i64) -> Result<u64, StoreError> {
        writing!(self, "revive jobs", |pool| {
            Ok(sqlx::query(REVIVE).bind(kind).bind(due_us).execute(pool).await?.rows_affected())
        })
    }

    /// Forgets the jobs of a kind that died before a time; returns how many.
    pub async fn forget_jobs(&self, kind: &str, before_us: i64) -> Result<u64, StoreError> {
        writing!(self, "forget jobs", |pool| {
            Ok(sqlx::query(FORGET).bind(kind).bind(before_us).execute(pool).await?.rows_affected())
        })
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
