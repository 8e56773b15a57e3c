//! Follows statements and expressions.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Stmt, StmtFunctionDef};

use super::{
    Deed, Joining, Work,
    expressions::imported,
    value::{Function, Scope, Target, Value},
};
use crate::{
    migrations::django::{library::Library, syntax::Module},
    python::{add_imports, constants},
};

/// What is followed at most; beyond it the work counts as not known.
const MOST_STEPS: u32 = 200_000;

/// A function that is made where more names are known forgets them.
const MOST_CAPTURED: usize = 32;

/// How deep expressions, statements and calls may lead.
const DEEPEST: u32 = 200;

/// Follows the functions of one module.
pub(super) struct Interpreter<'a> {
    /// The module of the function that is followed.
    pub(super) module: &'a Module<'a>,
    pub(super) library: Option<&'a Library<'a>>,
    pub(super) work: Work,
    pub(super) scopes: Vec<Scope<'a>>,
    /// Fields that were assigned to rows, by model.
    pub(super) assigned: BTreeMap<Target, BTreeSet<String>>,
    /// Models of which rows were saved without saying which fields.
    pub(super) saved: BTreeSet<Target>,
    /// The call that stands alone as a statement.
    pub(super) bare: Option<&'a ExprCall>,
    pub(super) calling: Vec<*const StmtFunctionDef>,
    pub(super) returned: Option<Value<'a>>,
    pub(super) steps: u32,
    pub(super) depth: u32,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(module: &'a Module<'a>, library: Option<&'a Library<'a>>) -> Self {
        Self {
            module,
            library,
            work: Work::default(),
            scopes: vec![BTreeMap::new()],
            assigned: BTreeMap::new(),
            saved: BTreeSet::new(),
            bare: None,
            calling: Vec::new(),
            returned: None,
            steps: 0,
            depth: 0,
        }
    }

    /// Follows the function that an expression gives.
    pub(super) fn run(mut self, code: &'a Expr) -> Work {
        let function = self.evaluate(code);
        let given = vec![Value::Apps, Value::Editor];
        match function {
            Value::Function(..) | Value::Lambda(_) => _ = self.call(&function, given, &[]),
            Value::Imported(name) => self.add(Deed::Unresolved(name.to_string())),
            _ => self.add(Deed::Unresolved("RunPython".to_owned())),
        }
        self.finish()
    }

    /// Follows a method of an operation.
    pub(super) fn run_method(mut self, method: &'a StmtFunctionDef) -> Work {
        let mut given = Vec::new();
        for parameter in method.parameters.iter_non_variadic_params() {
            given.push(match parameter.name().as_str() {
                "schema_editor" => Value::Editor,
                "apps" => Value::Apps,
                _ => Value::Unknown,
            });
        }
        self.call(&self.of_module(method), given, &[]);
        self.finish()
    }

    fn finish(mut self) -> Work {
        for target in std::mem::take(&mut self.saved) {
            let fields = self.assigned.get(&target).cloned().unwrap_or_default();
            let fields = (!fields.is_empty()).then_some(fields);
            self.add(Deed::Update(target.as_deref().cloned(), fields));
        }
        self.work
    }

    pub(super) fn add(&mut self, deed: Deed) {
        self.work.deeds.insert(deed);
    }

    /// Notes that rows of a model are looked at.
    pub(super) fn read(&mut self, target: &Target) {
        if let Some(model) = target {
            self.work.reads.insert((**model).clone());
        }
    }

    /// Calls a function of the file with what it is given.
    pub(super) fn call(
        &mut self,
        function: &Value<'a>,
        given: Vec<Value<'a>>,
        named: &[(String, Value<'a>)],
    ) -> Value<'a> {
        match function {
            Value::Function(Function { definition: function, module, made_in }) => {
                if self.calling.iter().any(|known| std::ptr::eq(*known, *function)) {
                    return Value::Unknown;
                }
                let mut scope = made_in.as_deref().cloned().unwrap_or_default();
                let parameters = function.parameters.iter_non_variadic_params();
                let values = given.into_iter().map(Some).chain(std::iter::repeat(None));
                for (parameter, value) in parameters.zip(values) {
                    let name = parameter.name().to_string();
                    let by_name = named.iter().find(|(known, _)| *known == name);
                    let value = by_name.map(|(_, value)| value.clone()).or(value);
                    let value = value.or_else(|| scope.get(&name).cloned());
                    let value =
                        value.unwrap_or_else(|| match (name.as_str(), parameter.default()) {
                            ("apps", _) => Value::Apps,
                            ("schema_editor", _) => Value::Editor,
                            (_, Some(default)) => self.evaluate(default),
                            _ => Value::Unknown,
                        });
                    scope.insert(name, value);
                }
                self.calling.push(std::ptr::from_ref(*function));
                self.scopes.push(scope);
                let before = self.returned.take();
                let module = std::mem::replace(&mut self.module, module);
                self.body(&function.body);
                self.module = module;
                let result = std::mem::replace(&mut self.returned, before);
                self.scopes.pop();
                self.calling.pop();
                result.unwrap_or(Value::Local)
            }
            Value::Lambda(lambda) => {
                let mut scope = BTreeMap::new();
                if let Some(parameters) = &lambda.parameters {
                    for (parameter, value) in parameters.iter_non_variadic_params().zip(given) {
                        scope.insert(parameter.name().to_string(), value);
                    }
                }
                self.scopes.push(scope);
                let result = self.evaluate(&lambda.body);
                self.scopes.pop();
                result
            }
            _ => Value::Unknown,
        }
    }

    /// Whether there is room for one more step.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        self.depth += 1;
        let is_too_much = self.steps > MOST_STEPS || self.depth > DEEPEST;
        if is_too_much {
            self.depth -= 1;
            self.add(Deed::Unresolved("more than can be followed".to_owned()));
        }
        !is_too_much
    }

    fn body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            if self.enter() {
                self.statement(statement);
                self.depth -= 1;
            }
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value {
                    self.bare = Some(call);
                }
                self.evaluate(&expression.value);
            }
            Stmt::Assign(assign) => {
                let value = self.evaluate(&assign.value);
                for target in &assign.targets {
                    self.assign(target, value.clone());
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.evaluate(value);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                let added = self.evaluate(&assign.value);
                match (&*assign.target, added) {
                    (Expr::Name(name), added @ (Value::Row(_) | Value::Rows(_))) => {
                        self.bind(name.id.as_str(), added);
                    }
                    (Expr::Name(_), _) => {}
                    (target, _) => self.assign(target, Value::Local),
                }
            }
            Stmt::For(each) => {
                let items = self.evaluate(&each.iter);
                let item = self.element(items);
                self.assign(&each.target, item);
                self.body(&each.body);
                self.body(&each.orelse);
            }
            Stmt::While(each) => {
                self.evaluate(&each.test);
                self.body(&each.body);
                self.body(&each.orelse);
            }
            Stmt::If(choice) => {
                self.evaluate(&choice.test);
                self.body(&choice.body);
                for clause in &choice.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.evaluate(test);
                    }
                    self.body(&clause.body);
                }
            }
            Stmt::With(with) => {
                for item in &with.items {
                    let value = self.evaluate(&item.context_expr);
                    if let Some(name) = &item.optional_vars {
                        self.assign(name, value);
                    }
                }
                self.body(&with.body);
            }
            Stmt::Try(attempt) => {
                self.body(&attempt.body);
                for handler in &attempt.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    self.body(&handler.body);
                }
                self.body(&attempt.orelse);
                self.body(&attempt.finalbody);
            }
            Stmt::Match(choice) => {
                self.evaluate(&choice.subject);
                choice.cases.iter().for_each(|case| self.body(&case.body));
            }
            Stmt::Return(result) => {
                let value =
                    result.value.as_ref().map_or(Value::Local, |value| self.evaluate(value));
                if value.is_known() || self.returned.is_none() {
                    self.returned = Some(value);
                }
            }
            Stmt::FunctionDef(function) => {
                let scope = self.scopes.last().filter(|scope| scope.len() <= MOST_CAPTURED);
                let scope = scope.cloned().map(Rc::new);
                let function =
                    Function { definition: function, module: self.module, made_in: scope };
                self.bind(function.definition.name.as_str(), Value::Function(function));
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                let mut imports = BTreeMap::new();
                add_imports(statement, &mut imports);
                for (name, full) in imports {
                    self.bind(&name, imported(&full));
                }
            }
            _ => {}
        }
    }

    /// Gives a target its value.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Value<'a>) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value),
            Expr::Tuple(tuple) => {
                tuple.elts.iter().for_each(|target| self.assign(target, value.clone()));
            }
            Expr::List(list) => {
                list.elts.iter().for_each(|target| self.assign(target, value.clone()));
            }
            Expr::Starred(starred) => self.assign(&starred.value, value),
            Expr::Attribute(attribute) => {
                let field = attribute.attr.as_str();
                match (self.evaluate(&attribute.value), value) {
                    (Value::Row(row), _) => self.touch(&row.target, field),
                    // A manager is told its model.
                    (_, Value::Model(model)) if field == "model" => {
                        if let Expr::Name(name) = &*attribute.value {
                            self.bind(name.id.as_str(), Value::Query(model));
                        }
                    }
                    (Value::Attribute(..) | Value::Unknown, _) => self.touch(&None, field),
                    _ => {}
                }
            }
            Expr::Subscript(place) => match (self.evaluate(&place.value), value) {
                (Value::Attribute(owner, field), _) => self.touch(&owner, &field),
                (_, Value::Row(row)) => {
                    if let Expr::Name(name) = &*place.value {
                        self.bind(name.id.as_str(), Value::Rows(row));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Notes that a row's field was written.
    pub(super) fn touch(&mut self, target: &Target, field: &str) {
        self.assigned.entry(target.clone()).or_default().insert(field.to_owned());
    }

    pub(super) fn bind(&mut self, name: &str, value: Value<'a>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    pub(super) fn lookup(&self, name: &str) -> Value<'a> {
        if let Some(value) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            return value.clone();
        }
        if let Some(function) = self.module.function(name) {
            return self.of_module(function);
        }
        if let Some(full) = self.module.imported(name) {
            return imported(full);
        }
        match self.module.constants().get(name) {
            Some(constants::Constant::Text(text)) => Value::Text(text.as_str().into()),
            Some(_) => Value::Local,
            None => Value::Unknown,
        }
    }

    /// What a loop over a value gives.
    pub(super) fn element(&mut self, items: Value<'a>) -> Value<'a> {
        if let Value::Query(target) = &items {
            self.read(target);
        }
        items.element()
    }
}

/// The keyword that says which rows of a join change.
pub(super) fn joining(method: &str) -> Option<Joining> {
    match method {
        "add" | "aadd" => Some(Joining::Adds),
        "set" | "aset" => Some(Joining::Sets),
        "remove" | "clear" | "aremove" | "aclear" => Some(Joining::Removes),
        _ => None,
    }
}
