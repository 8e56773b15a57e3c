//! Repositories of every form.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("fix: one", &[("src", "2")]);
    repository.commit("fix: two", &[("src", "3")]);
    repository
}

#[test]
fn bare_and_linked_repositories_are_read() {
    let repository = released();
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    assert_eq!(next(&bare, &[]), "1.0.1");
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "-q", linked.as_str(), "-b", "1.0", "v1.0.0"]);
    assert_eq!(next(&linked, &[]), "nothing to release");
    assert_eq!(next(repository.path(), &[]), "1.1.0", "line 1.0 has a branch now");
}

#[test]
fn a_bare_repository_has_the_policy_of_its_newest_tree() {
    let repository = released();
    repository.commit(
        "chore: policy",
        &[("trainyard.toml", "preset = \"pep440\"\n[product]\nname = \"x\"\n")],
    );
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    assert_eq!(next(&bare, &["--stage", "rc"]), "1.0.1rc1");
}

#[test]
fn a_shallow_clone_that_hides_the_base_says_how_to_deepen_it() {
    let repository = released();
    let shallow = repository.beside("shallow");
    let source = format!("file://{}", repository.path());
    repository.git(&["clone", "-q", "--depth", "1", &source, shallow.as_str()]);
    let run = trainyard(&shallow, &["plan"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
}

#[test]
fn no_repository_and_no_commits_are_told_apart() {
    let repository = TestRepository::new();
    let run = trainyard(repository.path(), &["plan"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("no commits yet"), "{}", run.stderr);
    let folder = repository.beside("nothing");
    std::fs::create_dir(&folder).unwrap();
    let run = trainyard(&folder, &["plan"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
}

#[test]
fn a_detached_head_and_unknown_references_are_handled() {
    let repository = released();
    repository.git(&["checkout", "-q", "--detach"]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
    let run = trainyard(repository.path(), &["plan", "--at", "no-such-branch"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
}

#[test]
fn a_relative_path_out_of_the_folder_works() {
    let repository = released();
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let folder = repository.beside("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(next(&folder, &["-C", "../bare"]), "1.0.1");
}

#[test]
fn a_line_is_found_by_its_name_and_a_taken_name_is_passed_over() {
    let repository = released();
    repository.git(&["branch", "release/1.0", "HEAD"]);
    assert_eq!(next(repository.path(), &["--at", "1.0"]), "1.0.1");
    let blob = repository.git(&["hash-object", "-w", "src"]);
    repository.git(&["tag", "v1.0.1", blob.trim()]);
    assert_eq!(next(repository.path(), &["--at", "1.0"]), "1.0.2");
}

#[test]
fn reading_changes_nothing() {
    let repository = released();
    let before = repository.git(&["status", "--porcelain", "--branch"]);
    let listing = || {
        let mut files: Vec<_> = walk(repository.path().as_std_path());
        files.sort();
        files
    };
    let files = listing();
    trainyard(repository.path(), &["plan"]);
    trainyard(repository.path(), &["audit"]);
    assert_eq!(listing(), files);
    assert_eq!(repository.git(&["status", "--porcelain", "--branch"]), before);
}

fn walk(folder: &std::path::Path) -> Vec<(String, std::time::SystemTime)> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .flat_map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path())
            } else {
                vec![(
                    entry.path().to_string_lossy().into_owned(),
                    entry.metadata().unwrap().modified().unwrap(),
                )]
            }
        })
        .collect()
}
