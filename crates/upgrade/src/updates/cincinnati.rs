//! The format that update servers speak: `{"nodes": [...], "edges": [...], "conditionalEdges": [...]}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::graph::{Release, Risk, UpdateGraph};

/// Where `OpenShift`'s nodes say their channels, separated by commas.
const CHANNELS: &str = "io.openshift.upgrades.graph.release.channels";

/// All texts of risks together, each counted for every update that has it, may have so many bytes. `OpenShift`'s own
/// answers stay below a tenth of it; a hostile one could ask for what no machine has.
pub(super) const MOST_TEXT: usize = 1 << 29;

/// The document.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    #[serde(default)]
    version: u32,
    nodes: Vec<Node>,
    #[serde(default)]
    edges: Vec<(usize, usize)>,
    #[serde(default, rename = "conditionalEdges", skip_serializing_if = "Vec::is_empty")]
    conditional: Vec<Conditional>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Node {
    version: String,
    #[serde(default)]
    payload: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Conditional {
    edges: Vec<Ends>,
    risks: Vec<Told>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Ends {
    from: String,
    to: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    matching_rules: Value,
}

/// Reads a graph. What names a release that is not there is left out, and told.
///
/// *Errors*: what is no document of this kind, in words.
pub fn read(text: &str) -> Result<(UpdateGraph, Vec<String>), String> {
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut graph = UpdateGraph::default();
    let mut troubles = Vec::new();
    let mut places = Vec::with_capacity(document.nodes.len());
    for node in document.nodes {
        if graph.find(&node.version).is_some() {
            troubles.push(format!("{} is there twice", node.version));
        }
        let label = node.metadata.get(CHANNELS).map_or("", String::as_str);
        let channels = channels(label).collect();
        places.push(graph.add(Release {
            name: node.version,
            payload: node.payload,
            metadata: node.metadata,
            channels,
            ..Release::default()
        }));
    }
    for (from, to) in document.edges {
        let ends = places.get(from).zip(places.get(to));
        if ends.and_then(|(from, to)| graph.allow(*from, *to)).is_none() {
            troubles.push(format!("the edge from node {from} to node {to} has no two ends"));
        }
    }
    let mut budget = MOST_TEXT;
    for conditional in document.conditional {
        let risks = risks(conditional.risks, conditional.edges.len(), &mut budget);
        if risks.iter().any(|risk| risk.name == TOO_MANY) {
            troubles.push("there are more risks than can be kept apart".to_owned());
        }
        for Ends { from, to } in conditional.edges {
            let ends = graph.find(&from).zip(graph.find(&to));
            let Some(edge) = ends.and_then(|(from, to)| graph.allow(from, to)) else {
                troubles.push(format!("the update {from} -> {to} is between unknown releases"));
                continue;
            };
            edge.risks.extend(risks.iter().cloned());
        }
    }
    Ok((graph, troubles))
}

/// Stands for risks that are too many to be told.
const TOO_MANY: &str = "too many risks";

/// Risks as a graph keeps them for so many updates; one for all, where they are more than `budget` bytes.
fn risks(told: Vec<Told>, updates: usize, budget: &mut usize) -> Vec<Risk> {
    let risks: Vec<Risk> = told.into_iter().map(Told::risk).collect();
    let size = |risk: &Risk| {
        let texts = [&risk.name, &risk.message, &risk.url, &risk.rules];
        size_of::<Risk>() + texts.iter().map(|text| text.len()).sum::<usize>()
    };
    let needed = risks.iter().map(size).sum::<usize>().saturating_mul(updates);
    if let Some(left) = budget.checked_sub(needed) {
        *budget = left;
        return risks;
    }
    let message = format!("there are {} risks that cannot be told apart here", risks.len());
    vec![Risk { name: TOO_MANY.to_owned(), message, rules: always(), ..Risk::default() }]
}

/// The rule that concerns everybody, as it is written.
fn always() -> String {
    serde_json::json!([{"type": "Always"}]).to_string()
}

impl Told {
    fn risk(self) -> Risk {
        let rules = match &self.matching_rules {
            Value::Null => String::new(),
            rules => rules.to_string(),
        };
        let Self { name, message, url, .. } = self;
        Risk { name, message, url, rules, fixed_in: String::new() }
    }
}

/// What of a graph the format can say: updates that are not blocked, and risks with rules that machines read. A condition
/// in words becomes part of the message, and the risk one for everybody, since no machine can tell whom it concerns.
///
/// *Invariants*: reading what [`write()`] writes gives this graph again, with ranks of its own; doing it twice changes
/// nothing more.
#[must_use]
pub fn sayable(graph: &UpdateGraph) -> UpdateGraph {
    let mut said = graph.clone();
    said.retain(|from, to| graph.edge(from, to).is_some_and(|edge| edge.blocked.is_empty()));
    for (.., edge) in said.edges_mut() {
        edge.risks.iter_mut().for_each(make_sayable);
    }
    for release in said.releases_mut() {
        // A comma within a name divides it.
        release.channels = release.channels.iter().flat_map(|name| channels(name)).collect();
        let label = channel_label(release);
        if label.is_empty() {
            release.metadata.remove(CHANNELS);
        } else {
            release.metadata.insert(CHANNELS.to_owned(), label);
        }
    }
    said
}

fn make_sayable(risk: &mut Risk) {
    risk.fixed_in.clear();
    let rules = serde_json::from_str::<Value>(&risk.rules).ok().filter(Value::is_array);
    if rules.is_none() && !risk.rules.is_empty() {
        let whom = format!("concerns: {}", risk.rules);
        risk.message =
            if risk.message.is_empty() { whom } else { format!("{} ({whom})", risk.message) };
    }
    risk.rules = rules.map_or_else(always, |rules| rules.to_string());
}

fn channels(label: &str) -> impl Iterator<Item = String> {
    label.split(',').filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Writes what of a graph is [`sayable`]; blocked updates are left out, as servers do.
///
/// *Order*: nodes as they were added, edges by their ends, conditional ones by their risks.
pub fn write(graph: &UpdateGraph) -> String {
    let graph = &sayable(graph);
    let nodes = graph.releases().iter().map(|release| Node {
        version: release.name.clone(),
        payload: release.payload.clone(),
        metadata: release.metadata.clone(),
    });
    let edges = graph.edges().filter(|(.., edge)| edge.risks.is_empty());
    let mut by_risks: BTreeMap<&[Risk], Vec<Ends>> = BTreeMap::new();
    for (from, to, edge) in graph.edges().filter(|(.., edge)| !edge.risks.is_empty()) {
        let ends = Ends { from: graph.name(from).to_owned(), to: graph.name(to).to_owned() };
        by_risks.entry(&edge.risks).or_default().push(ends);
    }
    let conditional = by_risks.into_iter().map(|(risks, edges)| Conditional {
        edges,
        risks: risks
            .iter()
            .map(|risk| Told {
                name: risk.name.clone(),
                message: risk.message.clone(),
                url: risk.url.clone(),
                matching_rules: serde_json::from_str(&risk.rules).unwrap_or_default(),
            })
            .collect(),
    });
    let document = Document {
        version: 1,
        nodes: nodes.collect(),
        edges: edges.map(|(from, to, _)| (from, to)).collect(),
        conditional: conditional.collect(),
    };
    // A document of texts and numbers can always be written.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The channels of a release as `OpenShift` writes them: by the version at their end, then by name.
pub fn channel_label(release: &Release) -> String {
    let mut channels: Vec<&str> = release.channels.iter().map(String::as_str).collect();
    channels.sort_by_cached_key(|name| (numbers(name), (*name).to_owned()));
    channels.join(",")
}

fn numbers(channel: &str) -> Vec<u64> {
    let tail = channel.rsplit('-').next().unwrap_or_default();
    tail.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}
