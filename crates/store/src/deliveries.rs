//! What became of webhooks' deliveries. What is still to be delivered is a job.

use crate::{Store, StoreError, engine::whole, error::check_texts};

/// An attempt to deliver an entry to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The webhook's name.
    pub webhook: String,
    /// The entry's number.
    pub entry: u64,
    /// Which attempt it was, from one on.
    pub attempt: u32,
    /// When.
    pub at_us: i64,
    /// The answer's status; zero where none came.
    pub status: u16,
    /// What else is known: why none came, or how an answer begins.
    pub note: String,
}

const PUT: &str = "
    INSERT INTO delivery (webhook, entry, attempt, at_us, status, note)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (webhook, entry, attempt) DO UPDATE SET
        at_us = excluded.at_us, status = excluded.status, note = excluded.note";
const LIST: &str = "
    SELECT webhook, entry, attempt, at_us, status, note FROM delivery
    WHERE webhook = $1 AND (entry < $2 OR (entry = $2 AND attempt < $3))
    ORDER BY entry DESC, attempt DESC LIMIT $4";
const FORGET: &str = "DELETE FROM delivery WHERE at_us < $1";

type Row = (String, i64, i64, i64, i64, String);

impl Store {
    /// Keeps what became of an attempt.
    pub async fn put_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        check_texts([&*delivery.webhook])?;
        let entry = whole(delivery.entry)?;
        let note = delivery.note.replace('\0', "\u{fffd}");
        writing!(self, "keep a delivery", |pool| {
            let put = sqlx::query(PUT).bind(&delivery.webhook).bind(entry);
            let put = put.bind(i64::from(delivery.attempt)).bind(delivery.at_us);
            put.bind(i64::from(delivery.status)).bind(&note).execute(pool).await.map(drop)
        })
    }

    /// Attempts of a webhook, the newest entry and attempt first, at most `limit`; those before an entry's attempt, where one is
    /// given.
    pub async fn deliveries(
        &self,
        webhook: &str,
        before: Option<(u64, u32)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (entry, attempt) = match before {
            Some((entry, attempt)) => (whole(entry)?, i64::from(attempt)),
            None => (i64::MAX, i64::MAX),
        };
        let rows: Vec<Row> = reading!(self, "list deliveries", |pool| {
            let list = sqlx::query_as(LIST).bind(webhook).bind(entry).bind(attempt);
            list.bind(i64::from(limit)).fetch_all(pool).await
        })?;
        rows.into_iter().map(|row| self.delivery(row)).collect()
    }

    /// Forgets attempts before a time; returns how many.
    pub async fn forget_deliveries(&self, before_us: i64) -> Result<u64, StoreError> {
        writing!(self, "forget deliveries", |pool| {
            Ok(sqlx::query(FORGET).bind(before_us).execute(pool).await?.rows_affected())
        })
    }

    fn delivery(&self, row: Row) -> Result<Delivery, StoreError> {
        let (webhook, entry, attempt, at_us, status, note) = row;
        let entry = self.natural(entry)?;
        let (Ok(attempt), Ok(status)) = (u32::try_from(attempt), u16::try_from(status)) else {
            return Err(self.corrupt(format!("a delivery of `{webhook}` has no proper numbers")));
        };
        Ok(Delivery { webhook, entry, attempt, at_us, status, note })
    }
}
