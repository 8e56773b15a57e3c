//! Who is signed in on the pages. Backups leave it out.

use crate::{Store, StoreError, error::check_texts};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The digest of the secret in the cookie. The secret itself is never kept.
    pub id_digest: String,
    /// Whose it is.
    pub principal: String,
    /// What belongs to it. The store never looks at it.
    pub body: Vec<u8>,
    /// When it ends.
    pub expires_us: i64,
}

const PUT: &str = "
    INSERT INTO session (id_digest, principal, body, expires_us) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id_digest) DO UPDATE SET
        principal = excluded.principal, body = excluded.body, expires_us = excluded.expires_us";
const READ: &str = "
    SELECT id_digest, principal, body, expires_us FROM session
    WHERE id_digest = $1 AND expires_us > $2";
const DELETE: &str = "DELETE FROM session WHERE id_digest = $1";
const FORGET: &str = "DELETE FROM session WHERE expires_us <= $1";

impl Store {
    /// Keeps a session, or changes it.
    pub async fn put_session(&self, session: &Session) -> Result<(), StoreError> {
        check_texts([&*session.id_digest, &session.principal])?;
        writing!(self, "keep a session", |pool| {
            let put = sqlx::query(PUT).bind(&session.id_digest).bind(&session.principal);
            put.bind(&session.body).bind(session.expires_us).execute(pool).await.map(drop)
        })
    }

    /// A session that has not ended.
    pub async fn session(
        &self,
        id_digest: &str,
        now_us: i64,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<(String, String, Vec<u8>, i64)> =
            reading!(self, "read a session", |pool| {
                sqlx::query_as(READ).bind(id_digest).bind(now_us).fetch_optional(pool).await
            })?;
        Ok(row.map(|(id_digest, principal, body, expires_us)| Session {
            id_digest,
            principal,
            body,
            expires_us,
        }))
    }

    /// Ends a session; false when there is none.
    pub async fn delete_session(&self, id_digest: &str) -> Result<bool, StoreError> {
        writing!(self, "end a session", |pool| {
            Ok(sqlx::query(DELETE).bind(id_digest).execute(pool).await?.rows_affected() > 0)
        })
    }

    /// Forgets sessions that have ended; returns how many.
    pub async fn forget_sessions(&self, now_us: i64) -> Result<u64, StoreError> {
        writing!(self, "forget sessions", |pool| {
            Ok(sqlx::query(FORGET).bind(now_us).execute(pool).await?.rows_affected())
        })
    }
}
