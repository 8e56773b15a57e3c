//! Writes, on real repositories.

use trainyard_testkit::TestRepository;

use super::{Mode, NewCommit, ReferenceUpdate, TreeEdit};
use crate::Git;

fn repository() -> (TestRepository, Git) {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("a/one", "1\r\n"), ("two", "2"), ("three", "3")]);
    repository.git(&["config", "user.name", "Ada"]);
    repository.git(&["config", "user.email", "ada@example.org"]);
    let git = Git::at(repository.path());
    (repository, git)
}

#[test]
fn a_tree_changes_where_it_is_edited() {
    let (repository, git) = repository();
    let blob = git.write_blob(b"new\r\n").unwrap();
    let edit = |path: &str, becomes| TreeEdit { path: path.into(), becomes };
    let edits = [
        edit("a/new file", Some((Mode::Executable, blob.clone()))),
        edit("two", Some((Mode::File, blob.clone()))),
        edit("three", None),
    ];
    let tree = git.write_tree(Some("HEAD"), &edits).unwrap();
    let listed = repository.git(&["ls-tree", "-r", &tree]);
    let paths: Vec<_> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
    let names: Vec<_> = paths.iter().map(|(_, path)| *path).collect();
    assert_eq!(names, ["a/new file", "a/one", "two"]);
    assert!(paths[0].0.starts_with("100755"), "{listed}");
    assert_eq!(repository.git(&["status", "--porcelain"]), "", "nothing else is touched");
    assert_eq!(git.entry_at(&tree, "two".into()).unwrap(), Some((Mode::File, blob)));
    assert_eq!(git.entry_at(&tree, "three".into()).unwrap(), None);
    let alone = git.write_tree(None, &edits[..1]).unwrap();
    assert_eq!(repository.git(&["ls-tree", "-r", "--name-only", &alone]), "a/new file");
}

#[test]
fn a_commit_has_its_message_to_the_letter() {
    let (repository, git) = repository();
    let message = "release: 1.0.0\n\n# no comment\n";
    let head = repository.git(&["rev-parse", "HEAD"]);
    let commit = NewCommit { tree: "HEAD^{tree}", parents: &[&head], message, sign: false };
    let tree = git.run(&["rev-parse", commit.tree]).unwrap();
    let id = git.write_commit(&NewCommit { tree: &tree, ..commit }).unwrap();
    assert_eq!(repository.git(&["log", "-1", "--format=%B%P", &id]), format!("{message}{head}"));
}

#[test]
fn references_move_together_or_not_at_all() {
    let (repository, git) = repository();
    let head = repository.git(&["rev-parse", "HEAD"]);
    let blob = git.write_blob(b"x").unwrap();
    let create = |name: &str| ReferenceUpdate::create(name, &head);
    git.update_references(&[create("refs/heads/1.0"), create("refs/tags/v1")], "test").unwrap();
    let names = ["refs/heads/1.0", "refs/heads/1.1", "refs/tags/v1"];
    assert_eq!(git.commits_at(&names).unwrap().len(), 2);
    let torn = [create("refs/heads/1.1"), create("refs/tags/v1")];
    assert!(git.update_references(&torn, "test").is_err());
    assert_eq!(git.commits_at(&names).unwrap().len(), 2);
    let wrong = ReferenceUpdate::delete("refs/heads/1.0", blob);
    assert!(git.update_references(&[wrong], "test").is_err());
    let right = ReferenceUpdate::delete("refs/heads/1.0", &head);
    git.update_references(&[right], "test").unwrap();
    assert_eq!(git.commits_at(&names).unwrap().len(), 1);
}

#[test]
fn a_push_is_atomic_and_tells_who_refused() {
    let (repository, git) = repository();
    let remote = TestRepository::bare();
    repository.git(&["remote", "add", "origin", remote.path().as_str()]);
    repository.annotated_tag("v1.0.0", "one");
    git.push("origin", &["refs/heads/main", "refs/tags/v1.0.0"]).unwrap();
    let head = repository.git(&["rev-parse", "HEAD"]);
    let public = git.commits_of_remote("origin").unwrap();
    assert_eq!(public.get("refs/tags/v1.0.0"), Some(&head));
    assert_eq!(public.get("refs/heads/main"), Some(&head));

    repository.commit("fix: more", &[("two", "3")]);
    repository.annotated_tag("v1.0.1", "two");
    repository.git(&["tag", "-f", "v1.0.0"]);
    let names = ["refs/heads/main", "refs/tags/v1.0.1", "refs/tags/v1.0.0"];
    let told = git.push("origin", &names).unwrap_err().to_string();
    assert!(told.contains("v1.0.0 [rejected] (already exists)"), "{told}");
    assert_eq!(git.commits_of_remote("origin").unwrap(), public);
}
