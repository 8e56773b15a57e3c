//! The format of `trainyard.toml`, as types: what may be said, its documentation, and the schema made of both.

mod channels;
mod components;
mod evidence;
mod kinds;
pub(crate) mod patterns;
mod rules;
pub(crate) mod schema;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use self::{
    channels::ChannelFile,
    components::{
        ComponentFile, DeclaredLineFile, FragmentFile, GroupFile, LinesFile, MaturityName,
        MilestoneFile, StreamFile, StreamKindName, VersionFileFile,
    },
    evidence::{EvidenceFile, WaiverFile},
    kinds::{Begin, OneOrMany, Switch},
    rules::{
        CadenceFile, CountsName, LevelName, LevelsFile, LintName, NextDevelopmentFile,
        PrereleaseFile, ReleasesFrom, RulesFile, ZeroFile,
    },
};
use crate::read::At;

/// A versioning policy: what a product promises about its version numbers, and since when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "trainyard.toml")]
pub(crate) struct PolicyFile {
    /// The preset this file starts from; everything stated here overrides it key by key.
    /// Without it, the plain preset of `rules.scheme` (`semver`, `pep440` or `calver`) is taken.
    #[expect(dead_code, reason = "laid under the file before it is read; here for the schema")]
    pub(crate) preset: Option<String>,
    /// What the policy is for.
    pub(crate) product: Option<ProductFile>,
    /// What holds for every component's versions.
    #[expect(
        dead_code,
        reason = "folded into components' periods value by value; here for the schema"
    )]
    pub(crate) rules: Option<RulesFile>,
    /// The parts with version numbers of their own, by name.
    /// Without it there is one component, named as the product, to which every file belongs.
    pub(crate) components: Option<IndexMap<String, At<ComponentFile>>>,
    /// Components that share the front of their versions, by name.
    pub(crate) groups: Option<IndexMap<String, At<GroupFile>>>,
    /// The public sequences of releases, by name. Without it, every component is one.
    pub(crate) streams: Option<IndexMap<String, At<StreamFile>>>,
    /// What users are pointed to, and what a release must have shown before: channels by name, for every stream.
    pub(crate) channels: Option<IndexMap<String, At<ChannelFile>>>,
    /// What detectors look at, for every component.
    pub(crate) evidence: Option<EvidenceFile>,
    /// Changes that a person took responsibility for.
    pub(crate) waivers: Option<Vec<At<WaiverFile>>>,
    /// Development branches, and what is declared of single release lines.
    pub(crate) lines: Option<LinesFile>,
    /// What shall be reached, by name, such as a first stable version.
    pub(crate) milestones: Option<IndexMap<String, At<MilestoneFile>>>,
    /// What held before, oldest first. The rest of the file holds now; each revision overrides it for its period only,
    /// which ends where the next revision begins.
    #[schemars(length(max = 50))]
    pub(crate) revisions: Option<Vec<At<RevisionFile>>>,
}

/// What the policy is for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ProductFile {
    /// A short name, as in commands.
    pub(crate) name: Option<At<String>>,
    /// The name for people; the short name where absent.
    pub(crate) title: Option<String>,
    /// What it is, in a sentence or a paragraph of Markdown.
    pub(crate) description: Option<String>,
    /// Where the policy is published.
    pub(crate) policy_url: Option<At<String>>,
    /// Tags that are known to be no releases, such as `nightly-*`; no check speaks of them.
    pub(crate) ignored_tags: Option<Vec<At<String>>>,
    /// Anything else worth keeping with the policy, such as the status or the keywords of the document it came from.
    pub(crate) metadata: Option<IndexMap<String, serde_json::Value>>,
}

/// One revision of the policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RevisionFile {
    /// A short name for people.
    #[schemars(required)]
    pub(crate) name: Option<At<String>>,
    /// The version or the day from which it holds, that one included. Only the first revision may leave it out; it then
    /// holds from the beginning.
    pub(crate) from: Option<At<Begin>>,
    /// Why it came.
    pub(crate) reason: Option<String>,
    /// The components it speaks of; all of them where absent.
    pub(crate) applies_to: Option<At<Vec<At<String>>>>,
    /// What differed from `rules`, for all of its components.
    #[expect(
        dead_code,
        reason = "folded into components' periods value by value; here for the schema"
    )]
    pub(crate) rules: Option<RulesFile>,
    /// What differed for one component, by name.
    pub(crate) components: Option<IndexMap<String, At<RevisedComponentFile>>>,
}

impl RevisionFile {
    /// Its name; one without is refused, but still looked at.
    pub(crate) fn name(&self) -> &str {
        self.name.as_ref().map_or("without a name", |name| name.value.as_str())
    }
}

/// What differed for one component under a revision.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RevisedComponentFile {
    /// From when the revision holds for this component, where that is not the revision's own `from`.
    pub(crate) from: Option<At<Begin>>,
    /// What differed from the component's rules.
    pub(crate) rules: Option<RulesFile>,
}
