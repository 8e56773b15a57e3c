//! What is known of a database's tables while its migrations are read in order.
//!
//! The rule book is here: what each [`Action`] means for a database with rows, given what earlier migrations made and
//! what the same migration made. SQL and other languages only have to say which actions they stand for.

mod action;
mod apply;
mod conclude;
mod constraints;
mod told;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) use self::{
    action::{
        Action, Check, ColumnDefinition, Constraint, ConstraintKind, NamedConstraint, Predicate,
    },
    types::{Shift, SqlType},
};

/// Tables, views, types and routines, as far as they are known; what is not known is taken to exist with rows.
///
/// One migration is [`begin`](Self::begin), any number of [`apply`](Self::apply) and [`conclude`](Self::conclude).
/// *Cost*: an action costs the logarithm of what is known; a conclusion, what the migration touched.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// The number of the migration that is read; what is made carries it.
    migration: u32,
    tables: BTreeMap<String, Table>,
    views: BTreeMap<String, View>,
    types: BTreeMap<String, TypeId>,
    type_entries: Vec<TypeEntry>,
    routines: BTreeMap<String, Arc<[Action]>>,
    schemas: BTreeMap<String, u32>,
    /// The table of each index and constraint that has a name.
    homes: BTreeMap<String, String>,
    ledger: Ledger,
}

type TypeId = usize;

/// What the migration did that can be judged only at its end.
#[derive(Clone, Debug, Default)]
struct Ledger {
    /// Tables of before that are gone, by the names they had.
    dropped_tables: BTreeMap<String, Table>,
    renamed_tables: Renames,
    dropped_views: BTreeSet<String>,
    renamed_views: Renames,
    /// Types of before that were renamed or dropped, by the names they had.
    moved_types: BTreeMap<String, TypeId>,
    renamed_types: Renames,
    /// Tables with columns of another type.
    retyped: BTreeSet<String>,
    called: BTreeSet<String>,
    depth: u32,
    /// How often everything known was looked through.
    searches: u32,
}

/// Present names of things that had another before the migration.
#[derive(Clone, Debug, Default)]
struct Renames(BTreeMap<String, String>);

impl Renames {
    fn rename(&mut self, from: &str, to: &str) {
        let original = self.forget(from);
        if original != to {
            self.0.insert(to.to_owned(), original);
        }
    }

    /// The name before the migration, which is no longer of interest.
    fn forget(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_else(|| name.to_owned())
    }
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// The migration that made it; 0 where that is not known.
    made: u32,
    /// Whether all its columns are known.
    is_complete: bool,
    is_temporary: bool,
    /// Whether it was made here and holds rows of other tables.
    is_filled: bool,
    columns: BTreeMap<String, Column>,
    constraints: BTreeMap<String, Constraint>,
    /// Constraints that this migration took off, with what they said where that is known.
    lost: Vec<Lost>,
    /// The migration that `lost` is of.
    lost_in: u32,
}

#[derive(Clone, Debug)]
struct Lost {
    name: String,
    kind: Option<ConstraintKind>,
    constraint: Option<Constraint>,
}

#[derive(Clone, Debug, Default)]
struct Column {
    made: u32,
    kind: Option<Typed>,
    nullable: Option<bool>,
    /// Whether existing rows differ in it, or have NULL, where it was made here.
    tells_rows_apart: bool,
    /// The type before the migration that changed it, with that migration.
    before: Option<(u32, Option<Typed>)>,
}

/// A type with the entry that its name stood for.
#[derive(Clone, Debug)]
struct Typed {
    kind: SqlType,
    id: Option<TypeId>,
}

#[derive(Clone, Debug)]
struct TypeEntry {
    made: u32,
    values: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
struct View {
    made: u32,
}

impl Default for Schema {
    fn default() -> Self {
        Self {
            migration: 1,
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            types: BTreeMap::new(),
            type_entries: Vec::new(),
            routines: BTreeMap::new(),
            schemas: BTreeMap::new(),
            homes: BTreeMap::new(),
            ledger: Ledger::default(),
        }
    }
}

impl Schema {
    /// Goes on to the next migration: what is known now was there before it.
    pub(crate) fn begin(&mut self) {
        self.migration = self.migration.saturating_add(1);
        self.ledger = Ledger::default();
    }

    /// Whether this migration made the table.
    pub(crate) fn is_new_table(&self, table: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.made == self.migration)
    }

    /// Whether this migration made the column, or its table.
    pub(crate) fn is_new_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|table| self.is_new_in(table, column))
    }

    fn is_new_in(&self, table: &Table, column: &str) -> bool {
        match table.columns.get(column) {
            Some(column) => column.made == self.migration,
            // `CREATE TABLE IF NOT EXISTS` may have found a table that has such a column.
            None => table.made == self.migration && !table.is_complete,
        }
    }

    /// The table, which is taken to have been there where it is not known.
    fn table_mut(&mut self, table: &str) -> &mut Table {
        self.tables.entry(table.to_owned()).or_default()
    }

    fn column_mut(&mut self, table: &str, column: &str) -> &mut Column {
        self.table_mut(table).columns.entry(column.to_owned()).or_default()
    }

    /// Whether a table holds rows from before the migration.
    fn holds_rows(&self, table: &str) -> bool {
        self.tables.get(table).is_none_or(|table| table.made != self.migration || table.is_filled)
    }

    fn typed(&mut self, kind: &SqlType) -> Typed {
        let id = kind.custom_name().map(|name| {
            if let Some(id) = self.types.get(name) {
                return *id;
            }
            self.make_type(name, None, 0)
        });
        Typed { kind: kind.clone(), id }
    }

    fn make_type(&mut self, name: &str, values: Option<Vec<String>>, made: u32) -> TypeId {
        let id = self.type_entries.len();
        self.type_entries.push(TypeEntry { made, values });
        self.types.insert(name.to_owned(), id);
        id
    }

    fn values_of<'a>(&'a self, typed: &'a Typed) -> Option<&'a [String]> {
        typed.kind.values().or_else(|| self.type_entries.get(typed.id?)?.values.as_deref())
    }
}

impl Table {
    /// Constraints that the migration took off.
    fn lost(&self, migration: u32) -> &[Lost] {
        if self.lost_in == migration { &self.lost } else { &[] }
    }

    fn lose(&mut self, migration: u32, lost: Lost) {
        if self.lost_in != migration {
            self.lost.clear();
            self.lost_in = migration;
        }
        self.lost.push(lost);
    }
}
