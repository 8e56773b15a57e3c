//! Values that a module spells out: constants, lists of them, texts put together from them.

use std::{cell::Cell, collections::BTreeMap};

use ruff_python_ast::{
    Expr, ExprCall, FStringPart, InterpolatedStringElement, Number, Operator, Stmt, UnaryOp,
};

/// Stands in a text where a part is not known: a letter of the private use area, as [`sql`](crate::migrations) reads it.
pub(crate) const HOLE: &str = "\u{e000}";

/// All values of a module together are no larger than this many bytes; what is beyond counts as unknown.
const LARGEST_BYTES: usize = 4 << 20;

/// A value that is spelled out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A number, as Python would print it.
    Number(String),
    /// A text; [`HOLE`] where a part is not known.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Self>),
    /// A dictionary, in its order.
    Dict(Vec<(Self, Self)>),
}

impl Constant {
    /// The text, where it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, where it is a list, tuple or set.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The texts of a list, or the one text.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            _ => Vec::new(),
        }
    }

    fn bytes(&self) -> usize {
        16 + match self {
            Self::None | Self::Bool(_) => 0,
            Self::Number(text) | Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::bytes).sum(),
            Self::Dict(pairs) => pairs.iter().map(|(key, value)| key.bytes() + value.bytes()).sum(),
        }
    }
}

/// The values that names have in a module or class body.
///
/// *Invariants*: the sum of what was evaluated is bounded, whatever the source says.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    values: BTreeMap<String, Constant>,
    spent: Cell<usize>,
}

impl Constants {
    /// The values that a body assigns to plain names, plain or annotated, in its order; the last assignment counts.
    pub(crate) fn of(body: &[Stmt]) -> Self {
        let mut constants = Self::default();
        for statement in body {
            match statement {
                Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        constants.assign(target, &assign.value);
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        constants.assign(&assign.target, value);
                    }
                }
                _ => {}
            }
        }
        constants
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        match self.value(value) {
            Some(value) => _ = self.values.insert(name.id.to_string(), value),
            None => _ = self.values.remove(name.id.as_str()),
        }
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Constant> {
        self.values.get(name)
    }

    /// The value of an expression; `None` where it is not spelled out.
    pub(crate) fn value(&self, expression: &Expr) -> Option<Constant> {
        let value = self.evaluate(expression)?;
        self.spend(value.bytes())?;
        Some(value)
    }

    /// The text of an expression, with [`HOLE`] for each part that is not known; `None` where nothing of it is.
    pub(crate) fn text(&self, expression: &Expr) -> Option<String> {
        match self.value(expression)? {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    fn spend(&self, bytes: usize) -> Option<()> {
        self.spent.set(self.spent.get().saturating_add(bytes));
        (self.spent.get() <= LARGEST_BYTES).then_some(())
    }

    fn evaluate(&self, expression: &Expr) -> Option<Constant> {
        match expression {
            Expr::Name(name) => {
                let value = self.values.get(name.id.as_str())?;
                self.spend(value.bytes())?;
                Some(value.clone())
            }
            Expr::FString(_) => self.formatted(expression).map(Constant::Text),
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                let left = self.value(&operation.left)?;
                let right = self.value(&operation.right)?;
                join(left, right)
            }
            Expr::List(list) => self.items(&list.elts),
            Expr::Tuple(tuple) => self.items(&tuple.elts),
            Expr::Set(set) => self.items(&set.elts),
            Expr::Dict(dict) => {
                let pairs = dict.items.iter().map(|item| {
                    let key = self.value(item.key.as_ref()?)?;
                    Some((key, self.value(&item.value)?))
                });
                pairs.collect::<Option<_>>().map(Constant::Dict)
            }
            Expr::Call(call) => self.called(call),
            _ => literal(expression),
        }
    }

    fn items(&self, items: &[Expr]) -> Option<Constant> {
        let mut values = Vec::new();
        for item in items {
            match item {
                Expr::Starred(starred) => match self.value(&starred.value)? {
                    Constant::List(items) => values.extend(items),
                    _ => return None,
                },
                item => values.push(self.value(item)?),
            }
        }
        Some(Constant::List(values))
    }

    fn formatted(&self, expression: &Expr) -> Option<String> {
        format_string(expression, &mut |part| {
            let value = self.value(part)?;
            match value {
                Constant::Text(text) | Constant::Number(text) => Some(text),
                _ => None,
            }
        })
    }

    /// Containers that are spelled as calls, and texts without their indentation.
    fn called(&self, call: &ExprCall) -> Option<Constant> {
        let name = super::calls::dotted(&call.func);
        let only = match &*call.arguments.args {
            [only] if call.arguments.keywords.is_empty() => Some(only),
            _ => None,
        };
        match (name.as_deref(), only) {
            (Some("frozenset" | "set" | "tuple" | "list"), Some(only)) => {
                self.value(only).filter(|value| matches!(value, Constant::List(_)))
            }
            (Some("textwrap.dedent" | "dedent" | "text" | "sa.text" | "str"), Some(only)) => {
                self.text(only).map(Constant::Text)
            }
            _ => None,
        }
    }
}

fn join(left: Constant, right: Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Text(left), Constant::Text(right)) => Some(Constant::Text(left + &right)),
        (Constant::List(mut left), Constant::List(right)) => {
            left.extend(right);
            Some(Constant::List(left))
        }
        _ => None,
    }
}

/// The value of a plain literal.
pub(crate) fn literal(expression: &Expr) -> Option<Constant> {
    match expression {
        Expr::StringLiteral(text) => Some(Constant::Text(text.value.to_str().to_owned())),
        Expr::NoneLiteral(_) => Some(Constant::None),
        Expr::BooleanLiteral(literal) => Some(Constant::Bool(literal.value)),
        Expr::NumberLiteral(literal) => Some(Constant::Number(match &literal.value {
            Number::Int(number) => number.to_string(),
            Number::Float(number) => number.to_string(),
            Number::Complex { .. } => return None,
        })),
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => {
            match literal(&operation.operand)? {
                Constant::Number(number) => Some(Constant::Number(format!("-{number}"))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text of a format string, with [`HOLE`] for each part of which `known` says nothing.
pub(crate) fn format_string(
    expression: &Expr,
    known: &mut dyn FnMut(&Expr) -> Option<String>,
) -> Option<String> {
    let Expr::FString(format) = expression else { return None };
    let mut text = String::new();
    for part in &format.value {
        match part {
            FStringPart::Literal(literal) => text.push_str(literal.as_str()),
            FStringPart::FString(format) => {
                for element in &format.elements {
                    match element {
                        InterpolatedStringElement::Literal(literal) => text.push_str(literal),
                        InterpolatedStringElement::Interpolation(hole) => {
                            let value = known(&hole.expression);
                            text.push_str(value.as_deref().unwrap_or(HOLE));
                        }
                    }
                }
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Source;

    fn value(text: &str, name: &str) -> Option<Constant> {
        Constants::of(Source::parse(text).unwrap().body()).get(name).cloned()
    }

    #[test]
    fn values_are_put_together() {
        let text = "table = 'users'\nsql = f'ALTER TABLE {table} ' 'ADD x int' + ';'\n\
                    other: str = f'DROP TABLE {name()}'\nmany = ('a', *[table])\n";
        let text_of =
            |name: &str| value(text, name).and_then(|value| value.as_text().map(str::to_owned));
        assert_eq!(text_of("sql").as_deref(), Some("ALTER TABLE users ADD x int;"));
        assert_eq!(text_of("other").as_deref(), Some("DROP TABLE \u{e000}"));
        assert_eq!(value(text, "many").unwrap().texts(), ["a", "users"]);
        assert_eq!(value("x = 'a'\nx = f()\n", "x"), None);
    }

    #[test]
    fn values_that_double_end() {
        let lines = |line: &dyn Fn(u32, u32) -> String| -> String {
            (1..200).map(|n| line(n, n - 1)).collect::<Vec<_>>().concat()
        };
        let lists = lines(&|n, last| format!("x{n} = [x{last}, x{last}]\n"));
        let texts = lines(&|n, last| format!("y{n} = y{last} + y{last}\n"));
        let text = format!("x0 = [1]\n{lists}y0 = 'abcdefgh'\n{texts}");
        assert_eq!(value(&text, "x199"), None);
        assert_eq!(value(&text, "y199"), None);
    }
}
