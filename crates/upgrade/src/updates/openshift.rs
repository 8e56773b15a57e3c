//! `OpenShift`'s graph data: files that say which channels offer a release, and which updates are blocked.

use std::collections::BTreeMap;

use camino::Utf8Path;
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::graph::{Edge, Risk, UpdateGraph};

/// Metadata of release images that add updates: names separated by commas.
const PREVIOUS_ADD: &str = "io.openshift.upgrades.graph.previous.add";
/// The same that takes some away.
const PREVIOUS_REMOVE: &str = "io.openshift.upgrades.graph.previous.remove";

/// A rule longer than this is no pattern that a person wrote.
const LONGEST_PATTERN: usize = 2_000;

/// What the files say.
#[derive(Clone, Debug, Default)]
pub struct GraphData {
    /// The channels.
    pub channels: Vec<Channel>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// What could not be read, a sentence each.
    pub troubles: Vec<String>,
}

/// A channel.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// The releases that it offers.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The channel that releases come from, and after how long.
    #[serde(default)]
    pub feeder: Option<Feeder>,
    /// Releases that must never come from the feeder.
    #[serde(default)]
    pub tombstones: Vec<String>,
}

/// Where a channel's releases come from.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Feeder {
    /// The other channel.
    pub name: String,
    /// How long a release waits there, in ISO 8601.
    #[serde(default)]
    pub delay: String,
    /// Only releases that this pattern finds.
    #[serde(default)]
    pub filter: String,
}

/// An update that is blocked, or has a risk.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The file that says so.
    #[serde(default)]
    pub file: String,
    /// The release that must not be reached; with an architecture (`4.3.29+s390x`) for that alone.
    pub to: String,
    /// A pattern that is searched in the name that is left.
    pub from: String,
    /// The release that is without the risk.
    #[serde(default)]
    pub fixed_in: String,
    /// The risk's name; without one, the update is blocked for everybody.
    #[serde(default)]
    pub name: String,
    /// What happens.
    #[serde(default)]
    pub message: String,
    /// Where more about it is.
    #[serde(default)]
    pub url: String,
    /// Whom it concerns.
    #[serde(default)]
    pub matching_rules: Value,
}

impl Block {
    fn is_conditional(&self) -> bool {
        !self.name.is_empty() && !self.matching_rules.is_null()
    }

    fn risk(&self) -> Risk {
        let name = if self.name.is_empty() { self.file.clone() } else { self.name.clone() };
        Risk {
            name,
            message: self.message.clone(),
            url: self.url.clone(),
            rules: if self.is_conditional() {
                self.matching_rules.to_string()
            } else {
                String::new()
            },
            fixed_in: self.fixed_in.clone(),
        }
    }
}

/// Whether a file is part of the data, by its path below the folder.
pub fn wants(path: &Utf8Path) -> bool {
    let folder = path.parent().map(Utf8Path::as_str);
    let is_yaml = matches!(path.extension(), Some("yaml" | "yml"));
    is_yaml && matches!(folder, Some("channels" | "internal-channels" | "blocked-edges"))
}

impl GraphData {
    /// Reads files, given with their paths below the folder.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a Utf8Path, &'a str)>) -> Self {
        let mut data = Self::default();
        for (path, text) in files {
            let read = if path.starts_with("blocked-edges") {
                serde_norway::from_str::<Block>(text).map(|block| {
                    let file = path.file_name().unwrap_or_default().to_owned();
                    data.blocks.push(Block { file, ..block });
                })
            } else {
                serde_norway::from_str::<Channel>(text).map(|channel| data.channels.push(channel))
            };
            if let Err(error) = read {
                data.troubles.push(format!("{path} cannot be read: {error}"));
            }
        }
        data
    }

    /// Puts what the files say on a graph of release images: labels of channels, updates that images add and take away,
    /// blocks and risks. `architecture` is that of releases whose names do not say it, such as `amd64`.
    ///
    /// Patterns that are none block their release altogether. *Cost*: blocks of a release times updates to it.
    #[must_use]
    pub fn apply(&self, mut graph: UpdateGraph, architecture: &str) -> (UpdateGraph, Vec<String>) {
        let mut troubles = self.troubles.clone();
        add_previous(&mut graph);
        for channel in &self.channels {
            for name in &channel.versions {
                // A release that is there by this very name is meant alone.
                let exact = graph.find(name).map(|place| vec![place]);
                for place in exact.unwrap_or_else(|| named(&graph, name)) {
                    if let Some(release) = graph.releases_mut().get_mut(place) {
                        release.channels.insert(channel.name.clone());
                    }
                }
            }
        }
        // Patterns may ask for the architecture.
        let full = |name: &String| {
            if name.contains('+') { name.clone() } else { format!("{name}+{architecture}") }
        };
        let names: Vec<String> =
            graph.releases().iter().map(|release| full(&release.name)).collect();
        let mut by_target: BTreeMap<usize, Vec<(&Block, Option<Regex>)>> = BTreeMap::new();
        // Hundreds of blocks share a pattern.
        let mut patterns: BTreeMap<&str, Option<Regex>> = BTreeMap::new();
        for block in &self.blocks {
            let pattern = patterns.entry(&block.from).or_insert_with(|| pattern(&block.from));
            if pattern.is_none() {
                troubles.push(format!(
                    "{}: `{}` is no regular expression, so {} is blocked for all",
                    block.file, block.from, block.to
                ));
            }
            let own = block.to.strip_suffix(architecture).and_then(|to| to.strip_suffix('+'));
            let own = own.and_then(|name| graph.find(name));
            for place in named(&graph, &block.to).into_iter().chain(own) {
                by_target.entry(place).or_default().push((block, pattern.clone()));
            }
        }
        for (from, to, edge) in graph.edges_mut() {
            let Some(name) = names.get(from) else { continue };
            for (block, pattern) in by_target.get(&to).into_iter().flatten() {
                if pattern.as_ref().is_none_or(|pattern| pattern.is_match(name)) {
                    put(edge, block);
                }
            }
        }
        (graph, troubles)
    }
}

fn pattern(text: &str) -> Option<Regex> {
    let limited = || regex::RegexBuilder::new(text).size_limit(1 << 20).build().ok();
    (text.len() <= LONGEST_PATTERN).then(limited).flatten()
}

fn put(edge: &mut Edge, block: &Block) {
    let list = if block.is_conditional() { &mut edge.risks } else { &mut edge.blocked };
    let risk = block.risk();
    if !list.contains(&risk) {
        list.push(risk);
    }
}

/// The releases of a name; a name without architecture means those of all.
fn named(graph: &UpdateGraph, name: &str) -> Vec<usize> {
    let exact = graph.find(name);
    let mut places: Vec<usize> = exact.into_iter().collect();
    for arch in ["amd64", "arm64", "multi", "ppc64le", "s390x"] {
        places.extend(graph.find(&format!("{name}+{arch}")));
    }
    places
}

/// Updates that release images add or take away by their metadata.
fn add_previous(graph: &mut UpdateGraph) {
    let said: Vec<(usize, String, Vec<String>, Vec<String>)> = graph
        .releases()
        .iter()
        .enumerate()
        .map(|(place, release)| {
            let list = |key: &str| {
                let names = release.metadata.get(key).into_iter().flat_map(|list| list.split(','));
                names.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
            };
            let arch = release.name.split_once('+').map(|(_, arch)| format!("+{arch}"));
            (place, arch.unwrap_or_default(), list(PREVIOUS_ADD), list(PREVIOUS_REMOVE))
        })
        .collect();
    for (to, arch, add, remove) in said {
        let find = |graph: &UpdateGraph, name: &str| {
            graph.find(&format!("{name}{arch}")).or_else(|| graph.find(name))
        };
        for name in add {
            if let Some(from) = find(graph, &name) {
                graph.allow(from, to);
            }
        }
        let gone: Vec<usize> = remove.iter().filter_map(|name| find(graph, name)).collect();
        if !gone.is_empty() {
            graph.retain(|from, reached| reached != to || !gone.contains(&from));
        }
    }
}
