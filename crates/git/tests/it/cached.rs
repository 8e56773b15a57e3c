//! What is remembered is what would be read.

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use trainyard_git::{Cache, Repository, Snapshot};
use trainyard_history::CommitDetail;
use trainyard_testkit::{HistoryScript, TestRepository};

use crate::{all_ids, names, paths};

struct Fixture {
    folder: TempDir,
    cache: Cache,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(Utf8Path::from_path(folder.path()).unwrap());
        Self { folder, cache }
    }

    fn files(&self) -> Vec<Utf8PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![Utf8PathBuf::from_path_buf(self.folder.path().to_owned()).unwrap()];
        while let Some(folder) = open.pop() {
            for entry in folder.read_dir_utf8().unwrap().flatten() {
                if entry.path().is_dir() {
                    open.push(entry.path().to_owned());
                } else {
                    found.push(entry.path().to_owned());
                }
            }
        }
        found.sort_unstable();
        found
    }
}

fn read(path: &Utf8Path, cache: Option<&Cache>) -> (Snapshot, Vec<CommitDetail>) {
    let repository = Repository::discover(path).unwrap();
    let snapshot = repository.history(cache).unwrap();
    let details = repository.details(&all_ids(&snapshot.history), cache).unwrap();
    (snapshot, details)
}

/// Reads with and without the cache and compares everything.
fn check(path: &Utf8Path, cache: &Cache) {
    let (expected, expected_details) = read(path, None);
    let (found, details) = read(path, Some(cache));
    assert_eq!(all_ids(&found.history), all_ids(&expected.history));
    let (graph, expected_graph) = (&found.history.graph, &expected.history.graph);
    for commit in graph.iter() {
        assert_eq!(graph.moment(commit), expected_graph.moment(commit));
        assert_eq!(graph.parents(commit), expected_graph.parents(commit));
        assert_eq!(graph.is_cut(commit), expected_graph.is_cut(commit));
    }
    assert_eq!(found.history.tags, expected.history.tags);
    assert_eq!(found.history.branches, expected.history.branches);
    assert_eq!(found.history.head, expected.history.head);
    assert_eq!(found.strays, expected.strays);
    assert_eq!(details, expected_details);
}

fn history_with_everything() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("root \u{fc}", &[("a", "1"), ("dir/\u{e9}", "1"), ("dir/\u{e8}", "1")]);
    repository.tag("v1");
    repository.checkout_new("topic");
    repository.commit("topic", &[("t", "1")]);
    repository.checkout("main");
    repository.commit("main", &[("a", "2")]);
    repository.merge_no_ff("topic", "merge topic");
    repository.annotated_tag("v2", "two");
    repository.git(&["tag", "tree", "HEAD^{tree}"]);
    repository
}

#[test]
fn the_second_run_equals_the_first() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    for _ in 0..3 {
        check(repository.path(), &fixture.cache);
    }
    assert_eq!(fixture.files().len(), 3);
}

#[test]
fn clones_share_what_is_kept() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    read(repository.path(), Some(&fixture.cache));
    let kept = fixture.files().len();
    let clone = repository.beside("mirror");
    repository.git(&["clone", "--quiet", "--mirror", ".", clone.as_str()]);
    check(&clone, &fixture.cache);
    assert_eq!(fixture.files().len(), kept);
}

#[test]
fn only_what_is_new_is_read_again() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    let root = repository.git(&["rev-parse", "v1"]);
    read(repository.path(), Some(&fixture.cache));
    let new = repository.commit("new", &[("n", "1")]);
    repository.annotated_tag("v3", "three");
    // Without its oldest commit the history cannot be walked; what is known needs no walk.
    let file = repository.path().join(".git/objects").join(&root[..2]).join(&root[2..]);
    fs_err::rename(&file, file.with_extension("away")).unwrap();
    let (snapshot, details) = read(repository.path(), Some(&fixture.cache));
    assert_eq!(names(&snapshot), "main=5 topic=2 v1=1 v2=4* v3=5* HEAD:main=5");
    assert_eq!(details[0].id.to_string(), new);
    fs_err::rename(file.with_extension("away"), &file).unwrap();
    check(repository.path(), &fixture.cache);
}

#[test]
fn branches_that_go_and_histories_that_are_rewritten_are_followed() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    read(repository.path(), Some(&fixture.cache));
    repository.git(&["branch", "-D", "topic"]);
    repository.git(&["reset", "--quiet", "--hard", "v1"]);
    repository.git(&["tag", "-d", "v2"]);
    check(repository.path(), &fixture.cache);
    repository.commit("another way", &[("w", "1")]);
    repository.git(&["tag", "--force", "v1"]);
    check(repository.path(), &fixture.cache);
}

#[test]
fn a_deepened_clone_forgets_its_cut() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    let clone = repository.beside("shallow");
    let address = format!("file://{}", repository.path());
    repository.git(&["clone", "--quiet", "--depth=1", "--no-tags", &address, clone.as_str()]);
    check(&clone, &fixture.cache);
    repository.at(&clone).git(&["fetch", "--quiet", "--deepen=1"]);
    check(&clone, &fixture.cache);
    repository.at(&clone).git(&["fetch", "--quiet", "--unshallow"]);
    check(&clone, &fixture.cache);
    check(repository.path(), &fixture.cache);
}

#[test]
fn replacements_are_kept_apart() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    check(repository.path(), &fixture.cache);
    let (new, old) = (repository.git(&["rev-parse", "main"]), repository.git(&["rev-parse", "v1"]));
    repository.git(&["replace", "--graft", &new, &old]);
    check(repository.path(), &fixture.cache);
    repository.git(&["replace", "-d", &new]);
    check(repository.path(), &fixture.cache);
}

#[test]
fn strays_are_looked_at_again() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    let tip = repository.git(&["rev-parse", "topic"]);
    repository.git(&["repack", "-adq"]);
    repository.checkout_new("away");
    let away = repository.commit("away", &[("x", "1")]);
    repository.checkout("main");
    let file = repository.path().join(".git/objects").join(&away[..2]).join(&away[2..]);
    fs_err::rename(&file, file.with_extension("away")).unwrap();
    check(repository.path(), &fixture.cache);
    check(repository.path(), &fixture.cache);
    fs_err::rename(file.with_extension("away"), &file).unwrap();
    check(repository.path(), &fixture.cache);
    assert!(!tip.is_empty());
}

type Damage = fn(&mut Vec<u8>);

#[test]
fn damaged_foreign_and_older_files_are_read_anew() {
    let repository = history_with_everything();
    let damage: [(&str, Damage); 7] = [
        ("empty", Vec::clear),
        ("cut", |bytes| bytes.truncate(bytes.len() / 2)),
        ("longer", |bytes| bytes.push(0)),
        ("one bit", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        }),
        ("foreign", |bytes| *bytes = b"GIF89a".repeat(100)),
        ("older format", |bytes| bytes[8] = bytes[8].wrapping_sub(1)),
        ("zeros", |bytes| bytes.fill(0)),
    ];
    for (what, change) in damage {
        let fixture = Fixture::new();
        read(repository.path(), Some(&fixture.cache));
        for file in fixture.files() {
            let mut bytes = fs_err::read(&file).unwrap();
            change(&mut bytes);
            fs_err::write(&file, bytes).unwrap();
        }
        assert!(!fixture.files().is_empty(), "{what}");
        check(repository.path(), &fixture.cache);
        check(repository.path(), &fixture.cache);
    }
}

#[test]
fn files_that_changed_places_are_not_believed() {
    let (fixture, one, other) = (Fixture::new(), history_with_everything(), TestRepository::new());
    other.commit("other root", &[("o", "1")]);
    read(one.path(), Some(&fixture.cache));
    let before = fixture.files();
    read(other.path(), Some(&fixture.cache));
    let after: Vec<_> = fixture.files().into_iter().filter(|file| !before.contains(file)).collect();
    let graph = |files: &[Utf8PathBuf]| {
        files.iter().find(|file| file.as_str().contains("/graphs/")).cloned()
    };
    fs_err::copy(graph(&before).unwrap(), graph(&after).unwrap()).unwrap();
    check(other.path(), &fixture.cache);
}

#[test]
fn a_cache_that_cannot_be_written_is_none() {
    let repository = history_with_everything();
    let file = tempfile::NamedTempFile::new().unwrap();
    let cache = Cache::open(Utf8Path::from_path(file.path()).unwrap());
    check(repository.path(), &cache);
    check(repository.path(), &cache);
}

#[test]
fn many_small_additions_are_joined() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    for number in 0..15 {
        repository.commit(&format!("number {number}"), &[("n", &number.to_string())]);
        check(repository.path(), &fixture.cache);
    }
    let details = fixture.files().iter().filter(|file| file.as_str().contains("/details/")).count();
    assert!(details <= 7, "{:?}", fixture.files());
}

#[test]
fn several_processes_may_share_a_cache() {
    let fixture = Fixture::new();
    let repository = HistoryScript::linear(300, 30).into_bare();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let (snapshot, details) = read(repository.path(), Some(&fixture.cache));
                    assert_eq!((snapshot.history.graph.len(), details.len()), (300, 300));
                }
            });
        }
    });
    check(repository.path(), &fixture.cache);
    assert!(fixture.files().iter().all(|file| !file.file_name().unwrap().starts_with('.')));
}

#[test]
fn details_alone_fill_the_cache_too() {
    let (fixture, repository) = (Fixture::new(), history_with_everything());
    let id = repository.git(&["rev-parse", "topic"]).parse().unwrap();
    for _ in 0..2 {
        let details = Repository::discover(repository.path())
            .unwrap()
            .details(&[id, id], Some(&fixture.cache));
        assert_eq!(paths(&details.unwrap()[1]), ["t"]);
    }
    assert_eq!(fixture.files().len(), 3);
}
