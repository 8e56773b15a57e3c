//! What migrations do, one step at a time, whatever language says it.

use std::sync::Arc;

use super::SqlType;

/// One step of a migration.
///
/// Names are as [`sql::fold_name`](super::super::sql::fold_name) makes them: without the usual schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A new table.
    CreateTable {
        table: String,
        columns: Vec<ColumnDefinition>,
        constraints: Vec<NamedConstraint>,
        /// The tables it is filled from at once (`CREATE TABLE ... AS SELECT`).
        filled_from: Vec<String>,
        /// It may be there already.
        if_not_exists: bool,
        /// It ends with the session.
        temporary: bool,
    },
    DropTable {
        table: String,
    },
    RenameTable {
        table: String,
        to: String,
    },
    AddColumn {
        table: String,
        column: ColumnDefinition,
        if_not_exists: bool,
    },
    DropColumn {
        table: String,
        column: String,
    },
    RenameColumn {
        table: String,
        column: String,
        to: String,
    },
    /// Another type for a column.
    AlterType {
        table: String,
        column: String,
        to: SqlType,
    },
    /// `NOT NULL` set or taken off.
    SetNullable {
        table: String,
        column: String,
        nullable: bool,
    },
    /// A whole new definition for a column, perhaps with a new name (MySQL's `MODIFY` and `CHANGE`).
    Redefine {
        table: String,
        column: String,
        definition: ColumnDefinition,
    },
    AddConstraint {
        table: String,
        constraint: NamedConstraint,
    },
    /// A primary key over the columns of a unique index.
    KeyFromIndex {
        table: String,
        name: Option<String>,
        index: String,
    },
    /// A constraint dropped; `kind` where the statement tells.
    DropConstraint {
        table: String,
        name: String,
        kind: Option<ConstraintKind>,
    },
    /// An index dropped, whatever its table.
    DropIndex {
        name: String,
    },
    RenameConstraint {
        from: String,
        to: String,
    },
    /// A constraint that was added without looking at existing rows looks at them now.
    ValidateConstraint {
        table: String,
        name: String,
    },
    /// A view made or replaced.
    CreateView {
        view: String,
    },
    DropView {
        view: String,
    },
    RenameView {
        view: String,
        to: String,
    },
    /// A type; `values` for an enumeration.
    CreateType {
        name: String,
        values: Option<Vec<String>>,
    },
    AddEnumValue {
        name: String,
        value: String,
    },
    /// A value of an enumeration taken off or renamed.
    LoseEnumValue {
        name: String,
        value: String,
        renamed_to: Option<String>,
    },
    RenameType {
        name: String,
        to: String,
    },
    DropType {
        name: String,
        cascade: bool,
    },
    /// Rows written to a table, from constants or from the rows of other tables.
    Insert {
        table: String,
        sources: Vec<String>,
    },
    Update {
        table: String,
        columns: Vec<String>,
    },
    /// Rows deleted, some or all.
    Delete {
        table: String,
    },
    CreateSchema {
        name: String,
    },
    DropSchema {
        name: String,
    },
    /// A routine with what its body does when it is called.
    CreateRoutine {
        name: String,
        body: Arc<[Action]>,
    },
    /// A routine called; `certain` where a routine that is not known must be told.
    Call {
        name: String,
        certain: bool,
    },
    /// Something that takes nothing away and asks nothing of existing rows.
    Neutral {
        what: &'static str,
        subject: String,
    },
    /// Something that cannot be read or resolved.
    Unresolved {
        what: String,
    },
}

/// A column as a statement defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnDefinition {
    pub(crate) name: String,
    /// `None` where it cannot be told.
    pub(crate) kind: Option<SqlType>,
    pub(crate) not_null: bool,
    /// Whether existing rows get a value: a default, a sequence, a generated column.
    pub(crate) has_default: bool,
    /// Whether each existing row gets another value: a sequence, a function.
    pub(crate) default_varies: bool,
    pub(crate) is_primary_key: bool,
    pub(crate) is_unique: bool,
    /// The table and the columns it refers to.
    pub(crate) references: Option<(String, Vec<String>)>,
}

/// What a constraint asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    PrimaryKey {
        columns: Vec<String>,
    },
    /// A unique constraint, a unique index, or an exclusion.
    Unique {
        columns: Vec<String>,
        /// The columns that limit it to some rows.
        predicate: Option<Predicate>,
    },
    ForeignKey {
        columns: Vec<String>,
        target: String,
    },
    Check(Check),
    /// An index that forbids nothing.
    Index,
}

/// Which rows a unique index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Predicate {
    /// The columns it names.
    pub(crate) columns: Vec<String>,
    /// Those that it wants to be NULL.
    pub(crate) null_columns: Vec<String>,
}

/// What a check says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Check {
    /// Names in it that may be columns.
    pub(crate) columns: Vec<String>,
    /// Its words, folded.
    pub(crate) text: String,
    /// The values of `column IN (...)`, where it is nothing else.
    pub(crate) values: Option<Vec<String>>,
}

/// Kinds of constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
}

/// A constraint with its name, if it was given one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedConstraint {
    pub(crate) name: Option<String>,
    pub(crate) constraint: Constraint,
}

impl Action {
    /// Something that takes nothing away.
    pub(crate) fn neutral(what: &'static str, subject: impl Into<String>) -> Self {
        Self::Neutral { what, subject: subject.into() }
    }

    /// Something that cannot be resolved.
    pub(crate) fn unresolved(what: impl Into<String>) -> Self {
        Self::Unresolved { what: what.into() }
    }
}
