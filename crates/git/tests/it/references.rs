//! Names of every shape.

use trainyard_git::GitError;
use trainyard_testkit::TestRepository;

use crate::{names, open, snapshot, snapshot_at};

fn strays(repository: &TestRepository) -> Vec<String> {
    let zero = "0".repeat(40);
    snapshot(repository)
        .strays
        .iter()
        .map(|stray| stray.to_string().replace(&zero, "ZERO"))
        .collect()
}

#[test]
fn packed_and_loose_references_are_one_list() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.tag("v1");
    repository.annotated_tag("v2", "two");
    repository.branch("packed");
    repository.git(&["pack-refs", "--all"]);
    repository.commit("two", &[("a", "2")]);
    repository.tag("v3");
    repository.git(&["tag", "--force", "v1"]);
    assert_eq!(names(&snapshot(&repository)), "main=2 packed=1 v1=2 v2=1* v3=2 HEAD:main=2");
}

#[test]
fn tags_of_tags_trees_and_blobs() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.annotated_tag("inner", "inner");
    repository.git(&["-c", "advice.nestedTag=false", "tag", "-a", "-m", "outer", "outer", "inner"]);
    repository.git(&["tag", "tree", "HEAD^{tree}"]);
    repository.git(&["tag", "blob", "HEAD:a"]);
    repository.git(&["tag", "-a", "-m", "t", "annotated-tree", "HEAD^{tree}"]);
    let snapshot = snapshot(&repository);
    assert_eq!(names(&snapshot), "main=1 inner=1* outer=1* HEAD:main=1");
    assert_eq!(
        strays(&repository),
        [
            "`refs/tags/annotated-tree` leads to a tree, not a commit",
            "`refs/tags/blob` leads to a blob, not a commit",
            "`refs/tags/tree` leads to a tree, not a commit",
        ]
    );
}

#[test]
fn broken_references_are_told_and_passed_over() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    let heads = repository.path().join(".git/refs/heads");
    let tags = repository.path().join(".git/refs/tags");
    fs_err::write(tags.join("garbage"), "no id at all\n").unwrap();
    fs_err::write(tags.join("empty"), "").unwrap();
    fs_err::write(tags.join("gone"), format!("{}\n", "1".repeat(40))).unwrap();
    fs_err::write(heads.join("dangling"), "ref: refs/heads/absent\n").unwrap();
    fs_err::write(heads.join("loop"), "ref: refs/heads/loop\n").unwrap();
    assert_eq!(names(&snapshot(&repository)), "main=1 HEAD:main=1");
    insta::assert_snapshot!(strays(&repository).join("\n"));
}

#[test]
fn a_head_that_is_broken_leaves_the_rest() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.tag("v1");
    fs_err::write(repository.path().join(".git/refs/heads/main"), "garbage").unwrap();
    assert_eq!(names(&snapshot(&repository)), "v1=1");
    insta::assert_snapshot!(strays(&repository).join("\n"));
}

#[test]
fn packed_references_that_are_damaged_end_in_an_answer() {
    let repository = TestRepository::new();
    let commit = repository.commit("one", &[("a", "1")]);
    let file = repository.path().join(".git/packed-refs");
    let header = "# pack-refs with: peeled fully-peeled sorted \n";
    for content in [
        "garbage".to_owned(),
        format!("{header}garbage\n"),
        format!("{header}{commit} refs/tags/v1\ngarbage\n{commit} refs/tags/v2\n"),
        format!("{header}^{commit}\n"),
        format!("{header}{commit} refs/tags/..\n{commit} refs/tags/v3\n"),
        format!("{header}{commit} refs/tags/z\n{commit} refs/tags/a\n"),
        "\0".repeat(1000),
    ] {
        fs_err::write(&file, &content).unwrap();
        match open(&repository).history(None) {
            Ok(read) => assert!(names(&read).ends_with("HEAD:main=1"), "{content}"),
            Err(error) => assert!(matches!(error, GitError::References { .. }), "{error:?}"),
        }
    }
}

#[test]
fn symbolic_branches_lead_where_they_lead() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    assert_eq!(names(&snapshot(&repository)), "alias=1 main=1 HEAD:main=1");
    repository.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    assert_eq!(names(&snapshot(&repository)), "alias=1 main=1 HEAD:alias=1");
}

#[test]
fn remotes_with_slashes_are_told_from_branches() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.branch("release/1.x");
    let clone = repository.beside("clone");
    repository.git(&["clone", "--quiet", "--origin", "team/upstream", ".", clone.as_str()]);
    let snapshot = snapshot_at(&clone);
    assert_eq!(
        names(&snapshot),
        "main=1 team/upstream/main=1 team/upstream/release/1.x=1 HEAD:main=1"
    );
    let remotes: Vec<_> =
        snapshot.history.branches.iter().map(|branch| branch.remote.as_deref()).collect();
    assert_eq!(remotes, [None, Some("team/upstream"), Some("team/upstream")]);
}

#[test]
fn odd_names_survive() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    for name in [
        "@scope/pkg@1.0.0",
        "v1.0.0+build",
        "release-2024.01",
        "ünïcode",
        "a/b/c/d",
        "-dash",
        "{x}",
    ] {
        repository.git(&["update-ref", &format!("refs/tags/{name}"), "HEAD"]);
    }
    let snapshot = snapshot(&repository);
    assert_eq!(snapshot.history.tags.len(), 7, "{:?}", snapshot.history.tags);
    assert!(snapshot.strays.is_empty(), "{:?}", snapshot.strays);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_are_read_with_loss() {
    use std::os::unix::ffi::OsStrExt;
    let repository = TestRepository::new();
    let commit = repository.commit("one", &[("a", "1")]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let folder = repository.path().as_std_path().join(".git/refs/tags");
    fs_err::write(folder.join(name), format!("{commit}\n")).unwrap();
    let read = snapshot(&repository);
    assert_eq!(read.history.tags[0].name, "caf\u{fffd}");
    repository.git(&["pack-refs", "--all"]);
    assert_eq!(snapshot(&repository).history.tags[0].name, "caf\u{fffd}");
}
