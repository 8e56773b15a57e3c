//! Whether a database holds what was put into it.

use crate::{Store, StoreError, append::leaf_of, blobs::is_digest_of};

/// What was looked at and found whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// How many blobs.
    pub blobs: u64,
    /// How many bytes of bodies and blobs.
    pub bytes: u64,
}

const BLOBS: &str = "SELECT digest, bytes FROM blob WHERE digest > $1 ORDER BY digest LIMIT 16";

impl Store {
    /// Reads everything: entries follow each other without a gap up to the log's size, every body has the hash of its leaf,
    /// every blob its digest, and for SQLite, the file's own structure is sound.
    ///
    /// *Errors*: the first thing that is wrong, as [`StoreError::Corrupt`]. *Cost*: all is read once, in small parts.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        self.verify_structure().await?;
        let mut verified = Verified::default();
        let size = self.size().await?;
        while verified.entries < size {
            let entries = self.entries(verified.entries, 256).await?;
            if entries.is_empty() {
                return Err(self.corrupt(format!("entry {} is missing", verified.entries)));
            }
            for entry in entries {
                if leaf_of(&entry.body) != entry.leaf {
                    return Err(self.corrupt(format!("entry {} has another body", entry.number)));
                }
                verified.entries += 1;
                verified.bytes += entry.body.len() as u64;
            }
        }
        let mut after = String::new();
        loop {
            let blobs: Vec<(String, Vec<u8>)> = reading!(self, "read blobs", |pool| {
                sqlx::query_as(BLOBS).bind(&after).fetch_all(pool).await
            })?;
            let Some((last, _)) = blobs.last() else { return Ok(verified) };
            after.clone_from(last);
            for (digest, bytes) in &blobs {
                if !is_digest_of(digest, bytes) {
                    return Err(self.corrupt(format!("the blob `{digest}` has other bytes")));
                }
                verified.blobs += 1;
                verified.bytes += bytes.len() as u64;
            }
        }
    }

    async fn verify_structure(&self) -> Result<(), StoreError> {
        let crate::engine::Engine::Sqlite { read, .. } = &self.inner.engine else { return Ok(()) };
        let checking = "check the file";
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(read)
            .await
            .map_err(|error| self.explain(checking, error))?;
        match found.as_slice() {
            [only] if only == "ok" => Ok(()),
            found => Err(self.corrupt(found.join("; "))),
        }
    }
}
