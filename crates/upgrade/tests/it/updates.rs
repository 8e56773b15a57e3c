//! Ways from release to release.

use camino::Utf8Path;
use proptest::prelude::*;
use serde_json::json;
use trainyard_upgrade::updates::{
    Found, Question, Release, Risk, Rollout, UpdateGraph, along, bucket, cincinnati, load,
    nextcloud, olm, openshift, path, rules,
};

fn graph(names: &[&str], edges: &[(&str, &str)]) -> UpdateGraph {
    let mut graph = UpdateGraph::default();
    for name in names {
        graph.add(Release { name: (*name).to_owned(), ..Release::default() });
    }
    for (from, to) in edges {
        let (from, to) = (graph.find(from).unwrap(), graph.find(to).unwrap());
        graph.allow(from, to).unwrap();
    }
    graph.put_in_order(&trainyard_version::Scheme::semver());
    graph
}

fn risk(name: &str) -> Risk {
    Risk { name: name.to_owned(), message: "it hurts".to_owned(), ..Risk::default() }
}

fn with_risk(graph: &mut UpdateGraph, from: &str, to: &str) {
    let (from, to) = (graph.find(from).unwrap(), graph.find(to).unwrap());
    graph.allow(from, to).unwrap().risks.push(risk("Slow"));
}

fn ask(from: &str, to: &str) -> Question {
    Question { from: from.to_owned(), to: to.to_owned(), ..Question::default() }
}

fn way(graph: &UpdateGraph, question: &Question) -> Vec<String> {
    let updates = path(graph, question).path.map(|path| path.updates).unwrap_or_default();
    updates.into_iter().map(|update| update.to).collect()
}

#[test]
fn of_two_short_ways_that_through_the_newer_release_is_taken() {
    let graph = graph(
        &["1.0.0", "1.0.9", "1.0.10", "1.1.0"],
        &[("1.0.0", "1.0.9"), ("1.0.0", "1.0.10"), ("1.0.9", "1.1.0"), ("1.0.10", "1.1.0")],
    );
    assert_eq!(way(&graph, &ask("1.0.0", "1.1.0")), ["1.0.10", "1.1.0"]);
}

#[test]
fn a_safe_way_comes_before_a_shorter_one_with_risks() {
    let names = ["1.0.0", "1.0.1", "1.1.0"];
    let mut graph = graph(&names, &[("1.0.0", "1.0.1"), ("1.0.1", "1.1.0"), ("1.0.0", "1.1.0")]);
    with_risk(&mut graph, "1.0.0", "1.1.0");
    let answer = path(&graph, &ask("1.0.0", "1.1.0"));
    assert_eq!(answer.path.as_ref().unwrap().updates.len(), 2);
    assert_eq!(answer.alternatives.len(), 1);
    assert_eq!(answer.alternatives[0].updates[0].risks, [risk("Slow")]);
    let accepting = Question { accepted: ["Slow".to_owned()].into(), ..ask("1.0.0", "1.1.0") };
    assert_eq!(way(&graph, &accepting), ["1.1.0"]);
}

#[test]
fn where_no_way_is_safe_the_one_with_the_fewest_risks_is_told() {
    let names = ["1.0.0", "1.1.0", "1.2.0", "2.0.0"];
    let mut graph = graph(&names, &[("1.0.0", "1.1.0"), ("1.1.0", "1.2.0")]);
    with_risk(&mut graph, "1.2.0", "2.0.0");
    let answer = path(&graph, &ask("1.0.0", "2.0.0"));
    let path = answer.path.unwrap();
    assert!(path.is_allowed && !path.is_safe);
    assert_eq!(path.updates.len(), 3);
}

#[test]
fn what_blocks_is_named_and_what_can_be_reached() {
    let names = ["1.0.0", "1.1.0", "2.0.0"];
    let mut graph = graph(&names, &[("1.0.0", "1.1.0"), ("1.1.0", "2.0.0")]);
    let (from, to) = (graph.find("1.1.0").unwrap(), graph.find("2.0.0").unwrap());
    graph.allow(from, to).unwrap().blocked.push(risk("Lost volumes"));
    let answer = path(&graph, &ask("1.0.0", "2.0.0"));
    assert_eq!(answer.path, None);
    assert_eq!(answer.no_path.unwrap().furthest.as_deref(), Some("1.1.0"));
    assert_eq!(answer.alternatives[0].updates[1].blocked, [risk("Lost volumes")]);
}

#[test]
fn only_what_the_channel_offers_is_visited() {
    let mut graph = graph(
        &["1.0.0", "1.0.1", "1.0.2", "1.1.0"],
        &[("1.0.0", "1.0.2"), ("1.0.2", "1.1.0"), ("1.0.0", "1.0.1"), ("1.0.1", "1.1.0")],
    );
    for name in ["1.0.1", "1.1.0"] {
        let release = graph.release(graph.find(name).unwrap()).unwrap().clone();
        let channels = ["stable".to_owned()].into();
        graph.add(Release { channels, ..release });
    }
    let question = Question { channel: Some("stable".to_owned()), ..ask("1.0.0", "1.1.0") };
    assert_eq!(way(&graph, &question), ["1.0.1", "1.1.0"]);
    let answer =
        path(&graph, &Question { channel: Some("stable".to_owned()), ..ask("1.0.0", "1.0.2") });
    assert_eq!(answer.no_path.unwrap().why, "channel stable does not offer 1.0.2");
    let newest = Question { channel: Some("stable".to_owned()), ..ask("1.0.0", "") };
    assert_eq!(path(&graph, &newest).to, "1.1.0");
}

fn by_rules(text: &str, from: &str, to: &str) -> (Vec<String>, Vec<String>) {
    let loaded = load(&[(Utf8Path::new("rules.toml"), text)], "amd64", 0).unwrap();
    let Found::Rules(rules) = loaded.found else { panic!("rules are rules") };
    let (graph, findings) = rules::graph(&rules, &[], from, to).unwrap();
    let told = findings.iter().map(|finding| finding.message.clone()).collect();
    (way(&graph, &ask(from, to)), told)
}

const VERSIONS: &str =
    r#"versions = ["1.0.0", "1.0.7", "1.1.0", "1.1.3", "1.2.0", "1.2.1", "2.0.0-rc.1", "2.0.0"]"#;

#[test]
fn stops_are_made_at_the_newest_release_of_their_line() {
    let rules = format!("{VERSIONS}\n[[stops]]\nat = \"1.1\"\n");
    assert_eq!(by_rules(&rules, "1.0.0", "2.0.0").0, ["1.1.3", "2.0.0"]);
    // Who stands on the line of a stop goes to its end first.
    assert_eq!(by_rules(&rules, "1.1.0", "2.0.0").0, ["1.1.3", "2.0.0"]);
    assert_eq!(by_rules(&rules, "1.1.3", "2.0.0").0, ["2.0.0"]);
    let exact = format!("{VERSIONS}\n[[stops]]\nat = \"1.1.0\"\n");
    assert_eq!(by_rules(&exact, "1.0.0", "2.0.0").0, ["1.1.0", "2.0.0"]);
}

#[test]
fn lines_are_visited_in_turn_where_the_rules_say_so() {
    let rules = format!("{VERSIONS}\nlines = \"in-turn\"\n");
    assert_eq!(by_rules(&rules, "1.0.0", "2.0.0").0, ["1.1.3", "1.2.1", "2.0.0"]);
}

#[test]
fn minimum_versions_and_blocks_are_kept() {
    let rules = format!(
        "{VERSIONS}\n[[minimum]]\nto = \">=2.0.0\"\nfrom = \"1.2.1\"\n[[blocks]]\nto = \"1.2.1\"\nfrom = \"<1.1.0\"\n"
    );
    assert_eq!(by_rules(&rules, "1.0.0", "2.0.0").0, ["1.1.3", "1.2.1", "2.0.0"]);
}

#[test]
fn rules_that_cannot_be_read_hold_for_all() {
    let rules = format!("{VERSIONS}\n[[blocks]]\nto = \"about two\"\n");
    let (way, told) = by_rules(&rules, "1.0.0", "2.0.0");
    assert_eq!(way, [""; 0]);
    assert_eq!(told, ["`about two` is no range, so the rule holds for all"]);
}

#[test]
fn stops_foreseen_by_a_schedule_count_as_those_that_are_known() {
    let schedule = rules::Schedule { from: (3, 4), minors: vec![1, 4] };
    assert_eq!(rules::around(&[(3, 0)], &schedule, (3, 2)), (Some((3, 0)), Some((3, 4))));
    assert_eq!(rules::around(&[], &schedule, (4, 0)), (Some((3, 4)), Some((4, 1))));
    assert_eq!(rules::around(&[], &rules::Schedule::default(), (0, 0)), (None, None));
}

const CINCINNATI: &str = r#"{
  "nodes": [{"version": "1.0.0"}, {"version": "1.1.0", "metadata": {"io.openshift.upgrades.graph.release.channels": "fast-1.1,stable-1.1"}}, {"version": "1.2.0"}],
  "edges": [[0, 1], [7, 1]],
  "conditionalEdges": [{"edges": [{"from": "1.1.0", "to": "1.2.0"}, {"from": "9", "to": "1.2.0"}], "risks": [{"name": "Slow", "matchingRules": [{"type": "Always"}]}]}]
}"#;

#[test]
fn an_update_servers_document_is_read_and_written() {
    let (graph, troubles) = cincinnati::read(CINCINNATI).unwrap();
    insta::assert_snapshot!(cincinnati::write(&graph));
    assert_eq!(
        troubles,
        [
            "the edge from node 7 to node 1 has no two ends",
            "the update 9 -> 1.2.0 is between unknown releases"
        ]
    );
    let (again, _) = cincinnati::read(&cincinnati::write(&graph)).unwrap();
    assert_eq!(cincinnati::write(&again), cincinnati::write(&graph));
    assert!(cincinnati::read("[]").is_err());
}

#[test]
fn graph_data_labels_and_blocks() {
    let base = r#"{"nodes": [{"version": "4.1.0+amd64"}, {"version": "4.1.1+amd64"}, {"version": "4.2.0+amd64"}], "edges": [[0, 1], [0, 2], [1, 2]]}"#;
    let files = [
        (Utf8Path::new("graph.json"), base),
        (
            Utf8Path::new("channels/stable-4.2.yaml"),
            "name: stable-4.2\nversions:\n- 4.1.1\n- 4.2.0\n",
        ),
        (Utf8Path::new("blocked-edges/4.2.0.yaml"), "to: 4.2.0\nfrom: 4[.]1[.]0[+]amd64\n"),
        (
            Utf8Path::new("blocked-edges/4.2.0-slow.yaml"),
            "to: 4.2.0\nfrom: .*\nname: Slow\nmessage: slow\nmatchingRules:\n- type: Always\n",
        ),
        (Utf8Path::new("blocked-edges/4.1.1.yaml"), "to: 4.1.1\nfrom: '4[.'\n"),
        (Utf8Path::new("channels/broken.yaml"), "name: ["),
    ];
    let loaded = load(&files, "amd64", 0).unwrap();
    let Found::Graph(graph) = loaded.found else { panic!("a graph is a graph") };
    let edge = |from: &str, to: &str| {
        let edge = graph.edge(graph.find(from).unwrap(), graph.find(to).unwrap()).unwrap();
        (edge.blocked.len(), edge.risks.len())
    };
    assert_eq!(edge("4.1.0+amd64", "4.2.0+amd64"), (1, 1));
    assert_eq!(edge("4.1.1+amd64", "4.2.0+amd64"), (0, 1));
    // A block that cannot be read holds for everybody.
    assert_eq!(edge("4.1.0+amd64", "4.1.1+amd64"), (1, 0));
    let release = graph.release(graph.find("4.2.0+amd64").unwrap()).unwrap();
    assert_eq!(cincinnati::channel_label(release), "stable-4.2");
    assert_eq!(loaded.findings.len(), 2, "{:?}", loaded.findings);
    assert!(!openshift::wants(Utf8Path::new("README.md")));
}

fn entry(name: &str, replaces: &str) -> olm::Entry {
    olm::Entry { name: name.to_owned(), replaces: replaces.to_owned(), ..olm::Entry::default() }
}

fn channel(entries: Vec<olm::Entry>) -> olm::Channel {
    olm::Channel { package: "operator".to_owned(), name: "stable".to_owned(), entries }
}

fn complaints(channel: &olm::Channel) -> Vec<String> {
    channel.check().into_iter().map(|one| format!("{} {}", one.code, one.message)).collect()
}

#[test]
fn channels_have_one_head_that_all_can_reach() {
    let chain =
        vec![entry("o.v1.0.0", ""), entry("o.v1.1.0", "o.v1.0.0"), entry("o.v1.2.0", "o.v1.1.0")];
    let good = channel(chain.clone());
    assert_eq!(good.heads(), ["o.v1.2.0"]);
    assert_eq!(complaints(&good), [""; 0]);
    let two = channel([chain.clone(), vec![entry("o.v2.0.0", "")]].concat());
    assert_eq!(complaints(&two), ["TY0812 stable has 2 heads: o.v1.2.0, o.v2.0.0"]);
    let circle = channel(vec![entry("a", "b"), entry("b", "a")]);
    assert_eq!(
        complaints(&circle),
        ["TY0812 stable has no head: its entries replace each other in a circle"]
    );
    // Skips are not passed on: 1.0.0 could only go to 1.1.0, which 1.2.0 skips and nobody may leave.
    let skipping = olm::Entry { skips: vec!["o.v1.1.0".to_owned()], ..entry("o.v1.2.0", "") };
    let passed = channel(vec![chain[0].clone(), chain[1].clone(), skipping]);
    assert_eq!(complaints(&passed), [""; 0]);
    let range = olm::Entry { skip_range: ">=1.0.0 <1.2.0".to_owned(), ..entry("o.v1.2.0", "") };
    let ranged = channel(vec![entry("o.v1.0.0", "o.v1.1.0"), entry("o.v1.1.0", "o.v1.0.0"), range]);
    assert_eq!(complaints(&ranged), [""; 0]);
    let stranded = channel(vec![
        entry("o.v1.0.0", "o.v1.1.0"),
        entry("o.v1.1.0", "o.v1.0.0"),
        entry("o.v2.0.0", ""),
    ]);
    assert_eq!(
        complaints(&stranded),
        [
            "TY0813 o.v1.0.0: no update leads from here to o.v2.0.0",
            "TY0813 o.v1.1.0: no update leads from here to o.v2.0.0"
        ]
    );
}

#[test]
fn catalogues_are_read_in_both_forms() {
    let yaml = "---\nschema: olm.package\nname: o\n---\nschema: olm.channel\npackage: o\nname: stable\nentries:\n- name: o.v1.0.0\n- name: o.v1.1.0\n  replaces: o.v1.0.0\n  skipRange: '<1.1.0'\n";
    let json = r#"{"schema": "olm.channel", "package": "o", "name": "stable", "entries": [{"name": "o.v1.0.0"}, {"name": "o.v1.1.0", "replaces": "o.v1.0.0", "skipRange": "<1.1.0"}]}{"schema": "olm.bundle"}"#;
    assert_eq!(olm::read(yaml).unwrap(), olm::read(json).unwrap());
    assert_eq!(olm::read(yaml).unwrap()[0].heads(), ["o.v1.1.0"]);
    assert!(olm::read("{").is_err());
}

#[test]
fn shares_of_installations_get_what_they_can_run() {
    let rule = |version: &str, php: &str| json!({"internalVersion": version, "downloadUrl": version, "web": "w", "eol": false, "minPHPVersion": php});
    let configuration = json!({"stable": {
        "3": {"30": rule("4.0.1.0", "8.0"), "100": rule("4.0.0.0", "8.0"), "101": rule("3.9.9.0", "7.0")},
        "3.2.1": {"100": rule("3.2.2.0", "7.0")},
    }});
    let offer = |version: &str, php: &str, mtime: &str| {
        let request = nextcloud::Request {
            channel: "stable".to_owned(),
            version: version.to_owned(),
            php: php.to_owned(),
            mtime: mtime.to_owned(),
            build: String::new(),
        };
        nextcloud::answer(&configuration, &request, "2026-01-01").map(|offer| offer.version)
    };
    assert_eq!(offer("3.0.0.0", "8.1.0", "1600000030").as_deref(), Some("4.0.1.0"));
    assert_eq!(offer("3.0.0.0", "8.1.0", "1600000031").as_deref(), Some("4.0.0.0"));
    assert_eq!(offer("3.0.0.0", "7.4.0", "1600000031").as_deref(), Some("3.9.9.0"));
    assert_eq!(offer("3.2.1.0", "8.1.0", "").as_deref(), Some("3.2.2.0"));
    assert_eq!(offer("5.0.0.0", "8.1.0", ""), None);
}

#[test]
fn a_rollout_reaches_everybody_in_time() {
    let rollout = Rollout { start_epoch: 1_000, start_share: 0.1, duration_minutes: Some(60) };
    assert!(!rollout.is_offered(0.0, 999) || rollout.share(999) == 0.0);
    assert!((rollout.share(1_000) - 0.1).abs() < 1e-9);
    assert!((rollout.share(1_000 + 1_800) - 0.55).abs() < 1e-9);
    assert!(rollout.is_offered(1.0, 1_000 + 3_600));
    let paused = Rollout { duration_minutes: None, ..rollout };
    assert!((paused.share(i64::MAX) - 0.1).abs() < 1e-9);
}

#[test]
fn installations_are_spread_evenly() {
    let mut counts = [0usize; 100];
    for installation in 0..20_000 {
        counts[usize::from(bucket(&installation.to_string(), "1.2.0"))] += 1;
    }
    assert!(counts.iter().all(|count| (120..280).contains(count)), "{counts:?}");
}

proptest! {
    /// The answer is the shortest one that a plain search finds, and uses nothing that is blocked.
    #[test]
    fn ways_are_shortest_and_allowed(
        edges in prop::collection::vec((0usize..9, 0usize..9, 0u8..4), 0..40),
        ends in (0usize..9, 0usize..9),
    ) {
        let names: Vec<String> = (0..9).map(|minor| format!("1.{minor}.0")).collect();
        let mut graph = UpdateGraph::default();
        for name in &names {
            graph.add(Release { name: name.clone(), ..Release::default() });
        }
        for (from, to, kind) in &edges {
            if let Some(edge) = graph.allow(*from, *to) {
                match kind {
                    0 => edge.blocked.push(risk("blocked")),
                    1 => edge.risks.push(risk("risky")),
                    _ => {}
                }
            }
        }
        let answer = path(&graph, &ask(&names[ends.0], &names[ends.1]));
        let mut reached = [usize::MAX; 9];
        reached[ends.0] = 0;
        for _ in 0..9 {
            for (from, to, edge) in graph.edges() {
                if edge.blocked.is_empty() && edge.risks.is_empty() && reached[from] != usize::MAX {
                    reached[to] = reached[to].min(reached[from] + 1);
                }
            }
        }
        match answer.path {
            Some(path) if path.is_safe => prop_assert_eq!(path.updates.len(), reached[ends.1]),
            Some(path) => {
                prop_assert_eq!(reached[ends.1], usize::MAX);
                prop_assert!(path.updates.iter().all(|update| update.blocked.is_empty()));
            }
            None => prop_assert!(answer.no_path.is_some()),
        }
    }

    /// No text makes a reader panic.
    #[test]
    fn readers_take_any_text(text in "[-{}\\[\\]:,\"a-z0-9.\n =<>]{0,200}", kind in 0usize..4) {
        let name = ["g.json", "g.toml", "g.yml", "g.yaml"][kind];
        _ = load(&[(Utf8Path::new(name), &text)], "amd64", 0);
        _ = olm::read(&text);
    }
}

#[test]
fn the_newest_is_without_a_known_risk_and_what_is_newer_is_told() {
    let (graph, _) = cincinnati::read(CINCINNATI).unwrap();
    let ask = |to: &str, accepted: &[&str]| {
        let question = Question {
            from: "1.0.0".to_owned(),
            to: to.to_owned(),
            channel: None,
            accepted: accepted.iter().map(|name| (*name).to_owned()).collect(),
        };
        path(&graph, &question)
    };
    let newest = ask("", &[]);
    assert_eq!(newest.to, "1.1.0");
    let newer = newest.newer.unwrap();
    assert!(!newer.is_safe && newer.updates.last().unwrap().to == "1.2.0", "{newer:?}");
    assert_eq!(newer.updates.last().unwrap().risks[0].sentence(), "Slow");
    let accepting = ask("", &["Slow"]);
    assert_eq!((accepting.to.as_str(), accepting.newer), ("1.2.0", None));
    assert_eq!(ask("1.1.0", &[]).newer, None);
    let names = ["1.0.0", "1.1.0", "1.2.0"];
    assert_eq!(along(&graph, &names), ask("1.2.0", &[]).path);
    assert_eq!(along(&graph, &["1.0.0", "1.2.0"]), None);
}
