//! OpenSSH's files: strings with their lengths before them, in base64 between two lines.

use ed25519_dalek::SigningKey;

use super::{KeyError, PrivateKey, PublicKey};
use crate::encoding::{from_canonical_base64, to_base64};

#[cfg(test)]
mod tests;

/// The name of the kind of key.
pub(super) const KIND: &str = "ssh-ed25519";
/// What a private key begins with.
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// Longer texts are no keys or signatures of this kind.
const MAX_BYTES: usize = 1 << 16;
const PRIVATE: &str = "OPENSSH PRIVATE KEY";

/// Takes strings off bytes, each its length in four bytes and then itself.
pub(super) struct Strings<'a>(pub(super) &'a [u8]);

impl<'a> Strings<'a> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }

    /// What is not taken.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }
}

/// Adds a string with its length; those written here are short.
pub(super) fn add_string(bytes: &mut Vec<u8>, string: &[u8]) {
    bytes.extend(u32::try_from(string.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(string);
}

/// The public key in the form that all else contains.
pub(super) fn blob(key: &PublicKey) -> Vec<u8> {
    let mut bytes = Vec::new();
    add_string(&mut bytes, KIND.as_bytes());
    add_string(&mut bytes, &key.to_bytes());
    bytes
}

/// Reads [`blob`].
pub(super) fn from_blob(blob: &[u8], form: KeyError) -> Result<PublicKey, KeyError> {
    let mut strings = Strings(blob);
    if strings.string().ok_or(form)? != KIND.as_bytes() {
        return Err(KeyError::Kind);
    }
    let key = strings.string().ok_or(form)?;
    if !strings.rest().is_empty() {
        return Err(form);
    }
    PublicKey::from_bytes(key.try_into().map_err(|_| form)?)
}

/// The bytes between the two lines of a label, and nothing else around them but blanks.
pub(super) fn unarmoured(text: &str, label: &str) -> Option<Vec<u8>> {
    let body = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let body = body.strip_suffix(&format!("-----END {label}-----"))?;
    if text.len() > MAX_BYTES {
        return None;
    }
    from_canonical_base64(&body.split_ascii_whitespace().collect::<String>())
}

/// Writes bytes between the two lines of a label.
pub(super) fn armoured(bytes: &[u8], label: &str) -> String {
    let base64 = to_base64(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (place, letter) in base64.chars().enumerate() {
        if place > 0 && place % 70 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + &format!("\n-----END {label}-----\n")
}

/// Whether a text looks like a private key of OpenSSH.
pub(super) fn is_private(text: &str) -> bool {
    text.trim_start().starts_with(&format!("-----BEGIN {PRIVATE}-----"))
}

/// Reads a private key that has no passphrase.
pub(super) fn private_key(text: &str) -> Result<PrivateKey, KeyError> {
    const FORM: KeyError = KeyError::Form("OpenSSH private key file");
    let bytes = unarmoured(text, PRIVATE).ok_or(FORM)?;
    let mut strings = Strings(bytes.strip_prefix(MAGIC).ok_or(FORM)?);
    let cipher = strings.string().ok_or(FORM)?;
    if cipher != b"none" {
        return Err(KeyError::Locked);
    }
    let (derivation, options) = (strings.string().ok_or(FORM)?, strings.string().ok_or(FORM)?);
    let is_plain = derivation == b"none" && options.is_empty();
    if !is_plain || strings.number() != Some(1) {
        return Err(FORM);
    }
    let public = from_blob(strings.string().ok_or(FORM)?, FORM)?;
    let inner = strings.string().ok_or(FORM)?;
    if !strings.rest().is_empty() {
        return Err(FORM);
    }
    let mut strings = Strings(inner);
    // The same number twice, by which OpenSSH sees whether a passphrase was right.
    let is_twice = strings.number() == strings.number();
    let kind = strings.string().ok_or(FORM)?;
    let again = strings.string().ok_or(FORM)?;
    let pair = strings.string().ok_or(FORM)?;
    let _comment = strings.string().ok_or(FORM)?;
    let is_padded = (1..8_u8).zip(strings.rest()).all(|(number, byte)| number == *byte)
        && strings.rest().len() < 8;
    if !is_twice || !is_padded || kind != KIND.as_bytes() || again != public.to_bytes() {
        return Err(FORM);
    }
    let pair: &[u8; 64] = pair.try_into().map_err(|_| FORM)?;
    let key = SigningKey::from_keypair_bytes(pair).map_err(|_| FORM)?;
    if key.verifying_key() == public.0 { Ok(PrivateKey(key)) } else { Err(FORM) }
}
