//! Signatures as `ssh-keygen -Y sign` makes them, so that keys may stay with the agent.

use sha2::{Digest as _, Sha256, Sha512};

use super::{
    KeyError, PrivateKey, PublicKey,
    openssh::{KIND, Strings, add_string, armoured, blob, from_blob, unarmoured},
};

/// What signatures are for, so that one for another purpose is none for this.
pub const SSH_NAMESPACE: &str = "attestation@trainyard";

const MAGIC: &[u8; 6] = b"SSHSIG";
const LABEL: &str = "SSH SIGNATURE";
/// Longer ones are not of an Ed25519 key.
const MAX_BYTES: usize = 4096;
const FORM: KeyError = KeyError::Form("SSH signature");

/// A signature of an SSH key, with the key and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshSignature {
    key: PublicKey,
    namespace: Vec<u8>,
    reserved: Vec<u8>,
    hash: Hash,
    signature: [u8; 64],
}

/// How the message was hashed before it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Sha256 => b"sha256",
            Self::Sha512 => b"sha512",
        }
    }

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

impl SshSignature {
    /// Signs a message for a namespace, as `ssh-keygen -Y sign` does.
    pub fn sign(key: &PrivateKey, namespace: &str, message: &[u8]) -> Self {
        let mut made = Self {
            key: key.public_key(),
            namespace: namespace.as_bytes().to_vec(),
            reserved: Vec::new(),
            hash: Hash::Sha512,
            signature: [0; 64],
        };
        made.signature = key.sign(&made.signed(message));
        made
    }

    /// Reads the file that `ssh-keygen` writes.
    ///
    /// *Errors*: [`KeyError::Kind`] for a signature of another kind of key, [`KeyError::Form`], [`KeyError::Weak`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&unarmoured(text, LABEL).ok_or(FORM)?)
    }

    /// Reads the bytes in that file.
    ///
    /// *Errors*: those of [`SshSignature::from_text`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.strip_prefix(MAGIC).filter(|bytes| bytes.len() <= MAX_BYTES);
        let mut strings = Strings(bytes.ok_or(FORM)?);
        if strings.number() != Some(1) {
            return Err(FORM);
        }
        let key = from_blob(strings.string().ok_or(FORM)?, FORM)?;
        let namespace = strings.string().ok_or(FORM)?.to_vec();
        let reserved = strings.string().ok_or(FORM)?.to_vec();
        let hash = match strings.string() {
            Some(b"sha256") => Hash::Sha256,
            Some(b"sha512") => Hash::Sha512,
            _ => return Err(FORM),
        };
        let mut inner = Strings(strings.string().ok_or(FORM)?);
        let is_of_kind = inner.string() == Some(KIND.as_bytes());
        let signature = inner.string().and_then(|bytes| bytes.try_into().ok()).ok_or(FORM)?;
        let is_all = inner.rest().is_empty() && strings.rest().is_empty();
        if !is_of_kind || !is_all || namespace.is_empty() {
            return Err(FORM);
        }
        Ok(Self { key, namespace, reserved, hash, signature })
    }

    /// Writes what [`SshSignature::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &1_u32.to_be_bytes()].concat();
        let mut signature = Vec::new();
        add_string(&mut signature, KIND.as_bytes());
        add_string(&mut signature, &self.signature);
        let parts =
            [&blob(&self.key)[..], &self.namespace, &self.reserved, self.hash.name(), &signature];
        for part in parts {
            add_string(&mut bytes, part);
        }
        bytes
    }

    /// Writes what `ssh-keygen -Y verify` reads.
    pub fn to_text(&self) -> String {
        armoured(&self.to_bytes(), LABEL)
    }

    /// The key that it says made it; only [`SshSignature::verify`] tells whether it did.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Whether its key signed this message for this namespace.
    pub fn verify(&self, namespace: &str, message: &[u8]) -> bool {
        self.namespace == namespace.as_bytes()
            && self.key.has_signed(&self.signed(message), &self.signature)
    }

    /// The bytes that the key signs.
    fn signed(&self, message: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let hash = self.hash.of(message);
        for part in [&self.namespace[..], &self.reserved, self.hash.name(), &hash] {
            add_string(&mut bytes, part);
        }
        bytes
    }
}
