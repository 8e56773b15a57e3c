//! Contents by their digests. They come with [`Store::append`] and never change.

use std::{collections::HashMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use crate::{Store, StoreError};

const READ: &str = "SELECT bytes FROM blob WHERE digest = $1";
const EXISTS: &str = "SELECT COUNT(*) FROM blob WHERE digest = $1";

impl Store {
    /// The bytes of a digest, `sha256:` and 64 hexadecimal digits.
    ///
    /// *Errors*: bytes that have another digest by now are [`StoreError::Corrupt`].
    pub async fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes: Option<Vec<u8>> = reading!(self, "read a blob", |pool| {
            sqlx::query_scalar(READ).bind(digest).fetch_optional(pool).await
        })?;
        match bytes {
            Some(bytes) if !is_digest_of(digest, &bytes) => {
                Err(self.corrupt(format!("the blob `{digest}` has other bytes")))
            }
            bytes => Ok(bytes),
        }
    }

    /// The bytes of digests, as far as they are there, by their digests.
    ///
    /// *Errors*: as of [`Store::blob`]. *Cost*: one statement.
    pub async fn blobs(&self, digests: &[&str]) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        let is_digest = |digest: &&&str| {
            digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':')
        };
        let wanted: Vec<_> =
            digests.iter().filter(is_digest).map(|it| format!("\"{it}\"")).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted = format!("[{}]", wanted.join(","));
        let found: Vec<(String, Vec<u8>)> = reading!(self, "read blobs", |pool, dialect| {
            sqlx::query_as(dialect::BLOBS).bind(wanted.as_str()).fetch_all(pool).await
        })?;
        for (digest, bytes) in &found {
            if !is_digest_of(digest, bytes) {
                return Err(self.corrupt(format!("the blob `{digest}` has other bytes")));
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Whether the bytes of a digest are there. *Cost*: they are not read.
    pub async fn has_blob(&self, digest: &str) -> Result<bool, StoreError> {
        let found: i64 = reading!(self, "look for a blob", |pool| {
            sqlx::query_scalar(EXISTS).bind(digest).fetch_one(pool).await
        })?;
        Ok(found > 0)
    }
}

/// Whether bytes have a digest, which is in its one spelling.
pub(crate) fn is_digest_of(digest: &str, bytes: &[u8]) -> bool {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text == digest
}
