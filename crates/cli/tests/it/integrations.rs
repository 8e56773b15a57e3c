//! The files by which other tools call the command: they are read, and what they run is run.

use std::process::Command;

use serde_norway::Value;
use trainyard_testkit::TestRepository;

use crate::command::{Run, answer};

const HOOKS: &str = include_str!("../../../../.pre-commit-hooks.yaml");
const ACTION: &str = include_str!("../../../../action.yml");
const INSTALL: &str = include_str!("../../../../integrations/install.sh");
const GITLAB: &str = include_str!("../../../../integrations/gitlab/trainyard.yml");

const POLICY: &str =
    "preset = \"semver\"\n[components.app]\nfragments = [{ towncrier = \"changes\" }]\n";

fn read(text: &str) -> Value {
    serde_norway::from_str(text).unwrap()
}

/// A topic branch that needs a fragment and brings none, with `origin/main` beside it.
fn proposal() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1"), ("trainyard.toml", POLICY)]);
    repository.tag("v1.0.0");
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.checkout_new("topic");
    repository.commit("feat: search", &[("src", "2")]);
    repository
}

/// Runs a script as a runner does, with `trainyard` on the path.
#[expect(clippy::disallowed_methods, reason = "the script under test")]
fn run(repository: &TestRepository, script: &str, variables: &[(&str, &str)]) -> Run {
    let folder = camino::Utf8Path::new(env!("CARGO_BIN_EXE_trainyard")).parent().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    answer(
        Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .current_dir(repository.path())
            .env("PATH", path)
            .env("TRAINYARD_CACHE_DIR", repository.path().join(".git/cache-of-tests"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("NO_COLOR", "1")
            .envs(variables.iter().copied()),
    )
}

#[test]
fn the_commands_of_hooks_are_commands() {
    let hooks = read(HOOKS);
    let hooks = hooks.as_sequence().unwrap();
    assert_eq!(hooks.len(), 3);
    for hook in hooks {
        for key in ["id", "name", "description", "entry", "language"] {
            assert!(hook.get(key).is_some_and(Value::is_string), "{key}");
        }
        let takes_files =
            hook.get("pass_filenames").is_none_or(|value| value.as_bool() != Some(false));
        let mut words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        words.extend(takes_files.then_some("FILE"));
        let parsed = trainyard_cli::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{parsed:?}");
    }
}

#[test]
fn hooks_find_what_is_wrong() {
    let repository = proposal();
    repository.write(&[(".git/MESSAGE", "faet: search\n"), ("changes/1.faeture.md", "x")]);
    repository.git(&["add", "."]);
    let hooks = read(HOOKS);
    let entry = |id: &str| {
        let mut hooks = hooks.as_sequence().unwrap().iter();
        hooks.find(|hook| hook["id"] == id).unwrap()["entry"].as_str().unwrap().to_owned()
    };
    let found = run(&repository, &entry("trainyard"), &[]);
    assert!(found.code == 1 && found.stdout.contains("TY0402"), "{}", found.transcript());
    let found = run(&repository, &format!("{} .git/MESSAGE", entry("trainyard-message")), &[]);
    assert!(found.code == 1 && found.stdout.contains("TY0564"), "{}", found.transcript());
    let found = run(&repository, &format!("{} trainyard.toml", entry("trainyard-policy")), &[]);
    assert_eq!(found.code, 0, "{}", found.transcript());
}

/// The variables of the action's step, as GitHub would fill them in.
const PULL_REQUEST: [(&str, &str); 9] = [
    ("TRAINYARD", "trainyard"),
    ("INTO", "origin/main"),
    ("AT", ""),
    ("BRANCH", "-odd $(touch pwned)"),
    ("TITLE", ""),
    ("LABELS", ""),
    ("POLICY", ""),
    ("FORMAT", "github"),
    ("OUTPUT", ""),
];

#[test]
fn the_action_runs_the_command() {
    let action = read(ACTION);
    let step = &action["runs"]["steps"][1];
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "what a pull request says must not become a script");
    let mut given: Vec<&str> =
        step["env"].as_mapping().unwrap().keys().filter_map(Value::as_str).collect();
    given.sort_unstable();
    let mut known = PULL_REQUEST.map(|(name, _)| name);
    known.sort_unstable();
    assert_eq!(given, known);
    let installs = &action["runs"]["steps"][0];
    let variables = [installs, step].map(|step| step["env"].as_mapping().unwrap().values());
    for value in variables.into_iter().flatten() {
        let inputs = value.as_str().unwrap().split("inputs.").skip(1);
        for input in inputs {
            let name = input.split([' ', '}']).next().unwrap();
            assert!(action["inputs"].get(name).is_some(), "{name}");
        }
    }

    let repository = proposal();
    let found = run(&repository, script, &PULL_REQUEST);
    assert_eq!(found.code, 1, "{}", found.transcript());
    assert!(found.stdout.starts_with("::warning file=src"), "{}", found.stdout);
    assert!(!repository.path().join("pwned").exists());

    let mut variables = PULL_REQUEST;
    variables[5].1 = "size:S,skip:changelog";
    variables[8].1 = "found.sarif";
    variables[7].1 = "sarif";
    let found = run(&repository, script, &variables);
    assert_eq!(found.code, 0, "{}", found.transcript());
    let sarif = std::fs::read_to_string(repository.path().join("found.sarif")).unwrap();
    assert!(sarif.contains("2.1.0"), "{sarif}");
}

#[test]
fn the_gitlab_job_writes_a_code_quality_report() {
    let job = &read(GITLAB)["trainyard"];
    let script = job["script"][0].as_str().unwrap();
    let report = job["artifacts"]["reports"]["codequality"].as_str().unwrap();
    let repository = proposal();
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["checkout", "-q", "--detach"]);
    let variables = [
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "2.0"),
        ("CI_MERGE_REQUEST_LABELS", ""),
        ("CI_COMMIT_SHA", head.as_str()),
    ];
    let found = run(&repository, script, &variables);
    assert_eq!(found.code, 1, "{}", found.transcript());
    let text = std::fs::read_to_string(repository.path().join(report)).unwrap();
    let issues: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> = issues.as_array().unwrap().iter().map(|it| &it["check_name"]).collect();
    assert_eq!(names, ["branch-name-taken", "missing-fragment"]);
}

/// An archive as a release has it, with a command that says where it comes from.
fn archive(repository: &TestRepository) -> String {
    let path = repository.path().join("trainyard-1.2.3-x86_64-unknown-linux-musl");
    std::fs::create_dir_all(path.join("bin")).unwrap();
    repository.write(&[(
        "trainyard-1.2.3-x86_64-unknown-linux-musl/bin/trainyard",
        "#!/bin/sh\necho from the archive\n",
    )]);
    let script = "chmod +x trainyard-1.2.3-*/bin/trainyard && tar -czf a.tar.gz trainyard-1.2.3-* && sha256sum a.tar.gz";
    run(repository, script, &[]).stdout[..64].to_owned()
}

#[test]
fn runners_get_the_command_from_an_archive_or_the_sources() {
    let repository = TestRepository::new();
    let digest = archive(&repository);
    let script = format!("{INSTALL}trainyard\n");
    let address = format!("file://{}/a.tar.gz", repository.path());
    for from in ["a.tar.gz".to_owned(), format!("a.tar.gz#sha256={digest}"), address] {
        let found = run(&repository, &script, &[("TRAINYARD_FROM", &from)]);
        assert!(
            found.code == 0 && found.stdout.ends_with("from the archive\n"),
            "{}",
            found.transcript()
        );
    }
    let wrong = format!("a.tar.gz#sha256={}", "0".repeat(64));
    let found = run(&repository, &script, &[("TRAINYARD_FROM", &wrong)]);
    assert!(
        found.code != 0 && !found.stdout.contains("from the archive"),
        "{}",
        found.transcript()
    );

    // In place of cargo, what says how it was called.
    repository.write(&[("tools/cargo", "#!/bin/sh\necho cargo \"$@\"\n")]);
    let script = format!("chmod +x tools/cargo\nPATH=$PWD/tools:$PATH\n{INSTALL}");
    let found =
        run(&repository, &script, &[("TRAINYARD_FROM", "https://git.example/trainyard#v1.2.0")]);
    let call =
        "cargo install --quiet --locked --git https://git.example/trainyard --tag v1.2.0 --root ";
    assert!(found.code == 0 && found.stdout.starts_with(call), "{}", found.transcript());
    let found = run(&repository, &format!("set -u\n{INSTALL}"), &[]);
    assert_eq!(found.code, 0, "{}", found.transcript());
}

#[test]
fn every_runner_gets_it_the_same_way() {
    let job = &read(GITLAB)["trainyard"];
    assert_eq!(job["before_script"][0].as_str().unwrap(), INSTALL);
    let action = read(ACTION);
    let installs = action["runs"]["steps"][0]["run"].as_str().unwrap();
    assert!(
        installs.starts_with(". \"$GITHUB_ACTION_PATH/integrations/install.sh\"\n"),
        "{installs}"
    );
}
