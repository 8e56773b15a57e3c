//! Release lines: their state, what waits on them, and whether releases come as often as promised.

mod cadence;
mod hosting;
mod milestones;
mod state;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use trainyard_evidence::{
    Class,
    commits::{self, CommitMessage, MergeTitles},
};
use trainyard_policy::{Component, Maturity, Policy};
use trainyard_version::Version;

pub use self::{
    cadence::{CadenceReport, CadenceState},
    hosting::{HostedVersion, hosted},
    milestones::{MilestoneItem, MilestoneReport, MilestoneState},
    state::State,
};
use crate::{
    facts::CommitDetail,
    survey::{ComponentHistory, LineHistory, Release, Survey},
};

/// What was found on the branch of a line since its last release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Commits that touch the component, merges aside.
    pub commits: usize,
    /// Those of them that put something right.
    pub fixes: usize,
}

impl Waiting {
    /// Counts the commits that touch a component.
    pub fn of<'a>(
        component: &Component,
        details: impl IntoIterator<Item = &'a CommitDetail>,
    ) -> Self {
        let everything = component.paths.is_everything();
        let touching = details.into_iter().filter(|detail| {
            let is_touching = detail.paths.iter().any(|path| component.paths.contains(path));
            detail.parents < 2 && (is_touching || (everything && detail.paths.is_empty()))
        });
        let messages: Vec<_> = touching
            .map(|detail| CommitMessage {
                id: detail.id.to_string(),
                message: detail.message.clone(),
                ..CommitMessage::default()
            })
            .collect();
        let said = commits::detect(&messages, MergeTitles::Ignored);
        let fixes = said.changes.iter().filter(|change| change.class == Class::Fix).count();
        Self { commits: messages.len(), fixes }
    }
}

/// What the edge knows of one line's branch.
#[derive(Clone, Debug, Default)]
pub struct BranchState {
    /// What waits on it.
    pub waiting: Waiting,
    /// The version that a plan from it gives.
    pub next: Option<Version>,
}

/// The line that a component's development branch heads for.
#[derive(Clone, Debug)]
pub struct Development {
    /// The line; it may have no release yet.
    pub line: String,
    /// The branch.
    pub branch: String,
    /// What is on it.
    pub state: BranchState,
}

/// What is known besides the survey.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// The branches of lines, by component and line.
    pub branches: BTreeMap<(usize, String), BranchState>,
    /// Development branches, by component.
    pub development: BTreeMap<usize, Development>,
}

/// A release as a line tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its tag.
    pub tag: String,
    /// Its version.
    pub version: Version,
    /// The day it was tagged, where known.
    pub date: Option<Date>,
}

impl From<&Release> for Mark {
    fn from(release: &Release) -> Self {
        Self { tag: release.tag.clone(), version: release.version.clone(), date: release.date() }
    }
}

/// One release line of a component.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its canonical name, such as `23.9`.
    pub line: String,
    /// Its name for people, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What users may expect of it.
    pub state: State,
    /// Its branch, where there is one.
    pub branch: Option<String>,
    /// Its first release, pre-releases included.
    pub first: Option<Mark>,
    /// Its first final release.
    pub first_final: Option<Mark>,
    /// Its newest release.
    pub last: Option<Mark>,
    /// How many final releases it has; a version with two tags counts twice, as in an audit.
    pub finals: usize,
    /// How many pre-releases.
    pub prereleases: usize,
    /// The last day of its support, where the policy tells one.
    pub supported_until: Option<Date>,
    /// What waits on its branch since its newest release; `None` where nothing was looked at.
    pub waiting: Option<Waiting>,
    /// The version that a plan from its branch gives.
    pub next: Option<Version>,
}

/// The lines of one component.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentLines {
    /// Its name.
    pub component: String,
    /// Its name for people.
    pub title: String,
    /// How far it has come: `alpha`, `beta` or `stable`.
    pub maturity: &'static str,
    /// Its lines, newest first.
    pub lines: Vec<Line>,
    /// Whether releases come as often as the policy says; `None` where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cadence: Option<CadenceReport>,
}

/// The lines of a product.
#[derive(Clone, Debug, Serialize)]
pub struct Lines {
    /// One per component that has lines, in the policy's order.
    pub components: Vec<ComponentLines>,
    /// What shall be reached, in the policy's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<MilestoneReport>,
}

/// Tells of every line by the policy that holds on a day.
///
/// *Cost*: linear in releases, but for sorting lines.
pub fn lines(policy: &Policy, survey: &Survey, material: &Material, today: Date) -> Lines {
    let components = survey.components.iter().filter_map(|past| {
        let told = of_component(policy, past, material, today);
        (!told.lines.is_empty()).then_some(told)
    });
    Lines {
        components: components.collect(),
        milestones: milestones::reports(policy, survey, today),
    }
}

/// The lines of which branches are worth a look: all but retired ones, by component.
pub fn living<'a>(
    policy: &'a Policy,
    survey: &'a Survey,
    today: Date,
) -> impl Iterator<Item = (usize, String)> + 'a {
    survey.components.iter().flat_map(move |past| {
        let told = of_component(policy, past, &Material::default(), today);
        let living = told.lines.into_iter().filter(|line| line.state != State::Retired);
        living.map(|line| (past.component, line.line))
    })
}

fn of_component(
    policy: &Policy,
    past: &ComponentHistory,
    material: &Material,
    today: Date,
) -> ComponentLines {
    let component = &policy.components[past.component];
    let mut by_line: BTreeMap<&str, Vec<&Release>> = BTreeMap::new();
    for release in &past.releases {
        by_line.entry(&release.line).or_default().push(release);
    }
    let ages = state::Ages::new(policy, component, &by_line, past);
    let mut lines: Vec<Line> = ages
        .newest_first()
        .map(|(name, known)| {
            let releases = by_line.get(name).map_or(&[][..], Vec::as_slice);
            line(policy, past, material, &ages, (name, known, releases), today)
        })
        .collect();
    if let Some(development) = material.development.get(&past.component) {
        add_development(&mut lines, development);
    }
    let waiting = material.development.get(&past.component).map(|it| &it.state.waiting);
    ComponentLines {
        component: component.name.clone(),
        title: component.title.clone(),
        maturity: match component.maturity {
            Maturity::Alpha => "alpha",
            Maturity::Beta => "beta",
            Maturity::Stable => "stable",
        },
        cadence: cadence::report(component, past, waiting, today),
        lines,
    }
}

fn line(
    policy: &Policy,
    past: &ComponentHistory,
    material: &Material,
    ages: &state::Ages<'_>,
    (name, known, releases): (&str, &LineHistory, &[&Release]),
    today: Date,
) -> Line {
    let declared = policy.lines.declared.get(name);
    let is_final = |release: &&&Release| release.is_final();
    let finals = releases.iter().filter(is_final).count();
    let on_branch = material.branches.get(&(past.component, name.to_owned()));
    let (state, supported_until) = ages.state(name, today);
    Line {
        line: name.to_owned(),
        title: declared.and_then(|declared| declared.title.clone()),
        state,
        branch: known.branch.as_ref().map(|branch| branch.name.clone()),
        first: releases.first().map(|release| Mark::from(*release)),
        first_final: releases.iter().find(is_final).map(|release| Mark::from(*release)),
        last: releases.last().map(|release| Mark::from(*release)),
        finals,
        prereleases: releases.len() - finals,
        supported_until,
        waiting: on_branch.map(|branch| branch.waiting.clone()),
        next: on_branch.and_then(|branch| branch.next.clone()),
    }
}

/// Tells of the development branch: in the row of its line where that has no branch of its own, else in a row above.
fn add_development(lines: &mut Vec<Line>, development: &Development) {
    let next = development.state.next.clone();
    let waiting = Some(development.state.waiting.clone());
    let own = lines.iter_mut().find(|line| line.line == development.line);
    match own {
        Some(line) if line.branch.is_none() => {
            line.branch = Some(development.branch.clone());
            line.waiting = waiting;
            line.next = next;
        }
        Some(_) => {}
        None => lines.insert(
            0,
            Line {
                line: development.line.clone(),
                title: None,
                state: State::Development,
                branch: Some(development.branch.clone()),
                first: None,
                first_final: None,
                last: None,
                finals: 0,
                prereleases: 0,
                supported_until: None,
                waiting,
                next,
            },
        ),
    }
}
