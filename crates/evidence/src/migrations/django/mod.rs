//! Django's migrations, read without running them.
//!
//! The file says which operations a migration has; the app's earlier migrations are replayed to know the models before
//! it. Functions are followed from models to the verbs that write rows.

mod alteration;
mod custom;
mod field;
mod file;
mod judge;
mod library;
mod operation;
mod orm;
mod reader;
mod rows;
mod state;
mod statements;
mod syntax;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use self::{
    file::{File, Key},
    library::{Library, Reached},
    operation::Operation,
    state::{Proxies, State},
    statements::Tables,
};
use super::{Effects, Environment, Flag, Framework, Late, Migration};
use crate::{Change, FileEntry, Memo, Side, Unreadable, learn, python};

/// Django's migrations: `<app>/migrations/*.py`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Django;

impl Framework for Django {
    fn name(&self) -> &'static str {
        "django"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        let mut folders = path.parent().into_iter().flat_map(Utf8Path::components);
        path.extension() == Some("py") && folders.any(|folder| folder.as_str() == "migrations")
    }

    fn read(&self, side: &Side<'_>, memo: &Memo, troubles: &mut Vec<Change>) -> Vec<Environment> {
        let apps = apps(side, memo, |entry, why| {
            if is_migration_path(&entry.path) {
                troubles.push(unreadable(entry, why));
            }
        });
        apps.into_iter().map(|(folder, app)| app.environment(side, memo, folder)).collect()
    }

    /// `migrate` stops where an applied migration has one before it that is not.
    fn when_late(&self) -> Late {
        Late::Refused
    }

    /// *Cost*: one replay of the app's migrations, and one more for each wanted squash that stands beside what it
    /// replaces.
    fn effects_of(
        &self,
        side: &Side<'_>,
        memo: &Memo,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Vec<Effects> {
        let graph = environment.graph();
        let (ordered, _) = graph.in_order();
        let is_beside =
            |migration: &Migration| migration.replaces.iter().any(|id| graph.get(id).is_some());
        let ids: BTreeSet<&str> = wanted.iter().map(|migration| migration.id.as_str()).collect();
        let mut replay =
            Replay { side, memo, environment, proxies: Proxies::default(), followed: Cell::new(0) };
        if wanted.iter().any(|migration| replay.alters_references(migration)) {
            replay.proxies = proxies(side, memo);
        }
        let usual = ordered.iter().copied().filter(|migration| !is_beside(migration));
        let mut found = replay.run(usual, &ids);
        let beside = wanted.iter().filter(|migration| is_beside(migration));
        for squash in beside.take(MOST_SQUASHES) {
            let below = graph.ancestors([squash.id.as_str()]);
            let replaced: BTreeSet<&str> = squash.replaces.iter().map(String::as_str).collect();
            let before = ordered.iter().copied().filter(|migration| {
                below.contains(migration.id.as_str()) && !replaced.contains(migration.id.as_str())
            });
            found.extend(replay.run(before, &BTreeSet::from([squash.id.as_str()])));
        }
        let effects = wanted.iter().map(|one| found.remove(one.id.as_str()));
        effects.map(|effects| effects.unwrap_or_else(unreadable_effects)).collect()
    }
}

/// More squashes at once that stand beside what they replace are not judged; each takes a replay of its own.
const MOST_SQUASHES: usize = 32;

/// Once so many modules were looked through, what migrations import is not followed any more.
const MOST_FOLLOWED: usize = 1_000;

/// Runs through migrations in their order.
struct Replay<'a> {
    side: &'a Side<'a>,
    memo: &'a Memo,
    environment: &'a Environment,
    proxies: Proxies,
    /// How many modules were looked through for what migrations import.
    followed: Cell<usize>,
}

impl Replay<'_> {
    fn run<'b>(
        &self,
        migrations: impl Iterator<Item = &'b Migration>,
        wanted: &BTreeSet<&str>,
    ) -> BTreeMap<&'b str, Effects> {
        let mut state = State::new(label_of(self.environment), self.proxies.clone());
        let mut tables = Tables::default();
        let mut found = BTreeMap::new();
        for migration in migrations {
            let effects = match self.file(migration) {
                Some(file) => match &*file {
                    Ok(Some(file)) => {
                        let is_wanted = wanted.contains(migration.id.as_str());
                        let linked = is_wanted.then(|| self.linked(migration, file)).flatten();
                        let operations = linked.as_ref().unwrap_or(&file.operations);
                        judge::judge(&mut state, &mut tables, operations)
                    }
                    _ => unreadable_effects(),
                },
                None => unreadable_effects(),
            };
            if wanted.contains(migration.id.as_str()) {
                found.insert(migration.id.as_str(), effects);
            }
        }
        found
    }

    /// The operations with what they import, where they could not be told without.
    fn linked(&self, migration: &Migration, file: &File) -> Option<Vec<Operation>> {
        let is_unclear = file.operations.iter().any(Operation::is_unclear);
        if !is_unclear || self.followed.get() > MOST_FOLLOWED {
            return None;
        }
        let entry = self.side.entry(&migration.path)?;
        let reached = Reached::from(self.side, self.memo, entry);
        self.followed.set(self.followed.get() + reached.len());
        file::linked(&Library::new(&reached), &migration.path)
    }

    /// Whether it matters to a migration which models have the same table.
    fn alters_references(&self, migration: &Migration) -> bool {
        let file = self.file(migration);
        let operations = match file.as_deref() {
            Some(Ok(Some(file))) => file.operations.as_slice(),
            _ => return false,
        };
        operations.iter().any(Operation::alters_reference)
    }

    fn file(&self, migration: &Migration) -> Option<Read> {
        let entry = self.side.entry(&migration.path)?;
        Some(file(self.side, self.memo, entry))
    }
}

/// The files of a tree that declare migrations, by folder; what cannot be read is handed on.
fn apps<'a>(
    side: &Side<'a>,
    memo: &Memo,
    mut trouble: impl FnMut(&FileEntry, &Unreadable),
) -> BTreeMap<&'a Utf8Path, App<'a>> {
    let mut apps: BTreeMap<&Utf8Path, App<'_>> = BTreeMap::new();
    let entries: Vec<&FileEntry> = side
        .entries()
        .iter()
        .copied()
        .filter(|entry| entry.path.extension() == Some("py"))
        .collect();
    let read: Vec<Read> = entries.par_iter().map(|entry| file(side, memo, entry)).collect();
    for (entry, read) in entries.into_iter().zip(read) {
        let folder = entry.path.parent().unwrap_or(Utf8Path::new(""));
        match &*read {
            Ok(Some(_)) => apps.entry(folder).or_default().entries.push(entry),
            Ok(None) => {}
            Err(why) => trouble(entry, why),
        }
    }
    apps
}

/// The models of all apps that are another model by another name.
fn proxies(side: &Side<'_>, memo: &Memo) -> Proxies {
    let mut proxies = BTreeMap::new();
    for (folder, app) in apps(side, memo, |_, _| ()) {
        let files = app.files(side, memo);
        let label = app.label(folder, &files).to_lowercase();
        for operation in files.iter().filter_map(Known::file).flat_map(|file| &file.operations) {
            let Operation::CreateModel(new) = operation else { continue };
            if let Some(base) = new.base.as_ref().filter(|_| new.is_proxy) {
                proxies.insert(format!("{label}.{}", new.name.to_lowercase()), base.clone());
            }
        }
    }
    Arc::new(proxies)
}

fn unreadable_effects() -> Effects {
    let mut effects = Effects::default();
    effects.add(Flag::Unresolved, "the file");
    effects
}

fn file(side: &Side<'_>, memo: &Memo, entry: &FileEntry) -> Read {
    learn(side, memo, "django.migration", entry, python::LARGEST_BYTES, file::read)
}

fn unreadable(entry: &FileEntry, why: &Unreadable) -> Change {
    let line = match why {
        Unreadable::Malformed { line, .. } => *line,
        _ => None,
    };
    let source = crate::Source { line, ..crate::Source::file(&entry.path) };
    Change::new(&crate::UNREADABLE, entry.path.as_str(), format!("cannot be judged: {why}"))
        .at(source)
}

/// Whether a file lies where migrations lie.
fn is_migration_path(path: &Utf8Path) -> bool {
    let folder = path.parent().and_then(Utf8Path::file_name);
    folder == Some("migrations") && path.file_name() != Some("__init__.py")
}

/// The label that all ids of an app begin with.
fn label_of(environment: &Environment) -> &str {
    let first = environment.migrations.first();
    first.and_then(|one| one.id.split_once('.')).map_or("", |(label, _)| label)
}

/// What reading a file came to.
type Read = Arc<Result<Option<File>, Unreadable>>;

/// A file of a migration with what it says.
struct Known<'a> {
    entry: &'a FileEntry,
    read: Read,
}

impl Known<'_> {
    fn name(&self) -> Option<&str> {
        self.entry.path.file_stem()
    }

    fn file(&self) -> Option<&File> {
        self.read.as_ref().as_ref().ok()?.as_ref()
    }
}

/// The migrations of one folder.
#[derive(Default)]
struct App<'a> {
    entries: Vec<&'a FileEntry>,
}

impl<'a> App<'a> {
    /// What the files say.
    fn files(&self, side: &Side<'_>, memo: &Memo) -> Vec<Known<'a>> {
        let files = self.entries.iter();
        files.map(|entry| Known { entry, read: file(side, memo, entry) }).collect()
    }

    fn environment(&self, side: &Side<'_>, memo: &Memo, folder: &Utf8Path) -> Environment {
        let files = self.files(side, memo);
        let label = self.label(folder, &files);
        let is_own = |key: &&Key| key.0 == label;
        let id = |key: &Key| format!("{}.{}", key.0, key.1);
        let names: BTreeSet<&str> = files.iter().filter_map(Known::name).collect();
        let mut stands_in: BTreeMap<&str, &str> = BTreeMap::new();
        let mut early: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for known in &files {
            let Some((name, file)) = known.name().zip(known.file()) else { continue };
            for (_, replaced) in file.replaces.iter().filter(is_own) {
                stands_in.insert(replaced, name);
            }
            for (_, later) in file.run_before.iter().filter(is_own) {
                early.entry(later).or_default().push(format!("{label}.{name}"));
            }
        }
        // Who names a migration that is gone means the one that stands for it.
        let present = |name: &str| {
            let by = stands_in.get(name).filter(|_| !names.contains(name));
            format!("{label}.{}", by.copied().unwrap_or(name))
        };
        let migrations = files.iter().filter_map(|known| {
            let (name, file) = known.name().zip(known.file())?;
            let own = file.dependencies.iter().filter(is_own);
            let mut parents: Vec<String> = own.map(|(_, name)| present(name)).collect();
            parents.extend(early.get(name).into_iter().flatten().cloned());
            parents.retain(|parent| parent.rsplit('.').next() != Some(name));
            let others = file.dependencies.iter().filter(|key| key.0 != label);
            Some(Migration {
                id: format!("{label}.{name}"),
                path: known.entry.path.clone(),
                content: known.entry.content,
                meaning: file.meaning,
                parents,
                depends_on: others.map(id).chain(file.swappable.iter().cloned()).collect(),
                run_before: file.run_before.iter().filter(|key| !is_own(key)).map(id).collect(),
                replaces: file.replaces.iter().map(id).collect(),
                leaves_transaction: file.leaves_transaction,
                ..Migration::default()
            })
        });
        Environment {
            framework: "django",
            migrations: migrations.collect(),
            folder: folder_of(folder),
        }
    }

    /// The app's label: what most migrations call the others of the folder or the models of the app, else the folder's
    /// name.
    ///
    /// An app's configuration may give it another label than its folder has.
    fn label(&self, folder: &Utf8Path, files: &[Known<'_>]) -> String {
        let names: BTreeSet<&str> =
            self.entries.iter().filter_map(|entry| entry.path.file_stem()).collect();
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for known in files {
            let Some((own_name, file)) = known.name().zip(known.file()) else { continue };
            let named = file.replaces.iter().chain(&file.dependencies);
            // Nothing follows itself: what has the file's own name is another app's.
            let of_folder =
                named.filter(|(_, name)| name != own_name && names.contains(name.as_str()));
            for (label, _) in of_folder {
                *votes.entry(label).or_default() += 1;
            }
        }
        if votes.is_empty() {
            Self::vote_by_models(files, &mut votes);
        }
        let usual = folder.parent().and_then(Utf8Path::file_name).unwrap_or("app");
        let elected = votes.iter().max_by_key(|(label, count)| (**count, **label == usual));
        elected.map_or(usual, |(label, _)| label).to_owned()
    }

    /// Votes by references to models that the app itself makes.
    fn vote_by_models<'b>(files: &'b [Known<'_>], votes: &mut BTreeMap<&'b str, usize>) {
        let files = || files.iter().filter_map(Known::file);
        let made =
            files().flat_map(|file| &file.operations).filter_map(|operation| match operation {
                Operation::CreateModel(new) => Some(new),
                _ => None,
            });
        let names: BTreeSet<String> = made.clone().map(|new| new.name.to_lowercase()).collect();
        for (_, field) in made.flat_map(|new| &new.fields) {
            let split = field.target().and_then(|target| target.split_once('.'));
            if let Some((label, _)) = split.filter(|(_, name)| names.contains(*name)) {
                *votes.entry(label).or_default() += 1;
            }
        }
    }
}

fn folder_of(folder: &Utf8Path) -> Utf8PathBuf {
    folder.to_owned()
}
