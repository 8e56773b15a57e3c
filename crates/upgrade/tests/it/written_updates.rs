//! Graphs that are written, made of releases, or meant to do harm.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use camino::Utf8Path;
use proptest::prelude::*;
use trainyard_upgrade::updates::{
    Found, Question, Release, Risk, UpdateGraph, cincinnati,
    lines::{self, Offer},
    load, olm, path,
    rules::{self, Rules},
};

fn offers(names: &[&str]) -> Vec<Offer> {
    let offer = |name: &&str| Offer {
        name: (*name).to_owned(),
        line: name.split('.').take(2).collect::<Vec<_>>().join("."),
        is_final: !name.contains("rc"),
    };
    names.iter().map(offer).collect()
}

fn edges(graph: &UpdateGraph) -> Vec<String> {
    let told = |(from, to, _)| format!("{} -> {}", graph.name(from), graph.name(to));
    graph.edges().map(told).collect()
}

#[test]
fn the_next_line_comes_first() {
    let graph =
        lines::graph(&offers(&["1.0.0", "1.0.1", "1.1.0", "1.2.0rc1", "1.2.0", "1.3.0rc1"]));
    assert_eq!(
        edges(&graph),
        [
            "1.0.0 -> 1.0.1",
            "1.0.0 -> 1.1.0",
            "1.0.1 -> 1.1.0",
            "1.1.0 -> 1.2.0",
            "1.2.0rc1 -> 1.2.0",
        ]
    );
}

#[test]
fn the_newest_release_of_each_line_is_visited() {
    let releases = offers(&["1.0.0", "1.0.9", "1.1.0", "1.1.4", "1.2.0", "1.2.1", "1.3.0rc1"]);
    let way = |from: &str, to: Option<&str>| {
        let graph = lines::between(&releases, from, to).unwrap();
        let to = to.unwrap_or_default().to_owned();
        let answer = path(&graph, &Question { from: from.to_owned(), to, ..Question::default() });
        let updates = answer.path.map(|path| path.updates).unwrap_or_default();
        let reached: Vec<String> = updates.into_iter().map(|update| update.to).collect();
        let blocked =
            answer.alternatives.first().map(|path| path.updates[0].blocked[0].name.clone());
        (reached, blocked)
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let first = Some("line 1.1 comes first".to_owned());
    assert_eq!(way("1.0.0", Some("1.2.0")), (names(&["1.1.4", "1.2.0"]), first));
    assert_eq!(way("1.0.0", None), (names(&["1.1.4", "1.2.1"]), None));
    assert_eq!(way("1.2.0", Some("1.3.0rc1")).0, ["1.3.0rc1"]);
    assert_eq!(way("1.2.1", Some("1.0.0")), (names(&[]), None));
    assert_eq!(lines::between(&releases, "1.0.0", Some("9")), Err("9".to_owned()));
}

#[test]
fn updates_of_one_release_are_bounded() {
    let names: Vec<String> = (0..3_000).map(|patch| format!("1.0.{patch}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let graph = lines::graph(&offers(&names));
    assert!(graph.edges().count() <= 3_000 * 500);
    assert!(graph.edge(0, 2_999).is_some() && graph.edge(0, 1).is_none());
}

#[test]
fn a_whole_graph_follows_the_rules() {
    let text = r#"
versions = ["1.0.0", "1.0.7", "1.1.0", "1.1.3", "1.2.0", "2.0.0-rc.1", "2.0.0"]
lines = "in-turn"
channels.stable = ["1.0.0", "1.1.3", "1.2.0"]
[[blocks]]
to = "1.2.0"
when = "no PostgreSQL"
name = "NeedsPostgreSQL"
reason = "the database is not read"
"#;
    let loaded = load(&[(Utf8Path::new("rules.toml"), text)], "amd64", 0).unwrap();
    let Found::Rules(rules) = loaded.found else { panic!("rules are rules") };
    let (graph, findings) = rules::whole(&rules, &[]).unwrap();
    assert_eq!(findings, []);
    insta::assert_snapshot!(cincinnati::write(&graph));
    assert_eq!(read_again(&graph), cincinnati::sayable(&graph));
}

/// What is written, read again and put in its order.
fn read_again(graph: &UpdateGraph) -> UpdateGraph {
    let (mut again, troubles) = cincinnati::read(&cincinnati::write(graph)).unwrap();
    assert_eq!(troubles, [""; 0]);
    again.put_in_order(&trainyard_version::Scheme::semver());
    again
}

fn within(limit: Duration, what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    assert!(start.elapsed() < limit, "{what} took {:?}", start.elapsed());
}

#[test]
fn hostile_graphs_are_bounded() {
    let long = Duration::from_secs(9);
    within(long, "deep brackets", || {
        for open in ["[", "{\"a\":", "- "] {
            let deep = open.repeat(500_000);
            let rules = format!(
                "{{\"nodes\": [], \"conditionalEdges\": [{{\"edges\": [], \"risks\": [{{\"name\": \"a\", \"matchingRules\": {deep}"
            );
            for (name, text) in [
                ("g.json", rules.as_str()),
                ("g.toml", &deep[..50_000]),
                ("g.yml", &deep[..50_000]),
            ] {
                assert!(load(&[(Utf8Path::new(name), text)], "amd64", 0).is_err());
            }
        }
    });
    within(long, "risks times updates", || {
        let update = r#"{"from": "1.0.0", "to": "1.1.0"}"#;
        let updates = vec![update; 60_000].join(",");
        let risks = vec![r#"{"name": "a", "message": "b"}"#; 60_000].join(",");
        let text = format!(
            r#"{{"nodes": [{{"version": "1.0.0"}}, {{"version": "1.1.0"}}], "conditionalEdges": [{{"edges": [{updates}], "risks": [{risks}]}}]}}"#
        );
        let (graph, troubles) = cincinnati::read(&text).unwrap();
        assert_eq!(troubles, ["there are more risks than can be kept apart"]);
        let name = &graph.edge(0, 1).unwrap().risks[0].name;
        assert_eq!(name, "too many risks");
    });
    within(long, "a circle of 30,000 releases", || {
        let mut nodes = String::new();
        let mut edges = String::new();
        for place in 0..30_000 {
            _ = write!(nodes, r#"{{"version": "1.{place}.0"}},"#);
            _ = write!(edges, "[{place}, {}],", (place + 1) % 30_000);
        }
        let (nodes, edges) = (nodes.trim_end_matches(','), edges.trim_end_matches(','));
        let text = format!(r#"{{"nodes": [{nodes}], "edges": [{edges}]}}"#);
        let (graph, _) = cincinnati::read(&text).unwrap();
        let question = Question { from: "1.1.0".into(), to: "1.0.0".into(), ..Question::default() };
        assert_eq!(path(&graph, &question).path.unwrap().updates.len(), 29_999);
    });
    within(long, "ranges of a large channel", || {
        let entry = |patch: usize| olm::Entry {
            name: format!("o.v1.0.{patch}"),
            skip_range: "<0.1.0".to_owned(),
            ..olm::Entry::default()
        };
        let entries = (0..2_500).map(entry).collect();
        let channel = olm::Channel { package: "o".into(), name: "c".into(), entries };
        let findings = channel.add_to(&mut UpdateGraph::default());
        assert!(findings.iter().any(|finding| finding.message.contains("too large")));
    });
    within(long, "more rules than can be weighed", || {
        let versions: Vec<String> = (0..1_500).map(|minor| format!("1.{minor}.0")).collect();
        let stops = vec![rules::Stop { at: "1.7".to_owned(), ..rules::Stop::default() }; 5_000];
        let rules = Rules { stops, ..Rules::default() };
        assert!(rules::whole(&rules, &versions).is_err());
        assert!(rules::graph(&rules, &versions, "1.0.0", "1.1499.0").is_err());
    });
}

proptest! {
    /// Writing keeps all that the format can say, and reading gives it back.
    #[test]
    fn what_is_written_is_read_again(
        edges in prop::collection::vec((0usize..7, 0usize..7, 0u8..5, "[a-z ]{0,6}"), 0..30),
        channels in prop::collection::vec("[a-z]{1,4}(-[0-9][.][0-9])?(,b)?", 0..7),
    ) {
        let mut graph = UpdateGraph::default();
        for minor in 0..7 {
            let offered = channels.iter().skip(minor).take(2).cloned().collect();
            graph.add(Release {
                name: format!("1.{minor}.0"),
                payload: format!("sha256:{minor}"),
                channels: offered,
                ..Release::default()
            });
        }
        for (from, to, kind, words) in edges {
            let Some(edge) = graph.allow(from, to) else { continue };
            let risk = Risk { name: words.clone(), message: words.clone(), ..Risk::default() };
            match kind {
                0 => edge.blocked.push(risk),
                1 => edge.risks.push(Risk { rules: words, fixed_in: "1.9.0".into(), ..risk }),
                2 => edge.risks.push(Risk {
                    rules: r#"[{"promql": {"promql": "up == 1"}, "type": "PromQL"}]"#.into(),
                    ..risk
                }),
                _ => {}
            }
        }
        graph.put_in_order(&trainyard_version::Scheme::semver());
        let said = cincinnati::sayable(&graph);
        prop_assert_eq!(&read_again(&graph), &said);
        prop_assert_eq!(&cincinnati::sayable(&said), &said);
        prop_assert_eq!(cincinnati::write(&read_again(&graph)), cincinnati::write(&graph));
    }
}
