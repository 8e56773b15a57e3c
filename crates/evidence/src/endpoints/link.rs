//! Follows routers from module to module.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{
    Endpoint, Key,
    module::{Handle, Module, Router},
    path,
};
use crate::python::packages::{module_paths, split_name};

/// A router by its file and its name there.
type Place<'a> = (&'a Utf8Path, &'a str);

/// How far imports and includes are followed.
const DEEPEST: usize = 16;

/// In how many places one router may be included.
const MOST_PLACES: usize = 64;

/// All modules of a tree.
pub(super) struct Linker<'a> {
    modules: &'a BTreeMap<&'a Utf8Path, &'a Module>,
    /// Where each router is included, with what that adds to it.
    parents: BTreeMap<Place<'a>, Vec<(Option<Place<'a>>, &'a Router)>>,
}

impl<'a> Linker<'a> {
    pub(super) fn new(modules: &'a BTreeMap<&'a Utf8Path, &'a Module>) -> Self {
        let mut linker = Self { modules, parents: BTreeMap::new() };
        for (file, module) in modules {
            for include in &module.includes {
                let Some(child) = linker.place(file, &include.child) else { continue };
                let parent = linker.place(file, &include.parent);
                let places = linker.parents.entry(child).or_default();
                if places.len() < MOST_PLACES {
                    places.push((parent, &include.as_router));
                }
            }
        }
        linker
    }

    /// Every endpoint, however often it is declared.
    pub(super) fn endpoints(&self) -> BTreeMap<Key, Endpoint> {
        let mut endpoints = BTreeMap::new();
        let mut contexts: BTreeMap<Place<'_>, Vec<Router>> = BTreeMap::new();
        let nowhere = vec![Router::default()];
        for (file, module) in self.modules {
            for route in &module.routes {
                let contexts = match self.place(file, &route.router) {
                    Some(place) => contexts
                        .entry(place)
                        .or_insert_with(|| self.contexts(place, &mut BTreeSet::new())),
                    None => &nowhere,
                };
                for context in contexts {
                    let whole = path::normal(&format!("{}{}", context.prefix, route.path));
                    let whole = if whole.is_empty() { "/".to_owned() } else { whole };
                    let is_deprecated = route.is_deprecated || context.is_deprecated;
                    let is_hidden = route.is_hidden || context.is_hidden;
                    let endpoint = Endpoint {
                        file: (*file).to_owned(),
                        line: route.line,
                        is_deprecated,
                        is_hidden,
                    };
                    let key = (whole, route.method.clone());
                    endpoints
                        .entry(key)
                        .and_modify(|known: &mut Endpoint| {
                            // It is what all its declarations say.
                            known.is_deprecated &= is_deprecated;
                            known.is_hidden &= is_hidden;
                        })
                        .or_insert(endpoint);
                }
            }
        }
        endpoints
    }

    /// What stands before the routes of a router, once for each place where it is included.
    fn contexts(&self, place: Place<'a>, below: &mut BTreeSet<Place<'a>>) -> Vec<Router> {
        let own = self.router(place);
        let own = own.cloned().unwrap_or_default();
        if below.len() >= DEEPEST || !below.insert(place) {
            return vec![own];
        }
        let mut found = Vec::new();
        for (parent, include) in self.parents.get(&place).into_iter().flatten() {
            if found.len() >= MOST_PLACES {
                break;
            }
            let outer = match parent {
                Some(parent) => self.contexts(*parent, below),
                None => vec![Router::default()],
            };
            let whole = outer.iter().map(|outer| joined(&[outer, include, &own]));
            found.extend(whole.take(MOST_PLACES));
        }
        below.remove(&place);
        if found.is_empty() { vec![own] } else { found }
    }

    fn router(&self, (file, name): Place<'a>) -> Option<&'a Router> {
        self.modules.get(file)?.routers.get(name)
    }

    /// The router that a handle of a file means.
    fn place(&self, file: &'a Utf8Path, handle: &'a Handle) -> Option<Place<'a>> {
        match handle {
            Handle::Local(name) => Some((file, name)),
            Handle::Imported(full) => self.imported(file, full, 0),
            Handle::Unknown => None,
        }
    }

    /// A name of another module: `shop.api.router`, with leading dots where it is relative.
    fn imported(&self, from: &Utf8Path, full: &str, depth: usize) -> Option<Place<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let (module, name) = split_name(full)?;
        let paths = module_paths(from, module);
        let mut files = paths.iter().filter_map(|path| self.modules.get_key_value(path.as_path()));
        let (file, found) = files.next()?;
        if let Some((name, _)) = found.routers.get_key_value(name) {
            return Some((file, name));
        }
        let again = found.imports.get(name)?;
        self.imported(file, again, depth + 1)
    }
}

/// Routers within each other, outermost first.
fn joined(routers: &[&Router]) -> Router {
    Router {
        prefix: routers.iter().map(|router| router.prefix.as_str()).collect(),
        is_deprecated: routers.iter().any(|router| router.is_deprecated),
        is_hidden: routers.iter().any(|router| router.is_hidden),
    }
}
