//! How runs end: help, and readers that stop reading.

use std::process::{Command, Stdio};

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::{answer, command, trainyard};

#[test]
fn help_has_help() {
    let folder = TestRepository::new();
    let run = |arguments: &[&str]| {
        let run = answer(&mut command(folder.path(), arguments));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        run.stdout
    };
    let help = run(&["help", "help"]);
    assert!(help.contains("Usage: trainyard help"), "{help}");
    assert_eq!(run(&["help", "--help"]), help);
    assert_eq!(run(&["help", "-h"]), help);
    assert_eq!(run(&["help", "plan", "--help"]), run(&["help", "plan"]));
    assert_eq!(run(&["version", "help", "--help"]), run(&["version", "help", "help"]));
    let wrong = answer(&mut command(folder.path(), &["help", "nonsense", "--help"]));
    assert_eq!(wrong.code, 2, "{}", wrong.transcript());
}

/// Runs the command with an output that nobody reads; the exit code, and what was said on stderr.
#[expect(clippy::disallowed_methods, reason = "the command under test")]
fn unread(folder: &Utf8Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .args(arguments)
        .current_dir(folder)
        .env("TRAINYARD_CACHE_DIR", folder.join(".git/no-such-cache-for-tests"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_reader_that_stops_is_no_error() {
    let repository = TestRepository::new();
    for number in 0..30 {
        repository.commit("fix: one", &[("src", &number.to_string())]);
        repository.tag(&format!("v1.{number}.7"));
    }
    repository.commit("feat: more", &[("src", "more")]);
    let versions: Vec<_> = (0..20_000).map(|number| format!("{number}.0.0")).collect();
    let versions: Vec<_> = versions.iter().map(String::as_str).collect();
    for arguments in [
        &["plan", "--all"][..],
        &["plan", "--format", "json"],
        &["next"],
        &["audit", "--all"],
        &["audit", "--format", "sarif"],
        &["policy", "schema"],
        &["explain"],
        &["completions", "bash"],
        &["--help"],
        &["help"],
        &[&["version", "sort"][..], &versions].concat(),
        &[&["version", "parse"][..], &versions].concat(),
    ] {
        let (code, said) = unread(repository.path(), arguments);
        // What is short may be written before the reader goes.
        assert!(
            matches!(code, Some(0 | 1)),
            "{:?}: {code:?}",
            &arguments[..2.min(arguments.len())]
        );
        assert_eq!(said, "", "{:?}", arguments.first());
    }
}

#[test]
fn an_output_that_takes_nothing_is_an_error() {
    let folder = TestRepository::new();
    assert_eq!(trainyard(folder.path(), &["explain"]).code, 0);
    for arguments in [&["explain"][..], &["--help"], &["help", "plan"]] {
        assert_eq!(into_a_full_device(folder.path(), arguments), Some(3), "{arguments:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the command under test")]
fn into_a_full_device(folder: &Utf8Path, arguments: &[&str]) -> Option<i32> {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
    command.args(arguments).current_dir(folder).stdout(full).stderr(Stdio::null());
    command.status().unwrap().code()
}
