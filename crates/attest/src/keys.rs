//! Ed25519 keys: reading, writing, names, signing and checking.

use std::fmt;

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use serde::{Deserialize, Serialize};

use crate::encoding::{from_base64, sha256, to_base64, to_hex};

#[cfg(test)]
mod tests;

/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410).
const PUBLIC_KEY_HEADER: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The name of the kind of key in OpenSSH's files.
const OPENSSH_KIND: &str = "ssh-ed25519";

/// Why a key could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text has not the form.
    #[error("this is no {0}")]
    Form(&'static str),
    /// The key is of another kind, such as RSA.
    #[error("this is no Ed25519 key")]
    Kind,
    /// The bytes are no point of the curve, or one under which forged signatures pass.
    #[error("this Ed25519 key is not valid, or weak")]
    Weak,
}

/// Names a key: SHA-256 of its DER form (`SubjectPublicKeyInfo`) in hexadecimal digits.
///
/// It is what `openssl pkey -pubin -outform DER | sha256sum` prints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// Takes a name as it stands; one that no key has matches none.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A key that checks signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Takes the 32 bytes of RFC 8032.
    ///
    /// *Errors*: [`KeyError::Weak`] for bytes that are no key, or one of the few of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Weak)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// Reads PEM with the label `PUBLIC KEY` (RFC 8410).
    ///
    /// *Errors*: [`KeyError::Form`] for another text or kind of key, [`KeyError::Weak`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_public_key_pem(text)
            .map_err(|_| KeyError::Form("PEM file of an Ed25519 public key"))?;
        Self::from_bytes(key.as_bytes())
    }

    /// Reads a line of OpenSSH's public key files: kind, base64 and maybe a comment.
    ///
    /// *Errors*: [`KeyError::Kind`] for another kind of key, [`KeyError::Form`], [`KeyError::Weak`].
    pub fn from_openssh(line: &str) -> Result<Self, KeyError> {
        const FORM: KeyError = KeyError::Form("line of an OpenSSH public key file");
        let line = line.trim_end_matches(['\r', '\n']);
        if line.contains(['\r', '\n']) {
            return Err(FORM);
        }
        let mut words = line.split_ascii_whitespace();
        let (kind, base64) = (words.next().ok_or(FORM)?, words.next().ok_or(FORM)?);
        if kind != OPENSSH_KIND {
            return Err(KeyError::Kind);
        }
        let blob = from_base64(base64).ok_or(FORM)?;
        let (inner_kind, rest) = openssh_string(&blob).ok_or(FORM)?;
        if inner_kind != OPENSSH_KIND.as_bytes() {
            return Err(KeyError::Kind);
        }
        let (key, rest) = openssh_string(rest).ok_or(FORM)?;
        if !rest.is_empty() {
            return Err(FORM);
        }
        Self::from_bytes(key.try_into().map_err(|_| FORM)?)
    }

    /// The 32 bytes of RFC 8032.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The DER form, a `SubjectPublicKeyInfo`.
    pub fn to_der(&self) -> Vec<u8> {
        [&PUBLIC_KEY_HEADER[..], self.0.as_bytes()].concat()
    }

    /// PEM with the label `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        let base64 = to_base64(&self.to_der());
        format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
    }

    /// A line for OpenSSH's files, without comment and end of line.
    pub fn to_openssh(&self) -> String {
        let kind = OPENSSH_KIND.as_bytes();
        let blob = [&[0, 0, 0, 11], kind, &[0, 0, 0, 32], self.0.as_bytes()].concat();
        format!("{OPENSSH_KIND} {}", to_base64(&blob))
    }

    /// The key's name.
    pub fn id(&self) -> KeyId {
        KeyId(to_hex(&sha256(&[&self.to_der()])))
    }

    /// Whether the 64 bytes are this key's signature of the message.
    ///
    /// Signatures that another implementation might judge otherwise (unreduced numbers, points of small order) are none.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// Takes a string of OpenSSH's format off the bytes: its length in four bytes, then itself.
fn openssh_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// A key that signs. Its bytes are wiped when it is dropped, and never shown.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Takes the 32 secret bytes of RFC 8032; making them needs randomness, which is the caller's.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// Reads PEM with the label `PRIVATE KEY`, not encrypted (RFC 8410).
    ///
    /// *Errors*: [`KeyError::Form`] for another text or kind of key, and for a public half that is not its own.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(text)
            .map(Self)
            .map_err(|_| KeyError::Form("PEM file of an Ed25519 private key"))
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message: 64 bytes, always the same for the same message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PrivateKey of {}", self.public_key().id())
    }
}
