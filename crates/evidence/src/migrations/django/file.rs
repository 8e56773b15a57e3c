//! A file that declares a Django migration.

use camino::Utf8Path;
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::{library::Library, operation::Operation, reader::Reader, syntax::Module};
use crate::{
    Unreadable,
    python::{Source, calls::last_name, constants::Constant, meaning},
};

/// A migration by its app's label and its name.
pub(super) type Key = (String, String);

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    /// What must be applied before.
    pub(super) dependencies: Vec<Key>,
    /// Models that another app may provide, as their setting's name.
    pub(super) swappable: Vec<String>,
    /// What must be applied after.
    pub(super) run_before: Vec<Key>,
    /// What it stands for.
    pub(super) replaces: Vec<Key>,
    /// What it does.
    pub(super) operations: Vec<Operation>,
    /// Its fingerprint without ids and parents.
    pub(super) meaning: [u8; 32],
    /// Whether it may not be one transaction.
    pub(super) leaves_transaction: bool,
}

/// What orders a migration; it is no part of its meaning.
const ORDERING: &[&str] = &["dependencies", "run_before", "replaces"];

/// Reads a file; `None` where it declares no migration.
///
/// *Errors*: as [`Source::parse`].
pub(super) fn read(text: &str) -> Result<Option<File>, Unreadable> {
    if !text.contains("Migration") {
        return Ok(None);
    }
    let source = Source::parse(text)?;
    let module = Module::new(&source, Utf8Path::new(""));
    let file = declared(&module, None);
    Ok(file.map(|file| File {
        meaning: meaning_of(&source),
        leaves_transaction: source.leaves_transaction(),
        ..file
    }))
}

/// The operations of a migration with what they import from other modules.
pub(super) fn linked(library: &Library<'_>, path: &Utf8Path) -> Option<Vec<Operation>> {
    Some(declared(library.module(path)?, Some(library))?.operations)
}

/// What a module declares; `None` where that is no migration.
fn declared<'a>(module: &'a Module<'a>, library: Option<&'a Library<'a>>) -> Option<File> {
    let class = module.class("Migration").filter(|class| is_migration(class))?;
    let mut file = File::default();
    let mut reader = Reader::new(module, library);
    for statement in &class.body {
        let (targets, value) = match statement {
            Stmt::Assign(assign) => (assign.targets.as_slice(), Some(&*assign.value)),
            Stmt::AnnAssign(assign) => {
                (std::slice::from_ref(&*assign.target), assign.value.as_deref())
            }
            Stmt::AugAssign(assign) => {
                (std::slice::from_ref(&*assign.target), Some(&*assign.value))
            }
            _ => continue,
        };
        let [Expr::Name(name)] = targets else { continue };
        let Some(value) = value else { continue };
        match name.id.as_str() {
            "operations" => reader.add_list(value, &mut file.operations),
            "dependencies" => add_dependencies(module, value, &mut file),
            "run_before" => file.run_before.extend(keys(module, value)),
            "replaces" => file.replaces.extend(keys(module, value)),
            _ => {}
        }
    }
    Some(file)
}

fn is_migration(class: &StmtClassDef) -> bool {
    let bases = class.arguments.as_ref().map_or(&[][..], |arguments| &arguments.args);
    bases.iter().any(|base| last_name(base).is_some_and(|name| name.ends_with("Migration")))
}

/// The fingerprint of everything but what orders the migration.
fn meaning_of(source: &Source) -> [u8; 32] {
    let is_ordering = |statement: &Stmt| match statement {
        Stmt::Assign(assign) => assign.targets.iter().any(
            |target| matches!(target, Expr::Name(name) if ORDERING.contains(&name.id.as_str())),
        ),
        _ => false,
    };
    let statements: Vec<Stmt> = source
        .body()
        .iter()
        .cloned()
        .map(|mut statement| {
            match &mut statement {
                Stmt::ClassDef(class) if class.name.as_str() == "Migration" => {
                    class.body.retain(|statement| !is_ordering(statement));
                }
                _ => {}
            }
            statement
        })
        .collect();
    meaning::fingerprint(&statements)
}

fn keys(module: &Module<'_>, list: &Expr) -> Vec<Key> {
    items(list).into_iter().filter_map(|item| key(module, item)).collect()
}

fn add_dependencies(module: &Module<'_>, list: &Expr, file: &mut File) {
    for item in items(list) {
        match (key(module, item), item) {
            (Some(key), _) => file.dependencies.push(key),
            (None, Expr::Call(call)) => {
                let setting = call.arguments.args.first();
                let name = setting.and_then(|setting| {
                    module.text(setting).or_else(|| last_name(setting).map(str::to_owned))
                });
                file.swappable.extend(name);
            }
            _ => {}
        }
    }
}

fn items(list: &Expr) -> Vec<&Expr> {
    match list {
        Expr::List(list) => list.elts.iter().collect(),
        Expr::Tuple(list) => list.elts.iter().collect(),
        Expr::BinOp(sum) => {
            let mut all = items(&sum.left);
            all.extend(items(&sum.right));
            all
        }
        _ => Vec::new(),
    }
}

fn key(module: &Module<'_>, item: &Expr) -> Option<Key> {
    match module.value(item)? {
        Constant::List(pair) => match pair.as_slice() {
            [Constant::Text(app), Constant::Text(name)] => Some((app.clone(), name.clone())),
            _ => None,
        },
        _ => None,
    }
}
