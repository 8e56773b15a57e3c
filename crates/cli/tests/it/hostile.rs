//! Names and files that mean harm.

use trainyard_testkit::TestRepository;

use crate::command::trainyard;

#[test]
fn control_characters_of_commits_do_not_reach_the_terminal() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("feat: \u{1b}[31mred\u{202e}", &[("src", "2")]);
    for format in ["text", "markdown"] {
        let run = trainyard(repository.path(), &["plan", "--format", format]);
        assert_eq!(run.code, 0);
        assert!(
            !run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_wrong_policy_is_shown_with_all_its_errors() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    let policy = "preset = \"semvr\"\n[rules]\nscheme = \"roman\"\ntags = \"v{version}\"\n";
    repository.write(&[("trainyard.toml", policy)]);
    let run = trainyard(repository.path(), &["plan"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    for wrong in ["semvr", "roman", "tags"] {
        assert!(run.stderr.contains(wrong), "{wrong}: {}", run.stderr);
    }
}

#[test]
fn a_policy_that_is_no_file_or_no_text_is_refused() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    let policy = repository.path().join("trainyard.toml");
    std::os::unix::fs::symlink("/dev/zero", &policy).unwrap();
    let run = trainyard(repository.path(), &["plan"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("is no file"), "{}", run.stderr);
    std::fs::remove_file(&policy).unwrap();
    std::fs::write(&policy, b"preset = \"semver\"\n# \xff\n").unwrap();
    let run = trainyard(repository.path(), &["policy", "lint"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("line 2"), "{}", run.stderr);
}

#[test]
fn an_ignored_tag_is_never_spoken_of_and_never_given_again() {
    let repository = TestRepository::new();
    let policy =
        "preset = \"semver\"\n[product]\nname = \"x\"\nignored-tags = [\"v1.0.1\", \"v1\"]\n";
    repository.commit("feat: begin", &[("trainyard.toml", policy)]);
    for tag in ["v1.0.0", "v1.0.1", "v1"] {
        repository.tag(tag);
    }
    assert_eq!(trainyard(repository.path(), &["audit"]).code, 0);
    repository.commit("fix: crash", &[("fix", "1")]);
    let run = trainyard(repository.path(), &["next"]);
    assert_eq!(run.stdout.trim(), "1.0.2");
}

#[test]
fn a_tag_template_that_git_or_a_reader_refuses_is_an_error() {
    let repository = TestRepository::new();
    for template in
        ["v {version}", "a..{version}", "{version}.lock", "-{version}", "v{major}.{minor}"]
    {
        let policy = format!(
            "preset = \"semver\"\n[product]\nname = \"x\"\n[rules]\ntag = \"{template}\"\n"
        );
        repository.write(&[("trainyard.toml", &policy)]);
        let run = trainyard(repository.path(), &["policy", "lint"]);
        assert_eq!(run.code, 1, "{template}: {}", run.transcript());
        assert!(run.stdout.contains("TY0104"), "{template}: {}", run.stdout);
    }
}
