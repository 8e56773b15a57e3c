//! One statement, told apart by its head words.

use std::collections::BTreeMap;

use super::{
    alter, create,
    cursor::Cursor,
    drop,
    rows::{calls, writes_rows},
    split::Statements,
    token::{Kind, Token},
};
use crate::migrations::schema::Action;

/// Text in text in text: deeper than this nobody writes.
const DEEPEST_TEXT: usize = 8;

/// How much text in text is read in all.
const MOST_NESTED_BYTES: usize = 16 << 20;

/// Heads of statements without any effect on what is stored.
const WITHOUT_EFFECT: &[&str] = &[
    "SET",
    "RESET",
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "START",
    "SAVEPOINT",
    "RELEASE",
    "LOCK",
    "UNLOCK",
    "SHOW",
    "ANALYZE",
    "ANALYSE",
    "VACUUM",
    "PRAGMA",
    "USE",
    "CHECKPOINT",
    "DISCARD",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "DEALLOCATE",
    "PRINT",
    "DECLARE",
    "FETCH",
    "CLOSE",
    "MOVE",
    "ABORT",
    "NULL",
    "RAISE",
    "RETURN",
    "EXIT",
    "CONTINUE",
    "GET",
    "ASSERT",
    "OPEN",
    "SIGNAL",
    "LEAVE",
    "ITERATE",
    "EXPLAIN",
    "OPTIMIZE",
    "FLUSH",
    "DESCRIBE",
];

/// Heads of statements that change the database and nothing that is stored.
const NEUTRAL: &[(&str, &str)] = &[
    ("COMMENT", "comments on something"),
    ("GRANT", "grants rights"),
    ("REVOKE", "revokes rights"),
    ("REINDEX", "builds an index anew"),
    ("CLUSTER", "orders a table's rows"),
    ("REFRESH", "refreshes a materialized view"),
    ("SECURITY", "labels something"),
    ("REASSIGN", "changes an owner"),
];

/// Reads statements, and text in them that is run in its turn.
#[derive(Debug)]
pub(super) struct Reader {
    depth: usize,
    nested_bytes: usize,
    /// Whether the statement stands in a routine: `SELECT ... INTO` fills a variable there.
    pub(super) in_routine: bool,
    /// Texts that a routine's variables may hold.
    pub(super) variables: BTreeMap<String, Vec<String>>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { depth: 0, nested_bytes: 0, in_routine: false, variables: BTreeMap::new() }
    }

    /// Adds what a statement does, or several between which no `;` stands.
    pub(super) fn statement(&mut self, tokens: &[Token<'_>], actions: &mut Vec<Action>) {
        if tokens.last().is_some_and(|token| token.kind == Kind::Broken) {
            actions.push(Action::unresolved("text that never ends"));
        }
        let mut rest = tokens;
        while let Some(boundary) = boundary(rest) {
            let (first, others) = rest.split_at(boundary);
            self.single_statement(first, actions);
            rest = others;
        }
        self.single_statement(rest, actions);
    }

    fn single_statement(&mut self, tokens: &[Token<'_>], actions: &mut Vec<Action>) {
        // Oracle's client runs what stands before a `/`.
        let tokens = match tokens {
            [slash, rest @ ..] if slash.is_symbol("/") => rest,
            _ => tokens,
        };
        let cursor = Cursor::new(tokens);
        let Some(head) = cursor.peek() else { return };
        match head.text.to_ascii_uppercase().as_str() {
            "(" => {
                let inner = Cursor::new(tokens).parens().unwrap_or_default();
                if inner.len() < tokens.len() && inner.first().is_some_and(|head| head.is("SELECT"))
                {
                    self.rows(tokens, actions);
                } else {
                    actions.push(unknown(tokens));
                }
            }
            _ if head.kind != Kind::Word => actions.push(unknown(tokens)),
            "ALTER" => alter::read(cursor, actions),
            "CREATE" => create::read(self, cursor, actions),
            "DROP" => drop::read(cursor, actions),
            "RENAME" => alter::read_rename(cursor, actions),
            "SELECT" | "INSERT" | "REPLACE" | "UPSERT" | "UPDATE" | "DELETE" | "MERGE" | "WITH"
            | "TRUNCATE" | "COPY" | "VALUES" | "TABLE" | "LOAD" | "PERFORM" => {
                self.rows(tokens, actions);
            }
            "DO" => self.anonymous_block(cursor, actions),
            "CALL" => {
                let mut ahead = cursor;
                ahead.skip(1);
                match ahead.name() {
                    Some(name) if !ahead.sees_symbol("(") => {
                        actions.push(Action::Call { name, certain: true });
                    }
                    _ => calls(tokens, true, actions),
                }
            }
            "EXEC" | "EXECUTE" => self.execute(cursor, actions),
            "IF" | "WHILE" | "FOR" | "FOREACH" | "LOOP" | "ELSE" | "ELSIF" | "ELSEIF" | "CASE"
            | "WHEN" | "EXCEPTION"
                if !self.in_routine =>
            {
                self.routine_tokens(tokens, actions);
            }
            "EXPLAIN" if writes_rows(tokens) => actions.push(unknown(tokens)),
            word if WITHOUT_EFFECT.contains(&word) => calls(tokens, false, actions),
            word => match NEUTRAL.iter().find(|(neutral, _)| *neutral == word) {
                Some((_, what)) => actions.push(Action::neutral(what, phrase(tokens))),
                None => actions.push(unknown(tokens)),
            },
        }
    }

    /// Reads text that a statement runs.
    pub(super) fn text(&mut self, text: &str, actions: &mut Vec<Action>) {
        if !self.has_room_for(text, actions) || !self.enter(actions) {
            return;
        }
        for statement in Statements::new(text) {
            self.statement(&statement, actions);
        }
        self.leave();
    }

    /// Counts a text in the text; `false`, with the reason told, where it is too much in all.
    pub(super) fn has_room_for(&mut self, text: &str, actions: &mut Vec<Action>) -> bool {
        self.nested_bytes = self.nested_bytes.saturating_add(text.len());
        let has_room = self.nested_bytes <= MOST_NESTED_BYTES;
        if !has_room {
            actions.push(Action::unresolved("too much text in text"));
        }
        has_room
    }

    /// Goes one level down; `false`, with the reason told, where that is too deep.
    pub(super) fn enter(&mut self, actions: &mut Vec<Action>) -> bool {
        if self.depth >= DEEPEST_TEXT {
            actions.push(Action::unresolved("text in text in text"));
            return false;
        }
        self.depth += 1;
        true
    }

    /// Comes back from a level.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Where the next statement begins, if none but its own words tell: SQL Server wants no `;`.
///
/// Only beginnings that can stand in no other statement count.
fn boundary(tokens: &[Token<'_>]) -> Option<usize> {
    let heads = [
        "ALTER", "CREATE", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "SET", "DECLARE",
        "BEGIN", "END", "EXEC", "PRINT", "USE",
    ];
    let makes_body = |token: &Token<'_>| {
        ["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "RULE", "POLICY"]
            .iter()
            .any(|word| token.is(word))
    };
    let head = tokens.first()?;
    if !heads.iter().any(|word| head.is(word)) || tokens.iter().take(16).any(makes_body) {
        return None;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        } else if at > 0 && depth == 0 && begins_statement(&tokens[at..]) {
            return Some(at);
        }
    }
    None
}

fn begins_statement(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [head, object, ..] if object.is("TABLE") => {
            ["ALTER", "CREATE", "DROP", "TRUNCATE"].iter().any(|word| head.is(word))
        }
        [head, word, ..] if head.is("DELETE") => word.is("FROM"),
        [head, word, ..] if head.is("INSERT") => word.is("INTO"),
        [head, name, set, ..] if head.is("UPDATE") => {
            name.is_name() && !name.is("SET") && set.is("SET")
        }
        _ => false,
    }
}

/// A statement that is not understood.
pub(super) fn unknown(tokens: &[Token<'_>]) -> Action {
    Action::unresolved(phrase(tokens))
}

/// The first words of a statement.
pub(super) fn phrase(tokens: &[Token<'_>]) -> String {
    let mut words: Vec<&str> =
        tokens.iter().take(6).map(|token| token.text.get(..40).unwrap_or(token.text)).collect();
    if tokens.len() > words.len() {
        words.push("...");
    }
    words.join(" ")
}
