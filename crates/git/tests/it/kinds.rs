//! Every kind of repository.

use camino::Utf8PathBuf;
use trainyard_git::{GitError, Repository};
use trainyard_testkit::TestRepository;

use crate::{all_ids, detail, id, names, open, paths, snapshot, snapshot_at};

fn three_commits() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: one", &[("a.txt", "1\n")]);
    repository.tag("v1.0");
    repository.commit("feat: two", &[("dir/b.txt", "2\n")]);
    repository.annotated_tag("v1.1", "second");
    repository.commit("fix: three", &[("a.txt", "3\n")]);
    repository
}

#[test]
fn reads_an_ordinary_repository() {
    let repository = three_commits();
    let snapshot = snapshot(&repository);
    assert_eq!(names(&snapshot), "main=3 v1.0=1 v1.1=2* HEAD:main=3");
    assert!(snapshot.strays.is_empty());
    let [lightweight, annotated] = &snapshot.history.tags[..] else { panic!("two tags") };
    assert_eq!(lightweight.when.unwrap().seconds, 1_704_067_200);
    assert_eq!(annotated.when.unwrap().seconds, 1_704_067_200 + 120);
}

#[test]
fn finds_a_repository_from_a_folder_within() {
    let repository = three_commits();
    let inside = Repository::discover(&repository.path().join("dir")).unwrap();
    assert_eq!(inside.root(), repository.path().canonicalize_utf8().unwrap());
    assert_eq!(inside.name(), "repository");
    assert!(!inside.is_shallow());
}

#[test]
fn tells_where_no_repository_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let error = Repository::discover(&path).unwrap_err();
    assert!(matches!(error, GitError::NotARepository { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("no git repository in `{path}` or in any folder above it")
    );
    assert!(matches!(
        Repository::discover(&path.join("absent")),
        Err(GitError::NotARepository { .. })
    ));
}

#[test]
fn an_empty_repository_has_no_head() {
    for repository in [TestRepository::new(), TestRepository::bare()] {
        let snapshot = snapshot(&repository);
        assert!(snapshot.history.graph.is_empty());
        assert_eq!(snapshot.history.head, None);
        assert!(snapshot.strays.is_empty(), "{:?}", snapshot.strays);
        assert!(open(&repository).details(&[], None).unwrap().is_empty());
        let error = open(&repository).resolve("HEAD").unwrap_err();
        assert!(matches!(error, GitError::UnknownRevision { .. }), "{error:?}");
    }
}

#[test]
fn reads_a_bare_clone_and_a_mirror() {
    let repository = three_commits();
    for kind in ["--bare", "--mirror"] {
        let clone = repository.beside("product.git");
        repository.git(&["clone", "--quiet", kind, ".", clone.as_str()]);
        assert_eq!(names(&snapshot_at(&clone)), "main=3 v1.0=1 v1.1=2* HEAD:main=3");
        let opened = Repository::discover(&clone).unwrap();
        assert_eq!(opened.root(), clone.canonicalize_utf8().unwrap());
        repository.at(&clone).git(&["remote", "remove", "origin"]);
        assert_eq!(Repository::discover(&clone).unwrap().name(), "product");
        fs_err::remove_dir_all(&clone).unwrap();
    }
}

#[test]
fn the_remote_names_the_product() {
    let repository = three_commits();
    repository.git(&["remote", "add", "origin", "git@host.example:team/backend.ai.git"]);
    repository.git(&["remote", "add", "fork", "https://host.example/me/fork"]);
    assert_eq!(open(&repository).name(), "backend.ai");
}

#[test]
fn a_linked_worktree_has_its_own_head() {
    let repository = three_commits();
    let worktree = repository.beside("linked");
    repository.git(&["worktree", "add", "--quiet", "-b", "topic", worktree.as_str(), "v1.0"]);
    repository.at(&worktree).commit("feat: on topic", &[("c.txt", "c")]);
    assert_eq!(names(&snapshot_at(&worktree)), "main=3 topic=2 v1.0=1 v1.1=2* HEAD:topic=2");
    assert_eq!(names(&snapshot(&repository)), "main=3 topic=2 v1.0=1 v1.1=2* HEAD:main=3");
    let opened = Repository::discover(&worktree).unwrap();
    assert_eq!(opened.name(), "repository");
    assert_eq!(opened.root(), worktree.canonicalize_utf8().unwrap());
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let inner = three_commits();
    let outer = TestRepository::new();
    outer.commit("feat: outer", &[("o.txt", "o")]);
    outer.git(&["submodule", "--quiet", "add", inner.path().as_str(), "parts/inner"]);
    outer.commit("feat: add a part", &[]);
    let submodule = outer.path().join("parts/inner");
    assert!(submodule.join(".git").is_file());
    let snapshot = snapshot_at(&submodule);
    assert_eq!(names(&snapshot), "main=3 origin/main=3 v1.0=1 v1.1=2* HEAD:main=3");
    let opened = Repository::discover(&submodule).unwrap();
    assert_eq!(opened.root(), submodule.canonicalize_utf8().unwrap());
    outer.at(&submodule).git(&["remote", "remove", "origin"]);
    assert_eq!(Repository::discover(&submodule).unwrap().name(), "inner");
}

#[test]
fn a_shallow_clone_tells_where_it_is_cut() {
    let repository = three_commits();
    let clone = repository.beside("shallow");
    let address = format!("file://{}", repository.path());
    repository.git(&["clone", "--quiet", "--depth=2", &address, clone.as_str()]);
    let opened = Repository::discover(&clone).unwrap();
    assert!(opened.is_shallow());
    let snapshot = opened.history(None).unwrap();
    let graph = &snapshot.history.graph;
    assert_eq!(graph.len(), 2);
    let cut: Vec<_> = graph.iter().filter(|commit| graph.is_cut(*commit)).collect();
    assert_eq!(cut.len(), 1);
    let details = opened.details(&all_ids(&snapshot.history), None).unwrap();
    assert_eq!(paths(&details[0]), ["a.txt"]);
    assert_eq!(paths(&details[1]), ["a.txt", "dir/b.txt"]);
    assert_eq!(details[1].parents, 1);
    let error = opened.resolve("v1.0").unwrap_err();
    assert!(error.hint().unwrap().contains("git fetch --unshallow"), "{error:?}");
    let error = GitError::shallow_base("tag `v1.0`", graph.id(cut[0]));
    let hex = graph.id(cut[0]);
    assert_eq!(
        error.to_string(),
        format!("the history is cut at {hex} by a shallow clone, and tag `v1.0` lies beyond")
    );
    insta::assert_snapshot!(error.hint().unwrap());
}

#[test]
fn sha_256_names_and_reftables_are_told_apart() {
    let repository = TestRepository::init(&["--object-format=sha256"]);
    repository.commit("feat: one", &[("a", "1")]);
    let error = Repository::discover(repository.path()).unwrap_err();
    let expected = format!(
        "the repository at `{}` uses SHA-256 object names, which cannot be read",
        repository.path()
    );
    assert_eq!(error.to_string(), expected);
    let tables = TestRepository::new();
    tables.git(&["config", "core.repositoryFormatVersion", "1"]);
    tables.git(&["config", "extensions.refStorage", "reftable"]);
    let error = Repository::discover(tables.path()).unwrap_err();
    assert!(error.to_string().contains("uses reftables"), "{error}");
}

#[test]
fn a_detached_head_has_no_branch() {
    let repository = three_commits();
    repository.checkout("v1.1");
    assert_eq!(names(&snapshot(&repository)), "main=3 v1.0=1 v1.1=2* HEAD:detached=2");
    let only_here = repository.commit("fix: only here", &[("x", "x")]);
    let snapshot = snapshot(&repository);
    assert!(all_ids(&snapshot.history).contains(&id(&only_here)));
    assert!(names(&snapshot).ends_with("HEAD:detached=3"));
}

#[test]
fn an_orphan_head_that_is_unborn_leaves_the_rest() {
    let repository = three_commits();
    repository.git(&["checkout", "--quiet", "--orphan", "pages"]);
    assert_eq!(names(&snapshot(&repository)), "main=3 v1.0=1 v1.1=2*");
}

#[test]
fn alternates_are_followed() {
    for packed in [false, true] {
        check_alternates(packed);
    }
}

fn check_alternates(packed: bool) {
    let repository = three_commits();
    if packed {
        repository.git(&["repack", "-adq"]);
    }
    let clone = repository.beside("borrows");
    repository.git(&["clone", "--quiet", "--shared", ".", clone.as_str()]);
    let borrower = repository.at(&clone);
    borrower.commit("feat: own", &[("own", "1")]);
    assert_eq!(names(&snapshot_at(&clone)), "main=4 origin/main=3 v1.0=1 v1.1=2* HEAD:main=4");
}

#[test]
fn replacements_and_grafts_are_seen_as_git_shows_them() {
    let repository = three_commits();
    let (old, new) =
        (repository.git(&["rev-parse", "v1.0"]), repository.git(&["rev-parse", "main"]));
    repository.git(&["replace", "--graft", &new, &old]);
    assert_eq!(names(&snapshot(&repository)), "main=2 v1.0=1 v1.1=2* HEAD:main=2");
    assert_eq!(paths(&detail(&repository, &new)), ["a.txt", "dir/b.txt"]);
    repository.git(&["replace", "--delete", &new]);
    assert_eq!(names(&snapshot(&repository)), "main=3 v1.0=1 v1.1=2* HEAD:main=3");
    let grafts = repository.path().join(".git/info/grafts");
    fs_err::create_dir_all(grafts.parent().unwrap()).unwrap();
    fs_err::write(grafts, format!("# comment\n{new} {old}\nnonsense\n")).unwrap();
    assert_eq!(names(&snapshot(&repository)), "main=2 v1.0=1 v1.1=2* HEAD:main=2");
    assert_eq!(repository.git(&["rev-list", "--count", "main"]), "2");
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused_as_git_refuses_it() {
    let repository = three_commits();
    // Only a privileged user can give files away; elsewhere there is nothing to see.
    let given = std::os::unix::fs::chown(repository.path(), Some(4242), Some(4242));
    if given.is_err() {
        return;
    }
    let git_dir = repository.path().join(".git");
    std::os::unix::fs::chown(git_dir, Some(4242), Some(4242)).unwrap();
    let error = Repository::discover(repository.path()).unwrap_err();
    assert!(matches!(error, GitError::NotTrusted { .. }), "{error:?}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("git config --global --add safe.directory"), "{hint}");
}
