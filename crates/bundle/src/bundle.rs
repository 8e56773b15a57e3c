//! Exact pins that ship together.

use std::str::FromStr;

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{DependencyPackage, Digest, Numbered, Place, wire};

/// One release of each component, with what they run on.
///
/// *Invariants*: pins stand in the order of the file, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// What it is called.
    pub name: String,
    /// Its version, such as `2023.11`; bundles of some platforms have names alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Numbered>,
    /// Whether it goes to users, so that everything in it must be final.
    pub is_final: bool,
    /// The bundle it was derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// Names of its base's pins that it leaves out; only where it is a delta.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// The pinned releases.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "wire::distinct_pins"
    )]
    pub pins: Vec<Pin>,
    /// The servers it shall run on; usually one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Numbered>,
    /// The launcher that comes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launcher: Option<Numbered>,
    /// The Python that everything in it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<Numbered>,
    /// The platforms it shall run on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// Packages of third-party libraries, one per platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_packages: Vec<DependencyPackage>,
    /// Named subsets of the pins.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub flavours: IndexMap<String, Flavour>,
    /// The file it was read from.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

impl Bundle {
    /// The pin of a name. *Cost*: linear.
    pub fn pin(&self, name: &str) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.name == name)
    }

    /// Whether it says only what differs from its base; [`Bundle::over`] makes it whole.
    pub fn is_delta(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.path.is_some())
    }

    /// A digest of its name, its version and what it pins, whatever their order.
    pub fn fingerprint(&self) -> Digest {
        let mut hasher = Sha256::new();
        let mut say = |text: &str| {
            // Lengths keep neighbours apart.
            hasher.update(text.len().to_be_bytes());
            hasher.update(text.as_bytes());
        };
        say(&self.name);
        say(self.version.as_ref().map_or("", Numbered::text));
        let mut pins: Vec<_> = self.pins.iter().collect();
        pins.sort_by(|left, right| left.name.cmp(&right.name));
        for pin in pins {
            say(&pin.name);
            say(&pin.version);
            say(pin.digest.as_ref().map_or("", Digest::as_str));
            say(pin.commit.as_deref().unwrap_or_default());
        }
        Digest::new(format!("sha256:{:x}", hasher.finalize()))
    }

    /// Name and version, for people.
    pub fn title(&self) -> String {
        match &self.version {
            Some(version) if self.name.is_empty() || self.name == version.text() => {
                version.text().to_owned()
            }
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A pinned release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The component.
    pub name: String,
    /// The version, as written; empty where only a commit is pinned.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The content, where the pin says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The commit, where the pin says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The tag on that commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Who says so.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

impl Pin {
    /// A pin by version alone.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), ..Self::default() }
    }

    /// The version, else the commit, for people.
    pub fn shown(&self) -> &str {
        match (&self.commit, self.version.is_empty()) {
            (Some(commit), true) => commit.get(..12).unwrap_or(commit),
            _ => &self.version,
        }
    }
}

impl FromStr for Pin {
    type Err = String;

    /// From `NAME@VERSION`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() && !version.is_empty() => {
                Ok(Self::new(name, version))
            }
            _ => Err(format!("`{text}` is not NAME@VERSION")),
        }
    }
}

/// The bundle that another one was derived from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Its name.
    pub name: String,
    /// Its version, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its fingerprint, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Its file, seen from the derived bundle's. Where it is named, the derived bundle is a delta: its pins are those
    /// that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Utf8PathBuf>,
}

/// A named subset of a bundle's pins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flavour {
    /// Names of pins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Names of flavours that it holds too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// Who says so.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}
