//! Expressions of Python.

use std::rc::Rc;

use ruff_python_ast::{
    BoolOp, Comprehension, Expr, ExprAttribute, ExprCall, Number, Operator, UnaryOp,
};

use super::{
    LONGEST_TEXT, Machine, one_of,
    value::{Arguments, Body, Function, ScopeId, TableValue, Value},
};
use crate::python::constants::{HOLE, format_string};

impl<'a> Machine<'a> {
    /// What an expression stands for; its calls are followed.
    pub(super) fn value(&mut self, expression: &'a Expr, scope: ScopeId) -> Value<'a> {
        if !self.enter() {
            return Value::Unknown;
        }
        let value = self.value_within(expression, scope, false);
        self.charge_value(&value);
        self.leave();
        value
    }

    /// An expression whose value nobody takes, so that it is there for what it does.
    pub(super) fn discarded(&mut self, expression: &'a Expr, scope: ScopeId) -> Value<'a> {
        if !self.enter() {
            return Value::Unknown;
        }
        let value = self.value_within(expression, scope, true);
        self.leave();
        value
    }

    fn value_within(
        &mut self,
        expression: &'a Expr,
        scope: ScopeId,
        is_discarded: bool,
    ) -> Value<'a> {
        match expression {
            Expr::StringLiteral(text) => Value::text(text.value.to_str()),
            Expr::NoneLiteral(_) => Value::None,
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => Value::Number(number.to_string().into()),
                Number::Float(number) => Value::Number(number.to_string().into()),
                Number::Complex { .. } => Value::Unknown,
            },
            Expr::Name(name) => match self.look_up(name.id.as_str(), scope) {
                Some(value) => value.clone(),
                None => Value::Named(name.id.as_str().into()),
            },
            Expr::FString(_) => self.formatted(expression, scope),
            Expr::List(list) => self.items(&list.elts, scope),
            Expr::Tuple(tuple) => self.items(&tuple.elts, scope),
            Expr::Set(set) => self.items(&set.elts, scope),
            Expr::Dict(dict) => {
                let mut pairs = Vec::new();
                for item in &dict.items {
                    let value = self.value(&item.value, scope);
                    match &item.key {
                        Some(key) => pairs.push((self.value(key, scope), value)),
                        None => {
                            if let Value::Dict(more) = value {
                                pairs.extend(more.iter().take(256).cloned());
                            }
                        }
                    }
                }
                Value::Dict(Rc::new(pairs))
            }
            Expr::BinOp(operation) => {
                let left = self.value(&operation.left, scope);
                let right = self.value(&operation.right, scope);
                operate(operation.op, &left, &right)
            }
            Expr::UnaryOp(operation) => {
                let value = self.value(&operation.operand, scope);
                match (operation.op, value) {
                    (UnaryOp::USub, Value::Number(number)) => {
                        Value::Number(format!("-{number}").into())
                    }
                    (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
                    _ => Value::Unknown,
                }
            }
            Expr::BoolOp(operation) => {
                let values = operation.values.iter().map(|value| self.value(value, scope));
                let values: Vec<_> = values.collect();
                // `a or b` is one of them; `a and b` mostly a condition.
                match operation.op {
                    BoolOp::Or => one_of(values),
                    BoolOp::And => values.last().cloned().unwrap_or(Value::Unknown),
                }
            }
            Expr::Compare(compare) => {
                self.value(&compare.left, scope);
                for value in &compare.comparators {
                    self.value(value, scope);
                }
                Value::Unknown
            }
            Expr::If(branches) => {
                self.value(&branches.test, scope);
                let then = self.value(&branches.body, scope);
                let other = self.value(&branches.orelse, scope);
                one_of(vec![then, other])
            }
            Expr::Call(call) => self.call(call, scope, is_discarded),
            Expr::Attribute(attribute) => self.attribute(attribute, scope),
            Expr::Subscript(subscript) => {
                let owner = self.value(&subscript.value, scope);
                let key = self.value(&subscript.slice, scope);
                item_of(&owner, &key)
            }
            Expr::Lambda(lambda) => Value::Function(Rc::new(Function {
                parameters: lambda.parameters.as_deref(),
                body: Body::Expression(&lambda.body),
                scope,
            })),
            Expr::Named(named) => {
                let value = self.value(&named.value, scope);
                self.assign(&named.target, &value, scope);
                value
            }
            Expr::ListComp(comprehension) => {
                self.comprehend(&comprehension.elt, &comprehension.generators, scope)
            }
            Expr::SetComp(comprehension) => {
                self.comprehend(&comprehension.elt, &comprehension.generators, scope)
            }
            Expr::Generator(comprehension) => {
                self.comprehend(&comprehension.elt, &comprehension.generators, scope)
            }
            Expr::DictComp(comprehension) => self.comprehend_dict(comprehension, scope),
            Expr::Await(awaited) => self.value(&awaited.value, scope),
            Expr::Yield(given) => {
                let value = given.value.as_ref();
                let value = value.map_or(Value::None, |value| self.value(value, scope));
                self.give(value, scope);
                Value::Unknown
            }
            Expr::YieldFrom(given) => {
                let value = self.value(&given.value, scope);
                self.give(value, scope);
                Value::Unknown
            }
            Expr::Starred(starred) => self.value(&starred.value, scope),
            Expr::TString(_)
            | Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Slice(_)
            | Expr::IpyEscapeCommand(_) => Value::Unknown,
        }
    }

    fn items(&mut self, items: &'a [Expr], scope: ScopeId) -> Value<'a> {
        let mut values = Vec::new();
        for item in items {
            let value = self.value(item, scope);
            match (item, value) {
                (Expr::Starred(_), Value::List(more)) => {
                    values.extend(more.iter().take(4096).cloned());
                }
                (_, value) => values.push(value),
            }
        }
        if self.is_exhausted { Value::Unknown } else { Value::list(values) }
    }

    fn formatted(&mut self, expression: &'a Expr, scope: ScopeId) -> Value<'a> {
        let parts = super::text::interpolations(expression);
        let values: Vec<Value<'a>> = parts.iter().map(|part| self.value(part, scope)).collect();
        let mut values = values.into_iter();
        let text = format_string(expression, &mut |_| {
            let value = values.next()?;
            value.shown().filter(|text| text.len() < LONGEST_TEXT).map(str::to_owned)
        });
        match text {
            Some(text) if text.len() < LONGEST_TEXT => Value::text(text),
            _ => Value::Unknown,
        }
    }

    fn attribute(&mut self, attribute: &'a ExprAttribute, scope: ScopeId) -> Value<'a> {
        let owner = self.value(&attribute.value, scope);
        self.attribute_of(&owner, attribute.attr.as_str())
    }

    pub(super) fn attribute_of(&mut self, owner: &Value<'a>, name: &str) -> Value<'a> {
        match owner {
            Value::Named(full) => match name {
                "__name__" => Value::text(full.rsplit('.').next().unwrap_or(full)),
                "session" | "engine" if !full.starts_with("sqlalchemy") => Value::Connection,
                _ => {
                    let full = format!("{full}.{name}");
                    self.imported(&full).unwrap_or_else(|| Value::Named(full.into()))
                }
            },
            Value::Class(class) | Value::Object(class) => {
                if let Some((member, value)) =
                    class.members.iter().find(|(member, _)| member == name)
                {
                    return Value::Member(member.as_str().into(), Rc::new(value.clone()));
                }
                if name == "__name__" {
                    return Value::text(class.name.as_str());
                }
                match (class.attributes.get(name), &class.table) {
                    (Some(value), _) => value.clone(),
                    (None, Some(table)) if name == "__table__" => {
                        Value::Table(Rc::new(TableValue {
                            name: Rc::clone(table),
                            columns: class.columns.clone(),
                            constraints: Vec::new(),
                        }))
                    }
                    (None, Some(table)) => Value::ColumnOf(Rc::clone(table), name.into()),
                    (None, None) => Value::Unknown,
                }
            }
            Value::Member(member, value) => match name {
                "value" => (**value).clone(),
                "name" => Value::Text(Rc::clone(member)),
                _ => Value::Unknown,
            },
            Value::Table(table) => match name {
                "c" | "columns" => owner.clone(),
                "name" => Value::Text(Rc::clone(&table.name)),
                _ => Value::ColumnOf(Rc::clone(&table.name), name.into()),
            },
            Value::Statement(statement) => match name {
                "c" | "columns" => owner.clone(),
                _ => Value::ColumnOf(Rc::clone(&statement.table), name.into()),
            },
            Value::Column(column) if name == "name" => Value::text(column.definition.name.as_str()),
            Value::Type(kind) if name == "name" => match &kind.enumeration {
                Some(name) => Value::text(name.as_str()),
                None => Value::Unknown,
            },
            Value::Type(kind) if name == "enums" => match &kind.values {
                Some(values) => {
                    Value::list(values.iter().map(|value| Value::text(value.as_str())).collect())
                }
                None => Value::Unknown,
            },
            Value::Connection => match name {
                "connection" | "engine" | "bind" | "session" | "impl" => Value::Connection,
                _ => Value::Method(Rc::new((Value::Connection, name.to_owned()))),
            },
            Value::Rows | Value::Query(_) | Value::Entity(_) => Value::Rows,
            Value::Choice(values) => {
                let values = values.iter().map(|value| self.attribute_of(value, name));
                one_of(values.collect())
            }
            _ => Value::Unknown,
        }
    }

    /// A list with what the element is for each item that is known, or once.
    fn comprehend(
        &mut self,
        element: &'a Expr,
        generators: &'a [Comprehension],
        scope: ScopeId,
    ) -> Value<'a> {
        let inner = self.open_scope(Some(scope));
        let mut values = Vec::new();
        self.generate(generators, inner, &mut |machine| {
            let value = machine.value(element, inner);
            values.push(value);
        });
        if self.is_exhausted { Value::Unknown } else { Value::list(values) }
    }

    fn comprehend_dict(
        &mut self,
        comprehension: &'a ruff_python_ast::ExprDictComp,
        scope: ScopeId,
    ) -> Value<'a> {
        let inner = self.open_scope(Some(scope));
        let mut pairs = Vec::new();
        self.generate(&comprehension.generators, inner, &mut |machine| {
            let key = comprehension.key.as_ref();
            let key = key.map_or(Value::Unknown, |key| machine.value(key, inner));
            let value = machine.value(&comprehension.value, inner);
            pairs.push((key, value));
        });
        if self.is_exhausted { Value::Unknown } else { Value::Dict(Rc::new(pairs)) }
    }

    fn generate(
        &mut self,
        generators: &'a [Comprehension],
        scope: ScopeId,
        each: &mut dyn FnMut(&mut Self),
    ) {
        let Some((first, rest)) = generators.split_first() else { return each(self) };
        if !self.enter() {
            return;
        }
        let items = self.value(&first.iter, scope);
        self.loop_over(&items, &mut |machine, item| {
            machine.assign(&first.target, &item, scope);
            for condition in &first.ifs {
                machine.value(condition, scope);
            }
            machine.generate(rest, scope, each);
        });
        self.leave();
    }

    /// The arguments of a call, with what `*` and `**` stand for where that is known.
    pub(super) fn arguments(&mut self, call: &'a ExprCall, scope: ScopeId) -> Arguments<'a> {
        let mut arguments = Arguments::default();
        for argument in &call.arguments.args {
            let value = self.value(argument, scope);
            match (argument, value) {
                (Expr::Starred(_), Value::List(items)) => {
                    arguments.places.extend(items.iter().take(4096).cloned());
                }
                (_, value) => arguments.places.push(value),
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.value(&keyword.value, scope);
            match (&keyword.arg, value) {
                (Some(name), value) => arguments.names.push((name.to_string(), value)),
                (None, Value::Dict(pairs)) => {
                    for (key, value) in pairs.iter().take(256) {
                        if let Some(name) = key.as_text() {
                            arguments.names.push((name.to_owned(), value.clone()));
                        }
                    }
                }
                (None, _) => {}
            }
        }
        arguments
    }
}

/// `left op right` for texts, lists and numbers.
pub(super) fn operate<'a>(operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (operator, left, right) {
        (Operator::Add, Value::List(one), Value::List(other)) if one.len() + other.len() < 4096 => {
            Value::list(one.iter().chain(other.iter()).cloned().collect())
        }
        (Operator::Add, _, _) => match (left.as_text(), right.as_text()) {
            (Some(one), Some(other)) if one.len() + other.len() < LONGEST_TEXT => {
                Value::text(format!("{one}{other}"))
            }
            (Some(one), None) if one.len() < LONGEST_TEXT => {
                Value::text(format!("{one}{}", right.shown().unwrap_or(HOLE)))
            }
            (None, Some(other)) if other.len() < LONGEST_TEXT => {
                Value::text(format!("{}{other}", left.shown().unwrap_or(HOLE)))
            }
            _ if left.is_from_rows() || right.is_from_rows() => Value::Rows,
            _ => Value::Unknown,
        },
        (Operator::Mod, _, _) => match left.as_text() {
            Some(text) => super::text::percent(text, right),
            None => Value::Unknown,
        },
        (Operator::BitOr, Value::Dict(one), Value::Dict(other)) => {
            Value::Dict(Rc::new(one.iter().chain(other.iter()).cloned().collect()))
        }
        _ if left.is_from_rows() || right.is_from_rows() => Value::Rows,
        _ => Value::Unknown,
    }
}

/// `owner[key]`.
fn item_of<'a>(owner: &Value<'a>, key: &Value<'a>) -> Value<'a> {
    match owner {
        Value::List(items) => {
            let place = match key {
                Value::Number(number) => number.parse::<isize>().ok(),
                _ => None,
            };
            let place = place.map(|place| match usize::try_from(place) {
                Ok(place) => place,
                Err(_) => items.len().wrapping_add_signed(place),
            });
            match place.and_then(|place| items.get(place)) {
                Some(item) => item.clone(),
                // A slice is most of the list.
                None if matches!(key, Value::Unknown) => owner.clone(),
                None => Value::Unknown,
            }
        }
        Value::Dict(pairs) => {
            let wanted = key.as_text();
            let is_wanted = |known: &Value<'a>| {
                known.as_text().zip(wanted).is_some_and(|(known, wanted)| fits(known, wanted))
            };
            let fitting = pairs.iter().rev().filter(|(known, _)| is_wanted(known)).take(8);
            let mut fitting: Vec<_> = fitting.map(|(_, value)| value.clone()).collect();
            if !wanted.is_some_and(|wanted| wanted.contains(HOLE)) {
                // Of several values for one key the last one counts.
                fitting.truncate(1);
            }
            if fitting.is_empty() {
                fitting.extend(pairs.iter().take(8).map(|(_, value)| value.clone()));
            }
            one_of(fitting)
        }
        Value::Table(table) => match key.as_text() {
            Some(name) => Value::ColumnOf(Rc::clone(&table.name), name.into()),
            None => Value::Unknown,
        },
        Value::Class(class) if class.is_enumeration => {
            let wanted = key.as_text();
            let found = class.members.iter().find(|(name, _)| Some(name.as_str()) == wanted);
            found.map_or(Value::Unknown, |(_, value)| value.clone())
        }
        Value::Query(table) => Value::Entity(Rc::clone(table)),
        Value::Rows | Value::Entity(_) => Value::Rows,
        // `metadata.tables["users"]`.
        Value::Named(full) if full.ends_with("MetaData().tables") => match key.as_text() {
            Some(name) => Value::Table(Rc::new(TableValue {
                name: name.into(),
                columns: Vec::new(),
                constraints: Vec::new(),
            })),
            None => Value::Unknown,
        },
        // `Mapped[int]`, `list[str]`.
        Value::Named(_) => owner.clone(),
        _ => Value::Unknown,
    }
}

/// Whether a text may be the wanted one, of which parts may not be known.
fn fits(text: &str, wanted: &str) -> bool {
    match (wanted.split_once(HOLE), wanted.rsplit_once(HOLE)) {
        (Some((begin, _)), Some((_, end))) => {
            text.len() >= begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end)
        }
        _ => text == wanted,
    }
}
