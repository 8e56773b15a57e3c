//! The next version of every component, group and stream, and why.

mod base;
mod decide;
mod firsts;
mod groups;
mod notes;
pub(crate) mod picks;
mod remarks;
mod role;
mod target;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;
use trainyard_evidence::Change;
use trainyard_policy::Policy;
use trainyard_report::Finding;
use trainyard_version::{Level, Phase, Version};

pub use self::{
    base::{Base, CutLine, Question},
    firsts::{final_of, first_of_line},
    groups::tag_of_stream,
    role::Role,
};
pub(crate) use self::{
    decide::Weighing,
    notes::{OTHER_BRANCH, too_narrow},
    remarks::{remarks, remedy},
};
use crate::{facts::Head, survey::Survey};

/// Which stage the next version shall have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// As the policy and the line's newest release say.
    #[default]
    ByPolicy,
    /// A final release.
    Final,
    /// A pre-release of this phase.
    Pre(Phase),
    /// The version that a development branch carries.
    Development,
    /// That of a release made now: as the policy says, and where releases are made on the branches of lines alone, a
    /// development branch begins a line with it.
    Cut,
}

/// What a plan is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the question is asked from.
    pub head: Head,
    /// The stage of the next version.
    pub stage: Stage,
    /// The day the release would be made.
    pub today: Date,
}

/// One change as it counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What changed and where.
    #[serde(flatten)]
    pub change: Change,
    /// The level it needs.
    pub level: Level,
    /// The key under `levels` in the policy that said so, such as `additive`; `None` where no key speaks of it.
    pub rule_used: Option<String>,
    /// Who took responsibility for it; it then needs no level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

/// Who took responsibility for a change, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// Who.
    pub by: String,
    /// Why it does no harm.
    pub reason: String,
    /// The last day it holds, where the waiver has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl fmt::Display for Waived {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = self.until.map(|day| format!(" until {day}")).unwrap_or_default();
        write!(formatter, "waived by {}{until}: {}", self.by, self.reason)
    }
}

/// What the next version would be under another circumstance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// The circumstance, such as "without 1a2b3c4d feat: search".
    pub when: String,
    /// The version then, or `None` for no release.
    pub next: Option<Version>,
}

/// The next version of one component and how it was found.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentPlan {
    /// The component's name.
    pub component: String,
    /// Where it is planned from, for people: "development branch main".
    pub from: String,
    /// The line that the next version belongs to.
    pub line: String,
    /// The release it is counted from; `None` before the first.
    pub base: Option<Base>,
    /// How many commits since then touch the component.
    pub commits: usize,
    /// The version of the rules by which trees were compared; `None` where none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<u32>,
    /// What they changed, weightiest first; changes that need no level last.
    pub evidence: Vec<Evidence>,
    /// The level that the changes need, by the policy.
    pub level: Level,
    /// The next version; `None`: nothing to release.
    pub next: Option<Version>,
    /// The tag it gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Each step of the derivation, one sentence each.
    pub because: Vec<String>,
    /// What would have changed the answer.
    pub alternatives: Vec<Alternative>,
}

/// The next version of a group or a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JointPlan {
    /// Its name in the policy.
    pub name: String,
    /// `group`, `single`, `composite` or `bundle`.
    pub kind: &'static str,
    /// The next version (a group's is its line); `None`: nothing to release.
    pub next: Option<String>,
    /// The tag it gets; `None` too where the policy gives it no tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Each step of the derivation.
    pub because: Vec<String>,
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// One per component, in the policy's order.
    pub components: Vec<ComponentPlan>,
    /// One per group.
    pub groups: Vec<JointPlan>,
    /// One per stream.
    pub streams: Vec<JointPlan>,
    /// What was noticed on the way.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Whether no component has anything to release.
    pub fn is_empty(&self) -> bool {
        self.components.iter().all(|component| component.next.is_none())
    }
}

/// What the commits and files of a range say, by component.
#[derive(Clone, Debug, Default)]
pub struct Testimony {
    /// Changes, by index into [`Policy::components`].
    pub changes: BTreeMap<usize, Vec<Change>>,
    /// The version of the rules by which the component's trees were compared, likewise.
    pub rules: BTreeMap<usize, u32>,
    /// How many commits touch the component, likewise.
    pub commits: BTreeMap<usize, usize>,
    /// The version stated by the component's first version file at the head, likewise.
    pub stated: BTreeMap<usize, Version>,
    /// The fragments that the newest pre-release on the way to the next version has already, likewise.
    pub in_train: BTreeMap<usize, BTreeSet<Utf8PathBuf>>,
    /// Versions that people asked for in a commit or on the command line, likewise.
    pub asked: BTreeMap<usize, (Version, String)>,
    /// The names of all tags, of whatever they are: none can be given again.
    pub taken_tags: BTreeSet<String>,
    /// What could not be read.
    pub findings: Vec<Finding>,
}

/// Decides the next versions.
///
/// `questions` come from [`Question::all`], `testimony` from reading the commits they ask for.
pub fn plan(
    policy: &Policy,
    survey: &Survey,
    questions: &[Question],
    testimony: &Testimony,
    request: &Request,
) -> Plan {
    let mut findings = testimony.findings.clone();
    let decided = questions
        .iter()
        .map(|question| decide::Case { policy, survey, question, testimony, request })
        .map(|case| case.decide(&mut findings))
        .collect();
    let components = groups::in_lockstep(policy, survey, questions, decided, request);
    findings.extend(survey.nothing_read(policy));
    Plan {
        groups: groups::groups(policy, &components),
        streams: groups::streams(policy, survey, &components, request),
        components,
        findings,
    }
}
