//! `[rules]`: what holds for versions in one period.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::kinds::{Names, OneOrMany, Switch};
use crate::read::At;

/// What holds for versions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RulesFile {
    /// How versions are written and ordered: `semver`, `pep440`, `calver:YYYY.M.MICRO`, `api-date`, `rez`, `debian` or
    /// `composite:{a=semver}+{b=calver:YYYYMMDD}`.
    pub(crate) scheme: Option<At<String>>,
    /// The names of release tags, such as `v{version}`. The first is written, all are read.
    /// `{component}` stands for the component's name.
    #[schemars(with = "Option<Names>")]
    pub(crate) tag: Option<At<OneOrMany>>,
    /// The names of release lines' branches, such as `release-{major}.{minor}`: every new line gets a branch of this name.
    /// Of a list all are read, and a new line's branch is named as the newest line's is; as long as no line has a branch, none
    /// begins, unless releases are made on lines' branches alone. `false` where lines have no branches.
    pub(crate) branch: Option<At<OneOrMany>>,
    /// How many digits the second number has at least in tags and branches: 2 for `22.03.4`; 1 where absent.
    #[schemars(range(min = 1, max = 4))]
    pub(crate) minor_digits: Option<usize>,
    /// Where releases are made.
    pub(crate) releases_from: Option<At<ReleasesFrom>>,
    /// Which change needs which level. Each list names classes (`breaking`, `data`, `dangerous`, `additive`, `fix`, `docs`, `none`),
    /// rules (`commits.feat`) or families of rules (`migrations.*`).
    pub(crate) levels: Option<LevelsFile>,
    /// How pre-releases go; `false` where there are none.
    pub(crate) prerelease: Option<At<Switch<PrereleaseFile>>>,
    /// What a development branch becomes once a line was cut from it; `false` where it stays as it is.
    pub(crate) next_development: Option<At<Switch<NextDevelopmentFile>>>,
    /// What the levels mean while major is 0; `false` where they mean what they always do.
    pub(crate) zero: Option<At<Switch<ZeroFile>>>,
    /// How often releases come; `false` where nothing is promised.
    pub(crate) cadence: Option<At<Switch<CadenceFile>>>,
    /// How much findings weigh, by code (`TY0307`) or name (`never-finalised`).
    pub(crate) lint: Option<BTreeMap<String, At<LintName>>>,
}

/// Where releases are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReleasesFrom {
    /// On any branch.
    Anywhere,
    /// On the branches of release lines alone.
    Lines,
}

/// Which change needs which level.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct LevelsFile {
    /// What raises major.
    pub(crate) major: Option<Vec<At<String>>>,
    /// What raises minor.
    pub(crate) minor: Option<Vec<At<String>>>,
    /// What raises patch.
    pub(crate) patch: Option<Vec<At<String>>>,
    /// What needs no release.
    pub(crate) none: Option<Vec<At<String>>>,
}

/// How pre-releases go.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct PrereleaseFile {
    /// The stages before a final release, in order, such as `alpha`, `beta`, `rc`.
    pub(crate) phases: Option<At<Vec<At<String>>>>,
    /// The number of the first pre-release of each stage; 1 where absent.
    #[schemars(range(min = 0))]
    pub(crate) start: Option<u64>,
    /// The stage a new line begins with; straight to the final release where absent.
    pub(crate) default: Option<At<String>>,
    /// Whether pre-releases must be followed by their final release; true where absent.
    pub(crate) must_be_finalised: Option<bool>,
}

/// What a development branch becomes once a line was cut from it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct NextDevelopmentFile {
    /// Which number rises; `minor` where absent.
    pub(crate) level: Option<At<LevelName>>,
    /// How the unreleased version is marked: `dev`, or a pre-release such as `a1`; `dev` where absent.
    pub(crate) mark: Option<At<String>>,
}

/// What the levels mean while major is 0.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ZeroFile {
    /// What a change that needs major raises; `minor` where absent.
    pub(crate) major: Option<At<LevelName>>,
    /// What a change that needs minor raises; `patch` where absent.
    pub(crate) minor: Option<At<LevelName>>,
}

/// How often releases come.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CadenceFile {
    /// No sooner than this after the one before, such as `2 weeks`.
    pub(crate) at_least: Option<At<String>>,
    /// No later than this after the one before, such as `1 month`; months and years are those of the calendar.
    pub(crate) at_most: Option<At<String>>,
    /// Which releases count; `every` where absent.
    pub(crate) counts: Option<CountsName>,
}

/// Which releases a cadence speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CountsName {
    /// Every final release.
    Every,
    /// The first final release of each line.
    Lines,
}

/// How much a release changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LevelName {
    /// The first number.
    Major,
    /// The second number.
    Minor,
    /// The third number.
    Patch,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LintName {
    /// It is not reported.
    Off,
    /// Reported, without any effect on the exit code.
    Note,
    /// Reported, with exit code 1.
    Warning,
    /// Breaks the policy, with exit code 1.
    Error,
}
