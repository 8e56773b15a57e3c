//! Contents by their digests. They come with [`Store::append`] and never change.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use crate::{Store, StoreError};

const READ: &str = "SELECT bytes FROM blob WHERE digest = $1";

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
    pub async fn blobs(
        &self,
        digests: &[impl AsRef<str>],
    ) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        let is_digest =
            |digest: &&str| digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':');
        let digests = digests.iter().map(AsRef::as_ref);
        let wanted: HashSet<&str> = digests.filter(is_digest).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let listed = wanted.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(",");
        let listed = format!("[{listed}]");
        let found: Vec<Vec<u8>> = reading!(self, "read blobs", |pool, dialect| {
            sqlx::query_scalar(dialect::BLOBS).bind(listed.as_str()).fetch_all(pool).await
        })?;
        let found: HashMap<_, _> =
            found.into_iter().map(|bytes| (digest_of(&bytes), bytes)).collect();
        if found.keys().any(|digest| !wanted.contains(digest.as_str())) {
            // Bytes have changed. Asked for one by one, they are refused by their name.
            for digest in wanted {
                self.blob(digest).await?;
            }
        }
        Ok(found)
    }
}

/// The digest of bytes, in its one spelling.
fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Whether bytes have a digest, which is in its one spelling.
pub(crate) fn is_digest_of(digest: &str, bytes: &[u8]) -> bool {
    digest_of(bytes) == digest
}
