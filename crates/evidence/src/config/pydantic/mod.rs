//! Settings as pydantic classes, read by their syntax.
//!
//! Classes count that derive from pydantic's or AYON's own, or from a class that is declared elsewhere while some of its
//! children look like settings. Types are freed from their spelling: `Optional[str]` is `str | None`.

mod field;
mod forest;
mod lower;
mod read;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use camino::Utf8Path;

use self::{forest::Forest, read::Module};
use super::{
    contract::{Contract, Object, ObjectId},
    judge::Judge,
};
use crate::{Change, FileEntry, Pair, Side, Unreadable, learn, python};

/// Whether settings may be declared in a file: Python below a folder, or in a file, called `config` or `settings`.
pub(super) fn wants(path: &Utf8Path) -> bool {
    if path.extension() != Some("py") {
        return false;
    }
    // What programs send each other is no configuration, even if it is about one.
    let is_else =
        |name: &str| matches!(name, "test" | "tests" | "dto" | "dtos") || name.starts_with("test_");
    let is_settings = |name: &str| {
        matches!(name, "config" | "configs" | "settings" | "config.py" | "settings.py")
    };
    path.as_str().split('/').any(is_settings) && !path.as_str().split('/').any(is_else)
}

/// Compares the settings classes of both sides.
pub(super) fn compare(pair: &Pair<'_>, wants: &dyn Fn(&FileEntry) -> bool) -> Vec<Change> {
    let differing: Vec<_> =
        pair.differing().into_iter().filter(|(old, new)| old.or(*new).is_some_and(wants)).collect();
    if differing.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let old_paths: BTreeSet<_> =
        differing.iter().filter_map(|(old, _)| *old).map(|entry| entry.path.as_str()).collect();
    let new_paths: BTreeSet<_> =
        differing.iter().filter_map(|(_, new)| *new).map(|entry| entry.path.as_str()).collect();
    let (old, unread) = modules(&pair.old, pair, wants);
    changes.extend(unreadable(pair, unread, &old_paths));
    let (new, unread) = modules(&pair.new, pair, wants);
    changes.extend(unreadable(pair, unread, &new_paths));
    let first = differing.iter().find_map(|(old, new)| new.or(*old));
    match lower::contract(&old).and_then(|old| lower::contract(&new).map(|new| (old, new))) {
        Ok((old, new)) => changes.extend(judge(&old, &new, pair, first)),
        Err(why) => changes.extend(first.map(|entry| pair.unreadable(entry, &why))),
    }
    changes
}

/// A file that could not be read, with the reason.
type Unread<'a> = (&'a FileEntry, Unreadable);

/// The modules of a side. Files that are the same in both are read as well, since they may hold base classes.
fn modules<'a>(
    side: &Side<'a>,
    pair: &Pair<'_>,
    wants: &dyn Fn(&FileEntry) -> bool,
) -> (Forest, Vec<Unread<'a>>) {
    let (mut modules, mut unread) = (Vec::new(), Vec::new());
    for entry in side.entries().iter().copied().filter(|entry| wants(entry)) {
        let learned =
            learn(side, pair.memo, "config.python", entry, python::LARGEST_BYTES, |text| {
                read::module(text).map(Arc::new)
            });
        match &*learned {
            Ok(module) => modules.push((entry.path.clone(), Arc::<Module>::clone(module))),
            Err(why) => unread.push((entry, why.clone())),
        }
    }
    (Forest::new(modules), unread)
}

/// Says which of the files that differ could not be read.
fn unreadable(pair: &Pair<'_>, unread: Vec<Unread<'_>>, differing: &BTreeSet<&str>) -> Vec<Change> {
    let differs = |entry: &FileEntry| differing.contains(entry.path.as_str());
    let told = unread.into_iter().filter(|(entry, _)| differs(entry));
    told.map(|(entry, why)| pair.unreadable(entry, &why)).collect()
}

fn judge(
    old: &Contract,
    new: &Contract,
    pair: &Pair<'_>,
    first: Option<&FileEntry>,
) -> Vec<Change> {
    let twins = twins(old, new);
    let (mut removed, mut added) = (classes(old), classes(new));
    removed.retain(|id, _| !twins.contains_key(id));
    let found: BTreeSet<_> = twins.values().copied().collect();
    added.retain(|id, _| !found.contains(id));
    let mut pairs: Vec<_> = twins.iter().map(|(old, new)| (*old, *new)).collect();
    pairs.sort_unstable();
    let mut judge = Judge::new(old, new, twins);
    for (before, after) in pairs {
        let label = new.object(after).map(|object| object.label.clone());
        judge.compare(before, after, label.unwrap_or_default());
    }
    let ids = |classes: BTreeMap<ObjectId, &Object>| classes.into_keys().collect::<Vec<_>>();
    judge.tell(&ids(removed), &ids(added));
    let judged = judge.judged();
    let mut changes = judged.changes;
    if !judged.is_complete {
        let why =
            Unreadable::Malformed { message: "its classes are too many".to_owned(), line: None };
        changes.extend(first.map(|entry| pair.unreadable(entry, &why)));
    }
    changes
}

/// What a class goes by.
type Naming<'a> = &'a dyn Fn(&Contract, &Object) -> Option<String>;

/// The objects of a contract that are classes.
fn classes(contract: &Contract) -> BTreeMap<ObjectId, &Object> {
    let objects = contract.objects.iter().enumerate();
    let named = objects.filter(|(_, object)| !object.label.is_empty());
    named.map(|(place, object)| (ObjectId(place), object)).collect()
}

/// Which class of the newer side is which of the older one: the same name in the same file, the same name elsewhere, or
/// the same keys under another name in the same file.
fn twins(old: &Contract, new: &Contract) -> HashMap<ObjectId, ObjectId> {
    let path = |contract: &Contract, object: &Object| {
        contract.files.get(object.place.file).map(ToString::to_string).unwrap_or_default()
    };
    let identity = |contract: &Contract, object: &Object| {
        Some(format!("{} {}", path(contract, object), object.label))
    };
    let name = |_: &Contract, object: &Object| Some(object.label.clone());
    let keys = |contract: &Contract, object: &Object| {
        let own = object.keys.iter().filter(|(_, key)| key.declared_in.is_none());
        let own: Vec<_> = own.map(|(name, _)| name.as_str()).collect();
        (!own.is_empty()).then(|| format!("{} {}", path(contract, object), own.join(" ")))
    };
    let mut twins = HashMap::new();
    let (mut before, mut after) = (classes(old), classes(new));
    let rounds: [Naming<'_>; 3] = [&identity, &name, &keys];
    for (number, round) in rounds.into_iter().enumerate() {
        // In one file a name may be given twice, as in the branches of a condition; then their order tells.
        let in_order = number == 0;
        let olds = by_key(&before, in_order, |object| round(old, object));
        let news = by_key(&after, in_order, |object| round(new, object));
        for (key, id) in olds {
            if let Some(twin) = news.get(&key) {
                before.remove(&id);
                after.remove(twin);
                twins.insert(id, *twin);
            }
        }
    }
    twins
}

/// Objects by a key. Those that share one are numbered, or left out.
fn by_key(
    objects: &BTreeMap<ObjectId, &Object>,
    in_order: bool,
    key: impl Fn(&Object) -> Option<String>,
) -> BTreeMap<(String, usize), ObjectId> {
    let mut groups: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for (id, object) in objects {
        if let Some(key) = key(object) {
            groups.entry(key).or_default().push(*id);
        }
    }
    groups.retain(|_, ids| in_order || ids.len() == 1);
    let numbered = |(key, ids): (String, Vec<ObjectId>)| {
        ids.into_iter().enumerate().map(move |(number, id)| ((key.clone(), number), id))
    };
    groups.into_iter().flat_map(numbered).collect()
}
