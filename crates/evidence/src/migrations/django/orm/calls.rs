//! Follows calls.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use super::{
    Deed, ModelName, Written,
    interpreter::Interpreter,
    queries::written,
    value::{Function, Row, Target, Value},
};
use crate::{
    migrations::django::syntax::Module,
    python::{calls::argument, constants::Constant},
};

/// What a call is given.
#[derive(Debug)]
pub(super) struct Given<'a> {
    call: &'a ExprCall,
    pub(super) places: Vec<Value<'a>>,
    pub(super) named: Vec<(String, Value<'a>)>,
}

impl<'a> Given<'a> {
    pub(super) fn has_places(&self) -> bool {
        !self.places.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.call.arguments.keywords.is_empty()
    }

    pub(super) fn has_keyword(&self, name: &str) -> bool {
        self.named.iter().any(|(known, _)| known == name)
    }

    /// The names of all keywords; `None` where some are not spelled out.
    pub(super) fn keywords(&self) -> Written {
        let keywords = self.call.arguments.keywords.iter();
        let fields = written(keywords.map(|keyword| keyword.arg.as_ref().map(ToString::to_string)));
        fields.filter(|fields| !fields.is_empty())
    }

    /// The texts of a list that is an argument; `None` where they are not spelled out.
    pub(super) fn texts(&self, place: usize, name: &str, module: &Module<'_>) -> Written {
        match module.value(argument(self.call, place, name)?)? {
            Constant::List(items) => {
                written(items.iter().map(|item| item.as_text().map(str::to_owned)))
            }
            _ => None,
        }
    }

    /// The model that `get_model` is asked for.
    pub(super) fn model(&self) -> Target {
        let text = |place: usize, name: &str| {
            let by_name = self.named.iter().find(|(known, _)| known == name);
            match by_name.map(|(_, value)| value).or_else(|| self.places.get(place)) {
                Some(Value::Text(text)) => Some(text.to_string()),
                _ => None,
            }
        };
        let first = text(0, "app_label");
        let (app, name) = match (first, text(1, "model_name")) {
            (Some(both), None) if both.contains('.') => {
                let (app, name) = both.split_once('.')?;
                (Some(app.to_owned()), name.to_owned())
            }
            // A registry of one app is asked by the model alone.
            (Some(name), None) if self.call.arguments.len() == 1 => (None, name),
            (app, Some(name)) => (app, name),
            _ => return None,
        };
        Some(Rc::new(ModelName { app, name: name.to_lowercase() }))
    }

    fn all(&self) -> impl Iterator<Item = &Value<'a>> {
        self.places.iter().chain(self.named.iter().map(|(_, value)| value))
    }
}

impl<'a> Interpreter<'a> {
    pub(super) fn evaluate_call(&mut self, call: &'a ExprCall) -> Value<'a> {
        let receiver = match &*call.func {
            Expr::Attribute(attribute) => {
                Some((self.evaluate(&attribute.value), attribute.attr.as_str()))
            }
            _ => None,
        };
        let given = Given {
            call,
            places: call.arguments.args.iter().map(|value| self.evaluate(value)).collect(),
            named: call
                .arguments
                .keywords
                .iter()
                .map(|keyword| {
                    let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
                    (name.to_owned(), self.evaluate(&keyword.value))
                })
                .collect(),
        };
        match receiver {
            Some((receiver, method)) => self.method(call, receiver, method, &given),
            None => self.function(call, &given),
        }
    }

    fn method(
        &mut self,
        call: &'a ExprCall,
        receiver: Value<'a>,
        method: &str,
        given: &Given<'a>,
    ) -> Value<'a> {
        match receiver {
            Value::Apps => match method {
                "get_model" => Value::Model(given.model()),
                "get_models" => Value::Model(None),
                _ => Value::Unknown,
            },
            Value::Query(target) | Value::Model(target) => self.query(&target, method, given),
            Value::Row(row) => self.row(&row, method, given),
            Value::Attribute(owner, field) => self.attribute(&owner, &field, method, given),
            Value::Rows(row) => match method {
                "values" | "items" | "copy" => Value::Rows(row),
                "get" | "pop" | "setdefault" => Value::Row(row),
                _ => Value::Local,
            },
            Value::Editor => self.editor(call, method, given),
            Value::Connection if method == "cursor" => Value::Cursor,
            Value::Cursor => {
                if matches!(method, "execute" | "executemany" | "executescript") {
                    self.statement_of(call);
                }
                Value::Local
            }
            Value::Imported(full) => self.foreign(call, &format!("{full}.{method}"), given),
            Value::Unknown => {
                if method == "execute" {
                    self.statement_of(call);
                    return Value::Local;
                }
                if given.all().any(Value::is_handle) && !is_harmless(method) {
                    self.add(Deed::Unresolved(format!("{method}()")));
                }
                self.follow_callbacks(given);
                self.stranger(method, given)
            }
            Value::Local if matches!(method, "append" | "add" | "extend" | "insert") => {
                self.gather(call, given);
                Value::Local
            }
            Value::Text(_) => {
                let expression = self.text_of(call);
                expression.map_or(Value::Local, |text| Value::Text(text.into()))
            }
            function @ (Value::Function(..) | Value::Lambda(_)) => {
                self.call(&function, given.places.clone(), &given.named)
            }
            Value::Connection | Value::Local => Value::Local,
        }
    }

    /// A list to which rows are added holds rows from then on.
    fn gather(&mut self, call: &'a ExprCall, given: &Given<'a>) {
        let row = given.all().find_map(|value| match value {
            Value::Row(row) | Value::Rows(row) => Some(row.clone()),
            _ => None,
        });
        let list = call.func.as_attribute_expr().and_then(|list| list.value.as_name_expr());
        if let (Some(row), Some(list)) = (row, list) {
            self.bind(list.id.as_str(), Value::Rows(row));
        }
    }

    fn function(&mut self, call: &'a ExprCall, given: &Given<'a>) -> Value<'a> {
        let function = match &*call.func {
            Expr::Name(name) => match self.evaluate(&call.func) {
                Value::Unknown => return self.builtin(name.id.as_str(), call, given),
                known => known,
            },
            other => self.evaluate(other),
        };
        match &function {
            Value::Function(..) | Value::Lambda(_) => {
                self.call(&function, given.places.clone(), &given.named)
            }
            Value::Model(target) => Value::Row(Row { target: target.clone(), is_fresh: true }),
            Value::Imported(full) => self.foreign(call, full, given),
            _ => Value::Unknown,
        }
    }

    /// A function that every module knows.
    fn builtin(&mut self, name: &str, call: &'a ExprCall, given: &Given<'a>) -> Value<'a> {
        let first = given.places.first().cloned();
        match (name, first) {
            (
                "list" | "set" | "tuple" | "sorted" | "reversed" | "iter" | "enumerate"
                | "frozenset" | "zip" | "dict",
                Some(first),
            ) => {
                let known = given.places.iter().find(|value| value.is_known());
                let value = known.cloned().unwrap_or(first);
                match self.element(value) {
                    Value::Row(row) => Value::Rows(row),
                    other => other,
                }
            }
            ("next" | "min" | "max", Some(first)) => self.element(first),
            ("filter" | "map", Some(function)) => {
                let items = given.places.get(1).cloned().unwrap_or(Value::Local);
                let item = self.element(items.clone());
                let made = self.call(&function, vec![item], &[]);
                match (name, made) {
                    ("map", Value::Row(row)) => Value::Rows(row),
                    ("map", _) => Value::Local,
                    _ => items,
                }
            }
            ("setattr", Some(Value::Row(row))) => {
                let field = call.arguments.args.get(1).and_then(|name| self.text(name));
                self.touch(&row.target, field.as_deref().unwrap_or("?"));
                Value::Local
            }
            ("getattr", Some(Value::Row(row))) => {
                let field = call.arguments.args.get(1).and_then(|name| self.text(name));
                Value::Attribute(row.target, field.as_deref().unwrap_or("?").into())
            }
            ("getattr", Some(Value::Model(target))) => Value::Query(target),
            ("getattr" | "super", _) => Value::Unknown,
            _ if is_builtin(name) => Value::Local,
            // Something that `from module import *` may have brought.
            _ => self.foreign(call, name, given),
        }
    }

    /// A function or class of another module.
    fn foreign(&mut self, call: &'a ExprCall, full: &str, given: &Given<'a>) -> Value<'a> {
        let name = full.rsplit('.').next().unwrap_or(full);
        if name != "partial" {
            self.follow_callbacks(given);
        }
        match name {
            // Managers of trees write the places of all rows.
            "rebuild" | "fix_tree" => {
                self.add(Deed::Update(None, None));
                return Value::Local;
            }
            "call_command" => {
                let command = call.arguments.args.first().and_then(|name| self.text(name));
                match command.as_deref() {
                    Some("loaddata") => self.add(Deed::Insert(None)),
                    Some("flush") => self.add(Deed::Delete(None)),
                    other => {
                        let what = format!("call_command({})", other.unwrap_or("?"));
                        self.add(Deed::Unresolved(what));
                    }
                }
                return Value::Local;
            }
            "create_permissions" | "create_contenttypes" | "update_contenttypes" => {
                self.add(Deed::Insert(None));
                return Value::Local;
            }
            "partial" => {
                return match given.places.first() {
                    Some(Value::Function(function)) => {
                        let mut known = function.made_in.as_deref().cloned().unwrap_or_default();
                        known.extend(given.named.iter().cloned());
                        Value::Function(Function {
                            made_in: Some(Rc::new(known)),
                            ..function.clone()
                        })
                    }
                    Some(other) => other.clone(),
                    None => Value::Unknown,
                };
            }
            "get_model" => return Value::Model(given.model()),
            _ => {}
        }
        if full == "django.db.transaction.atomic" || is_pure(full) || is_harmless(name) {
            // Wrappers of an iterator give what they are given.
            return match given.places.first() {
                Some(value @ (Value::Query(_) | Value::Rows(_)))
                    if full.starts_with("itertools.") =>
                {
                    value.clone()
                }
                _ => Value::Unknown,
            };
        }
        // What is called for its result alone can hardly write; what is called for nothing may.
        let is_bare = self.bare.is_some_and(|bare| std::ptr::eq(bare, call));
        if is_bare || given.all().any(Value::is_handle) {
            self.add(Deed::Unresolved(format!("{full}()")));
            return Value::Unknown;
        }
        match given.places.first() {
            Some(value @ (Value::Query(_) | Value::Rows(_))) => value.clone(),
            _ => Value::Unknown,
        }
    }

    /// Functions of the file that are given to others are called by them, sooner or later.
    fn follow_callbacks(&mut self, given: &Given<'a>) {
        let functions: Vec<_> = given
            .all()
            .filter(|value| matches!(value, Value::Function(..) | Value::Lambda(_)))
            .cloned()
            .collect();
        for function in functions {
            self.call(&function, Vec::new(), &[]);
        }
    }

    /// A method of the schema editor.
    fn editor(&mut self, call: &'a ExprCall, method: &str, given: &Given<'a>) -> Value<'a> {
        let subject = || {
            let model = given.places.iter().find_map(|value| match value {
                Value::Model(Some(model)) => Some(model.name.clone()),
                _ => None,
            });
            model.unwrap_or_else(|| format!("schema_editor.{method}"))
        };
        match method {
            "execute" => self.statement_of(call),
            "create_model" | "add_index" | "remove_index" | "rename_index" | "add_field" => {
                self.add(Deed::Makes(subject()));
            }
            "delete_model" | "remove_field" | "alter_db_table" => self.add(Deed::Drops(subject())),
            "quote_name" | "quote_value" | "atomic_migration" | "deferred_sql" => {}
            _ => self.add(Deed::Unresolved(format!("schema_editor.{method}()"))),
        }
        Value::Local
    }

    /// The statement that a call runs.
    fn statement_of(&mut self, call: &'a ExprCall) {
        let statement = call.arguments.args.first().or_else(|| {
            let keyword = call.arguments.find_keyword("sql")?;
            Some(&keyword.value)
        });
        let text = statement.and_then(|statement| self.text(statement));
        self.add(Deed::Sql(text));
    }

    fn text_of(&self, call: &'a ExprCall) -> Option<String> {
        match &*call.func {
            Expr::Attribute(method) => match method.attr.as_str() {
                "format" | "strip" | "lstrip" | "rstrip" => {
                    let text = self.text(&method.value)?;
                    Some(if method.attr.as_str() == "format" {
                        super::texts::filled(&text)
                    } else {
                        text
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Functions of Python itself that give nothing of the database.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "abs"
            | "all"
            | "any"
            | "bool"
            | "bytes"
            | "chr"
            | "delattr"
            | "dict"
            | "divmod"
            | "filter"
            | "float"
            | "format"
            | "frozenset"
            | "hasattr"
            | "hash"
            | "id"
            | "int"
            | "isinstance"
            | "issubclass"
            | "iter"
            | "len"
            | "list"
            | "map"
            | "max"
            | "min"
            | "next"
            | "object"
            | "open"
            | "ord"
            | "pow"
            | "print"
            | "range"
            | "repr"
            | "reversed"
            | "round"
            | "set"
            | "setattr"
            | "slice"
            | "sorted"
            | "str"
            | "sum"
            | "tuple"
            | "type"
            | "vars"
            | "zip"
    )
}

/// Modules whose functions write nothing by themselves.
fn is_pure(full: &str) -> bool {
    const PURE: &[&str] = &[
        "django.db.models",
        "django.db.transaction",
        "django.contrib.postgres",
        "django.utils",
        "django.conf",
        "django.core.exceptions",
        "django.core.cache",
        "django.apps",
        "logging",
        "re",
        "os",
        "sys",
        "json",
        "time",
        "datetime",
        "pathlib",
        "shutil",
        "uuid",
        "hashlib",
        "itertools",
        "functools",
        "collections",
        "math",
        "random",
        "string",
        "copy",
        "decimal",
        "contextlib",
        "typing",
        "operator",
        "warnings",
        "inspect",
        "importlib",
        "secrets",
        "base64",
        "io",
        "csv",
        "tempfile",
        "urllib",
        "textwrap",
        "traceback",
        "pickle",
        "zoneinfo",
        "structlog",
    ];
    PURE.iter().any(|known| {
        full.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Names that register, log or measure wherever they come from.
fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "database_forwards"
            | "state_forwards"
            | "register"
            | "contribute_to_class"
            | "isinstance"
            | "issubclass"
            | "info"
            | "debug"
            | "warning"
            | "error"
            | "exception"
            | "log"
            | "print"
            | "write"
    )
}
