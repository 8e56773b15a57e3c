//! The situations in which other tools are wrong, each as a small real repository.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

const NOTHING: &str = "nothing to release";

/// Probe A: tags v1.0.0 to v1.2.0 on main; branch 1.2 has one fix more.
fn maintained(line_branch: &str) -> TestRepository {
    let repository = TestRepository::new();
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        repository.commit(&format!("feat: what {version} brings"), &[("src", version)]);
        repository.tag(&format!("v{version}"));
    }
    repository.checkout_new(line_branch);
    repository.commit("fix: crash on start", &[("fix", "1")]);
    repository
}

/// Probe B: as A, and main has a feature.
fn with_feature() -> TestRepository {
    let repository = maintained("1.2");
    repository.checkout("main");
    repository.commit("feat: search", &[("search", "1")]);
    repository
}

/// Probe C: as B, and main released v1.3.0.
fn main_released() -> TestRepository {
    let repository = with_feature();
    repository.tag("v1.3.0");
    repository
}

#[test]
fn a_fix_on_a_maintained_line_is_its_next_patch() {
    let repository = maintained("1.2");
    assert_eq!(next(repository.path(), &[]), "1.2.1");
    assert_eq!(next(repository.path(), &["--at", "main"]), NOTHING);
    assert_eq!(next(repository.path(), &["--tag"]), "v1.2.1");
}

#[test]
fn a_feature_on_main_is_the_next_minor() {
    let repository = with_feature();
    assert_eq!(next(repository.path(), &["--at", "1.2"]), "1.2.1");
    assert_eq!(next(repository.path(), &[]), "1.3.0");
}

#[test]
fn a_newer_line_does_not_move_an_older_one() {
    let repository = main_released();
    assert_eq!(next(repository.path(), &["--at", "1.2"]), "1.2.1");
    assert_eq!(next(repository.path(), &[]), NOTHING);
}

#[test]
fn a_line_is_recognised_by_each_usual_name() {
    for name in ["1.2", "1.2.x", "v1.2", "release-1.2", "release/1.2", "release/v1.2", "stable/1.2"]
    {
        assert_eq!(next(maintained(name).path(), &[]), "1.2.1", "branch {name}");
    }
}

#[test]
fn the_second_fix_follows_the_first() {
    let repository = maintained("1.2");
    repository.tag("v1.2.1");
    repository.commit("fix: crash on exit", &[("fix", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.2.2");
}

#[test]
fn a_forward_merge_does_not_set_main_back() {
    let repository = main_released();
    repository.checkout("1.2");
    repository.tag("v1.2.1");
    repository.checkout("main");
    repository.commit("feat: sorting", &[("sorting", "1")]);
    repository.merge_no_ff("1.2", "Merge branch '1.2'");
    assert_eq!(next(repository.path(), &[]), "1.4.0");
}

/// Probe G: releases are tagged on release branches alone; main was tagged last in 0.8.
fn released_from_branches() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "0")]);
    repository.tag("v0.8.0");
    for line in ["3.4", "3.5"] {
        repository.commit(&format!("feat: what {line} brings"), &[("src", line)]);
        repository.checkout_new(&format!("release-{line}"));
        for patch in 0..2 {
            let version = format!("{line}.{patch}");
            repository.commit(&format!("chore: release {version}"), &[("VERSION", &version)]);
            repository.tag(&format!("v{version}"));
        }
        repository.checkout("main");
    }
    repository
}

#[test]
fn tags_on_release_branches_count_for_main() {
    let repository = released_from_branches();
    repository.commit("feat: more", &[("src", "more")]);
    assert_eq!(next(repository.path(), &[]), "3.6.0");
}

#[test]
fn main_leaves_patches_to_the_branch_of_the_line() {
    let repository = released_from_branches();
    repository.commit("fix: less", &[("src", "less")]);
    assert_eq!(next(repository.path(), &[]), "3.6.0");
    let plan = trainyard(repository.path(), &["plan"]);
    let reason = "3.5.2 belongs to line 3.5, which has the branch release-3.5";
    assert!(plan.stdout.contains(reason), "{}", plan.stdout);
}

#[test]
fn a_breaking_chore_is_major_and_the_derivation_says_so() {
    let repository = released_from_branches();
    repository.commit("chore!: drop the old protocol", &[("src", "none")]);
    assert_eq!(next(repository.path(), &[]), "4.0.0");
    let plan = trainyard(repository.path(), &["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let evidence = &plan["components"][0]["evidence"][0];
    assert_eq!(evidence["level"], "major");
    assert_eq!(evidence["rule"], "commits.breaking");
    assert_eq!(evidence["rule_used"], "breaking");
    assert_eq!(evidence["subject"], "chore!: drop the old protocol");
    let alternative = &plan["components"][0]["alternatives"][0];
    assert!(alternative["when"].as_str().unwrap().starts_with("without "), "{alternative}");
}

/// Probe I: main's VERSION says 26.8.0rc1, while 26.8.0 and 26.8.1 are out on branch 26.8.
fn main_left_behind() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("VERSION", "26.7.0\n")]);
    repository.tag("26.7.0");
    repository.commit("feat: scheduler", &[("VERSION", "26.8.0rc1\n")]);
    repository.tag("26.8.0rc1");
    repository.checkout_new("26.8");
    for version in ["26.8.0", "26.8.1"] {
        repository.commit(&format!("release: {version}"), &[("VERSION", version)]);
        repository.tag(version);
    }
    repository.checkout("main");
    repository.commit("feat: storage", &[("storage", "1")]);
    repository
}

#[test]
fn main_never_proposes_what_is_out_on_a_branch() {
    let repository = main_left_behind();
    repository.write(&[("trainyard.toml", "preset = \"backend-ai\"\n")]);
    assert_eq!(next(repository.path(), &[]), "26.9.0a1");
    assert_eq!(next(repository.path(), &["backend-ai"]), "26.9.0a1");
    assert_eq!(next(repository.path(), &["--at", "26.8"]), NOTHING);
}

#[test]
fn the_same_holds_without_a_policy_file() {
    let repository = main_left_behind();
    assert_eq!(next(repository.path(), &[]), "26.9.0a1");
}

#[test]
fn a_plan_reads_well() {
    let repository = with_feature();
    let plan = trainyard(repository.path(), &["plan"]);
    insta::with_settings!({filters => vec![(r"\b[0-9a-f]{9}\b", "[commit]"), (r"(?m)^\.?\w+  1\.2\.0", "[name]  1.2.0")]}, {
        insta::assert_snapshot!(plan.transcript());
    });
    let plan = trainyard(repository.path(), &["plan", "--format", "markdown"]);
    insta::with_settings!({filters => vec![(r"\b[0-9a-f]{9}\b", "[commit]"), (r"\| \.?\w+ \| 1\.2\.0", "| [name] | 1.2.0"), (r"<summary>\.?\w+:", "<summary>[name]:")]}, {
        insta::assert_snapshot!(plan.transcript());
    });
}
