//! Setting up a policy: `init`, `policy lint` and `policy doc`.

use std::process::Command;

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::trainyard;

/// Runs `init` with variables of the environment.
#[expect(clippy::disallowed_methods, reason = "the command under test")]
fn init_with(folder: &Utf8Path, variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .args(["init", "--no-cache"])
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), said)
}

fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("24.3.0rc1");
    repository.tag("24.3.0");
    repository
}

#[test]
fn init_writes_where_policy_says() {
    let repository = released();
    let run = trainyard(repository.path(), &["--policy", "policies.toml", "init"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(run.stdout.contains("trainyard --policy policies.toml policy lint"), "{}", run.stdout);
    assert!(!repository.path().join("trainyard.toml").exists());
    let lint = trainyard(repository.path(), &["--policy", "policies.toml", "policy", "lint"]);
    assert_eq!(lint.code, 0, "{}", lint.transcript());
    let again = trainyard(repository.path(), &["--policy", "policies.toml", "init"]);
    assert_eq!(again.code, 2, "{}", again.transcript());
}

#[test]
fn init_finds_the_repository_that_the_environment_names() {
    let repository = released();
    let git_dir = repository.path().join(".git");
    let worktree = repository.beside("elsewhere");
    std::fs::create_dir(&worktree).unwrap();
    let variables = [("GIT_DIR", git_dir.as_str()), ("GIT_WORK_TREE", worktree.as_str())];
    let (code, said) = init_with(&worktree, &variables, &[]);
    assert_eq!(code, 0, "{said}");
    let text = std::fs::read_to_string(worktree.join("trainyard.toml")).unwrap();
    assert!(text.contains("preset = \"pep440\""), "{text}");
    let (code, said) = init_with(&worktree, &[("GIT_DIR", "no-such-folder")], &["--force"]);
    assert_eq!(code, 3, "{said}");
}

#[test]
fn init_writes_into_no_bare_repository_but_beside_it() {
    let repository = released();
    let bare = repository.beside("bare.git");
    repository.git(&["clone", "-q", "--bare", repository.path().as_str(), bare.as_str()]);
    let refused = trainyard(&bare, &["init"]);
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    assert!(refused.stderr.contains("--policy FILE"), "{}", refused.stderr);
    let written = trainyard(&bare, &["--policy", "../beside.toml", "init"]);
    assert_eq!(written.code, 0, "{}", written.transcript());
    assert!(repository.beside("beside.toml").exists());
}

#[test]
fn lint_exits_with_one_and_others_with_two_for_the_same_file() {
    let repository = released();
    std::fs::write(repository.path().join("trainyard.toml"), "colour = 1\n").unwrap();
    let code = |arguments: &[&str]| trainyard(repository.path(), arguments).code;
    assert_eq!(code(&["policy", "lint"]), 1);
    assert_eq!(code(&["policy", "doc"]), 2);
    assert_eq!(code(&["plan"]), 2);
    std::fs::write(repository.path().join("trainyard.toml"), "").unwrap();
    assert_eq!(code(&["policy", "lint"]), 0);
}

#[test]
fn doc_tells_by_its_day_which_lines_have_ended() {
    let repository = released();
    let policy = "[lines.declared.\"1.2\"]\nretires = 2026-03-31\n";
    std::fs::write(repository.path().join("trainyard.toml"), policy).unwrap();
    for (day, support) in [("2026-03-31", "regular"), ("2026-04-01", "ended")] {
        let run = trainyard(repository.path(), &["policy", "doc", "--date", day]);
        let row = format!("| `1.2` | {support} | 2026-03-31 |");
        assert!(run.stdout.contains(&row), "{}", run.transcript());
    }
}
