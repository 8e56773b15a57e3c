//! Releases that cannot be made: each reason is told, all at once, and nothing is lost.

use std::{io::Write, os::unix::fs::PermissionsExt};

use trainyard_testkit::TestRepository;

use super::{POLICY, published, release, shop, state, with_policy};
use crate::command::Run;

/// The codes of a run's findings, in the order told.
fn codes(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines().filter_map(|line| line.split_once('[')?.1.split_once("]: "));
    lines.map(|(code, _)| code).filter(|code| code.starts_with("TY")).collect()
}

/// A release that is refused with these codes, and changes nothing.
fn refused(repository: &TestRepository, arguments: &[&str], expected: &[&str]) -> Run {
    let before = state(repository);
    for more in [&["--dry-run"][..], &[]] {
        let run = release(repository, &[arguments, more].concat());
        assert_eq!(codes(&run), expected, "{}", run.transcript());
        assert_eq!(run.code, 1, "{}", run.transcript());
        assert_eq!(state(repository), before, "{}", run.transcript());
    }
    release(repository, arguments)
}

fn hook(repository: &TestRepository, name: &str, script: &str) {
    let folder = match repository.path().join(".git") {
        own if own.exists() => own.join("hooks"),
        _ => repository.path().join("hooks"),
    };
    fs_err::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs_err::File::create(&path).unwrap().write_all(script.as_bytes()).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn everything_is_told_at_once() {
    let repository = shop();
    repository.git(&["config", "--unset", "user.email"]);
    repository.write(&[("search", "2"), ("VERSION", "9\n")]);
    repository.git(&["tag", "v1.1.0", "HEAD~1"]);
    repository.branch("1.1");
    repository.git(&["branch", "--quiet", "-D", "1.1"]);
    repository.git(&["checkout", "--quiet", "--detach"]);
    let run = release(&repository, &["--version", "1.1.0", "--push=nowhere", "--sign"]);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn a_tree_with_changes() {
    let repository = shop();
    repository.write(&[("note", "not tracked")]);
    assert_eq!(release(&repository, &["--dry-run"]).code, 0);
    repository.write(&[("search", "2")]);
    refused(&repository, &[], &["TY0501"]);
    repository.git(&["add", "search"]);
    refused(&repository, &[], &["TY0501"]);
}

#[test]
fn a_detached_head() {
    let repository = shop();
    repository.git(&["checkout", "--quiet", "--detach"]);
    let before = repository.git(&["for-each-ref"]);
    let run = release(&repository, &[]);
    assert_eq!(codes(&run), ["TY0502"], "{}", run.transcript());
    assert_eq!(repository.git(&["for-each-ref"]), before);
}

#[test]
fn a_branch_that_makes_no_release() {
    let repository = shop();
    repository.checkout_new("feature/more");
    repository.commit("feat: more", &[("more", "1")]);
    let run = refused(&repository, &[], &["TY0503"]);
    assert!(run.stdout.contains("feature/more is a topic branch"), "{}", run.transcript());
    repository.checkout("main");
    let run = refused(&repository, &["--version", "1.0.1"], &["TY0503", "TY0513"]);
    assert!(run.stdout.contains("git switch 1.0"), "{}", run.transcript());
}

#[test]
fn a_merge_in_the_middle() {
    let repository = shop();
    repository.checkout_new("topic");
    repository.commit("fix: one", &[("search", "one")]);
    repository.checkout("main");
    repository.commit("fix: two", &[("search", "two")]);
    repository.try_git(&["merge", "topic"], b"").unwrap_err();
    let run = refused(&repository, &[], &["TY0501", "TY0504"]);
    assert!(run.stdout.contains("a merge is in the middle"), "{}", run.transcript());
}

#[test]
fn a_tag_that_exists() {
    let repository = shop();
    let run = refused(&repository, &["--version", "1.0.0"], &["TY0513"]);
    assert!(run.stdout.contains("shop 1.0.0 cannot be released"), "{}", run.transcript());
    let remote = published(&repository);
    let elsewhere = TestRepository::new();
    elsewhere.git(&["pull", "--quiet", remote.path().as_str(), "main"]);
    elsewhere.annotated_tag("v1.1.0", "of somebody else");
    elsewhere.git(&["push", "--quiet", remote.path().as_str(), "v1.1.0", "HEAD:refs/heads/1.1"]);
    let run = refused(&repository, &["--push"], &["TY0506", "TY0507"]);
    assert!(run.stdout.contains("on origin"), "{}", run.transcript());
}

#[test]
fn releases_of_the_remote_that_are_missing_here() {
    let repository = shop();
    let remote = published(&repository);
    repository.checkout_new("side");
    repository.commit("feat!: anew", &[("search", "3")]);
    repository.tag("v2.0.0");
    repository.git(&["push", "--quiet", "origin", "side", "v2.0.0"]);
    repository.checkout("main");
    repository.git(&["tag", "--delete", "v2.0.0"]);
    let run = refused(&repository, &["--push"], &["TY0524"]);
    let told = "origin has a release that is missing here: v2.0.0";
    assert!(run.stdout.contains(told), "{}", run.transcript());
    repository.git(&["tag", "--delete", "v1.0.0"]);
    let run = refused(&repository, &["--push", "--version", "1.1.0"], &["TY0524"]);
    assert!(run.stdout.contains("2 releases that are missing here: v2.0.0 and v1.0.0"));
    assert!(run.stdout.contains("git fetch --tags origin"), "{}", run.transcript());
    // Other tags are none of its business.
    repository.git(&["fetch", "--quiet", "--tags"]);
    repository.tag("nightly");
    repository.git(&["push", "--quiet", "origin", "nightly"]);
    repository.git(&["tag", "--delete", "nightly"]);
    let run = release(&repository, &["--push", "--version", "2.1.0"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(remote.git(&["tag", "--list"]).contains("v2.1.0"));
}

#[test]
fn a_lock_that_somebody_left_is_named() {
    let repository = shop();
    repository.write(&[(".git/refs/heads/main.lock", "")]);
    let run = release(&repository, &[]);
    assert_eq!(codes(&run), ["TY0519"], "{}", run.transcript());
    let said: Vec<_> = run.stdout.split_whitespace().collect();
    assert!(said.join(" ").contains("where none runs, remove `"), "{}", run.transcript());
}

#[test]
fn version_files_that_cannot_be_written() {
    let repository = shop();
    repository.commit("chore: apart", &[("VERSION", "1.0.7\n")]);
    let run = refused(&repository, &[], &["TY0509"]);
    assert!(run.stdout.contains("--> shop/__init__.py:2"), "{}", run.transcript());
    repository.commit(
        "chore: twice",
        &[
            ("VERSION", "1.1.0-dev\n"),
            ("shop/__init__.py", "__version__ = '1'\n__version__ = '2'\n"),
        ],
    );
    refused(&repository, &[], &["TY0508"]);
    repository.git(&["rm", "--quiet", "VERSION", "shop/__init__.py"]);
    repository.commit("chore: none", &[]);
    let run = refused(&repository, &[], &["TY0508"]);
    assert!(run.stdout.contains("VERSION or shop/__init__.py"), "{}", run.transcript());
}

#[test]
fn a_file_in_the_way() {
    let repository = shop();
    repository.git(&["rm", "--quiet", "CHANGELOG.md"]);
    repository.commit("chore: no changelog", &[]);
    repository.write(&[("CHANGELOG.md", "mine\n")]);
    refused(&repository, &[], &["TY0522"]);
    assert_eq!(fs_err::read_to_string(repository.path().join("CHANGELOG.md")).unwrap(), "mine\n");
}

#[test]
fn a_branch_behind_the_one_it_follows() {
    let repository = shop();
    let remote = published(&repository);
    let elsewhere = TestRepository::new();
    elsewhere.git(&["pull", "--quiet", remote.path().as_str(), "main"]);
    elsewhere.commit("fix: of somebody else", &[("other", "1")]);
    elsewhere.git(&["push", "--quiet", remote.path().as_str(), "HEAD:refs/heads/main"]);
    let run = refused(&repository, &["--push"], &["TY0510"]);
    assert!(run.stdout.contains("not fetched yet"), "{}", run.transcript());
    repository.git(&["fetch", "--quiet"]);
    let run = refused(&repository, &[], &["TY0510"]);
    assert!(run.stdout.contains("main lacks 1 commit of origin/main"), "{}", run.transcript());
}

#[test]
fn nobody_who_commits_and_no_key() {
    let repository = shop();
    refused(&repository, &["--sign"], &["TY0512"]);
    repository.git(&["config", "--unset", "user.name"]);
    refused(&repository, &[], &["TY0511"]);
}

#[test]
fn nothing_to_release() {
    let repository = with_policy(POLICY);
    repository.annotated_tag("v1.0.0", "Shop 1.0.0");
    let run = refused(&repository, &[], &["TY0515"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(release(&repository, &["--version", "1.0.1"]).code, 0);
}

#[test]
fn a_version_that_is_too_small() {
    let repository = shop();
    let run = refused(&repository, &["--version", "1.0.5"], &["TY0503", "TY0513"]);
    insta::assert_snapshot!(run.transcript());
    let wrong = release(&repository, &["--version", "1.x"]);
    assert_eq!(wrong.code, 2, "{}", wrong.transcript());
}

#[test]
fn a_shallow_clone() {
    let repository = shop();
    let path = repository.beside("shallow");
    let url = format!("file://{}", repository.path());
    repository.git(&["clone", "--quiet", "--depth=4", &url, path.as_str()]);
    let clone = repository.at(&path);
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org")] {
        clone.git(&["config", key, value]);
    }
    let run = release(&clone, &["--dry-run"]);
    assert_ne!(run.code, 0, "{}", run.transcript());
    assert!(run.transcript().contains("shallow"), "{}", run.transcript());
}

#[test]
fn a_repository_that_cannot_be_written() {
    let repository = shop();
    repository.write(&[(".git/trainyard", "no folder")]);
    let before = state_without_journal(&repository);
    let run = release(&repository, &[]);
    assert_eq!(codes(&run), ["TY0516"], "{}", run.transcript());
    let look = release(&repository, &["--dry-run"]);
    assert_eq!(codes(&look), ["TY0516"], "{}", look.transcript());
    assert_eq!(state_without_journal(&repository), before);
}

fn state_without_journal(repository: &TestRepository) -> String {
    repository.git(&["for-each-ref"]) + &repository.git(&["status", "--porcelain"])
}

/// A release that fails in the middle and leaves everything as it was.
fn taken_back(repository: &TestRepository, remote: &TestRepository, arguments: &[&str]) -> Run {
    let (before, public) = (state(repository), remote.git(&["for-each-ref"]));
    let run = release(repository, arguments);
    assert_eq!(codes(&run), ["TY0519"], "{}", run.transcript());
    assert_eq!(run.code, 1);
    assert_eq!(state(repository), before, "{}", run.transcript());
    assert_eq!(remote.git(&["for-each-ref"]), public);
    run
}

#[test]
fn a_push_that_the_remote_rejects() {
    let repository = shop();
    let remote = published(&repository);
    hook(&remote, "pre-receive", "#!/bin/sh\necho 'main is protected'\nexit 1\n");
    let run = taken_back(&repository, &remote, &["--push"]);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn a_push_that_one_branch_rejects() {
    let repository = shop();
    let remote = published(&repository);
    hook(&remote, "update", "#!/bin/sh\ntest \"$1\" != refs/heads/1.1\n");
    let run = taken_back(&repository, &remote, &["--push"]);
    assert!(run.stdout.contains("1.1"), "{}", run.transcript());
}

#[test]
fn hooks_that_fail() {
    for (name, script) in [
        ("pre-push", "#!/bin/sh\necho 'not on a Friday' >&2\nexit 1\n"),
        (
            "reference-transaction",
            "#!/bin/sh\nif [ \"$1\" = prepared ] && grep -q 'refs/tags/v1.1.0'; then echo 'no tags' >&2; exit 1; fi\n",
        ),
    ] {
        let repository = shop();
        let remote = published(&repository);
        hook(&repository, name, script);
        let run = taken_back(&repository, &remote, &["--push"]);
        assert!(run.stdout.contains("as before"), "{name}: {}", run.transcript());
    }
}

#[test]
fn a_branch_that_moves_while_it_is_released() {
    let repository = shop();
    let remote = published(&repository);
    // Somebody pushes between the look and the push.
    let script = format!(
        "#!/bin/sh\nunset GIT_DIR; cd {} && git update-ref refs/heads/main $(git commit-tree -p main -m theirs main^{{tree}})\n",
        remote.path()
    );
    hook(&repository, "pre-push", &script);
    remote.git(&["config", "user.name", "Bo"]);
    remote.git(&["config", "user.email", "bo@example.org"]);
    let before = state(&repository);
    let run = release(&repository, &["--push"]);
    assert_eq!(codes(&run), ["TY0519"], "{}", run.transcript());
    assert_eq!(state(&repository), before);
    assert_eq!(remote.git(&["tag", "--list"]), "v1.0.0");
}

#[test]
fn a_locked_reference() {
    let repository = shop();
    let remote = published(&repository);
    repository.write(&[(".git/refs/tags/v1.1.0.lock", "")]);
    let run = taken_back(&repository, &remote, &["--push"]);
    assert!(run.stdout.contains("v1.1.0"), "{}", run.transcript());
}

#[test]
fn a_bare_repository() {
    let remote = published(&shop());
    let run = release(&remote, &[]);
    assert_eq!(run.code, 2, "{}", run.transcript());
}

#[test]
fn names_that_are_not_there() {
    let repository = shop();
    let run = release(&repository, &["shopp"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("there are shop"), "{}", run.transcript());
}

#[test]
fn an_index_that_is_locked() {
    let repository = shop();
    let lock = repository.path().join(".git/index.lock");
    fs_err::write(&lock, "").unwrap();
    let run = refused(&repository, &[], &["TY0516"]);
    assert!(run.stdout.contains("index.lock"), "{}", run.transcript());
    fs_err::remove_file(&lock).unwrap();
    assert_eq!(release(&repository, &[]).code, 0);
}

#[test]
fn a_shallow_clone_that_hides_the_release_to_count_from() {
    let repository = shop();
    let shallow = repository.beside("shallow");
    let from = format!("file://{}", repository.path());
    repository.git(&["clone", "--quiet", "--depth=1", &from, shallow.as_str()]);
    let run = crate::command::trainyard(&shallow, &["release"]);
    assert_eq!(codes(&run), ["TY0517"], "{}", run.transcript());
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.contains("--unshallow"), "{}", run.transcript());
}
