//! What a revision says of itself.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{Expr, Stmt, visitor::Visitor as _};

use crate::{
    migrations::Lines,
    python::{
        Source, add_imports,
        constants::Constants,
        meaning::{self, Uses},
    },
};

/// A revision's identity and meaning.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub(super) id: String,
    pub(super) parents: Vec<String>,
    pub(super) depends_on: Vec<String>,
    pub(super) branch_labels: Vec<String>,
    /// Of everything that `upgrade` reaches.
    pub(super) meaning: [u8; 32],
    /// Of everything that only `downgrade` reaches.
    pub(super) backward: [u8; 32],
    pub(super) lines: Lines,
    pub(super) leaves_transaction: bool,
}

/// Names that say where the revision stands, and nothing of what it does.
const IDENTIFIERS: &[&str] = &["revision", "down_revision", "depends_on", "branch_labels"];

impl Revision {
    /// `None` where the module is no revision.
    pub(super) fn read(source: &Source) -> Option<Self> {
        let constants = Constants::of(source.body());
        let id = constants.get("revision")?.as_text()?.to_owned();
        let names = |name: &str| {
            let value = constants.get(name);
            value.map(crate::python::constants::Constant::texts).unwrap_or_default()
        };
        // A base says `None`; what says nothing of its parents is some other module.
        constants.get("down_revision")?;
        let line_of = |name: &str| {
            let makes = |statement: &&Stmt| names_made(statement).iter().any(|made| made == name);
            source.body().iter().find(makes).map(|statement| source.line(statement))
        };
        let parts = Parts::of(source.body());
        let forward = parts.reached_from("upgrade", true);
        let backward = parts.reached_from("downgrade", false);
        let statements = |wanted: &dyn Fn(&usize) -> bool| {
            let body = parts.statements.iter().enumerate();
            meaning::hash(body.filter(|(place, _)| wanted(place)).map(|(_, part)| &part.statement))
        };
        Some(Self {
            id,
            parents: names("down_revision"),
            depends_on: names("depends_on"),
            branch_labels: names("branch_labels"),
            meaning: statements(&|place| forward.contains(place)),
            backward: statements(&|place| backward.contains(place) && !forward.contains(place)),
            leaves_transaction: source.leaves_transaction(),
            lines: Lines {
                order: line_of("down_revision"),
                deed: line_of("upgrade").or_else(|| line_of("revision")),
            },
        })
    }
}

/// The statements of a module with the names that they make and use.
struct Parts {
    statements: Vec<Part>,
    makers: BTreeMap<String, Vec<usize>>,
}

struct Part {
    statement: Stmt,
    uses: BTreeSet<String>,
    /// Whether it makes names and does nothing else.
    is_definition: bool,
}

impl Parts {
    fn of(body: &[Stmt]) -> Self {
        let mut parts = Self { statements: Vec::new(), makers: BTreeMap::new() };
        for statement in body {
            let made = names_made(statement);
            let is_identifier = made.iter().any(|name| IDENTIFIERS.contains(&name.as_str()));
            if is_identifier || is_for_type_checkers(statement) {
                continue;
            }
            for statement in meaning::plain(statement).into_iter().flat_map(meaning::single) {
                parts.add(statement);
            }
        }
        parts
    }

    fn add(&mut self, statement: Stmt) {
        let mut uses = Uses::default();
        uses.visit_stmt(&statement);
        let mut made = names_made(&statement);
        // What makes all names of a module known makes none that could be told.
        made.retain(|name| name != "*");
        for name in &made {
            self.makers.entry(name.clone()).or_default().push(self.statements.len());
        }
        let is_definition = !made.is_empty();
        self.statements.push(Part { statement, uses: uses.names, is_definition });
    }

    /// The places of all statements that a function needs, with those that run whatever is called.
    fn reached_from(&self, function: &str, with_loose: bool) -> BTreeSet<usize> {
        let mut open: Vec<usize> = self.makers.get(function).cloned().unwrap_or_default();
        if with_loose {
            let loose = self.statements.iter().enumerate();
            open.extend(loose.filter(|(_, part)| !part.is_definition).map(|(place, _)| place));
        }
        let mut reached = BTreeSet::new();
        while let Some(place) = open.pop() {
            if !reached.insert(place) {
                continue;
            }
            let Some(part) = self.statements.get(place) else { continue };
            for name in &part.uses {
                open.extend(self.makers.get(name).into_iter().flatten());
            }
        }
        reached
    }
}

/// The names that a statement binds at the module's level.
fn names_made(statement: &Stmt) -> Vec<String> {
    let mut names = Vec::new();
    match statement {
        Stmt::FunctionDef(function) => names.push(function.name.to_string()),
        Stmt::ClassDef(class) => names.push(class.name.to_string()),
        Stmt::Assign(assign) => {
            let mut open: Vec<&Expr> = assign.targets.iter().collect();
            while let Some(target) = open.pop() {
                match target {
                    Expr::Name(name) => names.push(name.id.to_string()),
                    Expr::Tuple(tuple) => open.extend(&tuple.elts),
                    Expr::List(list) => open.extend(&list.elts),
                    Expr::Attribute(attribute) => open.push(&attribute.value),
                    Expr::Subscript(subscript) => open.push(&subscript.value),
                    _ => {}
                }
            }
        }
        Stmt::AnnAssign(assign) => {
            if let Expr::Name(name) = &*assign.target {
                names.push(name.id.to_string());
            }
        }
        Stmt::Import(_) | Stmt::ImportFrom(_) => {
            let mut imports = BTreeMap::new();
            add_imports(statement, &mut imports);
            names.extend(imports.into_keys());
        }
        _ => {}
    }
    names
}

/// `if TYPE_CHECKING: ...`
fn is_for_type_checkers(statement: &Stmt) -> bool {
    let Stmt::If(statement) = statement else { return false };
    crate::python::calls::last_name(&statement.test) == Some("TYPE_CHECKING")
}
