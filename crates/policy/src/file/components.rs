//! The tables of the catalogue: components, groups, streams, lines.

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{evidence::EvidenceFile, kinds::OneOrMany, rules::LevelName, rules::RulesFile};
use crate::read::At;

/// A part with a version number of its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ComponentFile {
    /// The name for people; the short name where absent.
    pub(crate) title: Option<String>,
    /// What it is, in a sentence.
    pub(crate) description: Option<String>,
    /// How far it has come; `stable` where absent.
    pub(crate) maturity: Option<MaturityName>,
    /// Where it lives, if not in the policy's own repository, such as `https://example.org/web.git`.
    pub(crate) repository: Option<At<String>>,
    /// Which files belong to it, as globs from the repository's root; all of them where absent. A path without wildcards
    /// is a file, or a folder with all that is in it. Files of several components count for each of them.
    pub(crate) paths: Option<Vec<At<String>>>,
    /// Which of these do not.
    pub(crate) exclude: Option<Vec<At<String>>>,
    /// The files that state its version.
    pub(crate) version_files: Option<Vec<At<VersionFileFile>>>,
    /// Where its change fragments lie.
    pub(crate) fragments: Option<Vec<At<FragmentFile>>>,
    /// What its detectors look at, where that differs from the common `evidence`.
    pub(crate) evidence: Option<EvidenceFile>,
    /// What differs from the common `rules`.
    #[expect(
        dead_code,
        reason = "folded into the component's periods value by value; here for the schema"
    )]
    pub(crate) rules: Option<RulesFile>,
}

/// How far a component has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MaturityName {
    /// May change or vanish.
    Alpha,
    /// Complete, not yet proven.
    Beta,
    /// Promises hold.
    Stable,
}

/// A file that states a version: its path alone where the whole file is the version, else a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum VersionFileFile {
    /// The path of a file that is the version and nothing else.
    Whole(Utf8PathName),
    /// A place in a file.
    Place(VersionPlaceFile),
}

/// A path from the repository's root, with `/` between folders.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Utf8PathName(#[schemars(with = "String")] pub(crate) Utf8PathBuf);

/// A place in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct VersionPlaceFile {
    /// The file, from the repository's root.
    #[schemars(with = "String")]
    pub(crate) path: Option<Utf8PathBuf>,
    /// The key that holds the version, such as `project.version`, in TOML, JSON or YAML.
    pub(crate) key: Option<String>,
    /// The text that stands before the version, such as `__version__ =`.
    pub(crate) after: Option<String>,
}

/// A folder of change fragments and the tool whose layout it has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FragmentFile {
    /// A folder of towncrier's, such as `changes`.
    #[schemars(with = "Option<String>")]
    pub(crate) towncrier: Option<Utf8PathBuf>,
    /// A folder of changesets', such as `.changeset`.
    #[schemars(with = "Option<String>")]
    pub(crate) changesets: Option<Utf8PathBuf>,
}

/// Components that share the front of their versions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct GroupFile {
    /// Its members; at least two.
    #[schemars(required)]
    pub(crate) components: Option<At<Vec<At<String>>>>,
    /// The level from which they step together: `minor` shares `x.y`, `patch` the whole number. `minor` where absent.
    pub(crate) lockstep: Option<LevelName>,
}

/// What a stream's releases are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StreamKindName {
    /// One component's releases.
    Single,
    /// Exactly these components together, under a number made of theirs.
    Composite,
    /// Pinned components under a number of its own.
    Bundle,
}

/// A public sequence of releases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StreamFile {
    /// What its releases are made of.
    #[schemars(required)]
    pub(crate) kind: Option<At<StreamKindName>>,
    /// The name for people; the short name where absent.
    pub(crate) title: Option<String>,
    /// What it is, in a sentence.
    pub(crate) description: Option<String>,
    /// The component, of a single stream.
    pub(crate) component: Option<At<String>>,
    /// How its numbers are written, of a composite or a bundle.
    pub(crate) scheme: Option<At<String>>,
    /// The component behind each part of a composite's scheme.
    pub(crate) parts: Option<At<IndexMap<String, At<String>>>>,
    /// The names of its tags, of a composite or a bundle.
    pub(crate) tag: Option<At<String>>,
    /// The streams it needs to work.
    pub(crate) needs: Option<Vec<At<String>>>,
    /// Channels of this stream alone, by name, in place of the common ones of the same names.
    pub(crate) channels: Option<IndexMap<String, At<super::ChannelFile>>>,
}

/// Development branches, and what is declared of single release lines.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct LinesFile {
    /// The branches where new work lands, most important first.
    pub(crate) development: Option<Vec<At<String>>>,
    /// How many lines are supported at once.
    #[schemars(range(min = 1))]
    pub(crate) supported: Option<u32>,
    /// How long a line is supported after its first final release, such as `24 months`.
    pub(crate) support: Option<At<String>>,
    /// What is declared of single lines, by line, such as `[lines.declared."23.9"]`.
    pub(crate) declared: Option<IndexMap<String, At<DeclaredLineFile>>>,
}

/// What is declared of one line.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct DeclaredLineFile {
    /// Whether it has long-term support.
    pub(crate) lts: Option<bool>,
    /// The last day of its support.
    #[schemars(extend("format" = "date"))]
    pub(crate) retires: Option<At<String>>,
    /// Its branch, where it does not follow the template.
    pub(crate) branch: Option<At<String>>,
    /// Its title for people, such as a code name.
    pub(crate) title: Option<String>,
}

/// What shall be reached: a version, and what must be done for it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MilestoneFile {
    /// Its title for people; the version where absent.
    pub(crate) title: Option<String>,
    /// The component that reaches it; it may be left out where there is one component, or one named as the product.
    pub(crate) component: Option<At<String>>,
    /// The final version that shall be released, such as `1.0`.
    #[schemars(required)]
    pub(crate) version: Option<At<String>>,
    /// The day until which it shall be released.
    #[schemars(extend("format" = "date"))]
    pub(crate) by: Option<At<String>>,
    /// Components that must have come to `maturity = "stable"` by then.
    pub(crate) stable: Option<Vec<At<String>>>,
    /// What else is done already, a sentence each.
    pub(crate) done: Option<Vec<String>>,
    /// What else is still missing.
    pub(crate) missing: Option<Vec<String>>,
}

impl OneOrMany {
    /// Its texts, each with its place; `whole` is the place of a single one.
    pub(crate) fn texts(self, whole: &crate::read::Place) -> Vec<At<String>> {
        match self {
            Self::None => Vec::new(),
            Self::One(value) => vec![At { value, place: whole.clone() }],
            Self::Many(list) => list,
        }
    }
}
