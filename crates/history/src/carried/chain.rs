//! Which branch hands its fixes on to which.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use trainyard_policy::{Component, Policy};
use trainyard_release::merge::Role;
use trainyard_version::OrderKey;

use crate::{
    facts::{Branch, CommitIndex, History},
    survey::{BranchRef, ComponentHistory, Release, Survey},
};

/// A branch that fixes come from or go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Station {
    /// Its name, without a remote.
    pub name: String,
    /// The remote, where no local branch is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Its newest commit.
    #[serde(skip)]
    pub tip: CommitIndex,
    /// The canonical line that it carries; none for a development branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Whether the line is not supported any more, so that it needs no fixes.
    pub is_retired: bool,
    /// The remote-tracking branch that has gone apart from the local one, such as `origin/1.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart_from: Option<String>,
}

impl Station {
    /// The name as `git branch --all` has it, with the remote before it where it has one.
    pub fn full_name(&self) -> String {
        match &self.remote {
            Some(remote) => format!("{remote}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The full name of its reference.
    pub fn reference(&self) -> String {
        match &self.remote {
            Some(remote) => format!("refs/remotes/{remote}/{}", self.name),
            None => format!("refs/heads/{}", self.name),
        }
    }

    /// What the branch is to the versions of a component.
    pub fn role(&self, policy: &Policy, component: &Component) -> Role {
        Role::of(policy, component, &self.name, self.line.as_deref())
    }

    /// The station of a branch: where the local one lags behind the remote's, at the remote's newest commit.
    fn new(history: &History, branch: &Branch, line: Option<String>, is_retired: bool) -> Self {
        let (name, remote) = (branch.name.clone(), branch.remote.clone());
        let mut station =
            Self { name, remote, tip: branch.tip, line, is_retired, apart_from: None };
        let graph = &history.graph;
        let others = history.branches.iter().filter(|other| {
            other.remote.is_some() && other.name == branch.name && other.remote != branch.remote
        });
        for other in others {
            if graph.is_ancestor(station.tip, other.tip) {
                station.tip = other.tip;
            } else if !graph.is_ancestor(other.tip, station.tip) {
                station.apart_from = Some(BranchRef::from(other).name);
            }
        }
        station
    }
}

/// The way of a fix: from each line to the next, then to the development branches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Indices into [`Policy::components`]: those whose lines these are.
    #[serde(skip)]
    pub components: Vec<usize>,
    /// The oldest line first, the farthest development branch last.
    pub stations: Vec<Station>,
}

impl Chain {
    /// The stations that take fixes in, in order: lines that are supported, and development branches.
    pub fn takers(&self) -> impl Iterator<Item = &Station> {
        self.stations.iter().filter(|station| !station.is_retired)
    }

    /// The place of a station, by its branch's name or by its line in any spelling.
    pub fn place(&self, asked: &str) -> Option<usize> {
        let named = |station: &Station| station.name == asked || station.full_name() == asked;
        let place = self.stations.iter().position(named);
        place.or_else(|| {
            let asked = Some(canonical(asked));
            self.stations.iter().position(|station| station.line == asked)
        })
    }
}

/// `23.9` of `23.09`, `v23.9` and `23.9.x`.
fn canonical(name: &str) -> String {
    let name = name.strip_prefix(['v', 'V']).unwrap_or(name);
    let name = name.strip_suffix(".x").unwrap_or(name);
    let parts = name.split('.').map(|part| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0",
        significant => significant,
    });
    parts.collect::<Vec<_>>().join(".")
}

/// The chains of a repository: one for each set of lines' branches that components have in common.
///
/// Lines come in the order of their versions, as far as they have branches; then the policy's development branches that
/// are there, in the policy's order. Retired lines are in the chain, for what they have is still to be carried.
pub fn chains(policy: &Policy, history: &History, survey: &Survey, today: Date) -> Vec<Chain> {
    let named = |name: &String| history.branches.iter().find(|branch| branch.name == *name);
    let development: Vec<_> = policy
        .lines
        .development
        .iter()
        .filter_map(named)
        .map(|branch| Station::new(history, branch, None, false))
        .collect();
    let mut chains: Vec<Chain> = Vec::new();
    for past in &survey.components {
        let component = &policy.components[past.component];
        if component.repository.is_some() {
            continue;
        }
        let mut stations = lines(policy, component, past, history, today);
        stations.extend(development.iter().cloned());
        match chains.iter_mut().find(|chain| chain.stations == stations) {
            Some(chain) => chain.components.push(past.component),
            None => chains.push(Chain { components: vec![past.component], stations }),
        }
    }
    // A component without lines goes where the others go.
    let development = Some(development);
    let is_bare = |chain: &Chain| Some(&chain.stations) == development.as_ref();
    if chains.iter().any(|chain| !is_bare(chain)) {
        chains.retain(|chain| !is_bare(chain));
    }
    chains
}

/// The lines of a component that have branches, in the order of their versions.
fn lines(
    policy: &Policy,
    component: &Component,
    past: &ComponentHistory,
    history: &History,
    today: Date,
) -> Vec<Station> {
    let mut lines: Vec<_> = past.lines.keys().map(|line| (rank(component, line), line)).collect();
    lines.sort();
    let finals: Vec<bool> =
        lines.iter().map(|(_, line)| past.of_line(line).any(Release::is_final)).collect();
    let mut stations = Vec::new();
    for (place, (_, line)) in lines.iter().enumerate() {
        let Some(branch) = past.lines.get(*line).and_then(|line| line.branch.as_ref()) else {
            continue;
        };
        let Some(branch) = history.branches.iter().find(|each| BranchRef::from(*each) == *branch)
        else {
            continue;
        };
        let newer = finals.iter().skip(place + 1).filter(|is_final| **is_final).count();
        let retired = is_retired(policy, past, line, newer, today);
        stations.push(Station::new(history, branch, Some((*line).clone()), retired));
    }
    stations
}

/// Where a line comes among the lines of a component: older schemes first, then by version.
fn rank(component: &Component, line: &str) -> Option<(usize, OrderKey)> {
    component.periods.iter().enumerate().rev().find_map(|(index, period)| {
        let scheme = &period.rules.scheme;
        let texts = [format!("{line}.0"), line.to_owned(), format!("{line}.20000101")];
        let version = texts.iter().find_map(|text| scheme.parse(text).ok())?;
        let first = component.periods.iter().position(|period| period.rules.scheme == *scheme);
        Some((first.unwrap_or(index), version.key().clone()))
    })
}

/// Whether support has ended: on the declared day, else once a line is beyond both the supported number and time.
fn is_retired(
    policy: &Policy,
    past: &ComponentHistory,
    line: &str,
    newer: usize,
    today: Date,
) -> bool {
    if let Some(declared) = policy.lines.declared.get(line) {
        if let Some(last) = declared.retires {
            return last < today;
        }
        if declared.lts {
            return false;
        }
    }
    let first = past.of_line(line).filter(|each| each.is_final()).filter_map(Release::date);
    let Some(first) = first.min() else { return false };
    let is_beyond_count = policy
        .lines
        .supported
        .map(|count| usize::try_from(count).is_ok_and(|count| newer >= count));
    let is_beyond_time = policy.lines.support.map(|span| span.after(first) < today);
    match (is_beyond_count, is_beyond_time) {
        (None, None) => false,
        (count, time) => count.unwrap_or(true) && time.unwrap_or(true),
    }
}

/// Which branch each commit was made on: those on the way of first parents from a policy's branch.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    by_commit: BTreeMap<CommitIndex, usize>,
    stations: Vec<Station>,
}

impl Homes {
    /// Follows the first parents of every branch; what two share belongs to the one nearest to development.
    ///
    /// *Cost*: linear in the commits on these ways.
    pub fn of(chains: &[Chain], history: &History) -> Self {
        let mut homes = Self::default();
        let all = chains.iter().flat_map(|chain| chain.stations.iter().rev());
        for station in all {
            if homes.stations.contains(station) {
                continue;
            }
            let place = homes.stations.len();
            homes.stations.push(station.clone());
            let mut next = Some(station.tip);
            while let Some(commit) = next {
                if homes.by_commit.contains_key(&commit) {
                    break;
                }
                homes.by_commit.insert(commit, place);
                next = history.graph.parents(commit).first().copied();
            }
        }
        homes
    }

    /// The branch that a commit was made on; none for the commits of topics.
    pub fn of_commit(&self, commit: CommitIndex) -> Option<&Station> {
        self.stations.get(*self.by_commit.get(&commit)?)
    }
}
