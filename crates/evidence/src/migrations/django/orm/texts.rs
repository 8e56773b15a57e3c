//! Texts that a function spells out, as far as they are known.

use ruff_python_ast::Expr;

use super::{interpreter::Interpreter, value::Value};
use crate::python::{calls::last_name, constants};

impl Interpreter<'_> {
    /// The text of an expression, with a hole for each part that is not known.
    pub(super) fn text(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Name(name) => match self.lookup(name.id.as_str()) {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            },
            Expr::FString(_) => constants::format_string(expression, &mut |part| self.text(part)),
            Expr::BinOp(sum) if sum.op.is_add() => {
                let parts = (self.text(&sum.left), self.text(&sum.right));
                match parts {
                    (None, None) => None,
                    (one, other) => {
                        let hole = || constants::HOLE.to_owned();
                        Some(one.unwrap_or_else(hole) + &other.unwrap_or_else(hole))
                    }
                }
            }
            Expr::BinOp(format) if format.op.is_mod() => {
                let text = self.text(&format.left)?;
                Some(filled(&text))
            }
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if method.attr.as_str() == "format" => {
                    self.text(&method.value).map(|text| filled(&text))
                }
                Expr::Attribute(method)
                    if matches!(method.attr.as_str(), "strip" | "rstrip" | "lstrip") =>
                {
                    self.text(&method.value)
                }
                function if last_name(function) == Some("dedent") => {
                    self.text(call.arguments.args.first()?)
                }
                _ => None,
            },
            _ => self.module.text(expression),
        }
    }
}

/// A text with its places filled by holes: `%s`, `%(name)s`, `{}`, `{name}`.
pub(super) fn filled(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['%', '{']) {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let end = if from.starts_with("%s") || from.starts_with("%d") {
            Some(2)
        } else if from.starts_with("%(") {
            from.find(")s").map(|end| end + 2)
        } else if from.starts_with('{') {
            from.find('}').map(|end| end + 1)
        } else {
            None
        };
        let end = end.filter(|end| *end <= 80);
        let (hole, after) = from.split_at(end.unwrap_or(1));
        filled.push_str(if end.is_some() { constants::HOLE } else { hole });
        rest = after;
    }
    filled.push_str(rest);
    filled
}
