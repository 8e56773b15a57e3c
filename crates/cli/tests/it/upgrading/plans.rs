//! What release managers read of plans, and what they are told when they ask for something else.

use super::{alembic::product, application::Installation};
use crate::command::Run;

const DATABASE: &str = "tool = \"alembic\"\nbackup = [\"pg_dump\", \"-Fc\", \"-f\", \"app.copy\", \"app\"]\n\
    restore = [\"pg_restore\", \"--clean\", \"-d\", \"app\", \"app.copy\"]\n";

fn installed() -> Installation {
    let installed = Installation::of(product(), "v1.0.1", "");
    installed.describe(DATABASE);
    installed
}

/// What was said, with the temporary folder and commits by names.
fn told(installed: &Installation, run: &Run) -> String {
    let folder = installed.beside("");
    let text = run.transcript().replace(folder.as_str().trim_end_matches('/'), "/srv");
    let head = installed.repository.git(&["rev-parse", "v1.1.0"]);
    text.replace(head.trim(), "<commit>").replace(&head[..12], "<commit>")
}

#[test]
fn a_plan_is_read_on_a_terminal() {
    let installed = installed();
    insta::assert_snapshot!(told(&installed, &installed.plan(&["--to", "1.1.0"])));
}

#[test]
fn a_plan_is_a_runbook() {
    let installed = installed();
    let run = installed.plan(&["--to", "latest", "--format", "markdown"]);
    insta::assert_snapshot!(told(&installed, &run));
}

#[test]
fn without_a_deployment_all_is_done_by_hand() {
    let installed = installed();
    let words = ["upgrade", "plan", "--no-cache", "--from", "1.0.1", "--to", "1.1"];
    insta::assert_snapshot!(told(&installed, &installed.trainyard(&words)));
}

#[test]
fn wrong_questions_are_answered() {
    let installed = installed();
    let ask = |words: &[&str]| told(&installed, &installed.plan(words));
    insta::assert_snapshot!(
        [
            ask(&["--to", "9.9"]),
            ask(&["--to", "1.0.0"]),
            ask(&["--to", "1.0.1"]),
            ask(&["--to", "1.1.0", "--from", "0.1"]),
            ask(&["--to", "1.1.0", "--component", "webui"]),
            ask(&["--to", "1.1.0", "--at", "zzz9"]),
        ]
        .join("\n")
    );
}

#[test]
fn a_broken_deployment_is_told_whole() {
    let installed = installed();
    let ask = |text: &str| {
        std::fs::write(installed.beside("deployment.toml"), text).unwrap();
        told(&installed, &installed.plan(&["--to", "1.1.0"]))
    };
    insta::assert_snapshot!(
        [
            ask("name = \"x\"\n"),
            ask("name = \"x\"\n[components.repository]\nversoin = \"1\"\n"),
            ask("name = \"x\"\n[components.a.database]\ntool = \"liquibase\"\n\
                 [components.b]\nversion = \"1\"\n[components.b.database]\ntool = \"sql\"\n"),
            ask("name = \"x\"\n[components.manager]\nversion = \"1.0.1\"\n"),
            ask("name = "),
        ]
        .join("\n")
    );
    std::fs::remove_file(installed.beside("deployment.toml")).unwrap();
    assert_eq!(installed.plan(&["--to", "1.1.0"]).code, 3);
}

#[test]
fn a_checkout_between_releases_is_no_release() {
    let installed = installed();
    installed.git(&["commit", "-q", "--allow-empty", "-m", "local"]);
    let run = installed.plan(&["--to", "1.1.0"]);
    assert!(run.code == 2 && run.stderr.contains("which is no release"), "{}", run.transcript());
    let run = installed.plan(&["--to", "1.1.0", "--from", "1.0.1"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
}

#[test]
fn nothing_is_run_dry() {
    let installed = installed();
    installed.keep_plan("1.1.0");
    let run = installed.apply(&["--dry-run"]);
    insta::assert_snapshot!(told(&installed, &run));
    assert_eq!(installed.journal(), "");
    assert!(!installed.beside("plan.json.journal").exists());
}

#[test]
fn steps_by_hand_wait_for_a_person() {
    let installed = installed();
    // Nothing is handled but the checkout.
    let text = "name = \"x\"\n[components.repository]\ncheckout = \"installed\"\n";
    std::fs::write(installed.beside("deployment.toml"), text).unwrap();
    installed.keep_plan("1.1.0");
    let mut said = vec![told(&installed, &installed.apply(&["--yes"]))];
    for step in ["1.1-backup", "1.2-database-back", "1.4-database"] {
        said.push(told(&installed, &installed.apply(&["--yes", "--done", step])));
    }
    said.push(told(&installed, &installed.apply(&["--done", "1.7-images"])));
    insta::assert_snapshot!(said.join("\n"));
    let left = installed.apply(&["--dry-run"]);
    assert!(left.code == 0 && left.stdout.trim().is_empty(), "{}", left.transcript());
    let head = installed.git(&["rev-parse", "HEAD"]);
    assert_eq!(head, installed.repository.git(&["rev-parse", "v1.1.0"]));
}

#[test]
fn a_journal_is_for_one_plan() {
    let installed = installed();
    installed.keep_plan("1.1.0");
    installed.apply(&["--yes", "--done", "1.1-backup"]);
    installed.describe(&DATABASE.replace("app.copy", "other.copy"));
    installed.keep_plan("1.1.0");
    let run = installed.apply(&["--yes"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    insta::assert_snapshot!(told(&installed, &run));

    for text in [
        "{}",
        "not JSON",
        &std::fs::read_to_string(installed.plan_file()).unwrap().replacen(
            "\"form\": 1",
            "\"form\": 99",
            1,
        ),
    ] {
        std::fs::write(installed.plan_file(), text).unwrap();
        let run = installed.apply(&["--yes"]);
        assert_eq!(run.code, 2, "{}", run.transcript());
    }
}
