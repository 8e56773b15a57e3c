//! Connections and sessions.

use std::rc::Rc;

use super::{
    Machine,
    calls::{is_executing, rows_of},
    columns::folded,
    statements::written,
    value::{Arguments, Value},
};
use crate::{migrations::schema::Action, python::constants::HOLE};

impl<'a> Machine<'a> {
    /// A method of whatever executes.
    pub(super) fn call_connection(&mut self, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
        if is_executing(name) {
            let statements = ["statement", "sqltext", "clause"];
            let named = statements.iter().find_map(|name| arguments.named(name));
            let Some(statement) = arguments.places.first().or(named).cloned() else {
                return Value::Rows;
            };
            return self.execute(&statement, arguments);
        }
        let first = arguments.places.first();
        match name {
            "query" => match first.and_then(Value::table) {
                Some(table) if first.is_some_and(is_mapped) => Value::Query(table),
                _ => Value::Rows,
            },
            "get" => match first.and_then(Value::table) {
                Some(table) => Value::Entity(table),
                None => Value::Rows,
            },
            "add" | "merge" | "add_all" | "bulk_save_objects" => {
                let items = match first {
                    Some(Value::List(items)) => items.iter().take(64).cloned().collect(),
                    Some(other) => vec![other.clone()],
                    None => Vec::new(),
                };
                for item in &items {
                    self.add_object(item);
                }
                Value::None
            }
            "delete" => {
                self.act(Action::Delete { table: first.map(table_of).unwrap_or_default() });
                Value::None
            }
            "bulk_insert_mappings" => {
                let sources = self.row_sources(rows_of(arguments).is_from_rows());
                let table = first.map(table_of).unwrap_or_default();
                self.act(Action::Insert { table, sources });
                Value::None
            }
            "bulk_update_mappings" => {
                let columns = arguments.places.get(1).map(written).unwrap_or_default();
                let table = first.map(table_of).unwrap_or_default();
                self.act(Action::Update { table, columns });
                Value::None
            }
            "run_sync" | "run_callable" => match first.cloned() {
                Some(function) => {
                    let mut places = vec![Value::Connection];
                    places.extend(arguments.places.iter().skip(1).cloned());
                    let arguments = Arguments { places, names: Vec::new() };
                    self.call_value(&function, arguments, true)
                }
                None => Value::Unknown,
            },
            "begin"
            | "begin_nested"
            | "connect"
            | "connection"
            | "get_bind"
            | "cursor"
            | "execution_options"
            | "autocommit_block"
            | "enable_relationship_loading"
            | "no_autoflush"
            | "__enter__"
            | "bind"
            | "begin_transaction"
            | "session" => Value::Connection,
            "commit" | "rollback" | "close" | "flush" | "expire" | "expire_all" | "expunge"
            | "expunge_all" | "refresh" | "detach" | "invalidate" | "dispose"
            | "in_transaction" | "fetchall" | "fetchone" | "fetchmany" | "configure"
            | "is_active" | "mogrify" => Value::Rows,
            _ if name.starts_with("get_")
                || name.starts_with("has_")
                || name.starts_with("is_") =>
            {
                Value::Rows
            }
            // A factory of sessions.
            "__call__" => Value::Connection,
            _ => {
                self.unresolved(&format!("{name} of a connection"));
                Value::Rows
            }
        }
    }

    /// A new object in the session: a row, unless it was read from there.
    fn add_object(&mut self, item: &Value<'a>) {
        match item {
            // It is there already.
            Value::Entity(_) | Value::Query(_) => {}
            Value::Rows => self.act(Action::Insert { table: HOLE.to_owned(), sources: Vec::new() }),
            other => {
                let sources = self.row_sources(false);
                self.act(Action::Insert { table: table_of(other), sources });
            }
        }
    }
}

/// The table of a mapped class or object, as the schema has it.
fn table_of(value: &Value<'_>) -> String {
    let table: Option<Rc<str>> = match value {
        Value::List(items) => items.first().and_then(Value::table),
        other => other.table(),
    };
    table.map_or_else(|| HOLE.to_owned(), |table| folded(&table))
}

/// Whether querying it gives objects that write back.
fn is_mapped(value: &Value<'_>) -> bool {
    matches!(value, Value::Class(_) | Value::Named(_))
}
