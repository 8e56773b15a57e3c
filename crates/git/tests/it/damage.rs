//! Repositories that lack objects or hold broken ones.

use trainyard_git::{GitError, Repository};
use trainyard_testkit::{HistoryScript, TestRepository};

use crate::{all_ids, id, names, open, snapshot};

fn object_file(repository: &TestRepository, hex: &str) -> camino::Utf8PathBuf {
    repository.path().join(".git/objects").join(&hex[..2]).join(&hex[2..])
}

fn remove(repository: &TestRepository, hex: &str) {
    fs_err::remove_file(object_file(repository, hex)).unwrap();
}

#[test]
fn a_missing_commit_is_named() {
    let repository = TestRepository::new();
    let root = repository.commit("one", &[("a", "1")]);
    repository.commit("two", &[("a", "2")]);
    remove(&repository, &root);
    let error = open(&repository).history(None).unwrap_err();
    let place = repository.path().canonicalize_utf8().unwrap();
    assert_eq!(
        error.to_string(),
        format!("commit {root} is missing from the repository at `{place}`")
    );
    assert!(error.hint().unwrap().contains("git fsck"));
}

#[test]
fn a_missing_tip_is_a_stray() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1")]);
    repository.checkout_new("topic");
    let tip = repository.commit("two", &[("a", "2")]);
    repository.checkout("main");
    remove(&repository, &tip);
    let read = snapshot(&repository);
    assert_eq!(names(&read), "main=1 HEAD:main=1");
    assert_eq!(
        read.strays[0].to_string(),
        format!("`refs/heads/topic` leads to {tip}, which is missing")
    );
}

#[test]
fn a_missing_tree_and_a_missing_file_are_named() {
    let repository = TestRepository::new();
    let root = repository.commit("one", &[("a", "1"), ("dir/b", "1")]);
    let second = repository.commit("two", &[("dir/b", "2")]);
    let tree = repository.git(&["rev-parse", "HEAD:dir"]);
    let blob = repository.git(&["rev-parse", "HEAD:a"]);
    remove(&repository, &tree);
    remove(&repository, &blob);
    let read = open(&repository);
    let snapshot = read.history(None).unwrap();
    assert_eq!(all_ids(&snapshot.history).len(), 2);
    let error = read.details(&[id(&second)], None).unwrap_err();
    assert!(error.to_string().starts_with(&format!("tree {tree} is missing")), "{error}");
    assert_eq!(read.details(&[id(&root)], None).unwrap()[0].paths.len(), 2);
    let error = read.read_files(&[(id(&root), "a".into())]).unwrap_err();
    assert!(error.to_string().starts_with(&format!("blob {blob} is missing")), "{error}");
    let error = read.details(&[id(&"1".repeat(40))], None).unwrap_err();
    assert!(matches!(error, GitError::MissingObject { kind: "commit", .. }), "{error:?}");
    let error =
        read.details(&[id(&repository.git(&["rev-parse", "HEAD^{tree}"]))], None).unwrap_err();
    assert!(error.to_string().ends_with("is corrupt: the object is a tree"), "{error}");
}

#[test]
fn corrupt_objects_are_named() {
    let repository = TestRepository::new();
    let root = repository.commit("one", &[("a", "1")]);
    repository.commit("two", &[("a", "2")]);
    let file = object_file(&repository, &root);
    let mut permissions = fs_err::metadata(&file).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "the folder goes when the test ends"
    )]
    permissions.set_readonly(false);
    fs_err::set_permissions(&file, permissions).unwrap();
    for content in [&b"no zlib stream at all"[..], b"", b"\x78\x9c"] {
        fs_err::write(&file, content).unwrap();
        let error = open(&repository).history(None).unwrap_err();
        assert!(matches!(error, GitError::CorruptObject { .. }), "{error:?}");
        assert!(error.to_string().contains(&root), "{error}");
    }
}

#[test]
fn a_tree_that_is_none_is_told() {
    let repository = TestRepository::new();
    let tree = repository.git_with_input(
        &["hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        b"100644 x",
    );
    let text = format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter C <c> 1 +0000\n\nbad\n");
    let commit = repository
        .git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes());
    let error = open(&repository).details(&[id(&commit)], None).unwrap_err();
    assert!(error.to_string().contains(&tree), "{error}");
    assert!(open(&repository).list(id(&commit), "".into()).is_err());
    assert!(open(&repository).read_files(&[(id(&commit), "y".into())]).is_err());
}

#[test]
fn a_partial_clone_tells_how_to_complete_it() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1"), ("dir/b", "1")]);
    let head = repository.commit("two", &[("dir/b", "2")]);
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let address = format!("file://{}", repository.path());
    let blobless = repository.beside("blobless");
    repository.git(&[
        "clone",
        "--quiet",
        "--bare",
        "--filter=blob:none",
        &address,
        blobless.as_str(),
    ]);
    let read = Repository::discover(&blobless).unwrap();
    let snapshot = read.history(None).unwrap();
    let details = read.details(&all_ids(&snapshot.history), None).unwrap();
    assert_eq!(details[0].paths, ["dir/b"]);
    let error = read.read_files(&[(id(&head), "a".into())]).unwrap_err();
    insta::assert_snapshot!(error.hint().unwrap());
    let treeless = repository.beside("treeless");
    repository.git(&["clone", "--quiet", "--bare", "--filter=tree:0", &address, treeless.as_str()]);
    let read = Repository::discover(&treeless).unwrap();
    assert_eq!(read.history(None).unwrap().history.graph.len(), 2);
    let error = read.details(&[id(&head)], None).unwrap_err();
    assert!(
        matches!(error, GitError::MissingObject { kind: "tree", partial: true, .. }),
        "{error:?}"
    );
    // What the hint says is what helps.
    repository.at(&treeless).git(&[
        "fetch",
        "--quiet",
        "--refetch",
        "--filter=blob:none",
        "origin",
    ]);
    assert!(Repository::discover(&treeless).unwrap().details(&[id(&head)], None).is_ok());
    repository.at(&treeless).git(&["fetch", "--quiet", "--refetch", "--no-filter", "origin"]);
    let read = Repository::discover(&treeless).unwrap();
    assert!(read.read_files(&[(id(&head), "a".into())]).is_ok());
}

#[test]
fn a_damaged_commit_graph_file_is_passed_over() {
    let repository = TestRepository::new();
    for number in 0..20 {
        repository.commit(&format!("number {number}"), &[("a", &number.to_string())]);
    }
    let expected = snapshot(&repository).history.graph;
    repository.git(&["commit-graph", "write", "--reachable"]);
    let file = repository.path().join(".git/objects/info/commit-graph");
    let whole = fs_err::read(&file).unwrap();
    let same = |what: &str| {
        let read = snapshot(&repository).history.graph;
        assert_eq!(read.len(), expected.len(), "{what}");
        for commit in expected.iter() {
            assert_eq!(read.id(commit), expected.id(commit), "{what}");
            assert_eq!(read.moment(commit), expected.moment(commit), "{what}");
            assert_eq!(read.parents(commit), expected.parents(commit), "{what}");
        }
    };
    same("whole");
    fs_err::remove_file(&file).unwrap();
    fs_err::write(&file, &whole[..whole.len() / 2]).unwrap();
    same("cut");
    fs_err::write(&file, b"nonsense").unwrap();
    same("nonsense");
}

#[test]
fn damaged_packs_end_in_an_answer() {
    let repository = HistoryScript::linear(150, 10).into_bare();
    repository.git(&["repack", "-adfq"]);
    let packs = repository.path().join("objects/pack");
    let files: Vec<_> =
        packs.read_dir_utf8().unwrap().flatten().map(|entry| entry.path().to_owned()).collect();
    let expected = snapshot(&repository).history.graph.len();
    for file in files.iter().filter(|file| matches!(file.extension(), Some("pack" | "idx"))) {
        let whole = fs_err::read(file).unwrap();
        let replace = |content: &[u8]| {
            // Others may still look at the file: it must not change under them.
            fs_err::remove_file(file).unwrap();
            fs_err::write(file, content).unwrap();
        };
        let damages = (0..60).map(|number| {
            let mut damaged = whole.clone();
            let place = 12 + number * (whole.len() - 12) / 60;
            damaged[place] ^= 1 << (number % 8);
            damaged
        });
        let cuts = [0, 20, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
        for damaged in damages.chain(cuts) {
            replace(&damaged);
            let read = open(&repository);
            let Ok(snapshot) = read.history(None) else { continue };
            assert!(snapshot.history.graph.len() <= expected);
            _ = read.details(&all_ids(&snapshot.history), None);
        }
        replace(&whole);
    }
    assert_eq!(snapshot(&repository).history.graph.len(), expected);
}
