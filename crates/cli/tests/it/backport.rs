//! Commits that are picked to lines.

use insta::assert_snapshot;
use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

const POLICY: &str = r#"preset = "pep440"
[product]
name = "x"
[rules]
tag = "{version}"
branch = "{major}.{minor}"
[lines]
development = ["main"]
[lines.declared]
"0.9" = { retires = 2024-06-01 }
[components.x]
version-files = ["VERSION"]
"#;

const FIRST: &str = "revision = 'aaa1'\ndown_revision = None\n\ndef upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer))\n\ndef downgrade():\n    op.drop_table('t')\n";

fn migration(id: &str, parent: &str) -> String {
    format!(
        "revision = '{id}'\ndown_revision = '{parent}'\n\ndef upgrade():\n    op.add_column('t', sa.Column('{id}', sa.Integer, nullable=True))\n\ndef downgrade():\n    op.drop_column('t', '{id}')\n"
    )
}

/// Lines 0.9 (retired), 1.0 and 1.1, and `main` beyond them.
fn lines() -> TestRepository {
    let repository = TestRepository::new();
    repository.git(&["config", "user.name", "Ada"]);
    repository.git(&["config", "user.email", "ada@example.org"]);
    repository.commit(
        "feat: begin",
        &[
            ("trainyard.toml", POLICY),
            ("VERSION", "0.9.0\n"),
            ("src/a", "1\n2\n3\n4\n5\n6\n7\n8\n"),
            ("alembic/env.py", ""),
            ("alembic.ini", "[alembic]\nscript_location = alembic\n"),
            ("alembic/versions/aaa1_first.py", FIRST),
        ],
    );
    for version in ["0.9.0", "1.0.0", "1.1.0"] {
        repository.commit(&format!("release: {version}"), &[("VERSION", &format!("{version}\n"))]);
        repository.tag(version);
        repository.branch(version.strip_suffix(".0").unwrap());
    }
    repository.commit("chore: go on", &[("VERSION", "1.2.0a1\n")]);
    repository
}

fn run(repository: &TestRepository, arguments: &[&str]) -> Run {
    trainyard(repository.path(), &[&["backport", "--date", "2024-12-01"], arguments].concat())
}

fn at(repository: &TestRepository, name: &str) -> String {
    repository.git(&["show", name])
}

fn masked(repository: &TestRepository, text: &str) -> String {
    let text = text.replace(repository.path().as_str(), "REPOSITORY");
    let words = text.split_inclusive([' ', '\n', ',', ';', ':', ')']);
    words
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\n', ',', ';', ':', ')']);
            let is_id = bare.len() >= 7 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_id { format!("ID{}", &word[bare.len()..]) } else { word.to_owned() }
        })
        .collect()
}

#[test]
fn a_fix_comes_to_the_named_lines_and_says_where_from() {
    let repository = lines();
    let fix = repository.commit("fix: crash (#7)", &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\n")]);
    repository.commit("feat: beyond", &[("src/b", "b\n")]);
    let look = run(&repository, &["#7", "--to", "1.0", "--to", "1.1", "--dry-run"]);
    assert_eq!(look.code, 0, "{}", look.transcript());
    assert!(!at(&repository, "1.0:src/a").contains("fixed"));
    let done = run(&repository, &["#7", "--to", "1.0,1.1"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert_snapshot!("backport_done", masked(&repository, &done.stdout));
    for line in ["1.0", "1.1"] {
        assert!(at(&repository, &format!("{line}:src/a")).contains("fixed"));
        let message = repository.git(&["log", "-1", "--format=%an %cn%n%B", line]);
        assert!(message.contains(&format!("(cherry picked from commit {fix})")), "{message}");
        assert!(message.starts_with("Ada Author Ada\n"), "{message}");
    }
    let again = run(&repository, &["7", "--to", "1.0"]);
    assert_eq!(again.code, 0, "{}", again.transcript());
    assert!(again.stdout.contains("TY0537"), "{}", again.stdout);
    let report = trainyard(repository.path(), &["forward", "--report"]);
    assert_eq!(report.code, 0, "what came back owes nothing: {}", report.transcript());
}

#[test]
fn lines_come_from_trailers_and_versions_stay() {
    let repository = lines();
    let message = "fix: crash\n\nBackport-to: 1.0, 1.1\n";
    repository
        .commit(message, &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\n"), ("VERSION", "1.2.0a2\n")]);
    let done = run(&repository, &["HEAD"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    for (line, version) in [("1.0", "1.0.0"), ("1.1", "1.1.0")] {
        assert!(at(&repository, &format!("{line}:src/a")).contains("fixed"));
        assert_eq!(at(&repository, &format!("{line}:VERSION")), version);
    }
}

#[test]
fn without_a_word_the_supported_lines_are_meant() {
    let repository = lines();
    repository.commit("fix: crash", &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\n")]);
    let done = run(&repository, &["HEAD"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.0:src/a").contains("fixed"));
    assert!(!at(&repository, "0.9:src/a").contains("fixed"));
}

#[test]
fn wrong_lines_are_refused() {
    let repository = lines();
    let check = |arguments: &[&str], expected: &str| {
        let run = run(&repository, arguments);
        assert_eq!(run.code, 2, "{}", run.transcript());
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    };
    check(&["HEAD", "--to", "1.3"], "did you mean");
    check(&["HEAD", "--to", "0.9"], "the support of line 0.9 has ended");
    check(&["HEAD", "--to", "main"], "is a development branch");
    check(&["#77", "--to", "1.0"], "pull request #77");
    check(&["--abort"], "no backport waits");
}

#[test]
fn a_conflict_is_prepared_and_the_other_lines_move() {
    let repository = lines();
    repository.checkout("1.0");
    repository.commit("fix: own", &[("src/a", "1\nown\n3\n4\n5\n6\n7\n8\n")]);
    repository.checkout("main");
    let one = repository.commit("fix: crash", &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\n")]);
    let two = repository.commit("fix: other", &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\nalso\n")]);
    let stopped = run(&repository, &[&one, &two, "--to", "1.0,1.1"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert_snapshot!("backport_conflict", masked(&repository, &stopped.stdout));
    assert!(at(&repository, "1.1:src/a").contains("also"));
    let folder = repository.path().join(".git/trainyard/settling");
    let there = repository.at(&folder);
    there.write(&[("src/a", "1\nown and fixed\n3\n4\n5\n6\n7\n8\n")]);
    there.git(&["add", "src/a"]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    let text = at(&repository, "1.0:src/a");
    assert!(text.contains("own and fixed") && text.contains("also"), "{text}");
    let messages = repository.git(&["log", "-2", "--format=%B", "1.0"]);
    assert!(messages.contains(&one) && messages.contains(&two), "{messages}");
    assert!(!folder.exists());
}

#[test]
fn a_migration_that_fits_is_picked() {
    let repository = lines();
    let text = migration("bbb2", "aaa1");
    repository.commit("fix: column", &[("alembic/versions/bbb2_column.py", &text)]);
    let done = run(&repository, &["HEAD", "--to", "1.0"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.0:alembic/versions/bbb2_column.py").contains("bbb2"));
}

#[test]
fn a_migration_without_its_parent_is_refused_and_can_be_mended() {
    let repository = lines();
    let feature = migration("bbb2", "aaa1");
    repository.commit("feat: column", &[("alembic/versions/bbb2_column.py", &feature)]);
    let fix = migration("ccc3", "bbb2");
    repository.commit("fix: index", &[("alembic/versions/ccc3_fix.py", &fix)]);
    let before = repository.git(&["rev-parse", "1.0"]);
    let stopped = run(&repository, &["HEAD", "--to", "1.0"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stdout.contains("TY0323"), "{}", stopped.stdout);
    assert_eq!(repository.git(&["rev-parse", "1.0"]), before);

    let there = repository.at(&repository.path().join(".git/trainyard/settling"));
    there.write(&[("alembic/versions/ccc3_fix.py", &migration("ccc3", "aaa1"))]);
    there.git(&["add", "--all"]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.0:alembic/versions/ccc3_fix.py").contains("'aaa1'"));
}

#[test]
fn a_second_head_is_refused() {
    let repository = lines();
    repository.checkout("1.0");
    repository.commit("fix: own", &[("alembic/versions/ddd4_own.py", &migration("ddd4", "aaa1"))]);
    repository.checkout("main");
    repository
        .commit("fix: column", &[("alembic/versions/bbb2_column.py", &migration("bbb2", "aaa1"))]);
    let stopped = run(&repository, &["HEAD", "--to", "1.0", "--dry-run"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stdout.contains("TY0318"), "{}", stopped.stdout);
}

#[test]
fn a_merged_pull_request_is_picked_as_a_whole() {
    let repository = lines();
    repository.checkout_new("topic");
    repository.commit("fix: one", &[("src/a", "1\none\n3\n4\n5\n6\n7\n8\n")]);
    repository.commit("fix: two", &[("src/b", "two\n")]);
    repository.checkout("main");
    repository.merge_no_ff("topic", "Merge pull request #12 from ada/topic\n\nfix: both");
    let done = run(&repository, &["12", "--to", "1.1"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.1:src/a").contains("one"));
    assert_eq!(at(&repository, "1.1:src/b"), "two");
}

/// A pick onto 1.0 that waits for a person, settled and added; 1.1 has moved.
fn settled() -> TestRepository {
    let repository = lines();
    repository.checkout("1.0");
    repository.commit("fix: own", &[("src/a", "1\nown\n3\n4\n5\n6\n7\n8\n")]);
    repository.checkout("main");
    repository.commit("fix: crash", &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\n")]);
    let stopped = run(&repository, &["HEAD", "--to", "1.0,1.1"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    settle(&repository);
    repository
}

fn settle(repository: &TestRepository) {
    let there = repository.at(&repository.path().join(".git/trainyard/settling"));
    there.write(&[("src/a", "1\nown and fixed\n3\n4\n5\n6\n7\n8\n")]);
    there.git(&["add", "src/a"]);
}

#[test]
fn what_was_settled_comes_to_a_line_that_has_moved() {
    let repository = settled();
    repository.checkout("1.0");
    let other = repository.commit("fix: meanwhile", &[("src/e", "e\n")]);
    repository.checkout("main");
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.0:src/a").contains("own and fixed"));
    assert_eq!(repository.git(&["rev-parse", "1.0^"]), other);
    let message = repository.git(&["log", "-1", "--format=%B", "1.0"]);
    assert_eq!(message.matches("cherry picked from").count(), 1, "{message}");
}

#[test]
fn what_was_settled_is_handed_back_where_the_line_moved_in_the_same_place() {
    let repository = settled();
    repository.checkout("1.0");
    let other = repository.commit("fix: meanwhile", &[("src/a", "1\nher own\n3\n4\n5\n6\n7\n8\n")]);
    repository.checkout("main");
    let stopped = run(&repository, &["--continue"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    let folder = repository.path().join(".git/trainyard/settling");
    let marked = fs_err::read_to_string(folder.join("src/a")).unwrap();
    assert!(marked.contains("own and fixed") && marked.contains("her own"), "{marked}");
    settle(&repository);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "1.0:src/a").contains("own and fixed"));
    assert_eq!(repository.git(&["rev-parse", "1.0^"]), other);
    let message = repository.git(&["log", "-1", "--format=%B", "1.0"]);
    assert_eq!(message.matches("cherry picked from").count(), 1, "{message}");
}

#[test]
fn lines_of_the_stopped_call_are_pushed_along() {
    let repository = settled();
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    repository.at(&bare).git(&["branch", "-f", "1.1", "1.1^"]);
    repository.git(&["remote", "add", "origin", bare.as_str()]);
    let done = run(&repository, &["--continue", "--push"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    for line in ["1.0", "1.1"] {
        let here = repository.git(&["rev-parse", line]);
        assert_eq!(repository.at(&bare).git(&["rev-parse", line]), here, "{line}");
    }
}

#[test]
fn what_a_patch_release_must_not_contain_is_told() {
    let repository = lines();
    repository.commit("feat!: beyond", &[("src/b", "b\n")]);
    let look = run(&repository, &["HEAD", "--to", "1.0", "--dry-run"]);
    assert_eq!(look.code, 1, "{}", look.transcript());
    assert!(look.stdout.contains("TY0311"), "{}", look.stdout);
    assert!(look.stdout.contains("line 1.0 takes patch releases"), "{}", look.stdout);
    let fix = repository.commit("fix: here", &[("src/c", "c\n")]);
    let done = run(&repository, &[&fix, "--to", "1.0"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
}
