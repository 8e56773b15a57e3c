//! A parsed module, with what one asks of it again and again.

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::{calls::dotted, parse};
use crate::Unreadable;

/// A module's syntax tree with the starts of its lines.
#[derive(Debug)]
pub(crate) struct Source {
    body: Vec<Stmt>,
    line_starts: Vec<usize>,
    leaves_transaction: bool,
}

impl Source {
    /// Parses a module. *Errors*: as [`parse`].
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let body = parse(text)?.body.into_iter().collect();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Ok(Self { body, line_starts, leaves_transaction: leaves_transaction(text) })
    }

    /// Whether its words say that what it does to a database may not be one transaction.
    pub(crate) fn leaves_transaction(&self) -> bool {
        self.leaves_transaction
    }

    /// The statements of the module.
    pub(crate) fn body(&self) -> &[Stmt] {
        &self.body
    }

    /// The 1-based line on which a node starts. *Cost*: logarithmic.
    pub(crate) fn line(&self, node: &impl Ranged) -> u32 {
        let offset = node.range().start().to_usize();
        let line = self.line_starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The functions of the module by name; of several with one name the last one counts.
    pub(crate) fn functions(&self) -> BTreeMap<&str, &StmtFunctionDef> {
        let functions = self.body.iter().filter_map(|statement| match statement {
            Stmt::FunctionDef(function) => Some((function.name.as_str(), function)),
            _ => None,
        });
        functions.collect()
    }

    /// Local names of what the module imports, each with its full name: `sa` is `sqlalchemy`, `Text` is
    /// `sqlalchemy.Text`. Relative imports keep their leading dots.
    pub(crate) fn imports(&self) -> BTreeMap<String, String> {
        let mut imports = BTreeMap::new();
        for statement in &self.body {
            add_imports(statement, &mut imports);
        }
        imports
    }
}

/// Notes what one import statement makes known; other statements say nothing.
pub(crate) fn add_imports(statement: &Stmt, imports: &mut BTreeMap<String, String>) {
    match statement {
        Stmt::Import(import) => {
            for alias in &import.names {
                let full = alias.name.as_str();
                // `import a.b` makes `a` known.
                let root = full.split('.').next().unwrap_or(full);
                let local = alias.asname.as_ref().map(ruff_python_ast::Identifier::as_str);
                let (name, full) = local.map_or((root, root), |local| (local, full));
                imports.insert(name.to_owned(), full.to_owned());
            }
        }
        Stmt::ImportFrom(import) => {
            let dots = ".".repeat(usize::try_from(import.level).unwrap_or(0).min(64));
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            for alias in &import.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                let point = if module.is_empty() { "" } else { "." };
                let full = format!("{dots}{module}{point}{}", alias.name);
                imports.insert(name.to_string(), full);
            }
        }
        _ => {}
    }
}

/// The full name of a dotted expression, through the imports: `sa.Text` is `sqlalchemy.Text`.
pub(crate) fn full_name(expression: &Expr, imports: &BTreeMap<String, String>) -> Option<String> {
    let written = dotted(expression)?;
    let (first, rest) = written.split_once('.').unwrap_or((&written, ""));
    Some(match (imports.get(first), rest) {
        (None, _) => written,
        (Some(full), "") => full.clone(),
        (Some(full), rest) => format!("{full}.{rest}"),
    })
}

/// Words of migrations that leave their transaction, in lower case and without blanks. One too many makes a person look
/// where nobody would have had to.
const OUTSIDE: &[&str] = &[
    "autocommit",
    "isolation_level",
    "concurrently",
    "atomic=false",
    "vacuum",
    ".commit(",
    "\"commit\"",
    "'commit'",
    "commit;",
];

fn leaves_transaction(text: &str) -> bool {
    let is_kept = |it: &char| !it.is_ascii_whitespace();
    let squeezed: String = text.chars().filter(is_kept).map(|it| it.to_ascii_lowercase()).collect();
    OUTSIDE.iter().any(|word| squeezed.contains(word))
}
