//! Metadata with its signatures, as a file has it and as signers hand it on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trainyard_attest::{PrivateKey, PublicKey};

use super::{
    canonical::{NotCanonical, canonical},
    keys::{Key, key_id},
    metadata::{Metadata, Role, Root, repeated},
};
use crate::digest::{from_hex, to_hex};

/// More signatures than this are refused, as checking them costs time.
const MAX_SIGNATURES: usize = 256;

/// Why a text is no signed metadata.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not the JSON of signed metadata, or not of the kind that is wanted.
    #[error("this is no signed metadata")]
    Json(#[source] serde_json::Error),
    /// What is signed has no canonical form.
    #[error("what is signed has no canonical form")]
    Canonical(#[source] NotCanonical),
    /// It is metadata of another kind.
    #[error("this is metadata of kind `{found}`, not `{expected}`")]
    Kind {
        /// The kind that is wanted.
        expected: &'static str,
        /// The kind it is of.
        found: String,
    },
    /// It follows another specification.
    #[error("specification {0} is not known")]
    Specification(String),
    /// One key has several signatures.
    #[error("key {0} has signed twice")]
    SignedTwice(String),
    /// There are more than are checked.
    #[error("it has {0} signatures, more than {MAX_SIGNATURES}")]
    TooManySignatures(usize),
    /// Versions begin with one.
    #[error("its version is 0")]
    Version,
}

/// Signed metadata: what is signed, as it stands, and by whom.
///
/// It is also the file that is handed from signer to signer: [`Envelope::read`], [`Envelope::sign`],
/// [`Envelope::to_bytes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    signed: Value,
    message: Vec<u8>,
    signatures: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    signatures: Vec<WrittenSignature>,
    signed: Value,
}

#[derive(Serialize, Deserialize)]
struct WrittenSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Reads a file. What it says is believed only as far as its signatures are counted.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let written: Written = serde_json::from_slice(bytes).map_err(EnvelopeError::Json)?;
        if written.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::TooManySignatures(written.signatures.len()));
        }
        let ids = written.signatures.iter().map(|signature| signature.keyid.as_str());
        if let Some(id) = repeated(ids) {
            return Err(EnvelopeError::SignedTwice(id.to_owned()));
        }
        let message = canonical(&written.signed).map_err(EnvelopeError::Canonical)?;
        let signatures = written.signatures.into_iter();
        Ok(Self {
            signed: written.signed,
            message,
            signatures: signatures.map(|signature| (signature.keyid, signature.sig)).collect(),
        })
    }

    /// Metadata that nobody has signed yet.
    pub(crate) fn unsigned(metadata: &impl Metadata) -> Self {
        let signed = serde_json::to_value(metadata).unwrap_or_default();
        let message = canonical(&signed).unwrap_or_default();
        Self { signed, message, signatures: BTreeMap::new() }
    }

    /// The file, the same bytes for the same signatures.
    pub fn to_bytes(&self) -> Vec<u8> {
        let signatures = self.signatures.iter();
        let written = Written {
            signatures: signatures
                .map(|(keyid, sig)| WrittenSignature { keyid: keyid.clone(), sig: sig.clone() })
                .collect(),
            signed: self.signed.clone(),
        };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Adds a key's signature.
    pub fn sign(&mut self, key: &PrivateKey) {
        let id = key_id(&key.public_key());
        self.signatures.insert(id, to_hex(&key.sign(&self.message)));
    }

    /// Takes over the signatures of another copy, if it says the very same.
    pub fn join(&mut self, other: &Self) {
        if self.message == other.message {
            let theirs = other.signatures.iter().map(|(id, text)| (id.clone(), text.clone()));
            self.signatures.extend(theirs);
        }
    }

    /// Takes over the signatures of another copy that are right, made by one of these keys and not here yet; says how many.
    pub fn take_over<'keys>(
        &mut self,
        other: &Self,
        keys: impl IntoIterator<Item = &'keys PublicKey>,
    ) -> usize {
        if self.message != other.message {
            return 0;
        }
        let mut taken = 0;
        for key in keys {
            let id = key_id(key);
            let is_right = |text: &str| {
                from_hex(text).is_some_and(|bytes| key.has_signed(&self.message, &bytes))
            };
            let is_here = self.signatures.get(&id).is_some_and(|text| is_right(text));
            if let Some(text) = other.signatures.get(&id).filter(|text| is_right(text))
                && !is_here
            {
                self.signatures.insert(id, text.clone());
                taken += 1;
            }
        }
        taken
    }

    /// The names of the keys that have a signature here, right or wrong.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.signatures.keys().map(String::as_str)
    }

    /// What is signed, as JSON.
    pub fn signed(&self) -> &Value {
        &self.signed
    }

    /// Reads what is signed.
    ///
    /// *Errors*: another kind, another specification, members that are missing or of another type.
    pub(crate) fn metadata<M: Metadata>(&self) -> Result<M, EnvelopeError> {
        let text = |key: &str| self.signed.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("_type") != M::KIND {
            let found = text("_type").to_owned();
            return Err(EnvelopeError::Kind { expected: M::KIND, found });
        }
        let specification = text("spec_version");
        if specification.split('.').next() != Some("1") {
            return Err(EnvelopeError::Specification(specification.to_owned()));
        }
        let metadata = M::deserialize(&self.signed).map_err(EnvelopeError::Json)?;
        if metadata.version() == 0 { Err(EnvelopeError::Version) } else { Ok(metadata) }
    }

    /// All keys that a root names; none of anything else.
    pub fn keys(&self) -> Vec<PublicKey> {
        let root = self.metadata::<Root>().ok();
        let keys = root.iter().flat_map(|root| root.keys.values());
        keys.filter_map(Key::public_key).collect()
    }

    /// How many different keys of a role have signed rightly.
    ///
    /// Keys count, not their names: one key under two names counts once.
    pub fn count(&self, keys: &BTreeMap<String, Key>, role: &Role) -> u32 {
        let mut counted = BTreeSet::new();
        for id in role.keyids.iter().collect::<BTreeSet<_>>() {
            let key = keys.get(id).and_then(Key::public_key);
            let signature = self.signatures.get(id).and_then(|text| from_hex(text));
            if let (Some(key), Some(signature)) = (key, signature)
                && key.has_signed(&self.message, &signature)
            {
                counted.insert(key.to_bytes());
            }
        }
        u32::try_from(counted.len()).unwrap_or(u32::MAX)
    }

    /// Whether as many have signed as the role demands.
    pub fn is_signed(&self, keys: &BTreeMap<String, Key>, role: &Role) -> bool {
        role.threshold > 0 && self.count(keys, role) >= role.threshold
    }
}
