//! What stands beside the type of a field: `Field(…)`, `Annotated[…]`, a plain default.

use ruff_python_ast::{Arguments, Expr, ExprCall};

use super::{
    read::text_keyword,
    types::{self, Type, type_of},
};
use crate::{
    config::contract::{Limit, Limits},
    python::expressions::{canonical, keyword, last_name, number, string},
};

/// All of a field but its name and type.
#[derive(Debug, Default)]
pub(super) struct FieldFacts {
    pub(super) default: Preset,
    /// The names it is read under, where they are given.
    pub(super) aliases: Vec<String>,
    pub(super) limits: Limits,
    pub(super) is_deprecated: bool,
    pub(super) notes: String,
    pub(super) choices: Option<Choices>,
    /// Whether something stood there that only settings classes have.
    pub(super) is_marked: bool,
}

/// What a field is where nobody sets it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Preset {
    /// Nothing: it must be set.
    #[default]
    Missing,
    /// This value, in canonical text.
    Value(String),
}

/// The values that a field offers.
#[derive(Debug)]
pub(super) enum Choices {
    Values(Vec<String>),
    /// Those that a function of the module returns.
    Function(String),
}

/// Reads a field's annotation and value.
pub(super) fn read(annotation: &Expr, value: Option<&Expr>, source: &str) -> (Type, FieldFacts) {
    let mut facts = FieldFacts::default();
    let (inner, about) = types::unannotated(annotation);
    for extra in about {
        if let Expr::Call(call) = extra {
            facts.call(call, source);
        }
    }
    match value {
        Some(Expr::Call(call)) if is_field(&call.func) => facts.call(call, source),
        Some(Expr::EllipsisLiteral(_)) | None => {}
        Some(value) => facts.default = Preset::Value(canonical(value, source)),
    }
    (type_of(inner, source, 0), facts)
}

fn is_field(function: &Expr) -> bool {
    last_name(function).is_some_and(|name| name.ends_with("Field"))
}

impl FieldFacts {
    fn call(&mut self, call: &ExprCall, source: &str) {
        let name = last_name(&call.func).unwrap_or_default();
        let arguments = &call.arguments;
        if is_field(&call.func) {
            self.is_marked = true;
            self.preset(arguments, source);
            self.aliases(arguments, source);
            self.choices(arguments, source);
        } else if name.ends_with("Meta") {
            self.is_marked = true;
        }
        self.notes(arguments, source);
        let is_set = |name: &str| {
            keyword(arguments, name).is_some_and(|value| {
                !matches!(value, Expr::NoneLiteral(_)) && canonical(value, source) != "false"
            })
        };
        self.is_deprecated |= is_set("deprecated") || is_set("deprecated_version");
        limits(name, arguments, source, &mut self.limits);
    }

    fn preset(&mut self, arguments: &Arguments, source: &str) {
        let positional = arguments.args.first().filter(|argument| !argument.is_starred_expr());
        let given = keyword(arguments, "default").or(positional);
        let given = given.filter(|value| !value.is_ellipsis_literal_expr());
        if let Some(value) = given {
            self.default = Preset::Value(canonical(value, source));
        } else if let Some(factory) = keyword(arguments, "default_factory") {
            self.default = Preset::Value(made_by(factory, source));
        }
    }

    fn aliases(&mut self, arguments: &Arguments, source: &str) {
        // A validation alias stands before a plain one; `env` is the name for settings of the first edition.
        let given = ["validation_alias", "alias", "env"]
            .iter()
            .find_map(|name| keyword(arguments, name))
            .filter(|value| !value.is_none_literal_expr());
        let Some(given) = given else { return };
        self.aliases = match given {
            Expr::Call(call) => {
                call.arguments.args.iter().map(|alias| name_of(alias, source)).collect()
            }
            Expr::List(list) => list.elts.iter().map(|alias| name_of(alias, source)).collect(),
            Expr::Tuple(tuple) => tuple.elts.iter().map(|alias| name_of(alias, source)).collect(),
            other => vec![name_of(other, source)],
        };
    }

    fn choices(&mut self, arguments: &Arguments, source: &str) {
        if let Some(values) = keyword(arguments, "enum").and_then(|list| choices(list, source)) {
            self.choices = Some(Choices::Values(values));
        }
        match keyword(arguments, "enum_resolver") {
            Some(Expr::Lambda(lambda)) => {
                self.choices = choices(&lambda.body, source).map(Choices::Values);
            }
            Some(function) => {
                self.choices = last_name(function).map(|name| Choices::Function(name.to_owned()));
            }
            None => {}
        }
    }

    fn notes(&mut self, arguments: &Arguments, source: &str) {
        for name in ["title", "description", "examples", "example"] {
            if let Some(note) = keyword(arguments, name) {
                self.notes.push_str(&canonical(note, source));
                self.notes.push('\n');
            }
        }
    }
}

fn name_of(alias: &Expr, source: &str) -> String {
    string(alias).map_or_else(|| canonical(alias, source), str::to_owned)
}

/// What a factory makes, in canonical text.
fn made_by(factory: &Expr, source: &str) -> String {
    match (last_name(factory), factory) {
        (Some("list" | "set" | "tuple" | "frozenset"), _) => "[]".to_owned(),
        (Some("dict"), _) => "{}".to_owned(),
        (Some("str"), _) => "\"\"".to_owned(),
        (_, Expr::Lambda(_)) => canonical(factory, source),
        _ => format!("{}()", canonical(factory, source)),
    }
}

/// The values of a list of texts, or of mappings with a `value`.
pub(super) fn choices(list: &Expr, source: &str) -> Option<Vec<String>> {
    let items = match list {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    let value = |item: &Expr| match item {
        Expr::Dict(dict) => {
            let is_value = |key: &Expr| string(key) == Some("value");
            let pair = dict.items.iter().find(|pair| pair.key.as_ref().is_some_and(is_value))?;
            Some(canonical(&pair.value, source))
        }
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) => Some(canonical(item, source)),
        _ => None,
    };
    items.iter().map(value).collect()
}

/// The limits that the keywords of a call state, such as `ge=1`; also those of `Ge(1)`.
pub(super) fn limits(name: &str, arguments: &Arguments, source: &str, limits: &mut Limits) {
    let bound = |keywords: &[&str], class: &str| {
        let named = keywords.iter().find_map(|name| keyword(arguments, name));
        let of_class = (name == class).then(|| arguments.args.first()).flatten();
        named.or(of_class).and_then(number)
    };
    let at_least = |value, is_exclusive| Limit::AtLeast { value, is_exclusive };
    let at_most = |value, is_exclusive| Limit::AtMost { value, is_exclusive };
    let found = [
        ("minimum", bound(&["ge"], "Ge").map(|value| at_least(value, false))),
        ("minimum", bound(&["gt"], "Gt").map(|value| at_least(value, true))),
        ("maximum", bound(&["le"], "Le").map(|value| at_most(value, false))),
        ("maximum", bound(&["lt"], "Lt").map(|value| at_most(value, true))),
        ("step", bound(&["multiple_of"], "MultipleOf").map(Limit::MultipleOf)),
        (
            "smallest length",
            bound(&["min_length", "min_items"], "MinLen").map(|value| at_least(value, false)),
        ),
        (
            "largest length",
            bound(&["max_length", "max_items"], "MaxLen").map(|value| at_most(value, false)),
        ),
    ];
    for (name, limit) in found {
        limits.extend(limit.map(|limit| (name, limit)));
    }
    for pattern in ["pattern", "regex"] {
        if let Some(text) = text_keyword(arguments, pattern) {
            limits.insert("pattern", Limit::Like(text.to_owned()));
        }
    }
    if keyword(arguments, "strict").is_some_and(|value| canonical(value, source) == "true") {
        limits.insert("conversion", Limit::Like("strict".to_owned()));
    }
}
