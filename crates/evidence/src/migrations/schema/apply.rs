//! What each action means.

use super::{Action, ColumnDefinition, Constraint, Lost, NamedConstraint, Schema, Table, View};
use crate::migrations::{
    effects::{Effects, Flag},
    sql::{is_builtin_routine, shown},
};

/// Routines may call routines; deeper than this nobody follows.
const DEEPEST_CALLS: u32 = 16;

impl Schema {
    /// Takes one step, and tells what it does to existing rows.
    ///
    /// What can be judged only at the end of the migration is told by [`conclude`](Self::conclude).
    pub(crate) fn apply(&mut self, action: &Action, effects: &mut Effects) {
        match action {
            Action::CreateTable { .. } => self.create_table(action, effects),
            Action::DropTable { table } => self.drop_table(table, effects),
            Action::RenameTable { table, to } => self.rename_table(table, to, effects),
            Action::AddColumn { table, column, if_not_exists } => {
                let is_known = self
                    .tables
                    .get(table)
                    .is_some_and(|table| table.columns.contains_key(&column.name));
                if !(*if_not_exists && is_known) {
                    self.add_column(table, column, effects);
                }
            }
            Action::DropColumn { table, column } => self.drop_column(table, column, effects),
            Action::RenameColumn { table, column, to } => {
                self.rename_column(table, column, to, effects);
            }
            Action::AlterType { table, column, to } => {
                let to = self.typed(to);
                self.alter_type(table, column, Some(to), effects);
            }
            Action::SetNullable { table, column, nullable } => {
                self.set_nullable(table, column, *nullable, effects);
            }
            Action::Redefine { table, column, definition } => {
                self.redefine(table, column, definition, effects);
            }
            Action::AddConstraint { table, constraint } => {
                self.add_constraint(table, constraint, effects);
            }
            Action::KeyFromIndex { table, name, index } => {
                let found = self.tables.get(table).and_then(|known| known.constraints.get(index));
                let columns = found.map(|found| found.columns().to_vec()).unwrap_or_default();
                for column in &columns {
                    self.set_nullable(table, column, false, effects);
                }
                let constraint = Constraint::PrimaryKey { columns };
                let constraint = NamedConstraint { name: name.clone(), constraint };
                self.add_constraint(table, &constraint, effects);
            }
            Action::DropConstraint { table, name, kind } => {
                self.drop_constraint(table, name, *kind, effects);
            }
            Action::DropIndex { name } => {
                if let Some(table) = self.homes.get(name).cloned() {
                    self.drop_constraint(&table, name, None, effects);
                }
                note(effects, "drops an index", name);
            }
            Action::RenameConstraint { from, to } => self.rename_constraint(from, to, effects),
            Action::ValidateConstraint { table, name } => {
                self.validate_constraint(table, name, effects);
            }
            Action::Insert { table, sources } => self.insert(table, sources, effects),
            Action::Update { table, columns } => self.update(table, columns, effects),
            Action::Delete { table } => {
                if !self.is_new_table(table) {
                    effects.add(Flag::DeleteRows, shown(table));
                }
            }
            Action::CreateRoutine { name, body } => {
                self.routines.insert(name.clone(), body.clone());
                note(effects, "makes a routine", name);
            }
            Action::Call { name, certain } => self.call(name, *certain, effects),
            Action::Neutral { what, subject } => note(effects, what, subject),
            Action::Unresolved { what } => effects.add(Flag::Unresolved, shown(what)),
            other => self.apply_to_others(other, effects),
        }
    }

    /// Actions on views, types and schemas.
    fn apply_to_others(&mut self, action: &Action, effects: &mut Effects) {
        match action {
            Action::CreateView { view } => {
                self.views.insert(view.clone(), View { made: self.migration });
                note(effects, "makes or replaces a view", view);
            }
            Action::DropView { view } => self.drop_view(view),
            Action::RenameView { view, to } => {
                let known = self.views.remove(view).unwrap_or(View { made: 0 });
                if known.made != self.migration {
                    self.ledger.renamed_views.rename(view, to);
                }
                self.views.insert(to.clone(), known);
            }
            Action::CreateType { name, values } => {
                self.make_type(name, values.clone(), self.migration);
                note(effects, "makes a type", name);
            }
            Action::AddEnumValue { name, value } => {
                if let Some(values) = self.enum_values(name)
                    && !values.contains(value)
                {
                    values.push(value.clone());
                }
                note(effects, "adds an enum value", format!("{name}.{value}"));
            }
            Action::LoseEnumValue { name, value, renamed_to } => {
                if let Some(values) = self.enum_values(name) {
                    values.retain(|known| known != value);
                    values.extend(renamed_to.clone());
                }
                if !self.is_new_type(name) {
                    effects.add(Flag::EnumValueDrop, shown(&format!("{name}.{value}")));
                }
            }
            Action::RenameType { name, to } => {
                let (id, is_new) = self.take_type(name);
                if !is_new {
                    self.ledger.renamed_types.rename(name, to);
                }
                self.types.insert(to.clone(), id);
            }
            Action::DropType { name, cascade } => self.drop_type(name, *cascade, effects),
            Action::CreateSchema { name } => {
                self.schemas.entry(name.clone()).or_insert(self.migration);
                note(effects, "makes a schema", name);
            }
            Action::DropSchema { name } => self.drop_schema(name, effects),
            _ => {}
        }
    }

    fn create_table(&mut self, action: &Action, effects: &mut Effects) {
        let Action::CreateTable {
            table,
            columns,
            constraints,
            filled_from,
            if_not_exists,
            temporary,
        } = action
        else {
            return;
        };
        if *if_not_exists
            && self.tables.get(table).is_some_and(|known| known.made != self.migration)
        {
            return note(effects, "makes a table that is there already", table);
        }
        note(effects, "makes a table", table);
        let is_filled = filled_from.iter().any(|source| self.holds_rows(source));
        if is_filled && !temporary {
            effects.add(Flag::CopyRows, shown(table));
        }
        if is_unknown(table) {
            return;
        }
        let made = self.migration;
        let new = Table {
            made,
            is_complete: !columns.is_empty(),
            is_temporary: *temporary,
            is_filled,
            ..Table::default()
        };
        self.tables.insert(table.clone(), new);
        // Nothing in a new table tightens anything, so these effects are left out.
        let mut unused = Effects::default();
        for column in columns {
            self.add_column(table, column, &mut unused);
        }
        for constraint in constraints {
            self.add_constraint(table, constraint, &mut unused);
        }
    }

    fn drop_table(&mut self, table: &str, effects: &mut Effects) {
        let known = self.tables.remove(table).unwrap_or_default();
        for name in known.constraints.keys() {
            self.homes.remove(name);
        }
        if known.made == self.migration {
            return note(effects, "drops a table that it made", table);
        }
        let original = self.ledger.renamed_tables.forget(table);
        self.ledger.dropped_tables.entry(original).or_insert(known);
    }

    fn rename_table(&mut self, table: &str, to: &str, effects: &mut Effects) {
        let known = self.tables.remove(table).unwrap_or_default();
        if known.made == self.migration {
            note(effects, "renames a table that it made", table);
        } else {
            self.ledger.renamed_tables.rename(table, to);
        }
        if self.ledger.retyped.remove(table) {
            self.ledger.retyped.insert(to.to_owned());
        }
        for name in known.constraints.keys().take(256) {
            self.homes.insert(name.clone(), to.to_owned());
        }
        self.tables.insert(to.to_owned(), known);
    }

    pub(super) fn add_column(
        &mut self,
        table: &str,
        definition: &ColumnDefinition,
        effects: &mut Effects,
    ) {
        let name = &definition.name;
        let subject = format!("{table}.{name}");
        let not_null = definition.not_null || definition.is_primary_key;
        if !self.is_new_table(table) && not_null && !definition.has_default {
            effects.add(Flag::AddNotNullWithoutDefault, shown(&subject));
        } else {
            note(effects, "adds a column", &subject);
        }
        let kind = definition.kind.as_ref().map(|kind| self.typed(kind));
        let made = self.migration;
        let column = self.column_mut(table, name);
        column.made = made;
        column.kind = kind;
        column.nullable = Some(!not_null);
        column.tells_rows_apart = definition.default_varies || !definition.has_default;
        column.before = None;
        self.constrain_column(table, definition, effects);
    }

    /// The constraints that stand in a column's definition.
    fn constrain_column(
        &mut self,
        table: &str,
        definition: &ColumnDefinition,
        effects: &mut Effects,
    ) {
        let columns = vec![definition.name.clone()];
        let mut constraints = Vec::new();
        if definition.is_primary_key {
            constraints.push(Constraint::PrimaryKey { columns: columns.clone() });
        }
        if definition.is_unique {
            constraints.push(Constraint::Unique { columns: columns.clone(), predicate: None });
        }
        if let Some((target, _)) = &definition.references {
            constraints.push(Constraint::ForeignKey { columns, target: target.clone() });
        }
        for constraint in constraints {
            self.add_constraint(table, &NamedConstraint { name: None, constraint }, effects);
        }
    }

    fn drop_column(&mut self, table: &str, column: &str, effects: &mut Effects) {
        let subject = format!("{table}.{column}");
        let migration = self.migration;
        let known = self.table_mut(table);
        let is_new = known.made == migration;
        let dropped = known.columns.remove(column);
        if is_new || dropped.is_some_and(|dropped| dropped.made == migration) {
            return note(effects, "drops a column that it made", &subject);
        }
        effects.add(Flag::DropColumn, shown(&subject));
        // Constraints over the column go with it.
        let gone: Vec<_> = known
            .constraints
            .iter()
            .take(256)
            .filter(|(_, constraint)| constraint.columns().iter().any(|one| one == column))
            .map(|(name, constraint)| (name.clone(), constraint.clone()))
            .collect();
        for (name, constraint) in gone {
            known.constraints.remove(&name);
            let kind = constraint.kind();
            known.lose(migration, Lost { name, kind, constraint: Some(constraint) });
        }
    }

    fn rename_column(&mut self, table: &str, column: &str, to: &str, effects: &mut Effects) {
        let subject = format!("{table}.{column}");
        if self.is_new_column(table, column) {
            note(effects, "renames a column that it made", &subject);
        } else {
            effects.add(Flag::RenameColumn, shown(&subject));
        }
        let known = self.table_mut(table);
        let moved = known.columns.remove(column).unwrap_or_default();
        known.columns.insert(to.to_owned(), moved);
        for constraint in known.constraints.values_mut().take(256) {
            constraint.rename_column(column, to);
        }
    }

    fn alter_type(
        &mut self,
        table: &str,
        column: &str,
        to: Option<super::Typed>,
        effects: &mut Effects,
    ) {
        if self.is_new_column(table, column) {
            note(effects, "changes the type of a column that it made", format!("{table}.{column}"));
        } else {
            self.ledger.retyped.insert(table.to_owned());
        }
        let migration = self.migration;
        let known = self.column_mut(table, column);
        let from = std::mem::replace(&mut known.kind, to);
        if known.before.as_ref().is_none_or(|(when, _)| *when != migration) {
            known.before = Some((migration, from));
        }
    }

    fn set_nullable(&mut self, table: &str, column: &str, nullable: bool, effects: &mut Effects) {
        let subject = format!("{table}.{column}");
        let is_new = self.is_new_column(table, column);
        let known = self.column_mut(table, column);
        let was = known.nullable.replace(nullable);
        if nullable {
            note(effects, "lets a column be NULL", &subject);
        } else if is_new || was == Some(false) {
            note(effects, "makes a new column NOT NULL", &subject);
        } else {
            effects.add(Flag::TightenNotNull, shown(&subject));
        }
    }

    fn redefine(
        &mut self,
        table: &str,
        column: &str,
        definition: &ColumnDefinition,
        effects: &mut Effects,
    ) {
        if definition.name != column {
            self.rename_column(table, column, &definition.name, effects);
        }
        let to = definition.kind.as_ref().map(|kind| self.typed(kind));
        self.alter_type(table, &definition.name, to, effects);
        self.set_nullable(table, &definition.name, !definition.not_null, effects);
        self.constrain_column(table, definition, effects);
    }

    fn insert(&mut self, table: &str, sources: &[String], effects: &mut Effects) {
        let from_rows = sources.iter().any(|source| self.holds_rows(source));
        let migration = self.migration;
        match self.tables.get_mut(table) {
            Some(known) if known.made == migration => {
                known.is_filled |= from_rows;
                if known.is_temporary || !from_rows {
                    note(effects, "fills a table that it made", table);
                } else {
                    effects.add(Flag::CopyRows, shown(table));
                }
            }
            _ => effects.add(Flag::InsertRows, shown(table)),
        }
    }

    fn update(&mut self, table: &str, columns: &[String], effects: &mut Effects) {
        if self.is_new_table(table) {
            note(effects, "writes a table that it made", table);
        } else if !columns.is_empty()
            && columns.iter().all(|column| self.is_new_column(table, column))
        {
            for column in columns {
                effects.add(Flag::Backfill, shown(&format!("{table}.{column}")));
            }
        } else {
            effects.add(Flag::UpdateRows, shown(table));
        }
    }

    fn call(&mut self, name: &str, certain: bool, effects: &mut Effects) {
        let Some(body) = self.routines.get(name).cloned() else {
            if certain && !is_builtin_routine(name) {
                effects.add(Flag::Unresolved, format!("{}()", shown(name)));
            }
            return;
        };
        if !self.ledger.called.insert(name.to_owned()) {
            return;
        }
        if self.ledger.depth >= DEEPEST_CALLS {
            return effects.add(Flag::Unresolved, format!("{}()", shown(name)));
        }
        self.ledger.depth += 1;
        for action in body.iter() {
            self.apply(action, effects);
        }
        self.ledger.depth -= 1;
    }

    fn drop_view(&mut self, view: &str) {
        let known = self.views.remove(view);
        if known.is_none_or(|known| known.made != self.migration) {
            let original = self.ledger.renamed_views.forget(view);
            self.ledger.dropped_views.insert(original);
        }
    }
}

/// Notes something that takes nothing away.
pub(super) fn note(effects: &mut Effects, what: &'static str, subject: impl AsRef<str>) {
    effects.add(Flag::Neutral(what), shown(subject.as_ref()));
}

/// Whether only the database knows the name.
fn is_unknown(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next() == Some(crate::migrations::sql::UNKNOWN_PART) && letters.next().is_none()
}
