//! Draws the migrations of a state.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use trainyard_evidence::{
    Memo,
    migrations::{Environment, Migration, problems},
};
use trainyard_graph::{Diagram, Kind, Line, Node};

use super::{read, side, states};
use crate::{
    args::{
        Global,
        migrations::{GraphFormat, MigrationsGraph},
    },
    error::CommandError,
};

/// Draws what the arguments name.
pub(crate) fn graph(global: &Global, args: &MigrationsGraph) -> Result<String, CommandError> {
    let states = states(global, &[&args.state])?;
    let memo = Memo::default();
    let sides: Vec<_> = states.iter().map(|state| side(state.as_ref())).collect();
    let all: Vec<Environment> = sides
        .iter()
        .flat_map(|side| read(side, &memo, args.folder.as_deref()).0)
        .filter(|environment| !environment.migrations.iter().all(|one| one.repeats))
        .collect();
    if all.is_empty() {
        return Err(CommandError::usage(format!(
            "{} has no migrations that are known",
            args.state
        ))
        .hint("name another state, or another folder with `--folder`"));
    }
    let shown: Vec<Vec<&Migration>> =
        all.iter().map(|environment| newest(environment, args.last)).collect();
    if args.format == GraphFormat::Json {
        let sets: Vec<Set<'_>> = all
            .iter()
            .zip(&shown)
            .map(|(environment, shown)| Set::of(environment, shown))
            .collect();
        return serde_json::to_string_pretty(&sets)
            .map_err(|error| CommandError::environment(&error));
    }
    let diagram = diagram(&args.state, &all, &shown);
    Ok(match args.format {
        GraphFormat::Svg => trainyard_graph::svg(&diagram),
        GraphFormat::Dot => trainyard_graph::dot(&diagram),
        GraphFormat::Text | GraphFormat::Json => {
            let text = trainyard_graph::text(&diagram);
            // People look for what is new, so that comes first.
            text.lines().rev().fold(String::new(), |text, line| text + line + "\n")
        }
    })
}

/// One set of migrations for programs.
#[derive(Serialize)]
struct Set<'a> {
    framework: &'a str,
    folder: &'a str,
    heads: Vec<&'a str>,
    bases: Vec<&'a str>,
    problems: Vec<String>,
    migrations: Vec<Entry<'a>>,
}

/// A migration for programs.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    path: &'a str,
    parents: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    depends_on: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    replaces: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    branch_labels: &'a [String],
}

impl<'a> Set<'a> {
    fn of(environment: &'a Environment, shown: &[&'a Migration]) -> Self {
        let problems = problems(environment).into_iter();
        Self {
            framework: environment.framework,
            folder: environment.folder.as_str(),
            heads: environment.heads(),
            bases: environment.bases(),
            problems: problems.map(|one| format!("{} {}", one.subject, one.sentence)).collect(),
            migrations: shown
                .iter()
                .map(|one| Entry {
                    id: &one.id,
                    path: one.path.as_str(),
                    parents: &one.parents,
                    depends_on: &one.depends_on,
                    replaces: &one.replaces,
                    branch_labels: &one.branch_labels,
                })
                .collect(),
        }
    }
}

/// The last migrations in their order.
fn newest(environment: &Environment, last: Option<usize>) -> Vec<&Migration> {
    let graph = environment.graph();
    let (mut ordered, _) = graph.in_order();
    if let Some(last) = last {
        ordered.drain(..ordered.len().saturating_sub(last));
    }
    ordered
}

fn diagram(state: &str, all: &[Environment], shown: &[Vec<&Migration>]) -> Diagram {
    let mut diagram = Diagram { title: format!("migrations of {state}"), ..Diagram::default() };
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (environment, shown) in all.iter().zip(shown) {
        let heads: BTreeSet<&str> = environment.heads().into_iter().collect();
        let graph = environment.graph();
        let dangling: BTreeSet<&str> =
            graph.dangling().into_iter().map(|(migration, _)| migration.id.as_str()).collect();
        for migration in shown {
            places.entry(&migration.id).or_insert(diagram.nodes.len());
            let kind = match migration.id.as_str() {
                id if dangling.contains(id) => Kind::Bad,
                id if heads.contains(id) => Kind::Head,
                _ => Kind::Plain,
            };
            let file = migration.path.file_stem().unwrap_or_default();
            // Files are mostly called by the id and a few words.
            let words = file.strip_prefix(migration.id.as_str()).unwrap_or(file);
            let note = words.trim_start_matches('_').replace('_', " ");
            diagram.nodes.push(Node { label: migration.id.clone(), note, kind });
        }
    }
    for migration in shown.iter().flatten() {
        let Some(to) = places.get(migration.id.as_str()) else { continue };
        let parents = migration.parents.iter().map(|name| (name, false));
        let further = migration.depends_on.iter().map(|name| (name, true));
        for (name, is_dashed) in parents.chain(further) {
            if let Some(from) = places.get(name.as_str()) {
                let line = Line { from: *from, to: *to, is_dashed, note: String::new() };
                diagram.lines.push(line);
            }
        }
    }
    diagram
}
