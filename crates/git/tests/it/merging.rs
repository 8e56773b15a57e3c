//! Merges and picks without a working tree.

use trainyard_git::Git;
use trainyard_testkit::TestRepository;

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n8\n";

fn forked() -> (TestRepository, String, String) {
    let repository = TestRepository::new();
    repository.commit("begin", &[("a", LINES), ("gone", "x\n")]);
    repository.checkout_new("other");
    let theirs =
        repository.commit("theirs", &[("a", "theirs\n2\n3\n4\n5\n6\n7\n8\n"), ("gone", "y\n")]);
    repository.checkout("main");
    let ours = repository.commit("ours", &[("a", "1\n2\n3\n4\n5\n6\n7\nours\n")]);
    (repository, ours, theirs)
}

#[test]
fn a_clean_merge_gives_a_tree_and_touches_nothing() {
    let (repository, ours, theirs) = forked();
    let git = Git::at(repository.path());
    let merged = git.merge_trees(&ours, &theirs).unwrap();
    assert!(merged.conflicts.is_empty());
    let text = git.texts_at(&[(merged.tree.clone(), "a".into())]).unwrap();
    assert_eq!(text[0].as_deref(), Some("theirs\n2\n3\n4\n5\n6\n7\nours\n"));
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    assert_eq!(repository.git(&["rev-parse", "main"]), ours);
}

#[test]
fn conflicts_are_told_by_path_and_kind() {
    let (repository, ..) = forked();
    repository.git(&["rm", "-q", "gone"]);
    let ours = repository.commit("both", &[("a", "ours\n2\n3\n4\n5\n6\n7\n8\n")]);
    let git = Git::at(repository.path());
    let merged = git.merge_trees(&ours, "other").unwrap();
    let told: Vec<_> =
        merged.conflicts.iter().map(|each| (each.path.as_str(), each.kind.as_str())).collect();
    assert_eq!(told, [("a", "contents"), ("gone", "modify/delete")]);
}

#[test]
fn unknown_commits_are_no_conflicts() {
    let (repository, ours, _) = forked();
    let git = Git::at(repository.path());
    assert!(git.merge_trees(&ours, "nothing").is_err());
    assert!(git.common_ancestor(&ours, "nothing").is_err());
}

#[test]
fn a_pick_takes_the_commit_alone() {
    let (repository, ours, theirs) = forked();
    repository.checkout("other");
    let second = repository.commit("second", &[("b", "b\n")]);
    let git = Git::at(repository.path());
    let picked = git.pick_trees(&ours, &second, Some(&theirs)).unwrap();
    let touched = git.touched_between(&ours, &picked.tree).unwrap();
    assert_eq!(touched.len(), 1, "{touched:?}");
    assert!(touched[0].is_new && touched[0].path == "b");
    let root = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    let picked = git.pick_trees(&ours, &root, None).unwrap();
    assert!(!picked.conflicts.is_empty(), "a root has all its files to bring");
}

#[test]
fn authors_and_messages_come_as_they_are() {
    let repository = TestRepository::new();
    let id = repository.commit("fix: \u{fc}ber\n\nBody\n", &[("a", "a")]);
    let origin = Git::at(repository.path()).authorship(&id).unwrap();
    assert_eq!((origin.name.as_str(), origin.email.as_str()), ("Ada Author", "ada@example.org"));
    assert_eq!(origin.message.trim_end(), "fix: \u{fc}ber\n\nBody");
    assert!(origin.parents.is_empty());
}

#[test]
fn worktrees_are_listed_made_and_removed() {
    let (repository, ours, theirs) = forked();
    let git = Git::at(repository.path());
    let folder = repository.beside("with space");
    let there = git.add_worktree(&folder, &theirs).unwrap();
    let listed = git.worktrees().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].branch.as_deref(), Some("refs/heads/main"));
    assert_eq!((listed[1].path.as_path(), listed[1].branch.as_deref()), (folder.as_path(), None));
    assert!(there.unmerged().unwrap().is_empty());
    assert!(there.could_go(&theirs, &ours).is_ok());
    fs_err::write(folder.join("a"), "mine\n").unwrap();
    assert!(there.could_go(&theirs, &ours).is_err());
    assert!(there.go(&theirs, &ours).is_err(), "what was changed stays");
    git.remove_worktree(&folder).unwrap();
    assert_eq!(git.worktrees().unwrap().len(), 1);
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    assert!(Git::at(&bare).worktrees().unwrap().is_empty());
}
