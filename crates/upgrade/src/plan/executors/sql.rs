//! Plain SQL files, run by the database's own program: `psql` or `sqlite3`.
//!
//! Nobody remembers which files ran, so none is ever run again after an interruption without a person's word.

use camino::Utf8Path;

use super::super::{Action, Invocation};
use crate::plan::Database;

/// Runs one file: all of it or nothing, where it leaves transactions to who runs it.
///
/// `file` is the file's path from `folder`. *Invariants*: it stops at the first error, whatever the program is told
/// otherwise; `psql` would go on, and call it a success.
pub fn action(database: &Database, folder: &Utf8Path, file: &str, is_whole: bool) -> Action {
    let mut run = database.program.clone();
    let is_psql = run.iter().any(|word| Utf8Path::new(word).file_name() == Some("psql"));
    if is_psql {
        run.extend(["--set", "ON_ERROR_STOP=1"].map(str::to_owned));
        run.extend(is_whole.then(|| "--single-transaction".to_owned()));
        run.extend(["--file".to_owned(), file.to_owned()]);
    } else {
        run.push("-bail".to_owned());
        run.extend(is_whole.then(|| "BEGIN IMMEDIATE;".to_owned()));
        run.push(format!(".read '{}'", file.replace('\'', "''")));
        run.extend(is_whole.then(|| "COMMIT;".to_owned()));
    }
    Action {
        executor: "sql".to_owned(),
        invocation: Invocation { run, folder: folder.to_owned() },
        done_when: None,
        is_repeatable: false,
        if_interrupted: None,
    }
}
