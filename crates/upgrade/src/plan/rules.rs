//! What a policy says of components side by side: groups that share their line, and streams that need others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trainyard_policy::{Policy, StreamKind};
use trainyard_version::Level;

use super::{Known, Relation};

/// What holds between components.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Components that share their line (policy rows B17 and B19).
    #[serde(default)]
    pub groups: Vec<LineGroup>,
    /// What a component needs to work; that is upgraded first (policy row A5).
    #[serde(default)]
    pub needs: BTreeMap<String, BTreeSet<String>>,
}

/// Components that share their line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineGroup {
    /// Its name.
    pub name: String,
    /// The names of its members.
    pub members: BTreeSet<String>,
    /// Whether members share the whole version, not the line alone.
    #[serde(default)]
    pub shares_version: bool,
}

impl Rules {
    /// What a policy says.
    pub fn of(policy: &Policy) -> Self {
        let name = |index: usize| policy.components.get(index).map(|it| it.name.clone());
        let groups = policy.groups.iter().map(|group| LineGroup {
            name: group.name.clone(),
            members: group.members.iter().filter_map(|index| name(*index)).collect(),
            shares_version: group.lockstep == Level::Patch,
        });
        let members: Vec<BTreeSet<String>> = policy
            .streams
            .iter()
            .map(|stream| match &stream.kind {
                StreamKind::Single { component } => name(*component).into_iter().collect(),
                StreamKind::Composite { parts, .. } => {
                    parts.iter().filter_map(|(_, index)| name(*index)).collect()
                }
                StreamKind::Bundle { .. } => BTreeSet::new(),
            })
            .collect();
        // What no other stream is made of comes with the bundles.
        let of_others: BTreeSet<&String> = members.iter().flatten().collect();
        let bundled: BTreeSet<String> = policy
            .components
            .iter()
            .map(|component| component.name.clone())
            .filter(|name| !of_others.contains(name))
            .collect();
        let of_stream = |index: usize| match policy.streams.get(index).map(|stream| &stream.kind) {
            Some(StreamKind::Bundle { .. }) => bundled.clone(),
            Some(_) => members.get(index).cloned().unwrap_or_default(),
            None => BTreeSet::new(),
        };
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (index, stream) in policy.streams.iter().enumerate() {
            for component in of_stream(index) {
                let needed = stream.needs.iter().flat_map(|needed| of_stream(*needed));
                let needed = needed.filter(|other| *other != component);
                needs.entry(component.clone()).or_default().extend(needed);
            }
        }
        needs.retain(|_, needed| !needed.is_empty());
        Self { groups: groups.collect(), needs }
    }

    /// What groups say of two components' releases.
    pub fn relation(&self, one: (&str, &Known), other: (&str, &Known)) -> Relation {
        let both = |group: &&LineGroup| {
            group.members.contains(one.0) && group.members.contains(other.0) && one.0 != other.0
        };
        let Some(group) = self.groups.iter().find(both) else { return Relation::Unknown };
        let shared = |release: &Known| {
            let whole = group.shares_version || release.line.is_empty();
            if whole { release.version.clone() } else { release.line.clone() }
        };
        let (ours, theirs) = (shared(one.1), shared(other.1));
        if ours == theirs {
            Relation::Works(format!("both are on line {ours} of group {}", group.name))
        } else {
            Relation::Breaks(format!(
                "group {} shares its line, and these are on {ours} and {theirs}",
                group.name
            ))
        }
    }

    /// The groups of a component.
    pub fn groups_of<'a>(&'a self, component: &'a str) -> impl Iterator<Item = &'a LineGroup> {
        self.groups.iter().filter(move |group| group.members.contains(component))
    }
}
