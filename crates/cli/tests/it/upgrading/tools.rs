//! Programs from PyPI and Debian that these tests run.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::command::{Run, answer};

/// The environment in which `cargo xtask test` installs Alembic, Django and a driver for PostgreSQL.
///
/// `None`, and a line that says so, where there is none; on CI that is a failure.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub(crate) fn python_tools(test: &str) -> Option<PythonTools> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let folder = Utf8PathBuf::from(folder).join("bin");
    match folder.canonicalize_utf8() {
        Ok(folder) if folder.join("alembic").exists() => Some(PythonTools { folder }),
        _ => skip(test, &format!("{folder} has no alembic")),
    }
}

/// Tells that a test is skipped, which CI does not accept.
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
pub(crate) fn skip<T>(test: &str, why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}; `cargo xtask test` installs it");
    println!("skipped: {test}: {why}; `cargo xtask test` installs it");
    None
}

/// Whether SQLite's own program is there; else a line that says so.
pub(crate) fn has_sqlite(test: &str) -> bool {
    let asked = run("/".into(), "", "sh", &["-c", "command -v sqlite3"]);
    asked.code == 0 || skip::<()>(test, "sqlite3 is not installed").is_some()
}

/// Programs of a Python environment.
pub(crate) struct PythonTools {
    folder: Utf8PathBuf,
}

impl PythonTools {
    /// The path of one.
    pub(crate) fn program(&self, name: &str) -> String {
        self.folder.join(name).into_string()
    }

    /// Runs one to its end.
    pub(crate) fn try_run(&self, folder: &Utf8Path, url: &str, words: &[&str]) -> Run {
        let (program, arguments) = words.split_first().unwrap();
        run(folder, url, &self.program(program), arguments)
    }

    /// Runs one that must succeed, for what it prints.
    pub(crate) fn run(&self, folder: &Utf8Path, url: &str, words: &[&str]) -> String {
        let run = self.try_run(folder, url, words);
        assert_eq!(run.code, 0, "{words:?}: {}", run.transcript());
        run.stdout
    }
}

/// Runs a program that finds its database in the environment.
#[expect(clippy::disallowed_methods, reason = "what upgrades are about")]
pub(crate) fn run(folder: &Utf8Path, url: &str, program: &str, arguments: &[&str]) -> Run {
    answer(Command::new(program).args(arguments).current_dir(folder).env("APP_DATABASE", url))
}
