//! Calls: of what the file defines, of what libraries offer, of what is not known.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use super::{
    Machine,
    builtins::{is_harmless, is_of_container, reads_only},
    columns, one_of,
    statements::build_statement,
    text,
    value::{Arguments, ScopeId, Value},
};
use crate::{migrations::schema::Action, python::constants::HOLE};

impl<'a> Machine<'a> {
    pub(super) fn call(
        &mut self,
        call: &'a ExprCall,
        scope: ScopeId,
        is_discarded: bool,
    ) -> Value<'a> {
        // The receiver of a method is looked at once, before its arguments.
        if let Expr::Attribute(attribute) = &*call.func {
            let owner = self.value(&attribute.value, scope);
            let arguments = self.arguments(call, scope);
            let name = attribute.attr.as_str();
            if matches!((&owner, &*attribute.value), (Value::Rows, Expr::Attribute(_))) {
                self.change_relation(name);
            }
            if let Expr::Name(container) = &*attribute.value
                && let Some(grown) = grow(&owner, name, &arguments)
            {
                self.rebind(container.id.as_str(), grown, scope);
                return Value::None;
            }
            return self.call_method(&owner, name, arguments, is_discarded);
        }
        let callee = self.value(&call.func, scope);
        let arguments = self.arguments(call, scope);
        self.call_value(&callee, arguments, is_discarded)
    }

    /// A method that changes what an attribute of a row holds: objects that it refers to, or a document in it.
    fn change_relation(&mut self, method: &str) {
        let table = HOLE.to_owned();
        match method {
            "append" | "extend" | "add" | "insert" => {
                self.act(Action::Insert { table, sources: vec![HOLE.to_owned()] });
            }
            "remove" | "discard" | "clear" => self.act(Action::Delete { table }),
            "update" | "pop" | "setdefault" | "popitem" => {
                self.act(Action::Update { table, columns: Vec::new() });
            }
            _ => {}
        }
    }

    /// Gives a name another value where it is bound.
    fn rebind(&mut self, name: &str, value: Value<'a>, scope: ScopeId) {
        let mut open = Some(scope);
        while let Some(id) = open {
            let Some(scope) = self.scopes.get(id) else { return };
            if scope.names.contains_key(name) {
                return self.bind(name, value, id);
            }
            open = scope.around;
        }
    }

    pub(super) fn call_value(
        &mut self,
        callee: &Value<'a>,
        arguments: Arguments<'a>,
        is_discarded: bool,
    ) -> Value<'a> {
        match callee {
            Value::Function(function) => self.call_function(function, arguments),
            Value::Class(class) => match (&class.table, class.is_enumeration) {
                (_, true) => {
                    let wanted = arguments.places.first().and_then(Value::as_text);
                    let mut members = class.members.iter();
                    let found = members.find(|(_, value)| value.as_text() == wanted);
                    found.map_or(Value::Unknown, |(name, value)| {
                        Value::Member(name.as_str().into(), Rc::new(value.clone()))
                    })
                }
                _ => self.new_object(class, arguments),
            },
            Value::Named(full) => self.call_named(full, &arguments, is_discarded),
            Value::Method(method) => {
                let (owner, name) = &**method;
                self.call_method(owner, name, arguments, is_discarded)
            }
            Value::Type(_) => callee.clone(),
            Value::Choice(values) => {
                let mut given = Vec::new();
                for value in values.iter() {
                    let again = Arguments {
                        places: arguments.places.clone(),
                        names: arguments.names.clone(),
                    };
                    given.push(self.call_value(value, again, is_discarded));
                }
                one_of(given)
            }
            Value::Unknown if is_discarded => {
                self.unresolved("a function that is chosen while running");
                Value::Unknown
            }
            _ => self.call_unknown("a call", &arguments, is_discarded),
        }
    }

    /// An instance of a class of the file, after what its constructor does.
    fn new_object(
        &mut self,
        class: &Rc<super::value::Class<'a>>,
        arguments: Arguments<'a>,
    ) -> Value<'a> {
        let object = Value::Object(Rc::clone(class));
        if let Some(Value::Function(constructor)) = class.attributes.get("__init__") {
            self.call_own_method(&object, &Rc::clone(constructor), arguments);
        }
        object
    }

    pub(super) fn call_method(
        &mut self,
        owner: &Value<'a>,
        name: &str,
        arguments: Arguments<'a>,
        is_discarded: bool,
    ) -> Value<'a> {
        match owner {
            Value::Named(full) => {
                let full = format!("{full}.{name}");
                match self.imported(&full) {
                    Some(value) => self.call_value(&value, arguments, is_discarded),
                    None => self.call_named(&full, &arguments, is_discarded),
                }
            }
            Value::Text(_) | Value::Member(..) => {
                if let Some(value) =
                    owner.as_text().and_then(|owner| text::method(owner, name, &arguments))
                {
                    return value;
                }
                if is_executing(name) { self.execute(owner, &arguments) } else { Value::Unknown }
            }
            Value::Connection => self.call_connection(name, &arguments),
            Value::Batch(table) => {
                let table = Rc::clone(table);
                self.batch_directive(&table, name, arguments)
            }
            Value::Type(kind) => match name {
                "create" | "drop" => {
                    self.create_or_drop_type(kind, name);
                    Value::None
                }
                "with_variant" | "evolve" | "copy" | "adapt" => owner.clone(),
                // It was no type after all.
                _ if !reads_only(name) && (is_discarded || arguments.values().any(Value::acts)) => {
                    self.unresolved(&format!("{}.{name}", kind.spelled));
                    Value::Unknown
                }
                _ => owner.clone(),
            },
            Value::Table(_) | Value::Statement(_) | Value::Query(_) | Value::ColumnOf(..) => {
                self.call_statement(owner, name, &arguments)
            }
            Value::Class(class) | Value::Object(class) => {
                if let Some(Value::Function(function)) = class.attributes.get(name) {
                    let function = Rc::clone(function);
                    return self.call_own_method(owner, &function, arguments);
                }
                if class.table.is_some() && name != "metadata" {
                    return self.call_statement(owner, name, &arguments);
                }
                if class.is_enumeration {
                    Value::Unknown
                } else {
                    self.call_unknown(name, &arguments, is_discarded)
                }
            }
            Value::Dict(pairs) => match name {
                "items" => Value::list(
                    pairs
                        .iter()
                        .map(|(key, value)| Value::list(vec![key.clone(), value.clone()]))
                        .collect(),
                ),
                "values" => Value::list(pairs.iter().map(|(_, value)| value.clone()).collect()),
                "keys" | "copy" => owner.clone(),
                "get" | "pop" | "setdefault" => {
                    let wanted = arguments.places.first().and_then(Value::as_text);
                    let found = pairs
                        .iter()
                        .rev()
                        .find(|(key, _)| wanted.is_some() && key.as_text() == wanted);
                    found.map_or(Value::Unknown, |(_, value)| value.clone())
                }
                _ => Value::Unknown,
            },
            Value::List(_) => match name {
                "copy" => owner.clone(),
                _ => Value::Unknown,
            },
            Value::Choice(values) => {
                let mut given = Vec::new();
                for value in values.iter() {
                    let again = Arguments {
                        places: arguments.places.clone(),
                        names: arguments.names.clone(),
                    };
                    given.push(self.call_method(value, name, again, is_discarded));
                }
                one_of(given)
            }
            Value::Rows | Value::Entity(_) => match name {
                "all" | "fetchall" | "scalars" | "mappings" | "tuples" | "unique" | "fetchmany"
                | "partitions" => owner.clone(),
                _ => Value::Rows,
            },
            _ if is_executing(name) => self.execute_first(&arguments),
            // Operations under another name.
            _ if is_directive(name) => self.directive(name, &arguments),
            _ if name == "create_all" => {
                self.act(Action::neutral("makes tables that are missing", ""));
                Value::None
            }
            _ => self.call_unknown(name, &arguments, is_discarded),
        }
    }

    fn call_own_method(
        &mut self,
        owner: &Value<'a>,
        function: &Rc<super::Function<'a>>,
        mut arguments: Arguments<'a>,
    ) -> Value<'a> {
        let first = function.parameters.and_then(|parameters| parameters.args.first());
        let takes_self =
            first.is_some_and(|first| matches!(first.parameter.name.as_str(), "self" | "cls"));
        if takes_self {
            arguments.places.insert(0, owner.clone());
        }
        self.call_function(function, arguments)
    }

    /// A call of something from elsewhere.
    fn call_named(
        &mut self,
        full: &str,
        arguments: &Arguments<'a>,
        is_discarded: bool,
    ) -> Value<'a> {
        if let Some(directive) = full.strip_prefix("alembic.op.") {
            return self.directive(directive, arguments);
        }
        let last = full.rsplit('.').next().unwrap_or(full);
        if is_executing(last) && full.contains('.') {
            return self.execute_first(arguments);
        }
        if last == "create_all" {
            self.act(Action::neutral("makes tables that are missing", ""));
            return Value::None;
        }
        if last == "drop_all" {
            self.unresolved(full);
            return Value::None;
        }
        if let Some(value) = self.call_builtin(full, arguments) {
            return value;
        }
        let from_library = full.starts_with("sqlalchemy") || full.starts_with("alembic");
        // A class of the application can be a type of columns, unless it is made for what that does.
        let is_class = last.chars().next().is_some_and(char::is_uppercase);
        let is_made = is_class && !is_discarded && !arguments.values().any(Value::acts);
        let is_session = matches!(last, "Session" | "sessionmaker" | "scoped_session");
        let may_construct = from_library || !full.contains('.') || is_made || is_session;
        if may_construct
            && !is_harmless(full)
            && let Some(value) = columns::construct(full, last, arguments)
        {
            return value;
        }
        if from_library {
            if let Some(value) = build_statement(last, arguments) {
                return value;
            }
            // Functions, conditions and helpers for reading: none of them does anything by itself.
            return rows_of(arguments);
        }
        if is_harmless(full) {
            return rows_of(arguments);
        }
        self.call_foreign(full, last, arguments, is_discarded)
    }

    /// A call of the application's own code, which is not at hand.
    fn call_foreign(
        &mut self,
        full: &str,
        last: &str,
        arguments: &Arguments<'a>,
        is_discarded: bool,
    ) -> Value<'a> {
        if matches!(last, "Session" | "sessionmaker" | "scoped_session" | "create_engine") {
            return Value::Connection;
        }
        self.call_back(arguments);
        let query = arguments.values().find(|value| matches!(value, Value::Query(_)));
        let is_paging = ["pag", "batch", "chunk", "iter", "yield"];
        if let Some(query) = query.filter(|_| is_paging.iter().any(|word| last.contains(word))) {
            return query.clone();
        }
        if self.helper_directive(last, arguments) {
            return Value::Unknown;
        }
        let is_upper = last.chars().next().is_some_and(char::is_uppercase);
        let acts = arguments.values().any(Value::acts);
        // What is given nothing but documents can only write in those.
        let only_documents = !arguments.places.is_empty()
            && arguments.values().all(|value| {
                matches!(value, Value::Rows | Value::Dict(_) | Value::List(_) | Value::Text(_))
            })
            && arguments.values().any(|value| matches!(value, Value::Rows | Value::Dict(_)));
        let acts_unseen = is_discarded && !is_upper && !only_documents;
        let is_plain = reads_only(last) || is_of_container(full, last);
        if acts && !reads_only(last) || acts_unseen && !is_plain {
            self.foreign_deed(full, last, arguments);
        }
        if acts || arguments.values().any(Value::is_from_rows) {
            Value::Rows
        } else if full.len() < 256 {
            // Its methods are of elsewhere too.
            Value::Named(format!("{full}()").into())
        } else {
            Value::Unknown
        }
    }

    /// What a helper does, as far as its name tells.
    fn foreign_deed(&mut self, full: &str, last: &str, arguments: &Arguments<'a>) {
        let table = arguments.values().find_map(|value| match value {
            Value::Table(_) | Value::Class(_) => value.table(),
            _ => None,
        });
        let words: Vec<&str> = last.split('_').collect();
        let sources = self.row_sources(arguments.values().any(Value::is_from_rows));
        let table = table.map(|table| columns::folded(&table));
        match table {
            // Rows are added somewhere, which is certain even where the table is not.
            None if words.first() == Some(&"insert") => {
                self.act(Action::Insert { table: HOLE.to_owned(), sources });
            }
            Some(table) if words.contains(&"insert") => self.act(Action::Insert { table, sources }),
            Some(table) if words.contains(&"update") => {
                self.act(Action::Update { table, columns: Vec::new() });
            }
            Some(table) if words.contains(&"delete") => self.act(Action::Delete { table }),
            _ => self.unresolved(full),
        }
    }

    /// Functions that are handed over may be called by whoever gets them.
    fn call_back(&mut self, arguments: &Arguments<'a>) {
        for value in arguments.values() {
            if let Value::Function(function) = value {
                self.call_function(&Rc::clone(function), Arguments::default());
            }
        }
    }

    /// A call of something of which nothing is known.
    fn call_unknown(
        &mut self,
        what: &str,
        arguments: &Arguments<'a>,
        is_discarded: bool,
    ) -> Value<'a> {
        self.call_back(arguments);
        let acts = arguments.values().any(Value::acts);
        let is_statement = arguments.values().any(|value| matches!(value, Value::Statement(_)));
        if acts || is_statement && is_discarded {
            self.unresolved(what);
        }
        rows_of(arguments)
    }
}

/// A list or dictionary after a method that makes it longer.
fn grow<'a>(owner: &Value<'a>, method: &str, arguments: &Arguments<'a>) -> Option<Value<'a>> {
    let first = arguments.places.first()?;
    match (owner, method) {
        (Value::List(items), "append" | "add") if items.len() < 1024 => {
            let mut items = (**items).clone();
            items.push(first.clone());
            Some(Value::list(items))
        }
        (Value::List(items), "extend" | "update") if items.len() < 1024 => {
            let mut items = (**items).clone();
            match first {
                Value::List(more) => items.extend(more.iter().take(1024).cloned()),
                other => items.push(item_like(other)),
            }
            Some(Value::list(items))
        }
        (Value::Dict(pairs), "update") if pairs.len() < 1024 => {
            let Value::Dict(more) = first else { return None };
            let mut pairs = (**pairs).clone();
            pairs.extend(more.iter().take(1024).cloned());
            Some(Value::Dict(Rc::new(pairs)))
        }
        _ => None,
    }
}

/// One item of what is not known item by item.
pub(super) fn item_like<'a>(items: &Value<'a>) -> Value<'a> {
    match items {
        Value::Query(table) => Value::Entity(Rc::clone(table)),
        other if other.is_from_rows() => Value::Rows,
        _ => Value::Unknown,
    }
}

/// What a harmless call makes of its arguments.
pub(super) fn rows_of<'a>(arguments: &Arguments<'a>) -> Value<'a> {
    if arguments.values().any(Value::is_from_rows) { Value::Rows } else { Value::Unknown }
}

/// Names of methods that only Alembic's operations have.
fn is_directive(name: &str) -> bool {
    matches!(
        name,
        "create_table"
            | "drop_table"
            | "rename_table"
            | "add_column"
            | "drop_column"
            | "alter_column"
            | "create_foreign_key"
            | "create_unique_constraint"
            | "create_check_constraint"
            | "create_primary_key"
            | "drop_constraint"
            | "batch_alter_table"
            | "bulk_insert"
    )
}

/// Names of methods that execute a statement, whatever they are called on.
pub(super) fn is_executing(name: &str) -> bool {
    matches!(
        name,
        "execute"
            | "exec_driver_sql"
            | "executemany"
            | "scalar"
            | "scalars"
            | "exec"
            | "stream"
            | "stream_scalars"
            | "scalar_one"
            | "execute_sql"
            | "run_sql"
    )
}
