//! Python expressions as canonical text, and what else is asked of them.

use ruff_python_ast::{Arguments, Expr, Keyword, Number, Operator, Stmt, UnaryOp};
use ruff_text_size::Ranged;
use serde_json::Value;

/// An expression as text that is the same for equal values: JSON for literals, products worked out, no spaces or
/// trailing commas.
///
/// *Cost*: linear; [`super::parse`] has bounded the nesting.
pub(crate) fn canonical(expression: &Expr, source: &str) -> String {
    match expression {
        Expr::NoneLiteral(_) => "null".to_owned(),
        Expr::BooleanLiteral(literal) => literal.value.to_string(),
        Expr::StringLiteral(literal) => Value::from(literal.value.to_str()).to_string(),
        Expr::EllipsisLiteral(_) => "...".to_owned(),
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => {
            format!("{}.{}", canonical(&attribute.value, source), attribute.attr)
        }
        Expr::List(list) => format!("[{}]", all(&list.elts, source)),
        Expr::Tuple(tuple) => format!("[{}]", all(&tuple.elts, source)),
        Expr::Set(set) => format!("[{}]", all(&set.elts, source)),
        Expr::Dict(dict) => {
            let pairs = dict.items.iter().map(|item| {
                let key = item.key.as_ref().map_or("**".to_owned(), |key| canonical(key, source));
                format!("{key}: {}", canonical(&item.value, source))
            });
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Expr::Call(call) => {
            format!("{}({})", canonical(&call.func, source), arguments(&call.arguments, source))
        }
        Expr::Lambda(lambda) if lambda.parameters.is_none() => canonical(&lambda.body, source),
        other => match number(other) {
            Some(value) => value.to_string(),
            None => slice(other, source).split_whitespace().collect::<Vec<_>>().join(" "),
        },
    }
}

fn all(expressions: &[Expr], source: &str) -> String {
    expressions.iter().map(|item| canonical(item, source)).collect::<Vec<_>>().join(", ")
}

fn arguments(arguments: &Arguments, source: &str) -> String {
    let plain = arguments.args.iter().map(|argument| canonical(argument, source));
    let named = arguments.keywords.iter().map(|keyword| {
        let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
        format!("{name}={}", canonical(&keyword.value, source))
    });
    plain.chain(named).collect::<Vec<_>>().join(", ")
}

fn slice<'a>(expression: &Expr, source: &'a str) -> &'a str {
    source.get(expression.range().to_std_range()).unwrap_or_default()
}

/// The number that an expression of literals comes to, such as `24 * 60`.
pub(crate) fn number(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.to_string().replace('_', "").parse().ok(),
            Number::Float(value) => Some(*value),
            Number::Complex { .. } => None,
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => {
            number(&operation.operand).map(|value| -value)
        }
        Expr::BinOp(operation) => {
            let (left, right) = (number(&operation.left)?, number(&operation.right)?);
            match operation.op {
                Operator::Add => Some(left + right),
                Operator::Sub => Some(left - right),
                Operator::Mult => Some(left * right),
                Operator::Pow if right.abs() <= 64.0 => Some(left.powf(right)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text of a string literal.
pub(crate) fn string(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// The last part of a dotted name: `Field` of `pydantic.Field`.
pub(crate) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// The value of a keyword argument.
pub(crate) fn keyword<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a Expr> {
    let is_it = |keyword: &&Keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name);
    arguments.keywords.iter().find(is_it).map(|keyword| &keyword.value)
}

/// The expression that a text holds, for annotations that are written as strings.
pub(crate) fn quoted(text: &str) -> Option<Expr> {
    let module = super::parse(text.trim()).ok()?;
    match module.body.into_iter().next()? {
        Stmt::Expr(statement) => Some(*statement.value),
        _ => None,
    }
}
