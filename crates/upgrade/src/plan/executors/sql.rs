//! Plain SQL files, run by the database's own program: `psql` or `sqlite3`.
//!
//! Nobody remembers which files ran, so none is ever run again after an interruption without a person's word.

use camino::Utf8Path;

use super::super::{Action, Invocation};
use crate::plan::Database;

/// Runs one file, all of it or nothing where the program can.
pub fn action(database: &Database, folder: &Utf8Path, file: &str) -> Action {
    let mut run = database.program.clone();
    let is_psql = run.first().is_some_and(|program| program.ends_with("psql"));
    if is_psql {
        run.extend(["--single-transaction", "--file", file].map(str::to_owned));
    } else {
        run.extend(["-bail".to_owned(), format!(".read '{}'", file.replace('\'', "''"))]);
    }
    Action {
        executor: "sql".to_owned(),
        invocation: Invocation { run, folder: folder.to_owned() },
        done_when: None,
        is_repeatable: false,
    }
}
