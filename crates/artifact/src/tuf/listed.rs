//! Whether a file is the one that is listed, and signed as it must be.

use super::{
    envelope::Envelope,
    metadata::{FileMeta, Metadata, Root, SNAPSHOT, TargetFile, content_path, versioned},
    refusal::Refusal,
    update::Fetch,
};
use crate::digest::Sha256;

/// A snapshot is no longer than this, whatever is said of it.
const MAX_SNAPSHOT: u64 = 2_000_000;
/// A list of files is no longer than this, whatever is said of it.
const MAX_TARGETS: u64 = 5_000_000;

/// A file as it is listed, and where its bytes are.
pub(super) fn fetch_of(path: &str, file: &TargetFile) -> Result<(TargetFile, Fetch), Refusal> {
    let digest = file.hashes.digest().ok_or_else(|| Refusal::NoDigest(path.to_owned()))?;
    let fetch = Fetch { path: content_path(path, &digest.to_string()), at_most: file.length };
    Ok((file.clone(), fetch))
}

/// Whether some bytes are the file that is listed.
///
/// *Errors*: its length or digest, or that it is listed without one.
pub fn verify_target(path: &str, file: &TargetFile, bytes: &[u8]) -> Result<(), Refusal> {
    let digest = file.hashes.digest().ok_or_else(|| Refusal::NoDigest(path.to_owned()))?;
    check_content(path, bytes, Some(file.length), Some(digest))
}

pub(super) fn check_content(
    path: &str,
    bytes: &[u8],
    length: Option<u64>,
    digest: Option<Sha256>,
) -> Result<(), Refusal> {
    let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if let Some(at_most) = length.filter(|length| found > *length) {
        return Err(Refusal::TooLong { file: path.to_owned(), at_most });
    }
    let is_shorter = length.is_some_and(|length| found < length);
    let found = Sha256::of(bytes);
    if is_shorter || digest.is_some_and(|digest| digest != found) {
        return Err(Refusal::Content { file: path.to_owned(), found });
    }
    Ok(())
}

/// Where a file lies that another one lists.
pub(super) fn listed(role: &str, meta: &FileMeta) -> Fetch {
    let limit = if role == SNAPSHOT { MAX_SNAPSHOT } else { MAX_TARGETS };
    let at_most = meta.length.unwrap_or(limit).min(limit);
    Fetch { path: versioned(meta.version, role), at_most }
}

/// Whether a file that is kept is the one that is listed: by its version, and by length and digest where these are told.
pub(super) fn is_listed<M: Metadata>(listed: &FileMeta, bytes: &[u8]) -> bool {
    read_listed::<M>("", bytes, listed)
        .is_ok_and(|(_, metadata)| metadata.version() == listed.version)
}

pub(super) fn read<M: Metadata>(file: &str, bytes: &[u8]) -> Result<(Envelope, M), Refusal> {
    let form = |source| Refusal::Form { file: file.to_owned(), source };
    let envelope = Envelope::read(bytes).map_err(form)?;
    let metadata = envelope.metadata().map_err(form)?;
    Ok((envelope, metadata))
}

/// Reads a file after its length and digest have been held against what is listed.
pub(super) fn read_listed<M: Metadata>(
    file: &str,
    bytes: &[u8],
    listed: &FileMeta,
) -> Result<(Envelope, M), Refusal> {
    let digest = match &listed.hashes {
        Some(hashes) => Some(hashes.digest().ok_or_else(|| Refusal::NoDigest(file.to_owned()))?),
        None => None,
    };
    check_content(file, bytes, listed.length, digest)?;
    read(file, bytes)
}

/// Demands the signatures of a role that the root names.
pub(super) fn demand(
    envelope: &Envelope,
    root: &Root,
    role: &'static str,
    file: &str,
) -> Result<(), Refusal> {
    let rule = root.roles.get(role).ok_or(Refusal::NoRole(role))?;
    if envelope.is_signed(&root.keys, rule) {
        return Ok(());
    }
    Err(Refusal::Signatures {
        file: file.to_owned(),
        signed: envelope.count(&root.keys, rule),
        threshold: rule.threshold,
    })
}

pub(super) fn no_older(file: &str, offered: u64, trusted: u64) -> Result<(), Refusal> {
    if offered < trusted {
        return Err(Refusal::Rollback { file: file.to_owned(), offered, trusted });
    }
    Ok(())
}

pub(super) fn version(file: &str, expected: u64, found: u64) -> Refusal {
    Refusal::Version { file: file.to_owned(), expected, found }
}

pub(super) fn missing(file: &str) -> Refusal {
    Refusal::Missing(file.to_owned())
}
