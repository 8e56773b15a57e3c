//! Revisions, messages, paths and files.

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;
use trainyard_git::{FileContent, GitError};
use trainyard_history::Moment;
use trainyard_testkit::{HistoryScript, TestRepository};

use crate::{detail, id, open, paths};

#[test]
fn resolves_what_git_resolves() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.tag("v1.0");
    repository.annotated_tag("v1.0-annotated", "x");
    let second = repository.commit("two", &[("a", "2")]);
    repository.branch("feature/x");
    let third = repository.commit("three", &[("a", "3")]);
    let read = open(&repository);
    for spec in [
        "HEAD",
        "main",
        "HEAD~2",
        "HEAD^",
        "v1.0",
        "v1.0-annotated",
        "refs/tags/v1.0",
        "feature/x",
        "main~1",
        "@",
    ] {
        let expected = repository.git(&["rev-parse", &format!("{spec}^{{commit}}")]);
        assert_eq!(read.resolve(spec).unwrap(), id(&expected), "{spec}");
    }
    assert_eq!(read.resolve(&third[..7]).unwrap(), id(&third));
    assert_eq!(read.resolve(&second).unwrap(), id(&second));
    for spec in [
        "absent",
        "HEAD~99",
        "",
        "deadbeef",
        "main:a",
        "HEAD^{tree}",
        "..",
        "a..b",
        "@{-1}",
        &"x".repeat(100_000),
    ] {
        let error = read.resolve(spec).unwrap_err();
        assert!(matches!(error, GitError::UnknownRevision { .. }), "{spec}: {error:?}");
    }
}

#[test]
fn a_short_id_that_fits_several_commits_is_told() {
    // With 300 commits two of them share four digits for certain enough; the script is always the same.
    let repository = HistoryScript::linear(600, 0).into_bare();
    let listed = repository.git(&["rev-list", "main"]);
    let mut short: Vec<_> = listed.lines().map(|hex| &hex[..4]).collect();
    short.sort_unstable();
    let pair = short.windows(2).find(|pair| pair[0] == pair[1]).unwrap();
    let error = open(&repository).resolve(pair[0]).unwrap_err();
    assert!(matches!(error, GitError::AmbiguousRevision { .. }), "{error:?}");
    assert!(
        error.to_string().starts_with(&format!("`{}` fits several objects: {}", pair[0], pair[0]))
    );
}

#[test]
fn details_follow_git_log() {
    let repository = TestRepository::new();
    let root = repository.commit("root", &[("a", "a\n"), ("dir/b", "b\n"), ("dir/deep/c", "c\n")]);
    assert_eq!(paths(&detail(&repository, &root)), ["a", "dir/b", "dir/deep/c"]);
    fs_err::rename(repository.path().join("dir/b"), repository.path().join("moved")).unwrap();
    let moved = repository.commit("move it\n\nwith a body\n\nTrailer: yes\n", &[]);
    let read = detail(&repository, &moved);
    assert_eq!(paths(&read), ["dir/b", "moved"]);
    assert_eq!(read.message, "move it\n\nwith a body\n\nTrailer: yes\n");
    assert_eq!(read.parents, 1);
    fs_err::remove_dir_all(repository.path().join("dir")).unwrap();
    let file_for_folder = repository.commit("a file for a folder", &[("dir", "now a file")]);
    assert_eq!(paths(&detail(&repository, &file_for_folder)), ["dir", "dir/deep/c"]);
    let nothing = repository.commit("nothing", &[]);
    assert!(detail(&repository, &nothing).paths.is_empty());
}

#[test]
fn a_change_of_permissions_is_a_change() {
    let repository = TestRepository::new();
    repository.commit("root", &[("run.sh", "x"), ("other", "y")]);
    repository.git(&["update-index", "--chmod=+x", "run.sh"]);
    repository.git(&["commit", "--quiet", "-m", "executable"]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(paths(&detail(&repository, &head)), ["run.sh"]);
}

#[test]
fn a_merge_touches_what_differs_from_every_parent() {
    let repository = TestRepository::new();
    repository.commit("root", &[("a", "1\n"), ("b", "1\n"), ("both", "1\n")]);
    repository.checkout_new("topic");
    repository.commit("topic", &[("b", "2\n"), ("both", "topic\n")]);
    repository.checkout("main");
    repository.commit("main", &[("a", "2\n"), ("both", "main\n")]);
    assert!(repository.try_git(&["merge", "--quiet", "--no-ff", "topic"], b"").is_err());
    let merge = repository.commit("merge", &[("both", "resolved\n"), ("evil", "new\n")]);
    let read = detail(&repository, &merge);
    assert_eq!(read.parents, 2);
    assert_eq!(paths(&read), ["both", "evil"]);
    repository.checkout_new("later");
    repository.commit("later", &[("late", "1")]);
    repository.checkout("main");
    let clean = repository.merge_no_ff("later", "merge later");
    assert!(detail(&repository, &clean).paths.is_empty());
}

#[test]
fn moments_keep_the_writers_offset() {
    let repository = TestRepository::new();
    let tree = repository.git_with_input(&["mktree"], b"");
    let text = format!(
        "tree {tree}\nauthor A <a@b> 1700000000 +0900\ncommitter C <c@d> 1700000060 -0330\n\nsubject \u{fc}\n"
    );
    let commit = repository
        .git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes());
    let read = detail(&repository, &commit);
    assert_eq!(read.when, Moment { seconds: 1_700_000_060, offset_seconds: -12_600 });
    assert_eq!(read.message, "subject \u{fc}\n");
}

#[test]
fn what_is_not_utf_8_is_replaced() {
    let repository = TestRepository::new();
    let blob = repository.git_with_input(&["hash-object", "-w", "--stdin"], b"x");
    let mut entry = format!("100644 blob {blob}\tcaf").into_bytes();
    entry.extend(b"\xe9\0");
    let tree = repository.git_with_input(&["mktree", "-z"], &entry);
    let mut text =
        format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter C <c> 1 +0000\n\n").into_bytes();
    text.extend(b"caf\xe9\n");
    let commit =
        repository.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], &text);
    let read = detail(&repository, &commit);
    assert_eq!(read.message, "caf\u{fffd}\n");
    assert_eq!(paths(&read), ["caf\u{fffd}"]);
}

#[test]
fn reads_and_lists_files() {
    let repository = TestRepository::new();
    let large = "x".repeat(4 << 20);
    let just_right = &large[..];
    let too_large = format!("{large}x");
    let old = repository
        .commit("one", &[("VERSION", "1.0\r\n"), ("pkg/setup.py", "s"), ("pkg/deep/x", "x")]);
    let new = repository
        .commit("two", &[("VERSION", "2.0\n"), ("right", just_right), ("large", &too_large)]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{old},sub")]);
    let read = open(&repository);
    let wanted = |commit: &str, path: &str| (id(commit), Utf8PathBuf::from(path));
    let asked = [
        wanted(&new, "VERSION"),
        wanted(&old, "VERSION"),
        wanted(&new, "./pkg/setup.py"),
        wanted(&old, "right"),
        wanted(&new, "large"),
        wanted(&new, "pkg"),
        wanted(&new, "VERSION/below"),
        wanted(&new, "pkg/absent/x"),
    ];
    let expected = [
        FileContent::Bytes(b"2.0\n".to_vec()),
        FileContent::Bytes(b"1.0\r\n".to_vec()),
        FileContent::Bytes(b"s".to_vec()),
        FileContent::Absent,
        FileContent::TooLarge { size_bytes: (4 << 20) + 1 },
        FileContent::NotAFile,
        FileContent::Absent,
        FileContent::Absent,
    ];
    assert_eq!(read.read_files(&asked).unwrap(), expected);
    let right = read.read_files(&[wanted(&new, "right")]).unwrap().remove(0);
    assert_eq!(right.into_bytes().unwrap().len(), 4 << 20);
    let list = |commit: &str, folder: &str| {
        let files = read.list(id(commit), Utf8Path::new(folder)).unwrap();
        files.into_iter().map(Utf8PathBuf::into_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list(&old, ""), "VERSION");
    assert_eq!(list(&new, "."), "VERSION large right");
    assert_eq!(list(&new, "pkg/"), "pkg/setup.py");
    assert_eq!(list(&new, "absent"), "");
    assert_eq!(list(&new, "VERSION"), "");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_revision_ends_in_an_answer(specs in prop::collection::vec("(HEAD|main|v1|@|[0-9a-f]{0,41})?[-~^@{}:/!.a-z0-9\\[ü ]{0,12}", 100)) {
        let repository = TestRepository::new();
        repository.commit("one", &[("a", "1")]);
        repository.tag("v1");
        let read = open(&repository);
        for spec in specs {
            _ = read.resolve(&spec);
        }
    }
}
