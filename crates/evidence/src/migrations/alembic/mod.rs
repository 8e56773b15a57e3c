//! Alembic: revisions in Python that name their parents.

mod locations;
mod machine;
mod modules;
mod replay;
mod revision;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use self::{locations::Locations, revision::Revision};
use super::{Effects, Environment, Framework, Late, Migration};
use crate::{
    Change, FileEntry, Memo, Side, Source as Place, UNREADABLE, Unreadable, learn,
    python::{LARGEST_BYTES, Source},
};

/// Alembic, the migrations of `SQLAlchemy`.
pub(crate) struct Alembic;

impl Framework for Alembic {
    fn name(&self) -> &'static str {
        "alembic"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        let is_environment = path.file_name() == Some("env.py");
        is_environment || locations::is_configuration(path) || may_be_revision(path)
    }

    fn read(&self, side: &Side<'_>, memo: &Memo, troubles: &mut Vec<Change>) -> Vec<Environment> {
        let locations = Locations::read(side, memo);
        let entries: Vec<&FileEntry> =
            side.entries().iter().copied().filter(|entry| is_python(&entry.path)).collect();
        let read: Vec<_> = entries.par_iter().map(|entry| revision_of(side, memo, entry)).collect();
        let mut by_folder: BTreeMap<Utf8PathBuf, Vec<Migration>> = BTreeMap::new();
        let mut unread = Vec::new();
        for (entry, revision) in entries.iter().zip(read) {
            match &*revision {
                Ok(Some(revision)) => {
                    let folder = locations.environment_of(&entry.path);
                    by_folder.entry(folder).or_default().push(migration(entry, revision));
                }
                Err(why) if locations.certainly_holds(&entry.path) => {
                    unread.push((locations.environment_of(&entry.path), trouble(entry, why)));
                }
                Ok(None) | Err(_) => {}
            }
        }
        // Many folders are called `versions`; only those of an environment matter.
        let is_known = |folder: &Utf8PathBuf| {
            by_folder.contains_key(folder) || side.entry(&folder.join("env.py")).is_some()
        };
        let certain = unread.into_iter().filter(|(folder, _)| is_known(folder));
        troubles.extend(certain.map(|(_, trouble)| trouble));
        let apart = by_folder.into_iter().flat_map(|(folder, migrations)| {
            if locations.are_configured(&folder) {
                vec![(folder, migrations)]
            } else {
                set_apart(folder, migrations)
            }
        });
        let environments = apart.map(|(folder, migrations)| Environment {
            framework: self.name(),
            folder,
            migrations,
        });
        environments.collect()
    }

    fn when_late(&self) -> Late {
        Late::Skipped
    }

    fn effects_of(
        &self,
        side: &Side<'_>,
        memo: &Memo,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Vec<Effects> {
        replay::effects_of(side, memo, environment, wanted)
    }
}

fn is_python(path: &Utf8Path) -> bool {
    path.extension() == Some("py")
}

/// Whether a folder's name says that revisions may lie in it.
fn may_be_revision(path: &Utf8Path) -> bool {
    let says_so = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["version", "alembic", "migration", "revision"].iter().any(|word| name.contains(word))
    };
    is_python(path)
        && path.parent().is_some_and(|folder| folder.components().any(|one| says_so(one.as_str())))
}

/// The syntax tree of a file that may be a revision; nothing where its text never speaks of one.
fn source_of(
    side: &Side<'_>,
    memo: &Memo,
    entry: &FileEntry,
) -> Arc<Result<Option<Source>, Unreadable>> {
    learn(side, memo, "alembic.source", entry, LARGEST_BYTES, |text| {
        if text.contains("down_revision") { Source::parse(text).map(Some) } else { Ok(None) }
    })
}

fn revision_of(
    side: &Side<'_>,
    memo: &Memo,
    entry: &FileEntry,
) -> Arc<Result<Option<Revision>, Unreadable>> {
    memo.of("alembic.revision", entry.content, || match &*source_of(side, memo, entry) {
        Ok(Some(source)) => Ok(Revision::read(source)),
        Ok(None) => Ok(None),
        Err(why) => Err(why.clone()),
    })
}

/// Folders below one `versions` that have no parent in common are environments of their own: one per database, chosen
/// when the tool runs.
fn set_apart(
    folder: Utf8PathBuf,
    migrations: Vec<Migration>,
) -> Vec<(Utf8PathBuf, Vec<Migration>)> {
    let own_folder = |one: &Migration| one.path.parent().map(Utf8Path::to_owned);
    let mut folders: BTreeMap<&str, BTreeSet<Option<Utf8PathBuf>>> = BTreeMap::new();
    for migration in &migrations {
        folders.entry(&migration.id).or_default().insert(own_folder(migration));
    }
    let is_linked = |one: &Migration| {
        let own = own_folder(one);
        one.parents
            .iter()
            .chain(&one.depends_on)
            .any(|parent| folders.get(parent.as_str()).is_some_and(|known| !known.contains(&own)))
    };
    if migrations.iter().any(is_linked) {
        return vec![(folder, migrations)];
    }
    let mut apart: BTreeMap<Utf8PathBuf, Vec<Migration>> = BTreeMap::new();
    for migration in migrations {
        apart.entry(own_folder(&migration).unwrap_or_default()).or_default().push(migration);
    }
    if apart.len() == 1 {
        // The usual name: that of the folder around `versions`.
        return apart.into_values().map(|migrations| (folder.clone(), migrations)).collect();
    }
    apart.into_iter().collect()
}

fn migration(entry: &FileEntry, revision: &Revision) -> Migration {
    Migration {
        id: revision.id.clone(),
        path: entry.path.clone(),
        content: entry.content,
        meaning: revision.meaning,
        backward: Some(revision.backward),
        parents: revision.parents.clone(),
        depends_on: revision.depends_on.clone(),
        branch_labels: revision.branch_labels.clone(),
        lines: revision.lines,
        leaves_transaction: revision.leaves_transaction,
        ..Migration::default()
    }
}

fn trouble(entry: &FileEntry, why: &Unreadable) -> Change {
    let place = match why {
        Unreadable::Malformed { line: Some(line), .. } => Place::line(&entry.path, *line),
        _ => Place::file(&entry.path),
    };
    Change::new(&UNREADABLE, entry.path.as_str(), format!("cannot be judged: {why}")).at(place)
}
