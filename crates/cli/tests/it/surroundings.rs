//! Where and how a plan is asked for: merges, places, environments, names of lines.

use std::process::Command;

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository
}

/// Runs `next` with one more variable.
#[expect(clippy::disallowed_methods, reason = "the command under test")]
fn next_with(folder: &Utf8Path, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .args(["next", "--no-cache"])
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap().trim().to_owned()
}

#[test]
fn reverting_a_merge_takes_back_what_it_merged() {
    let repository = released();
    repository.checkout_new("feature");
    repository.commit("feat: search", &[("search", "1")]);
    repository.commit("feat!: other search", &[("search", "2")]);
    repository.checkout("main");
    repository.merge_no_ff("feature", "Merge branch 'feature'");
    assert_eq!(next(repository.path(), &[]), "2.0.0");
    repository.git(&["revert", "--no-edit", "-m1", "HEAD"]);
    repository.commit("fix: crash", &[("src", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
}

#[test]
fn reverting_an_octopus_merge_takes_back_all_branches() {
    let repository = released();
    for name in ["one", "two", "three"] {
        repository.git(&["checkout", "-q", "-b", name, "v1.0.0"]);
        repository.commit(&format!("feat: {name}"), &[(name, "1")]);
    }
    repository.checkout("main");
    repository.git(&["merge", "-q", "--no-ff", "-m", "Merge all", "one", "two", "three"]);
    assert_eq!(next(repository.path(), &[]), "1.1.0");
    repository.git(&["revert", "--no-edit", "-m1", "HEAD"]);
    repository.commit("fix: crash", &[("src", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
}

#[test]
fn reverting_a_merge_counts_for_parts_of_the_tree() {
    let repository = TestRepository::new();
    let policy =
        "preset = \"semver\"\n[product]\nname = \"x\"\n[components.x]\npaths = [\"src/**\"]\n";
    repository.commit("feat: begin", &[("src/a", "1"), ("trainyard.toml", policy)]);
    let run = trainyard(repository.path(), &["policy", "lint"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    repository.tag("v1.0.0");
    repository.checkout_new("feature");
    repository.commit("feat: search", &[("src/search", "1")]);
    repository.checkout("main");
    repository.merge_no_ff("feature", "Merge branch 'feature'");
    assert_eq!(next(repository.path(), &[]), "1.1.0");
    repository.git(&["revert", "--no-edit", "-m1", "HEAD"]);
    repository.commit("fix: crash", &[("src/a", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
}

#[test]
fn a_merge_speaks_for_commits_that_say_nothing() {
    let title = "Merge pull request #3 from x/f\n\nfeat: nice thing";
    for (message, expected) in [("wip", "1.1.0"), ("fix: crash", "1.0.1")] {
        let repository = released();
        repository.checkout_new("f");
        repository.commit(message, &[("nice", "1")]);
        repository.checkout("main");
        repository.merge_no_ff("f", title);
        assert_eq!(next(repository.path(), &[]), expected, "{message}");
    }
}

#[test]
fn repositories_are_found_by_relative_paths_and_from_within() {
    let repository = released();
    repository.commit("fix: one", &[("src", "2")]);
    let bare = repository.beside("bare.git");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let relative = format!("../{}", bare.file_name().unwrap());
    std::fs::create_dir(bare.parent().unwrap().join("elsewhere")).unwrap();
    let elsewhere = bare.parent().unwrap().join("elsewhere");
    assert_eq!(next_with(&elsewhere, &[], &["-C", &relative]), "1.0.1");
    assert_eq!(next_with(&repository.path().join(".git"), &[], &[]), "1.0.1");
    assert_eq!(next_with(&repository.path().join(".git/refs"), &[], &[]), "1.0.1");
    assert_eq!(next_with(&bare.join("refs"), &[], &["-C", ".."]), "1.0.1");
}

#[test]
fn the_repository_of_the_environment_comes_first() {
    let repository = released();
    repository.commit("fix: one", &[("src", "2")]);
    let other = released();
    other.commit("feat: two", &[("src", "3")]);
    let own = repository.path().join(".git");
    assert_eq!(next_with(other.path(), &[("GIT_DIR", own.as_str())], &[]), "1.0.1");
    assert_eq!(next_with(other.path(), &[("GIT_DIR", ".git")], &[]), "1.1.0");
    let directory = ["-C", repository.path().as_str()];
    assert_eq!(next_with(other.path(), &[("GIT_DIR", ".git")], &directory), "1.0.1");
    let wrong = next_with(other.path(), &[("GIT_DIR", "no-such-folder")], &[]);
    assert!(wrong.contains("no-such-folder"), "{wrong}");
}

#[test]
fn the_files_of_the_environment_come_first() {
    let repository = released();
    repository.commit("fix: one", &[("src", "2")]);
    let elsewhere = repository.beside("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let policy =
        "preset = \"semver\"\n[product]\nname = \"x\"\n[rules.levels]\nminor = [\"fix\"]\n";
    std::fs::write(elsewhere.join("trainyard.toml"), policy).unwrap();
    let files = ("GIT_WORK_TREE", elsewhere.as_str());
    let relative = ("GIT_WORK_TREE", "../elsewhere");
    let own = repository.path().join(".git");
    let own = ("GIT_DIR", own.as_str());
    assert_eq!(next_with(repository.path(), &[], &[]), "1.0.1");
    assert_eq!(next_with(repository.path(), &[files], &[]), "1.1.0");
    assert_eq!(next_with(repository.path(), &[relative], &[]), "1.1.0");
    assert_eq!(next_with(&elsewhere, &[own, files], &[]), "1.1.0");
    assert_eq!(next_with(&elsewhere, &[own, ("GIT_WORK_TREE", ".")], &[]), "1.1.0");
    let directory = ["-C", repository.path().as_str()];
    assert_eq!(next_with(&elsewhere, &[relative], &directory), "1.1.0");
}

#[test]
fn a_line_is_found_whatever_its_branch_is_called() {
    for branch in ["release/1.0", "1.0.x", "v1.0", "1.0"] {
        let repository = released();
        repository.checkout_new(branch);
        repository.commit("fix: one", &[("src", "2")]);
        repository.checkout("main");
        for at in ["1.0", branch, &format!("refs/heads/{branch}")] {
            assert_eq!(next(repository.path(), &["--at", at]), "1.0.1", "{at} on {branch}");
        }
    }
}

#[test]
fn a_line_of_a_remote_is_found() {
    let repository = released();
    repository.checkout_new("1.0");
    repository.commit("fix: one", &[("src", "2")]);
    repository.checkout("main");
    repository.commit("feat: two", &[("src", "3")]);
    let clone = repository.beside("clone");
    repository.git(&["clone", "-q", ".", clone.as_str()]);
    for at in ["1.0", "origin/1.0", "remotes/origin/1.0", "refs/remotes/origin/1.0"] {
        assert_eq!(next(&clone, &["--at", at]), "1.0.1", "{at}");
    }
}

#[test]
fn an_unknown_branch_has_similar_ones() {
    let repository = released();
    repository.branch("release/1.0");
    let run = trainyard(repository.path(), &["plan", "--at", "relese/1.0"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("similar names: release/1.0"), "{}", run.stderr);
}

#[test]
fn a_branch_without_commits_is_named() {
    let repository = released();
    repository.git(&["checkout", "-q", "--orphan", "fresh"]);
    let run = trainyard(repository.path(), &["plan"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("`fresh` has no commits yet"), "{}", run.stderr);
    assert!(run.stderr.contains("--at main"), "{}", run.stderr);
}

#[test]
fn a_line_without_a_branch_says_how_to_begin_one() {
    let repository = released();
    repository.commit("feat: two", &[("src", "3")]);
    repository.tag("v1.1.0");
    let run = trainyard(repository.path(), &["plan", "--at", "1.0"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("line 1.0 has no branch"), "{}", run.stderr);
    let told = "`git branch 1.0 v1.0.0`";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    repository.branch("release-1.1");
    let run = trainyard(repository.path(), &["plan", "--at", "1.0"]);
    assert!(run.stderr.contains("`git branch release-1.0 v1.0.0`"), "{}", run.stderr);
}

#[test]
fn a_policy_that_is_a_broken_link_is_an_error() {
    let repository = released();
    std::os::unix::fs::symlink("nowhere.toml", repository.path().join("trainyard.toml")).unwrap();
    let run = trainyard(repository.path(), &["plan"]);
    assert_ne!(run.code, 0, "{}", run.transcript());
    assert!(run.stderr.contains("trainyard.toml"), "{}", run.stderr);
}
