//! Follows expressions.

use std::rc::Rc;

use ruff_python_ast::{Comprehension, Expr, StmtFunctionDef};

use super::{
    interpreter::Interpreter,
    value::{Function, Row, Target, Value},
};

impl<'a> Interpreter<'a> {
    /// What an expression stands for; what it does is noted.
    pub(super) fn evaluate(&mut self, expression: &'a Expr) -> Value<'a> {
        if !self.enter() {
            return Value::Unknown;
        }
        let value = self.evaluate_within(expression);
        self.depth -= 1;
        match value {
            Value::Imported(full) => self.linked(full),
            value => value,
        }
    }

    pub(super) fn of_module(&self, definition: &'a StmtFunctionDef) -> Value<'a> {
        Value::Function(Function { definition, module: self.module, made_in: None })
    }

    /// A function of another module, where that is at hand.
    fn linked(&self, full: Rc<str>) -> Value<'a> {
        let found = self.library.and_then(|library| library.function(self.module.path(), &full));
        match found {
            Some((module, definition)) => {
                Value::Function(Function { definition, module, made_in: None })
            }
            None => Value::Imported(full),
        }
    }

    fn evaluate_within(&mut self, expression: &'a Expr) -> Value<'a> {
        match expression {
            Expr::Name(name) => {
                let value = self.lookup(name.id.as_str());
                match (&value, self.module.assigned(name.id.as_str())) {
                    // A function that was put together at the top level.
                    (Value::Unknown, Some(assigned)) => self.evaluate(assigned),
                    _ => value,
                }
            }
            Expr::Attribute(attribute) => {
                let base = self.evaluate(&attribute.value);
                attribute_of(base, attribute.attr.as_str())
            }
            Expr::Call(call) => self.evaluate_call(call),
            Expr::Subscript(place) => {
                self.evaluate(&place.slice);
                let is_slice = place.slice.is_slice_expr();
                match self.evaluate(&place.value) {
                    value @ (Value::Query(_) | Value::Rows(_)) if is_slice => value,
                    value @ (Value::Query(_) | Value::Rows(_)) => self.element(value),
                    connection @ Value::Connection => connection,
                    Value::Row(row) => Value::Row(row),
                    Value::Attribute(..) | Value::Unknown => Value::Unknown,
                    _ => Value::Local,
                }
            }
            Expr::Lambda(lambda) => Value::Lambda(lambda),
            Expr::Named(named) => {
                let value = self.evaluate(&named.value);
                self.assign(&named.target, value.clone());
                value
            }
            Expr::If(choice) => {
                self.evaluate(&choice.test);
                let (one, other) = (self.evaluate(&choice.body), self.evaluate(&choice.orelse));
                if one.is_known() { one } else { other }
            }
            Expr::BoolOp(operation) => self.first_known(&operation.values),
            Expr::List(list) => self.collection(&list.elts),
            Expr::Tuple(list) => self.collection(&list.elts),
            Expr::Set(list) => self.collection(&list.elts),
            Expr::Dict(dict) => {
                let values: Vec<_> =
                    dict.items.iter().map(|item| self.evaluate(&item.value)).collect();
                gathered(values)
            }
            Expr::ListComp(list) => self.comprehended(&list.generators, &list.elt),
            Expr::SetComp(list) => self.comprehended(&list.generators, &list.elt),
            Expr::Generator(list) => self.comprehended(&list.generators, &list.elt),
            Expr::DictComp(dict) => self.comprehended(&dict.generators, &dict.value),
            Expr::Starred(starred) => self.evaluate(&starred.value),
            Expr::Await(wait) => self.evaluate(&wait.value),
            Expr::BinOp(operation) => {
                if let Some(text) = self.text(expression) {
                    return Value::Text(text.into());
                }
                let one = self.evaluate(&operation.left);
                let other = self.evaluate(&operation.right);
                if one.is_known() {
                    one
                } else if other.is_known() {
                    other
                } else {
                    Value::Local
                }
            }
            Expr::FString(_) | Expr::StringLiteral(_) => {
                self.text(expression).map_or(Value::Local, |text| Value::Text(text.into()))
            }
            Expr::Compare(comparison) => {
                self.evaluate(&comparison.left);
                for other in &comparison.comparators {
                    self.evaluate(other);
                }
                Value::Local
            }
            Expr::UnaryOp(operation) => {
                self.evaluate(&operation.operand);
                Value::Local
            }
            _ => Value::Local,
        }
    }

    fn first_known(&mut self, expressions: &'a [Expr]) -> Value<'a> {
        let values: Vec<_> = expressions.iter().map(|value| self.evaluate(value)).collect();
        values.into_iter().find(Value::is_known).unwrap_or(Value::Unknown)
    }

    fn collection(&mut self, items: &'a [Expr]) -> Value<'a> {
        let values = items.iter().map(|item| self.evaluate(item)).collect();
        gathered(values)
    }

    fn comprehended(&mut self, generators: &'a [Comprehension], element: &'a Expr) -> Value<'a> {
        for generator in generators {
            let items = self.evaluate(&generator.iter);
            let item = self.element(items);
            self.assign(&generator.target, item);
            for condition in &generator.ifs {
                self.evaluate(condition);
            }
        }
        let value = self.evaluate(element);
        gathered(vec![value])
    }
}

/// What a list of values is.
fn gathered(values: Vec<Value<'_>>) -> Value<'_> {
    let row = values.into_iter().find_map(|value| match value {
        Value::Row(row) | Value::Rows(row) => Some(Value::Rows(row)),
        Value::Query(target) => Some(Value::Rows(Row { target, is_fresh: false })),
        Value::Model(target) => Some(Value::Model(target)),
        _ => None,
    });
    row.unwrap_or(Value::Local)
}

pub(super) fn imported<'a>(full: &str) -> Value<'a> {
    match full {
        "django.db.connection" | "django.db.connections" => Value::Connection,
        _ => Value::Imported(full.into()),
    }
}

fn attribute_of<'a>(base: Value<'a>, name: &str) -> Value<'a> {
    match base {
        Value::Model(target) if name.starts_with(|first: char| first.is_ascii_lowercase()) => {
            Value::Query(target)
        }
        Value::Model(target) if matches!(name, "_default_manager" | "_base_manager") => {
            Value::Query(target)
        }
        Value::Query(target) if name == "model" => Value::Model(target),
        // The table between two models.
        _ if name == "through" => Value::Model(None),
        Value::Row(row) => Value::Attribute(row.target, name.into()),
        Value::Unknown | Value::Local | Value::Attribute(..)
            if matches!(name, "objects" | "_default_manager" | "_base_manager") =>
        {
            Value::Query(None)
        }
        Value::Attribute(..) => Value::Attribute(None, name.into()),
        Value::Editor if name == "connection" => Value::Connection,
        Value::Unknown if name == "apps" => Value::Apps,
        Value::Unknown => Value::Unknown,
        Value::Imported(full) => match name {
            "objects" | "_default_manager" | "_base_manager" => Value::Query(class_of(&full)),
            _ => imported(&format!("{full}.{name}")),
        },
        _ => Value::Local,
    }
}

/// The model that a class of another module is: `shop.models.Order`.
fn class_of(full: &str) -> Target {
    let mut names = full.rsplit('.');
    let name = names.next()?.to_lowercase();
    let app = names.find(|name| *name != "models" && !name.is_empty()).map(str::to_owned);
    Some(Rc::new(super::ModelName { app, name }))
}
