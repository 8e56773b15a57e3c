//! Reads real repositories that the real git made.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cached;
mod damage;
mod differential;
mod kinds;
mod large;
mod merging;
mod patches;
mod reads;
mod references;
mod untouched;

use camino::Utf8Path;
use trainyard_git::{Repository, Snapshot};
use trainyard_history::{CommitDetail, CommitId, History};
use trainyard_testkit::TestRepository;

fn open(repository: &TestRepository) -> Repository {
    Repository::discover(repository.path()).unwrap()
}

fn snapshot_at(path: &Utf8Path) -> Snapshot {
    Repository::discover(path).unwrap().history(None).unwrap()
}

fn snapshot(repository: &TestRepository) -> Snapshot {
    snapshot_at(repository.path())
}

fn id(hex: &str) -> CommitId {
    hex.parse().unwrap()
}

fn all_ids(history: &History) -> Vec<CommitId> {
    history.graph.iter().map(|commit| history.graph.id(commit)).collect()
}

fn detail(repository: &TestRepository, hex: &str) -> CommitDetail {
    open(repository).details(&[id(hex)], None).unwrap().remove(0)
}

fn paths(detail: &CommitDetail) -> Vec<&str> {
    detail.paths.iter().map(|path| path.as_str()).collect()
}

/// A text of all names, for comparing by eye: `main=3 v1.0=1*` with the number of commits behind each.
fn names(snapshot: &Snapshot) -> String {
    let history = &snapshot.history;
    let reach = |commit| history.graph.ancestors([commit]).len();
    let branches = history.branches.iter().map(|branch| {
        let remote = branch.remote.as_ref().map_or_else(String::new, |remote| format!("{remote}/"));
        format!("{remote}{}={}", branch.name, reach(branch.tip))
    });
    let tags = history.tags.iter().map(|tag| {
        let mark = if tag.annotated { "*" } else { "" };
        format!("{}={}{mark}", tag.name, tag.commit.map_or(0, reach))
    });
    let head = history.head.iter().map(|head| {
        format!("HEAD:{}={}", head.branch.as_deref().unwrap_or("detached"), reach(head.commit))
    });
    branches.chain(tags).chain(head).collect::<Vec<_>>().join(" ")
}
