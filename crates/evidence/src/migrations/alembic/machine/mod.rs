//! Follows a migration without running it, and notes each step that it would take.
//!
//! Values are followed where the text tells them: constants, texts put together from them, tables, statements. Both
//! branches of a condition are taken, loops over constants for each of them and other loops once; functions of the file
//! are followed into. Everything is bounded: a migration that goes on for too long ends with a step that says so.

mod blocks;
mod builtins;
mod calls;
mod columns;
mod directives;
mod expressions;
mod orm;
mod statements;
mod text;
mod value;

use std::{collections::BTreeMap, rc::Rc};

use ruff_python_ast::Stmt;

use self::value::{Function, ScopeId, Value};
use crate::migrations::schema::{Action, SqlType};

/// The most expressions and statements that are looked at in one migration.
const MOST_STEPS: u32 = 200_000;
/// How deep calls and expressions may go together.
const DEEPEST: u32 = 250;
/// The longest text that is put together.
const LONGEST_TEXT: usize = 1 << 20;
/// The most steps of a migration that are kept.
const MOST_NOTED: usize = 20_000;

/// One step of a migration.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::migrations) enum Step {
    /// What the step does, in the words of the schema.
    Do(Action),
    /// A statement in SQL.
    Sql {
        text: String,
        /// Whether values that were read from the database go into it.
        with_rows: bool,
    },
    /// An enumeration made, if it is not there.
    MakeType { name: String, values: Option<Vec<String>> },
    /// An enumeration gets exactly these values.
    SyncType { name: String, values: Vec<String> },
    /// What the migration says of a column as it was before.
    Was { table: String, column: String, kind: Option<SqlType>, nullable: Option<bool> },
}

/// Another module of the tree.
#[derive(Clone, Debug)]
pub(in crate::migrations) struct Module<'a> {
    pub(in crate::migrations) body: &'a [Stmt],
    /// What its relative imports begin at.
    pub(in crate::migrations) package: String,
}

/// The steps of a function of a module, in their order.
///
/// `package` is what relative imports begin at; `modules` are those that can be followed into, by name.
/// *Cost*: bounded, whatever the module says.
pub(in crate::migrations) fn steps_of<'a>(
    body: &'a [Stmt],
    package: &str,
    modules: BTreeMap<&'a str, Module<'a>>,
    function: &str,
) -> Vec<Step> {
    let mut machine = Machine { modules, ..Machine::default() };
    let module = machine.open_scope(None);
    machine.packages.insert(module, package.to_owned());
    machine.run(body, module);
    let entry = machine.scopes.get(module).and_then(|scope| scope.names.get(function)).cloned();
    match entry {
        Some(Value::Function(entry)) => {
            // Some tools hand over the operations.
            let operations = ("op".to_owned(), Value::Named("alembic.op".into()));
            let names = vec![operations];
            machine.call_function(&entry, value::Arguments { places: Vec::new(), names });
        }
        _ => machine.unresolved(function),
    }
    if machine.is_exhausted {
        machine.unresolved("more than is followed");
    }
    machine.steps
}

/// Names and what they stand for.
#[derive(Debug, Default)]
struct Scope<'a> {
    names: BTreeMap<String, Value<'a>>,
    around: Option<ScopeId>,
    /// What `return` and `yield` gave so far.
    returned: Vec<Value<'a>>,
}

#[derive(Debug, Default)]
struct Machine<'a> {
    scopes: Vec<Scope<'a>>,
    /// Modules that can be followed into, by name.
    modules: BTreeMap<&'a str, Module<'a>>,
    /// The scopes of those that were.
    followed: BTreeMap<&'a str, ScopeId>,
    /// What relative imports of a module's scope begin at.
    packages: BTreeMap<ScopeId, String>,
    steps: Vec<Step>,
    looked_at: u32,
    depth: u32,
    is_exhausted: bool,
    /// Functions that are being called.
    calls: Vec<Rc<Function<'a>>>,
    /// How many loops over rows of the database are open.
    row_loops: u32,
}

impl<'a> Machine<'a> {
    fn open_scope(&mut self, around: Option<ScopeId>) -> ScopeId {
        self.scopes.push(Scope { around, ..Scope::default() });
        self.scopes.len() - 1
    }

    fn look_up(&self, name: &str, scope: ScopeId) -> Option<&Value<'a>> {
        let mut open = Some(scope);
        while let Some(scope) = open.and_then(|id| self.scopes.get(id)) {
            if let Some(value) = scope.names.get(name) {
                return Some(value);
            }
            open = scope.around;
        }
        None
    }

    /// The module around a scope.
    fn package_of(&self, scope: ScopeId) -> &str {
        let mut open = Some(scope);
        while let Some(id) = open {
            if let Some(package) = self.packages.get(&id) {
                return package;
            }
            open = self.scopes.get(id).and_then(|scope| scope.around);
        }
        ""
    }

    /// What another module of the tree calls by a name, such as `app.helpers.add_rows`.
    fn imported(&mut self, full: &str) -> Option<Value<'a>> {
        let (module, name) = full.rsplit_once('.')?;
        let scope = self.module(module)?;
        self.scopes.get(scope)?.names.get(name).cloned()
    }

    /// Binds everything that another module of the tree makes.
    fn import_all(&mut self, module: &str, scope: ScopeId) {
        let Some(from) = self.module(module) else { return };
        let names = self.scopes.get(from).map(|from| from.names.clone()).unwrap_or_default();
        self.charge(names.len(), 4);
        for (name, value) in names {
            self.bind(&name, value, scope);
        }
    }

    /// The scope of another module of the tree.
    fn module(&mut self, name: &str) -> Option<ScopeId> {
        if let Some(scope) = self.followed.get(name) {
            return Some(*scope);
        }
        let (&name, module) = self.modules.get_key_value(name)?;
        let (body, package) = (module.body, module.package.clone());
        let scope = self.open_scope(None);
        self.followed.insert(name, scope);
        self.packages.insert(scope, package);
        // What importing does is no part of the migration.
        let steps = self.steps.len();
        self.run(body, scope);
        self.steps.truncate(steps);
        Some(scope)
    }

    fn bind(&mut self, name: &str, value: Value<'a>, scope: ScopeId) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.names.insert(name.to_owned(), value);
        }
    }

    /// Goes one level deeper; `false` where the migration is too long or too deep, which is told at its end.
    fn enter(&mut self) -> bool {
        self.looked_at = self.looked_at.saturating_add(1);
        if self.depth >= DEEPEST || self.looked_at >= MOST_STEPS {
            self.is_exhausted = true;
            return false;
        }
        self.depth += 1;
        true
    }

    /// Counts what copying something of this size costs, in the coin of steps.
    fn charge(&mut self, items: usize, items_per_step: usize) {
        let steps = u32::try_from(items / items_per_step).unwrap_or(u32::MAX);
        self.looked_at = self.looked_at.saturating_add(steps);
    }

    /// Counts what keeping a value costs.
    fn charge_value(&mut self, value: &Value<'a>) {
        match value {
            Value::Text(text) => self.charge(text.len(), 256),
            Value::List(items) => self.charge(items.len(), 16),
            Value::Dict(pairs) => self.charge(pairs.len(), 16),
            _ => {}
        }
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn note(&mut self, step: Step) {
        if let Step::Sql { text, .. } = &step {
            self.charge(text.len(), 16);
        }
        if self.steps.len() >= MOST_NOTED {
            self.is_exhausted = true;
        } else if self.steps.last() != Some(&step) {
            self.steps.push(step);
        }
    }

    fn act(&mut self, action: Action) {
        self.note(Step::Do(action));
    }

    /// Notes something that may do anything.
    fn unresolved(&mut self, what: &str) {
        let what: String = what.chars().take(80).collect();
        self.act(Action::unresolved(what));
    }

    /// Calls a function of the file with these arguments, and gives what it returns.
    fn call_function(
        &mut self,
        function: &Rc<Function<'a>>,
        arguments: value::Arguments<'a>,
    ) -> Value<'a> {
        // A function that calls itself does the same again.
        let is_open = self.calls.iter().any(|open| Rc::ptr_eq(open, function));
        if is_open || !self.enter() {
            return Value::Unknown;
        }
        self.calls.push(Rc::clone(function));
        let scope = self.open_scope(Some(function.scope));
        self.bind_parameters(function, arguments, scope);
        let value = match function.body {
            value::Body::Expression(expression) => self.value(expression, scope),
            value::Body::Statements(definition) => {
                self.run(&definition.body, scope);
                let returned =
                    self.scopes.get_mut(scope).map(|scope| std::mem::take(&mut scope.returned));
                one_of(returned.unwrap_or_default())
            }
        };
        self.calls.pop();
        self.leave();
        value
    }

    fn bind_parameters(
        &mut self,
        function: &Function<'a>,
        arguments: value::Arguments<'a>,
        scope: ScopeId,
    ) {
        let Some(parameters) = function.parameters else { return };
        let mut places = arguments.places.into_iter();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = parameter.parameter.name.as_str();
            let given = arguments.names.iter().find(|(known, _)| known == name);
            let value = match places.next().or_else(|| given.map(|(_, value)| value.clone())) {
                Some(value) => value,
                None => match &parameter.default {
                    Some(default) => self.value(default, function.scope),
                    None => Value::Unknown,
                },
            };
            self.bind(name, value, scope);
        }
        if let Some(rest) = &parameters.vararg {
            self.bind(rest.name.as_str(), Value::list(places.collect()), scope);
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.parameter.name.as_str();
            let given = arguments.names.iter().find(|(known, _)| known == name);
            let value = match (given, &parameter.default) {
                (Some((_, value)), _) => value.clone(),
                (None, Some(default)) => self.value(default, function.scope),
                (None, None) => Value::Unknown,
            };
            self.bind(name, value, scope);
        }
        if let Some(rest) = &parameters.kwarg {
            let named = arguments.names.into_iter();
            let pairs = named.map(|(name, value)| (Value::text(name), value)).collect();
            self.bind(rest.name.as_str(), Value::Dict(Rc::new(pairs)), scope);
        }
    }
}

/// One of several values; nothing known where there is none.
fn one_of(mut values: Vec<Value<'_>>) -> Value<'_> {
    match values.len() {
        0 => Value::None,
        1 => values.pop().unwrap_or(Value::None),
        _ => {
            let mut flat = Vec::new();
            for value in values {
                match value {
                    Value::Choice(values) => flat.extend(values.iter().cloned()),
                    value => flat.push(value),
                }
            }
            // What is known says more than what is not.
            if flat.iter().any(|value| !matches!(value, Value::None | Value::Unknown)) {
                flat.retain(|value| !matches!(value, Value::None | Value::Unknown));
            }
            flat.truncate(8);
            match flat.as_slice() {
                [only] => only.clone(),
                _ => Value::Choice(Rc::new(flat)),
            }
        }
    }
}
