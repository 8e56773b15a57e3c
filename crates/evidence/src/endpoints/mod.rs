//! What changed in the routes that Python code declares.
//!
//! Read from the syntax tree, nothing is run: `FastAPI` and Starlette (`APIRouter(prefix=)`, decorators,
//! `include_router`), Flask (`Blueprint`, `route`), aiohttp (`add_route`, `add_get`, `add_subapp`) and Django's
//! `urlpatterns`. Routers are followed through imports; a prefix that is not spelled out counts as none, in both trees.
//! Routes that are left out of the published schema on purpose (`include_in_schema=False`) have rules of their own: they
//! are no promise, and still somebody may call them.

mod link;
mod module;
mod path;
mod scan;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use self::module::Module;
use crate::{
    Change, Detector, FileEntry, Memo, Pair, Side, Source, Unreadable, learn, python, rule::rules,
};

rules! {
    ADDED = "endpoints.endpoint-added", Additive, "a route was added, which takes nothing from those who use the others";
    REMOVED = "endpoints.endpoint-removed", Breaking, "a route is gone, so whoever calls it gets an error";
    DEPRECATED_REMOVED = "endpoints.deprecated-endpoint-removed", Breaking, "a route that was announced to go is gone, and whoever still calls it gets an error";
    DEPRECATED = "endpoints.endpoint-deprecated", Docs, "a route is announced to go; it still works";
    REINSTATED = "endpoints.endpoint-reinstated", Docs, "a route is no longer announced to go";
    UNPUBLISHED_ADDED = "endpoints.unpublished-endpoint-added", None, "a route was added that the published schema does not show";
    UNPUBLISHED_REMOVED = "endpoints.unpublished-endpoint-removed", Dangerous, "a route is gone that the published schema did not show; whoever called it all the same gets an error";
    UNPUBLISHED = "endpoints.endpoint-unpublished", Dangerous, "a route still works and is no longer in the published schema, so clients made from it lose it";
    PUBLISHED = "endpoints.endpoint-published", Additive, "a route that worked before is in the published schema now";
}

/// What changed in the routes that Python code declares.
#[derive(Clone, Copy, Debug)]
pub struct Endpoints;

/// An endpoint by its path and method.
type Key = (String, String);

/// Where an endpoint is declared and how.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Endpoint {
    file: Utf8PathBuf,
    line: u32,
    is_deprecated: bool,
    /// Whether the published schema does not show it.
    is_hidden: bool,
}

impl Detector for Endpoints {
    fn family(&self) -> &'static str {
        "endpoints"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        path.extension() == Some("py") && !is_test(path)
    }

    /// *Order*: by path and method.
    ///
    /// *Cost*: where no differing file has to do with routes, only those are read; else every Python file, and those
    /// that mention no router are not parsed.
    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut unreadable = BTreeSet::new();
        if !concerns_routes(pair, &mut unreadable, &mut changes) {
            return changes;
        }
        let (old, new) = (endpoints(&pair.old, pair.memo), endpoints(&pair.new, pair.memo));
        let mut keys: Vec<&Key> = old.keys().chain(new.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (old, new) = (old.get(key), new.get(key));
            // What an unreadable file had may still be there.
            let is_unclear = |old: &Endpoint| new.is_none() && unreadable.contains(&*old.file);
            if !old.is_some_and(is_unclear) {
                changes.extend(told(key, old, new));
            }
        }
        changes
    }
}

/// What became of one endpoint.
fn told(key: &Key, old: Option<&Endpoint>, new: Option<&Endpoint>) -> Option<Change> {
    let (path, method) = key;
    let (rule, sentence) = match (old, new) {
        (None, Some(new)) if new.is_hidden => {
            (&UNPUBLISHED_ADDED, "an unpublished route was added")
        }
        (None, Some(_)) => (&ADDED, "a route was added"),
        (Some(old), None) if old.is_hidden => {
            (&UNPUBLISHED_REMOVED, "an unpublished route is gone")
        }
        (Some(old), None) if old.is_deprecated => {
            (&DEPRECATED_REMOVED, "a deprecated route is gone")
        }
        (Some(_), None) => (&REMOVED, "a route is gone"),
        (Some(old), Some(new)) => match (old, new) {
            _ if !old.is_hidden && new.is_hidden => {
                (&UNPUBLISHED, "a route is no longer in the published schema")
            }
            _ if old.is_hidden && !new.is_hidden => {
                (&PUBLISHED, "a route is in the published schema now")
            }
            _ if !old.is_deprecated && new.is_deprecated => (&DEPRECATED, "a route is deprecated"),
            _ if old.is_deprecated && !new.is_deprecated => {
                (&REINSTATED, "a route is no longer deprecated")
            }
            _ => return None,
        },
        (None, None) => return None,
    };
    let place = |endpoint: &Endpoint| Source::line(&endpoint.file, endpoint.line);
    let change = Change::new(rule, format!("{method} {path}"), sentence);
    Some(match (old, new) {
        (Some(old), Some(new)) => change.at(place(new)).was_at(place(old)),
        (None, Some(new)) => change.at(place(new)),
        // The file where it was; it may be gone too.
        (Some(old), None) => change.at(Source::file(&old.file)).was_at(place(old)),
        (None, None) => change,
    })
}

/// Whether a differing file has to do with routes; those that should and cannot be read are told.
fn concerns_routes<'a>(
    pair: &Pair<'a>,
    unreadable: &mut BTreeSet<&'a Utf8Path>,
    changes: &mut Vec<Change>,
) -> bool {
    let mut found = false;
    for (before, after) in pair.differing() {
        for (side, entry) in [(&pair.old, before), (&pair.new, after)] {
            let Some(entry) = entry else { continue };
            match &*module(side, pair.memo, entry) {
                Ok(Some(_)) => found = true,
                Err(why) if after == Some(entry) => {
                    unreadable.insert(&entry.path);
                    changes.push(pair.unreadable(entry, why));
                }
                // What is unreadable in the older tree hides nothing that is new.
                Ok(None) | Err(_) => {}
            }
        }
    }
    found
}

/// The endpoints of a tree.
fn endpoints(side: &Side<'_>, memo: &Memo) -> BTreeMap<Key, Endpoint> {
    let python = side.entries().par_iter().filter(|entry| entry.path.extension() == Some("py"));
    let modules: Vec<(&Utf8Path, Read)> =
        python.map(|entry| (entry.path.as_path(), module(side, memo, entry))).collect();
    let modules: BTreeMap<&Utf8Path, &Module> = modules
        .iter()
        .filter_map(|(path, read)| Some((*path, read.as_ref().as_ref().ok()?.as_ref()?)))
        .collect();
    link::Linker::new(&modules).endpoints()
}

/// What reading a file came to; `None` where it has nothing to do with routes.
type Read = Arc<Result<Option<Module>, Unreadable>>;

fn module(side: &Side<'_>, memo: &Memo, entry: &FileEntry) -> Read {
    learn(side, memo, "endpoints.module", entry, python::LARGEST_BYTES, module::read)
}

/// Whether a file is there to test others, or changes a database.
fn is_test(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let is_test = name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py";
    let mut folders = path.parent().into_iter().flat_map(Utf8Path::components);
    is_test
        || folders.any(|folder| {
            matches!(folder.as_str(), "tests" | "test" | "testing" | "migrations" | "site-packages")
        })
}
