//! Keys, uniqueness, foreign keys and checks: what they ask of existing rows.

use std::collections::BTreeSet;

use super::{
    Check, Constraint, ConstraintKind, Lost, NamedConstraint, Predicate, Schema, Table, apply::note,
};
use crate::migrations::{
    effects::{Effects, Flag},
    sql::shown,
};

/// How many constraints of a table are looked at; no real table has more.
const MOST_CONSTRAINTS: usize = 256;

impl Constraint {
    pub(super) fn columns(&self) -> &[String] {
        match self {
            Self::PrimaryKey { columns }
            | Self::Unique { columns, .. }
            | Self::ForeignKey { columns, .. } => columns,
            Self::Check(check) => &check.columns,
            Self::Index => &[],
        }
    }

    pub(super) fn kind(&self) -> Option<ConstraintKind> {
        match self {
            Self::PrimaryKey { .. } => Some(ConstraintKind::PrimaryKey),
            Self::Unique { .. } => Some(ConstraintKind::Unique),
            Self::ForeignKey { .. } => Some(ConstraintKind::ForeignKey),
            Self::Check(_) => Some(ConstraintKind::Check),
            Self::Index => None,
        }
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        let columns = match self {
            Self::PrimaryKey { columns }
            | Self::Unique { columns, .. }
            | Self::ForeignKey { columns, .. } => columns,
            Self::Check(check) => &mut check.columns,
            Self::Index => return,
        };
        for column in columns.iter_mut().filter(|column| *column == from) {
            to.clone_into(column);
        }
    }

    /// The name that PostgreSQL gives where a statement gives none.
    fn default_name(&self, table: &str) -> String {
        let table = table.rsplit('.').next().unwrap_or(table);
        let columns = self.columns().join("_");
        match self {
            Self::PrimaryKey { .. } => format!("{table}_pkey"),
            Self::Unique { .. } => format!("{table}_{columns}_key"),
            Self::ForeignKey { .. } => format!("{table}_{columns}_fkey"),
            Self::Check(_) => format!("{table}_{columns}_check"),
            Self::Index => format!("{table}_{columns}_idx"),
        }
    }
}

impl Schema {
    pub(super) fn add_constraint(
        &mut self,
        table: &str,
        added: &NamedConstraint,
        effects: &mut Effects,
    ) {
        let name = added.name.clone().unwrap_or_else(|| added.constraint.default_name(table));
        let subject = match added.constraint.columns() {
            [] => table.to_owned(),
            columns => format!("{table}.{}", columns.join("+")),
        };
        if self.views.contains_key(table) {
            // An index of a materialized view holds what is derived.
            return note(effects, neutral_word(&added.constraint), &subject);
        }
        self.table_mut(table);
        if let Some(known) = self.tables.get(table) {
            match self.tightening(known, &name, &added.constraint) {
                Some(flag) => effects.add(flag, shown(&subject)),
                None => note(effects, neutral_word(&added.constraint), &subject),
            }
        }
        self.homes.insert(name.clone(), table.to_owned());
        self.table_mut(table).constraints.insert(name, added.constraint.clone());
    }

    /// What a new constraint asks of existing rows, if anything.
    fn tightening(&self, table: &Table, name: &str, added: &Constraint) -> Option<Flag> {
        if table.made == self.migration {
            return None;
        }
        match added {
            Constraint::PrimaryKey { columns } => self.primary_key_tightening(table, columns),
            Constraint::Unique { columns, predicate } => self
                .tightens_unique(table, columns, predicate.as_ref())
                .then_some(Flag::TightenUnique),
            Constraint::ForeignKey { columns, target } => self
                .tightens_foreign_key(table, name, columns, target)
                .then_some(Flag::TightenForeignKey),
            Constraint::Check(check) => {
                self.tightens_check(table, check).then_some(Flag::TightenCheck)
            }
            Constraint::Index => None,
        }
    }

    fn primary_key_tightening(&self, table: &Table, columns: &[String]) -> Option<Flag> {
        let lost = table.lost(self.migration);
        let lost_key = lost.iter().find(|lost| {
            lost.kind == Some(ConstraintKind::PrimaryKey)
                || lost.name.ends_with("pkey")
                || lost.name.starts_with("pk_")
        });
        let lost_key = lost_key.or_else(|| lost.iter().find(|lost| lost.kind.is_none()));
        let present =
            table.constraints.values().take(MOST_CONSTRAINTS).find_map(|known| match known {
                Constraint::PrimaryKey { columns } => Some(columns),
                _ => None,
            });
        let former = match (lost_key, present) {
            (Some(Lost { constraint: Some(Constraint::PrimaryKey { columns }), .. }), _) => {
                Some(columns)
            }
            (Some(_), _) => return Some(Flag::PrimaryKeyChange),
            (None, present) => present,
        };
        match former {
            Some(former) if same_set(former, columns) => None,
            Some(_) => Some(Flag::PrimaryKeyChange),
            None if !columns.is_empty()
                && columns.iter().all(|column| self.is_new_in(table, column)) =>
            {
                None
            }
            None => Some(Flag::TightenUnique),
        }
    }

    fn tightens_unique(
        &self,
        table: &Table,
        columns: &[String],
        predicate: Option<&Predicate>,
    ) -> bool {
        let columns = real_columns(table, columns);
        let is_new = |column: &&String| self.is_new_in(table, column);
        if !columns.is_empty() && columns.iter().all(is_new) {
            return false;
        }
        // A new column that is NULL or differs in existing rows keeps them apart.
        let tells_apart = |column: &&String| {
            is_new(column)
                && table.columns.get(column.as_str()).is_some_and(|column| column.tells_rows_apart)
        };
        if columns.iter().any(tells_apart) {
            return false;
        }
        if let Some(predicate) = predicate {
            let leaves_all_out = |column: &String| {
                self.is_new_in(table, column) && !predicate.null_columns.contains(column)
            };
            if predicate.columns.iter().any(leaves_all_out) {
                return false;
            }
        }
        // What was unique over fewer columns, and over as many rows, stays unique.
        let is_implied = |known: &Constraint| match known {
            Constraint::PrimaryKey { columns: known } => is_subset(known, &columns),
            Constraint::Unique { columns: known, predicate: limit } => {
                (limit.is_none() || limit.as_ref() == predicate) && is_subset(known, &columns)
            }
            _ => false,
        };
        !self.any_known(table, is_implied)
    }

    fn tightens_foreign_key(
        &self,
        table: &Table,
        name: &str,
        columns: &[String],
        target: &str,
    ) -> bool {
        if columns.iter().any(|column| self.is_new_in(table, column)) {
            return false;
        }
        let is_same = |known: &Constraint| match known {
            Constraint::ForeignKey { columns: known, target: known_target } => {
                same_set(known, columns) && known_target == target
            }
            _ => false,
        };
        let may_be_same = |lost: &Lost| {
            lost.constraint.is_none()
                && (lost.name == name
                    || columns.iter().all(|column| lost.name.contains(column.as_str())))
        };
        !self.any_known(table, is_same) && !table.lost(self.migration).iter().any(may_be_same)
    }

    fn tightens_check(&self, table: &Table, check: &Check) -> bool {
        let columns = real_columns(table, &check.columns);
        if !columns.is_empty() && columns.iter().all(|column| self.is_new_in(table, column)) {
            return false;
        }
        let is_implied = |known: &Constraint| match known {
            Constraint::Check(known) => {
                let allows_all = match (&known.values, &check.values) {
                    (Some(known_values), Some(values)) => {
                        known.columns == check.columns && is_subset(known_values, values)
                    }
                    _ => false,
                };
                known.text == check.text || allows_all || self.counts_no_more(table, known, check)
            }
            _ => false,
        };
        !self.any_known(table, is_implied)
    }

    /// Whether a check on the number of columns that are not NULL only counts new columns as well, which are NULL.
    fn counts_no_more(&self, table: &Table, known: &Check, check: &Check) -> bool {
        let is_new = |word: &str| {
            let column = table.columns.get(word);
            column.is_some_and(|column| {
                column.made == self.migration && column.nullable != Some(false)
            })
        };
        let counts = ["num_nonnulls (", "( num_nonnulls ("];
        if !counts.iter().any(|start| check.text.starts_with(start)) {
            return false;
        }
        let mut left = String::with_capacity(known.text.len());
        for word in check.text.split(' ').filter(|word| !is_new(word)) {
            let is_second_comma = word == "," && (left.ends_with(',') || left.ends_with('('));
            if word == ")" && left.ends_with(" ,") {
                left.truncate(left.len() - 2);
            }
            if !is_second_comma {
                left.push_str(if left.is_empty() { "" } else { " " });
                left.push_str(word);
            }
        }
        left == known.text
    }

    /// Whether a constraint that holds, or held until this migration, passes.
    fn any_known(&self, table: &Table, passes: impl Fn(&Constraint) -> bool) -> bool {
        let lost = table.lost(self.migration).iter().filter_map(|lost| lost.constraint.as_ref());
        table.constraints.values().chain(lost).take(MOST_CONSTRAINTS).any(passes)
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &str,
        name: &str,
        kind: Option<ConstraintKind>,
        effects: &mut Effects,
    ) {
        let migration = self.migration;
        let default_key = format!("{}_pkey", table.rsplit('.').next().unwrap_or(table));
        let is_key = kind == Some(ConstraintKind::PrimaryKey);
        let known = self.table_mut(table);
        let found = known
            .constraints
            .remove(name)
            .or_else(|| is_key.then(|| known.constraints.remove(&default_key)).flatten());
        let kind = found.as_ref().map_or(kind, Constraint::kind);
        known.lose(migration, Lost { name: name.to_owned(), kind, constraint: found });
        self.homes.remove(name);
        note(effects, "drops a constraint", format!("{table}.{name}"));
    }

    pub(super) fn rename_constraint(&mut self, from: &str, to: &str, effects: &mut Effects) {
        note(effects, "renames an index or constraint", from);
        let Some(table) = self.homes.remove(from) else { return };
        let known = self.table_mut(&table);
        if let Some(constraint) = known.constraints.remove(from) {
            known.constraints.insert(to.to_owned(), constraint);
        }
        self.homes.insert(to.to_owned(), table);
    }

    /// Existing rows are looked at now, unless the migration that added the constraint has told already.
    pub(super) fn validate_constraint(&mut self, table: &str, name: &str, effects: &mut Effects) {
        let known = self.tables.get(table).and_then(|known| known.constraints.get(name));
        let flag = match known {
            Some(Constraint::ForeignKey { .. }) => Flag::TightenForeignKey,
            _ => Flag::TightenCheck,
        };
        if !self.is_new_table(table) {
            effects.add(flag, shown(&format!("{table}.{name}")));
        }
    }
}

fn neutral_word(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::PrimaryKey { .. } => "sets a harmless primary key",
        Constraint::Unique { .. } => "sets a harmless unique key",
        Constraint::ForeignKey { .. } => "sets a harmless foreign key",
        Constraint::Check(_) => "sets a harmless check",
        Constraint::Index => "adds an index",
    }
}

/// The columns among names that may be columns.
fn real_columns<'a>(table: &Table, names: &'a [String]) -> Vec<&'a String> {
    let known: Vec<_> =
        names.iter().filter(|name| table.columns.contains_key(name.as_str())).collect();
    if table.is_complete && !known.is_empty() { known } else { names.iter().collect() }
}

fn same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && is_subset(one, other)
}

fn is_subset<T: AsRef<str>>(small: &[String], large: &[T]) -> bool {
    let large: BTreeSet<&str> = large.iter().map(AsRef::as_ref).collect();
    small.iter().all(|one| large.contains(one.as_str()))
}
