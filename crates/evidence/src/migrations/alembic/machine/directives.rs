//! The directives of `alembic.op`, and helpers that are called like them.

use std::rc::Rc;

use super::{
    Machine, Step,
    columns::{as_type, check, column_names, folded, parts_of_table, predicate},
    value::{Arguments, ColumnValue, TypeValue, Value},
};
use crate::{
    migrations::schema::{Action, Constraint, ConstraintKind, NamedConstraint},
    python::constants::HOLE,
};

impl<'a> Machine<'a> {
    /// `op.name(...)`.
    pub(super) fn directive(&mut self, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
        match name {
            "get_bind" | "get_context" | "get_impl" => return Value::Connection,
            "f" => return arguments.places.first().cloned().unwrap_or(Value::Unknown),
            "inline_literal" => return Value::Unknown,
            "batch_alter_table" => {
                let table = qualified(arguments, 0, "table_name").unwrap_or_else(|| HOLE.into());
                return Value::Batch(table.into());
            }
            "execute" => {
                let Some(statement) = arguments.get(0, "sqltext").cloned() else {
                    return Value::None;
                };
                self.execute(&statement, arguments);
                return Value::None;
            }
            "run_async" => {
                if let Some(function) = arguments.places.first().cloned() {
                    let connection =
                        Arguments { places: vec![Value::Connection], names: Vec::new() };
                    self.call_value(&function, connection, true);
                }
                return Value::None;
            }
            "bulk_insert" => {
                let table = arguments.get(0, "table").and_then(Value::table);
                let table = table.map_or_else(|| HOLE.to_owned(), |table| folded(&table));
                let with_rows = arguments.get(1, "rows").is_some_and(Value::is_from_rows);
                let sources = self.row_sources(with_rows);
                self.act(Action::Insert { table, sources });
                return Value::None;
            }
            _ => {}
        }
        // GeoAlchemy's directives take the same arguments as Alembic's.
        let plain = name.replace("geospatial_", "");
        if !self.schema_directive(&plain, arguments) {
            self.unresolved(&format!("op.{name}"));
        }
        Value::Table(Rc::new(super::value::TableValue {
            name: arguments.text(0, "table_name").unwrap_or_default().into(),
            columns: parts_of_table(arguments.places.iter()).0,
            constraints: Vec::new(),
        }))
    }

    /// A directive within `op.batch_alter_table(...)`: the table stands before its arguments, or after the name.
    pub(super) fn batch_directive(
        &mut self,
        table: &str,
        name: &str,
        mut arguments: Arguments<'a>,
    ) -> Value<'a> {
        let place = match name {
            "f" => return arguments.places.first().cloned().unwrap_or(Value::Unknown),
            "add_column" | "drop_column" | "alter_column" => 0,
            "execute" => return self.directive("execute", &arguments),
            _ => 1,
        };
        // Whether the name came as a keyword, the table has its own.
        let key = match name {
            "create_foreign_key" => "source_table",
            _ => "table_name",
        };
        if arguments.places.len() >= place {
            arguments.places.insert(place, Value::text(table));
        } else {
            arguments.names.push((key.to_owned(), Value::text(table)));
        }
        if !self.schema_directive(name, &arguments) {
            self.unresolved(&format!("batch.{name}"));
        }
        Value::None
    }

    /// A helper of the application that is called like a directive; `false` where it is none.
    pub(super) fn helper_directive(&mut self, name: &str, arguments: &Arguments<'a>) -> bool {
        let names_a_table = arguments.text(0, "table_name").is_some();
        match name {
            "create_table" | "drop_table" | "rename_table" if names_a_table => {
                self.schema_directive(name, arguments)
            }
            "add_columns" | "add_column" if names_a_table => {
                let table = qualified(arguments, 0, "table_name").unwrap_or_default();
                for column in parts_of_table(arguments.places.iter().skip(1)).0 {
                    self.add_column(&table, &column);
                }
                true
            }
            "drop_columns" | "drop_column" if names_a_table => {
                let table = qualified(arguments, 0, "table_name").unwrap_or_default();
                for column in arguments.places.iter().skip(1).flat_map(column_names) {
                    self.act(Action::DropColumn { table: table.clone(), column });
                }
                true
            }
            "drop_fks_for_table" => {
                let table = qualified(arguments, 0, "table_name").unwrap_or_default();
                self.act(Action::neutral("drops foreign keys", table));
                true
            }
            _ => false,
        }
    }

    /// A directive on the schema; `false` where it is not known.
    fn schema_directive(&mut self, name: &str, arguments: &Arguments<'a>) -> bool {
        let table_at = |place: usize, key: &str| {
            qualified(arguments, place, key).unwrap_or_else(|| HOLE.to_owned())
        };
        match name {
            "create_table" => {
                let (columns, constraints) = parts_of_table(arguments.places.iter().skip(1));
                let table = table_at(0, "table_name");
                self.create_table(
                    &table,
                    &columns,
                    &constraints,
                    arguments.is("if_not_exists", true),
                );
            }
            "drop_table" => self.act(Action::DropTable { table: table_at(0, "table_name") }),
            "rename_table" => {
                let to = arguments.text(1, "new_table_name").unwrap_or(HOLE);
                let to = in_schema(arguments, to);
                self.act(Action::RenameTable { table: table_at(0, "old_table_name"), to });
            }
            "add_column" => {
                let table = table_at(0, "table_name");
                match arguments.get(1, "column") {
                    Some(Value::Column(column)) => self.add_column(&table, &Rc::clone(column)),
                    _ => self.unresolved("a column that is not spelled out"),
                }
            }
            "drop_column" => {
                let columns = arguments.get(1, "column_name").map(column_names).unwrap_or_default();
                let column = columns.into_iter().next().unwrap_or_else(|| HOLE.to_owned());
                self.act(Action::DropColumn { table: table_at(0, "table_name"), column });
            }
            "alter_column" => self.alter_column(&table_at(0, "table_name"), arguments),
            "create_index" => {
                let table = table_at(1, "table_name");
                let columns = arguments.get(2, "columns").map(column_names).unwrap_or_default();
                let constraint = if arguments.is("unique", true) {
                    Constraint::Unique { columns, predicate: predicate(arguments) }
                } else {
                    Constraint::Index
                };
                self.constrain(table, arguments.text(0, "index_name"), constraint);
            }
            "drop_index" => {
                let name = folded(arguments.text(0, "index_name").unwrap_or(HOLE));
                self.act(Action::DropIndex { name });
            }
            "create_unique_constraint" => {
                let columns = arguments.get(2, "columns").map(column_names).unwrap_or_default();
                let constraint = Constraint::Unique { columns, predicate: None };
                let name = arguments.text(0, "constraint_name");
                self.constrain(table_at(1, "table_name"), name, constraint);
            }
            "create_primary_key" => {
                let columns = arguments.get(2, "columns").map(column_names).unwrap_or_default();
                let name = arguments.text(0, "constraint_name");
                let table = table_at(1, "table_name");
                self.constrain(table, name, Constraint::PrimaryKey { columns });
            }
            "create_foreign_key" => {
                let columns = arguments.get(3, "local_cols").map(column_names).unwrap_or_default();
                let target = arguments.text(2, "referent_table").map(folded).unwrap_or_default();
                let name = arguments.text(0, "constraint_name");
                let constraint = Constraint::ForeignKey { columns, target };
                self.constrain(table_at(1, "source_table"), name, constraint);
            }
            "create_check_constraint" => {
                let condition = arguments.get(2, "condition").and_then(Value::as_text);
                let name = arguments.text(0, "constraint_name");
                let constraint = Constraint::Check(check(condition.unwrap_or_default()));
                self.constrain(table_at(1, "table_name"), name, constraint);
            }
            "create_exclude_constraint" => {
                let constraint = Constraint::Unique { columns: Vec::new(), predicate: None };
                let name = arguments.text(0, "constraint_name");
                self.constrain(table_at(1, "table_name"), name, constraint);
            }
            "drop_constraint" => {
                let kind = match arguments.text(2, "type_").or(arguments.text(2, "type")) {
                    Some("primary") => Some(ConstraintKind::PrimaryKey),
                    Some("unique") => Some(ConstraintKind::Unique),
                    Some("foreignkey") => Some(ConstraintKind::ForeignKey),
                    Some("check") => Some(ConstraintKind::Check),
                    _ => None,
                };
                let name = folded(arguments.text(0, "constraint_name").unwrap_or(HOLE));
                let table = table_at(1, "table_name");
                self.act(Action::DropConstraint { table, name, kind });
            }
            "create_table_comment" | "drop_table_comment" => {
                self.act(Action::neutral("comments on a table", table_at(0, "table_name")));
            }
            "sync_enum_values" => self.sync_enum_values(arguments),
            // Of `alembic_utils`: routines, triggers and views as objects.
            "create_entity" | "replace_entity" => {
                self.act(Action::neutral("makes or replaces a routine or view", ""));
            }
            "drop_entity" => {
                let entity = arguments.places.first();
                let is_view = matches!(entity, Some(Value::Named(full)) if full.contains("View"));
                let view = HOLE.to_owned();
                let routine = || Action::neutral("drops a routine or trigger", "");
                self.act(if is_view { Action::DropView { view } } else { routine() });
            }
            _ => return false,
        }
        true
    }

    fn constrain(&mut self, table: String, name: Option<&str>, constraint: Constraint) {
        let constraint = NamedConstraint { name: name.map(folded), constraint };
        self.act(Action::AddConstraint { table, constraint });
    }

    pub(super) fn create_table(
        &mut self,
        table: &str,
        columns: &[Rc<ColumnValue>],
        constraints: &[NamedConstraint],
        if_not_exists: bool,
    ) {
        for column in columns {
            if let Some(kind) = column.kind.as_ref().filter(|kind| kind.comes_with_table) {
                self.create_type(kind);
            }
        }
        self.act(Action::CreateTable {
            table: table.to_owned(),
            columns: columns.iter().map(|column| column.definition.clone()).collect(),
            constraints: constraints.to_vec(),
            filled_from: Vec::new(),
            if_not_exists,
            temporary: false,
        });
    }

    fn add_column(&mut self, table: &str, column: &ColumnValue) {
        let definition = column.definition.clone();
        let name = definition.name.clone();
        self.act(Action::AddColumn {
            table: table.to_owned(),
            column: definition,
            if_not_exists: false,
        });
        for constraint in &column.constraints {
            let constraint = constraint.clone();
            self.act(Action::AddConstraint { table: table.to_owned(), constraint });
        }
        if column.is_indexed {
            self.act(Action::neutral("adds an index", format!("{table}.{name}")));
        }
    }

    fn alter_column(&mut self, table: &str, arguments: &Arguments<'a>) {
        let named = arguments.get(1, "column_name").map(column_names).unwrap_or_default();
        let mut column = named.into_iter().next().unwrap_or_else(|| HOLE.to_owned());
        let existing = arguments.named("existing_type").and_then(as_type);
        self.note(Step::Was {
            table: table.to_owned(),
            column: column.clone(),
            kind: existing.map(|kind| kind.kind.clone()),
            nullable: arguments.named("existing_nullable").and_then(Value::as_bool),
        });
        let new_name = arguments.named("new_column_name").or(arguments.named("name"));
        if let Some(to) = new_name.and_then(Value::as_text).map(folded)
            && to != column
        {
            let (table, from) = (table.to_owned(), column.clone());
            self.act(Action::RenameColumn { table, column: from, to: to.clone() });
            column = to;
        }
        if let Some(to) = arguments.named("type_") {
            match as_type(to) {
                Some(kind) => self.act(Action::AlterType {
                    table: table.to_owned(),
                    column: column.clone(),
                    to: kind.kind.clone(),
                }),
                None => self.unresolved(&format!("another type for {table}.{column}")),
            }
        }
        match arguments.named("nullable").map(Value::as_bool) {
            Some(Some(nullable)) => self.act(Action::SetNullable {
                table: table.to_owned(),
                column: column.clone(),
                nullable,
            }),
            Some(None) => self.unresolved(&format!("NULL in {table}.{column}")),
            None => {}
        }
        if arguments.named("server_default").is_some() || arguments.named("comment").is_some() {
            self.act(Action::neutral("changes a default", format!("{table}.{column}")));
        }
    }

    /// `enum.create(bind)` and `enum.drop(bind)`.
    pub(super) fn create_or_drop_type(&mut self, kind: &Rc<TypeValue>, method: &str) {
        match (&kind.enumeration, method) {
            (Some(name), "drop") => {
                self.act(Action::DropType { name: name.clone(), cascade: false });
            }
            (Some(_), _) => self.create_type(kind),
            (None, _) => {}
        }
    }

    fn create_type(&mut self, kind: &TypeValue) {
        if let Some(name) = kind.enumeration.clone() {
            self.note(Step::MakeType { name, values: kind.values.clone() });
        }
    }

    /// A directive of `alembic-postgresql-enum`: an enumeration with other values.
    fn sync_enum_values(&mut self, arguments: &Arguments<'a>) {
        let Some(name) = arguments.text(1, "enum_name").or(arguments.text(0, "enum_name")) else {
            return self.unresolved("op.sync_enum_values");
        };
        let name = match arguments.text(0, "enum_schema") {
            Some(schema) if schema != name => folded(&format!("{schema}.{name}")),
            _ => folded(name),
        };
        let renamed = match arguments.get(4, "enum_values_to_rename") {
            Some(Value::List(pairs)) => pairs.iter().map(Value::texts).collect(),
            _ => Vec::new(),
        };
        for pair in renamed {
            if let [value, to] = pair.as_slice() {
                let (value, renamed_to) = (value.clone(), Some(to.clone()));
                self.act(Action::LoseEnumValue { name: name.clone(), value, renamed_to });
            }
        }
        let values = arguments.get(2, "new_values").map(Value::texts).unwrap_or_default();
        self.note(Step::SyncType { name, values });
    }
}

/// The table of a directive with its schema.
fn qualified(arguments: &Arguments<'_>, place: usize, key: &str) -> Option<String> {
    let name = match arguments.get(place, key)? {
        Value::Table(table) => table.name.to_string(),
        Value::Class(class) => class.table.as_ref()?.to_string(),
        other => other.as_text()?.to_owned(),
    };
    Some(in_schema(arguments, &name))
}

fn in_schema(arguments: &Arguments<'_>, name: &str) -> String {
    let schemas = ["schema", "source_schema"];
    match schemas.iter().find_map(|key| arguments.named(key)).and_then(Value::as_text) {
        Some(schema) => folded(&format!("{schema}.{name}")),
        None => folded(name),
    }
}
