//! What was said of releases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use crate::{InclusionProof, Time};

/// One thing that was said and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Attestation {
    /// The digest of the envelope.
    pub id: String,
    /// What it is said of: a release's digest, or a proposal's.
    pub subject: String,
    /// The component or stream, where it is said of a release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// That release's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it agrees with a proposal, and is no test result.
    pub is_approval: bool,
    /// The flavour that was tested; empty: the whole.
    pub flavour: String,
    /// `PASSED`, `WARNED` or `FAILED`.
    pub outcome: String,
    /// Where the tests ran.
    pub environment: BTreeMap<String, String>,
    /// How the tests ended.
    pub tests: Counts,
    /// Where more can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The keys that signed it.
    pub signers: Vec<String>,
    /// Whose they are.
    pub principals: Vec<String>,
    /// When it was logged.
    pub at: Time,
    /// The place of its entry in the log.
    pub seq: u64,
    /// Who handed it in.
    pub by: String,
    /// Why it was taken back, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Without a complaint.
    pub passed: u64,
    /// With warnings.
    pub warned: u64,
    /// In failure.
    pub failed: u64,
}

/// Everything that proves an attestation without the registry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AttestationProof {
    /// The envelope (DSSE), as it was signed.
    #[schema(value_type = Object)]
    pub envelope: Value,
    /// The envelope's bytes in Base64, of which `id` is the digest.
    pub envelope_bytes: String,
    /// The line of the log that took it in, byte for byte.
    #[schema(value_type = Object)]
    pub entry: Box<RawValue>,
    /// That the line is in the log.
    pub inclusion: InclusionProof,
    /// The public halves of the keys that signed it, as OpenSSH writes them.
    pub keys: Vec<String>,
}

/// A move of a channel that rests on what somebody signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Relying {
    /// The stream.
    pub stream: String,
    /// The channel.
    pub channel: String,
    /// The version it moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How it moved.
    pub kind: String,
    /// The attestations and approvals that it rests on.
    pub relied_on: Vec<String>,
}
