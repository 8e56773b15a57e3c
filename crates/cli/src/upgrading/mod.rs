//! Reads migrations of states that a person names, and asks what becomes of databases.

mod applying;
mod between;
mod check;
mod facts;
mod graph;
mod installed;
mod keeping;
mod path;
mod planning;
mod standing;
mod targets;
mod updates;

pub(crate) use self::{
    applying::apply,
    between::{Compared, between},
    check::check,
    graph::graph,
    keeping::facts,
    path::path,
    planning::make as make_plan,
    updates::write_graph,
};

use camino::Utf8PathBuf;
use trainyard_evidence::{
    Change, Detector, Memo, Side, Tree,
    migrations::{Environment, Migrations, environments},
};
use trainyard_git::{FolderTree, Repository};

use crate::{args::Global, comparing, error::CommandError, surroundings};

/// A state that is written as a path and is a folder.
fn folder(global: &Global, name: &str) -> Option<Utf8PathBuf> {
    let path = global.directory.join(name);
    let is_path = name.contains(['/', '\\']) || name.starts_with('.');
    (is_path && path.is_dir()).then_some(path)
}

/// Opens states: folders, or commits of the repository that is worked in.
pub(crate) fn states(global: &Global, names: &[&str]) -> Result<Vec<Box<dyn Tree>>, CommandError> {
    comparing::prepare_threads();
    let mut repository: Option<Repository> = None;
    let mut found: Vec<Box<dyn Tree>> = Vec::new();
    for name in names {
        if let Some(folder) = folder(global, name) {
            found.push(Box::new(FolderTree::open(&folder, &|path| Migrations.wants(path))?));
            continue;
        }
        let repository = match &repository {
            Some(known) => known,
            None => repository.insert(surroundings::repository(&global.directory)?),
        };
        let trees = repository.trees(&|path| Migrations.wants(path));
        found.push(Box::new(trees.of(repository.resolve(name)?)?));
    }
    Ok(found)
}

/// One side as the readers of migrations want it.
pub(crate) fn side(tree: &dyn Tree) -> Side<'_> {
    Side::new(tree, |path| Migrations.wants(path))
}

/// The environments of a side, below a folder where one is given.
pub(crate) fn read(
    side: &Side<'_>,
    memo: &Memo,
    folder: Option<&str>,
) -> (Vec<Environment>, Vec<Change>) {
    let (mut found, mut troubles) = environments(side, memo);
    if let Some(folder) = folder.map(|folder| folder.trim_end_matches('/')) {
        found.retain(|one| one.folder.starts_with(folder));
        let is_below = |change: &Change| {
            change.source.path.as_ref().is_none_or(|path| path.starts_with(folder))
        };
        troubles.retain(is_below);
    }
    (found, troubles)
}
