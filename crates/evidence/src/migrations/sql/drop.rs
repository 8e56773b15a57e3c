//! `DROP ...`.

use super::{
    cursor::{Cursor, parts},
    statement::{phrase, unknown},
    token::Token,
};
use crate::migrations::schema::Action;

/// Objects whose loss takes nothing away from stored rows.
const NEUTRAL_OBJECTS: &[&str] = &[
    "SEQUENCE",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRIGGER",
    "POLICY",
    "RULE",
    "ROLE",
    "USER",
    "GROUP",
    "PUBLICATION",
    "SUBSCRIPTION",
    "SERVER",
    "STATISTICS",
    "COLLATION",
    "EVENT",
    "OPERATOR",
    "TABLESPACE",
    "LANGUAGE",
    "TEXT",
    "CONVERSION",
    "CAST",
    "ACCESS",
    "OWNED",
    "TRANSFORM",
    "LOGIN",
    "DEFAULT",
    "PREPARE",
    "SYNONYM",
];

pub(super) fn read(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let all = cursor.rest();
    cursor.skip(1);
    cursor.eat_any(&["TEMPORARY", "FOREIGN"]);
    let cascade = all.iter().any(|token| token.is("CASCADE"));
    let make: fn(String, bool) -> Action = if cursor.eat(&["TABLE"]) {
        |table, _| Action::DropTable { table }
    } else if cursor.eat(&["VIEW"]) || cursor.eat(&["MATERIALIZED", "VIEW"]) {
        |view, _| Action::DropView { view }
    } else if cursor.eat_any(&["TYPE", "DOMAIN"]) {
        |name, cascade| Action::DropType { name, cascade }
    } else if cursor.eat_any(&["SCHEMA", "DATABASE"]) {
        |name, _| Action::DropSchema { name }
    } else if cursor.eat(&["INDEX"]) {
        cursor.eat(&["CONCURRENTLY"]);
        |name, _| Action::DropIndex { name: name.rsplit('.').next().unwrap_or(&name).to_owned() }
    } else if cursor.eat(&["EXTENSION"]) {
        // Types and columns of the extension go with it.
        |name, cascade| {
            if cascade {
                Action::unresolved(format!("what extension {name} takes with it"))
            } else {
                Action::neutral("drops an extension", name)
            }
        }
    } else {
        let is_neutral =
            cursor.peek().is_some_and(|object| NEUTRAL_OBJECTS.iter().any(|word| object.is(word)));
        return actions.push(if is_neutral {
            Action::neutral("drops what holds no rows", phrase(all))
        } else {
            unknown(all)
        });
    };
    cursor.eat_if_exists();
    let names = list(cursor.rest());
    if names.is_empty() {
        actions.push(unknown(all));
    }
    actions.extend(names.into_iter().map(|name| make(name, cascade)));
}

fn list(tokens: &[Token<'_>]) -> Vec<String> {
    parts(tokens, ",").into_iter().filter_map(|part| Cursor::new(part).name()).collect()
}
