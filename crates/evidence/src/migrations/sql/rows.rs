//! Statements that read and write rows.

use std::collections::BTreeSet;

use super::{
    cursor::{Cursor, parts},
    names::fold_parts,
    statement::{Reader, unknown},
    token::{Kind, Token},
};
use crate::migrations::schema::Action;

/// Words before a `(` that call nothing.
const NO_ROUTINES: &[&str] = &[
    "IN",
    "VALUES",
    "AND",
    "OR",
    "NOT",
    "EXISTS",
    "ANY",
    "ALL",
    "SOME",
    "OVER",
    "FILTER",
    "WITHIN",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "ON",
    "USING",
    "AS",
    "FROM",
    "WHERE",
    "SELECT",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "LIMIT",
    "OFFSET",
    "BY",
    "HAVING",
    "DISTINCT",
    "ARRAY",
    "LATERAL",
    "RETURNING",
    "BETWEEN",
    "LIKE",
    "ILIKE",
    "JOIN",
    "SET",
    "IS",
    "MATERIALIZED",
    "GROUPING",
    "SETS",
    "ROLLUP",
    "CUBE",
    "IF",
    "WHILE",
    "RETURN",
    "INTO",
    "TABLE",
    "END",
    "TO",
    "CONFLICT",
    "GROUP",
    "PARTITION",
    "ORDER",
    "PERFORM",
    "CALL",
    "EXECUTE",
    "KEY",
];

/// How deep statements in statements are read.
const DEEPEST: usize = 16;

impl Reader {
    /// Adds what a statement on rows does; also those in its `WITH`, and the routines it calls.
    pub(super) fn rows(&mut self, tokens: &[Token<'_>], actions: &mut Vec<Action>) {
        let is_query = tokens.first().is_some_and(|head| {
            ["SELECT", "PERFORM", "VALUES"].iter().any(|word| head.is(word))
                || (head.is("WITH") && !writes_rows(tokens))
        });
        calls(tokens, is_query, actions);
        let writes = tokens.iter().any(|token| {
            ["INSERT", "REPLACE", "UPSERT", "MERGE"].iter().any(|word| token.is(word))
        });
        let sources = if writes { sources(tokens) } else { Vec::new() };
        self.row_statement(tokens, &sources, 0, actions);
    }

    /// `sources` are the tables that the statement reads, or the one that it stands in.
    fn row_statement(
        &mut self,
        tokens: &[Token<'_>],
        sources: &[String],
        depth: usize,
        actions: &mut Vec<Action>,
    ) {
        let mut cursor = Cursor::new(tokens);
        if cursor.eat(&["WITH"]) {
            cursor.eat(&["RECURSIVE"]);
            while let Some((_, inner)) = common_table(&mut cursor) {
                if depth < DEEPEST {
                    self.row_statement(inner, sources, depth + 1, actions);
                } else {
                    actions.push(unknown(tokens));
                }
                if !cursor.eat_symbol(",") {
                    break;
                }
            }
        }
        let statement = cursor.rest();
        let Some(head) = cursor.bump() else { return };
        match head.text.to_ascii_uppercase().as_str() {
            "SELECT" if !self.in_routine => select_into(statement, actions),
            "INSERT" | "REPLACE" | "UPSERT" => insert(cursor, sources, actions),
            "UPDATE" => update(cursor, actions),
            "DELETE" => delete(cursor, actions),
            "MERGE" => merge(cursor, sources, actions),
            "TRUNCATE" => truncate(cursor, actions),
            "COPY" => copy(cursor, actions),
            "LOAD" => {
                cursor.until(|token| token.is("INTO"));
                cursor.eat(&["INTO"]);
                cursor.eat(&["TABLE"]);
                let table = cursor.name().unwrap_or_default();
                actions.push(Action::Insert { table, sources: Vec::new() });
            }
            _ => {}
        }
    }
}

/// Adds the routines that tokens call; `certain` where one that is not known must be told.
pub(super) fn calls(tokens: &[Token<'_>], certain: bool, actions: &mut Vec<Action>) {
    let tables: BTreeSet<String> = common_tables(tokens);
    for (at, pair) in tokens.windows(2).enumerate() {
        if !pair[0].is_name() || !pair[1].is_symbol("(") {
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        // `AS t (a, b)` and `(...) t (a, b)` name columns; `::numeric(3)` is a type.
        let is_alias = before.is_some_and(|before| {
            before.is("AS") || before.is_symbol(")") || before.is_symbol("::") || before.is("INTO")
        });
        let is_keyword = NO_ROUTINES.iter().any(|word| pair[0].is(word));
        let name = qualified_name(tokens, at);
        if !is_alias && !is_keyword && !tables.contains(&name) {
            actions.push(Action::Call { name, certain });
        }
    }
}

/// The name that ends at a token, with its schema.
fn qualified_name(tokens: &[Token<'_>], at: usize) -> String {
    let name = tokens[at].folded();
    match at.checked_sub(2).map(|schema| (&tokens[schema], &tokens[schema + 1])) {
        Some((schema, point)) if point.is_symbol(".") && schema.is_name() => {
            fold_parts(&[schema.folded(), name])
        }
        _ => fold_parts(&[name]),
    }
}

/// Reads `name [(columns)] AS [NOT] [MATERIALIZED] (statement)`.
fn common_table<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Option<(String, &'t [Token<'a>])> {
    let name = cursor.name()?;
    cursor.parens();
    cursor.eat(&["AS"]);
    cursor.eat(&["NOT"]);
    cursor.eat(&["MATERIALIZED"]);
    Some((name, cursor.parens()?))
}

/// The names that the statement gives to its own parts: `name AS (...)`.
fn common_tables(tokens: &[Token<'_>]) -> BTreeSet<String> {
    tokens
        .windows(3)
        .filter(|three| three[0].is_name() && three[1].is("AS"))
        .filter(|three| {
            three[2].is_symbol("(") || three[2].is("MATERIALIZED") || three[2].is("NOT")
        })
        .map(|three| three[0].folded().into_owned())
        .chain(listed_common_tables(tokens))
        .collect()
}

/// Those whose columns are listed: `WITH name (a, b) AS (...)`.
fn listed_common_tables(tokens: &[Token<'_>]) -> Vec<String> {
    let mut cursor = Cursor::new(tokens);
    let mut names = Vec::new();
    if cursor.eat(&["WITH"]) {
        cursor.eat(&["RECURSIVE"]);
        while let Some((name, _)) = common_table(&mut cursor) {
            names.push(name);
            if !cursor.eat_symbol(",") {
                break;
            }
        }
    }
    names
}

/// How many tables of one statement are told; they only matter as a whole.
const MOST_SOURCES: usize = 64;

/// The tables whose rows a query reads, apart from its own parts and the catalogue.
pub(super) fn sources(tokens: &[Token<'_>]) -> Vec<String> {
    let own = common_tables(tokens);
    let ends = ends_of_parens(tokens);
    let mut found = BTreeSet::new();
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        place += 1;
        let is_distinct = place > 1 && tokens[place - 2].is("DISTINCT");
        let begins = ["FROM", "JOIN", "USING", "TABLE"].iter().any(|word| token.is(word));
        let mut next = (begins && !is_distinct).then_some(place);
        while let Some(at) = next {
            let mut cursor = Cursor::new(&tokens[at..]);
            cursor.eat_any(&["ONLY", "LATERAL"]);
            if let Some(name) = cursor.name() {
                let is_catalogue = ["pg_catalog.", "information_schema.", "pg_"]
                    .iter()
                    .any(|start| name.starts_with(start));
                if !cursor.sees_symbol("(") && !own.contains(&name) && !is_catalogue {
                    found.insert(name);
                }
            } else if !cursor.sees_symbol("(") {
                break;
            }
            // A query in parentheses has a `FROM` of its own; more tables may follow it.
            let here = tokens.len() - cursor.rest().len();
            let after = ends.get(here).copied().flatten().unwrap_or(here);
            next = next_table(tokens, after);
        }
    }
    found.into_iter().take(MOST_SOURCES).collect()
}

/// For each place where a parenthesis opens, the place after the one that closes it.
fn ends_of_parens(tokens: &[Token<'_>]) -> Vec<Option<usize>> {
    let mut ends = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            open.push(place);
        } else if token.is_symbol(")")
            && let Some(start) = open.pop()
        {
            ends[start] = Some(place + 1);
        }
    }
    ends
}

/// The place after an alias and a comma; `None` where no other table follows.
fn next_table(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(tokens.get(at..)?);
    cursor.eat(&["AS"]);
    if cursor.peek().is_some_and(Token::is_name)
        && cursor.rest().get(1).is_some_and(|next| next.is_symbol(","))
    {
        cursor.skip(1);
    }
    cursor.eat_symbol(",").then(|| tokens.len() - cursor.rest().len())
}

/// `SELECT ... INTO table` makes a table.
fn select_into(statement: &[Token<'_>], actions: &mut Vec<Action>) {
    let mut cursor = Cursor::new(statement);
    cursor.until(|token| token.is("INTO"));
    if !cursor.eat(&["INTO"]) {
        return;
    }
    let temporary = cursor.eat_any(&["TEMP", "TEMPORARY"]) || cursor.sees_symbol("#");
    cursor.eat_any(&["UNLOGGED", "TABLE"]);
    // MySQL's `INTO @variable` and `INTO OUTFILE` make none.
    if let Some(table) = cursor.name().filter(|name| !name.starts_with('@')) {
        actions.push(Action::CreateTable {
            table,
            columns: Vec::new(),
            constraints: Vec::new(),
            filled_from: sources(statement),
            if_not_exists: false,
            temporary,
        });
    }
}

fn insert(mut cursor: Cursor<'_, '_>, sources: &[String], actions: &mut Vec<Action>) {
    let all = cursor.rest();
    cursor.eat_any(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]);
    if cursor.eat(&["OR"]) {
        cursor.skip(1);
    }
    cursor.eat_any(&["INTO", "OVERWRITE"]);
    cursor.eat(&["TABLE"]);
    match cursor.name() {
        Some(table) => actions.push(Action::Insert { table, sources: sources.to_vec() }),
        None => actions.push(unknown(all)),
    }
}

fn update(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    cursor.eat_any(&["ONLY", "IGNORE", "LOW_PRIORITY"]);
    if cursor.eat(&["OR"]) {
        cursor.skip(1);
    }
    let table = cursor.name().unwrap_or_default();
    cursor.until(|token| token.is("SET"));
    cursor.skip(1);
    actions.push(Action::Update { table, columns: assigned(&mut cursor) });
}

/// The columns that `a = 1, (b, c) = (2, 3)` writes.
fn assigned(cursor: &mut Cursor<'_, '_>) -> Vec<String> {
    let assignments = cursor.until(|token| {
        token.is("WHERE") || token.is("RETURNING") || token.is("FROM") || token.is("WHEN")
    });
    let mut columns = Vec::new();
    for assignment in parts(assignments, ",") {
        let mut cursor = Cursor::new(assignment);
        match cursor.parens() {
            Some(list) => {
                let names = parts(list, ",").into_iter();
                columns.extend(names.filter_map(|name| Cursor::new(name).plain_name()));
            }
            None => columns.extend(cursor.plain_name()),
        }
    }
    columns
}

fn delete(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    cursor.eat(&["FROM"]);
    cursor.eat(&["ONLY"]);
    let table = cursor.name().unwrap_or_default();
    actions.push(match table.as_str() {
        // A value of an enumeration that is taken out of the catalogue.
        "pg_enum" | "pg_catalog.pg_enum" => {
            Action::LoseEnumValue { name: table, value: "?".to_owned(), renamed_to: None }
        }
        _ => Action::Delete { table },
    });
}

fn merge(mut cursor: Cursor<'_, '_>, sources: &[String], actions: &mut Vec<Action>) {
    let all = cursor.rest();
    cursor.eat(&["INTO"]);
    cursor.eat(&["ONLY"]);
    let Some(table) = cursor.name() else { return actions.push(unknown(all)) };
    while !cursor.is_at_end() {
        cursor.until(|token| token.is("THEN"));
        cursor.skip(1);
        let table = table.clone();
        if cursor.eat(&["UPDATE", "SET"]) {
            actions.push(Action::Update { table, columns: assigned(&mut cursor) });
        } else if cursor.eat(&["DELETE"]) {
            actions.push(Action::Delete { table });
        } else if cursor.eat(&["INSERT"]) {
            actions.push(Action::Insert { table, sources: sources.to_vec() });
        }
    }
}

fn truncate(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    cursor.eat(&["TABLE"]);
    for part in parts(cursor.rest(), ",") {
        let mut cursor = Cursor::new(part);
        cursor.eat(&["ONLY"]);
        match cursor.name() {
            Some(table) => actions.push(Action::Delete { table }),
            None => actions.push(unknown(part)),
        }
    }
}

fn copy(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let Some(table) = cursor.name() else {
        // `COPY (query) TO` only reads, unless the query writes.
        let writes = writes_rows(cursor.rest());
        return actions.extend(writes.then(|| unknown(cursor.rest())));
    };
    cursor.parens();
    if cursor.sees(&["FROM"]) {
        actions.push(Action::Insert { table, sources: Vec::new() });
    }
}

/// Whether tokens hold a statement that writes rows.
pub(super) fn writes_rows(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| {
        token.kind == Kind::Word
            && ["INSERT", "UPDATE", "DELETE", "MERGE"].iter().any(|word| token.is(word))
    })
}
