//! Which files make a schema together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use apollo_compiler::ast::Definition;
use camino::Utf8Path;

use super::{
    schema::{Contents, NamedFile},
    source::{LARGEST_BYTES, SourceFile},
};
use crate::{Change, FileEntry, Pair, Side, Unreadable, learn};

/// In a repository with more files of this kind, only folders where a schema differs are read.
const MOST_READ_TOGETHER: usize = 500;

type Learned = Arc<Result<SourceFile, Unreadable>>;

/// A file at both sides, where it is a schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    old: Option<Learned>,
    new: Option<Learned>,
    /// Whether both sides have the same content.
    is_same: bool,
}

impl Versions {
    pub(super) fn before(&self) -> Option<&SourceFile> {
        schema_of(self.old.as_ref())
    }

    pub(super) fn after(&self) -> Option<&SourceFile> {
        schema_of(self.new.as_ref())
    }

    fn is_schema(&self) -> bool {
        self.before().is_some() || self.after().is_some()
    }
}

fn schema_of(learned: Option<&Learned>) -> Option<&SourceFile> {
    learned?.as_ref().as_ref().ok().filter(|file| file.is_schema())
}

/// Files by path.
pub(super) type Files<'a> = BTreeMap<&'a Utf8Path, Versions>;

/// Reads what differs and what may stand together with it; also tells what of it cannot be read.
///
/// A file that cannot be read on one side is left out on both: nothing can be said about its definitions.
pub(super) fn read<'a>(pair: &Pair<'a>) -> (Files<'a>, Vec<Change>) {
    let (mut files, mut changes) = (Files::new(), Vec::new());
    for (old, new) in pair.differing() {
        let Some(path) = new.or(old).map(|entry| entry.path.as_path()) else { continue };
        let versions = Versions {
            old: old.map(|entry| learned(pair, &pair.old, entry)),
            new: new.map(|entry| learned(pair, &pair.new, entry)),
            is_same: false,
        };
        let failed = [(old, &versions.old), (new, &versions.new)].into_iter().find_map(
            |(entry, learned)| Some((entry?, learned.as_ref()?.as_ref().as_ref().err()?)),
        );
        match failed {
            Some((entry, why)) => changes.push(pair.unreadable(entry, why)),
            None if versions.is_schema() => _ = files.insert(path, versions),
            None => {}
        }
    }
    if !files.is_empty() {
        read_neighbours(pair, &mut files);
    }
    (files, changes)
}

fn learned(pair: &Pair<'_>, side: &Side<'_>, entry: &FileEntry) -> Learned {
    learn(side, pair.memo, "graphql.source", entry, LARGEST_BYTES, SourceFile::parse)
}

/// Adds what is the same on both sides: extensions refer to it. Files that cannot be read changed nothing.
fn read_neighbours<'a>(pair: &Pair<'a>, files: &mut Files<'a>) {
    let folders: BTreeSet<_> = files.keys().map(|path| path.parent()).collect();
    let reads_all = pair.new.entries().len() <= MOST_READ_TOGETHER;
    for entry in pair.new.entries() {
        let path = entry.path.as_path();
        let is_same = pair
            .old
            .entry(path)
            .is_some_and(|old| (old.content, old.kind) == (entry.content, entry.kind));
        if is_same && (reads_all || folders.contains(&path.parent())) {
            let learned = Some(learned(pair, &pair.new, entry));
            let versions = Versions { old: learned.clone(), new: learned, is_same };
            if versions.is_schema() {
                files.insert(path, versions);
            }
        }
    }
}

/// Files that make one schema, on both sides.
#[derive(Debug, Default)]
pub(super) struct Group<'f> {
    pub(super) old: Vec<NamedFile<'f>>,
    pub(super) new: Vec<NamedFile<'f>>,
}

/// Some files at both sides.
type Together<'f, 'a> = Vec<(&'a Utf8Path, &'f Versions)>;

/// Puts files together that define nothing twice, on either side: all of them, else those of a folder, else none.
/// Groups without a difference are left out. What went and what came are one schema where they define the same.
///
/// So definitions may move between files, and several schemas in one repository do not mix.
pub(super) fn group<'f>(files: &'f Files<'f>) -> Vec<Group<'f>> {
    let mut together = fitting(files.iter().map(|(path, versions)| (*path, versions)).collect());
    together.retain(|group| group.iter().any(|(_, versions)| !versions.is_same));
    let of_side = |group: &Together<'f, 'f>, side: fn(&Versions) -> Option<&SourceFile>| {
        let named = group.iter().filter_map(|(path, it)| Some(NamedFile { path, file: side(it)? }));
        named.collect::<Vec<_>>()
    };
    let groups = together.iter().map(|group| Group {
        old: of_side(group, Versions::before),
        new: of_side(group, Versions::after),
    });
    reunite(groups.collect())
}

fn fitting<'f, 'a>(all: Together<'f, 'a>) -> Vec<Together<'f, 'a>> {
    if fits_together(&all) {
        return vec![all];
    }
    let mut folders: BTreeMap<Option<&Utf8Path>, Together<'f, 'a>> = BTreeMap::new();
    for (path, versions) in all {
        folders.entry(path.parent()).or_default().push((path, versions));
    }
    let mut groups = Vec::new();
    for folder in folders.into_values() {
        if fits_together(&folder) {
            groups.push(folder);
        } else {
            groups.extend(folder.into_iter().map(|file| vec![file]));
        }
    }
    groups
}

/// More documents than this that came or went are not matched with each other.
const MOST_MATCHED: usize = 30;

/// Makes one group of what went and what came where at least half of the definitions are the same.
fn reunite(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let (gone, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|it| it.new.is_empty());
    let (mut came, mut reunited): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|it| it.old.is_empty());
    let is_worth_it = gone.len() <= MOST_MATCHED && came.len() <= MOST_MATCHED;
    for mut group in gone {
        let defined = defined_in(&group.old);
        let shared = |other: &Group<'_>| {
            let shared = defined_in(&other.new).intersection(&defined).count();
            (shared * 2 >= defined.len() && shared > 0).then_some(shared)
        };
        let candidates = came.iter().enumerate().filter(|_| is_worth_it);
        let counted = candidates.filter_map(|(at, other)| Some((shared(other)?, at)));
        // Of equals the first.
        if let Some((_, at)) = counted.max_by_key(|(shared, at)| (*shared, std::cmp::Reverse(*at)))
        {
            group.new = came.remove(at).new;
        }
        reunited.push(group);
    }
    reunited.extend(came);
    reunited.sort_by_key(|group| {
        group.new.first().or(group.old.first()).map(|file| file.path.as_str().to_owned())
    });
    reunited
}

/// The types with their fields and values: nearly every schema has a `Query`.
fn defined_in<'f>(files: &[NamedFile<'f>]) -> BTreeSet<(&'f str, &'f str)> {
    let mut defined = BTreeSet::new();
    for definition in files.iter().flat_map(|file| &file.file.document.definitions) {
        let Some((_, name)) = defined_name(definition) else { continue };
        let parts = Contents::of(definition);
        let fields = parts.fields.iter().map(|field| &field.name);
        let fields = fields.chain(parts.input_fields.iter().map(|field| &field.name));
        let names = fields.chain(parts.values.iter().map(|value| &value.value));
        defined.extend(names.map(|field| (name, field.as_str())));
    }
    defined
}

fn fits_together(group: &Together<'_, '_>) -> bool {
    let defines_once = |side: fn(&Versions) -> Option<&SourceFile>| {
        let mut defined = BTreeSet::new();
        group.iter().filter_map(|(_, versions)| side(versions)).all(|file| {
            // A file that defines something twice is no reason to take it apart from others.
            let own: BTreeSet<_> =
                file.document.definitions.iter().filter_map(defined_name).collect();
            own.into_iter().all(|name| defined.insert(name))
        })
    };
    defines_once(Versions::before) && defines_once(Versions::after)
}

/// What a definition gives a meaning to; extensions and operations define nothing.
fn defined_name(definition: &Definition) -> Option<(bool, &str)> {
    match definition {
        Definition::SchemaDefinition(_) => Some((false, "schema")),
        Definition::DirectiveDefinition(it) => Some((true, &it.name)),
        Definition::OperationDefinition(_) | Definition::FragmentDefinition(_) => None,
        _ if definition.is_extension_definition() => None,
        _ => Some((false, definition.name()?)),
    }
}
