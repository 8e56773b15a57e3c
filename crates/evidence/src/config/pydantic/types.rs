//! Type annotations, freed from their spelling.

use ruff_python_ast::{Expr, Operator};

use super::field;
use crate::{
    config::contract::Limits,
    python::expressions::{canonical, last_name, quoted},
};

/// Annotations written as strings in strings are not followed further: both may nest as deeply as is allowed.
const DEEPEST_QUOTES: usize = 1;

/// A type as it is written, without names being looked up.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Name(String),
    /// `list[int]`, `Optional[str]`.
    Of(String, Vec<Type>),
    Union(Vec<Type>),
    /// Values in canonical text.
    Literals(Vec<String>),
    Limited(Box<Type>, Limits),
    Null,
    /// Something that is no type as we know them.
    Other(String),
}

/// The type that an expression means.
pub(super) fn type_of(expression: &Expr, source: &str, quotes: usize) -> Type {
    match expression {
        Expr::NoneLiteral(_) => Type::Null,
        Expr::Name(_) | Expr::Attribute(_) => {
            let name = last_name(expression).unwrap_or_default();
            if name == "None" { Type::Null } else { Type::Name(name.to_owned()) }
        }
        Expr::StringLiteral(literal) if quotes < DEEPEST_QUOTES => {
            let text = literal.value.to_str();
            match quoted(text) {
                Some(inner) => type_of(&inner, text, quotes + 1),
                None => Type::Other(text.to_owned()),
            }
        }
        Expr::BinOp(operation) if operation.op == Operator::BitOr => Type::Union(vec![
            type_of(&operation.left, source, quotes),
            type_of(&operation.right, source, quotes),
        ]),
        Expr::Subscript(generic) => {
            let name = last_name(&generic.value).unwrap_or_default();
            let items = match &*generic.slice {
                Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                other => vec![other],
            };
            applied(name, &items, source, quotes)
        }
        Expr::Call(call) => {
            let name = last_name(&call.func).unwrap_or_default();
            let mut limits = Limits::new();
            field::limits(name, &call.arguments, source, &mut limits);
            let base = match name {
                "conint" => "int",
                "confloat" => "float",
                "constr" => "str",
                "condecimal" => "Decimal",
                "conlist" => "list",
                _ => return Type::Other(canonical(expression, source)),
            };
            let item = call.arguments.args.first().map(|item| type_of(item, source, quotes));
            let base = match item {
                Some(item) if base == "list" => Type::Of(base.to_owned(), vec![item]),
                _ => Type::Name(base.to_owned()),
            };
            Type::Limited(Box::new(base), limits)
        }
        other => Type::Other(canonical(other, source)),
    }
}

fn applied(name: &str, items: &[&Expr], source: &str, quotes: usize) -> Type {
    let types = || items.iter().map(|item| type_of(item, source, quotes)).collect::<Vec<_>>();
    match name {
        "Optional" => Type::Union([types(), vec![Type::Null]].concat()),
        "Union" => Type::Union(types()),
        "Literal" => Type::Literals(items.iter().map(|item| canonical(item, source)).collect()),
        "Annotated" => {
            let Some((inner, about)) = items.split_first() else {
                return Type::Other(name.to_owned());
            };
            let mut limits = Limits::new();
            for call in about.iter().filter_map(|extra| extra.as_call_expr()) {
                let name = last_name(&call.func).unwrap_or_default();
                field::limits(name, &call.arguments, source, &mut limits);
            }
            let inner = type_of(inner, source, quotes);
            if limits.is_empty() { inner } else { Type::Limited(Box::new(inner), limits) }
        }
        "Required" | "NotRequired" | "Final" | "SkipValidation" | "ReadOnly" => {
            types().into_iter().next().unwrap_or(Type::Null)
        }
        other => Type::Of(other.to_owned(), types()),
    }
}

/// The type inside of `Annotated` with what stands beside it.
pub(super) fn unannotated(annotation: &Expr) -> (&Expr, Vec<&Expr>) {
    if let Expr::Subscript(generic) = annotation
        && last_name(&generic.value) == Some("Annotated")
        && let Expr::Tuple(tuple) = &*generic.slice
        && let Some((inner, about)) = tuple.elts.split_first()
    {
        return (inner, about.iter().collect());
    }
    (annotation, Vec::new())
}

/// Whether a literal is the text that a name means; for members of enumerations.
pub(super) fn is_automatic(text: &str) -> bool {
    matches!(text, "auto()" | "enum.auto()")
}

/// The text of a canonical string.
pub(super) fn quoted_text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
