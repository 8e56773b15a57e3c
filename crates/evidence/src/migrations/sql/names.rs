//! Names of tables, columns and routines.

use super::token::UNKNOWN_PART;

/// Schemas that mean the same as none.
const USUAL_SCHEMAS: &[&str] = &["public", "dbo", "main"];

/// A name as [`Schema`](super::super::schema::Schema) has it: with its schema, unless that is the usual one or known to
/// the database alone. Its case is kept, as if it stood in quotes.
pub(crate) fn fold_name(name: &str) -> String {
    fold_parts(&name.split('.').collect::<Vec<_>>())
}

/// The same for a name whose parts are folded already.
pub(crate) fn fold_parts<T: AsRef<str>>(parts: &[T]) -> String {
    match parts {
        [] => String::new(),
        [.., schema, name] if !is_usual(schema.as_ref()) => {
            format!("{}.{}", schema.as_ref(), name.as_ref())
        }
        [.., name] => name.as_ref().to_owned(),
    }
}

fn is_usual(schema: &str) -> bool {
    schema.contains(UNKNOWN_PART)
        || USUAL_SCHEMAS.iter().any(|usual| schema.eq_ignore_ascii_case(usual))
}

/// A name for people: what only the database knows is a `*`.
pub(crate) fn shown(name: &str) -> String {
    name.replace(UNKNOWN_PART, "*")
}

/// Routines of the databases themselves that change nothing stored.
const BUILTIN_ROUTINES: &[&str] = &[
    "abs",
    "age",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "cast",
    "ceil",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "convert",
    "count",
    "currval",
    "database",
    "datetime",
    "decode",
    "digest",
    "encode",
    "every",
    "exists",
    "extract",
    "first_value",
    "floor",
    "format",
    "gen_random_bytes",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "has_table_privilege",
    "ifnull",
    "initcap",
    "jsonb",
    "lag",
    "last_insert_id",
    "last_value",
    "lastval",
    "lead",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "max",
    "md5",
    "min",
    "mod",
    "nextval",
    "now",
    "nullif",
    "num_nonnulls",
    "obj_description",
    "octet_length",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "random",
    "rank",
    "dense_rank",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "rpad",
    "rtrim",
    "schema",
    "set_config",
    "setval",
    "sign",
    "split_part",
    "sqrt",
    "starts_with",
    "strpos",
    "substr",
    "substring",
    "sum",
    "sleep",
    "statement_timestamp",
    "translate",
    "trim",
    "trunc",
    "unnest",
    "upper",
    "uuid",
    "version",
    "transaction_timestamp",
    "hashtext",
    "ntile",
    "percentile_cont",
    "mode",
    "width_bucket",
    "instr",
    "strftime",
    "unixepoch",
    "julianday",
    "hex",
    "quote",
    "total",
    "group_concat",
    "if",
    "char",
    "ascii",
    "bigint",
    "integer",
    "int",
    "text",
    "varchar",
    "numeric",
    "decimal",
    "timestamp",
    "timestamptz",
    "date",
    "time",
    "interval",
    "boolean",
    "character",
    "bit",
    "float",
    "real",
];

/// Beginnings of such names.
const BUILTIN_PREFIXES: &[&str] = &[
    "pg_",
    "json_",
    "jsonb_",
    "array_",
    "string_",
    "regexp_",
    "to_",
    "date_",
    "uuid_",
    "current_",
    "row_",
    "st_",
    "ts_",
    "inet_",
    "txid_",
    "xml",
    "xpath",
    "information_schema.",
    "pg_catalog.",
];

/// Whether a routine belongs to the database itself, and changes nothing stored.
pub(crate) fn is_builtin_routine(name: &str) -> bool {
    BUILTIN_ROUTINES.contains(&name)
        || BUILTIN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
