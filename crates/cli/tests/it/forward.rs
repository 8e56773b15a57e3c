//! Fixes that go from lines to newer ones and to development.

use camino::{Utf8Path, Utf8PathBuf};
use insta::assert_snapshot;
use trainyard_testkit::TestRepository;

use crate::command::{Run, answer, command, trainyard};

const POLICY: &str = r#"preset = "pep440"
[product]
name = "x"
[rules]
tag = "{version}"
branch = "{major}.{minor}"
releases-from = "lines"
[rules.next-development]
level = "minor"
mark = "a1"
[lines]
development = ["main", "develop"]
[components.x]
version-files = ["VERSION", { path = "pyproject.toml", key = "project.version" }, { path = "package.json", key = "version" }, { path = "Cargo.toml", key = "package.version" }]
"#;

fn files(version: &str) -> Vec<(&'static str, String)> {
    vec![
        ("VERSION", format!("{version}\n")),
        ("pyproject.toml", format!("[project]\nname = \"x\"\nversion = \"{version}\"\n")),
        ("package.json", format!("{{\n  \"name\": \"x\",\n  \"version\": \"{version}\"\n}}\n")),
        ("Cargo.toml", format!("[package]\nname = \"x\"\nversion = \"{version}\"\n")),
        (
            "Cargo.lock",
            format!("version = 4\n\n[[package]]\nname = \"x\"\nversion = \"{version}\"\n"),
        ),
    ]
}

fn state(repository: &TestRepository, message: &str, version: &str) {
    let files = files(version);
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    repository.commit(message, &files);
}

/// Two lines alive, `main` ahead of both, and `develop` ahead of it.
fn dance() -> TestRepository {
    let repository = TestRepository::new();
    repository.git(&["config", "user.name", "Ada"]);
    repository.git(&["config", "user.email", "ada@example.org"]);
    repository.commit(
        "feat: begin",
        &[
            ("trainyard.toml", POLICY),
            ("src/a", "1\n2\n3\n4\n5\n6\n7\n8\n"),
            ("CHANGELOG.md", "# Changelog\n\n## 1.0.0\n\n- begin\n"),
        ],
    );
    state(&repository, "release: 1.0.0", "1.0.0");
    repository.tag("1.0.0");
    repository.branch("1.0");
    state(&repository, "chore: go on with 1.1.0a1", "1.1.0a1");
    repository.commit("feat: more", &[("src/b", "b\n")]);
    state(&repository, "release: 1.1.0", "1.1.0");
    repository.tag("1.1.0");
    repository.branch("1.1");
    state(&repository, "chore: go on with 1.2.0a1", "1.2.0a1");
    repository.branch("develop");
    repository.commit("feat: newer", &[("src/c", "c\n")]);
    repository
}

/// A fix and a release on a line.
fn fixed(repository: &TestRepository, line: &str, version: &str, line_of_a: usize) -> String {
    repository.checkout(line);
    let mut lines: Vec<_> = (1..=8).map(|number| number.to_string()).collect();
    lines[line_of_a] = format!("fixed on {line}");
    let text = lines.join("\n") + "\n";
    let fix =
        repository.commit(&format!("fix: trouble of {line} (#{line_of_a})"), &[("src/a", &text)]);
    let log = format!("# Changelog\n\n## {version}\n\n- fix of {line}\n\n## 1.0.0\n\n- begin\n");
    repository.write(&[("CHANGELOG.md", &log)]);
    state(repository, &format!("release: {version}"), version);
    repository.tag(version);
    repository.checkout("main");
    fix
}

fn at(repository: &TestRepository, name: &str) -> String {
    repository.git(&["show", name])
}

fn tip(repository: &TestRepository, name: &str) -> String {
    repository.git(&["rev-parse", name])
}

fn run(repository: &TestRepository, arguments: &[&str]) -> Run {
    trainyard(repository.path(), &[&["forward"], arguments].concat())
}

/// Commits that the command makes have times of their own.
fn masked(repository: &TestRepository, text: &str) -> String {
    let text = text.replace(repository.path().as_str(), "REPOSITORY");
    let words = text.split_inclusive([' ', '\n', ',', ';', ')', '(', '"']);
    words
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\n', ',', ';', ')', '(', '"']);
            let is_id = bare.len() >= 7 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_id { format!("ID{}", &word[bare.len()..]) } else { word.to_owned() }
        })
        .collect()
}

#[test]
fn the_whole_way_is_merged_and_versions_are_kept() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    let before = tip(&repository, "main");
    let look = run(&repository, &["--dry-run"]);
    assert_eq!(look.code, 0, "{}", look.transcript());
    assert_snapshot!("forward_look", masked(&repository, &look.stdout));
    assert_eq!(tip(&repository, "main"), before, "a look moves nothing");

    let done = run(&repository, &[]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert_snapshot!("forward_done", masked(&repository, &done.stdout));
    for (branch, version) in [("1.1", "1.1.0"), ("main", "1.2.0a1"), ("develop", "1.2.0a1")] {
        assert_eq!(at(&repository, &format!("{branch}:VERSION")), version, "{branch}");
        for (path, _) in files("") {
            let text = at(&repository, &format!("{branch}:{path}"));
            assert!(text.contains(version) && !text.contains("1.0.1"), "{branch} {path}: {text}");
        }
        assert!(at(&repository, &format!("{branch}:src/a")).contains("fixed on 1.0"));
        assert!(at(&repository, &format!("{branch}:CHANGELOG.md")).contains("## 1.0.1"));
    }
    // The branch that is checked out went on, and its files with it.
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    assert_eq!(tip(&repository, "main^2"), tip(&repository, "1.1"));
    let again = run(&repository, &[]);
    assert_eq!(again.code, 0);
    assert!(!again.stdout.contains("merged"), "{}", again.stdout);
}

#[test]
fn a_merge_that_git_takes_as_clean_does_not_lower_main() {
    let repository = dance();
    // Main has not touched the version since the line was cut: git would take the line's.
    repository.checkout("1.1");
    repository.git(&["branch", "-f", "main", "1.1"]);
    repository.git(&["branch", "-D", "develop"]);
    repository.checkout("main");
    state(&repository, "chore: go on with 1.2.0a1", "1.2.0a1");
    repository.checkout("1.1");
    repository.git(&["merge", "-q", "-s", "ours", "-m", "keep", "main"]);
    fixed(&repository, "1.1", "1.1.1", 2);
    let done = run(&repository, &["--from", "1.1"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert_eq!(at(&repository, "main:VERSION"), "1.2.0a1");
}

#[test]
fn the_report_tells_what_has_not_come_and_believes_picks() {
    let repository = dance();
    let fix = fixed(&repository, "1.0", "1.0.1", 1);
    fixed(&repository, "1.1", "1.1.1", 5);
    let report = run(&repository, &["--report"]);
    assert_eq!(report.code, 1);
    assert_snapshot!("forward_report", masked(&repository, &report.stdout));
    repository.git(&["cherry-pick", "-x", &fix]);
    let report =
        run(&repository, &["--report", "--from", "1.0", "--to", "main", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    let targets = &document["lines"][0]["targets"];
    let of_main = targets.as_array().unwrap().iter().find(|each| each["into"] == "main").unwrap();
    assert_eq!(of_main["arrived"]["trailer"], 1, "{of_main}");
    assert_eq!(of_main["missing"], 0);
    assert_eq!(of_main["passed"]["release"], 1);
    let markdown = run(&repository, &["--report", "--format", "markdown"]);
    assert!(markdown.stdout.contains("| 1.0 | 1.1 | 2 | 0 | 1 | 1 |"), "{}", markdown.stdout);
    let sarif = run(&repository, &["--report", "--format", "sarif"]);
    assert!(sarif.stdout.contains("TY0530"));
}

#[test]
fn picks_in_other_words_count_as_arrived() {
    let repository = dance();
    repository.git(&["branch", "-D", "develop"]);
    fixed(&repository, "1.1", "1.1.1", 2);
    // The same change under the number of its pull request, settled by hand.
    repository.commit("fix: trouble of 1.1 (#2) (#99)", &[("src/d", "d\n")]);
    let report = run(&repository, &["--report", "--from", "1.1"]);
    assert_eq!(report.code, 0, "{}", report.transcript());
    assert!(report.stdout.contains("1 came as picks"), "{}", report.stdout);
    let done = run(&repository, &["--from", "1.1"]);
    assert!(done.stdout.contains("nothing to carry"), "{}", done.stdout);
}

/// Both sides of a conflict in `src/a`.
fn conflict() -> TestRepository {
    let repository = dance();
    repository.git(&["branch", "-D", "develop"]);
    repository.commit("feat: other", &[("src/a", "1\nother\n3\n4\n5\n6\n7\n8\n")]);
    fixed(&repository, "1.0", "1.0.1", 1);
    repository
}

fn worktree(repository: &TestRepository) -> Utf8PathBuf {
    repository.path().join(".git/trainyard/settling")
}

#[test]
fn a_conflict_is_prepared_settled_and_gone_on_from() {
    let repository = conflict();
    let before = tip(&repository, "main");
    let stopped = run(&repository, &[]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert_snapshot!("forward_conflict", masked(&repository, &stopped.stdout));
    assert_eq!(tip(&repository, "main"), before);
    assert!(at(&repository, "1.1:src/a").contains("fixed on 1.0"), "earlier merges are made");
    assert_eq!(repository.git(&["status", "--porcelain"]), "");

    let folder = worktree(&repository);
    let there = repository.at(&folder);
    assert_eq!(there.git(&["diff", "--name-only", "--diff-filter=U"]), "src/a");
    assert_eq!(fs_err::read_to_string(folder.join("VERSION")).unwrap(), "1.2.0a1\n");
    let refused = run(&repository, &[]);
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    let refused = run(&repository, &["--continue"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("src/a"), "{}", refused.stderr);

    there.write(&[("src/a", "1\nboth\n3\n4\n5\n6\n7\n8\n")]);
    there.git(&["add", "src/a"]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "main:src/a").contains("both"));
    assert_eq!(at(&repository, "main:VERSION"), "1.2.0a1");
    assert!(!folder.exists());
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_version_that_a_person_took_back_is_refused() {
    let repository = conflict();
    run(&repository, &[]);
    let there = repository.at(&worktree(&repository));
    there.write(&[("src/a", "1\nboth\n3\n4\n5\n6\n7\n8\n"), ("VERSION", "1.1.0\n")]);
    there.git(&["add", "--all"]);
    let before = tip(&repository, "main");
    let refused = run(&repository, &["--continue"]);
    assert_eq!(refused.code, 1, "{}", refused.transcript());
    assert!(refused.stdout.contains("TY0532"), "{}", refused.stdout);
    assert_eq!(tip(&repository, "main"), before);
    there.commit("chore: mend", &[("VERSION", "1.2.0a1\n")]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert_eq!(at(&repository, "main:VERSION"), "1.2.0a1");
}

#[test]
fn a_failing_hook_keeps_what_was_settled() {
    let repository = conflict();
    run(&repository, &[]);
    let there = repository.at(&worktree(&repository));
    there.write(&[("src/a", "1\nboth\n3\n4\n5\n6\n7\n8\n")]);
    there.git(&["add", "--all"]);
    hook(&repository.path().join(".git"), "commit-msg", "#!/bin/sh\necho not so >&2\nexit 1\n");
    let refused = run(&repository, &["--continue"]);
    assert_eq!(refused.code, 3, "{}", refused.transcript());
    assert!(refused.stderr.contains("not so"), "{}", refused.stderr);
    fs_err::remove_file(repository.path().join(".git/hooks/commit-msg")).unwrap();
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
}

#[test]
fn a_preparation_can_be_taken_back() {
    let repository = conflict();
    run(&repository, &[]);
    let done = run(&repository, &["--abort"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(!worktree(&repository).exists());
    let again = run(&repository, &["--abort"]);
    assert_eq!(again.code, 2);
    let stopped = run(&repository, &[]);
    assert_eq!(stopped.code, 1, "it can be prepared again: {}", stopped.transcript());
}

#[test]
fn a_worktree_that_nobody_noted_is_made_anew() {
    let repository = conflict();
    run(&repository, &[]);
    fs_err::remove_file(repository.path().join(".git/trainyard/waiting.json")).unwrap();
    let stopped = run(&repository, &[]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(worktree(&repository).join("src/a").exists());
}

#[test]
fn a_branch_with_changes_does_not_move() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    repository.write(&[("src/c", "mine\n")]);
    let before = tip(&repository, "main");
    let run = run(&repository, &["--to", "main"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.contains("TY0535") && run.stdout.contains("src/c"), "{}", run.stdout);
    assert_eq!(tip(&repository, "main"), before);
    assert_eq!(fs_err::read_to_string(repository.path().join("src/c")).unwrap(), "mine\n");
}

#[test]
fn a_file_in_the_way_is_kept() {
    let repository = dance();
    repository.checkout("1.0");
    repository.commit("fix: new file", &[("src/new", "theirs\n")]);
    repository.checkout("main");
    repository.write(&[("src/new", "mine\n")]);
    let run = run(&repository, &["--to", "main"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert_eq!(fs_err::read_to_string(repository.path().join("src/new")).unwrap(), "mine\n");
}

#[test]
fn a_clone_moves_branches_of_the_remote_and_pushes_them() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let clone = repository.beside("clone");
    repository.git(&["clone", "-q", bare.as_str(), clone.as_str()]);
    let there = repository.at(&clone);
    there.git(&["config", "user.name", "Ada"]);
    there.git(&["config", "user.email", "ada@example.org"]);
    let done = trainyard(&clone, &["forward", "--push"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(done.stdout.contains("pushed to origin"), "{}", done.stdout);
    let remote = repository.at(&bare);
    for branch in ["1.1", "main", "develop"] {
        assert_eq!(remote.git(&["rev-parse", branch]), there.git(&["rev-parse", branch]));
    }
    assert_eq!(remote.git(&["show", "develop:VERSION"]), "1.2.0a1");
}

#[test]
fn a_rejected_push_leaves_the_merges_here() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    repository.git(&["remote", "add", "origin", bare.as_str()]);
    hook(&bare, "pre-receive", "#!/bin/sh\necho protected >&2\nexit 1\n");
    let run = run(&repository, &["--push"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("protected"), "{}", run.stderr);
    assert!(at(&repository, "main:src/a").contains("fixed on 1.0"));
}

fn hook(git_dir: &Utf8Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = git_dir.join("hooks").join(name);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, text).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_hook_that_refuses_moves_nothing() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    let refusal = "#!/bin/sh\n[ \"$1\" = prepared ] && { echo no >&2; exit 1; }\nexit 0\n";
    hook(&repository.path().join(".git"), "reference-transaction", refusal);
    let before = repository.git(&["for-each-ref", "refs/heads"]);
    let run = run(&repository, &[]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert_eq!(repository.git(&["for-each-ref", "refs/heads"]), before);
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_locked_reference_moves_nothing() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    fs_err::write(repository.path().join(".git/refs/heads/develop.lock"), "").unwrap();
    let before = tip(&repository, "main");
    let run = run(&repository, &[]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert_eq!(tip(&repository, "main"), before);
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn files_that_a_killed_call_left_behind_follow_their_branch() {
    let repository = dance();
    fixed(&repository, "1.0", "1.0.1", 1);
    let from = tip(&repository, "main");
    run(&repository, &["--to", "main"]);
    let to = tip(&repository, "main");
    // As if it had been killed between the branch and the files.
    repository.git(&["read-tree", "-m", "-u", &to, &from]);
    let folder = repository.path();
    let note = format!("[{{\"folder\":\"{folder}\",\"from\":\"{from}\",\"to\":\"{to}\"}}]");
    fs_err::write(folder.join(".git/trainyard/following.json"), note).unwrap();
    let run = run(&repository, &["--to", "main"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn wrong_names_and_ways_are_explained() {
    let repository = dance();
    let check = |arguments: &[&str], expected: &str| {
        let run = run(&repository, arguments);
        assert_eq!(run.code, 2, "{}", run.transcript());
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    };
    check(&["--from", "1.00.1"], "is no line");
    check(&["--to", "mian"], "did you mean main?");
    check(&["--from", "main", "--to", "1.0"], "fixes do not go from main to 1.0");
    check(&["--continue"], "no forward waits");
    repository.git(&["config", "user.name", ""]);
    fixed(&repository, "1.0", "1.0.1", 1);
    repository.git(&["config", "--unset", "user.name"]);
    repository.git(&["config", "--unset", "user.email"]);
    let nobody = answer(command(repository.path(), &["forward"]).env("HOME", "/nonexistent"));
    assert_eq!(nobody.code, 2, "{}", nobody.transcript());
    assert!(nobody.stderr.contains("user.name"), "{}", nobody.stderr);
    let look =
        answer(command(repository.path(), &["forward", "--dry-run"]).env("HOME", "/nonexistent"));
    assert_eq!(look.code, 0, "a look needs nobody: {}", look.transcript());
}

#[test]
fn a_merge_that_took_a_version_back_is_told() {
    let repository = dance();
    repository.git(&["branch", "-D", "develop"]);
    repository.checkout("1.1");
    repository.checkout_new("topic");
    repository.commit("feat: work", &[("src/topic", "t\n")]);
    repository.checkout("1.1");
    state(&repository, "release: 1.1.1", "1.1.1");
    repository.tag("1.1.1");
    repository.checkout("topic");
    // A merge driver keeps "ours".
    repository.git(&["merge", "-q", "--no-commit", "--no-ff", "1.1"]);
    repository.git(&["checkout", "1.1.0", "--", "VERSION"]);
    repository.git(&["commit", "-q", "-m", "Merge branch '1.1' into topic"]);
    repository.checkout("1.1");
    repository.merge_no_ff("topic", "Merge branch 'topic' into 1.1");
    repository.checkout("main");
    let report = run(&repository, &["--report"]);
    assert!(report.stdout.contains("TY0532"), "{}", report.stdout);
    assert!(
        report.stdout.contains("merging 1.1 into a topic took 1.1.1 back to 1.1.0"),
        "{}",
        report.stdout
    );
    assert!(
        report.stdout.contains("merging a topic into 1.1 took 1.1.1 back to 1.1.0"),
        "{}",
        report.stdout
    );
}

/// Settles the conflict of [`conflict`] in the prepared worktree.
fn settle(repository: &TestRepository) {
    let there = repository.at(&worktree(repository));
    there.write(&[("src/a", "1\nboth\n3\n4\n5\n6\n7\n8\n")]);
    there.git(&["add", "src/a"]);
}

#[test]
fn what_was_settled_comes_to_a_branch_that_has_moved() {
    let repository = conflict();
    run(&repository, &[]);
    settle(&repository);
    let other = repository.commit("feat: meanwhile", &[("src/e", "e\n"), ("VERSION", "1.2.0a2\n")]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(done.stdout.contains("has moved meanwhile"), "{}", done.transcript());
    assert!(at(&repository, "main:src/a").contains("both"));
    assert_eq!(at(&repository, "main:VERSION"), "1.2.0a2");
    assert_eq!(tip(&repository, "main^1"), other);
    assert_eq!(tip(&repository, "main^2"), tip(&repository, "1.1"));
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    assert!(!worktree(&repository).exists());
}

#[test]
fn what_was_settled_is_handed_back_where_the_branch_moved_in_the_same_place() {
    let repository = conflict();
    run(&repository, &[]);
    settle(&repository);
    repository.commit("feat: meanwhile", &[("src/a", "1\nanother\n3\n4\n5\n6\n7\n8\n")]);
    let before = tip(&repository, "main");
    let stopped = run(&repository, &["--continue"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stdout.contains("has moved meanwhile"), "{}", stopped.transcript());
    assert_eq!(tip(&repository, "main"), before);
    let marked = fs_err::read_to_string(worktree(&repository).join("src/a")).unwrap();
    assert!(marked.contains("both") && marked.contains("another"), "{marked}");
    settle(&repository);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert!(at(&repository, "main:src/a").contains("both"));
    assert_eq!(tip(&repository, "main^1"), before);
    repository.git(&["merge-base", "--is-ancestor", "1.1", "main"]);
    let again = run(&repository, &[]);
    assert!(!again.stdout.contains("merged"), "{}", again.transcript());
}

#[test]
fn a_merge_that_has_come_already_is_put_away() {
    let repository = conflict();
    run(&repository, &[]);
    settle(&repository);
    // As if it had been killed between the branch and its note.
    let there = repository.at(&worktree(&repository));
    there.git(&["commit", "-q", "-m", "settled"]);
    let merge = there.git(&["rev-parse", "HEAD"]);
    repository.git(&["merge", "-q", "--ff-only", &merge]);
    let done = run(&repository, &["--continue"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    assert_eq!(tip(&repository, "main"), merge);
    assert!(!worktree(&repository).exists());
}

#[test]
fn merges_of_the_stopped_call_are_pushed_along() {
    let repository = conflict();
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    repository.git(&["remote", "add", "origin", bare.as_str()]);
    run(&repository, &[]);
    settle(&repository);
    let done = run(&repository, &["--continue", "--push"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    let remote = repository.at(&bare);
    for branch in ["1.1", "main"] {
        assert_eq!(remote.git(&["rev-parse", branch]), tip(&repository, branch), "{branch}");
    }
}

#[test]
fn a_partial_clone_without_its_remote_is_told_what_to_do() {
    let repository = conflict();
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let remote = repository.at(&bare);
    remote.git(&["config", "uploadpack.allowFilter", "true"]);
    remote.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let clone = repository.beside("clone");
    repository.git(&[
        "clone",
        "-q",
        "--filter=blob:none",
        &format!("file://{bare}"),
        clone.as_str(),
    ]);
    fs_err::rename(&bare, repository.beside("gone")).unwrap();
    let run = trainyard(&clone, &["forward", "--dry-run"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("git fetch --refetch"), "{}", run.stderr);
}

#[test]
fn other_changes_of_the_same_file_in_the_same_second_have_not_come() {
    let repository = dance();
    repository.git(&["branch", "-D", "develop"]);
    repository.set_clock(1_700_000_000);
    repository.commit("fix: the end", &[("src/a", "1\n2\n3\n4\n5\n6\n7\nend\n")]);
    repository.checkout("1.1");
    repository.set_clock(1_700_000_000);
    repository.commit("fix: the start", &[("src/a", "start\n2\n3\n4\n5\n6\n7\n8\n")]);
    repository.checkout("main");
    let report = run(&repository, &["--report", "--from", "1.1", "--to", "main"]);
    assert_eq!(report.code, 1, "{}", report.transcript());
    assert!(report.stdout.contains("fix: the start"), "{}", report.stdout);
    let pick = trainyard(repository.path(), &["backport", "main", "--to", "1.1"]);
    assert_eq!(pick.code, 0, "{}", pick.transcript());
    assert_eq!(at(&repository, "1.1:src/a"), "start\n2\n3\n4\n5\n6\n7\nend");
}
