//! Definitions of columns and constraints.

use super::{
    cursor::{Cursor, parts},
    names::is_builtin_routine,
    token::{Kind, Token},
};
use crate::migrations::schema::{
    Action, Check, ColumnDefinition, Constraint, NamedConstraint, Predicate, SqlType,
};

/// Words that end a type or a default and begin what else is said of a column.
const ATTRIBUTES: &[&str] = &[
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "REFERENCES",
    "CHECK",
    "CONSTRAINT",
    "GENERATED",
    "COLLATE",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "IDENTITY",
    "COMMENT",
    "ON",
    "AFTER",
    "FIRST",
    "USING",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
    "AS",
    "VIRTUAL",
    "STORED",
    "KEY",
    "INVISIBLE",
    "CHARSET",
    "ENCODE",
];

/// Words of expressions that are no columns.
const EXPRESSION_WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "null",
    "is",
    "in",
    "between",
    "like",
    "ilike",
    "similar",
    "to",
    "true",
    "false",
    "any",
    "all",
    "some",
    "array",
    "case",
    "when",
    "then",
    "else",
    "end",
    "distinct",
    "from",
    "unknown",
    "exists",
    "at",
    "time",
    "zone",
    "interval",
    "asc",
    "desc",
    "nulls",
    "first",
    "last",
    "collate",
    "with",
    "current_timestamp",
    "current_date",
    "current_user",
    "value",
    "escape",
    "symmetric",
    "on",
    "for",
    "cast",
    "as",
];

fn is_attribute(token: &Token<'_>) -> bool {
    ATTRIBUTES.iter().any(|word| token.is(word))
}

/// Reads a column: name, type, and what else is asked of it; `None` where no name stands.
///
/// Checks that stand in it are added to `checks`.
pub(super) fn column(
    tokens: &[Token<'_>],
    checks: &mut Vec<NamedConstraint>,
) -> Option<ColumnDefinition> {
    let mut cursor = Cursor::new(tokens);
    let name = cursor.plain_name()?;
    let mut definition = ColumnDefinition { name, ..ColumnDefinition::default() };
    definition.kind = column_type(&mut cursor);
    let serials = ["SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8", "SERIAL2"];
    if tokens.get(1).is_some_and(|kind| serials.iter().any(|word| kind.is(word))) {
        definition.not_null = true;
        definition.has_default = true;
        definition.default_varies = true;
    }
    while !cursor.is_at_end() {
        if cursor.eat(&["NOT", "NULL"]) {
            definition.not_null = true;
        } else if cursor.eat(&["PRIMARY", "KEY"]) {
            definition.is_primary_key = true;
        } else if cursor.eat(&["UNIQUE"]) {
            definition.is_unique = true;
        } else if cursor.eat(&["DEFAULT"]) {
            default(&mut cursor, &mut definition);
        } else if cursor.eat(&["GENERATED"]) {
            definition.has_default = true;
            definition.default_varies = true;
            cursor.until(|token| token.is("AS"));
            cursor.skip(1);
            cursor.eat(&["IDENTITY"]);
            cursor.parens();
        } else if cursor.eat(&["IDENTITY"]) {
            definition.has_default = true;
            definition.default_varies = true;
            cursor.parens();
        } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT"]) {
            definition.has_default = true;
            definition.default_varies = true;
        } else if cursor.eat(&["AS"]) {
            definition.has_default |= cursor.parens().is_some();
            definition.default_varies = true;
        } else if cursor.eat(&["REFERENCES"]) {
            let target = cursor.name().unwrap_or_default();
            let columns = cursor.parens().map(names).unwrap_or_default();
            definition.references = Some((target, columns));
        } else if cursor.eat(&["CHECK"]) {
            let check = check(cursor.parens().unwrap_or_default());
            checks.push(NamedConstraint { name: None, constraint: Constraint::Check(check) });
        } else if cursor.eat(&["COLLATE"]) || cursor.eat(&["CONSTRAINT"]) {
            cursor.name();
        } else {
            cursor.skip(1);
        }
    }
    Some(definition)
}

/// Reads a type, up to the first word that is none of it.
pub(super) fn column_type(cursor: &mut Cursor<'_, '_>) -> Option<SqlType> {
    let tokens =
        cursor.until(|token| is_attribute(token) || token.is_symbol(",") || token.is_symbol("="));
    // `SET x` ends a type, but MySQL's `set('a', 'b')` is one.
    let end = tokens.iter().enumerate().skip(1).position(|(at, token)| {
        token.is("SET")
            || (token.is("CHARACTER") && tokens.get(at + 1).is_some_and(|next| next.is("SET")))
    });
    let tokens = end.map_or(tokens, |end| &tokens[..=end]);
    let is_unknown = tokens.iter().any(|token| token.text.contains(super::UNKNOWN_PART));
    (!tokens.is_empty() && !is_unknown).then(|| SqlType::from_tokens(tokens))
}

/// Reads what follows `DEFAULT`.
fn default(cursor: &mut Cursor<'_, '_>, definition: &mut ColumnDefinition) {
    let is_null = cursor.sees(&["NULL"]);
    let start = cursor.rest();
    if cursor.sees_symbol("(") {
        cursor.parens();
    } else {
        cursor.skip(1);
    }
    cursor.until(is_attribute);
    let expression = &start[..start.len() - cursor.rest().len()];
    definition.has_default = !is_null;
    definition.default_varies = expression
        .windows(2)
        .any(|pair| pair[0].is_name() && pair[1].is_symbol("(") && varies(pair[0].text));
}

/// Whether a function gives each row another value.
fn varies(function: &str) -> bool {
    let function = function.to_ascii_lowercase();
    !is_builtin_routine(&function)
        || function.starts_with("uuid_")
        || ["gen_random_uuid", "nextval", "random", "gen_random_bytes", "uuid"]
            .contains(&function.as_str())
}

/// The columns of a list such as `(a, b DESC, lower(c))`.
pub(super) fn names(list: &[Token<'_>]) -> Vec<String> {
    parts(list, ",").into_iter().flat_map(column_of_part).collect()
}

fn column_of_part(part: &[Token<'_>]) -> Vec<String> {
    let mut cursor = Cursor::new(part);
    match cursor.plain_name() {
        Some(name) if !cursor.sees_symbol("(") || is_length(&cursor) => vec![name],
        _ => expression_columns(part),
    }
}

/// MySQL indexes the beginning of a column: `name(20)`.
fn is_length(cursor: &Cursor<'_, '_>) -> bool {
    matches!(cursor.rest(), [_, number, close, ..]
        if number.kind == Kind::Number && close.is_symbol(")"))
}

/// Names in an expression that may be columns.
pub(super) fn expression_columns(tokens: &[Token<'_>]) -> Vec<String> {
    let mut columns = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let next_is = |symbol| tokens.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
        let after_cast = at > 0 && tokens[at - 1].is_symbol("::");
        let name = token.folded().into_owned();
        let is_word_of_language =
            token.kind == Kind::Word && EXPRESSION_WORDS.contains(&name.as_str());
        if token.is_name()
            && !next_is("(")
            && !next_is(".")
            && !after_cast
            && !is_word_of_language
            && seen.insert(name.clone())
        {
            columns.push(name);
        }
    }
    columns
}

/// Reads the condition of a check.
pub(super) fn check(condition: &[Token<'_>]) -> Check {
    let text: Vec<String> = condition
        .iter()
        .map(|token| match token.kind {
            Kind::Word | Kind::Quoted => token.folded().into_owned(),
            _ => token.text.to_owned(),
        })
        .collect();
    Check {
        columns: expression_columns(condition),
        text: text.join(" "),
        values: values(condition),
    }
}

/// The values of `column IN ('a', 'b')` and `column = ANY (ARRAY['a', 'b'])`.
fn values(condition: &[Token<'_>]) -> Option<Vec<String>> {
    let mut cursor = Cursor::new(condition);
    if cursor.rest().len() > 2 && cursor.sees_symbol("(") {
        let mut inner = cursor;
        let inside = inner.parens()?;
        if inner.is_at_end() && inside.len() + 2 == condition.len() && inside.len() < 4096 {
            return plain_values(inside);
        }
    }
    cursor = Cursor::new(condition);
    plain_values(cursor.rest())
}

fn plain_values(condition: &[Token<'_>]) -> Option<Vec<String>> {
    let mut cursor = Cursor::new(condition);
    cursor.name()?;
    let is_list = cursor.eat(&["IN"]) || (cursor.eat_symbol("=") && cursor.eat(&["ANY"]));
    let list = cursor.parens().filter(|_| is_list && cursor.is_at_end())?;
    let mut values = Vec::new();
    for (at, token) in list.iter().enumerate() {
        let is_type = at > 0 && list[at - 1].is_symbol("::");
        match token.literal() {
            Some(value) => values.push(value.into_owned()),
            None if token.kind == Kind::Number => values.push(token.text.to_owned()),
            None if token.kind == Kind::Symbol || token.is("ARRAY") || is_type => {}
            None => return None,
        }
    }
    Some(values)
}

/// Reads a table's constraint; `None` where it is none.
///
/// An index that makes up a key is told as [`Action::KeyFromIndex`], which needs `table`.
pub(super) fn table_constraint(table: &str, tokens: &[Token<'_>]) -> Option<Vec<Action>> {
    let mut cursor = Cursor::new(tokens);
    let name = if cursor.eat(&["CONSTRAINT"]) && !is_constraint_head(&cursor) {
        cursor.plain_name()
    } else {
        None
    };
    let constraint = if cursor.eat(&["PRIMARY", "KEY"]) {
        cursor.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
        if cursor.eat(&["USING", "INDEX"]) {
            return key_from_index(table, name, cursor);
        }
        Constraint::PrimaryKey { columns: names(list(&mut cursor)?) }
    } else if cursor.eat(&["UNIQUE"]) {
        cursor.eat_any(&["KEY", "INDEX", "CLUSTERED", "NONCLUSTERED"]);
        if cursor.eat(&["USING", "INDEX"]) {
            let index = cursor.plain_name().unwrap_or_default();
            return Some(vec![Action::neutral("makes a unique index a constraint", index)]);
        }
        let index_name = if cursor.sees_symbol("(") || cursor.sees(&["NULLS"]) {
            None
        } else {
            cursor.plain_name()
        };
        let columns = names(list(&mut cursor)?);
        let constraint = Constraint::Unique { columns, predicate: None };
        return Some(vec![added(table, name.or(index_name), constraint)]);
    } else if cursor.eat(&["FOREIGN", "KEY"]) {
        let columns = names(list(&mut cursor)?);
        cursor.until(|token| token.is("REFERENCES"));
        cursor.skip(1);
        Constraint::ForeignKey { columns, target: cursor.name()? }
    } else if cursor.eat(&["CHECK"]) {
        Constraint::Check(check(cursor.parens()?))
    } else if cursor.eat(&["EXCLUDE"]) {
        let columns = expression_columns(list(&mut cursor)?);
        Constraint::Unique { columns, predicate: where_predicate(&mut cursor) }
    } else if cursor.eat(&["NOT", "NULL"]) {
        let column = cursor.plain_name()?;
        return Some(vec![Action::SetNullable {
            table: table.to_owned(),
            column,
            nullable: false,
        }]);
    } else {
        return index_in_table(table, cursor);
    };
    Some(vec![added(table, name, constraint)])
}

fn added(table: &str, name: Option<String>, constraint: Constraint) -> Action {
    let constraint = NamedConstraint { name, constraint };
    Action::AddConstraint { table: table.to_owned(), constraint }
}

fn key_from_index(
    table: &str,
    name: Option<String>,
    mut cursor: Cursor<'_, '_>,
) -> Option<Vec<Action>> {
    let index = cursor.plain_name()?;
    Some(vec![Action::KeyFromIndex { table: table.to_owned(), name, index }])
}

fn is_constraint_head(cursor: &Cursor<'_, '_>) -> bool {
    cursor.sees(&["PRIMARY", "KEY"])
        || cursor.sees(&["FOREIGN", "KEY"])
        || (["UNIQUE", "CHECK"].iter().any(|word| cursor.sees(&[word]))
            && cursor.rest().get(1).is_some_and(|next| next.is_symbol("(")))
}

/// MySQL's `KEY name (columns)` in a table.
fn index_in_table(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Vec<Action>> {
    cursor.eat_any(&["FULLTEXT", "SPATIAL"]);
    if !cursor.eat_any(&["KEY", "INDEX"]) {
        return None;
    }
    let name = if cursor.sees_symbol("(") { None } else { cursor.plain_name() };
    cursor.until(|token| token.is_symbol("("));
    cursor.parens()?;
    Some(vec![added(table, name, Constraint::Index)])
}

/// Goes to the next parentheses, over words such as `USING gist`.
pub(super) fn list<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Option<&'t [Token<'a>]> {
    cursor.until(|token| token.is_symbol("("));
    cursor.parens()
}

/// The rows that `WHERE` limits an index to.
pub(super) fn where_predicate(cursor: &mut Cursor<'_, '_>) -> Option<Predicate> {
    cursor.until(|token| token.is("WHERE"));
    cursor.bump()?;
    let condition = cursor.rest();
    let (columns, null_columns) = (expression_columns(condition), null_columns(condition));
    Some(Predicate { columns, null_columns })
}

/// The columns that a condition wants to be NULL.
pub(super) fn null_columns(condition: &[Token<'_>]) -> Vec<String> {
    condition
        .windows(3)
        .filter(|three| three[0].is_name() && three[1].is("IS") && three[2].is("NULL"))
        .map(|three| three[0].folded().into_owned())
        .collect()
}
