//! What a Python module says about settings, by its syntax alone.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{
    Arguments, Expr, Stmt, StmtAnnAssign, StmtClassDef, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use ruff_text_size::Ranged;

use super::{
    field::{self, FieldFacts},
    types::{Type, type_of},
};
use crate::{
    Unreadable, python,
    python::expressions::{canonical, keyword, last_name, string},
};

/// A module as far as settings go.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) classes: Vec<Class>,
    /// Imported names: the module, without leading points, and the name there.
    pub(super) imports: BTreeMap<String, (String, String)>,
    /// Assignments of the module: their value and what it is as a type.
    pub(super) constants: BTreeMap<String, Constant>,
    /// Values that functions return as a list, by function.
    pub(super) choices: BTreeMap<String, Vec<String>>,
}

/// A name that a module gives to a value or a type.
#[derive(Debug)]
pub(super) struct Constant {
    pub(super) text: String,
    pub(super) meant: Type,
}

#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) line: u32,
    /// The last parts of the bases' names.
    pub(super) bases: Vec<String>,
    pub(super) fields: Vec<Field>,
    /// `model_config`, `class Config` and keywords of the class: values in canonical text.
    pub(super) config: BTreeMap<String, String>,
    /// Plain assignments: the members, where it is an enumeration.
    pub(super) members: Vec<(String, String)>,
    /// Texts in validators that refuse something.
    pub(super) refused: BTreeSet<String>,
    pub(super) doc: String,
    /// Whether it has what only settings classes have.
    pub(super) is_marked: bool,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) annotation: Type,
    pub(super) facts: FieldFacts,
}

/// Reads a module. *Errors*: as [`python::parse`].
pub(super) fn module(text: &str) -> Result<Module, Unreadable> {
    let syntax = python::parse(text)?;
    let mut reader = Reader { text, lines: LineStarts::of(text), module: Module::default() };
    reader.statements(&syntax.body);
    Ok(reader.module)
}

struct Reader<'a> {
    text: &'a str,
    lines: LineStarts,
    module: Module,
}

impl Reader<'_> {
    fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::ClassDef(class) => {
                    let class = self.class(class);
                    self.module.classes.push(class);
                }
                Stmt::ImportFrom(import) => {
                    let module = import.module.as_ref().map_or("", |module| module.as_str());
                    for alias in &import.names {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        let origin = (module.to_owned(), alias.name.to_string());
                        self.module.imports.insert(name.to_string(), origin);
                    }
                }
                Stmt::Assign(assign) => {
                    for name in assign.targets.iter().filter_map(Expr::as_name_expr) {
                        self.constant(&name.id, &assign.value);
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                        self.constant(&name.id, value);
                    }
                }
                Stmt::TypeAlias(alias) => {
                    if let Expr::Name(name) = &*alias.name {
                        self.constant(&name.id, &alias.value);
                    }
                }
                Stmt::FunctionDef(function) => self.function(function),
                Stmt::If(branch) => {
                    self.statements(&branch.body);
                    branch
                        .elif_else_clauses
                        .iter()
                        .for_each(|clause| self.statements(&clause.body));
                }
                Stmt::Try(attempt) => self.statements(&attempt.body),
                _ => {}
            }
        }
    }

    fn constant(&mut self, name: &str, value: &Expr) {
        let constant =
            Constant { text: canonical(value, self.text), meant: type_of(value, self.text, 0) };
        self.module.constants.insert(name.to_owned(), constant);
    }

    /// Remembers the values of a function that returns a list of them.
    fn function(&mut self, function: &StmtFunctionDef) {
        let returned = function.body.iter().find_map(|statement| match statement {
            Stmt::Return(returned) => field::choices(returned.value.as_deref()?, self.text),
            _ => None,
        });
        if let Some(values) = returned {
            self.module.choices.insert(function.name.to_string(), values);
        }
    }

    fn class(&self, syntax: &StmtClassDef) -> Class {
        let mut class = Class {
            name: syntax.name.to_string(),
            line: self.lines.line(syntax.name.start().to_usize()),
            ..Class::default()
        };
        if let Some(arguments) = &syntax.arguments {
            let base = |argument: &Expr| match argument {
                Expr::Subscript(generic) => last_name(&generic.value).map(str::to_owned),
                other => last_name(other).map(str::to_owned),
            };
            class.bases = arguments.args.iter().filter_map(base).collect();
            class.fields.extend(arguments.args.iter().find_map(|base| self.root(base)));
            self.configuration(&mut class, arguments);
        }
        for statement in &syntax.body {
            match statement {
                Stmt::AnnAssign(assign) => class.fields.extend(self.field(assign)),
                Stmt::Assign(assign) => {
                    for name in assign.targets.iter().filter_map(Expr::as_name_expr) {
                        self.class_value(&mut class, &name.id, &assign.value);
                    }
                }
                Stmt::ClassDef(inner) if inner.name.as_str() == "Config" => {
                    class.is_marked = true;
                    for assign in inner.body.iter().filter_map(Stmt::as_assign_stmt) {
                        let value = canonical(&assign.value, self.text);
                        for name in assign.targets.iter().filter_map(Expr::as_name_expr) {
                            configure(&mut class, &name.id, &value);
                        }
                    }
                }
                Stmt::FunctionDef(function) => class.refused.extend(refused_by(function)),
                Stmt::Expr(expression) => {
                    let Some(doc) = string(&expression.value) else { continue };
                    match class.fields.last_mut() {
                        // A text below a field describes it.
                        Some(field) => field.facts.notes.push_str(doc),
                        None => doc.clone_into(&mut class.doc),
                    }
                }
                _ => {}
            }
        }
        class.is_marked |= class.fields.iter().any(|field| field.facts.is_marked);
        class
    }

    /// The only value of a class such as `RootModel[list[int]]`, as a field.
    fn root(&self, base: &Expr) -> Option<Field> {
        let generic = base.as_subscript_expr()?;
        if last_name(&generic.value) != Some("RootModel") {
            return None;
        }
        let line = self.lines.line(base.start().to_usize());
        let annotation = type_of(&generic.slice, self.text, 0);
        let facts = FieldFacts::default();
        Some(Field { name: "root".to_owned(), line, annotation, facts })
    }

    fn class_value(&self, class: &mut Class, name: &str, value: &Expr) {
        if name != "model_config" {
            class.members.push((name.to_owned(), canonical(value, self.text)));
            return;
        }
        class.is_marked = true;
        match value {
            Expr::Call(call) => self.configuration(class, &call.arguments),
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = item.key.as_ref().and_then(string) {
                        configure(class, key, &canonical(&item.value, self.text));
                    }
                }
            }
            _ => {}
        }
    }

    fn configuration(&self, class: &mut Class, arguments: &Arguments) {
        for keyword in &arguments.keywords {
            if let Some(name) = &keyword.arg {
                configure(class, name, &canonical(&keyword.value, self.text));
            }
        }
    }

    fn field(&self, assign: &StmtAnnAssign) -> Option<Field> {
        let Expr::Name(name) = &*assign.target else { return None };
        let is_private = name.id.starts_with('_') && name.id.as_str() != "__root__";
        let is_no_field = is_private || is_class_variable(&assign.annotation);
        if is_no_field || name.id.as_str() == "model_config" {
            return None;
        }
        let (annotation, facts) =
            field::read(&assign.annotation, assign.value.as_deref(), self.text);
        let line = self.lines.line(assign.target.start().to_usize());
        Some(Field { name: name.id.to_string(), line, annotation, facts })
    }
}

/// Remembers what matters of a class's configuration, the start of long values.
fn configure(class: &mut Class, name: &str, value: &str) {
    const KNOWN: &[&str] = &[
        "extra",
        "populate_by_name",
        "validate_by_name",
        "allow_population_by_field_name",
        "alias_generator",
        "env_prefix",
        "env_nested_delimiter",
    ];
    if KNOWN.contains(&name) {
        class.config.insert(name.to_owned(), value.chars().take(200).collect());
    }
}

fn is_class_variable(annotation: &Expr) -> bool {
    let name = match annotation {
        Expr::Subscript(generic) => last_name(&generic.value),
        other => last_name(other),
    };
    matches!(name, Some("ClassVar" | "Final"))
}

/// The texts of a validator that raises something; a removed key among them is surely refused.
fn refused_by(function: &StmtFunctionDef) -> BTreeSet<String> {
    const VALIDATORS: &[&str] =
        &["model_validator", "root_validator", "field_validator", "validator"];
    let is_validator = function.decorator_list.iter().any(|decorator| {
        let name = match &decorator.expression {
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        };
        name.is_some_and(|name| VALIDATORS.contains(&name))
    });
    let mut texts = Texts::default();
    if is_validator {
        texts.visit_body(&function.body);
    }
    if texts.raises { texts.found } else { BTreeSet::new() }
}

#[derive(Default)]
struct Texts {
    found: BTreeSet<String>,
    raises: bool,
}

impl<'a> Visitor<'a> for Texts {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            // What the message says is no key.
            Stmt::Raise(_) => self.raises = true,
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        // Taking a key out lets it pass.
        let takes_out =
            expression.as_call_expr().is_some_and(|call| last_name(&call.func) == Some("pop"));
        if takes_out {
            return;
        }
        self.found.extend(string(expression).map(str::to_owned));
        walk_expr(self, expression);
    }
}

/// The byte offsets at which lines start.
struct LineStarts {
    starts: Vec<usize>,
}

impl LineStarts {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: ends.map(|(offset, _)| offset + 1).collect() }
    }

    /// The 1-based line of an offset. *Cost*: logarithmic.
    fn line(&self, offset: usize) -> u32 {
        let before = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }
}

/// The value of a keyword that is a literal text.
pub(super) fn text_keyword<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a str> {
    keyword(arguments, name).and_then(string)
}
