//! What an expression of a migration stands for, as far as it can be told without running it.

use std::{collections::BTreeMap, rc::Rc};

use ruff_python_ast::{Expr, Parameters, StmtFunctionDef};

use crate::migrations::schema::{ColumnDefinition, NamedConstraint, SqlType};

/// The place of a scope in the machine.
pub(super) type ScopeId = usize;

/// Stands in a text where something that was read from the database goes in; of the private use area.
pub(super) const ROW_PART: &str = "\u{e001}";

/// A value.
///
/// *Invariants*: cheap to clone; what is large is shared.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// Nothing is known of it, but that it is data.
    Unknown,
    /// Something that was read from the database.
    Rows,
    None,
    Bool(bool),
    /// As Python prints it.
    Number(Rc<str>),
    Text(Rc<str>),
    List(Rc<Vec<Value<'a>>>),
    Dict(Rc<Vec<(Value<'a>, Value<'a>)>>),
    /// Something from elsewhere, by its full name: `sqlalchemy.Text`.
    Named(Rc<str>),
    Function(Rc<Function<'a>>),
    Class(Rc<Class<'a>>),
    /// An instance of a class of the file.
    Object(Rc<Class<'a>>),
    /// A member of an enumeration: its name and value.
    Member(Rc<str>, Rc<Value<'a>>),
    /// Whatever executes: a connection, a session, an engine, the migration's context.
    Connection,
    /// `op.batch_alter_table(...)`.
    Batch(Rc<str>),
    Type(Rc<TypeValue>),
    Column(Rc<ColumnValue>),
    /// A column of a table, in a statement.
    ColumnOf(Rc<str>, Rc<str>),
    Table(Rc<TableValue>),
    Constraint(Rc<NamedConstraint>),
    Statement(Rc<Statement>),
    /// Rows of a mapped class, by its table.
    Query(Rc<str>),
    /// One such row: writing to it writes to the table.
    Entity(Rc<str>),
    /// A method, with what it is called on.
    Method(Rc<(Value<'a>, String)>),
    /// One of several, as branches left it.
    Choice(Rc<Vec<Value<'a>>>),
}

/// A function or lambda of the file.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) body: Body<'a>,
    /// Where its free names are looked up.
    pub(super) scope: ScopeId,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    Statements(&'a StmtFunctionDef),
    Expression(&'a Expr),
}

/// A class of the file.
#[derive(Debug, Default)]
pub(super) struct Class<'a> {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, Value<'a>>,
    /// Members of an enumeration in their order.
    pub(super) members: Vec<(String, Value<'a>)>,
    pub(super) is_enumeration: bool,
    /// The table of a mapped class.
    pub(super) table: Option<Rc<str>>,
    /// The columns of a mapped class, by the order of its attributes' names.
    pub(super) columns: Vec<Rc<ColumnValue>>,
}

/// A type of columns.
#[derive(Clone, Debug)]
pub(super) struct TypeValue {
    pub(super) kind: SqlType,
    /// As SQL would spell it.
    pub(super) spelled: String,
    /// The name of an enumeration that the database knows as a type of its own.
    pub(super) enumeration: Option<String>,
    /// The values of an enumeration, where they are known.
    pub(super) values: Option<Vec<String>>,
    /// Whether making a table makes the type.
    pub(super) comes_with_table: bool,
}

/// `Column(...)`, with what it brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnValue {
    pub(super) definition: ColumnDefinition,
    pub(super) kind: Option<Rc<TypeValue>>,
    pub(super) is_indexed: bool,
    pub(super) constraints: Vec<NamedConstraint>,
}

/// `Table(...)`.
#[derive(Clone, Debug)]
pub(super) struct TableValue {
    pub(super) name: Rc<str>,
    pub(super) columns: Vec<Rc<ColumnValue>>,
    pub(super) constraints: Vec<NamedConstraint>,
}

/// What a statement does when it is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
}

/// A statement of `SQLAlchemy`.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) verb: Verb,
    /// Names the table, where that is known.
    pub(super) table: Rc<str>,
    /// The columns that it writes.
    pub(super) columns: Vec<String>,
    /// The tables that it takes rows from.
    pub(super) sources: Vec<String>,
    /// Whether it selects rows of a mapped class.
    pub(super) is_entity: bool,
    /// Statements within that write.
    pub(super) within: Vec<Rc<Statement>>,
}

impl<'a> Value<'a> {
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn list(items: Vec<Value<'a>>) -> Self {
        Self::List(Rc::new(items))
    }

    /// The text of a text, or of a member of an enumeration of texts.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Member(_, value) => value.as_text(),
            Self::Choice(values) => values.first()?.as_text(),
            _ => None,
        }
    }

    /// How it stands in a text, where that is known.
    pub(super) fn shown(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            Self::Bool(true) => Some("True"),
            Self::Bool(false) => Some("False"),
            Self::None => Some("None"),
            Self::Table(table) => Some(&table.name),
            Self::Member(_, value) => value.shown(),
            Self::Rows | Self::Query(_) | Self::Entity(_) => Some(ROW_PART),
            _ => self.as_text(),
        }
    }

    /// `None` where it is neither true nor false.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it can be used to change the database.
    pub(super) fn acts(&self) -> bool {
        match self {
            Self::Connection | Self::Batch(_) => true,
            Self::Named(full) => full.starts_with("alembic.op"),
            _ => false,
        }
    }

    /// Whether it comes from the database, in whole or in part.
    pub(super) fn is_from_rows(&self) -> bool {
        self.is_from_rows_within(4)
    }

    fn is_from_rows_within(&self, levels: usize) -> bool {
        let Some(levels) = levels.checked_sub(1) else { return false };
        match self {
            Self::Rows | Self::Query(_) | Self::Entity(_) => true,
            Self::List(items) | Self::Choice(items) => {
                items.iter().take(64).any(|item| item.is_from_rows_within(levels))
            }
            Self::Dict(pairs) => {
                pairs.iter().take(64).any(|(_, value)| value.is_from_rows_within(levels))
            }
            _ => false,
        }
    }

    /// The texts of a list, or the one text; parts that are not known are left out.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(items) => {
                items.iter().filter_map(Value::as_text).map(str::to_owned).collect()
            }
            Self::Choice(values) => values.first().map(Value::texts).unwrap_or_default(),
            other => other.as_text().map(str::to_owned).into_iter().collect(),
        }
    }

    /// The table that it stands for: a table, a mapped class, a statement over one.
    pub(super) fn table(&self) -> Option<Rc<str>> {
        match self {
            Self::Table(table) => Some(Rc::clone(&table.name)),
            Self::Class(class) | Self::Object(class) => class.table.clone(),
            Self::ColumnOf(table, _) | Self::Query(table) | Self::Entity(table) => {
                Some(Rc::clone(table))
            }
            Self::Statement(statement) => Some(Rc::clone(&statement.table)),
            Self::Choice(values) => values.first()?.table(),
            // A mapped class of the application; its table is not known by name, but it is an existing one.
            Self::Named(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                Some(last.to_lowercase().into())
            }
            _ => None,
        }
    }
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(super) struct Arguments<'a> {
    pub(super) places: Vec<Value<'a>>,
    pub(super) names: Vec<(String, Value<'a>)>,
}

impl<'a> Arguments<'a> {
    /// The argument of a keyword.
    pub(super) fn named(&self, name: &str) -> Option<&Value<'a>> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The argument of a keyword, or at a place from 0.
    pub(super) fn get(&self, place: usize, name: &str) -> Option<&Value<'a>> {
        self.named(name).or_else(|| self.places.get(place))
    }

    /// As [`Self::get`], where it is a text.
    pub(super) fn text(&self, place: usize, name: &str) -> Option<&str> {
        self.get(place, name).and_then(Value::as_text)
    }

    /// Whether a keyword is given as this constant.
    pub(super) fn is(&self, name: &str, expected: bool) -> bool {
        self.named(name).and_then(Value::as_bool) == Some(expected)
    }

    /// All values.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value<'a>> {
        self.places.iter().chain(self.names.iter().map(|(_, value)| value))
    }
}
