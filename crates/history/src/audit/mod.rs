//! Every past release held against the revision of the policy that was in force.

mod bumps;
mod cadence;
mod names;
mod order;
mod places;
mod spans;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use trainyard_evidence::Verdict;
use trainyard_policy::{Component, Period, Policy};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Level, Scheme, Version};

pub(crate) use self::bumps::bump_between;
pub use self::{
    places::resembled,
    spans::{Span, spans},
};
use crate::{
    facts::{CommitDetail, CommitId, History},
    survey::{ComponentHistory, Release, Survey},
};

/// What an audit knows besides the survey.
#[derive(Debug)]
pub struct Material<'a> {
    /// The commits of all spans, by id; empty for a history read from a list.
    pub details: BTreeMap<CommitId, &'a CommitDetail>,
    /// What the version files say: by component and tag, each file's path with its version text.
    pub stated: BTreeMap<(usize, String), Vec<StatedVersion>>,
    /// What the trees of a release and of the final one before it say: by component and tag.
    pub verdicts: BTreeMap<(usize, String), Verdict>,
    /// The day to judge overdue releases by.
    pub today: Date,
}

/// What one version file says in one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedVersion {
    /// The file.
    pub path: camino::Utf8PathBuf,
    /// The version as written.
    pub text: String,
    /// The 1-based line.
    pub line: u32,
}

/// One release as the audit saw it.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedRelease {
    /// Its tag.
    pub tag: String,
    /// Its version.
    pub version: Version,
    /// The day it was tagged.
    pub date: Option<Date>,
    /// Its line.
    pub line: String,
    /// The revision in force.
    pub revision: Option<String>,
    /// The final release before it by version.
    pub previous: Option<String>,
    /// How the version was raised over that.
    pub bump: Option<Level>,
    /// How many commits it has that the previous one has not, touching the component.
    pub commits: Option<usize>,
    /// The level that those commits and the files needed.
    pub needed: Option<Level>,
    /// How often each rule found something between the files of the two releases.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, usize>,
}

/// One component's past.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentAudit {
    /// Its name.
    pub component: String,
    /// Its releases, lowest version first.
    pub releases: Vec<AuditedRelease>,
    /// How many lines it has.
    pub lines: usize,
}

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// One per component of the policy.
    pub components: Vec<ComponentAudit>,
    /// Everything that does not keep its promise, in the order of codes, then of subjects.
    pub findings: Vec<Finding>,
}

/// One component under audit, with what its checks need.
struct Subject<'a> {
    policy: &'a Policy,
    history: &'a History,
    component: &'a Component,
    past: &'a ComponentHistory,
    spans: &'a [Span],
    material: &'a Material<'a>,
}

impl<'a> Subject<'a> {
    fn period(&self, release: &Release) -> &'a Period {
        &self.component.periods[release.period]
    }

    /// The scheme that a release's version was read by.
    fn scheme_of(&self, release: &Release) -> &'a Scheme {
        &self.component.periods[release.read_by].rules.scheme
    }

    /// Final releases, lowest version first, one per version.
    fn finals(&self) -> Vec<&'a Release> {
        let mut finals: Vec<_> = self.past.releases.iter().filter(|each| each.is_final()).collect();
        finals.dedup_by(|later, kept| is_same(later, kept));
        finals
    }

    /// What the trees say of a release.
    fn verdict(&self, release: &Release) -> Option<&'a Verdict> {
        self.material.verdicts.get(&(self.past.component, release.tag.clone()))
    }

    fn location(&self, release: &Release) -> Location {
        location(self.history, release)
    }

    /// A finding about a release, in the period's severity; `None` where the period turns it off.
    fn finding(&self, code: Code, release: &Release, message: String) -> Option<Finding> {
        let severity = self.period(release).rules.severity(code)?;
        let mut finding = Finding::new(code, &release.tag, message).at(self.location(release));
        finding.severity = severity;
        Some(finding)
    }
}

/// Where a release is.
fn location(history: &History, release: &Release) -> Location {
    Location {
        commit: release.commit.map(|commit| history.graph.id(commit).to_string()),
        reference: Some(format!("refs/tags/{}", release.tag)),
        ..Location::default()
    }
}

/// Whether two releases are of the same version.
fn is_same(one: &Release, other: &Release) -> bool {
    one.read_by == other.read_by && one.version.precedence(&other.version).is_eq()
}

/// Holds every release against its revision.
///
/// `spans` come from [`spans`]; commits that `material` lacks count as no evidence.
pub fn audit(
    policy: &Policy,
    history: &History,
    survey: &Survey,
    spans: &[Vec<Span>],
    material: &Material<'_>,
) -> Audit {
    let mut findings = names::strays(policy, history, survey);
    let mut components = Vec::new();
    for (past, spans) in survey.components.iter().zip(spans) {
        let component = &policy.components[past.component];
        let subject = Subject { policy, history, component, past, spans, material };
        findings.extend(names::spelling(&subject));
        findings.extend(names::duplicates(&subject));
        findings.extend(order::gaps(&subject));
        findings.extend(order::reversals(&subject));
        findings.extend(order::late_lines(&subject));
        findings.extend(order::shared_commits(&subject));
        findings.extend(order::unfinished(&subject));
        findings.extend(places::off_line(&subject));
        findings.extend(places::retired(&subject));
        findings.extend(places::version_files(&subject));
        findings.extend(cadence::cadence(&subject));
        let (releases, bumps) = bumps::bumps(&subject);
        findings.extend(bumps);
        if component.repository.is_none() || !releases.is_empty() {
            components.push(ComponentAudit {
                component: component.name.clone(),
                releases,
                lines: past.lines.len(),
            });
        }
    }
    findings.extend(places::stray_version_files(policy, history, survey, material));
    findings.extend(places::lockstep(policy, history, survey));
    findings.extend(names::branches(policy, history));
    findings.sort_by_key(|one| one.code);
    // A tag that releases several components is found once for each.
    let mut told = BTreeSet::new();
    findings.retain(|finding| {
        told.insert((finding.code, finding.subject.clone(), finding.message.clone()))
    });
    Audit { components, findings }
}
