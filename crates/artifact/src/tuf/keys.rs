//! Keys as metadata names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trainyard_attest::PublicKey;

use super::canonical::canonical;
use crate::digest::{Sha256, from_hex, to_hex};

/// The name of the one kind of keys that is written and believed.
const ED25519: &str = "ed25519";

/// A key as metadata has it. Keys of other kinds can be read, and have signed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    keytype: String,
    scheme: String,
    keyval: BTreeMap<String, Value>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl Key {
    /// The form of a public key.
    pub fn new(key: &PublicKey) -> Self {
        let public = Value::String(to_hex(&key.to_bytes()));
        Self {
            keytype: ED25519.to_owned(),
            scheme: ED25519.to_owned(),
            keyval: BTreeMap::from([("public".to_owned(), public)]),
            others: BTreeMap::new(),
        }
    }

    /// The key itself, if it is an Ed25519 key that is not weak.
    pub fn public_key(&self) -> Option<PublicKey> {
        if self.keytype != ED25519 || self.scheme != ED25519 {
            return None;
        }
        let bytes = from_hex(self.keyval.get("public")?.as_str()?)?;
        PublicKey::from_bytes(&bytes.try_into().ok()?).ok()
    }

    /// Its name: the digest of its canonical form.
    pub fn id(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        Sha256::of(&canonical(&value).unwrap_or_default()).to_string()
    }
}

/// The name of a public key in metadata.
pub fn key_id(key: &PublicKey) -> String {
    Key::new(key).id()
}

/// Who signs a role: how many of which keys.
#[derive(Clone, Debug)]
pub struct RoleKeys {
    /// The keys. One that is there twice counts once.
    pub keys: Vec<PublicKey>,
    /// How many of them must sign.
    pub threshold: u32,
}

impl RoleKeys {
    /// One key that signs alone.
    pub fn single(key: PublicKey) -> Self {
        Self { keys: vec![key], threshold: 1 }
    }

    /// The keys by their names.
    pub(crate) fn by_id(&self) -> BTreeMap<String, Key> {
        self.keys.iter().map(Key::new).map(|key| (key.id(), key)).collect()
    }

    /// Whether enough different keys are there for the threshold, which is at least one.
    pub(crate) fn is_possible(&self) -> bool {
        let keys = u32::try_from(self.by_id().len()).unwrap_or(u32::MAX);
        (1..=keys).contains(&self.threshold)
    }
}
