//! Django. It remembers every migration by app and name.

use camino::Utf8Path;

use super::super::{Action, Check, Expectation, Invocation};
use crate::plan::Database;

/// The command of a line such as `python manage.py migrate app 0003`.
///
/// `is_last` says that nothing is pending afterwards, and `is_whole` that each migration is one transaction.
pub fn action(
    database: &Database,
    folder: &Utf8Path,
    line: &str,
    is_last: bool,
    is_whole: bool,
) -> Action {
    let words = line.split_whitespace().skip_while(|word| *word != "migrate");
    let words = words.map(str::to_owned).chain(["--noinput".to_owned()]);
    Action {
        executor: "django".to_owned(),
        invocation: Invocation::new(program(database).chain(words), folder),
        done_when: is_last.then(|| is_complete(database, folder)),
        // What is applied is marked as such, so that it runs once; but where a part of a migration stays behind, no mark
        // tells.
        is_repeatable: is_whole,
        if_interrupted: None,
    }
}

/// That nothing is pending.
pub fn is_complete(database: &Database, folder: &Utf8Path) -> Check {
    let words = ["migrate", "--check"].map(str::to_owned);
    Check {
        says: "no migration is pending".to_owned(),
        invocation: Invocation::new(program(database).chain(words), folder),
        expects: Expectation::Success,
    }
}

/// That some migrations are applied, named `app.0001_name`.
pub fn has(database: &Database, folder: &Utf8Path, ids: &[String]) -> Check {
    let words = ["showmigrations", "--plan"].map(str::to_owned);
    Check {
        says: format!("the database has {}", ids.join(", ")),
        invocation: Invocation::new(program(database).chain(words), folder),
        expects: Expectation::Lines(ids.iter().map(|id| format!("[X]  {id}")).collect()),
    }
}

fn program(database: &Database) -> impl Iterator<Item = String> {
    let given = database.program.clone();
    let usual = || vec!["python3".to_owned(), "manage.py".to_owned()];
    if given.is_empty() { usual() } else { given }.into_iter()
}
