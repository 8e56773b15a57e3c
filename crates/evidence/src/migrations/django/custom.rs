//! Operations whose classes the migration's own file declares.

use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef,
    visitor::{self, Visitor},
};

use super::{operation::Operation, orm, reader::Reader, syntax::Module};
use crate::python::calls::last_name;

/// What a call of a class stands for that a module of the tree declares.
///
/// A class that says what it does to the database is judged by that; one that does not is what its base is.
pub(super) fn operation<'a>(
    reader: &mut Reader<'a>,
    home: &'a Module<'a>,
    class: &'a StmtClassDef,
    call: &'a ExprCall,
) -> Operation {
    let base = class.arguments.as_ref().and_then(|arguments| arguments.args.first());
    let Some(forwards) = method(class, "database_forwards") else {
        return of_base(reader, base, call);
    };
    let own = Operation::Python(orm::method_work(home, reader.library, forwards));
    if !is_handed_on(forwards) {
        return own;
    }
    let base = of_base(reader, base, call);
    Operation::Separate { database: vec![base.clone(), own], state: vec![base] }
}

fn of_base<'a>(reader: &mut Reader<'a>, base: Option<&'a Expr>, call: &'a ExprCall) -> Operation {
    let name = base.and_then(last_name).unwrap_or_default();
    let known = reader.known(name, call);
    known.unwrap_or_else(|| Operation::Unknown {
        what: last_name(&call.func).unwrap_or("an operation").to_owned(),
    })
}

fn method<'a>(class: &'a StmtClassDef, name: &str) -> Option<&'a StmtFunctionDef> {
    class.body.iter().find_map(|statement| match statement {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    })
}

/// Whether a method calls the one that it overrides.
fn is_handed_on(function: &StmtFunctionDef) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expression: &'a Expr) {
            if let Expr::Call(call) = expression
                && let Expr::Attribute(attribute) = &*call.func
                && let Expr::Call(inner) = &*attribute.value
            {
                self.0 |= last_name(&inner.func) == Some("super");
            }
            visitor::walk_expr(self, expression);
        }
    }
    let mut finder = Finder(false);
    finder.visit_body(&function.body);
    finder.0
}
