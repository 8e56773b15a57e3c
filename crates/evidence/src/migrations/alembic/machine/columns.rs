//! Types, columns, constraints and tables, as `SQLAlchemy` spells them.

use std::rc::Rc;

use super::value::{Arguments, ColumnValue, TableValue, TypeValue, Value};
use crate::migrations::{
    schema::{Action, Check, ColumnDefinition, Constraint, NamedConstraint, Predicate, SqlType},
    sql::{self, fold_name},
};
use crate::python::constants::HOLE;

/// A name as the schema has it.
pub(super) fn folded(name: &str) -> String {
    fold_name(name)
}

/// What a class of a library makes, or of the application where it can only be a type of columns.
pub(super) fn construct<'a>(
    full: &str,
    last: &str,
    arguments: &Arguments<'a>,
) -> Option<Value<'a>> {
    match last {
        "Column" | "mapped_column" | "column" => return Some(column(last, arguments)),
        "Table" | "table" => return Some(table(arguments)),
        "PrimaryKeyConstraint"
        | "UniqueConstraint"
        | "ForeignKeyConstraint"
        | "CheckConstraint"
        | "ExcludeConstraint"
        | "Index"
        | "ForeignKey" => {
            return constraint(last, arguments).map(|one| Value::Constraint(Rc::new(one)));
        }
        "Computed" | "Identity" | "Sequence" | "FetchedValue" => {
            return Some(Value::Named(full.into()));
        }
        "MetaData" => return Some(Value::Named("sqlalchemy.MetaData()".into())),
        "registry" | "declarative_base" | "DeclarativeBase" | "relationship" => {
            return Some(Value::Unknown);
        }
        "Session" | "sessionmaker" | "scoped_session" | "Operations" | "MigrationContext"
        | "create_engine" | "AsyncSession" => return Some(Value::Connection),
        "TextClause" | "DDL" | "text" | "literal_column" => {
            let first = arguments.places.first()?;
            return first.as_text().map(Value::text);
        }
        "CreateSchema" | "DropSchema" | "CreateSequence" | "DropSequence" => {
            let (verb, what) = last.split_at(if last.starts_with("Drop") { 4 } else { 6 });
            let name = arguments.places.first().and_then(Value::as_text).unwrap_or(HOLE);
            return Some(Value::text(format!("{verb} {what} {name}")));
        }
        "IDColumn" => return Some(identity_column(arguments)),
        "ForeignKeyIDColumn" => return Some(foreign_key_column(arguments)),
        _ => {}
    }
    let kind = kind_of(full, last, arguments)?;
    Some(Value::Type(Rc::new(kind)))
}

/// The type that a value stands for: `sa.Text()`, or `sa.Text` itself.
pub(super) fn as_type(value: &Value<'_>) -> Option<Rc<TypeValue>> {
    match value {
        Value::Type(kind) => Some(Rc::clone(kind)),
        Value::Named(full) => {
            let last = full.rsplit('.').next().unwrap_or(full);
            let is_type = last.chars().next().is_some_and(char::is_uppercase);
            let kind = is_type.then(|| kind_of(full, last, &Arguments::default())).flatten();
            kind.map(Rc::new)
        }
        // A type that the file defines itself.
        Value::Class(class) | Value::Object(class) if class.table.is_none() => {
            let kind = match class.attributes.get("impl").and_then(as_type) {
                Some(kind) => return Some(kind),
                None => SqlType::parse(&class.name),
            };
            Some(Rc::new(TypeValue {
                kind,
                spelled: class.name.clone(),
                enumeration: None,
                values: None,
                comes_with_table: false,
            }))
        }
        Value::Choice(values) => values.iter().find_map(as_type),
        _ => None,
    }
}

fn kind_of(full: &str, last: &str, arguments: &Arguments<'_>) -> Option<TypeValue> {
    let length = arguments.get(0, "length").filter(|length| !matches!(length, Value::None));
    let digits = length.and_then(Value::shown);
    let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let sized = |name: &str| match (length, digits) {
        (None, _) => Some(name.to_owned()),
        (Some(_), Some(digits)) => Some(format!("{name}({digits})")),
        // A length that is known only while running.
        (Some(_), None) => None,
    };
    let is_zoned = arguments.is("timezone", true)
        || arguments.places.first().and_then(Value::as_bool) == Some(true);
    let spelled = match last {
        "String" | "Unicode" | "VARCHAR" | "NVARCHAR" | "AutoString" => sized("varchar")?,
        "CHAR" | "NCHAR" => sized("char")?,
        "Text" | "TEXT" | "UnicodeText" | "CLOB" | "LONGTEXT" | "MEDIUMTEXT" => "text".to_owned(),
        "Integer" | "INTEGER" | "INT" => "integer".to_owned(),
        "SmallInteger" | "SMALLINT" => "smallint".to_owned(),
        "TINYINT" => "tinyint".to_owned(),
        "BigInteger" | "BIGINT" => "bigint".to_owned(),
        "Boolean" | "BOOLEAN" | "BOOL" => "boolean".to_owned(),
        "DateTime" | "DATETIME" | "TIMESTAMP" => {
            (if is_zoned { "timestamptz" } else { "timestamp" }).to_owned()
        }
        "Date" | "DATE" => "date".to_owned(),
        "Time" | "TIME" => (if is_zoned { "timetz" } else { "time" }).to_owned(),
        "Interval" | "INTERVAL" => "interval".to_owned(),
        "Numeric" | "NUMERIC" | "DECIMAL" => {
            let digits = arguments.get(0, "precision").and_then(Value::shown);
            let scale = arguments.get(1, "scale").and_then(Value::shown).unwrap_or("0");
            match digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
                Some(digits) => format!("numeric({digits},{scale})"),
                None => "numeric".to_owned(),
            }
        }
        "Float" | "FLOAT" | "Double" | "DOUBLE" | "DOUBLE_PRECISION" => {
            "double precision".to_owned()
        }
        "REAL" => "real".to_owned(),
        "LargeBinary" | "BLOB" | "BYTEA" | "VARBINARY" | "BINARY" => "bytea".to_owned(),
        // Helpers that keep the database's own type for unique ids everywhere.
        "UUID" | "Uuid" | "GUID" | "UUIDType" => "uuid".to_owned(),
        "ARRAY" => {
            let inner = arguments.get(0, "item_type").and_then(as_type)?;
            return Some(TypeValue {
                kind: SqlType::parse(&format!("{}[]", inner.spelled)),
                spelled: format!("{}[]", inner.spelled),
                enumeration: None,
                values: None,
                comes_with_table: false,
            });
        }
        "Enum" | "ENUM" => return Some(enumeration(arguments)),
        // Helpers of several projects: an enumeration of the database by the name of the class.
        "EnumType" | "EnumValueType" if !arguments.places.is_empty() => {
            return Some(enumeration(arguments));
        }
        "StrEnumType" => "varchar".to_owned(),
        "JSON" | "JSONB" | "CITEXT" | "INET" | "CIDR" | "MACADDR" | "HSTORE" | "TSVECTOR"
        | "BIT" | "OID" | "MONEY" | "INT4RANGE" | "INT8RANGE" | "NUMRANGE" | "TSRANGE"
        | "TSTZRANGE" | "DATERANGE" | "XML" | "YEAR" | "REGCLASS" => last.to_lowercase(),
        // A type of the application: itself, whatever it is kept as.
        _ if !full.starts_with("sqlalchemy") && full.contains('.') => {
            let is_class = last.chars().next().is_some_and(char::is_uppercase);
            if !is_class {
                return None;
            }
            let inner = arguments.places.first().and_then(Value::table);
            match inner {
                Some(inner) => format!("{last}_{inner}"),
                None => last.to_owned(),
            }
        }
        _ => return None,
    };
    Some(TypeValue {
        kind: SqlType::parse(&spelled),
        spelled,
        enumeration: None,
        values: None,
        comes_with_table: false,
    })
}

/// `Enum("a", "b", name="x")`, or `Enum(Class)`.
fn enumeration(arguments: &Arguments<'_>) -> TypeValue {
    let mut is_certain = true;
    let mut values = Vec::new();
    let mut of_class = None;
    for value in &arguments.places {
        match value {
            Value::Class(class) if class.is_enumeration => {
                of_class = Some(class.name.to_lowercase());
                // Names are kept, unless `values_callable` says otherwise.
                let by_value = arguments.named("values_callable").is_some();
                for (name, value) in &class.members {
                    let value = if by_value { value.as_text() } else { Some(name.as_str()) };
                    values.extend(value.map(str::to_owned));
                }
            }
            Value::List(_) => values.extend(value.texts()),
            Value::Named(name) => {
                of_class = name.rsplit('.').next().map(str::to_lowercase);
                is_certain = false;
            }
            other => match other.as_text() {
                Some(text) => values.push(text.to_owned()),
                None => is_certain = false,
            },
        }
    }
    let is_native = !arguments.is("native_enum", false);
    let name = arguments.named("name").and_then(Value::as_text).map(str::to_owned);
    let name =
        name.or(of_class).map(|name| match arguments.named("schema").and_then(Value::as_text) {
            Some(schema) => folded(&format!("{schema}.{name}")),
            None => folded(&name),
        });
    let values = (is_certain && !values.is_empty()).then_some(values);
    let length =
        arguments.named("length").and_then(Value::shown).and_then(|text| text.parse().ok());
    let longest = values.iter().flatten().map(|value| value.chars().count()).max();
    let spelled = match (&name, length.or(longest)) {
        (Some(name), _) if is_native => name.clone(),
        // Kept as text that is as long as the longest value.
        (_, Some(length)) => format!("varchar({length})"),
        (Some(name), None) => format!("text_of_{name}"),
        (None, None) => "varchar".to_owned(),
    };
    TypeValue {
        kind: SqlType::parse(&spelled),
        spelled,
        enumeration: name.filter(|_| is_native),
        values,
        comes_with_table: is_native && !arguments.is("create_type", false),
    }
}

/// `Column("name", Type(), ...)`.
fn column<'a>(last: &str, arguments: &Arguments<'a>) -> Value<'a> {
    let mut places = arguments.places.iter().peekable();
    let named = arguments.named("name").and_then(Value::as_text);
    let name = match places.peek().and_then(|first| first.as_text()) {
        Some(name) => {
            places.next();
            name
        }
        None if matches!(places.peek(), Some(Value::Unknown | Value::Rows)) => {
            places.next();
            HOLE
        }
        None => named.unwrap_or_default(),
    };
    let mut column = ColumnValue {
        definition: ColumnDefinition { name: folded(name), ..ColumnDefinition::default() },
        ..ColumnValue::default()
    };
    let given = arguments.named("type_").into_iter().chain(places);
    for value in given {
        match value {
            Value::Constraint(constraint) => match &constraint.constraint {
                Constraint::ForeignKey { target, columns } => {
                    column.definition.references = Some((target.clone(), columns.clone()));
                }
                _ => column.constraints.push((**constraint).clone()),
            },
            Value::Named(full) if full.ends_with("Computed") || full.ends_with("Identity") => {
                column.definition.has_default = true;
                column.definition.default_varies = true;
            }
            Value::Named(full) if full.ends_with("Sequence") => {}
            value => {
                if column.kind.is_none() {
                    column.kind = as_type(value);
                }
            }
        }
    }
    let definition = &mut column.definition;
    definition.kind = column.kind.as_ref().map(|kind| kind.kind.clone());
    definition.is_primary_key = arguments.is("primary_key", true);
    definition.is_unique = arguments.is("unique", true);
    column.is_indexed = arguments.is("index", true);
    // The lightweight `column` says nothing of NULL.
    // What is decided while running may well be NOT NULL.
    let nullable = arguments.named("nullable").map(|value| value.as_bool().unwrap_or(false));
    definition.not_null = nullable == Some(false) || definition.is_primary_key;
    if last == "column" {
        definition.not_null = false;
    }
    if let Some(default) = arguments.named("server_default")
        && !matches!(default, Value::None)
    {
        definition.has_default = true;
        definition.default_varies = default.as_text().is_none_or(varies);
    }
    if definition.is_primary_key && is_number(definition.kind.as_ref()) {
        definition.has_default = true;
        definition.default_varies = true;
    }
    if arguments.is("autoincrement", true) {
        definition.has_default = true;
        definition.default_varies = true;
    }
    Value::Column(Rc::new(column))
}

fn is_number(kind: Option<&SqlType>) -> bool {
    let numbers = ["smallint", "integer", "bigint"].map(SqlType::parse);
    kind.is_some_and(|kind| numbers.contains(kind))
}

/// Whether a default gives each existing row another value.
fn varies(default: &str) -> bool {
    let default = default.to_lowercase();
    ["uuid", "nextval", "random"].iter().any(|part| default.contains(part))
}

/// A helper of several projects: an `id` of type uuid that the database fills.
fn identity_column<'a>(arguments: &Arguments<'a>) -> Value<'a> {
    let name = arguments.text(0, "name").unwrap_or("id");
    Value::Column(Rc::new(ColumnValue {
        definition: ColumnDefinition {
            name: folded(name),
            kind: Some(SqlType::parse("uuid")),
            not_null: true,
            has_default: true,
            default_varies: true,
            is_primary_key: true,
            ..ColumnDefinition::default()
        },
        ..ColumnValue::default()
    }))
}

/// A helper of several projects: a uuid that refers to another table, and may be NULL unless told otherwise.
fn foreign_key_column<'a>(arguments: &Arguments<'a>) -> Value<'a> {
    let Value::Column(column) = column("Column", arguments) else { return Value::Unknown };
    let mut column = (*column).clone();
    column.definition.kind = Some(SqlType::parse("uuid"));
    if let Some(target) = arguments.places.iter().skip(1).find_map(Value::as_text) {
        column.definition.references = Some(reference(target));
    }
    Value::Column(Rc::new(column))
}

/// `table.column` of a foreign key.
fn reference(target: &str) -> (String, Vec<String>) {
    match target.rsplit_once('.') {
        Some((table, column)) => (folded(table), vec![folded(column)]),
        None => (folded(target), Vec::new()),
    }
}

/// `Table("name", metadata, Column(...), ...)` or `table("name", column(...), ...)`.
fn table<'a>(arguments: &Arguments<'a>) -> Value<'a> {
    let Some(name) = arguments.text(0, "name") else { return Value::Unknown };
    let name = match arguments.named("schema").and_then(Value::as_text) {
        Some(schema) => format!("{schema}.{name}"),
        None => name.to_owned(),
    };
    let (columns, constraints) = parts_of_table(arguments.places.iter().skip(1));
    Value::Table(Rc::new(TableValue { name: folded(&name).into(), columns, constraints }))
}

/// Columns and constraints among the arguments of a table.
pub(super) fn parts_of_table<'a, 'b>(
    values: impl Iterator<Item = &'b Value<'a>>,
) -> (Vec<Rc<ColumnValue>>, Vec<NamedConstraint>)
where
    'a: 'b,
{
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            Value::Column(column) => {
                constraints.extend(column.constraints.iter().cloned());
                columns.push(Rc::clone(column));
            }
            Value::Constraint(constraint) => constraints.push((**constraint).clone()),
            _ => {}
        }
    }
    (columns, constraints)
}

/// A constraint or index as a value.
fn constraint(last: &str, arguments: &Arguments<'_>) -> Option<NamedConstraint> {
    let names = |values: &mut dyn Iterator<Item = &Value<'_>>| -> Vec<String> {
        values.flat_map(column_names).collect()
    };
    let mut name = arguments.named("name").and_then(Value::as_text).map(folded);
    let places = &arguments.places;
    let constraint = match last {
        "PrimaryKeyConstraint" => Constraint::PrimaryKey { columns: names(&mut places.iter()) },
        "UniqueConstraint" => {
            Constraint::Unique { columns: names(&mut places.iter()), predicate: None }
        }
        "ExcludeConstraint" => Constraint::Unique { columns: Vec::new(), predicate: None },
        "ForeignKeyConstraint" => {
            let targets = arguments.get(1, "refcolumns").map(Value::texts).unwrap_or_default();
            let target = targets.first().map(|target| reference(target).0).unwrap_or_default();
            let columns = arguments.get(0, "columns").map(column_names).unwrap_or_default();
            Constraint::ForeignKey { columns, target }
        }
        "ForeignKey" => {
            let target = arguments.text(0, "column")?;
            let (target, columns) = reference(target);
            Constraint::ForeignKey { columns, target }
        }
        "CheckConstraint" => {
            Constraint::Check(check(arguments.text(0, "sqltext").unwrap_or_default()))
        }
        "Index" => {
            name = arguments.text(0, "name").map(folded);
            let columns = names(&mut places.iter().skip(1));
            if arguments.is("unique", true) {
                Constraint::Unique { columns, predicate: predicate(arguments) }
            } else {
                Constraint::Index
            }
        }
        _ => return None,
    };
    Some(NamedConstraint { name, constraint })
}

/// The columns that a value names.
pub(super) fn column_names(value: &Value<'_>) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().flat_map(column_names).collect(),
        Value::Column(column) => vec![column.definition.name.clone()],
        Value::ColumnOf(_, column) => vec![folded(column)],
        other => other.as_text().map(folded).into_iter().collect(),
    }
}

/// What a check says, from its words.
pub(super) fn check(text: &str) -> Check {
    let read = sql::read(&format!("ALTER TABLE t ADD CHECK ({text})"));
    let found = read.into_iter().find_map(|action| match action {
        Action::AddConstraint { constraint, .. } => match constraint.constraint {
            Constraint::Check(check) => Some(check),
            _ => None,
        },
        _ => None,
    });
    found.unwrap_or_else(|| Check { text: text.to_owned(), ..Check::default() })
}

/// The condition of an index that holds only some rows.
pub(super) fn predicate(arguments: &Arguments<'_>) -> Option<Predicate> {
    let dialects = ["postgresql_where", "sqlite_where", "mssql_where"];
    let condition = dialects.iter().find_map(|name| arguments.named(name))?;
    match condition.as_text() {
        Some(text) => {
            let read = sql::read(&format!("CREATE UNIQUE INDEX i ON t (c) WHERE {text}"));
            read.into_iter().find_map(|action| match action {
                Action::AddConstraint { constraint, .. } => match constraint.constraint {
                    Constraint::Unique { predicate, .. } => predicate,
                    _ => None,
                },
                _ => None,
            })
        }
        None => Some(Predicate { columns: column_names(condition), null_columns: Vec::new() }),
    }
}
