//! The log and its proofs.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A line of the log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogEntry {
    /// Its place, from 0.
    pub seq: u64,
    /// The hash of the leaf (RFC 6962), hexadecimal.
    pub leaf: String,
    /// The line, byte for byte: an object with `seq`, `at`, `by`, `why` and `event`.
    #[schema(value_type = Object)]
    pub entry: Box<RawValue>,
}

/// That a line is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InclusionProof {
    /// The line's place.
    pub seq: u64,
    /// How many lines the tree has.
    pub size: u64,
    /// The hash of the leaf, hexadecimal.
    pub leaf: String,
    /// The tree's root, hexadecimal.
    pub root: String,
    /// The hashes beside the way up, from below, hexadecimal.
    pub hashes: Vec<String>,
    /// The signed checkpoint of that tree (C2SP signed-note).
    pub checkpoint: String,
}

/// That a tree begins with an older one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConsistencyProof {
    /// How many lines the older tree has.
    pub old: u64,
    /// How many lines the newer tree has.
    pub new: u64,
    /// The older tree's root, hexadecimal.
    pub old_root: String,
    /// The newer tree's root, hexadecimal.
    pub new_root: String,
    /// The proof's hashes, hexadecimal.
    pub hashes: Vec<String>,
    /// The signed checkpoint of the newer tree.
    pub checkpoint: String,
}

/// The key that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogKey {
    /// The log's name, the first line of its checkpoints.
    pub origin: String,
    /// The key as C2SP signed-note writes it: name, number and Base64.
    pub key: String,
    /// The same as PEM.
    pub pem: String,
}
