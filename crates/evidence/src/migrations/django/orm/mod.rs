//! What Python functions do to rows, read without running them.
//!
//! Values are followed from `apps.get_model` through managers, queries and rows to the verbs that write. Branches are
//! both taken, loops once; functions of the same file are followed where they are called.

mod calls;
mod expressions;
mod interpreter;
mod queries;
mod texts;
mod value;

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, StmtFunctionDef};

use self::interpreter::Interpreter;
use super::{library::Library, syntax::Module};
use crate::python::calls::last_name;

/// A model, as `apps.get_model` names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModelName {
    /// The app's label; `None` where it is not spelled out.
    pub(super) app: Option<String>,
    /// The name, lower case.
    pub(super) name: String,
}

/// The fields that are written; `None` where they are not known.
pub(super) type Written = Option<BTreeSet<String>>;

/// One thing that a function does. A model is `None` where it cannot be told which.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    /// Writes fields of existing rows.
    Update(Option<ModelName>, Written),
    /// Adds rows.
    Insert(Option<ModelName>),
    /// Deletes rows.
    Delete(Option<ModelName>),
    /// Changes which rows a row is joined to by a field, or the value of that field in place.
    Join(Option<ModelName>, String, Joining),
    /// Runs a statement; `None` where it is not spelled out.
    Sql(Option<String>),
    /// Makes a table or column.
    Makes(String),
    /// Drops a table or column.
    Drops(String),
    /// Does something that cannot be followed.
    Unresolved(String),
}

/// What happens to the rows of a table between two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Joining {
    /// Some are added.
    Adds,
    /// Some are replaced.
    Sets,
    /// Some are taken away.
    Removes,
}

/// What a function does, taken together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// In the order of their kinds.
    pub(super) deeds: BTreeSet<Deed>,
    /// The models whose rows it looks at.
    pub(super) reads: BTreeSet<ModelName>,
}

impl Work {
    /// Work of which nothing is known.
    pub(super) fn unresolved(what: impl Into<String>) -> Self {
        Self { deeds: BTreeSet::from([Deed::Unresolved(what.into())]), reads: BTreeSet::new() }
    }
}

/// What the function of a `RunPython` does.
pub(super) fn work<'a>(
    module: &'a Module<'a>,
    library: Option<&'a Library<'a>>,
    code: &'a Expr,
) -> Work {
    if last_name(code) == Some("noop") {
        return Work::default();
    }
    Interpreter::new(module, library).run(code)
}

/// What the method of an operation does that is given a `schema_editor`.
pub(super) fn method_work<'a>(
    module: &'a Module<'a>,
    library: Option<&'a Library<'a>>,
    method: &'a StmtFunctionDef,
) -> Work {
    Interpreter::new(module, library).run_method(method)
}
