//! What plans must know of releases, wherever that is kept.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trainyard_evidence::migrations::{Effects, Environment, Migration};

/// A release that plans may visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its version, as released.
    pub version: String,
    /// Its line, such as `1.2`.
    #[serde(default)]
    pub line: String,
    /// Whether it is no pre-release.
    #[serde(default)]
    pub is_final: bool,
    /// Its tag, where it has one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Its commit, where that is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
    /// What it is also called: the canonical spelling, the tag of its image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The tag of its container images, where they have one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image_tag: String,
}

impl Known {
    /// Whether somebody who says `name` means this release.
    pub fn is_called(&self, name: &str) -> bool {
        !name.is_empty()
            && (self.version == name
                || self.tag == name
                || self.image_tag == name
                || self.aliases.iter().any(|alias| alias == name))
    }
}

/// What changed between two releases, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Incompatible changes to interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaking: Vec<String>,
    /// Settings, those that a person must act on first and marked `by hand: `.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<String>,
    /// What the release depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
}

impl Changes {
    /// Adds what changed afterwards. What is there already is not told twice.
    pub fn extend(&mut self, later: Self) {
        let add = |own: &mut Vec<String>, more: Vec<String>| {
            let known: std::collections::BTreeSet<String> = own.iter().cloned().collect();
            own.extend(more.into_iter().filter(|one| !known.contains(one)));
        };
        add(&mut self.breaking, later.breaking);
        add(&mut self.configuration, later.configuration);
        add(&mut self.requirements, later.requirements);
    }
}

/// A section of the changelog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The component, where a plan is about several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// The version.
    pub version: String,
    /// The text below the heading.
    pub text: String,
}

/// What is known of two releases that run at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum Relation {
    /// Nothing.
    #[default]
    Unknown,
    /// They work together; why, in a sentence.
    Works(String),
    /// They do not; why, in a sentence.
    Breaks(String),
}

/// Where the facts of releases come from: a repository, or what a registry keeps.
///
/// Components are named as in the deployment. Nothing here runs anything of a release.
pub trait Knowledge {
    /// Why a fact cannot be had.
    type Error;

    /// The releases of a component, the lowest first; none where the component is not known here.
    ///
    /// *Errors*: those of the source, here and below.
    fn releases(&self, component: &str) -> Result<Vec<Known>, Self::Error>;

    /// The migrations of a release, one set for each database.
    fn migrations(
        &self,
        component: &str,
        release: &Known,
    ) -> Result<Arc<[Environment]>, Self::Error>;

    /// What migrations of a release do, one answer each, or nothing where that is not known.
    fn effects(
        &self,
        component: &str,
        release: &Known,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Result<Vec<Effects>, Self::Error>;

    /// What changed from one release to another, which need not be neighbours.
    fn changes(&self, component: &str, from: &Known, to: &Known) -> Result<Changes, Self::Error>;

    /// The notes of releases after one and up to another, the newest first.
    fn notes(&self, component: &str, from: &Known, to: &Known) -> Result<Vec<Note>, Self::Error>;

    /// What is known of two releases that run at the same time, besides what the policy says.
    fn relation(&self, one: (&str, &Known), other: (&str, &Known)) -> Relation;
}
