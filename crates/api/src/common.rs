//! What all resources share.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A moment, as RFC 3339 writes it; answers are in UTC and have as many digits of a second as they need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00Z")]
pub struct Time(pub String);

/// Part of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Page<T> {
    /// The part.
    pub items: Vec<T>,
    /// What to hand back as `cursor` to get what follows; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What came of a request to change something.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Receipt {
    /// Whether anything changed; what is as asked already changes nothing.
    pub is_changed: bool,
    /// How many entries the log had afterwards.
    pub size: u64,
    /// The lines that came into the log, byte for byte, each an object with `seq`, `at`, `by`, `why` and `event`.
    #[schema(value_type = Vec<Object>)]
    pub entries: Vec<Box<RawValue>>,
}

/// What came of bringing something in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Imported {
    /// How many requests changed something.
    pub changed: u64,
    /// How many found everything as it should be.
    pub unchanged: u64,
    /// What was left out, and why; the first ones.
    pub troubles: Vec<String>,
}

/// Why something is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reason {
    /// Why, for people; some requests are refused without.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Reads a member that may be absent or null, and tells the two apart.
#[expect(clippy::option_option, reason = "absent and null mean different things")]
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
