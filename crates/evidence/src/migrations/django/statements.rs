//! Raw SQL among Django's operations.

use super::{
    field::{Field, Kind},
    operation::NewModel,
    state::{Model, State},
};
use crate::migrations::{
    Effects,
    schema::{Action, ColumnDefinition, Schema},
    sql::{self, fold_name},
};

/// The tables as raw statements see them.
///
/// Of what Django makes they only have to know that it is new: written columns of a new table are no rewritten rows.
#[derive(Debug, Default)]
pub(super) struct Tables {
    schema: Schema,
}

impl Tables {
    /// Begins the next migration.
    pub(super) fn begin(&mut self) {
        self.schema.begin();
    }

    /// Ends the migration: what only its end tells.
    pub(super) fn conclude(&mut self) -> Effects {
        self.schema.conclude()
    }

    /// What a statement does.
    pub(super) fn run(&mut self, sql: &str) -> Effects {
        sql::judge(sql, &mut self.schema)
    }

    /// Whether the migration at hand made a table.
    pub(super) fn is_new_table(&self, table: &str) -> bool {
        self.schema.is_new_table(&fold_name(table))
    }

    /// Whether the migration at hand made a column or its table.
    pub(super) fn is_new_column(&self, table: &str, column: &str) -> bool {
        self.schema.is_new_column(&fold_name(table), &fold_name(column))
    }

    /// Notes the tables of a new model.
    pub(super) fn create(&mut self, state: &State, model: &Model, new: &NewModel) {
        if !model.has_table {
            return;
        }
        let table = state.table(model);
        let columns = new.fields.iter().filter_map(|(name, field)| column(name, field));
        let columns = columns.collect();
        self.create_table(&table, columns);
        for (name, field) in &new.fields {
            self.join(&table, name, field);
        }
    }

    /// Notes the column or table of a new field.
    pub(super) fn add(&mut self, state: &State, model: &Model, name: &str, field: &Field) {
        if !model.has_table {
            return;
        }
        let table = state.table(model);
        if let Some(column) = column(name, field) {
            let table = fold_name(&table);
            let action = Action::AddColumn { table, column, if_not_exists: true };
            self.schema.apply(&action, &mut Effects::default());
        }
        self.join(&table, name, field);
    }

    fn join(&mut self, table: &str, name: &str, field: &Field) {
        let Kind::Many(many) = &field.kind else { return };
        if !many.has_model {
            let usual = || format!("{table}_{name}");
            let table = many.table.clone().unwrap_or_else(usual);
            self.create_table(&table, Vec::new());
        }
    }

    fn create_table(&mut self, table: &str, columns: Vec<ColumnDefinition>) {
        let action = Action::CreateTable {
            table: fold_name(table),
            columns,
            constraints: Vec::new(),
            filled_from: Vec::new(),
            if_not_exists: true,
            temporary: false,
        };
        self.schema.apply(&action, &mut Effects::default());
    }
}

fn column(name: &str, field: &Field) -> Option<ColumnDefinition> {
    Some(ColumnDefinition {
        name: fold_name(&field.column(name)?),
        has_default: field.fills,
        ..ColumnDefinition::default()
    })
}
