//! Releases, and the updates between them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trainyard_version::{Scheme, Version};

/// A release of an update graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// What the graph calls it.
    pub name: String,
    /// What it consists of: an image by digest, a file's address.
    pub payload: String,
    /// Whatever else is said of it.
    pub metadata: BTreeMap<String, String>,
    /// The channels that offer it, sorted.
    pub channels: BTreeSet<String>,
    /// Why channels do not offer it that may some day, or never will.
    pub waits: BTreeMap<String, String>,
    /// Where in the order of versions it stands, from 0; see [`UpdateGraph::put_in_order`].
    pub rank: usize,
}

/// What speaks against an update.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Risk {
    /// Its name.
    pub name: String,
    /// What happens, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Where more about it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Whom it concerns, as the graph says it: JSON. Empty: everybody.
    #[serde(skip)]
    pub rules: String,
    /// The release that is without it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fixed_in: String,
}

impl Risk {
    /// What happens, by its name, and what is without it.
    pub fn sentence(&self) -> String {
        let message = self.message.trim();
        let message = if message.is_empty() { String::new() } else { format!(": {message}") };
        match self.fixed_in.as_str() {
            "" => format!("{}{message}", self.name),
            fixed => format!("{}{message} (fixed in {fixed})", self.name),
        }
    }
}

/// An update from one release to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// Why nobody may take it; empty for an allowed one.
    pub blocked: Vec<Risk>,
    /// What may speak against it, depending on where it is done.
    pub risks: Vec<Risk>,
}

/// Which release may follow which.
///
/// *Invariants*: names are unique; edges are between releases that are there, and never from one to itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateGraph {
    releases: Vec<Release>,
    index: BTreeMap<String, usize>,
    /// By the release that is left, then the one that is reached.
    edges: BTreeMap<usize, BTreeMap<usize, Edge>>,
}

impl UpdateGraph {
    /// Adds a release, and returns where it is; one of that name keeps its place and is replaced.
    pub fn add(&mut self, release: Release) -> usize {
        if let Some(place) = self.find(&release.name) {
            if let Some(slot) = self.releases.get_mut(place) {
                *slot = release;
            }
            return place;
        }
        let place = self.releases.len();
        self.index.insert(release.name.clone(), place);
        self.releases.push(release);
        place
    }

    /// Allows an update, unless it is known already; `None` where one of both is not there, or both are the same.
    pub fn allow(&mut self, from: usize, to: usize) -> Option<&mut Edge> {
        let count = self.releases.len();
        let is_real = from < count && to < count && from != to;
        is_real.then(|| self.edges.entry(from).or_default().entry(to).or_default())
    }

    /// The place of a release.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The release at a place.
    pub fn release(&self, place: usize) -> Option<&Release> {
        self.releases.get(place)
    }

    /// The name at a place; empty where nothing is.
    pub fn name(&self, place: usize) -> &str {
        self.release(place).map_or("", |release| release.name.as_str())
    }

    /// All releases, in the order in which they were added.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// All releases, to be changed; their names must stay.
    pub(crate) fn releases_mut(&mut self) -> &mut [Release] {
        &mut self.releases
    }

    /// All updates, allowed or not, by the places of both ends.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, &Edge)> {
        self.edges
            .iter()
            .flat_map(|(from, edges)| edges.iter().map(move |(to, edge)| (*from, *to, edge)))
    }

    /// All updates, to be changed.
    pub(crate) fn edges_mut(&mut self) -> impl Iterator<Item = (usize, usize, &mut Edge)> {
        self.edges
            .iter_mut()
            .flat_map(|(from, edges)| edges.iter_mut().map(|(to, edge)| (*from, *to, edge)))
    }

    /// The updates that leave a release.
    pub fn updates(&self, from: usize) -> impl Iterator<Item = (usize, &Edge)> {
        self.edges.get(&from).into_iter().flatten().map(|(to, edge)| (*to, edge))
    }

    /// The update between two releases.
    pub fn edge(&self, from: usize, to: usize) -> Option<&Edge> {
        self.edges.get(&from)?.get(&to)
    }

    /// What speaks against an update, whether or not the graph has it: of one that it does not have, what all others to the
    /// same release have in common. *Cost*: linear in the releases where it does not.
    pub fn against(&self, from: usize, to: usize) -> Edge {
        if let Some(edge) = self.edge(from, to) {
            return edge.clone();
        }
        let mut others = self.edges.values().filter_map(|edges| edges.get(&to));
        let Some(mut common) = others.next().cloned() else { return Edge::default() };
        for other in others {
            common.blocked.retain(|risk| other.blocked.contains(risk));
            common.risks.retain(|risk| other.risks.contains(risk));
        }
        common
    }

    /// Takes away updates that do not pass.
    pub fn retain(&mut self, passes: impl Fn(usize, usize) -> bool) {
        for (from, edges) in &mut self.edges {
            edges.retain(|to, _| passes(*from, *to));
        }
        self.edges.retain(|_, edges| !edges.is_empty());
    }

    /// The same with some of the releases alone.
    #[must_use]
    pub fn of(&self, passes: impl Fn(&Release) -> bool) -> Self {
        let mut graph = Self::default();
        let places: Vec<Option<usize>> = self
            .releases
            .iter()
            .map(|release| passes(release).then(|| graph.add(release.clone())))
            .collect();
        let place = |old: usize| places.get(old).copied().flatten();
        for (from, to, edge) in self.edges() {
            if let (Some(from), Some(to)) = (place(from), place(to))
                && let Some(slot) = graph.allow(from, to)
            {
                slot.clone_from(edge);
            }
        }
        graph
    }

    /// Gives each release its rank by a scheme; names that are no versions come first, as texts.
    pub fn put_in_order(&mut self, scheme: &Scheme) {
        let versions: Vec<Option<Version>> =
            self.releases.iter().map(|release| version(scheme, &release.name)).collect();
        let mut places: Vec<usize> = (0..self.releases.len()).collect();
        places.sort_by(|one, other| {
            let version = |place: usize| versions.get(place).and_then(Option::as_ref);
            let keys = (version(*one).map(Version::key), version(*other).map(Version::key));
            keys.0.cmp(&keys.1).then_with(|| self.name(*one).cmp(self.name(*other)))
        });
        for (rank, place) in places.into_iter().enumerate() {
            if let Some(release) = self.releases.get_mut(place) {
                release.rank = rank;
            }
        }
    }
}

/// The version that a name stands for: the name itself, or what follows the component in `component.v1.2.3`.
pub(crate) fn version(scheme: &Scheme, name: &str) -> Option<Version> {
    let tail = || name.split_once('.').map(|(_, tail)| tail.trim_start_matches('v'));
    let plain = name.trim_start_matches('v');
    scheme.parse(plain).ok().or_else(|| scheme.parse(tail()?).ok())
}
