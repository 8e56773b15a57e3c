//! Answers to requests that may be sent again.

use crate::{Store, StoreError};

/// The answer to a request, kept together with what the request did.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'a> {
    /// Whose key it is: the same key of another token is another key.
    pub token: &'a str,
    /// The request's key.
    pub key: &'a str,
    /// What tells this request from another with the same key.
    pub request_digest: &'a str,
    /// The answer's status.
    pub status: u16,
    /// The answer.
    pub answer: &'a [u8],
    /// When it may be forgotten.
    pub expires_us: i64,
    /// The time: an answer that has expired gives way.
    pub now_us: i64,
}

/// An answer given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// What tells the request from another with the same key.
    pub request_digest: String,
    /// The answer's status.
    pub status: u16,
    /// The answer.
    pub answer: Vec<u8>,
    /// When it may be forgotten.
    pub expires_us: i64,
}

/// Nothing is inserted where an answer is that has not expired.
pub(crate) const INSERT: &str = "
    INSERT INTO idempotency AS old
        (token, idempotency_key, request_digest, status, answer, expires_us)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (token, idempotency_key) DO UPDATE SET
        request_digest = excluded.request_digest, status = excluded.status,
        answer = excluded.answer, expires_us = excluded.expires_us
    WHERE old.expires_us <= $7";

const READ: &str = "
    SELECT request_digest, status, answer, expires_us FROM idempotency
    WHERE token = $1 AND idempotency_key = $2 AND expires_us > $3";

const FORGET: &str = "DELETE FROM idempotency WHERE expires_us <= $1";

impl Store {
    /// The answer that a request with this key was given, unless it has expired.
    pub async fn idempotency(
        &self,
        token: &str,
        key: &str,
        now_us: i64,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        let row: Option<(String, i64, Vec<u8>, i64)> =
            reading!(self, "look for an idempotency key", |pool| {
                let read = sqlx::query_as(READ).bind(token).bind(key).bind(now_us);
                read.fetch_optional(pool).await
            })?;
        let Some((request_digest, status, answer, expires_us)) = row else { return Ok(None) };
        let status = u16::try_from(status);
        let status = status.map_err(|_| self.corrupt("an answer has no proper status"))?;
        Ok(Some(StoredAnswer { request_digest, status, answer, expires_us }))
    }

    /// Forgets answers that have expired; returns how many.
    pub async fn forget_answers(&self, now_us: i64) -> Result<u64, StoreError> {
        writing!(self, "forget answers", |pool| {
            Ok(sqlx::query(FORGET).bind(now_us).execute(pool).await?.rows_affected())
        })
    }
}
