//! Commits that were picked to a line, or from it, do not count again.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

/// Release 1.0.0, line 1.0 on a branch, and a commit on main.
fn fixed_on_main(message: &str) -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1\n2\n3\n")]);
    repository.tag("v1.0.0");
    repository.branch("1.0");
    repository.commit(message, &[("src", "1\ntwo\n3\n")]);
    repository.checkout("1.0");
    repository
}

/// Tags the line's branch and goes back to main.
fn release(repository: &TestRepository, tag: &str) {
    repository.tag(tag);
    repository.checkout("main");
}

fn assert_nothing_new(repository: &TestRepository) {
    assert_eq!(next(repository.path(), &[]), "nothing to release");
    let plan = trainyard(repository.path(), &["plan"]);
    let told = "1 commit is left out: v1.0.1 has the same already";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
}

#[test]
fn a_pick_that_names_its_origin_is_known_though_it_differs() {
    let repository = fixed_on_main("fix: two");
    let origin = repository.git(&["rev-parse", "main"]);
    for name in [&origin[..], &origin[..9]] {
        let message = format!("fix: other title\n\n(cherry picked from commit {name})");
        repository.git(&["checkout", "-q", "-B", "1.0", "v1.0.0"]);
        repository.commit(&message, &[("src", "1\nzwei\n3\n")]);
        repository.git(&["tag", "-f", "v1.0.1"]);
        repository.checkout("main");
        assert_nothing_new(&repository);
    }
}

#[test]
fn a_pick_is_known_by_its_author_and_day() {
    let repository = fixed_on_main("fix: two");
    repository.git(&["cherry-pick", "--no-commit", "main"]);
    repository.write(&[("src", "1\nzwei\n3\n")]);
    repository.git(&["add", "src"]);
    repository.git(&["commit", "-q", "-C", "main"]);
    release(&repository, "v1.0.1");
    assert_nothing_new(&repository);
}

#[test]
fn a_pick_is_known_by_its_lines() {
    let repository = fixed_on_main("fix: two (#7)");
    repository.commit("fix: two (#7) (#9)", &[("src", "1\ntwo\n3\n")]);
    release(&repository, "v1.0.1");
    assert_nothing_new(&repository);
}

#[test]
fn a_pick_is_known_by_the_requests_that_its_title_names() {
    for (main, line) in [
        ("fix: two (#7)", "fix: two (#7) (#12)"),
        ("fix: two (#7)", "fix: two for 1.0 (cherry-pick #7 for 1.0) (#12)"),
        ("fix: two (backport #12) (#7)", "fix: two (#12)"),
        ("fix: two (#7)", "[1.0] fix: two (#7)"),
    ] {
        let repository = fixed_on_main(main);
        repository.commit(line, &[("src", "1\nzwei\n3\n")]);
        release(&repository, "v1.0.1");
        assert_nothing_new(&repository);
    }
}

#[test]
fn an_issue_that_two_changes_name_makes_them_no_picks() {
    let repository = fixed_on_main("fix: two (#3) (#7)");
    repository.commit("fix: three (#3) (#12)", &[("src", "1\n2\nthree\n")]);
    release(&repository, "v1.0.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0");
}

#[test]
fn a_fix_of_the_line_that_main_picked_is_known() {
    let repository = fixed_on_main("chore: notes");
    repository.commit("fix: three", &[("other", "1\n")]);
    release(&repository, "v1.0.1");
    repository.git(&["cherry-pick", "-x", "1.0"]);
    assert_nothing_new(&repository);
}

#[test]
fn other_changes_with_the_same_subject_count() {
    let repository = fixed_on_main("fix: typo");
    repository.commit("fix: typo", &[("src", "1\n2\nthree\n")]);
    release(&repository, "v1.0.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0");
}

#[test]
fn a_pick_that_the_line_took_back_counts() {
    let repository = fixed_on_main("feat: two");
    repository.git(&["cherry-pick", "main"]);
    repository.git(&["revert", "--no-edit", "HEAD"]);
    release(&repository, "v1.0.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0");
    let plan = trainyard(repository.path(), &["plan"]);
    assert!(!plan.stdout.contains("left out"), "{}", plan.transcript());
}

#[test]
fn what_main_took_back_and_brought_in_again_is_no_news() {
    let repository = fixed_on_main("fix: two");
    repository.git(&["cherry-pick", "main"]);
    release(&repository, "v1.0.1");
    repository.git(&["revert", "--no-edit", "HEAD"]);
    repository.commit("fix: two", &[("src", "1\ntwo\n3\n")]);
    assert_eq!(next(repository.path(), &[]), "nothing to release");
}

#[test]
fn picks_to_a_cut_line_are_no_news_for_the_next_one() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1\n")]);
    repository.tag("v1.0.0");
    repository.commit("feat: search", &[("search", "1\n")]);
    repository.branch("1.1");
    repository.commit("fix: search", &[("search", "2\n")]);
    repository.checkout("1.1");
    repository.git(&["cherry-pick", "main"]);
    assert_eq!(next(repository.path(), &[]), "1.1.0");
    repository.checkout("main");
    assert_eq!(next(repository.path(), &[]), "nothing to release");
    repository.commit("feat: sorting", &[("sorting", "1\n")]);
    assert_eq!(next(repository.path(), &[]), "1.2.0");
}

#[test]
fn the_fragment_of_a_pick_is_no_news() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n[components.shop]\nfragments = [{ towncrier = \"changes\" }]\n";
    repository.commit("feat: begin", &[("src", "1\n"), ("trainyard.toml", policy)]);
    repository.tag("v1.0.0");
    repository.branch("1.0");
    repository.commit("fix: two", &[("src", "2\n"), ("changes/1.fix.md", "Two.\n")]);
    repository.checkout("1.0");
    repository.git(&["cherry-pick", "main"]);
    repository.git(&["rm", "-q", "changes/1.fix.md"]);
    repository.git(&["commit", "-q", "-m", "release: 1.0.1"]);
    release(&repository, "v1.0.1");
    assert_nothing_new(&repository);
    repository.commit("chore: note", &[("changes/2.feature.md", "More.\n")]);
    assert_eq!(next(repository.path(), &[]), "1.1.0");
}
