//! Questions about bundles, published ones and others.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use crate::Finding;

/// A bundle: a published one, by its stream and version, or one that is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BundleSource {
    /// The stream of a published one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Its version; absent: what `channel` points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// A channel of the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// One that is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub bundle: Option<Box<RawValue>>,
}

/// What a check of a bundle found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BundleCheck {
    /// Whether nothing is wrong.
    pub is_valid: bool,
    /// Everything there is to say.
    pub findings: Vec<Finding>,
}

/// Asks for releases that work together.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Resolve {
    /// What must be there: `NAME`, `NAME@VERSION` or `NAME@RANGE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<String>,
    /// What shall be there if it fits, the most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional: Vec<String>,
    /// Components that keep the release of the current bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
    /// Releases that must not be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<String>,
    /// Components whose pre-releases may be chosen; `all` for everybody's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prereleases: Vec<String>,
    /// The servers; everything must run on each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// The launcher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launcher: Option<String>,
    /// The Python.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The platforms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// The bundle there is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<BundleSource>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// `resolved`, `refused` or `gave-up`.
    pub status: String,
    /// The releases or the reasons, as `trainyard bundle resolve --format json` prints them.
    #[schema(value_type = Object)]
    pub answer: Value,
}

/// Asks for a bundle that does some things differently from another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Derive {
    /// The other one.
    pub base: BundleSource,
    /// What the new bundle is called.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Pins that the base has in another version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub overrides: Vec<Value>,
    /// Pins that the base lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub additions: Vec<Value>,
    /// Names of the base's pins that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removals: Vec<String>,
}

/// Two bundles.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BundlePair {
    /// The one before.
    pub before: BundleSource,
    /// The one after.
    pub after: BundleSource,
}

/// What lies between two bundles, or the bundle that was made of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BundleDifference {
    /// The components that differ, how many do not, and what differs around them.
    #[schema(value_type = Object)]
    pub difference: Value,
    /// The new bundle, whole, where one was derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub bundle: Option<Value>,
    /// What the check of the new bundle found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}
