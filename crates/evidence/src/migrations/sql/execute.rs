//! Text that a statement runs: what is constant in it is read, and the rest stands as [`UNKNOWN_PART`].

use super::{
    UNKNOWN_PART,
    cursor::{Cursor, parts},
    statement::{Reader, unknown},
    token::Token,
};
use crate::migrations::schema::Action;

/// Longest text that is put together.
const LONGEST_TEXT: usize = 16 << 10;

/// How many texts a variable is followed through.
const MOST_VALUES: usize = 8;

/// Nested calls of `format` and the like.
const DEEPEST: usize = 8;

impl Reader {
    /// `EXECUTE text`, `EXEC('text')`, `EXEC routine`.
    pub(super) fn execute(&mut self, mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
        let all = cursor.rest();
        cursor.skip(1);
        cursor.eat(&["IMMEDIATE"]);
        if cursor.eat(&["SP_RENAME"]) {
            return rename_by_procedure(cursor, actions);
        }
        let expression = cursor.until(|token| token.is("INTO") || token.is("USING"));
        let values = self.values(expression);
        if values.is_empty() {
            actions.push(unknown(all));
        }
        for value in values {
            let was_in_routine = std::mem::take(&mut self.in_routine);
            self.text(&value, actions);
            self.in_routine = was_in_routine;
        }
    }

    /// Keeps what a variable is set to.
    pub(super) fn assign(&mut self, variable: &str, expression: &[Token<'_>]) {
        let grows = expression.iter().any(|token| token.is(variable));
        let values = self.values(expression);
        let known = self.variables.entry(variable.to_lowercase()).or_default();
        if grows {
            known.clear();
        }
        if values.is_empty() {
            // One value that is not known leaves all of them unknown.
            known.push(String::new());
        }
        for value in values {
            if known.len() < MOST_VALUES {
                known.push(value);
            } else {
                known.push(String::new());
                break;
            }
        }
        known.truncate(MOST_VALUES + 1);
    }

    /// The texts that an expression may be; none where too little is known.
    fn values(&self, expression: &[Token<'_>]) -> Vec<String> {
        if let [variable] = expression
            && variable.is_name()
        {
            let known = self.variables.get(&variable.text.to_lowercase());
            let is_known = known.is_some_and(|known| known.iter().all(|value| !value.is_empty()));
            return known.filter(|_| is_known).cloned().unwrap_or_default();
        }
        let text = self.constant(expression, 0);
        let says_something = text.chars().any(char::is_alphanumeric);
        if says_something && text.len() < LONGEST_TEXT { vec![text] } else { Vec::new() }
    }

    fn constant(&self, expression: &[Token<'_>], depth: usize) -> String {
        let mut text = String::new();
        for part in parts(expression, "||") {
            text.push_str(&self.constant_part(part, depth));
            if text.len() >= LONGEST_TEXT {
                break;
            }
        }
        text
    }

    fn constant_part(&self, part: &[Token<'_>], depth: usize) -> String {
        let unknown = UNKNOWN_PART.to_string();
        if depth > DEEPEST {
            return unknown;
        }
        let mut cursor = Cursor::new(part);
        if let Some(inner) = cursor.parens() {
            return self.constant(inner, depth + 1);
        }
        let Some(head) = cursor.bump() else { return String::new() };
        if let Some(literal) = head.literal() {
            return literal.into_owned();
        }
        let arguments = cursor.parens();
        match (head.text.to_ascii_lowercase().as_str(), arguments) {
            ("format", Some(arguments)) => self.format(arguments, depth + 1),
            ("concat", Some(arguments)) => {
                parts(arguments, ",").iter().map(|one| self.constant(one, depth + 1)).collect()
            }
            ("quote_ident" | "quotename", Some(arguments)) => self.constant(arguments, depth + 1),
            ("quote_literal" | "quote_nullable", Some(arguments)) => {
                format!("'{}'", self.constant(arguments, depth + 1).replace('\'', "''"))
            }
            (name, None) if cursor.is_at_end() => match self.variables.get(name).map(Vec::as_slice)
            {
                Some([value]) if !value.is_empty() => value.clone(),
                _ => unknown,
            },
            _ => unknown,
        }
    }

    /// `format(template, arguments)` with `%I`, `%s`, `%L`, `%1$I`.
    fn format(&self, arguments: &[Token<'_>], depth: usize) -> String {
        let arguments = parts(arguments, ",");
        let unknown = UNKNOWN_PART.to_string();
        let values: Vec<String> = arguments.iter().map(|one| self.constant(one, depth)).collect();
        let template = values.first().map_or("", String::as_str);
        let mut text = String::with_capacity(template.len());
        let mut next = 1;
        let mut pieces = template.split('%');
        text.push_str(pieces.next().unwrap_or_default());
        while let Some(piece) = pieces.next() {
            if text.len() >= LONGEST_TEXT {
                break;
            }
            if piece.is_empty() {
                text.push('%');
                text.push_str(pieces.next().unwrap_or_default());
                continue;
            }
            let letter = piece.find(|one: char| one.is_ascii_alphabetic()).unwrap_or(0);
            let (how, rest) = piece.split_at((letter + 1).min(piece.len()));
            if let Some(place) = how.split_once('$').and_then(|(place, _)| place.parse().ok()) {
                next = place;
            }
            let value = values.get(next).unwrap_or(&unknown);
            next = next.saturating_add(1);
            if how.ends_with('L') {
                text.extend(["'", &value.replace('\'', "''"), "'"]);
            } else {
                text.push_str(value);
            }
            text.push_str(rest);
        }
        text
    }
}

/// SQL Server's `EXEC sp_rename 'table.column', 'name', 'COLUMN'`.
fn rename_by_procedure(cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let texts: Vec<_> = cursor.rest().iter().filter_map(Token::literal).collect();
    let [from, to, rest @ ..] = texts.as_slice() else {
        return actions.push(unknown(cursor.rest()));
    };
    let kind = rest.first().map(|kind| kind.to_ascii_uppercase());
    match (kind.as_deref(), from.rsplit_once('.')) {
        (Some("COLUMN"), Some((table, column))) => actions.push(Action::RenameColumn {
            table: super::fold_name(table),
            column: column.to_owned(),
            to: to.clone().into_owned(),
        }),
        (Some("INDEX"), _) => actions.push(Action::neutral("renames an index", from.as_ref())),
        _ => actions
            .push(Action::RenameTable { table: super::fold_name(from), to: super::fold_name(to) }),
    }
}
