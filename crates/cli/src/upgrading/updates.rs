//! Reads update graphs, or makes them of the repository's releases, and writes them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_graph::{Diagram, Kind, Line, Node};
use trainyard_history::ComponentHistory;
use trainyard_report::Finding;
use trainyard_upgrade::updates::{
    self, Found, Installation, UpdateGraph, WholeGraph, cincinnati,
    lines::{self, Offer},
    openshift, rules,
};

use crate::{
    args::{
        Global,
        upgrading::{GraphSource, UpdateFormat, UpgradeGraph},
    },
    error::CommandError,
    files,
    site::Site,
};

/// All files of a graph together have no more than so many bytes; `OpenShift`'s have 3 MB.
const LARGEST_GRAPH: usize = 256 << 20;

/// What a graph comes from.
pub(super) enum Source {
    /// It is there.
    Graph(UpdateGraph),
    /// Rules, and the versions that they speak of.
    Rules(rules::Rules, Vec<String>),
    /// The releases of the repository.
    Releases(Releases),
}

/// What a graph comes from, with what could not be used.
pub(super) struct Loaded {
    pub(super) found: Source,
    pub(super) findings: Vec<Finding>,
}

/// The releases of a component that compare with its newest one, from the lowest.
#[derive(Default)]
pub(super) struct Releases {
    pub(super) offers: Vec<Offer>,
    /// What else they are called: their tags, and the canonical spelling.
    others: BTreeMap<String, String>,
}

impl Releases {
    fn of(history: &ComponentHistory) -> Self {
        let mut found = Self::default();
        let scheme = history.releases.last().map(|release| release.read_by);
        for release in history.releases.iter().filter(|it| Some(it.read_by) == scheme) {
            let name = release.version.text().to_owned();
            let others = [release.tag.as_str(), release.version.canonical()];
            for other in others {
                found.others.entry(other.to_owned()).or_insert_with(|| name.clone());
            }
            let (line, is_final) = (release.line.clone(), release.is_final());
            found.offers.push(Offer { name, line, is_final });
        }
        found
    }

    /// What the graph calls a release.
    pub(super) fn name(&self, wanted: &str) -> Result<String, CommandError> {
        if self.offers.iter().any(|offer| offer.name == wanted) {
            return Ok(wanted.to_owned());
        }
        if let Some(name) = self.others.get(wanted) {
            return Ok(name.clone());
        }
        let near = self.offers.iter().rev().map(|offer| offer.name.as_str());
        let near: Vec<&str> = near.filter(|name| name.starts_with(wanted)).take(5).collect();
        let error = CommandError::usage(format!("{wanted} is no release of the repository"));
        Err(if near.is_empty() {
            error.hint("name an update graph with `--graph FILE` if it is that of something else")
        } else {
            error.hint(format!("there are {}", near.join(", ")))
        })
    }
}

/// Writes the graph that the arguments name.
pub(crate) fn write_graph(
    global: &Global,
    args: &UpgradeGraph,
) -> Result<(String, Vec<Finding>), CommandError> {
    let Loaded { found, mut findings } = load(global, &args.source)?;
    let mut graph = match found {
        Source::Graph(graph) => graph,
        Source::Rules(rules, versions) => {
            let (graph, more) = rules::whole(&rules, &versions).map_err(CommandError::usage)?;
            findings.extend(more);
            graph
        }
        Source::Releases(releases) => lines::graph(&releases.offers),
    };
    // Without somebody who asks, the graph is the same for all.
    if !args.source.installation().is_unknown() {
        updates::offer(&mut graph, &args.source.installation(), now(&args.source)?);
    }
    if let Some(channel) = &args.source.channel {
        offered(&graph, channel)?;
        graph = graph.of(|release| release.channels.contains(channel));
    }
    let text = match args.format {
        UpdateFormat::Cincinnati => cincinnati::write(&graph) + "\n",
        UpdateFormat::Json => {
            let whole = serde_json::to_string_pretty(&WholeGraph::from(&graph));
            whole.map_err(|error| CommandError::environment(&error))? + "\n"
        }
        UpdateFormat::Text => trainyard_graph::text(&diagram(&graph)),
        UpdateFormat::Svg => trainyard_graph::svg(&diagram(&graph)),
    };
    Ok((text, findings))
}

/// The graph as a drawing: updates with risks are dashed, blocked ones not drawn; what nothing leaves is an end.
fn diagram(graph: &UpdateGraph) -> Diagram {
    let mut diagram = Diagram { title: "updates".to_owned(), ..Diagram::default() };
    for (from, to, edge) in graph.edges().filter(|(.., edge)| edge.blocked.is_empty()) {
        let names: Vec<&str> = edge.risks.iter().map(|risk| risk.name.as_str()).collect();
        let (is_dashed, note) = (!names.is_empty(), names.join(", "));
        diagram.lines.push(Line { from, to, is_dashed, note });
    }
    let mut is_left = vec![false; graph.releases().len()];
    for line in &diagram.lines {
        if let Some(slot) = is_left.get_mut(line.from) {
            *slot = true;
        }
    }
    diagram.nodes = graph
        .releases()
        .iter()
        .zip(is_left)
        .map(|(release, is_left)| Node {
            label: release.name.clone(),
            note: cincinnati::channel_label(release).replace(',', " "),
            kind: if is_left { Kind::Plain } else { Kind::Head },
        })
        .collect();
    diagram
}

/// Reads what the arguments name.
pub(super) fn load(global: &Global, source: &GraphSource) -> Result<Loaded, CommandError> {
    let Some(graph) = &source.graph else {
        let found = Source::Releases(releases(global, source)?);
        return Ok(Loaded { found, findings: Vec::new() });
    };
    let place = global.directory.join(graph);
    let texts = texts(&place)?;
    let borrowed: Vec<(&Utf8Path, &str)> =
        texts.iter().map(|(path, text)| (path.as_path(), text.as_str())).collect();
    let loaded = updates::load(&borrowed, &source.arch, now(source)?).map_err(|why| {
        CommandError::usage(format!("{place} is no update graph: {why}"))
            .hint("`trainyard upgrade path --help` names the kinds that are known")
    })?;
    let found = match loaded.found {
        Found::Graph(graph) => Source::Graph(graph),
        Found::Rules(rules) => {
            let versions = versions(global, source, &rules)?;
            Source::Rules(rules, versions)
        }
    };
    Ok(Loaded { found, findings: loaded.findings })
}

impl GraphSource {
    /// Who asks for updates.
    pub(super) fn installation(&self) -> Installation {
        Installation { id: self.client_id.clone(), wariness: self.wariness }
    }
}

/// The asked time, or now; in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "rollouts and feeders go by the clock")]
pub(super) fn now(source: &GraphSource) -> Result<i64, CommandError> {
    let Some(asked) = &source.now else { return Ok(jiff::Timestamp::now().as_second()) };
    updates::time::epoch(asked).ok_or_else(|| {
        CommandError::usage(format!("`{asked}` is no time"))
            .hint("write it as 2026-11-20T08:00:00Z")
    })
}

/// The texts of a graph: one file, or those of a folder that matter, with their paths below it.
fn texts(place: &Utf8Path) -> Result<Vec<(Utf8PathBuf, String)>, CommandError> {
    if !place.is_dir() {
        return Ok(vec![(place.to_owned(), files::read_text(place)?)]);
    }
    let mut texts = Vec::new();
    let mut bytes = 0;
    for folder in ["", "channels", "internal-channels", "blocked-edges"] {
        let at = place.join(folder);
        if !at.is_dir() {
            continue;
        }
        for path in at.read_dir_utf8()? {
            let path = path?.into_path();
            let Ok(below) = path.strip_prefix(place) else { continue };
            let is_base = folder.is_empty() && below.extension() == Some("json");
            if is_base || openshift::wants(below) {
                let text = files::read_text(&path)?;
                bytes += text.len();
                if bytes > LARGEST_GRAPH {
                    return Err(CommandError::usage(format!("{place} has more than 256 MB")));
                }
                texts.push((below.to_owned(), text));
            }
        }
    }
    texts.sort();
    // One file alone is read as what it is; a folder never is.
    texts.push((Utf8PathBuf::new(), String::new()));
    Ok(texts)
}

/// The versions that rules speak of: those of a file, of the rules, or the releases of the repository.
fn versions(
    global: &Global,
    source: &GraphSource,
    rules: &rules::Rules,
) -> Result<Vec<String>, CommandError> {
    if let Some(file) = &source.versions {
        let text = files::read_text(&global.directory.join(file))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(lines.map(|line| line.trim_start_matches('v').to_owned()).collect());
    }
    if !rules.versions.is_empty() {
        return Ok(rules.versions.clone());
    }
    let releases = releases(global, source).map_err(|error| {
        error.hint("name a file of versions with `--versions FILE`, or run this in the repository")
    })?;
    Ok(releases.offers.into_iter().map(|offer| offer.name).collect())
}

/// The releases of the repository's component that is asked about.
fn releases(global: &Global, source: &GraphSource) -> Result<Releases, CommandError> {
    let site = Site::open(global, None)?;
    let components = &site.policy.components;
    let wanted = source.component.as_deref();
    let place = |name: &str| components.iter().position(|component| component.name == name);
    let index = match wanted {
        Some(name) => place(name).ok_or_else(|| {
            let names: Vec<&str> = components.iter().map(|it| it.name.as_str()).collect();
            CommandError::usage(format!("the policy has no component `{name}`"))
                .hint(format!("it has {}", names.join(", ")))
        })?,
        None => place(&site.policy.product.name).unwrap_or_default(),
    };
    Ok(site.survey.components.get(index).map(Releases::of).unwrap_or_default())
}

/// Refuses a channel that the graph does not know.
pub(super) fn offered(graph: &UpdateGraph, channel: &str) -> Result<(), CommandError> {
    let mut channels: Vec<&str> = graph
        .releases()
        .iter()
        .flat_map(|release| release.channels.iter().map(String::as_str))
        .collect();
    channels.sort_unstable();
    channels.dedup();
    if channels.contains(&channel) {
        return Ok(());
    }
    let error = CommandError::usage(format!("the graph has no channel `{channel}`"));
    let tail = channel.rsplit('-').next().unwrap_or_default();
    let near: Vec<&str> =
        channels.iter().copied().filter(|one| one.ends_with(tail)).take(5).collect();
    let near = if near.is_empty() { channels.into_iter().take(5).collect() } else { near };
    Err(if near.is_empty() { error } else { error.hint(format!("there are {}", near.join(", "))) })
}
