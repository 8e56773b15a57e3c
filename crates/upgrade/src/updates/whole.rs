//! A whole graph for programs, with what is blocked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::graph::{Edge, Release, Risk, UpdateGraph};

/// A whole graph for programs, with what is blocked; unlike the format of update servers it says all that a graph knows,
/// the conditions of risks aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeGraph {
    /// The releases, in their order.
    pub releases: Vec<WholeRelease>,
    /// The updates, by both ends.
    pub updates: Vec<WholeUpdate>,
}

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeRelease {
    /// What the graph calls it.
    pub name: String,
    /// The channels that offer it.
    pub channels: Vec<String>,
    /// Whatever else is said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// An update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeUpdate {
    /// What is left.
    pub from: String,
    /// What is reached.
    pub to: String,
    /// What may speak against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// Why nobody may take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Risk>,
}

impl From<&UpdateGraph> for WholeGraph {
    fn from(graph: &UpdateGraph) -> Self {
        let releases = graph.releases().iter().map(|release| WholeRelease {
            name: release.name.clone(),
            channels: release.channels.iter().cloned().collect(),
            metadata: release.metadata.clone(),
        });
        let updates = graph.edges().map(|(from, to, edge)| WholeUpdate {
            from: graph.name(from).to_owned(),
            to: graph.name(to).to_owned(),
            risks: edge.risks.clone(),
            blocked: edge.blocked.clone(),
        });
        Self { releases: releases.collect(), updates: updates.collect() }
    }
}

impl WholeGraph {
    /// The graph that was written; updates between releases that are not there are left out.
    pub fn graph(self) -> UpdateGraph {
        let mut graph = UpdateGraph::default();
        for release in self.releases {
            graph.add(Release {
                name: release.name,
                metadata: release.metadata,
                channels: release.channels.into_iter().collect(),
                ..Release::default()
            });
        }
        for update in self.updates {
            let ends = graph.find(&update.from).zip(graph.find(&update.to));
            if let Some(edge) = ends.and_then(|(from, to)| graph.allow(from, to)) {
                *edge = Edge { blocked: update.blocked, risks: update.risks };
            }
        }
        graph
    }
}
