//! The demo and the tour through it, as a newcomer meets them.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use camino::Utf8Path;
use serde_json::Value;
use trainyard_testkit::TestRepository;

use crate::command::{answer, command};

/// Serves the demo, and tells what it says of itself.
pub(crate) fn serve(folder: &Utf8Path) -> (Child, Value) {
    let arguments = ["serve", "--demo", "--listen", "127.0.0.1:0", "--format", "json"];
    let mut child = command(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// Ends a process as Ctrl+C does, and says its exit code.
#[expect(clippy::disallowed_methods, reason = "a signal for the command under test")]
pub(crate) fn end(mut child: Child) -> Option<i32> {
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    child.wait().unwrap().code()
}

#[test]
fn the_demo_is_served_and_its_commands_work() {
    let home = TestRepository::new();
    let (child, started) = serve(home.path());
    let word = |key: &str| started[key].as_str().unwrap().to_owned();
    assert!(word("sign-in").starts_with(&word("url")), "{started}");
    let commands: Vec<_> = started["commands"].as_array().unwrap().iter().collect();
    assert_eq!(commands.len(), 5);
    for line in commands {
        let arguments: Vec<_> = line.as_str().unwrap().split(' ').skip(1).collect();
        let mut run = command(home.path(), &arguments);
        run.env("TRAINYARD_REGISTRY", word("url")).env("TRAINYARD_TOKEN", word("token"));
        let run =
            answer(run.env("XDG_STATE_HOME", word("folder")).env("XDG_CONFIG_HOME", home.path()));
        // A rule may say no, and risks may concern somebody.
        assert!(run.code <= 1, "{line}: {}", run.transcript());
        assert!(!run.stdout.is_empty(), "{line}: {}", run.transcript());
    }
    assert!(Utf8Path::new(&word("folder")).join("registry.db").exists());
    assert_eq!(end(child), Some(0));
    assert!(!Utf8Path::new(&word("folder")).exists(), "nothing is left");
}

#[test]
fn the_tour_tells_everything() {
    let home = TestRepository::new();
    let run = answer(command(home.path(), &["tour", "--yes"]).env("XDG_CONFIG_HOME", home.path()));
    assert_eq!(run.code, 0, "{}", run.transcript());
    for told in [
        "1/10  ",
        "10/10  ",
        "$ trainyard channel why pipeline/production",
        "of 2 external validators",
        "of 14 days",
        "comfyui",
        "FAILED",
        "long-migration",
        "NOT SAFE",
        "d4c174934fd0",
        "$ trainyard registry verify",
    ] {
        assert!(run.stdout.contains(told), "`{told}` is not told: {}", run.transcript());
    }
}
