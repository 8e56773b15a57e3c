//! Signed snapshots of channels, as static files.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::Time;

/// How the signed snapshots are.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshots {
    /// The roles that are published, with their signatures' lives.
    pub roles: Vec<SnapshotRole>,
    /// Files that lack signatures.
    pub waiting: Vec<SnapshotWaiting>,
    /// Channels that cannot be published, since their names do not stand in paths.
    pub left_out: Vec<String>,
    /// The newest root, from which clients may begin to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub root: Option<Box<RawValue>>,
}

/// A role of the snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SnapshotRole {
    /// Its name; channels are `product.stream.channel`.
    pub role: String,
    /// The version that is published.
    pub version: u64,
    /// When its signatures expire.
    pub expires: Time,
    /// `fresh`, `due`, `late` or `expired`.
    pub freshness: String,
}

/// A file that lacks signatures.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SnapshotWaiting {
    /// Its role.
    pub role: String,
    /// How many keys had signed when it was made.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
    /// What is to be signed, with the signatures that it has: the file that is handed in with one more.
    #[schema(value_type = Object)]
    pub envelope: Box<RawValue>,
}
