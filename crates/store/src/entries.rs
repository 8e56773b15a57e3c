//! Reading the log.

use crate::{Store, StoreError, engine::whole};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place, from zero on.
    pub number: u64,
    /// The entry as canonical bytes.
    pub body: Vec<u8>,
    /// The body's hash as a leaf of the Merkle log.
    pub leaf: [u8; 32],
}

pub(crate) const SIZE: &str = "SELECT size FROM ledger WHERE id = 1";

const PAGE: &str = "
    SELECT number, body, leaf FROM entry
    WHERE number >= $1 ORDER BY number LIMIT $2";

/// How many entries [`Store::replay`] has in memory at a time.
const REPLAYED: u32 = 4096;

type Row = (i64, Vec<u8>, Vec<u8>);

impl Store {
    /// How many entries there are. *Cost*: one row is read, however long the log is.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let size: i64 = reading!(self, "read the log's size", |pool| {
            sqlx::query_scalar(SIZE).fetch_one(pool).await
        })?;
        self.natural(size)
    }

    /// Entries from a number on, in their order, at most `limit`.
    ///
    /// *Errors*: a gap is [`StoreError::Corrupt`]. Whether bodies are what their leaves say is for [`Store::verify`].
    pub async fn entries(&self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let first = whole(from)?;
        let rows: Vec<Row> = reading!(self, "read entries", |pool| {
            sqlx::query_as(PAGE).bind(first).bind(i64::from(limit)).fetch_all(pool).await
        })?;
        let numbered = (from..).zip(rows);
        numbered.map(|(number, row)| self.entry(number, row)).collect()
    }

    /// Gives all entries from a number on to `visit`, in their order, until it refuses one. Returns the size that it came to.
    ///
    /// The next entries are read while these are visited.
    ///
    /// *Errors*: those of [`Store::entries`]; what `visit` refuses, as the inner error.
    pub async fn replay<E>(
        &self,
        from: u64,
        mut visit: impl FnMut(StoredEntry) -> Result<(), E>,
    ) -> Result<Result<u64, E>, StoreError> {
        let mut size = from;
        let mut page = self.entries(size, REPLAYED).await?;
        while !page.is_empty() {
            size = size.saturating_add(page.len() as u64);
            let store = self.clone();
            let next = tokio::spawn(async move { store.entries(size, REPLAYED).await });
            for entry in page {
                if let Err(refusal) = visit(entry) {
                    return Ok(Err(refusal));
                }
            }
            page = match next.await {
                Ok(page) => page?,
                Err(_) => self.entries(size, REPLAYED).await?,
            };
        }
        Ok(Ok(size))
    }

    fn entry(&self, expected: u64, row: Row) -> Result<StoredEntry, StoreError> {
        let (number, body, leaf) = row;
        if self.natural(number)? != expected {
            return Err(self.corrupt(format!("entry {expected} is missing")));
        }
        let leaf = leaf.try_into();
        let leaf =
            leaf.map_err(|_| self.corrupt(format!("entry {expected} has no proper leaf")))?;
        Ok(StoredEntry { number: expected, body, leaf })
    }
}
