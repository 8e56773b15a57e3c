//! `OpenShift`'s graph data: files that say which channels offer a release, and which updates are blocked.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::{
    cincinnati::MOST_TEXT,
    graph::{Edge, Risk, UpdateGraph},
};

/// Metadata of release images that add updates: names separated by commas.
const PREVIOUS_ADD: &str = "io.openshift.upgrades.graph.previous.add";
/// The same that takes some away.
const PREVIOUS_REMOVE: &str = "io.openshift.upgrades.graph.previous.remove";

/// A rule longer than this is no pattern that a person wrote.
const LONGEST_PATTERN: usize = 2_000;

/// So many different patterns are tried; all of `OpenShift`'s history has some hundreds.
const MOST_PATTERNS: usize = 2_000;

/// So many bytes of names are held against patterns; all of that history needs a tenth of it.
const MOST_SCANNED: usize = 1 << 28;

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
    /// Releases that are neither taken from the feeder nor handed on to the channels that this one feeds.
    #[serde(default)]
    pub tombstones: Vec<String>,
    /// Since when releases are offered here, such as `4.10.3: "2022-03-10T12:00:00Z"`, where that is known. `OpenShift`'s own
    /// files leave it to the history of the repository.
    #[serde(default)]
    pub arrivals: BTreeMap<String, String>,
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

    /// Where on an update it belongs.
    fn list<'a>(&self, edge: &'a mut Edge) -> &'a mut Vec<Risk> {
        if self.is_conditional() { &mut edge.risks } else { &mut edge.blocked }
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
    /// Patterns that are none block their release altogether.
    ///
    /// *Cost*: the updates to releases that are blocked times their patterns, up to a bound: see the source.
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
        let waits = self.waits(&mut troubles);
        for ((version, channel), why) in waits {
            for place in named(&graph, &version) {
                if let Some(release) = graph.releases_mut().get_mut(place)
                    && !release.channels.contains(&channel)
                {
                    release.waits.insert(channel.clone(), why.clone());
                }
            }
        }
        self.block(&mut graph, architecture, &mut troubles);
        (graph, troubles)
    }

    /// Puts blocks and risks on updates.
    ///
    /// *Cost*: each pattern is compiled once, and held against the releases that lead to what it blocks, together at most
    /// 256 MB of names. What is left then is blocked for all, and told.
    fn block(&self, graph: &mut UpdateGraph, architecture: &str, troubles: &mut Vec<String>) {
        // Patterns may ask for the architecture.
        let full = |name: &String| {
            if name.contains('+') { name.clone() } else { format!("{name}+{architecture}") }
        };
        let names: Vec<String> =
            graph.releases().iter().map(|release| full(&release.name)).collect();
        let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (from, to, _) in graph.edges() {
            before.entry(to).or_default().push(from);
        }
        // Hundreds of blocks share a pattern.
        let mut by_pattern: BTreeMap<&str, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for (place, block) in self.blocks.iter().enumerate() {
            let own = block.to.strip_suffix(architecture).and_then(|to| to.strip_suffix('+'));
            let own = own.and_then(|name| graph.find(name));
            let targets = named(graph, &block.to).into_iter().chain(own);
            by_pattern.entry(&block.from).or_default().extend(targets.map(|to| (to, place)));
        }
        let mut tried = 0_usize;
        let mut scanned = 0_usize;
        let mut text = 0_usize;
        // By the release that is reached, the one that is left, and the place of the block.
        let mut hits: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
        let mut closed: BTreeSet<usize> = BTreeSet::new();
        for (source, blocked) in by_pattern {
            tried += 1;
            let is_spent = tried > MOST_PATTERNS || scanned > MOST_SCANNED || text > MOST_TEXT;
            if is_spent {
                closed.extend(blocked.iter().map(|(to, _)| *to));
                continue;
            }
            let pattern = pattern(source);
            if pattern.is_none() {
                troubles.extend(blocked.iter().filter_map(|(_, place)| {
                    let block = self.blocks.get(*place)?;
                    Some(format!(
                        "{}: `{source}` is no regular expression, so {} is blocked for all",
                        block.file, block.to
                    ))
                }));
            }
            let mut matching: (usize, Vec<usize>) = (usize::MAX, Vec::new());
            for (to, place) in blocked {
                let before = before.get(&to).map_or(&[][..], Vec::as_slice);
                // Blocks of one release with one pattern concern the same updates.
                if matching.0 != to {
                    scanned += before
                        .iter()
                        .filter_map(|from| names.get(*from))
                        .map(|it| it.len() + 1)
                        .sum::<usize>();
                    let is_matched = |from: &&usize| {
                        let name = names.get(**from).map_or("", String::as_str);
                        pattern.as_ref().is_none_or(|pattern| pattern.is_match(name))
                    };
                    matching = (to, before.iter().filter(is_matched).copied().collect());
                }
                text = text.saturating_add(self.size(place).saturating_mul(matching.1.len()));
                if scanned > MOST_SCANNED || text > MOST_TEXT {
                    closed.insert(to);
                    continue;
                }
                hits.extend(matching.1.iter().map(|from| (to, *from, place)));
            }
        }
        troubles.sort();
        troubles.dedup();
        self.put(graph, &hits, &closed, troubles);
    }

    fn put(
        &self,
        graph: &mut UpdateGraph,
        hits: &BTreeSet<(usize, usize, usize)>,
        closed: &BTreeSet<usize>,
        troubles: &mut Vec<String>,
    ) {
        for (from, to, edge) in graph.edges_mut() {
            let mut told: BTreeSet<Risk> = BTreeSet::new();
            for (_, _, place) in hits.range((to, from, 0)..=(to, from, usize::MAX)) {
                let Some(block) = self.blocks.get(*place) else { continue };
                let risk = block.risk();
                if told.insert(risk.clone()) {
                    block.list(edge).push(risk);
                }
            }
            if closed.contains(&to) {
                let message = "there are more blocks than can be weighed".to_owned();
                edge.blocked.push(Risk {
                    name: "too many blocks".to_owned(),
                    message,
                    ..Risk::default()
                });
            }
        }
        for place in closed {
            troubles.push(format!(
                "{} has more blocks than can be weighed, and is blocked for all",
                graph.name(*place)
            ));
        }
    }

    /// How much memory a block takes on one update.
    fn size(&self, place: usize) -> usize {
        let texts = self.blocks.get(place).map(|block| {
            let rules =
                if block.is_conditional() { block.matching_rules.to_string().len() } else { 0 };
            rules + block.name.len() + block.file.len() + block.message.len() + block.url.len()
        });
        texts.unwrap_or_default() + size_of::<Risk>()
    }
}

pub(super) fn pattern(text: &str) -> Option<Regex> {
    let limited = || regex::RegexBuilder::new(text).size_limit(1 << 16).build().ok();
    (text.len() <= LONGEST_PATTERN).then(limited).flatten()
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
    let mut gone: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (to, arch, add, remove) in said {
        let find = |graph: &UpdateGraph, name: &str| {
            graph.find(&format!("{name}{arch}")).or_else(|| graph.find(name))
        };
        for name in add {
            if let Some(from) = find(graph, &name) {
                graph.allow(from, to);
            }
        }
        gone.extend(remove.iter().filter_map(|name| Some((find(graph, name)?, to))));
    }
    if !gone.is_empty() {
        graph.retain(|from, to| !gone.contains(&(from, to)));
    }
}
