//! Runs the built command and keeps what it said.

use camino::Utf8Path;
use std::process::Command;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Run {
    /// One text of all, for snapshots.
    pub(crate) fn transcript(&self) -> String {
        format!(
            "exit code: {}\n----- stdout\n{}----- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// Runs `trainyard` in a folder, without cache, colours or the user's configuration.
pub(crate) fn trainyard(folder: &Utf8Path, arguments: &[&str]) -> Run {
    answer(command(folder, arguments).arg("--no-cache"))
}

/// `trainyard` in a folder, with a cache of the folder's own.
#[expect(clippy::disallowed_methods, reason = "the command under test")]
pub(crate) fn command(folder: &Utf8Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("TRAINYARD_CACHE_DIR", folder.join(".git/cache-of-tests"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("NO_COLOR", "1");
    command
}

/// What a command said.
pub(crate) fn answer(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// The next version that is printed from a branch, or what was said instead.
pub(crate) fn next(folder: &Utf8Path, arguments: &[&str]) -> String {
    let run = trainyard(folder, &[&["next"], arguments].concat());
    match run.code {
        0 => run.stdout.trim().to_owned(),
        _ => run.stderr.trim().to_owned(),
    }
}
