//! Channels: what a release must have shown before users are pointed to it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::MaturityName;
use crate::read::At;

/// What a channel asks of a release before it may enter. An empty one asks for nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ChannelFile {
    /// What it promises, in a sentence.
    pub(crate) description: Option<String>,
    /// Whether pre-releases may enter; `false` where absent.
    pub(crate) prereleases: Option<bool>,
    /// How far everything in a release must have come, where there is no waiver; `alpha`, which asks for nothing, where absent.
    pub(crate) maturity: Option<MaturityName>,
    /// The channel of the same stream that a release must have entered before; soak counts from then.
    pub(crate) after: Option<At<String>>,
    /// How long it must have stood there, such as `14 days`; from its publication where there is no channel before.
    pub(crate) soak: Option<At<String>>,
    /// How many people or robots must have validated it; its authors never count.
    pub(crate) principals: Option<u32>,
    /// Of how many organisations.
    pub(crate) parties: Option<At<u32>>,
    /// How many of them must be of another organisation than the product's.
    pub(crate) external: Option<At<u32>>,
    /// On how many environments.
    pub(crate) environments: Option<u32>,
    /// How old a test result may be, such as `60 days`; of any age where absent.
    pub(crate) fresh: Option<At<String>>,
    /// Whether a result with warnings validates; `false` where absent.
    pub(crate) accepts_warnings: Option<bool>,
    /// The flavours that must be validated one by one; the whole alone where absent.
    pub(crate) flavours: Option<Vec<String>>,
    /// Whether the newest release that may enter enters by itself; `false` where absent.
    pub(crate) follows: Option<bool>,
    /// How many must approve a move for which the evidence is missing; never fewer than `principals`.
    pub(crate) forced_by: Option<u32>,
    /// The last day of its support; nothing enters after it.
    #[schemars(extend("format" = "date"))]
    pub(crate) ends: Option<At<String>>,
}
