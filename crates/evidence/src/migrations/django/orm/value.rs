//! What a name stands for while a function is followed.

use std::{collections::BTreeMap, rc::Rc};

use ruff_python_ast::{ExprLambda, StmtFunctionDef};

use super::ModelName;
use crate::migrations::django::syntax::Module;

/// A model, if it is known which.
pub(super) type Target = Option<Rc<ModelName>>;

/// What names stand for.
pub(super) type Scope<'a> = BTreeMap<String, Value<'a>>;

/// What is known of a value.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// Nothing.
    Unknown,
    /// It has nothing to do with the database.
    Local,
    /// A text that is spelled out.
    Text(Rc<str>),
    /// The registry of models.
    Apps,
    /// The schema editor.
    Editor,
    /// A database connection.
    Connection,
    /// A cursor of a connection.
    Cursor,
    /// A class of rows.
    Model(Target),
    /// A manager or a query.
    Query(Target),
    /// A row.
    Row(Row),
    /// Several rows in a list, set or dictionary.
    Rows(Row),
    /// A row's attribute.
    Attribute(Target, Rc<str>),
    /// A function of the tree.
    Function(Function<'a>),
    /// A function without a name.
    Lambda(&'a ExprLambda),
    /// Something of another module, by its full name.
    Imported(Rc<str>),
}

/// A function that can be followed.
#[derive(Clone, Debug)]
pub(super) struct Function<'a> {
    pub(super) definition: &'a StmtFunctionDef,
    /// The module that it is of.
    pub(super) module: &'a Module<'a>,
    /// What was known where it was made.
    pub(super) made_in: Option<Rc<Scope<'a>>>,
}

/// A row of a model.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its model.
    pub(super) target: Target,
    /// Whether it was made here and is not stored yet.
    pub(super) is_fresh: bool,
}

impl Value<'_> {
    /// A row that is stored already.
    pub(super) fn stored(target: Target) -> Self {
        Self::Row(Row { target, is_fresh: false })
    }

    /// Whether it says more than nothing.
    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Local | Self::Text(_))
    }

    /// Whether whoever is given it can write to the database by it.
    pub(super) fn is_handle(&self) -> bool {
        matches!(self, Self::Apps | Self::Editor | Self::Connection | Self::Cursor | Self::Model(_))
    }

    /// What a loop over it gives.
    pub(super) fn element(self) -> Self {
        match self {
            Self::Query(target) => Self::stored(target),
            Self::Rows(row) => Self::Row(row),
            // Rows on the other side of a relation.
            Self::Attribute(..) | Self::Unknown => Self::Unknown,
            Self::Model(target) => Self::Model(target),
            _ => Self::Local,
        }
    }
}
