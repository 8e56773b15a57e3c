//! Releases that are made.

use super::{published, release, shop, state};
use crate::command::trainyard;

#[test]
fn a_look_shows_the_steps_and_the_exact_diff() {
    let repository = shop();
    let _remote = published(&repository);
    let before = state(&repository);
    insta::assert_snapshot!(release(&repository, &["--dry-run", "--push"]).transcript());
    assert_eq!(state(&repository), before);
    assert!(!repository.path().join(".git/trainyard").exists(), "nothing is written");
}

#[test]
fn a_new_line_begins() {
    let repository = shop();
    let remote = published(&repository);
    insta::assert_snapshot!(release(&repository, &["--push"]).transcript());
    let log = repository.git(&["log", "--all", "--graph", "--format=%s%d"]);
    insta::assert_snapshot!(log);
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    insta::assert_snapshot!(repository.git(&["show", "1.1:CHANGELOG.md"]));
    insta::assert_snapshot!(repository.git(&["tag", "--list", "--format=%(contents)", "v1.1.0"]));
    assert_eq!(
        repository.git(&["show", "1.1:shop/__init__.py"]).lines().last(),
        Some("__version__ = '1.1.0'")
    );
    assert_eq!(repository.git(&["show", "main:VERSION"]), "1.2.0-dev");
    let same = ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"];
    assert_eq!(repository.git(&same), remote.git(&same));
}

#[test]
fn a_check_knows_the_commits_of_a_release() {
    let repository = shop();
    let _remote = published(&repository);
    let before = repository.git(&["rev-parse", "main"]);
    let run = release(&repository, &["--push"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    for at in ["v1.1.0", "main", "main~1"] {
        let check = trainyard(repository.path(), &["check", "--into", &before, "--at", at]);
        assert_eq!(check.code, 0, "{at}: {}", check.transcript());
    }
    repository.checkout_new("topic");
    repository.commit("feat: mine", &[("VERSION", "1.3.0-dev\n")]);
    let check = trainyard(repository.path(), &["check", "--into", "main"]);
    assert!(check.stdout.contains("TY0560"), "{}", check.transcript());
}

/// A key without a password, and who may sign with it; none where the machine has no `ssh-keygen`.
#[expect(clippy::disallowed_methods, reason = "git has no command that makes keys")]
fn key(folder: &camino::Utf8Path) -> Option<(String, String)> {
    let key = folder.join("key");
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f", key.as_str()];
    let made = std::process::Command::new("ssh-keygen").args(arguments).status();
    if !made.is_ok_and(|status| status.success()) {
        return None;
    }
    let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
    let allowed = folder.join("allowed");
    fs_err::write(&allowed, format!("ada@example.org {public}")).unwrap();
    Some((key.to_string(), allowed.to_string()))
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn commits_and_tags_are_signed_with_an_ssh_key() {
    let repository = shop();
    let _remote = published(&repository);
    let folder = repository.beside("keys");
    fs_err::create_dir_all(&folder).unwrap();
    let Some((key, allowed)) = key(&folder) else {
        println!("skipped: there is no ssh-keygen");
        return;
    };
    for (name, value) in
        [("gpg.format", "ssh"), ("user.signingKey", &key), ("gpg.ssh.allowedSignersFile", &allowed)]
    {
        repository.git(&["config", name, value]);
    }
    let run = release(&repository, &["--sign", "--push"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    repository.git(&["verify-tag", "v1.1.0"]);
    for commit in ["v1.1.0", "main"] {
        repository.git(&["verify-commit", &format!("{commit}^{{commit}}")]);
    }
}

#[test]
fn a_key_that_is_not_there_is_told_before() {
    let repository = shop();
    repository.git(&["config", "gpg.format", "ssh"]);
    repository.git(&["config", "user.signingKey", "/nowhere/key"]);
    let before = state(&repository);
    let run = release(&repository, &["--sign"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert_eq!(state(&repository), before);
}

/// The branch that a release of main begins, by the preset for SemVer.
fn begun(branches: &[&str], rules: &str) -> Option<String> {
    let policy = format!("preset = \"semver\"\n[product]\nname = \"shop\"\n[rules]\n{rules}\n");
    let repository = super::with_policy(&policy);
    repository.tag("v1.0.0");
    for branch in branches {
        repository.branch(branch);
    }
    repository.commit("feat: search", &[("search", "1")]);
    let run = release(&repository, &["--dry-run", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    answer["components"][0]["line_branch"].as_str().map(str::to_owned)
}

#[test]
fn a_line_begins_under_the_name_that_the_newest_one_has() {
    for (branches, expected) in [
        (&["release-1.0"][..], Some("release-1.1")),
        (&["0.8", "0.9", "release/v1.0"], Some("release/v1.1")),
        (&["release-0.9", "1.0"], Some("1.1")),
        (&[], None),
        (&["topic"], None),
    ] {
        assert_eq!(begun(branches, "").as_deref(), expected, "{branches:?}");
    }
    let always = "branch = \"{major}.{minor}\"";
    assert_eq!(begun(&[], always).as_deref(), Some("1.1"));
    assert_eq!(begun(&["release-1.0"], always).as_deref(), Some("1.1"));
    assert_eq!(begun(&[], "releases-from = \"lines\"").as_deref(), Some("1.1"));
}

#[test]
fn a_release_without_a_policy_asks_for_no_file_that_is_not_there() {
    for (files, version) in [
        (&[("src", "1")][..], None),
        (&[("VERSION", "1.0.0\n")], Some("1.1.0")),
        (&[("VERSION", "of the moon\n")], Some("of the moon")),
    ] {
        let repository = trainyard_testkit::TestRepository::new();
        for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org")] {
            repository.git(&["config", key, value]);
        }
        repository.commit("feat: begin", files);
        repository.tag("v1.0.0");
        repository.commit("feat: search", &[("search", "1")]);
        let run = release(&repository, &[]);
        assert_eq!(run.code, 0, "{}", run.transcript());
        assert_eq!(repository.git(&["describe", "--tags", "HEAD"]), "v1.1.0");
        if let Some(version) = version {
            assert_eq!(repository.git(&["show", "HEAD:VERSION"]), version);
        }
    }
}
