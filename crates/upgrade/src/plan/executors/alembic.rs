//! Alembic. It remembers where a database stands, and applies each migration with its mark in one transaction where the
//! database can do that.

use camino::Utf8Path;

use super::super::{Action, Check, Expectation, Invocation};
use crate::plan::Database;

/// The command of a line such as `alembic upgrade head`, after which the database stands at `at`.
///
/// `is_whole` says that each migration is one transaction.
pub fn action(
    database: &Database,
    folder: &Utf8Path,
    line: &str,
    at: Option<&[String]>,
    is_whole: bool,
) -> Action {
    let words = line.split_whitespace().skip(1);
    Action {
        executor: "alembic".to_owned(),
        invocation: Invocation::new(program(database).chain(words.map(str::to_owned)), folder),
        done_when: at.map(|at| stands_at(database, folder, at)),
        // A database that is where the command leads, or on the way, is led there and no further; but where a part of a
        // migration stays behind, the mark does not tell.
        is_repeatable: is_whole,
        if_interrupted: None,
    }
}

/// That the database stands at some revisions.
pub fn stands_at(database: &Database, folder: &Utf8Path, at: &[String]) -> Check {
    let says = if at.is_empty() {
        "the database has no migration".to_owned()
    } else {
        format!("the database stands at {}", at.join(", "))
    };
    Check {
        says,
        invocation: Invocation::new(program(database).chain(["current".to_owned()]), folder),
        expects: Expectation::FirstWords(at.to_vec()),
    }
}

fn program(database: &Database) -> impl Iterator<Item = String> {
    let given = database.program.clone();
    if given.is_empty() { vec!["alembic".to_owned()] } else { given }.into_iter()
}
