//! What SQL does to a database with rows.
//!
//! Reads statements by their head words and names instead of by a whole grammar: there are as many grammars as
//! databases, and a migration of any of them must be judged, bodies of routines included. What is not recognised is
//! [`Unresolved`](super::Flag::Unresolved), never left out.

mod alter;
mod columns;
mod create;
mod cursor;
mod drop;
mod execute;
mod names;
mod routine;
mod rows;
mod split;
mod statement;
#[cfg(test)]
mod tests;
pub(crate) mod token;

use sha2::{Digest, Sha256};

pub(crate) use self::{
    names::{fold_name, fold_parts, is_builtin_routine, shown},
    token::UNKNOWN_PART,
};
use self::{
    split::Statements,
    statement::Reader,
    token::{Kind, Lexer},
};
use super::{
    effects::Effects,
    schema::{Action, Schema},
};

/// What SQL text does within a migration that has [begun](Schema::begin).
///
/// May be called several times in one migration; [`Schema::conclude`] tells what only its end shows (tables that are
/// gone for good, types that changed). Parts of names that the text's maker filled in while running are written as
/// [`UNKNOWN_PART`].
/// *Cost*: linear in the text.
pub(crate) fn judge(sql: &str, schema: &mut Schema) -> Effects {
    let mut effects = Effects::default();
    for action in read(sql) {
        schema.apply(&action, &mut effects);
    }
    effects
}

/// The steps that SQL text takes, in their order.
///
/// *Cost*: linear in the text; text in text (`EXECUTE`, bodies of routines) is read to a bounded depth and length.
pub(crate) fn read(sql: &str) -> Vec<Action> {
    let mut reader = Reader::new();
    let mut actions = Vec::new();
    for statement in Statements::new(sql) {
        reader.statement(&statement, &mut actions);
    }
    actions
}

/// Whether statements handle transactions themselves, or cannot run in one.
pub(crate) fn leaves_transaction(sql: &str) -> bool {
    const BEGINNINGS: [&str; 8] =
        ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "VACUUM", "PRAGMA", "REINDEX"];
    let decides = |statement: &Vec<token::Token<'_>>| {
        let first = statement.first();
        first.is_some_and(|token| BEGINNINGS.iter().any(|word| token.is(word)))
            || statement.iter().any(|token| token.is("CONCURRENTLY"))
            || matches!(statement.as_slice(), [create, what, ..]
                if create.is("CREATE") && (what.is("DATABASE") || what.is("TABLESPACE")))
    };
    Statements::new(sql).any(|statement| decides(&statement))
}

/// The names in an SQL condition or expression that may be columns.
pub(crate) fn columns_in(condition: &str) -> Vec<String> {
    columns::expression_columns(&all_tokens(condition))
}

/// The columns that an SQL condition wants to be NULL.
pub(crate) fn null_columns_in(condition: &str) -> Vec<String> {
    columns::null_columns(&all_tokens(condition))
}

fn all_tokens(text: &str) -> Vec<token::Token<'_>> {
    let mut lexer = Lexer::new(text);
    std::iter::from_fn(|| lexer.next_token()).collect()
}

/// Names what SQL text means: comments, white space and the case of keywords and plain names are left out, in bodies
/// of routines too.
pub(crate) fn fingerprint(sql: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest_tokens(sql, 0, &mut digest);
    digest.finalize().into()
}

fn digest_tokens(sql: &str, depth: usize, digest: &mut Sha256) {
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_token() {
        digest.update([token.kind as u8]);
        match token.kind {
            Kind::Word => digest.update(token.text.to_lowercase()),
            Kind::Body if depth < 4 => digest_tokens(token.text, depth + 1, digest),
            _ => digest.update(token.text),
        }
        digest.update([0xff]);
    }
}
