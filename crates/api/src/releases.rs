//! Components, streams of bundles, and their releases.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::Time;

/// What a component or stream holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// Releases of a component, each with a manifest.
    #[default]
    Component,
    /// Bundles of exact pins.
    Bundle,
}

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Maturity {
    /// May change or vanish.
    Alpha,
    /// Complete, not yet proven.
    Beta,
    /// Promises hold.
    Stable,
}

/// A component, or a stream of bundles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ComponentKind,
    /// How its versions are written.
    pub scheme: String,
    /// How many releases it has, hidden ones too.
    pub releases: u64,
    /// The newest final release that is not hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// The newest release that is not hidden, pre-releases too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_of_all: Option<String>,
}

/// The releases that share the front of their versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The first two numbers of the versions, as `1.4`.
    pub name: String,
    /// The newest final release that is not hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// How many releases.
    pub releases: u64,
    /// When its first one was released.
    pub since: Time,
    /// When its last one was released.
    pub last: Time,
    /// The channels that point into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// A release or bundle, without its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReleaseSummary {
    /// The component or stream.
    pub component: String,
    /// The version.
    pub version: String,
    /// The digest of everything that makes it.
    pub digest: String,
    /// The digest of the artefact itself, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How far it has come.
    pub maturity: Maturity,
    /// Whether it is a pre-release.
    pub is_prerelease: bool,
    /// When it was released.
    pub released: Time,
    /// When it was published here.
    pub published: Time,
    /// Who published it.
    pub by: String,
    /// The place of its entry in the log.
    pub seq: u64,
    /// Why it is hidden, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<String>,
    /// The channels that point to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// A release or bundle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Release {
    /// What it is.
    pub release: ReleaseSummary,
    /// What its component holds.
    pub kind: ComponentKind,
    /// Its images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The versions that may be updated to it; absent: those that lines allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Vec<String>>,
    /// Its manifest, or the bundle.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
    /// The channels that it has entered and not left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<String>,
    /// The risks that keep it out of channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
    /// How many attestations speak of it.
    pub attestations: u64,
}

/// What a release says of itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The digest that the registry knows the release by.
    pub digest: String,
    /// The manifest.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Image {
    /// The repository, as `docker.io/ynput/ayon`.
    pub repository: String,
    /// The digest of its manifest.
    pub digest: String,
}

/// Keeps a document beside a release.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewEnclosure {
    /// The document: what upgrade plans must know of the release, or how its audit ended.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Publishes a release or a bundle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRelease {
    /// What it is.
    #[serde(default)]
    pub kind: ComponentKind,
    /// Its version.
    pub version: String,
    /// The digest of the artefact itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Its manifest, or the bundle, as `trainyard bundle export` writes it.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
    /// Its images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The versions that may be updated to it; absent: those that lines allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Vec<String>>,
    /// When it was released, where that is earlier than now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Time>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Whether two releases work together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Compatibility {
    /// `compatible`, `incompatible` or `unknown`.
    pub verdict: String,
    /// What each rule says, the one that decided first.
    pub rules: Vec<Ruling>,
}

/// What one rule says of two releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ruling {
    /// The rule, as `requirement`.
    pub rule: String,
    /// `compatible`, `incompatible` or `unknown`.
    pub verdict: String,
    /// Why, in a sentence.
    pub why: String,
}
