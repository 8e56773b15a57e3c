//! What a channel asks of a release before it may enter.

use serde::{Deserialize, Serialize};
use trainyard_attest::Rule;

use crate::{Maturity, Moment, Name};

/// What a channel asks of a release before it may enter. The default asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ChannelRule {
    /// Whether pre-releases may enter.
    pub prereleases: bool,
    /// How far everything in it must have come, where there is no waiver (P21).
    pub maturity: Maturity,
    /// The channel of the same stream that it must have entered before; soak counts from then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Name>,
    /// How long it must have stood there, or have been published where there is none, in seconds.
    pub soak_secs: u64,
    /// How many principals must have validated it; its authors never count (A29).
    pub principals: usize,
    /// Of how many parties.
    pub parties: usize,
    /// How many of the principals must be of another party than the product's.
    pub external: usize,
    /// On how many environments (P15).
    pub environments: usize,
    /// How old an attestation may be, in seconds; `None`: any age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh_secs: Option<u64>,
    /// Whether a result with warnings validates.
    pub accepts_warned: bool,
    /// The flavours that must be validated one by one; empty: the whole alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flavours: Vec<Name>,
    /// Whether the newest release that may enter enters by itself (A33).
    pub follows: bool,
    /// How many principals must approve a move for which there is no evidence. Never fewer than `principals`.
    pub forced_by: usize,
    /// When its support ends; nothing enters from then on (A31).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Moment>,
}

impl Default for ChannelRule {
    fn default() -> Self {
        Self {
            prereleases: false,
            maturity: Maturity::Alpha,
            after: None,
            soak_secs: 0,
            principals: 0,
            parties: 0,
            external: 0,
            environments: 0,
            fresh_secs: None,
            accepts_warned: false,
            flavours: Vec::new(),
            follows: false,
            forced_by: 1,
            ends: None,
        }
    }
}

impl ChannelRule {
    /// What it asks of attestations.
    pub fn quorum(&self) -> Rule {
        Rule {
            principals: self.principals,
            organisations: self.parties,
            external: self.external,
            environments: self.environments,
            fresh_secs: self.fresh_secs,
            soak_secs: self.soak_secs,
            accepts_warned: self.accepts_warned,
        }
    }

    /// Who must approve that this rule becomes another: as many as it asks of evidence.
    pub(super) fn approvers_of_change(&self) -> Rule {
        Rule {
            principals: self.principals,
            organisations: self.parties,
            external: self.external,
            ..Rule::default()
        }
    }

    /// Who must approve a move for which there is no evidence: never fewer than evidence would need.
    pub(super) fn approvers_of_force(&self) -> Rule {
        Rule {
            principals: self.forced_by.max(self.principals).max(1),
            organisations: self.parties,
            external: self.external,
            ..Rule::default()
        }
    }
}
