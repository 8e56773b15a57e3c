//! Compares two states that a person names.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_evidence::{Class, Focus, Memo, Tree};
use trainyard_git::{Cache, FolderTree};
use trainyard_history::{
    Release,
    check::{self, Weighed},
};
use trainyard_policy::Policy;
use trainyard_report::{Code, Finding, Location, Severity};
use trainyard_tools::OutsideTool;
use trainyard_version::Version;

use crate::{
    args::{self, Global},
    comparing,
    error::CommandError,
    progress,
    site::{self, Site},
};

/// What changed between two states, by component.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    /// The older state, as named.
    pub(crate) from: String,
    /// The newer one.
    pub(crate) to: String,
    /// One per component whose files differ.
    pub(crate) components: Vec<Weighed>,
}

/// Compares what the arguments name.
pub(crate) fn compare(global: &Global, args: &args::Evidence) -> Result<Shown, CommandError> {
    let folders = [folder(global, &args.from), folder(global, &args.to)];
    let components = match folders {
        [Some(old), Some(new)] => of_folders(global, args, &old, &new)?,
        [old, new] => of_repository(global, args, old.as_deref(), new.as_deref())?,
    };
    Ok(Shown { from: args.from.clone(), to: args.to.clone(), components })
}

/// A state that is written as a path and is a folder.
fn folder(global: &Global, name: &str) -> Option<Utf8PathBuf> {
    let path = global.directory.join(name);
    let is_path = name.contains(['/', '\\']) || name.starts_with('.');
    (is_path && path.is_dir()).then_some(path)
}

fn of_folders(
    global: &Global,
    args: &args::Evidence,
    old: &Utf8Path,
    new: &Utf8Path,
) -> Result<Vec<Weighed>, CommandError> {
    let policy = match &global.policy {
        Some(path) => site::read_policy(&global.directory.join(path))?,
        None => site::preset_policy("semver")?,
    };
    let wanted = |path: &Utf8Path| comparing::is_wanted(&policy, path) || asks_for(args, path);
    let (old, new) = (FolderTree::open(old, &wanted)?, FolderTree::open(new, &wanted)?);
    compare_all(&policy, args, &old, &new, None, |_| None)
}

fn of_repository(
    global: &Global,
    args: &args::Evidence,
    old: Option<&Utf8Path>,
    new: Option<&Utf8Path>,
) -> Result<Vec<Weighed>, CommandError> {
    let site = Site::open(global, None)?;
    let wanted = |path: &Utf8Path| comparing::is_wanted(&site.policy, path) || asks_for(args, path);
    let trees = site.repository.trees(&wanted);
    let open = |folder: Option<&Utf8Path>, name: &str| -> Result<Box<dyn Tree>, CommandError> {
        Ok(match folder {
            Some(folder) => Box::new(FolderTree::open(folder, &wanted)?),
            None => Box::new(trees.of(site.repository.resolve(name)?)?),
        })
    };
    let (older, newer) = (open(old, &args.from)?, open(new, &args.to)?);
    let commit = site.repository.resolve(&args.from).ok().filter(|_| old.is_none());
    let commit = commit.and_then(|id| site.history.graph.find(id));
    let released = |component: usize| {
        let past = site.survey.components.iter().find(|past| past.component == component)?;
        let is_it = |release: &&Release| release.commit.is_some() && release.commit == commit;
        past.releases.iter().rev().find(is_it).map(|release| &release.version)
    };
    compare_all(&site.policy, args, older.as_ref(), newer.as_ref(), site.cache.as_ref(), released)
}

/// The outside tools that the arguments name.
fn tools(args: &args::Evidence) -> impl Iterator<Item = &'static dyn OutsideTool> {
    args.tools.iter().filter_map(|name| trainyard_tools::by_name(name))
}

fn asks_for(args: &args::Evidence, path: &Utf8Path) -> bool {
    tools(args).any(|tool| tool.wants(path))
}

/// `released` is the version of a component that the older state is, where it is one.
fn compare_all<'a>(
    policy: &Policy,
    args: &args::Evidence,
    old: &dyn Tree,
    new: &dyn Tree,
    cache: Option<&Cache>,
    released: impl Fn(usize) -> Option<&'a Version>,
) -> Result<Vec<Weighed>, CommandError> {
    if let Some(name) = &args.component
        && policy.components.iter().all(|component| component.name != *name)
    {
        let names: Vec<_> = policy.components.iter().map(|each| each.name.as_str()).collect();
        return Err(CommandError::usage(format!("there is no component `{name}`"))
            .hint(format!("components are {}", names.join(", "))));
    }
    comparing::prepare_threads();
    let memo = Memo::default();
    let chosen = policy.components.iter().enumerate().filter(|(_, component)| {
        component.repository.is_none()
            && args.component.as_ref().is_none_or(|name| component.name == *name)
    });
    let weighed = progress::while_doing("comparing trees", || {
        chosen
            .map(|(index, component)| {
                let scope = |path: &Utf8Path| component.paths.contains(path);
                let focus = Focus::new(&scope, &component.evidence);
                let mut verdict = comparing::compare(&focus, old, new, &memo, cache);
                for tool in tools(args) {
                    let found = trainyard_tools::compare(tool, old, new, &scope, &verdict.changes);
                    verdict.families.push(format!("tools.{}", tool.name()));
                    verdict.changes.extend(found);
                }
                check::weigh(policy, index, released(index), verdict)
            })
            .collect()
    });
    Ok(weighed)
}

/// What breaks, moves data or is dangerous, and what cannot be judged, for code scanning.
pub(crate) fn findings(shown: &Shown) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &shown.components {
        for each in &component.evidence {
            let change = &each.change;
            let code = match change.class {
                Class::Breaking => Code::BREAKING_CHANGE,
                Class::Data => Code::DATA_CHANGE,
                Class::Dangerous => Code::DANGEROUS_CHANGE,
                Class::Unknown => Code::EVIDENCE_UNKNOWN,
                Class::None | Class::Docs | Class::Fix | Class::Additive => continue,
            };
            let message = format!("{}: {} ({})", change.subject, change.sentence, change.rule);
            let place = if change.source.path.is_some() {
                &change.source
            } else {
                change.before.as_ref().unwrap_or(&change.source)
            };
            let mut finding = Finding::new(code, &component.component, message).at(Location {
                path: place.path.clone(),
                line: place.line,
                ..Location::default()
            });
            if let Some(waived) = &each.waived {
                finding.severity = Severity::Note;
                finding = finding.suggest(waived.to_string());
            }
            findings.push(finding);
        }
    }
    findings
}
