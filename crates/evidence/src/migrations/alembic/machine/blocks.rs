//! Statements of Python.

use std::{collections::BTreeMap, rc::Rc};

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtClassDef};

use super::{
    Machine,
    expressions::operate,
    one_of,
    value::{Body, Class, Function, ScopeId, Value},
};
use crate::{
    migrations::{alembic::modules::absolute, schema::Action},
    python::{add_imports, calls::last_name, constants::HOLE},
};

/// The most items of a constant that a loop is followed over.
const MOST_ITEMS: usize = 256;

impl<'a> Machine<'a> {
    /// Runs statements; `true` where they end in `return`, `raise`, `break` or `continue`.
    pub(super) fn run(&mut self, body: &'a [Stmt], scope: ScopeId) -> bool {
        for statement in body {
            if !self.enter() {
                return true;
            }
            let ended = self.statement(statement, scope);
            self.leave();
            if ended {
                return true;
            }
        }
        false
    }

    fn statement(&mut self, statement: &'a Stmt, scope: ScopeId) -> bool {
        match statement {
            Stmt::Expr(expression) => _ = self.discarded(&expression.value, scope),
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value, scope);
                for target in &assign.targets {
                    self.assign(target, &value, scope);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.value(value, scope);
                    self.assign(&assign.target, &value, scope);
                }
            }
            Stmt::AugAssign(assign) => {
                let before = self.value(&assign.target, scope);
                let more = self.value(&assign.value, scope);
                let value = operate(assign.op, &before, &more);
                self.assign(&assign.target, &value, scope);
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(statement, scope),
            Stmt::FunctionDef(definition) => {
                let function = Function {
                    parameters: Some(&definition.parameters),
                    body: Body::Statements(definition),
                    scope,
                };
                self.bind(definition.name.as_str(), Value::Function(Rc::new(function)), scope);
            }
            Stmt::ClassDef(definition) => {
                let class = self.class(definition, scope);
                self.bind(definition.name.as_str(), Value::Class(Rc::new(class)), scope);
            }
            Stmt::Return(statement) => {
                let value = statement.value.as_ref();
                let value = value.map_or(Value::None, |value| self.value(value, scope));
                self.give(value, scope);
                return true;
            }
            Stmt::If(statement) => return self.branches(statement, scope),
            Stmt::For(statement) => {
                let items = self.value(&statement.iter, scope);
                self.loop_over(&items, &mut |machine, item| {
                    machine.assign(&statement.target, &item, scope);
                    machine.run(&statement.body, scope);
                });
                self.run(&statement.orelse, scope);
            }
            Stmt::While(statement) => {
                self.value(&statement.test, scope);
                self.run(&statement.body, scope);
                self.run(&statement.orelse, scope);
            }
            Stmt::With(statement) => {
                for item in &statement.items {
                    let value = self.value(&item.context_expr, scope);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, &value, scope);
                    }
                }
                return self.run(&statement.body, scope);
            }
            Stmt::Try(statement) => {
                let ended = self.run(&statement.body, scope);
                for handler in &statement.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    self.run(&handler.body, scope);
                }
                if !ended {
                    self.run(&statement.orelse, scope);
                }
                self.run(&statement.finalbody, scope);
            }
            Stmt::Match(statement) => {
                self.value(&statement.subject, scope);
                for case in &statement.cases {
                    self.run(&case.body, scope);
                }
            }
            Stmt::Assert(statement) => _ = self.value(&statement.test, scope),
            Stmt::Raise(_) | Stmt::Break(_) | Stmt::Continue(_) => return true,
            Stmt::Delete(_)
            | Stmt::TypeAlias(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
        false
    }

    /// Takes all branches of a condition; a name is afterwards what any of them left it to be.
    fn branches(&mut self, statement: &'a ruff_python_ast::StmtIf, scope: ScopeId) -> bool {
        self.value(&statement.test, scope);
        let before = self.names(scope);
        self.charge(before.len() * (statement.elif_else_clauses.len() + 2), 1);
        let mut all_end = self.run(&statement.body, scope);
        let mut left = if all_end { Vec::new() } else { vec![self.names(scope)] };
        let mut has_else = false;
        for clause in &statement.elif_else_clauses {
            self.set_names(before.clone(), scope);
            match &clause.test {
                Some(test) => _ = self.value(test, scope),
                None => has_else = true,
            }
            if self.run(&clause.body, scope) {
                continue;
            }
            all_end = false;
            left.push(self.names(scope));
        }
        if !has_else {
            all_end = false;
            left.push(before.clone());
        }
        let Some(mut joined) = left.pop() else {
            self.set_names(before, scope);
            return all_end;
        };
        for names in left {
            for (name, value) in names {
                let joined_value = match joined.remove(&name) {
                    None => value,
                    Some(other) if same(&value, &other) => other,
                    Some(other) => one_of(vec![value, other]),
                };
                joined.insert(name, joined_value);
            }
        }
        self.set_names(joined, scope);
        all_end
    }

    fn names(&self, scope: ScopeId) -> BTreeMap<String, Value<'a>> {
        self.scopes.get(scope).map(|scope| scope.names.clone()).unwrap_or_default()
    }

    fn set_names(&mut self, names: BTreeMap<String, Value<'a>>, scope: ScopeId) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.names = names;
        }
    }

    /// What a function gives by `return` or `yield`.
    pub(super) fn give(&mut self, value: Value<'a>, scope: ScopeId) {
        if let Some(scope) = self.scopes.get_mut(scope)
            && scope.returned.len() < 8
        {
            scope.returned.push(value);
        }
    }

    /// Does something for each item of a list that is known, and once for any other value.
    pub(super) fn loop_over(
        &mut self,
        items: &Value<'a>,
        each: &mut dyn FnMut(&mut Self, Value<'a>),
    ) {
        match items {
            Value::List(items) => {
                for item in items.iter().take(MOST_ITEMS) {
                    self.over_item(item.clone(), each);
                }
                if items.len() > MOST_ITEMS {
                    self.is_exhausted = true;
                }
            }
            Value::Dict(pairs) => {
                for (key, _) in pairs.iter().take(MOST_ITEMS) {
                    self.over_item(key.clone(), each);
                }
            }
            Value::Class(class) if class.is_enumeration => {
                for (name, value) in class.members.iter().take(MOST_ITEMS) {
                    let member = Value::Member(name.as_str().into(), Rc::new(value.clone()));
                    each(self, member);
                }
            }
            Value::Choice(values) => {
                for value in values.iter() {
                    self.loop_over(value, each);
                }
            }
            Value::Query(table) => self.over_item(Value::Entity(Rc::clone(table)), each),
            Value::Rows => self.over_item(Value::Rows, each),
            _ => each(self, Value::Unknown),
        }
    }

    fn over_item(&mut self, item: Value<'a>, each: &mut dyn FnMut(&mut Self, Value<'a>)) {
        let is_row = item.is_from_rows();
        self.row_loops += u32::from(is_row);
        each(self, item);
        self.row_loops -= u32::from(is_row);
    }

    /// Gives a value to a target: a name, several of them, an attribute, a place in a container.
    pub(super) fn assign(&mut self, target: &'a Expr, value: &Value<'a>, scope: ScopeId) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value.clone(), scope),
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, value, scope),
            Expr::List(list) => self.unpack(&list.elts, value, scope),
            Expr::Starred(starred) => self.assign(&starred.value, value, scope),
            Expr::Attribute(attribute) => {
                let owner = self.value(&attribute.value, scope);
                let columns = vec![super::columns::folded(&attribute.attr)];
                match &owner {
                    Value::Entity(table) | Value::Query(table) => {
                        let table = super::columns::folded(table);
                        self.act(Action::Update { table, columns });
                    }
                    // Only rows of mapped classes can be written to.
                    Value::Rows => self.act(Action::Update { table: HOLE.to_owned(), columns }),
                    _ => {}
                }
            }
            Expr::Subscript(subscript) => {
                let owner = self.value(&subscript.value, scope);
                let key = self.value(&subscript.slice, scope);
                self.put(&subscript.value, owner, key, value.clone(), scope);
            }
            _ => {}
        }
    }

    /// Writes in a list or dictionary that a name stands for.
    fn put(
        &mut self,
        container: &'a Expr,
        owner: Value<'a>,
        key: Value<'a>,
        value: Value<'a>,
        scope: ScopeId,
    ) {
        let Expr::Name(name) = container else { return };
        if let Value::Dict(pairs) = owner
            && pairs.len() < MOST_ITEMS
        {
            let mut pairs = (*pairs).clone();
            pairs.push((key, value));
            self.bind(name.id.as_str(), Value::Dict(Rc::new(pairs)), scope);
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: &Value<'a>, scope: ScopeId) {
        let items = match value {
            Value::List(items) if items.len() == targets.len() => Some(Rc::clone(items)),
            _ => None,
        };
        for (place, target) in targets.iter().enumerate() {
            let known = items.as_ref().and_then(|items| items.get(place));
            let item = match (known, value) {
                (Some(item), _) => item.clone(),
                (None, Value::Query(table) | Value::Entity(table)) => {
                    Value::Entity(Rc::clone(table))
                }
                (None, value) if value.is_from_rows() => Value::Rows,
                (None, _) => Value::Unknown,
            };
            self.assign(target, &item, scope);
        }
    }

    fn import(&mut self, statement: &'a Stmt, scope: ScopeId) {
        let mut imports = BTreeMap::new();
        add_imports(statement, &mut imports);
        for (name, full) in imports {
            let full = absolute(&full, self.package_of(scope));
            if let Some(module) = full.strip_suffix(".*") {
                self.import_all(module, scope);
                continue;
            }
            let value = self.imported(&full).unwrap_or_else(|| Value::Named(full.into()));
            self.bind(&name, value, scope);
        }
    }

    fn class(&mut self, definition: &'a StmtClassDef, scope: ScopeId) -> Class<'a> {
        let arguments = definition.arguments.as_deref();
        let bases = arguments.into_iter().flat_map(|arguments| &arguments.args);
        let bases: Vec<&'a Expr> = bases.collect();
        let mut class = Class { name: definition.name.to_string(), ..Class::default() };
        for base in &bases {
            let name = last_name(base).unwrap_or_default();
            class.is_enumeration |= name.ends_with("Enum") || name.ends_with("Flag");
            if let Value::Class(base) = self.value(base, scope) {
                class.is_enumeration |= base.is_enumeration;
                self.charge(base.attributes.len(), 4);
                class.attributes.extend(base.attributes.clone());
                class.table = class.table.or_else(|| base.table.clone());
                class.columns.extend(base.columns.iter().cloned());
            }
        }
        let inner = self.open_scope(Some(scope));
        for statement in &definition.body {
            self.run(std::slice::from_ref(statement), inner);
            if let Stmt::Assign(assign) = statement
                && class.is_enumeration
                && let [Expr::Name(name)] = assign.targets.as_slice()
                && let Some(value) = self.look_up(name.id.as_str(), inner)
            {
                class.members.push((name.id.to_string(), value.clone()));
            }
        }
        let names = self.names(inner);
        class.attributes.extend(names);
        class.table = match class.attributes.get("__tablename__") {
            Some(name) => name.as_text().map(Rc::from),
            None => match class.attributes.get("__table__").or(class.attributes.get("table")) {
                Some(Value::Table(table)) => Some(Rc::clone(&table.name)),
                _ => class.table,
            },
        };
        if let Some(table) = class.table.clone() {
            for (name, value) in &mut class.attributes {
                match value {
                    Value::Column(column) => {
                        let mut column = (**column).clone();
                        if column.definition.name.is_empty() {
                            column.definition.name = super::columns::folded(name);
                        }
                        let named: Rc<str> = column.definition.name.as_str().into();
                        class.columns.push(Rc::new(column));
                        *value = Value::ColumnOf(Rc::clone(&table), named);
                    }
                    Value::Unknown if !name.starts_with('_') => {
                        *value = Value::ColumnOf(Rc::clone(&table), name.as_str().into());
                    }
                    _ => {}
                }
            }
        }
        class
    }
}

/// Whether two values are certainly the same.
fn same(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Unknown, Value::Unknown)
        | (Value::Rows, Value::Rows)
        | (Value::None, Value::None)
        | (Value::Connection, Value::Connection) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one), Value::Text(other))
        | (Value::Named(one), Value::Named(other))
        | (Value::Number(one), Value::Number(other))
        | (Value::Query(one), Value::Query(other))
        | (Value::Entity(one), Value::Entity(other)) => one == other,
        (Value::Function(one), Value::Function(other)) => Rc::ptr_eq(one, other),
        (Value::Class(one), Value::Class(other)) => Rc::ptr_eq(one, other),
        (Value::List(one), Value::List(other)) => Rc::ptr_eq(one, other),
        (Value::Dict(one), Value::Dict(other)) => Rc::ptr_eq(one, other),
        (Value::Table(one), Value::Table(other)) => Rc::ptr_eq(one, other),
        (Value::Type(one), Value::Type(other)) => Rc::ptr_eq(one, other),
        (Value::Statement(one), Value::Statement(other)) => Rc::ptr_eq(one, other),
        _ => false,
    }
}
