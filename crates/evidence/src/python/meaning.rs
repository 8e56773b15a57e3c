//! Fingerprints of syntax trees: what a source means, whatever it looks like.

use std::hash::{Hash, Hasher};

use ruff_python_ast::{
    Expr, Stmt, StmtAssign,
    comparable::ComparableStmt,
    helpers::is_docstring_stmt,
    visitor::transformer::{self, Transformer},
};
use sha2::{Digest, Sha256};

/// A fingerprint of statements: layout, comments, docstrings, annotations and imports for typing change nothing.
///
/// *Cost*: a copy of the tree and one walk over it.
pub(crate) fn fingerprint<'a>(statements: impl IntoIterator<Item = &'a Stmt>) -> [u8; 32] {
    let plain: Vec<Stmt> = statements.into_iter().filter_map(plain).collect();
    hash(&plain)
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

/// A fingerprint of statements that are [`plain`] already.
pub(crate) fn hash<'a>(statements: impl IntoIterator<Item = &'a Stmt>) -> [u8; 32] {
    let mut digest = Digester(Sha256::new());
    for statement in statements {
        ComparableStmt::from(statement).hash(&mut digest);
    }
    digest.0.finalize().into()
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
}
