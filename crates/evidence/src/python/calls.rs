//! Names and arguments of calls.

use ruff_python_ast::{Expr, ExprCall};

/// The dotted name that an expression spells, such as `op.batch_alter_table`.
pub(crate) fn dotted(expression: &Expr) -> Option<String> {
    let mut names = Vec::new();
    let mut rest = expression;
    loop {
        match rest {
            Expr::Attribute(attribute) => {
                names.push(attribute.attr.as_str());
                rest = &attribute.value;
            }
            Expr::Name(name) => {
                names.push(name.id.as_str());
                names.reverse();
                return Some(names.join("."));
            }
            _ => return None,
        }
    }
}

/// The last name of a dotted expression: `Text` of `sa.Text`.
pub(crate) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// The argument that a parameter takes: by its keyword, or at its place (from 0).
pub(crate) fn argument<'a>(call: &'a ExprCall, place: usize, name: &str) -> Option<&'a Expr> {
    keyword(call, name).or_else(|| {
        let before = call.arguments.args.get(..=place)?;
        // What follows `*args` has no certain place.
        let is_certain = !before.iter().any(Expr::is_starred_expr);
        is_certain.then(|| before.last()).flatten()
    })
}

/// The argument of a keyword.
pub(crate) fn keyword<'a>(call: &'a ExprCall, name: &str) -> Option<&'a Expr> {
    let mut keywords = call.arguments.keywords.iter();
    let found = keywords.find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == name))?;
    Some(&found.value)
}
