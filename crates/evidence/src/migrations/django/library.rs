//! Modules of the same tree that a migration imports functions and operations from.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};
use ruff_python_ast::{StmtClassDef, StmtFunctionDef};

use super::syntax::Module;
use crate::{
    FileEntry, Memo, Side, Unreadable, learn,
    python::{
        Source,
        packages::{module_paths, split_name},
    },
};

/// How many modules are followed from one migration.
const MOST_MODULES: usize = 32;

/// Larger modules than this are not followed.
const LARGEST_BYTES: u64 = 256 << 10;

/// How often a name may be handed on from module to module.
const MOST_STEPS: usize = 8;

/// The texts that can be reached, by path; the first is the migration's own.
pub(super) struct Reached(Vec<(Utf8PathBuf, Arc<Result<Source, Unreadable>>)>);

impl Reached {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Follows the imports of a file. *Cost*: each content is parsed once per run.
    pub(super) fn from(side: &Side<'_>, memo: &Memo, entry: &FileEntry) -> Self {
        let mut found = Vec::new();
        let mut known = BTreeSet::from([entry.path.as_path()]);
        let mut open = VecDeque::from([entry]);
        while let Some(entry) = open.pop_front() {
            let source = learn(side, memo, "django.source", entry, LARGEST_BYTES, Source::parse);
            if let Ok(source) = &*source {
                for full in source.imports().values() {
                    let near = near(side, &entry.path, full);
                    if let Some(next) = near
                        && known.len() < MOST_MODULES
                        && known.insert(&next.path)
                    {
                        open.push_back(next);
                    }
                }
            }
            found.push((entry.path.clone(), source));
        }
        Self(found)
    }
}

/// The module of a name, or the module that the name is.
fn near<'a>(side: &Side<'a>, from: &Utf8Path, full: &str) -> Option<&'a FileEntry> {
    let module = split_name(full).map_or(full, |(module, _)| module);
    let paths = module_paths(from, module).into_iter().chain(module_paths(from, full));
    let mut entries = paths.filter_map(|path| side.entry(&path));
    entries.next()
}

/// The modules that can be reached, ready to be asked.
pub(super) struct Library<'a>(BTreeMap<&'a Utf8Path, Module<'a>>);

impl<'a> Library<'a> {
    pub(super) fn new(reached: &'a Reached) -> Self {
        let modules = reached.0.iter().filter_map(|(path, source)| {
            let source = source.as_ref().as_ref().ok()?;
            Some((path.as_path(), Module::new(source, path)))
        });
        Self(modules.collect())
    }

    /// The module of a path.
    pub(super) fn module(&self, path: &Utf8Path) -> Option<&Module<'a>> {
        self.0.get(path)
    }

    /// A function of another module, with that module.
    pub(super) fn function(
        &'a self,
        from: &Utf8Path,
        full: &str,
    ) -> Option<(&'a Module<'a>, &'a StmtFunctionDef)> {
        self.find(from, full, Module::function)
    }

    /// A class of another module, with that module.
    pub(super) fn class(
        &'a self,
        from: &Utf8Path,
        full: &str,
    ) -> Option<(&'a Module<'a>, &'a StmtClassDef)> {
        self.find(from, full, Module::class)
    }

    fn find<T>(
        &'a self,
        from: &Utf8Path,
        full: &str,
        get: impl Fn(&'a Module<'a>, &str) -> Option<T>,
    ) -> Option<(&'a Module<'a>, T)> {
        let (mut from, mut full) = (from, full);
        for _ in 0..MOST_STEPS {
            let (module, name) = split_name(full)?;
            let paths = module_paths(from, module);
            let module = paths.iter().find_map(|path| self.0.get(path.as_path()))?;
            if let Some(found) = get(module, name) {
                return Some((module, found));
            }
            full = module.imported(name)?;
            from = module.path();
        }
        None
    }
}
