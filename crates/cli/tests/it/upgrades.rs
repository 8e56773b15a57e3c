//! Ways from release to release, as users ask for them.

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

const GRAPH: &str = r#"{"nodes": [
  {"version": "1.0.0"},
  {"version": "1.0.1", "metadata": {"io.openshift.upgrades.graph.release.channels": "stable"}},
  {"version": "1.1.0", "metadata": {"io.openshift.upgrades.graph.release.channels": "stable"}},
  {"version": "2.0.0"}],
 "edges": [[0, 1], [1, 2]],
 "conditionalEdges": [{"edges": [{"from": "1.0.0", "to": "1.1.0"}, {"from": "1.1.0", "to": "2.0.0"}],
   "risks": [{"name": "SlowStart", "message": "Starts slowly.", "url": "https://example.org/1", "matchingRules": [{"type": "Always"}]}]}]}"#;

const STOPS: &str =
    "- major: 1\n  minor: 1\n  comments: |\n    long migrations\n- major: 1\n  minor: 3\n";

fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn ask(folder: &tempfile::TempDir, arguments: &[&str]) -> Run {
    let root = Utf8Path::from_path(folder.path()).unwrap();
    trainyard(root, &[&["upgrade", "path"], arguments].concat())
}

#[test]
fn a_way_is_found_in_a_servers_document() {
    let folder = with(&[("graph.json", GRAPH)]);
    let ask = |arguments: &[&str]| {
        ask(&folder, &[arguments, &["--graph", "graph.json"]].concat()).transcript()
    };
    insta::assert_snapshot!(
        [
            ask(&["1.0.0", "1.1.0"]),
            ask(&["1.0.0", "2.0.0"]),
            ask(&["1.0.0", "2.0.0", "--accept", "SlowStart", "--format", "markdown"]),
            ask(&["1.0.0", "2.0.0", "--channel", "stable"]),
            ask(&["1.0.0", "newest", "--channel", "stable"]),
            ask(&["2.0.0", "1.0.0"]),
            ask(&["1.0.0", "3.0.0"]),
            ask(&["1.0.0", "1.1.0", "--channel", "stabel"]),
        ]
        .join("\n")
    );
}

#[test]
fn stops_are_made_among_the_releases_of_the_repository() {
    let repository = TestRepository::new();
    for tag in ["v1.0.0", "v1.1.0", "v1.1.4", "v1.2.0", "v1.3.2", "v1.4.0"] {
        repository.commit(&format!("feat: {tag}"), &[("file.txt", tag)]);
        repository.tag(tag);
    }
    repository.write(&[("upgrade_path.yml", STOPS)]);
    let run = trainyard(
        repository.path(),
        &["upgrade", "path", "1.0.0", "newest", "--graph", "upgrade_path.yml"],
    );
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn graph_data_is_read_from_a_folder() {
    let folder = with(&[
        (
            "data/graph.json",
            r#"{"nodes": [{"version": "1.0.0"}, {"version": "1.1.0"}], "edges": [[0, 1]]}"#,
        ),
        ("data/channels/stable.yaml", "name: stable\nversions: [1.1.0]\n"),
        ("data/blocked-edges/1.1.0.yaml", "to: 1.1.0\nfrom: .*\n"),
    ]);
    let run = ask(&folder, &["1.0.0", "1.1.0", "--graph", "data"]);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn what_is_no_graph_is_refused() {
    let folder =
        with(&[("a.json", "{}"), ("b.toml", "lines = 7"), ("c.yml", "- 1"), ("d/README.md", "")]);
    for graph in ["a.json", "b.toml", "c.yml", "d", "nowhere.json"] {
        let run = ask(&folder, &["1.0.0", "1.1.0", "--graph", graph]);
        assert!(run.code >= 2 && run.stderr.starts_with("error"), "{graph}: {}", run.transcript());
    }
}

/// A product with lines, and a tag that is no release of it.
fn with_lines() -> TestRepository {
    let repository = TestRepository::new();
    for tag in ["v1.0.0", "v1.0.3", "v1.1.0", "v1.1.4", "v1.2.0", "v2.0.0-rc.1", "nightly"] {
        repository.commit(&format!("feat: {tag}"), &[("file.txt", tag)]);
        repository.tag(tag);
    }
    repository
}

#[test]
fn without_a_graph_the_lines_of_the_repository_are_taken_in_turn() {
    let repository = with_lines();
    let ask = |arguments: &[&str]| {
        trainyard(repository.path(), &[&["upgrade", "path"], arguments].concat()).transcript()
    };
    insta::assert_snapshot!(
        [
            ask(&["1.0.0", "1.2.0"]),
            ask(&["v1.0.0", "newest"]),
            ask(&["1.2.0", "2.0.0-rc.1"]),
            ask(&["1.2.0", "1.0.0"]),
            ask(&["1.0.0", "1.1"]),
            ask(&["1.0.0", "1.2.0", "--component", "web"]),
        ]
        .join("\n")
    );
}

#[test]
fn graphs_are_written_in_every_form() {
    let repository = with_lines();
    let ask = |arguments: &[&str]| {
        trainyard(repository.path(), &[&["upgrade", "graph"], arguments].concat())
    };
    let text = ask(&[]).transcript();
    let json = ask(&["--format", "json"]).transcript();
    insta::assert_snapshot!([text, json].join("\n"));
    let svg = ask(&["--format", "svg"]);
    assert!(svg.code == 0 && svg.stdout.starts_with("<svg"), "{}", svg.transcript());
    // What is written is a graph that gives the same again.
    let written = ask(&["--format", "cincinnati"]).stdout;
    repository.write(&[("graph.json", &written)]);
    assert_eq!(ask(&["--graph", "graph.json", "--format", "cincinnati"]).stdout, written);
    let folder = with(&[("graph.json", GRAPH)]);
    let root = Utf8Path::from_path(folder.path()).unwrap();
    let arguments = ["upgrade", "graph", "--graph", "graph.json", "--channel", "stable"];
    insta::assert_snapshot!("a_channel_alone", trainyard(root, &arguments).transcript());
}

#[test]
fn a_rollout_reaches_installations_in_their_turn() {
    let rules = "versions = [\"1.0.0\", \"1.1.0\"]\n[[rollouts]]\nto = \">=1.1.0\"\n\
        start = 2026-11-20T08:00:00Z\npercent = 10\nhours = 48\n";
    let folder = with(&[("rules.toml", rules)]);
    let question = ["1.0.0", "1.1.0", "--graph", "rules.toml", "--now", "2026-11-21T08:00:00Z"];
    let ask = |who: &[&str]| ask(&folder, &[&question[..], who].concat()).transcript();
    insta::assert_snapshot!(
        [
            ask(&[]),
            ask(&["--wariness", "0.5"]),
            ask(&["--wariness", "0.9"]),
            ask(&["--wariness", "2"]),
            ask(&["--client-id", "host-1"]),
        ]
        .join("\n")
    );
}

#[test]
fn what_waits_for_a_channel_is_told() {
    let folder = with(&[
        (
            "data/graph.json",
            r#"{"nodes": [{"version": "1.0.0"}, {"version": "1.1.0"}], "edges": [[0, 1]]}"#,
        ),
        ("data/channels/fast.yaml", "name: fast\nversions: [1.1.0]\n"),
        (
            "data/channels/stable.yaml",
            "name: stable\nversions: [1.0.0]\nfeeder: {name: fast, delay: P1W}\n",
        ),
    ]);
    let run = ask(&folder, &["1.0.0", "1.1.0", "--graph", "data", "--channel", "stable"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("it waits in fast, which hands releases on after P1W"),
        "{}",
        run.transcript()
    );
}
