//! Modules of the same tree that revisions import helpers from.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ruff_python_ast::{
    Expr, Stmt,
    visitor::{self, Visitor},
};
use sha2::{Digest, Sha256};

use crate::{
    ContentId, FileEntry, Memo, Side, Unreadable, learn,
    python::{LARGEST_BYTES, Source, add_imports, calls::last_name},
};

/// The most modules that one revision's imports are followed into.
const MOST_MODULES: usize = 48;

/// Where the Python files of a tree can be imported from.
pub(super) struct Modules<'a> {
    side: &'a Side<'a>,
    memo: &'a Memo,
    /// By the last part of the module's name.
    by_last_name: BTreeMap<&'a str, Vec<(String, &'a FileEntry)>>,
}

/// A module that a revision reaches, by the name that it is imported as.
pub(super) struct Reached {
    pub(super) name: String,
    /// What its relative imports begin at.
    pub(super) package: String,
    pub(super) content: ContentId,
    pub(super) source: Arc<Result<Source, Unreadable>>,
}

impl<'a> Modules<'a> {
    /// All modules that can be seen. *Cost*: linear in the entries; nothing is read.
    pub(super) fn of(side: &'a Side<'a>, memo: &'a Memo) -> Self {
        let mut by_last_name: BTreeMap<&str, Vec<(String, &FileEntry)>> = BTreeMap::new();
        for &entry in side.entries() {
            let Some(path) = entry.path.as_str().strip_suffix(".py") else { continue };
            let path = path.strip_suffix("/__init__").unwrap_or(path);
            let last = path.rsplit('/').next().unwrap_or(path);
            by_last_name.entry(last).or_default().push((path.replace('/', "."), entry));
        }
        Self { side, memo, by_last_name }
    }

    /// Everything of the tree that a module imports, and that those import, nearest first.
    ///
    /// *Cost*: each module is parsed once per content.
    pub(super) fn reached_from(&self, source: &Source, entry: &FileEntry) -> Vec<Reached> {
        let mut reached: Vec<Reached> = Vec::new();
        let mut known = BTreeSet::new();
        let mut open: Vec<String> = imported(source.body(), &dotted_folder(entry));
        let mut next = 0;
        while let Some(name) = open.get(next).cloned() {
            next += 1;
            if reached.len() >= MOST_MODULES || next > 4096 {
                break;
            }
            // `from a.b import c`: `c` may be a module, or a name in `a.b`.
            let parent = name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
            for module in [Some(name), parent].into_iter().flatten() {
                if !known.insert(module.clone()) {
                    continue;
                }
                let Some(found) = self.find(&module) else { continue };
                let source = self.source(found);
                let package = dotted_folder(found);
                if let Ok(source) = &*source {
                    open.extend(imported(source.body(), &package));
                }
                reached.push(Reached { name: module, package, content: found.content, source });
            }
        }
        reached
    }

    /// The file of a module, where only one can be meant.
    fn find(&self, module: &str) -> Option<&'a FileEntry> {
        let last = module.rsplit('.').next()?;
        let mut fitting = self.by_last_name.get(last)?.iter().filter(|(path, _)| {
            path.strip_suffix(module).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
        let (_, first) = fitting.next()?;
        // `utils` alone says too little when there are several.
        (module.contains('.') || fitting.next().is_none()).then_some(*first)
    }

    fn source(&self, entry: &FileEntry) -> Arc<Result<Source, Unreadable>> {
        learn(self.side, self.memo, "alembic.module", entry, LARGEST_BYTES, Source::parse)
    }
}

/// Names a revision together with everything that it reaches.
pub(super) fn content_of(revision: ContentId, reached: &[Reached]) -> ContentId {
    if reached.is_empty() {
        return revision;
    }
    let mut digest = Sha256::new();
    digest.update(revision.0);
    for module in reached {
        digest.update(&module.name);
        digest.update(module.content.0);
    }
    let mut id = [0; 20];
    for (place, byte) in id.iter_mut().zip(digest.finalize()) {
        *place = byte;
    }
    ContentId(id)
}

/// The package that a file's relative imports begin at.
pub(super) fn dotted_folder(entry: &FileEntry) -> String {
    entry.path.parent().map(|folder| folder.as_str().replace('/', ".")).unwrap_or_default()
}

/// Takes the leading dots off a relative name.
pub(super) fn absolute(name: &str, package: &str) -> String {
    let relative = name.trim_start_matches('.');
    let dots = name.len() - relative.len();
    if dots == 0 {
        return name.to_owned();
    }
    let mut folders: Vec<&str> = package.split('.').collect();
    folders.truncate((folders.len() + 1).saturating_sub(dots));
    folders.push(relative);
    folders.join(".")
}

/// The full names of all imports, wherever they stand.
fn imported(body: &[Stmt], package: &str) -> Vec<String> {
    let mut imports = Imports(BTreeMap::new());
    for statement in body {
        imports.visit_stmt(statement);
    }
    let names = imports.0.into_values().map(|name| absolute(&name, package));
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

struct Imports(BTreeMap<String, String>);

impl<'a> Visitor<'a> for Imports {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let mut found = BTreeMap::new();
        add_imports(statement, &mut found);
        // Two imports of one name both count.
        let count = self.0.len();
        self.0.extend(found.into_iter().map(|(name, full)| (format!("{name} {count}"), full)));
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && last_name(&call.func) == Some("import_module")
            && let Some(Expr::StringLiteral(name)) = call.arguments.args.first()
        {
            let count = self.0.len();
            // As if something in it was asked for, which it will be.
            self.0.insert(format!("module {count}"), format!("{}.upgrade", name.value.to_str()));
        }
        visitor::walk_expr(self, expression);
    }
}
