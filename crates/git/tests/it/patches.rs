//! Commits that are known again where they were applied elsewhere.

use trainyard_history::PatchIdentity;
use trainyard_testkit::TestRepository;

use crate::{id, open};

fn identity(repository: &TestRepository, revision: &str) -> PatchIdentity {
    let hex = repository.git(&["rev-parse", revision]);
    open(repository).patch_identities(&[id(&hex)]).unwrap().remove(0)
}

const BEFORE: &str = "one\ntwo\nthree\n";

fn two_branches() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("a", BEFORE), ("b", "1\n")]);
    repository.checkout_new("1.0");
    repository.checkout("main");
    repository.commit("feat: more", &[("a", "zero\none\ntwo\nthree\n")]);
    repository.commit("fix: two", &[("a", "zero\none\n2\nthree\n")]);
    repository.checkout("1.0");
    repository
}

#[test]
fn a_picked_commit_keeps_author_day_and_lines() {
    let repository = two_branches();
    repository.git(&["cherry-pick", "main"]);
    let (one, other) = (identity(&repository, "main"), identity(&repository, "1.0"));
    assert_ne!(one.id, other.id);
    assert_eq!(one.author, "Ada Author <ada@example.org>");
    assert_eq!((&one.author, one.authored), (&other.author, other.authored));
    assert!(one.lines.is_some());
    assert_eq!(one.lines, other.lines, "the places in the file differ");
}

#[test]
fn the_same_lines_written_again_are_known_by_their_text_alone() {
    let repository = two_branches();
    repository.commit("fix: two", &[("a", "one\n2\nthree\n")]);
    let (one, other) = (identity(&repository, "main"), identity(&repository, "1.0"));
    assert_ne!(one.authored, other.authored);
    assert_eq!(one.lines, other.lines);
    repository.commit("fix: two", &[("a", "one\n2\n3\n")]);
    assert_ne!(identity(&repository, "1.0").lines, one.lines, "other lines");
    repository.commit("fix: two", &[("b", "2\n")]);
    assert_ne!(identity(&repository, "1.0").lines, one.lines, "another file");
}

#[test]
fn what_changes_no_line_has_no_sum() {
    let repository = two_branches();
    repository.git(&["commit", "-q", "--allow-empty", "-m", "chore: nothing"]);
    assert_eq!(identity(&repository, "HEAD").lines, None);
    repository.commit("style: order", &[("a", "two\none\nthree\n")]);
    assert_eq!(identity(&repository, "HEAD").lines, None);
    let root = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    assert_eq!(identity(&repository, &root).lines, None, "there is nothing before it");
}
