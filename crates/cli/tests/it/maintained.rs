//! Branches that keep older releases alive, whatever they are called.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

/// v1.0.0, v2.0.0 and v3.0.0 on main; a branch at v1.0.0 with one fix.
fn left_behind(branch: &str) -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.branch(branch);
    for major in ["2", "3"] {
        repository.commit(&format!("feat!: begin anew, {major}"), &[("src", major)]);
        repository.tag(&format!("v{major}.0.0"));
    }
    repository.checkout(branch);
    repository.commit("fix: crash", &[("fix", "1")]);
    repository
}

#[test]
fn a_branch_named_by_a_major_version_serves_it() {
    for name in ["1.x", "v1", "lts/1", "release/1.x", "v1-lts"] {
        let repository = left_behind(name);
        assert_eq!(next(repository.path(), &[]), "1.0.1", "branch {name}");
        repository.commit("feat: a late one", &[("late", "1")]);
        assert_eq!(next(repository.path(), &[]), "1.1.0", "branch {name}");
        repository.commit("fix!: a late break", &[("late", "2")]);
        assert_eq!(next(repository.path(), &[]), "1.1.0", "branch {name}");
    }
}

#[test]
fn a_branch_named_by_a_line_in_no_declared_way_serves_it() {
    for name in ["maint-1.0", "hotfix/1.0", "1.0-maint"] {
        assert_eq!(next(left_behind(name).path(), &[]), "1.0.1", "branch {name}");
    }
}

#[test]
fn a_release_off_every_branch_is_followed_by_its_patch() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("feat: more", &[("src", "2")]);
    repository.tag("v1.1.0");
    repository.git(&["checkout", "-q", "--detach", "v1.0.0"]);
    repository.commit("fix: crash", &[("fix", "1")]);
    repository.tag("v1.0.1");
    assert_eq!(next(repository.path(), &[]), "nothing to release");
    repository.commit("fix: crash again", &[("fix", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.2");
}

#[test]
fn what_a_cut_line_has_is_no_news_on_main() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("feat: more", &[("src", "2")]);
    repository.branch("release/1.1");
    assert_eq!(next(repository.path(), &[]), "nothing to release");
    assert_eq!(next(repository.path(), &["--at", "release/1.1"]), "1.1.0");
    repository.commit("fix: late", &[("src", "3")]);
    assert_eq!(next(repository.path(), &[]), "1.2.0");
}

#[test]
fn a_calendar_line_keeps_its_date() {
    let repository = TestRepository::new();
    let policy = "preset = \"calver\"\n[product]\nname = \"shop\"\n";
    repository.commit("feat: begin", &[("trainyard.toml", policy)]);
    repository.tag("2024.5.0");
    repository.checkout_new("2024.5");
    repository.commit("fix: crash", &[("fix", "1")]);
    assert_eq!(next(repository.path(), &["--date", "2024-07-01"]), "2024.5.1");
}

#[test]
fn a_branch_that_lacks_its_newest_release_is_told() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.2.0");
    repository.checkout_new("1.2");
    repository.commit("fix: one", &[("one", "1")]);
    repository.git(&["checkout", "-q", "--detach", "v1.2.0"]);
    repository.commit("fix: other", &[("other", "1")]);
    repository.tag("v1.2.1");
    let plan = trainyard(repository.path(), &["plan", "--at", "1.2"]);
    assert!(plan.stdout.contains("TY0305"), "{}", plan.stdout);
    assert!(plan.stdout.contains("does not contain v1.2.1"), "{}", plan.stdout);
}

#[test]
fn a_development_version_follows_the_last_one() {
    let repository = TestRepository::new();
    let policy = "preset = \"pep440\"\n[product]\nname = \"shop\"\n";
    repository.commit("feat: begin", &[("trainyard.toml", policy)]);
    repository.tag("1.0.0");
    repository.commit("feat: more", &[("src", "2")]);
    let first = next(repository.path(), &["--stage", "dev"]);
    assert_eq!(first, "1.1.0.dev0");
    repository.tag(&first);
    repository.commit("feat: still more", &[("src", "3")]);
    assert_eq!(next(repository.path(), &["--stage", "dev"]), "1.1.0.dev1");
}

#[test]
fn a_version_asked_for_below_the_changes_is_a_finding() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("fix!: gone", &[("src", "2")]);
    repository.commit("chore: prepare\n\nRelease-As: 1.5.0", &[("x", "1")]);
    let plan = trainyard(repository.path(), &["plan"]);
    assert!(plan.stdout.contains("TY0301"), "{}", plan.stdout);
    assert!(plan.stdout.contains("is below 2.0.0"), "{}", plan.stdout);
}

#[test]
fn a_stage_without_changes_has_no_next() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("feat: more", &[("src", "2")]);
    repository.tag("v1.1.0-alpha.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0-beta.1", "the next stage");
    assert_eq!(next(repository.path(), &["--stage", "alpha"]), "nothing to release");
    assert_eq!(next(repository.path(), &["--stage", "final"]), "1.1.0");
}
