//! Bodies of routines and `DO` blocks, in PL/pgSQL above all.
//!
//! Loops are gone through once and all branches are taken; what stands between control words is read as statements.

use super::{
    cursor::Cursor,
    rows::{calls, writes_rows},
    statement::{Reader, unknown},
    token::{Kind, Lexer, Token},
};
use crate::migrations::schema::Action;

impl Reader {
    /// `DO [LANGUAGE plpgsql] $$ ... $$`.
    pub(super) fn anonymous_block(&mut self, cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
        let tokens = cursor.rest();
        let language = tokens.windows(2).find(|pair| pair[0].is("LANGUAGE"));
        let body = tokens.get(1..).unwrap_or_default().iter().find_map(Token::literal);
        match body {
            Some(_)
                if language.is_some_and(|pair| !pair[1].text.eq_ignore_ascii_case("plpgsql")) =>
            {
                actions.push(unknown(tokens));
            }
            Some(body) => self.routine_text(&body, actions),
            // MySQL's `DO` evaluates expressions.
            None => calls(tokens, true, actions),
        }
    }

    /// Reads the text of a body.
    pub(super) fn routine_text(&mut self, text: &str, actions: &mut Vec<Action>) {
        if !self.has_room_for(text, actions) {
            return;
        }
        let mut lexer = Lexer::new(text);
        let tokens: Vec<_> = std::iter::from_fn(|| lexer.next_token()).collect();
        self.routine_tokens(&tokens, actions);
    }

    /// Reads a body.
    pub(super) fn routine_tokens(&mut self, tokens: &[Token<'_>], actions: &mut Vec<Action>) {
        if !self.enter(actions) {
            return;
        }
        let was_in_routine = std::mem::replace(&mut self.in_routine, true);
        let variables = std::mem::take(&mut self.variables);
        let mut declares = false;
        for chunk in chunks(tokens) {
            let mut cursor = Cursor::new(chunk);
            if cursor.eat(&["DECLARE"]) {
                declares = true;
            } else if chunk.first().is_some_and(begins_step) {
                // MySQL declares each variable by itself, with statements right after.
                declares = false;
            }
            if declares {
                self.declaration(cursor);
            } else {
                self.step(cursor, actions);
            }
        }
        self.variables = variables;
        self.in_routine = was_in_routine;
        self.leave();
    }

    /// `name [CONSTANT] type [NOT NULL] [:= | DEFAULT value]`.
    fn declaration(&mut self, mut cursor: Cursor<'_, '_>) {
        let Some(name) = cursor.plain_name() else { return };
        let is_value = |token: &Token<'_>| {
            token.is_symbol(":=") || token.is_symbol("=") || token.is("DEFAULT")
        };
        cursor.until(is_value);
        if cursor.bump().is_some() {
            self.assign(&name, cursor.rest());
        }
    }

    /// One step between two `;`, after the control words that lead to it.
    fn step(&mut self, mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
        loop {
            if cursor.eat_symbol("<") || cursor.eat_symbol(">") {
                continue;
            }
            let Some(head) = cursor.peek() else { return };
            // A label stands between `<<` and `>>`.
            if cursor.rest().get(1).is_some_and(|next| next.is_symbol(">")) {
                cursor.skip(1);
            } else if head.is("END") {
                return;
            } else if head.is("BEGIN") || head.is("ELSE") || head.is("LOOP") || head.is("EXCEPTION")
            {
                cursor.skip(1);
            } else if ["IF", "ELSIF", "ELSEIF", "WHEN", "CASE"].iter().any(|word| head.is(word)) {
                cursor.skip(1);
                let condition = until_word(&mut cursor, "THEN");
                calls(condition, false, actions);
            } else if ["FOR", "FOREACH", "WHILE"].iter().any(|word| head.is(word)) {
                let header = until_word(&mut cursor, "LOOP");
                self.loop_header(header, actions);
            } else {
                break;
            }
        }
        self.plain_step(cursor, actions);
    }

    /// What a loop goes over: a query, perhaps one that writes, perhaps in text.
    fn loop_header(&mut self, header: &[Token<'_>], actions: &mut Vec<Action>) {
        let mut cursor = Cursor::new(header);
        if header.iter().any(|token| token.is("IN")) {
            cursor.until(|token| token.is("IN"));
            cursor.skip(1);
        }
        if cursor.sees(&["EXECUTE"]) {
            self.execute(cursor, actions);
        } else if writes_rows(cursor.rest()) {
            self.rows(cursor.rest(), actions);
        } else {
            calls(cursor.rest(), false, actions);
        }
    }

    fn plain_step(&mut self, mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
        if cursor.eat(&["RETURN", "QUERY"]) || cursor.eat(&["RETURN", "NEXT"]) {
            return self.plain_step_of_query(cursor, actions);
        }
        if cursor.eat(&["RETURN"]) {
            return calls(cursor.rest(), false, actions);
        }
        let mut ahead = cursor;
        ahead.eat(&["SET"]);
        let is_set = ahead.rest().len() < cursor.rest().len();
        if let Some(name) = ahead.plain_name()
            && (ahead.eat_symbol(":=") || (!is_set && ahead.eat_symbol("=")))
        {
            self.assign(&name, ahead.rest());
            return calls(ahead.rest(), false, actions);
        }
        self.statement(cursor.rest(), actions);
    }

    fn plain_step_of_query(&mut self, cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
        if cursor.sees(&["EXECUTE"]) {
            self.execute(cursor, actions);
        } else {
            self.rows(cursor.rest(), actions);
        }
    }
}

/// What stands between `;`, wherever: a body has no `;` in parentheses.
fn chunks<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    tokens
        .split(|token| token.kind == Kind::Symbol && token.text == ";")
        .filter(|chunk| !chunk.is_empty())
}

/// Words that begin a step of a routine, and no declaration.
const STEPS: &[&str] = &[
    "BEGIN", "UPDATE", "INSERT", "DELETE", "ALTER", "CREATE", "DROP", "SELECT", "EXECUTE",
    "PERFORM", "IF", "FOR", "FOREACH", "WHILE", "CALL", "TRUNCATE", "WITH", "SET", "MERGE",
    "REPLACE", "LOOP", "REPEAT", "CASE", "START", "PREPARE", "EXEC", "RENAME", "LOAD", "OPEN",
    "RETURN", "RAISE", "END",
];

fn begins_step(token: &Token<'_>) -> bool {
    STEPS.iter().any(|word| token.is(word))
}

/// The tokens up to a control word that is part of no `CASE` expression; goes over the word.
///
/// Where the word is missing, the first that begins a step ends them: SQL Server has no `THEN`, MySQL's `WHILE` no `LOOP`.
fn until_word<'t, 'a>(cursor: &mut Cursor<'t, 'a>, word: &str) -> &'t [Token<'a>] {
    let tokens = cursor.rest();
    let mut cases = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is("CASE") {
            cases += 1;
        } else if token.is("END") {
            cases = cases.saturating_sub(1);
        } else if cases == 0 && token.is(word) {
            cursor.skip(at + 1);
            return &tokens[..at];
        }
    }
    let mut rest = Cursor::new(tokens.get(1..).unwrap_or_default());
    let mut condition = rest.until(|token| begins_step(token) || token.is("DO"));
    rest.eat(&["DO"]);
    if condition.len() + 1 >= tokens.len() {
        condition = tokens;
    }
    *cursor = rest;
    condition
}
