//! The real git says what is right: random histories with merges, moves and removals.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::Index};
use trainyard_testkit::{HistoryScript, TestRepository};

use crate::{all_ids, open};

#[derive(Clone, Debug)]
struct Step {
    parents: Vec<Index>,
    root: bool,
    files: Vec<(u8, u8)>,
    removed: Vec<u8>,
    seconds: u16,
    tag: Option<bool>,
}

fn step() -> impl Strategy<Value = Step> {
    (
        prop::collection::vec(any::<Index>(), 1..4),
        prop::bool::weighted(0.05),
        prop::collection::vec((0..24u8, 0..6u8), 0..5),
        prop::collection::vec(0..24u8, 0..2),
        0..2000u16,
        prop::option::weighted(0.2, any::<bool>()),
    )
        .prop_map(|(parents, root, files, removed, seconds, tag)| Step {
            parents,
            root,
            files,
            removed,
            seconds,
            tag,
        })
}

/// Some paths are folders of others, so files turn into folders and back.
fn path(number: u8) -> String {
    match number % 4 {
        0 => format!("f{}", number / 4),
        1 => format!("f{}/inner", number / 4),
        2 => format!("dir/f{}/x-y", number / 4),
        _ => format!("dir.d/f{}", number / 4),
    }
}

fn build(steps: &[Step]) -> TestRepository {
    let mut script = HistoryScript::new();
    let mut marks = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let mut parents = Vec::new();
        if !step.root && !marks.is_empty() {
            for index in &step.parents {
                let parent = *index.get(&marks);
                if !parents.contains(&parent) {
                    parents.push(parent);
                }
            }
        }
        let files: Vec<_> = step
            .files
            .iter()
            .map(|(name, content)| (path(*name), format!("{content}\n")))
            .collect();
        let files: Vec<_> =
            files.iter().map(|(path, content)| (path.as_str(), content.as_str())).collect();
        let removed: Vec<_> = step.removed.iter().map(|name| path(*name)).collect();
        let removed: Vec<_> = removed.iter().map(String::as_str).collect();
        let seconds = 1_600_000_000 + i64::from(step.seconds);
        let mark =
            script.commit_with(&parents, seconds, &format!("number {number}\n"), &files, &removed);
        if let Some(annotated) = step.tag {
            script.tag(&format!("t{number}"), mark, annotated.then_some(seconds + 7));
        }
        script.branch(&format!("b{}", number % 5), mark);
        marks.push(mark);
    }
    let repository = script.into_bare();
    repository.git(&["symbolic-ref", "HEAD", "refs/heads/b0"]);
    repository
}

fn parents_by_git(repository: &TestRepository) -> BTreeMap<String, Vec<String>> {
    let listed = repository.git(&["rev-list", "--parents", "--all"]);
    let rows = listed.lines().map(|line| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next().unwrap_or_default(), words.collect())
    });
    rows.collect()
}

fn paths_by_git(repository: &TestRepository) -> BTreeMap<String, BTreeSet<String>> {
    let arguments =
        ["log", "--all", "-c", "--root", "--no-renames", "--name-only", "-z", "--format=%x01%H"];
    let text = repository.git(&arguments);
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in text.split('\u{1}').filter(|block| !block.is_empty()) {
        let (id, names) = block.split_at(40);
        let names = names.split(['\0', '\n']).filter(|name| !name.is_empty());
        paths.entry(id.to_owned()).or_default().extend(names.map(str::to_owned));
    }
    paths
}

fn check(repository: &TestRepository) {
    let read = open(repository);
    let snapshot = read.history(None).unwrap();
    let graph = &snapshot.history.graph;
    let name = |commit| graph.id(commit).to_string();
    let ours: BTreeMap<_, Vec<_>> = graph
        .iter()
        .map(|commit| {
            (name(commit), graph.parents(commit).iter().map(|parent| name(*parent)).collect())
        })
        .collect();
    assert_eq!(ours, parents_by_git(repository));
    for commit in graph.iter() {
        assert!(graph.parents(commit).iter().all(|parent| *parent > commit));
    }
    let details = read.details(&all_ids(&snapshot.history), None).unwrap();
    let expected = paths_by_git(repository);
    for detail in details {
        assert!(detail.paths.is_sorted_by(|one, next| one.as_str() < next.as_str()));
        let ours: BTreeSet<_> = detail.paths.iter().map(ToString::to_string).collect();
        assert_eq!(ours, expected[&detail.id.to_string()], "{}", detail.id);
    }
    let tags = repository.git(&[
        "for-each-ref",
        "--format=%(refname:strip=2) %(objectname) %(*objectname)",
        "refs/tags",
    ]);
    assert_eq!(snapshot.history.tags.len(), tags.lines().count());
    for (tag, line) in snapshot.history.tags.iter().zip(tags.lines()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let commit = words.last().copied().unwrap_or_default();
        assert_eq!((tag.name.as_str(), tag.annotated), (words[0], words.len() == 3));
        assert_eq!(name(tag.commit.unwrap()), commit);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn graph_and_details_equal_what_git_says(steps in prop::collection::vec(step(), 1..60)) {
        let repository = build(&steps);
        check(&repository);
        // The same from git's own commit-graph file and from one pack.
        repository.git(&["repack", "-adq"]);
        repository.git(&["commit-graph", "write", "--reachable", "--no-progress"]);
        check(&repository);
        // Deltas that name their base instead of its place.
        repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=200"]);
        check(&repository);
    }
}
