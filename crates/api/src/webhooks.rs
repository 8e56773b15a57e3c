//! Addresses that are told what happens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Time;

/// Asks to tell an address what happens.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewWebhook {
    /// The address, `https://` or `http://`, without a password.
    #[schema(max_length = 2000, pattern = "^https?://")]
    pub url: String,
    /// Only of these products; empty: of all, and of what belongs to none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub products: Vec<String>,
    /// Only these kinds of events, such as `channel_moved`; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub kinds: Vec<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// An address that is told what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Webhook {
    /// Its name.
    pub name: String,
    /// The address.
    pub url: String,
    /// Only of these products; empty: of all.
    pub products: Vec<String>,
    /// Only these kinds of events; empty: all.
    pub kinds: Vec<String>,
    /// Since when it is so.
    pub since: Time,
    /// Who asked for it.
    pub by: String,
}

/// An attempt to tell an address of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Delivery {
    /// The entry's place in the log.
    pub seq: u64,
    /// Which attempt it was, from one on.
    pub attempt: u32,
    /// When.
    pub at: Time,
    /// Whether it was taken.
    pub is_delivered: bool,
    /// The answer's status; absent where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What else is known: why none came.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What an address is told: the body that is signed (Standard Webhooks).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// The kind of event, such as `channel_moved`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: Time,
    /// The line of the log, as `log/entries/{seq}` tells it.
    pub data: crate::LogEntry,
}
