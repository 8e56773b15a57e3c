//! Proposals that write what is a release's, are called as releases are, or bring no fragment.

use trainyard_testkit::TestRepository;

use crate::command::{Run, answer, command, trainyard};

const POLICY: &str = r#"
preset = "semver"

[rules]
branch = "{major}.{minor}"

[lines]
development = ["main"]

[components.app]
version-files = ["VERSION"]
fragments = [{ towncrier = "changes" }]
"#;

/// Version 1.0.0 with its line, and a development version on main.
fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit(
        "release: 1.0.0",
        &[
            ("VERSION", "1.0.0\n"),
            ("trainyard.toml", POLICY),
            ("changes/README.md", "a"),
            ("src/app", "1"),
        ],
    );
    repository.tag("v1.0.0");
    repository.git(&["branch", "1.0"]);
    repository.commit("build: begin 1.1.0-dev.0", &[("VERSION", "1.1.0-dev.0\n")]);
    repository
}

/// A topic branch of main with one commit.
fn topic(message: &str, files: &[(&str, &str)]) -> TestRepository {
    let repository = released();
    repository.checkout_new("topic");
    repository.commit(message, files);
    repository
}

fn check(repository: &TestRepository, arguments: &[&str]) -> Run {
    trainyard(repository.path(), &[&["check"], arguments].concat())
}

/// The codes that a check finds, each once.
fn codes(run: &Run) -> Vec<&str> {
    let mut codes: Vec<&str> = run
        .stdout
        .split(['[', ']'])
        .filter(|part| part.starts_with("TY0") && part.len() == 6)
        .collect();
    codes.dedup();
    codes
}

const FRAGMENT: (&str, &str) = ("changes/7.feature.md", "Search.\n");

#[test]
fn everything_is_told_at_once() {
    let repository = released();
    repository.checkout_new("1.1/search");
    repository.commit("feat: search", &[("VERSION", "1.2.0\n"), ("src/app", "2")]);
    repository.commit("feat: more", &[("change/7.feature.md", "More.\n")]);
    let run = check(&repository, &["--into", "main", "--branch", "1.1/search"]);
    insta::assert_snapshot!(run.transcript());
    let gitlab = check(&repository, &["--into", "main", "--format", "gitlab"]);
    insta::assert_snapshot!("check_gitlab", gitlab.stdout);
    let github = check(&repository, &["--into", "main", "--format", "github"]);
    insta::assert_snapshot!("check_github", github.stdout);
}

mod versions {
    use super::*;

    #[test]
    fn only_a_release_writes_the_version() {
        let repository = topic("feat: search", &[("VERSION", "1.2.0\n"), FRAGMENT]);
        assert_eq!(codes(&check(&repository, &[])), ["TY0560"]);
        let repository = topic("release: 1.1.0", &[("VERSION", "1.1.0\n")]);
        assert_eq!(codes(&check(&repository, &[])), [""; 0]);
        let repository = topic("whatever", &[("VERSION", "1.1.0\n"), FRAGMENT]);
        repository.tag("v1.1.0");
        assert_eq!(codes(&check(&repository, &[])), [""; 0], "it is tagged");
    }

    #[test]
    fn a_version_that_is_put_back_is_no_change() {
        let repository = topic("feat: search", &[("VERSION", "1.2.0\n"), FRAGMENT]);
        repository.commit("chore: put it back", &[("VERSION", "1.1.0-dev.0\n")]);
        assert_eq!(codes(&check(&repository, &[])), [""; 0]);
    }

    #[test]
    fn a_policy_may_allow_it() {
        let repository = topic("feat: search", &[("VERSION", "1.2.0\n"), FRAGMENT]);
        let policy =
            format!("{POLICY}\n[components.app.rules.lint]\nversion-outside-release = \"off\"\n");
        repository.write(&[("trainyard.toml", &policy)]);
        assert_eq!(codes(&check(&repository, &[])), [""; 0]);
    }

    #[test]
    fn what_a_line_brings_is_not_the_proposals_own() {
        let repository = released();
        repository.checkout("1.0");
        repository.commit("fix: search", &[("src/app", "2")]);
        repository.commit("release: 1.0.1", &[("VERSION", "1.0.1\n")]);
        repository.tag("v1.0.1");
        repository.checkout("main");
        repository.checkout_new("forward");
        repository.git(&["merge", "-q", "--no-edit", "-s", "ours", "1.0"]);
        assert_eq!(codes(&check(&repository, &["--into", "main"])), [""; 0]);
    }
}

mod merges {
    use super::*;

    /// Line 1.0 with a fix that main lacks.
    fn owing() -> TestRepository {
        let repository = released();
        repository.checkout("1.0");
        repository.commit("fix: search", &[("src/app", "2"), ("changes/9.fix.md", "Search.\n")]);
        repository.checkout("main");
        repository.checkout_new("topic");
        repository.commit("feat: sort", &[("src/sort", "1"), FRAGMENT]);
        repository
    }

    #[test]
    fn what_a_line_owes_is_a_note_and_told_where_it_is_asked_for() {
        let repository = owing();
        assert_eq!(codes(&check(&repository, &["--into", "main"])), [""; 0]);
        let run = check(&repository, &["--into", "main", "--debt"]);
        assert_eq!((run.code, codes(&run)), (0, vec!["TY0530"]), "{}", run.transcript());
        insta::assert_snapshot!(run.stdout);
    }

    #[test]
    fn a_merge_that_takes_the_version_back_is_found() {
        let repository = owing();
        repository.commit("merge line", &[("VERSION", "1.0.0\n")]);
        repository.git(&["merge", "-q", "--no-edit", "1.0", "-s", "ours"]);
        repository.git(&["reset", "-q", "--soft", "HEAD~2"]);
        let tree = repository.git(&["write-tree"]);
        let (ours, theirs) =
            (repository.git(&["rev-parse", "HEAD"]), repository.git(&["rev-parse", "1.0"]));
        let merge =
            repository.git(&["commit-tree", &tree, "-p", &ours, "-p", &theirs, "-m", "Merge 1.0"]);
        repository.git(&["reset", "-q", "--hard", &merge]);
        let run = check(&repository, &["--into", "main"]);
        assert_eq!((run.code, codes(&run)), (1, vec!["TY0532"]), "{}", run.transcript());
    }
}

mod names {
    use super::*;

    /// What is said of a branch's name, with the suggestion.
    fn said(branch: &str, policy: &str) -> String {
        let repository = released();
        repository.write(&[("trainyard.toml", policy)]);
        repository.git(&["tag", "-a", "-m", "x", "nightly"]);
        let run = check(&repository, &["--into", "main", "--branch", branch, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap();
        let told = findings.iter().map(|finding| {
            format!(
                "{}; {}",
                finding["message"].as_str().unwrap(),
                finding["suggestion"].as_str().unwrap()
            )
        });
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn names_of_releases_are_refused_and_a_free_one_is_told() {
        let names = ["v2.0.0", "nightly", "2.3", "1.0/fix", "main/fix"];
        let told: Vec<_> =
            names.iter().map(|name| format!("{name}: {}", said(name, POLICY))).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn other_names_are_free() {
        for name in [
            "topic",
            "v1.2.3/fix",
            "feature/search",
            "1234",
            "fix-1.0",
            "1.0",
            "release",
            "vacuum",
            "2026-release",
        ] {
            assert_eq!(said(name, POLICY), "", "{name}");
        }
    }

    #[test]
    fn a_branch_can_stand_in_the_way_of_a_folder() {
        let policy = POLICY.replace("\"{major}.{minor}\"", "\"release/{major}.{minor}\"");
        assert!(said("release", &policy).starts_with("git cannot keep it beside"));
        assert!(said("release/9.9", &policy).contains("line 9.9"));
        assert_eq!(said("release-notes", &policy), "");
    }
}

mod fragments {
    use super::*;

    #[test]
    fn a_change_needs_one() {
        let repository = topic("feat: search", &[("src/app", "2")]);
        let run = check(&repository, &[]);
        assert_eq!(run.code, 1);
        assert_eq!(codes(&run), ["TY0562"]);
        repository.commit("chore: notes", &[FRAGMENT]);
        assert_eq!(codes(&check(&repository, &[])), [""; 0]);
    }

    #[test]
    fn what_users_do_not_notice_needs_none() {
        for (message, path) in [
            ("feat: describe search", "docs/search.html"),
            ("fix: a word", "README.md"),
            ("fix: a check", "src/tests/search"),
            ("feat: run it nightly", ".github/workflows/ci.yml"),
            ("chore: tidy", "src/app"),
            ("refactor: tidy", "src/app"),
            ("feat: search\n\nChangelog: none", "src/app"),
        ] {
            let repository = topic(message, &[(path, "2")]);
            assert_eq!(codes(&check(&repository, &[])), [""; 0], "{message}");
        }
        let repository = topic("feat: search", &[("src/app", "2")]);
        assert_eq!(codes(&check(&repository, &["--label", "skip:changelog"])), [""; 0]);
        assert_eq!(codes(&check(&repository, &["--label", "size:S"])), ["TY0562"]);
    }

    #[test]
    fn an_edited_one_counts_and_a_removed_one_does_not() {
        let repository = released();
        repository.commit("feat: begin", &[FRAGMENT]);
        repository.checkout_new("topic");
        repository.commit("feat: search", &[("src/app", "2"), (FRAGMENT.0, "Search, too.\n")]);
        assert_eq!(codes(&check(&repository, &[])), [""; 0]);
        repository.git(&["rm", "-q", FRAGMENT.0]);
        repository.git(&["commit", "-q", "-m", "chore: drop it"]);
        assert_eq!(codes(&check(&repository, &[])), ["TY0562"]);
    }

    #[test]
    fn misspelled_and_misplaced_ones_are_told() {
        let repository =
            topic("feat: search", &[("src/app", "2"), ("changes/7.faeture.md", "Search.\n")]);
        assert_eq!(codes(&check(&repository, &[])), ["TY0402"]);
        let repository =
            topic("feat: search", &[("src/app", "2"), ("change/7.feature.md", "Search.\n")]);
        assert_eq!(codes(&check(&repository, &[])), ["TY0562", "TY0563"]);
    }

    #[test]
    fn the_title_of_a_squashed_proposal_speaks_for_it() {
        let repository = topic("wip", &[("src/app", "2")]);
        assert_eq!(codes(&check(&repository, &["--title", "chore: tidy"])), [""; 0]);
        assert_eq!(codes(&check(&repository, &["--title", "feat: search"])), ["TY0562"]);
        assert_eq!(codes(&check(&repository, &["--title", "chroe: tidy"])), ["TY0562", "TY0564"]);
    }
}

mod staged {
    use super::*;

    const BEFORE: &str = "type Query {\n  a: Int\n  b: Int\n}\n";
    const AFTER: &str = "type Query {\n  a: Int\n}\n";

    /// A schema that loses a field in the index, and not in any commit.
    fn staged() -> TestRepository {
        let repository = topic("feat: begin", &[("schema.graphql", BEFORE), FRAGMENT]);
        repository.write(&[("schema.graphql", AFTER)]);
        repository.git(&["add", "schema.graphql"]);
        repository
    }

    #[test]
    fn what_is_staged_is_held_against_the_last_commit() {
        let repository = staged();
        let run = check(&repository, &["--staged"]);
        insta::assert_snapshot!(run.transcript());
        repository.git(&["reset", "-q"]);
        let run = check(&repository, &["--staged"]);
        assert!(run.stdout.contains("it touches no component"), "{}", run.stdout);
    }

    #[test]
    fn the_message_must_say_what_the_files_need() {
        let repository = staged();
        repository.write(&[(".git/MESSAGE", "fix: tidy\n\n# Please enter a message.\n")]);
        let run = check(&repository, &["--commit-msg", ".git/MESSAGE"]);
        assert_eq!(codes(&run), ["TY0321"], "{}", run.transcript());
        repository.write(&[(".git/MESSAGE", "feat!: drop b\n")]);
        assert_eq!(check(&repository, &["--commit-msg", ".git/MESSAGE"]).code, 0);
        repository.write(&[(".git/MESSAGE", "faet: drop b\n")]);
        let run = check(&repository, &["--commit-msg", ".git/MESSAGE"]);
        assert_eq!(codes(&run), ["TY0564"], "{}", run.transcript());
        assert!(run.stdout.contains("did you mean `feat`?"), "{}", run.stdout);
    }

    #[test]
    fn a_staged_version_is_a_note_until_its_message_is_known() {
        let repository = released();
        repository.write(&[("VERSION", "1.1.0\n"), (".git/MESSAGE", "fix: one\n")]);
        repository.git(&["add", "VERSION"]);
        let run = check(&repository, &["--staged"]);
        assert_eq!((run.code, codes(&run)), (0, vec!["TY0560"]));
        let run = check(&repository, &["--commit-msg", ".git/MESSAGE"]);
        assert_eq!((run.code, codes(&run)), (1, vec!["TY0560"]));
        repository.write(&[(".git/MESSAGE", "release: 1.1.0\n")]);
        assert_eq!(check(&repository, &["--commit-msg", ".git/MESSAGE"]).code, 0);
    }

    #[test]
    fn fragments_are_read_from_the_index() {
        let repository = released();
        repository.write(&[("changes/8.faeture.md", "x"), ("changes/9.nothing.md", "x")]);
        repository.git(&["add", "changes/8.faeture.md"]);
        let run = check(&repository, &["--staged"]);
        assert!(
            run.stdout.contains("faeture") && !run.stdout.contains("nothing"),
            "{}",
            run.stdout
        );
    }

    #[test]
    fn the_first_commit_passes() {
        let repository = TestRepository::new();
        repository.write(&[("trainyard.toml", POLICY), ("VERSION", "0.1.0\n")]);
        repository.git(&["add", "."]);
        let run = check(&repository, &["--staged"]);
        assert_eq!(run.code, 0, "{}", run.transcript());
    }

    #[test]
    fn a_hook_sees_the_index_of_its_commit() {
        let repository = staged();
        // As `git commit FILE` does: an index beside the ordinary one.
        repository.git(&["read-tree", "HEAD", "--index-output=.git/next-index"]);
        let run = answer(
            command(repository.path(), &["check", "--staged", "--no-cache"])
                .env("GIT_INDEX_FILE", ".git/next-index"),
        );
        assert!(run.stdout.contains("it touches no component"), "{}", run.transcript());
    }
}

/// What `plan` would warn of afterwards is told before.
#[test]
fn a_line_takes_no_feature_by_words_either() {
    let repository = released();
    repository.git(&["switch", "1.0"]);
    repository.checkout_new("topic");
    repository.commit("feat: more", &[("src/app", "2"), ("changes/7.feature.md", "More.\n")]);
    let run = check(&repository, &["--into", "1.0"]);
    assert!(codes(&run).contains(&"TY0311"), "{}", run.transcript());
    assert!(run.stdout.contains("line 1.0 takes patches alone"), "{}", run.stdout);
}
