//! Pairs of releases that somebody tested together.

use std::collections::HashMap;

use camino::Utf8Path;
use serde::{Deserialize, Deserializer, Serialize};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::Date;

use crate::{Digest, Pin, Place, Release, read::trainyard::line_of};

/// A pair of releases that somebody tested together, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The one release.
    pub left: Subject,
    /// The other.
    pub right: Subject,
    /// What came of it.
    pub outcome: Outcome,
    /// Who says so.
    pub by: String,
    /// The day of the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// Where it can be read, in a registry or elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// They do not work together.
    Failed,
    /// They work together.
    Passed,
}

/// A release that was tested. With a digest, it is that content alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The component.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its content, where the test says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl Subject {
    fn is(&self, release: &Release) -> bool {
        let manifest = &release.manifest;
        let version = manifest.version.version();
        self.name == manifest.name
            && (self.version == version.text() || self.version == version.canonical())
            && self.digest.as_ref().is_none_or(|digest| *digest == release.digest)
    }
}

impl<'de> Deserialize<'de> for Subject {
    /// From `NAME@VERSION`, or in full.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a release is NAME@VERSION, or a table of name, version and digest"
        )]
        enum Form {
            Short(String),
            Full(Full),
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            name: String,
            version: String,
            digest: Option<Digest>,
        }
        match Form::deserialize(deserializer)? {
            Form::Short(text) => {
                let pin: Pin = text.parse().map_err(serde::de::Error::custom)?;
                Ok(Self { name: pin.name, version: pin.version, digest: None })
            }
            Form::Full(Full { name, version, digest }) => Ok(Self { name, version, digest }),
        }
    }
}

/// All pairs that are known to have been tested.
#[derive(Clone, Debug, Default)]
pub struct Attestations {
    /// In the order in which they were given, with who says so.
    all: Vec<(Attestation, Option<Place>)>,
    /// By the names of a pair, the lower one first.
    by_names: HashMap<(String, String), Vec<usize>>,
}

impl Attestations {
    /// Attestations that somebody holds. *Cost*: linear.
    pub fn new(all: impl IntoIterator<Item = Attestation>) -> Self {
        Self::placed(all.into_iter().map(|it| (it, None)).collect())
    }

    /// Reads a file of `[[pair]]` tables in TOML, or a list of the same in JSON, by the file's extension.
    ///
    /// *Errors*: what is wrong with the text, with its place.
    pub fn read(path: &Utf8Path, text: &str) -> Result<Self, Box<Finding>> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default, rename = "pair")]
            pairs: Vec<Attestation>,
        }
        let refused = |line: Option<u32>, message: String| {
            let location = Location { line, ..Location::file(path.to_path_buf()) };
            Box::new(
                Finding::new(Code::BUNDLE_FILE_UNREADABLE, path.as_str(), message).at(location),
            )
        };
        let pairs = if path.extension() == Some("json") {
            serde_json::from_str::<Vec<Attestation>>(text)
                .map_err(|error| refused(u32::try_from(error.line()).ok(), error.to_string()))?
        } else {
            let file = toml::from_str::<File>(text).map_err(|error| {
                let line = error.span().map(|span| line_of(text, span.start));
                refused(line, error.message().to_owned())
            })?;
            file.pairs
        };
        let place = Place::file(path);
        Ok(Self::placed(pairs.into_iter().map(|it| (it, Some(place.clone()))).collect()))
    }

    fn placed(all: Vec<(Attestation, Option<Place>)>) -> Self {
        let mut by_names: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, (attestation, _)) in all.iter().enumerate() {
            let names = key(&attestation.left.name, &attestation.right.name);
            by_names.entry(names).or_default().push(index);
        }
        Self { all, by_names }
    }

    /// The attestations of two releases, in either order.
    ///
    /// *Cost*: linear in the attestations of both components.
    pub fn of<'a>(
        &'a self,
        left: &'a Release,
        right: &'a Release,
    ) -> impl Iterator<Item = (&'a Attestation, Option<&'a Place>)> {
        let names = key(&left.manifest.name, &right.manifest.name);
        let indices = self.by_names.get(&names).map(Vec::as_slice).unwrap_or_default();
        let all = indices.iter().filter_map(|index| self.all.get(*index));
        all.filter(move |(it, _)| {
            it.left.is(left) && it.right.is(right) || it.left.is(right) && it.right.is(left)
        })
        .map(|(attestation, place)| (attestation, place.as_ref()))
    }

    /// Adds what was read elsewhere. *Cost*: linear.
    pub fn extend(&mut self, other: Self) {
        let all = std::mem::take(&mut self.all);
        *self = Self::placed(all.into_iter().chain(other.all).collect());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

fn key(left: &str, right: &str) -> (String, String) {
    let (low, high) = if left <= right { (left, right) } else { (right, left) };
    (low.to_owned(), high.to_owned())
}
