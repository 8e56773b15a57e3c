//! Ed25519 keys: reading, writing, names, signing and checking.

use std::fmt;

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use serde::{Deserialize, Serialize};

use crate::encoding::{from_base64, sha256, to_base64, to_hex};

mod openssh;
mod sshsig;

#[cfg(test)]
mod tests;

pub use self::sshsig::{SSH_NAMESPACE, SshSignature};

/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410).
const PUBLIC_KEY_HEADER: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// What stands before the 32 secret bytes of an Ed25519 key in its DER form (RFC 8410).
const PRIVATE_KEY_HEADER: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

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
    /// The private key has a passphrase, which nobody asks for here.
    #[error(
        "this private key has a passphrase; take it off with `ssh-keygen -p`, or sign with `ssh-keygen -Y sign`, which asks the agent"
    )]
    Locked,
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
        if key.is_weak() || !is_reduced(bytes) { Err(KeyError::Weak) } else { Ok(Self(key)) }
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
        if kind != openssh::KIND {
            return Err(KeyError::Kind);
        }
        openssh::from_blob(&from_base64(base64).ok_or(FORM)?, FORM)
    }

    /// Reads a key in whichever of these forms it is written: PEM, or a line of OpenSSH.
    ///
    /// *Errors*: those of [`PublicKey::from_pem`] and [`PublicKey::from_openssh`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        if text.trim_start().starts_with("-----") {
            Self::from_pem(text)
        } else {
            Self::from_openssh(text.trim_start())
        }
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
        format!("{} {}", openssh::KIND, to_base64(&openssh::blob(self)))
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

/// Whether the coordinate in the bytes of a point is below 2^255 - 19; the library reads others as well, and a key of two
/// spellings would have two names.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    last & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *first < 0xed
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

    /// Writes what [`PrivateKey::from_pem`] reads. It is a secret.
    pub fn to_pem(&self) -> String {
        let der = [&PRIVATE_KEY_HEADER[..], self.0.as_bytes()].concat();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", to_base64(&der))
    }

    /// Reads a private key file of OpenSSH without a passphrase.
    ///
    /// *Errors*: [`KeyError::Locked`], [`KeyError::Kind`], [`KeyError::Form`], [`KeyError::Weak`].
    pub fn from_openssh(text: &str) -> Result<Self, KeyError> {
        openssh::private_key(text)
    }

    /// Reads a private key in whichever of these forms it is written: PEM, or a file of OpenSSH.
    ///
    /// *Errors*: those of [`PrivateKey::from_pem`] and [`PrivateKey::from_openssh`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        match text.trim_start() {
            text if openssh::is_private(text) => Self::from_openssh(text),
            text if text.starts_with("-----BEGIN ENCRYPTED") => Err(KeyError::Locked),
            text => Self::from_pem(text),
        }
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
