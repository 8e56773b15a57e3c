//! What the texts and names of one module stand for.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use camino::Utf8Path;
use ruff_python_ast::{
    Expr, Stmt, StmtClassDef, StmtFunctionDef, comparable::ComparableExpr, visitor,
    visitor::Visitor,
};

use crate::python::{
    Source,
    calls::last_name,
    constants::{Constant, Constants, literal},
    full_name,
};

/// A module with what its names stand for.
#[derive(Debug)]
pub(super) struct Module<'a> {
    path: &'a Utf8Path,
    imports: BTreeMap<String, String>,
    constants: Constants,
    /// The constants of the class `Migration`.
    of_migration: Constants,
    functions: BTreeMap<&'a str, &'a StmtFunctionDef>,
    classes: BTreeMap<&'a str, &'a StmtClassDef>,
    values: BTreeMap<&'a str, &'a Expr>,
}

impl<'a> Module<'a> {
    /// Looks through the top level of a module.
    pub(super) fn new(source: &'a Source, path: &'a Utf8Path) -> Self {
        let mut module = Self {
            path,
            imports: source.imports(),
            constants: Constants::of(source.body()),
            of_migration: Constants::default(),
            functions: source.functions(),
            classes: BTreeMap::new(),
            values: BTreeMap::new(),
        };
        for statement in source.body() {
            match statement {
                Stmt::ClassDef(class) => {
                    module.classes.insert(class.name.as_str(), class);
                    module.add_class(class);
                }
                Stmt::Assign(assign) => {
                    if let [Expr::Name(name)] = assign.targets.as_slice() {
                        module.values.insert(name.id.as_str(), &assign.value);
                    }
                }
                _ => {}
            }
        }
        module
    }

    /// A migration may keep its functions, lists and texts to itself.
    fn add_class(&mut self, class: &'a StmtClassDef) {
        let is_migration = class.name.as_str() == "Migration";
        for within in &class.body {
            match within {
                Stmt::FunctionDef(function) => {
                    self.functions.entry(function.name.as_str()).or_insert(function);
                }
                Stmt::Assign(assign) if is_migration => {
                    if let [Expr::Name(name)] = assign.targets.as_slice() {
                        self.values.entry(name.id.as_str()).or_insert(&assign.value);
                    }
                }
                _ => {}
            }
        }
        if is_migration {
            self.of_migration = Constants::of(&class.body);
        }
    }

    /// Where the module lies.
    pub(super) fn path(&self) -> &'a Utf8Path {
        self.path
    }

    /// The constants of the module.
    pub(super) fn constants(&self) -> &Constants {
        &self.constants
    }

    /// A function of the module.
    pub(super) fn function(&self, name: &str) -> Option<&'a StmtFunctionDef> {
        self.functions.get(name).copied()
    }

    /// A class of the module.
    pub(super) fn class(&self, name: &str) -> Option<&'a StmtClassDef> {
        self.classes.get(name).copied()
    }

    /// What a name was assigned at the top level.
    pub(super) fn assigned(&self, name: &str) -> Option<&'a Expr> {
        self.values.get(name).copied()
    }

    /// What a name was imported as.
    pub(super) fn imported(&self, name: &str) -> Option<&str> {
        self.imports.get(name).map(String::as_str)
    }

    /// The full name of a dotted expression, through the imports.
    pub(super) fn full_name(&self, expression: &Expr) -> Option<String> {
        full_name(expression, &self.imports)
    }

    /// The value of an expression, where it is spelled out.
    pub(super) fn value(&self, expression: &Expr) -> Option<Constant> {
        let known = literal(expression).or_else(|| self.constants.value(expression));
        known.or_else(|| self.of_migration.value(expression))
    }

    /// The text of an expression, where it is spelled out.
    pub(super) fn text(&self, expression: &Expr) -> Option<String> {
        match self.value(expression)? {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `True` or `False`.
    pub(super) fn flag(&self, expression: &Expr) -> Option<bool> {
        match self.value(expression)? {
            Constant::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A size.
    pub(super) fn number(&self, expression: &Expr) -> Option<u64> {
        match self.value(expression)? {
            Constant::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    /// The model that a field refers to, lower case: a text, a setting that can be swapped, a class.
    pub(super) fn model(&self, expression: &Expr) -> String {
        let name = self.text(expression).or_else(|| last_name(expression).map(str::to_owned));
        name.unwrap_or_else(|| "?".to_owned()).to_lowercase()
    }
}

/// Tells expressions apart by what they mean; equal ones have equal fingerprints within one run.
pub(super) fn fingerprint(expression: &Expr) -> u64 {
    let mut hasher = DefaultHasher::new();
    ComparableExpr::from(expression).hash(&mut hasher);
    hasher.finish()
}

/// The fields that a condition or an expression of the ORM names: `Q(age__gte=0)`, `Q(("age__gte", 0))`, `F("age")`,
/// `Lower("name")`.
pub(super) fn fields_named(expression: &Expr) -> Vec<String> {
    let mut collector = Collector(Vec::new());
    collector.visit_expr(expression);
    collector.0.sort_unstable();
    collector.0.dedup();
    collector.0
}

struct Collector(Vec<String>);

impl Collector {
    fn note(&mut self, lookup: &str) {
        let field = match lookup.split_once("__") {
            Some((field, _)) if !field.is_empty() => field,
            _ => lookup,
        };
        self.0.push(field.trim_start_matches('-').to_owned());
    }
}

impl<'a> Visitor<'a> for Collector {
    fn visit_expr(&mut self, expression: &'a Expr) {
        let Expr::Call(call) = expression else { return visitor::walk_expr(self, expression) };
        let is_condition = last_name(&call.func) == Some("Q");
        for argument in &call.arguments.args {
            match argument {
                Expr::StringLiteral(text) => self.note(text.value.to_str()),
                Expr::Tuple(pair) if is_condition => {
                    if let [Expr::StringLiteral(lookup), value] = pair.elts.as_slice() {
                        self.note(lookup.value.to_str());
                        self.visit_expr(value);
                    }
                }
                other => self.visit_expr(other),
            }
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(lookup) if is_condition && !lookup.starts_with('_') => self.note(lookup),
                _ => {}
            }
            self.visit_expr(&keyword.value);
        }
    }
}
