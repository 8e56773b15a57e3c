//! The formats of our own files, as types: what may be said, its documentation, and the schemas made of both.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use trainyard_policy::At;

/// What one release is, and what it needs of others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "release manifest")]
pub(super) struct ReleaseFile {
    /// What the release is.
    pub(super) release: At<ReleaseTable>,
    /// Components that must be there, by name, with the range of versions that will do.
    pub(super) requires: Option<IndexMap<String, At<RangeFile>>>,
    /// Components that must fit if they are there, by name.
    pub(super) soft: Option<IndexMap<String, At<RangeFile>>>,
    /// Components beyond whose versions nobody vouches for this release, by name.
    pub(super) upper: Option<IndexMap<String, At<RangeFile>>>,
    /// Components that must not be there, by name, with the versions that are meant; `*` for all.
    pub(super) conflicts: Option<IndexMap<String, At<RangeFile>>>,
    /// Components that should fit if they are there, by name.
    pub(super) advises: Option<IndexMap<String, At<RangeFile>>>,
    /// What it runs on.
    pub(super) environment: Option<EnvironmentTable>,
    /// What it stands in for, by name, with the version it counts as; `*` for its own.
    pub(super) provides: Option<IndexMap<String, String>>,
    /// The interface versions that it serves, by the interface's name.
    pub(super) serves: Option<IndexMap<String, At<ApiTable>>>,
    /// The interface versions of others that it can speak, by the interface's name.
    pub(super) speaks: Option<IndexMap<String, At<ApiTable>>>,
    /// Packages of third-party libraries that belong to it.
    pub(super) dependency_packages: Option<Vec<PackageTable>>,
}

/// What the release is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ReleaseTable {
    /// The component's name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// The scheme of its versions; `semver` where absent.
    pub(super) scheme: Option<At<String>>,
    /// How ranges in this file are written: a grammar (`cargo`, `npm`, `pep440`, `ayon`, `rez`, `debian`), or a scheme
    /// whose versions stand in plain conditions such as `>=2023.9, <2024.1`. Where absent, as the scheme's tools do.
    pub(super) grammar: Option<At<String>>,
    /// The digest of its content, such as `sha256:…`.
    pub(super) digest: Option<String>,
    /// The day of the release.
    pub(super) date: Option<String>,
    /// How far the component has come; `stable` where absent.
    pub(super) maturity: Option<MaturityName>,
    /// The repository it was made from.
    pub(super) repository: Option<String>,
    /// The tag in that repository.
    pub(super) tag: Option<String>,
    /// The commit in that repository.
    pub(super) commit: Option<String>,
}

/// How far a component has come.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MaturityName {
    /// May change or vanish.
    Alpha,
    /// Complete, not yet proven.
    Beta,
    /// Promises hold.
    Stable,
}

/// A range, alone or with how it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum RangeFile {
    /// The range.
    Plain(String),
    /// The range with its grammar.
    Full(RangeTable),
}

/// A range with its grammar.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RangeTable {
    /// The range.
    pub(super) range: String,
    /// How it is written, where that differs from the file's `grammar`.
    pub(super) grammar: Option<String>,
}

/// What a release runs on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EnvironmentTable {
    /// Versions of the server.
    pub(super) server: Option<At<String>>,
    /// Versions of the launcher.
    pub(super) launcher: Option<At<String>>,
    /// Versions of Python, as PEP 440 has it.
    pub(super) python: Option<At<String>>,
    /// The platforms it runs on, such as `windows`; any where absent.
    pub(super) platforms: Option<Vec<String>>,
}

/// The versions of an interface.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ApiTable {
    /// The lowest version; the highest where absent.
    pub(super) min: Option<String>,
    /// The highest version.
    pub(super) max: String,
    /// The scheme of these versions; `api-date` (`v5.20191215`) where absent.
    pub(super) scheme: Option<String>,
}

/// A package of third-party libraries for one platform.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PackageTable {
    /// Its file.
    pub(super) file: String,
    /// The platform, such as `windows`.
    pub(super) platform: Option<String>,
    /// The version of Python it was built for.
    pub(super) python: Option<String>,
    /// The digest of the file, such as `sha256:…`.
    pub(super) checksum: Option<String>,
}

/// Exact pins that ship together.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "bundle")]
pub(super) struct BundleFile {
    /// What the bundle is.
    pub(super) bundle: At<BundleTable>,
    /// The pinned releases, by the component's name.
    pub(super) pins: IndexMap<String, At<PinFile>>,
    /// Named subsets of the pins.
    pub(super) flavours: Option<IndexMap<String, At<FlavourFile>>>,
    /// Packages of third-party libraries, one per platform.
    pub(super) dependency_packages: Option<Vec<PackageTable>>,
}

/// What the bundle is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct BundleTable {
    /// What it is called.
    pub(super) name: String,
    /// Its version, such as `2023.11`.
    pub(super) version: Option<String>,
    /// The scheme of its versions; `calver:YYYY.M[.MICRO]` where absent.
    pub(super) scheme: Option<At<String>>,
    /// Whether it goes to users, so that everything in it must be final. Where absent, it does unless its version is a
    /// pre-release.
    pub(super) r#final: Option<bool>,
    /// The server it shall run on, or several.
    pub(super) server: Option<OneOrMany>,
    /// The launcher that comes with it.
    pub(super) launcher: Option<String>,
    /// The Python that everything in it runs on.
    pub(super) python: Option<String>,
    /// The platforms it shall run on.
    pub(super) platforms: Option<Vec<String>>,
    /// The bundle it was derived from.
    pub(super) base: Option<BaseTable>,
    /// Pins of its base that it leaves out; only beside a base with a `path`.
    pub(super) without: Option<Vec<String>>,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// The bundle that another one was derived from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct BaseTable {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: Option<String>,
    /// Its digest, as `trainyard bundle derive` writes it.
    pub(super) digest: Option<String>,
    /// Its file, seen from this one. Where it is named, `[pins]` holds only what differs from it.
    pub(super) path: Option<String>,
}

/// A version, alone or with what it stands for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum PinFile {
    /// The version.
    Plain(String),
    /// The version with what it stands for.
    Full(PinTable),
}

/// A version with what it stands for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PinTable {
    /// The version; may be absent where a commit is pinned.
    pub(super) version: Option<String>,
    /// The digest of its content.
    pub(super) digest: Option<String>,
    /// The commit.
    pub(super) commit: Option<String>,
    /// The tag on that commit.
    pub(super) tag: Option<String>,
}

/// The members of a flavour, alone or with other flavours.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum FlavourFile {
    /// Names of pins; `*` for all.
    Plain(Vec<String>),
    /// Names of pins with other flavours.
    Full(FlavourTable),
}

/// The members of a flavour, with other flavours.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FlavourTable {
    /// Names of pins; `*` for all.
    pub(super) members: Option<Vec<String>>,
    /// Flavours that it holds too.
    pub(super) includes: Option<Vec<String>>,
}
