//! Channels of Kubernetes operators: each entry says which others it replaces and skips.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use trainyard_report::{Code, Finding};
use trainyard_version::{Grammar, Requirement, Scheme};

use super::graph::{Release, UpdateGraph, version};

/// Ranges are held against releases so often in one channel; real ones need some hundreds of thousands.
const MOST_COMPARISONS: usize = 5_000_000;

/// A channel of a catalogue.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Channel {
    /// The package, such as `infinispan`.
    #[serde(default)]
    pub package: String,
    /// Its name.
    pub name: String,
    /// What it offers.
    pub entries: Vec<Entry>,
}

/// A release of a channel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its name, such as `infinispan-operator.v2.2.1`.
    pub name: String,
    /// The one that it replaces.
    #[serde(default)]
    pub replaces: String,
    /// Others that may go to it directly.
    #[serde(default)]
    pub skips: Vec<String>,
    /// Versions that may go to it directly, as a range.
    #[serde(default)]
    pub skip_range: String,
}

/// Reads the channels of a catalogue: YAML documents, or JSON objects one after the other, each with its `schema`.
/// Others than channels are passed over.
///
/// *Errors*: what is no document, in words.
pub fn read(text: &str) -> Result<Vec<Channel>, String> {
    let mut channels = Vec::new();
    let mut take = |value: serde_json::Value| {
        if value.get("schema").and_then(serde_json::Value::as_str) == Some("olm.channel") {
            channels.push(serde_json::from_value(value).map_err(|error| error.to_string())?);
        }
        Ok::<(), String>(())
    };
    if text.trim_start().starts_with('{') {
        for value in serde_json::Deserializer::from_str(text).into_iter() {
            take(value.map_err(|error: serde_json::Error| error.to_string())?)?;
        }
    } else {
        for document in serde_norway::Deserializer::from_str(text) {
            let value =
                serde_json::Value::deserialize(document).map_err(|error| error.to_string())?;
            if !value.is_null() {
                take(value)?;
            }
        }
    }
    Ok(channels)
}

impl Channel {
    /// The entries that no other one replaces or skips, by name. There should be one.
    pub fn heads(&self) -> Vec<&str> {
        let gone: BTreeSet<&str> = self
            .entries
            .iter()
            .flat_map(|entry| {
                let own = entry.name.as_str();
                let skips = entry.skips.iter().map(String::as_str);
                // What skips itself by mistake is still there.
                skips.chain([entry.replaces.as_str()]).filter(move |name| *name != own)
            })
            .collect();
        let names: BTreeSet<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        names.difference(&gone).copied().collect()
    }

    /// Adds the channel to a graph: what an entry replaces or skips may go to it. Ranges that cannot be read are told.
    pub fn add_to(&self, graph: &mut UpdateGraph) -> Vec<Finding> {
        let mut findings = Vec::new();
        let scheme = Scheme::semver();
        let place = |graph: &mut UpdateGraph, name: &str, is_offered: bool| {
            let place = graph.find(name).unwrap_or_else(|| {
                graph.add(Release { name: name.to_owned(), ..Release::default() })
            });
            if is_offered && let Some(release) = graph.releases_mut().get_mut(place) {
                release.channels.insert(self.name.clone());
            }
            place
        };
        let versions: BTreeMap<&str, _> = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.name.as_str(), version(&scheme, &entry.name)?)))
            .collect();
        for entry in &self.entries {
            place(graph, &entry.name, true);
        }
        let mut comparisons = 0_usize;
        for entry in &self.entries {
            let to = place(graph, &entry.name, true);
            let mut from: BTreeSet<&str> = entry.skips.iter().map(String::as_str).collect();
            from.insert(&entry.replaces);
            let subject = || format!("{}/{}", self.package, self.name);
            if !entry.skip_range.is_empty() {
                comparisons = comparisons.saturating_add(versions.len());
                match range(&entry.skip_range) {
                    Some(_) if comparisons > MOST_COMPARISONS => findings.push(Finding::new(
                        Code::UPDATE_RULE_IGNORED,
                        subject(),
                        format!("the channel is too large to follow the range of {}", entry.name),
                    )),
                    Some(range) => from.extend(
                        versions
                            .iter()
                            .filter(|(_, version)| range.set().contains(version))
                            .map(|(name, _)| *name),
                    ),
                    None => findings.push(Finding::new(
                        Code::UPDATE_RULE_IGNORED,
                        subject(),
                        format!("`{}` of {} is no range", entry.skip_range, entry.name),
                    )),
                }
            }
            for name in from.into_iter().filter(|name| !name.is_empty() && *name != entry.name) {
                // What is skipped need not be offered itself.
                let from = place(graph, name, false);
                graph.allow(from, to);
            }
        }
        findings
    }

    /// What is wrong with the channel: no head or several, circles, entries from which no update leads to the head.
    pub fn check(&self) -> Vec<Finding> {
        let subject = format!("{}/{}", self.package, self.name);
        let heads = self.heads();
        let [head] = heads.as_slice() else {
            let message = match heads.as_slice() {
                [] => {
                    format!("{} has no head: its entries replace each other in a circle", self.name)
                }
                heads => format!("{} has {} heads: {}", self.name, heads.len(), heads.join(", ")),
            };
            return vec![Finding::new(Code::CHANNEL_WITHOUT_HEAD, subject, message)];
        };
        let mut graph = UpdateGraph::default();
        let mut findings = self.add_to(&mut graph);
        let mut back: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (from, to, _) in graph.edges() {
            back.entry(to).or_default().push(from);
        }
        let mut open: Vec<usize> = graph.find(head).into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(place) = open.pop() {
            if reached.insert(place) {
                open.extend(back.get(&place).into_iter().flatten());
            }
        }
        for entry in &self.entries {
            if graph.find(&entry.name).is_some_and(|place| !reached.contains(&place)) {
                let message = format!("{}: no update leads from here to {head}", entry.name);
                findings.push(Finding::new(Code::STRANDED_RELEASE, &subject, message));
            }
        }
        findings
    }
}

/// Ranges are written as the Go library `blang/semver` reads them: comparisons beside each other, `||` between.
fn range(text: &str) -> Option<Requirement> {
    let npm = Grammar::all().find(|grammar| grammar.name() == "npm")?;
    npm.parse(text).ok()
}
