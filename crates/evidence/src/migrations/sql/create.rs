//! `CREATE ...`.

use std::sync::Arc;

use super::{
    columns::{column, names, table_constraint, where_predicate},
    cursor::{Cursor, parts},
    rows::sources,
    statement::{Reader, phrase, unknown},
    token::{Kind, Token},
};
use crate::migrations::schema::{Action, Constraint, NamedConstraint};

/// Words between `CREATE` and what is made.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "ALTER",
    "GLOBAL",
    "LOCAL",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "RECURSIVE",
    "FORCE",
    "UNIQUE",
    "MATERIALIZED",
    "FOREIGN",
    "VIRTUAL",
    "CONSTRAINT",
    "CLUSTERED",
    "NONCLUSTERED",
    "FULLTEXT",
    "SPATIAL",
    "TRUSTED",
    "PROCEDURAL",
    "COLUMNSTORE",
    "EXTERNAL",
];

/// Objects that ask nothing of existing rows, with what is said of them.
const NEUTRAL_OBJECTS: &[(&str, &str)] = &[
    ("TRIGGER", "makes a trigger"),
    ("EVENT", "makes a trigger"),
    ("SEQUENCE", "makes a sequence"),
    ("EXTENSION", "makes an extension"),
    ("RULE", "makes a rule"),
    ("POLICY", "makes a policy"),
    ("ROLE", "makes a role"),
    ("USER", "makes a role"),
    ("GROUP", "makes a role"),
    ("LOGIN", "makes a role"),
    ("DATABASE", "makes a database"),
    ("AGGREGATE", "makes a routine"),
    ("OPERATOR", "makes an operator"),
    ("CAST", "makes a cast"),
    ("COLLATION", "makes a collation"),
    ("STATISTICS", "makes statistics"),
    ("PUBLICATION", "makes a publication"),
    ("SUBSCRIPTION", "makes a subscription"),
    ("SERVER", "makes a server"),
    ("ACCESS", "makes an access method"),
    ("LANGUAGE", "makes a language"),
    ("TEXT", "makes a text search object"),
    ("TRANSFORM", "makes a transform"),
    ("TABLESPACE", "makes a tablespace"),
    ("SYNONYM", "makes a synonym"),
];

pub(super) fn read(reader: &mut Reader, mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let all = cursor.rest();
    cursor.skip(1);
    let (mut is_unique, mut is_temporary) = (false, false);
    loop {
        is_unique |= cursor.sees(&["UNIQUE"]);
        is_temporary |= cursor.sees(&["TEMP"]) || cursor.sees(&["TEMPORARY"]);
        if cursor.eat(&["DEFINER"]) || cursor.eat(&["ALGORITHM"]) || cursor.eat(&["SQL"]) {
            // MySQL: `DEFINER = name`, `ALGORITHM = MERGE`, `SQL SECURITY INVOKER`.
            let objects = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "SQL"];
            cursor.until(|token| objects.iter().any(|word| token.is(word)));
        } else if !cursor.eat_any(MODIFIERS) {
            break;
        }
    }
    if cursor.eat(&["TABLE"]) {
        create_table(cursor, is_temporary, all, actions);
    } else if cursor.eat(&["VIEW"]) {
        cursor.eat_if_exists();
        match cursor.name() {
            Some(view) => actions.push(Action::CreateView { view }),
            None => actions.push(unknown(all)),
        }
    } else if cursor.eat(&["INDEX"]) {
        create_index(cursor, is_unique, all, actions);
    } else if cursor.eat(&["TYPE"]) {
        create_type(cursor, all, actions);
    } else if cursor.eat(&["DOMAIN"]) {
        let name = cursor.name().unwrap_or_default();
        actions.push(Action::CreateType { name, values: None });
    } else if cursor.eat(&["SCHEMA"]) {
        cursor.eat_if_exists();
        actions.push(Action::CreateSchema { name: cursor.name().unwrap_or_default() });
    } else if cursor.eat_any(&["FUNCTION", "PROCEDURE"]) {
        create_routine(reader, cursor, actions);
    } else {
        let object = cursor.peek();
        let known =
            NEUTRAL_OBJECTS.iter().find(|(word, _)| object.is_some_and(|object| object.is(word)));
        actions.push(match known {
            Some((_, what)) => {
                Action::neutral(what, phrase(cursor.rest().get(1..).unwrap_or_default()))
            }
            None => unknown(all),
        });
    }
}

fn create_table(
    mut cursor: Cursor<'_, '_>,
    temporary: bool,
    all: &[Token<'_>],
    actions: &mut Vec<Action>,
) {
    let if_not_exists = cursor.eat_if_exists();
    let Some(table) = cursor.name() else { return actions.push(unknown(all)) };
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    let mut is_like_another = false;
    if cursor.eat(&["PARTITION", "OF"]) {
        cursor.name();
    }
    if let Some(elements) = cursor.parens() {
        for element in parts(elements, ",") {
            if let Some(found) = table_constraint(&table, element) {
                constraints.extend(found.into_iter().filter_map(|action| match action {
                    Action::AddConstraint { constraint, .. } => Some(constraint),
                    _ => None,
                }));
            } else if element.first().is_some_and(|head| head.is("LIKE")) {
                is_like_another = true;
            } else {
                columns.extend(column(element, &mut constraints));
            }
        }
    }
    is_like_another |= cursor.rest().iter().any(|token| token.is("INHERITS"));
    if is_like_another {
        // What the other table has is not looked up, so the columns are not all known.
        columns.clear();
    }
    let rest = cursor.rest();
    let query = cursor.until(|token| token.is("AS")).len();
    let query = rest.get(query..).unwrap_or_default();
    let has_no_data = rest.windows(2).any(|pair| pair[0].is("NO") && pair[1].is("DATA"));
    // MySQL leaves the `AS` out.
    let query =
        if query.is_empty() && rest.iter().any(|token| token.is("SELECT")) { rest } else { query };
    let filled_from = if has_no_data || query.is_empty() { Vec::new() } else { sources(query) };
    actions.push(Action::CreateTable {
        table,
        columns,
        constraints,
        filled_from,
        if_not_exists,
        temporary,
    });
}

fn create_index(
    mut cursor: Cursor<'_, '_>,
    is_unique: bool,
    all: &[Token<'_>],
    actions: &mut Vec<Action>,
) {
    cursor.eat(&["CONCURRENTLY"]);
    cursor.eat_if_exists();
    let name = if cursor.sees(&["ON"]) { None } else { cursor.plain_name() };
    cursor.until(|token| token.is("ON"));
    cursor.skip(1);
    cursor.eat(&["ONLY"]);
    let Some(table) = cursor.name() else { return actions.push(unknown(all)) };
    cursor.until(|token| token.is_symbol("("));
    let columns = names(cursor.parens().unwrap_or_default());
    let constraint = if is_unique {
        Constraint::Unique { columns, predicate: where_predicate(&mut cursor) }
    } else {
        Constraint::Index
    };
    actions.push(Action::AddConstraint { table, constraint: NamedConstraint { name, constraint } });
}

fn create_type(mut cursor: Cursor<'_, '_>, all: &[Token<'_>], actions: &mut Vec<Action>) {
    let Some(name) = cursor.name() else { return actions.push(unknown(all)) };
    let is_enum = cursor.eat(&["AS", "ENUM"]);
    let values = cursor.parens().filter(|_| is_enum).map(|list| {
        list.iter().filter_map(|token| token.literal().map(std::borrow::Cow::into_owned)).collect()
    });
    actions.push(Action::CreateType { name, values });
}

fn create_routine(reader: &mut Reader, mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    cursor.eat_if_exists();
    let name = cursor.name().unwrap_or_default();
    cursor.parens();
    let tokens = cursor.rest();
    let language = tokens
        .windows(2)
        .find(|pair| pair[0].is("LANGUAGE"))
        .map_or_else(|| "sql".to_owned(), |pair| pair[1].text.to_lowercase());
    let mut body = Vec::new();
    let text = tokens.iter().find(|token| token.kind == Kind::Body).or_else(|| {
        let at = tokens.windows(2).position(|pair| {
            pair[0].is("AS") && matches!(pair[1].kind, Kind::Text | Kind::EscapedText)
        })?;
        tokens.get(at + 1)
    });
    match text.and_then(Token::literal) {
        _ if !["sql", "plpgsql"].contains(&language.as_str()) => {
            body.push(Action::unresolved(format!("routine {name}, which is {language}")));
        }
        Some(text) => reader.routine_text(&text, &mut body),
        None => {
            let start = tokens.iter().position(|token| token.is("BEGIN") || token.is("RETURN"));
            reader.routine_tokens(&tokens[start.unwrap_or(tokens.len())..], &mut body);
        }
    }
    actions.push(Action::CreateRoutine { name, body: Arc::from(body) });
}
