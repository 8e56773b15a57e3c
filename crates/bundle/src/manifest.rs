//! What one release is, and what it needs.

use std::{fmt, sync::Arc};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use trainyard_policy::Maturity;
use trainyard_report::Location;
use trainyard_version::{Date, KeyBuilder, ParseError, Scheme, Stage, Version};

use crate::{Range, wire};

/// What one release is, and what it needs of others.
///
/// *Invariants*: requirements stand in the order of the file they were read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The component's name.
    pub name: String,
    /// Its version.
    pub version: Numbered,
    /// The content it stands for, where somebody said so; a catalogue falls back on [`Manifest::fingerprint`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The day of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// How far the component has come, where it says so.
    #[serde(default, with = "wire::maturity", skip_serializing_if = "Option::is_none")]
    pub maturity: Option<Maturity>,
    /// Where the release was read.
    #[serde(default, skip_serializing_if = "Origin::is_silent")]
    pub origin: Origin,
    /// What it asks of other components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// What it asks of what it runs on.
    #[serde(default, skip_serializing_if = "Environment::is_silent")]
    pub environment: Environment,
    /// What it stands in for, besides itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<Provided>,
    /// The interface versions that it serves to others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<ApiRange>,
    /// The interface versions of others that it can speak.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speaks: Vec<ApiRange>,
    /// The packages of third-party libraries that belong to it, one per platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_packages: Vec<DependencyPackage>,
    /// The file it was read from.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

impl Manifest {
    /// A manifest that says nothing but what it is.
    pub fn new(name: impl Into<String>, version: Numbered) -> Self {
        Self {
            name: name.into(),
            version,
            digest: None,
            date: None,
            maturity: None,
            origin: Origin::default(),
            requirements: Vec::new(),
            environment: Environment::default(),
            provides: Vec::new(),
            serves: Vec::new(),
            speaks: Vec::new(),
            dependency_packages: Vec::new(),
            place: None,
        }
    }

    /// A digest of what the manifest declares, for releases whose content nobody hashed.
    ///
    /// Where it was read and when it was released are no part of it, so the same release found twice is one.
    pub fn fingerprint(&self) -> Digest {
        let mut hasher = Sha256::new();
        let mut say = |text: &str| {
            // Lengths keep neighbours apart.
            hasher.update(text.len().to_be_bytes());
            hasher.update(text.as_bytes());
        };
        say(&self.name);
        say(self.version.version().canonical());
        let mut requirements: Vec<_> = self
            .requirements
            .iter()
            .map(|it| {
                (it.kind.as_str(), it.target.as_str(), it.range.text(), it.condition.as_str())
            })
            .collect();
        requirements.sort_unstable();
        for (kind, target, range, condition) in requirements {
            [kind, target, range, condition].into_iter().for_each(&mut say);
        }
        let environment = &self.environment;
        for (what, range) in environment.ranges() {
            [what, range.range.text()].into_iter().for_each(&mut say);
        }
        environment.platforms.iter().for_each(|platform| say(platform));
        for provided in &self.provides {
            say(&provided.name);
            say(provided.version.as_ref().map_or("", |version| version.version().canonical()));
        }
        for (role, apis) in [("serves", &self.serves), ("speaks", &self.speaks)] {
            for api in apis {
                [role, &api.name, api.min.text(), api.max.text()].into_iter().for_each(&mut say);
            }
        }
        for package in &self.dependency_packages {
            say(&package.file);
            package.checksum.iter().for_each(|checksum| say(checksum.as_str()));
        }
        Digest(format!("sha256:{:x}", hasher.finalize()))
    }

    /// The digest of its document, by which a registry that it was published to knows it. *Cost*: writes the document.
    pub fn document_digest(&self) -> Digest {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Digest(format!("sha256:{:x}", Sha256::digest(text)))
    }
}

/// A version with the scheme it is read by.
///
/// Real catalogues hold texts that their scheme refuses (`0.4.6.post0` as SemVer). They are kept, below all others, and
/// fit no range.
#[derive(Clone, PartialEq, Eq)]
pub struct Numbered {
    version: Version,
    scheme: Scheme,
    error: Option<ParseError>,
}

impl Numbered {
    /// Reads a version; one that the scheme refuses is kept with the reason.
    pub fn read(text: &str, scheme: &Scheme) -> Self {
        match scheme.parse(text) {
            Ok(version) => Self { version, scheme: scheme.clone(), error: None },
            Err(error) => {
                let lowest = KeyBuilder::new().build();
                let version = Version::new(text, text, lowest, Vec::new(), Stage::default());
                Self { version, scheme: scheme.clone(), error: Some(error) }
            }
        }
    }

    /// A SemVer version.
    pub fn semver(text: &str) -> Self {
        Self::read(text, &Scheme::semver())
    }

    /// The version; of one that was refused, only its text says anything.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// As written.
    pub fn text(&self) -> &str {
        self.version.text()
    }

    /// The scheme it was read by.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Why the scheme refuses it.
    pub fn error(&self) -> Option<&ParseError> {
        self.error.as_ref()
    }
}

impl fmt::Display for Numbered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.version.text())
    }
}

impl fmt::Debug for Numbered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.version.text(), self.scheme)
    }
}

/// A content's digest as text, such as `sha256:1a2b…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// A digest as somebody wrote it; letter case aside.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_ascii_lowercase())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The algorithm and the first twelve digits, for people.
    pub fn short(&self) -> &str {
        let start = self.0.find(':').map_or(0, |at| at + 1);
        self.0.get(..start + 12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Where a release was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The repository, as a name or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The tag on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl Origin {
    /// Whether it says nothing.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is a commit that no tag is on.
    pub fn is_untagged(&self) -> bool {
        self.commit.is_some() && self.tag.is_none()
    }
}

/// A file and a line: who says so. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    path: Arc<Utf8Path>,
    line: Option<u32>,
}

impl Place {
    /// A file.
    pub fn file(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: path.into().into(), line: None }
    }

    /// A 1-based line of the same file.
    #[must_use]
    pub fn line(&self, line: Option<u32>) -> Self {
        Self { path: Arc::clone(&self.path), line }
    }

    /// The file.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The 1-based line, where known.
    pub fn line_number(&self) -> Option<u32> {
        self.line
    }

    /// As a finding tells it.
    pub fn location(&self) -> Location {
        Location { line: self.line, ..Location::file(self.path.to_path_buf()) }
    }
}

/// What a release asks of another component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The component's name, as written.
    pub target: String,
    /// Which of its versions.
    pub range: Range,
    /// What holds if they are not there.
    pub kind: Kind,
    /// Under which condition it is asked at all, as written (a marker, an extra); empty where always.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Whether installers fetch the target by themselves, so that nobody need publish it beside this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fetched: bool,
    /// Who says so.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

/// What a requirement means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The target must be there, in the range.
    Hard,
    /// If the target is there, it must be in the range, beyond which nobody vouches for it.
    Upper,
    /// The target must not be there in the range.
    Conflict,
    /// If the target is there, it must be in the range.
    Soft,
    /// If the target is there, it should be in the range.
    Advisory,
}

impl Kind {
    /// The word of manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Upper => "upper",
            Self::Conflict => "conflict",
            Self::Soft => "soft",
            Self::Advisory => "advisory",
        }
    }

    /// Whether a solver must respect it.
    pub fn binds(self) -> bool {
        self != Self::Advisory
    }
}

/// What a release asks of what it runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Versions of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<EnvironmentNeed>,
    /// Versions of the launcher, which must then be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launcher: Option<EnvironmentNeed>,
    /// Versions of Python.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<EnvironmentNeed>,
    /// The platforms it runs on; empty where it does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
}

/// A range with who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentNeed {
    /// The versions.
    pub range: Range,
    /// Who says so.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

impl Environment {
    /// Whether it asks for nothing.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// What is asked, by what it is asked of.
    pub fn ranges(&self) -> impl Iterator<Item = (&'static str, &EnvironmentNeed)> {
        let needs =
            [("server", &self.server), ("launcher", &self.launcher), ("python", &self.python)];
        needs.into_iter().filter_map(|(what, need)| Some((what, need.as_ref()?)))
    }
}

/// Something that a release stands in for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provided {
    /// The name that requirements may use.
    pub name: String,
    /// The version it counts as; `None`: the release's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Numbered>,
}

/// The versions of an interface, from the lowest to the highest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRange {
    /// The interface's name.
    pub name: String,
    /// The lowest version.
    pub min: Numbered,
    /// The highest version.
    pub max: Numbered,
    /// Who says so.
    #[serde(default, skip_serializing)]
    pub place: Option<Place>,
}

/// A package of third-party libraries for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DependencyPackage {
    /// Its file.
    pub file: String,
    /// The platform, such as `windows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The version of Python it was built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<Numbered>,
    /// Its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Digest>,
}
