//! Columns as Rails names them.

use super::ruby::{Call, Value};
use crate::migrations::schema::{ColumnDefinition, SqlType};

/// A column that is added.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) column: ColumnDefinition,
    pub(super) if_not_exists: bool,
}

/// The column `name` of a type such as `string`, with the options of the call.
pub(super) fn column(name: &str, kind: &str, call: &Call) -> Definition {
    let kind = if kind == "enum" { call.option_text("enum_type").unwrap_or(kind) } else { kind };
    let has_default = match call.option("default") {
        None => false,
        Some(Value::Word(word)) => word != "nil",
        Some(_) => true,
    };
    let column = ColumnDefinition {
        name: name.to_owned(),
        kind: sql_type(kind, call),
        not_null: call.is("null", "false"),
        has_default: has_default || kind == "virtual" || kind == "primary_key",
        is_primary_key: kind == "primary_key",
        ..ColumnDefinition::default()
    };
    Definition { column, if_not_exists: call.is("if_not_exists", "true") }
}

/// The key that every table has unless it is told otherwise.
pub(super) fn id(kind: &str) -> ColumnDefinition {
    let kind = if kind == "true" { "bigint" } else { kind };
    ColumnDefinition {
        name: "id".to_owned(),
        kind: Some(SqlType::parse(kind)),
        not_null: true,
        has_default: true,
        default_varies: true,
        is_primary_key: true,
        ..ColumnDefinition::default()
    }
}

/// `created_at` and `updated_at`.
pub(super) fn timestamps(call: &Call) -> Vec<Definition> {
    ["created_at", "updated_at"]
        .into_iter()
        .map(|name| {
            let mut definition = column(name, "datetime", call);
            definition.column.not_null = !call.is("null", "true");
            definition
        })
        .collect()
}

/// `<name>_id`, and `<name>_type` where it may refer to several tables.
pub(super) fn reference(name: &str, call: &Call) -> Vec<Definition> {
    let kind = call.option_text("type").unwrap_or("bigint");
    let mut key = column(&format!("{name}_id"), kind, call);
    key.column.references = match call.option("foreign_key") {
        Some(Value::Word(word)) if word == "true" => Some((format!("{name}s"), Vec::new())),
        Some(Value::Hash(options)) => options
            .iter()
            .find(|(key, _)| key == "to_table")
            .map(|(_, table)| (table.texts().into_iter().next().unwrap_or_default(), Vec::new())),
        _ => None,
    };
    let mut columns = vec![key];
    if call.is("polymorphic", "true") || matches!(call.option("polymorphic"), Some(Value::Hash(_)))
    {
        columns.push(column(&format!("{name}_type"), "string", call));
    }
    columns
}

fn sql_type(kind: &str, call: &Call) -> Option<SqlType> {
    let number = |name: &str| call.option_text(name).filter(|text| text.parse::<u32>().is_ok());
    let limit = number("limit");
    let text = match kind {
        "string" => limit.map_or_else(|| "varchar".to_owned(), |limit| format!("varchar({limit})")),
        "integer" => match limit {
            Some("1" | "2") => "smallint".to_owned(),
            Some("5" | "6" | "7" | "8") => "bigint".to_owned(),
            _ => "integer".to_owned(),
        },
        "primary_key" => "bigint".to_owned(),
        "decimal" | "numeric" => match (number("precision"), number("scale")) {
            (Some(precision), scale) => format!("numeric({precision},{})", scale.unwrap_or("0")),
            _ => "numeric".to_owned(),
        },
        "datetime" | "timestamp" => "timestamp".to_owned(),
        "binary" => "bytea".to_owned(),
        "float" => "double precision".to_owned(),
        "virtual" => return None,
        other => other.to_owned(),
    };
    let array = if call.is("array", "true") { "[]" } else { "" };
    Some(SqlType::parse(&format!("{text}{array}")))
}

/// All names among arguments.
pub(super) fn names(arguments: &[Value]) -> Vec<String> {
    arguments.iter().flat_map(Value::texts).collect()
}

/// The columns of an index: a name, a list, or an expression.
pub(super) fn columns_of(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) if text.contains('(') => crate::migrations::sql::columns_in(text),
        other => other.texts(),
    }
}
