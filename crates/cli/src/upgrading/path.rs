//! Finds the way between two releases.

use serde::Serialize;
use trainyard_report::{Code, Finding};
use trainyard_upgrade::updates::{
    Answer, Question, UpdateGraph, lines, offer, path as find, rules,
};

use super::updates::{Loaded, Source, load, now, offered};
use crate::{
    args::{Global, migrations::UpgradePath},
    error::CommandError,
};

/// Stands for the newest release that can be reached.
const NEWEST: &str = "newest";

/// An answer with what could not be used of the graph.
#[derive(Debug, Serialize)]
pub(crate) struct FoundPath {
    #[serde(flatten)]
    pub(crate) answer: Answer,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<Finding>,
}

/// Answers what the arguments ask.
pub(crate) fn path(global: &Global, args: &UpgradePath) -> Result<FoundPath, CommandError> {
    let Loaded { found, mut findings } = load(global, &args.source)?;
    let wanted = (args.to != NEWEST).then_some(args.to.as_str());
    let (from, mut graph, to) = match found {
        Source::Graph(graph) => {
            (args.from.clone(), graph, wanted.map(str::to_owned).unwrap_or_default())
        }
        Source::Rules(rules, versions) => {
            let to = target(wanted, &versions)?;
            let (graph, more) =
                rules::graph(&rules, &versions, &args.from, &to).map_err(CommandError::usage)?;
            findings.extend(more);
            (args.from.clone(), graph, to)
        }
        Source::Releases(releases) => {
            let from = releases.name(&args.from)?;
            let to = wanted.map(|name| releases.name(name)).transpose()?;
            let graph = lines::between(&releases.offers, &from, to.as_deref())
                .map_err(|name| CommandError::usage(format!("{name} is no release")))?;
            (from, graph, to.unwrap_or_default())
        }
    };
    known(&graph, &from)?;
    if !to.is_empty() {
        known(&graph, &to)?;
    }
    if let Some(channel) = &args.source.channel {
        offered(&graph, channel)?;
    }
    offer(&mut graph, &args.source.installation(), now(&args.source)?);
    let question = Question {
        from,
        to,
        channel: args.source.channel.clone(),
        accepted: args.accept.iter().cloned().collect(),
    };
    let answer = find(&graph, &question);
    findings.extend(answer.no_path.as_ref().map(|none| {
        let furthest = none.furthest.as_ref();
        let furthest = furthest.map(|name| format!("; {name} is the newest in reach"));
        let message = format!("{}{}", none.why, furthest.unwrap_or_default());
        let subject = format!("{} -> {}", answer.from, answer.to);
        Finding::new(Code::NO_UPGRADE_PATH, subject, message)
    }));
    Ok(FoundPath { answer, findings })
}

/// The release that is wanted of those that rules speak of.
fn target(wanted: Option<&str>, versions: &[String]) -> Result<String, CommandError> {
    if let Some(wanted) = wanted {
        return Ok(wanted.to_owned());
    }
    versions.last().cloned().ok_or_else(|| CommandError::usage("no version is known"))
}

fn known(graph: &UpdateGraph, name: &str) -> Result<(), CommandError> {
    if graph.find(name).is_some() {
        return Ok(());
    }
    let near = graph.releases().iter().map(|release| release.name.as_str());
    let near: Vec<&str> = near.filter(|other| other.starts_with(name)).take(5).collect();
    let error = CommandError::usage(format!("{name} is not in the graph"));
    Err(if near.is_empty() { error } else { error.hint(format!("there are {}", near.join(", "))) })
}
