//! The parts that statements share: subjects, descriptors of resources, and texts within bounds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StatementError;

/// The longest name, reason or address, in bytes.
const MAX_TEXT_BYTES: usize = 4096;

/// A thing that a statement is about.
#[derive(Serialize, Deserialize)]
pub(super) struct WrittenSubject {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    pub(super) digest: BTreeMap<String, String>,
}

/// A thing that a predicate names.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct WrittenResource {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uri: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) digest: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
    #[serde(default, rename = "mediaType", skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
}

impl WrittenSubject {
    /// Writes a digest that is shown as `sha256:…`.
    pub(super) fn new(name: &str, digest: &str) -> Self {
        Self { name: name.to_owned(), digest: digest_set(digest) }
    }

    /// The name, within bounds, and the digest as `sha256:…`. Digests of other kinds are passed over.
    pub(super) fn read(&self) -> Result<(String, String), StatementError> {
        let is_hex = |text: &&String| {
            let is_digit = |letter: u8| letter.is_ascii_digit() || matches!(letter, b'a'..=b'f');
            text.len() == 64 && text.bytes().all(is_digit)
        };
        if !self.name.is_empty() {
            line("subject's name", &self.name)?;
        }
        let digest = self.digest.get("sha256").filter(is_hex);
        let digest = digest.ok_or_else(|| StatementError::Digest(self.name.clone()))?;
        Ok((self.name.clone(), format!("sha256:{digest}")))
    }
}

/// The only subject of a statement that is about one thing.
pub(super) fn only_subject(
    subjects: &[WrittenSubject],
) -> Result<(String, String), StatementError> {
    match subjects {
        [subject] => subject.read(),
        _ => Err(StatementError::Subjects(subjects.len())),
    }
}

/// A set of one digest, from its text `sha256:…`.
pub(super) fn digest_set(digest: &str) -> BTreeMap<String, String> {
    let (kind, digits) = digest.split_once(':').unwrap_or(("sha256", digest));
    BTreeMap::from([(kind.to_owned(), digits.to_owned())])
}

/// Checks that a text is one line of a bearable length.
pub(super) fn line(what: &'static str, text: &str) -> Result<(), StatementError> {
    if text.contains(char::is_control) {
        Err(StatementError::Text(what))
    } else {
        prose(what, text)
    }
}

/// Checks that a text is of a bearable length, and has no control characters but ends of lines.
pub(super) fn prose(what: &'static str, text: &str) -> Result<(), StatementError> {
    let is_bad = |letter: char| letter.is_control() && letter != '\n';
    if text.trim().is_empty() || text.len() > MAX_TEXT_BYTES || text.contains(is_bad) {
        return Err(StatementError::Text(what));
    }
    Ok(())
}
