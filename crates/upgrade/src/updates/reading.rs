//! Which kind of graph a file is.

use camino::Utf8Path;
use trainyard_report::{Code, Finding};
use trainyard_version::Scheme;

use super::{
    cincinnati,
    graph::UpdateGraph,
    olm, openshift,
    rules::{self, Rules},
};

/// What files hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A graph with its releases.
    Graph(UpdateGraph),
    /// Rules, which need to know the versions.
    Rules(Rules),
}

/// A graph, with what could not be used of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What was found.
    pub found: Found,
    /// What could not be used.
    pub findings: Vec<Finding>,
}

/// Reads one file, or the files of a folder of `OpenShift`'s graph data, each with its path below the folder. Channels take
/// what has waited in their feeders long enough at `now_epoch`, in seconds since 1970.
///
/// *Errors*: what is no graph of a kind that is known, in words.
pub fn load(
    files: &[(&Utf8Path, &str)],
    architecture: &str,
    now_epoch: i64,
) -> Result<Loaded, String> {
    let ignored = |what: String| Finding::new(Code::UPDATE_RULE_IGNORED, "graph", what);
    if let [(path, text)] = files {
        let is_json = text.trim_start().starts_with('{');
        if path.extension() == Some("toml") {
            let rules = read_toml(text)?;
            return Ok(Loaded { found: Found::Rules(rules), findings: Vec::new() });
        }
        if is_json && !text.contains("olm.channel") {
            let (graph, troubles) = cincinnati::read(text)?;
            return Ok(in_order(graph, troubles.into_iter().map(ignored).collect()));
        }
        if text.contains("olm.channel") {
            let mut graph = UpdateGraph::default();
            let mut findings = Vec::new();
            for channel in olm::read(text)? {
                findings.extend(channel.check());
                channel.add_to(&mut graph);
            }
            return Ok(in_order(graph, findings));
        }
        let rules = rules::read_gitlab(text)?;
        return Ok(Loaded { found: Found::Rules(rules), findings: Vec::new() });
    }
    let data = files.iter().filter(|(path, _)| openshift::wants(path)).copied();
    let mut data = openshift::GraphData::read(data);
    data.promote(now_epoch);
    let base = files.iter().find(|(path, _)| path.extension() == Some("json"));
    let Some((_, base)) = base else {
        return Err("the folder has no graph of releases: a JSON file with `nodes` and `edges` \
                    beside `channels` and `blocked-edges`"
            .to_owned());
    };
    let (graph, mut troubles) = cincinnati::read(base)?;
    let (graph, more) = data.apply(graph, architecture);
    troubles.extend(more);
    Ok(in_order(graph, troubles.into_iter().map(ignored).collect()))
}

fn in_order(mut graph: UpdateGraph, findings: Vec<Finding>) -> Loaded {
    graph.put_in_order(&Scheme::semver());
    Loaded { found: Found::Graph(graph), findings }
}

/// Rules in TOML.
fn read_toml(text: &str) -> Result<Rules, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}
