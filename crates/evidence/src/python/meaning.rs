//! Fingerprints of syntax trees: what a source means, whatever it looks like.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

use ruff_python_ast::{
    Expr, Stmt, StmtAssign, StmtImport, StmtImportFrom,
    comparable::ComparableStmt,
    helpers::is_docstring_stmt,
    visitor::{
        self, Visitor,
        transformer::{self, Transformer},
    },
};
use sha2::{Digest, Sha256};

use super::add_imports;

/// A fingerprint of statements: layout, comments, docstrings, annotations, imports for typing or for nothing, and the order
/// of neighbouring imports change nothing.
///
/// *Cost*: a copy of the tree and one walk over it.
pub(crate) fn fingerprint<'a>(statements: impl IntoIterator<Item = &'a Stmt>) -> [u8; 32] {
    let plain: Vec<Stmt> = statements.into_iter().filter_map(plain).flat_map(single).collect();
    let mut uses = Uses::default();
    for statement in &plain {
        uses.visit_stmt(statement);
    }
    hash(plain.iter().filter(|statement| {
        let mut made = BTreeMap::new();
        add_imports(statement, &mut made);
        made.is_empty() || made.keys().any(|name| name == "*" || uses.names.contains(name))
    }))
}

/// An import of several names as imports of one each; any other statement as it is.
pub(crate) fn single(statement: Stmt) -> Vec<Stmt> {
    match statement {
        Stmt::Import(import) if import.names.len() > 1 => {
            let each = import.names.iter().map(|name| {
                Stmt::Import(StmtImport { names: vec![name.clone()], ..import.clone() })
            });
            each.collect()
        }
        Stmt::ImportFrom(import) if import.names.len() > 1 => {
            let each = import.names.iter().map(|name| {
                Stmt::ImportFrom(StmtImportFrom { names: vec![name.clone()], ..import.clone() })
            });
            each.collect()
        }
        other => vec![other],
    }
}

/// The names that expressions use.
#[derive(Default)]
pub(crate) struct Uses {
    pub(crate) names: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Uses {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.names.insert(name.id.to_string());
        }
        visitor::walk_expr(self, expression);
    }
}

/// A statement without docstrings and annotations; nothing where there is nothing else in it.
pub(crate) fn plain(statement: &Stmt) -> Option<Stmt> {
    if is_docstring_stmt(statement) || is_for_typing(statement) {
        return None;
    }
    let mut statement = statement.clone();
    Plain.visit_stmt(&mut statement);
    Some(statement)
}

/// A fingerprint of statements that are [`plain`] and [`single`] already.
pub(crate) fn hash<'a>(statements: impl IntoIterator<Item = &'a Stmt>) -> [u8; 32] {
    let mut digest = Digester(Sha256::new());
    for statement in with_sorted_imports(statements.into_iter().collect()) {
        ComparableStmt::from(statement).hash(&mut digest);
    }
    digest.0.finalize().into()
}

/// The statements, neighbouring imports in the order of what they import. Where two of them make one name, the last one
/// counts, and where one makes all of a module known, nobody can tell: those keep their order.
fn with_sorted_imports(mut statements: Vec<&Stmt>) -> Vec<&Stmt> {
    let is_import = |statement: &Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
    for run in statements.chunk_by_mut(|one, other| is_import(one) == is_import(other)) {
        let mut made: BTreeMap<String, String> = BTreeMap::new();
        let is_free = run.iter().all(|statement| {
            let mut own = BTreeMap::new();
            add_imports(statement, &mut own);
            is_import(statement)
                && own.into_iter().all(|(name, full)| {
                    name != "*" && *made.entry(name).or_insert_with(|| full.clone()) == full
                })
        });
        if is_free {
            run.sort_by_cached_key(|statement| imported(statement));
        }
    }
    statements.dedup_by(|one, other| is_import(one) && imported(one) == imported(other));
    statements
}

/// What an import of one name imports, in a form that can be sorted.
fn imported(statement: &Stmt) -> Option<(u32, String, String, String)> {
    let (level, module, names) = match statement {
        Stmt::Import(import) => (0, String::new(), &import.names),
        Stmt::ImportFrom(import) => {
            // The module of one is never empty where nothing is relative.
            let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
            (import.level + 1, module, &import.names)
        }
        _ => return None,
    };
    let name = names.first()?;
    let local = name.asname.as_ref().map(ToString::to_string).unwrap_or_default();
    Some((level, module, name.name.to_string(), local))
}

/// Imports that only annotations use.
fn is_for_typing(statement: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = statement else { return false };
    let module = import.module.as_ref().map(ruff_python_ast::Identifier::as_str);
    matches!(module, Some("typing" | "typing_extensions" | "collections.abc" | "__future__"))
}

/// Takes off what says nothing about the effect.
struct Plain;

impl Transformer for Plain {
    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                function.returns = None;
                let parameters = &mut function.parameters;
                for parameter in &mut parameters.posonlyargs {
                    parameter.parameter.annotation = None;
                }
                for parameter in parameters.args.iter_mut().chain(&mut parameters.kwonlyargs) {
                    parameter.parameter.annotation = None;
                }
                for parameter in parameters.vararg.iter_mut().chain(parameters.kwarg.iter_mut()) {
                    parameter.annotation = None;
                }
                function.body.retain(|statement| !is_docstring_stmt(statement));
            }
            Stmt::ClassDef(class) => {
                class.body.retain(|statement| !is_docstring_stmt(statement));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = assign.value.take() {
                    *statement = Stmt::Assign(StmtAssign {
                        node_index: assign.node_index.clone(),
                        range: assign.range,
                        targets: [(*assign.target).clone()].into_iter().collect(),
                        value,
                    });
                }
            }
            _ => {}
        }
        transformer::walk_stmt(self, statement);
    }

    fn visit_expr(&self, expression: &mut Expr) {
        transformer::walk_expr(self, expression);
    }
}

/// Feeds a digest with what the tree hashes.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Source;

    fn meaning(text: &str) -> [u8; 32] {
        fingerprint(Source::parse(text).unwrap().body())
    }

    #[test]
    fn looks_mean_nothing() {
        let plain = meaning("def f(x):\n    x.y('ab')\n    return 1\n");
        let dressed = "\"\"\"About.\"\"\"\nfrom typing import Any\n\ndef f(x: Any) -> int:\n    \"\"\"Does.\"\"\"\n    \
                       x . y(\n        \"a\" 'b',  # why\n    )\n    return (1)\n";
        assert_eq!(plain, meaning(dressed));
        assert_ne!(plain, meaning("def f(x):\n    x.y('ac')\n    return 1\n"));
        assert_ne!(plain, meaning("def f(x):\n    x.y(f'ab{x}')\n    return 1\n"));
        assert_eq!(meaning("x: int = 1\n"), meaning("x = 1\n"));
    }

    #[test]
    fn the_order_of_imports_is_form() {
        let plain = meaning("from a import op, sa\nimport b as c\nimport d.e\nop(sa, c, d)\n");
        for same in [
            "import d.e\nimport b as c\nfrom a import sa\nfrom a import op\nop(sa, c, d)\n",
            "from __future__ import print_function\nfrom a import sa, op, unused\nimport b as c, d.e\nop(sa, c, d)\n",
            "import b as c\nfrom a import sa, op\nimport d.e\nimport d.e\nop(sa, c, d)\n",
        ] {
            assert_eq!(plain, meaning(same), "{same}");
        }
        for other in [
            "from a import op, sa\nimport z as c\nimport d.e\nop(sa, c, d)\n",
            "from z import op, sa\nimport b as c\nimport d.e\nop(sa, c, d)\n",
            "from a import sa as op, op as sa\nimport b as c\nimport d.e\nop(sa, c, d)\n",
            "from .a import op, sa\nimport b as c\nimport d.e\nop(sa, c, d)\n",
            "from a import op, sa\nimport b as c\nimport d.f\nop(sa, c, d)\n",
            "from a import op, sa\nimport d.e\nop(sa, c, d)\n",
            "from a import op, sa\nimport b as c\nop(sa, c, d)\nimport d.e\n",
        ] {
            assert_ne!(plain, meaning(other), "{other}");
        }
        // The last one of a name counts, and so does whatever comes after all names of a module.
        assert_ne!(
            meaning("import a as x\nimport b as x\nx()\n"),
            meaning("import b as x\nimport a as x\nx()\n")
        );
        assert_ne!(
            meaning("from a import *\nimport x\nx()\n"),
            meaning("import x\nfrom a import *\nx()\n")
        );
    }
}
