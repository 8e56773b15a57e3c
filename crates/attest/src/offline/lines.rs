//! Lines of a registry's log, as far as a proof needs them. They are read off the bytes that the log proves, so what other
//! members they have does not matter.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{keys::KeyId, quorum::Outcome};

/// A line: what happened, when and by whom.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) seq: u64,
    /// In microseconds since 1970.
    pub(super) at: i64,
    pub(super) by: String,
    pub(super) event: Event,
}

/// The events that a proof may rest on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Event {
    ProductCreated(ProductCreated),
    PolicySet(PolicySet),
    KeyEnrolled(KeyEnrolled),
    Published(Published),
    Attested(Attested),
    ChannelMoved(ChannelMoved),
}

#[derive(Debug, Deserialize)]
pub(super) struct ProductCreated {
    pub(super) product: String,
    pub(super) party: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PolicySet {
    pub(super) product: String,
    /// The digest of the document that holds the rules.
    pub(super) facts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct KeyEnrolled {
    pub(super) principal: String,
    pub(super) id: KeyId,
    pub(super) public: String,
    #[serde(default)]
    pub(super) until: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Published {
    pub(super) product: String,
    pub(super) digest: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attested {
    pub(super) product: String,
    pub(super) id: String,
    pub(super) subject: String,
    #[serde(default, rename = "is-approval")]
    pub(super) is_approval: bool,
    #[serde(default)]
    pub(super) flavour: String,
    pub(super) outcome: Outcome,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    pub(super) signers: BTreeSet<KeyId>,
    pub(super) principals: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ChannelMoved {
    pub(super) product: String,
    pub(super) stream: String,
    pub(super) channel: String,
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) to: Option<String>,
    #[serde(default)]
    pub(super) digest: Option<String>,
    #[serde(default)]
    pub(super) relied_on: Vec<String>,
    #[serde(default)]
    pub(super) unmet: Vec<String>,
}

/// How a channel came to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Promoted,
    Followed,
    Forced,
    Demoted,
    Imported,
}

/// What a policy's document says of channels.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Facts {
    #[serde(default)]
    pub(super) channels: BTreeMap<String, BTreeMap<String, ChannelRule>>,
}

/// What a channel asks of those who validate.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct ChannelRule {
    pub(super) principals: usize,
    pub(super) parties: usize,
    pub(super) external: usize,
    pub(super) environments: usize,
    pub(super) fresh_secs: Option<u64>,
    pub(super) accepts_warned: bool,
    pub(super) flavours: Vec<String>,
    pub(super) forced_by: usize,
}

/// Whole seconds since 1970; zero before.
pub(super) fn secs(micros: i64) -> u64 {
    u64::try_from(micros.div_euclid(1_000_000)).unwrap_or_default()
}
