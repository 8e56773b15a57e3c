//! Releases that reach a share of installations first, channels that are fed by others, and graph data that is too much.

use std::collections::BTreeMap;

use camino::Utf8Path;
use proptest::prelude::*;
use serde_json::{Value, json};
use trainyard_testkit::{Effort, Tally, case_text};
use trainyard_upgrade::updates::{
    Answer, Found, Installation, Question, Release, Rollout, UpdateGraph, WholeGraph, cincinnati,
    load, offer, openshift, path, rules,
    time::{epoch, shown},
};

const GRAPH: &str = r#"{"nodes": [
  {"version": "1.0.0"},
  {"version": "1.1.0", "metadata": {
    "org.fedoraproject.coreos.updates.start_epoch": "1000",
    "org.fedoraproject.coreos.updates.start_value": "0.25",
    "org.fedoraproject.coreos.updates.duration_minutes": "75"}}],
 "edges": [[0, 1]]}"#;

fn asked(installation: &Installation, now: i64) -> Answer {
    let (mut graph, _) = cincinnati::read(GRAPH).unwrap();
    offer(&mut graph, installation, now);
    let question =
        Question { from: "1.0.0".to_owned(), to: "1.1.0".to_owned(), ..Question::default() };
    path(&graph, &question)
}

fn wary(wariness: f64) -> Installation {
    Installation { wariness: Some(wariness), ..Installation::default() }
}

#[test]
fn an_installation_is_offered_a_release_in_its_turn() {
    assert!(asked(&wary(0.25), 1_000).path.is_some());
    assert!(asked(&wary(0.0), 999).path.is_none(), "nobody comes before it begins");
    let answer = asked(&wary(0.5), 1_000);
    assert!(answer.path.is_none());
    let blocked = &answer.alternatives[0].updates[0].blocked[0];
    assert_eq!(
        (blocked.name.as_str(), blocked.message.as_str()),
        (
            "rollout",
            "offered to 25 % of installations now, and this installation's turn comes at 1970-01-01 00:41 UTC"
        )
    );
    // A third of the rest is a third of the time.
    assert!(asked(&wary(0.5), 1_000 + 1_500).path.is_some());
    assert!(asked(&wary(0.5), 1_000 + 1_499).path.is_none());
    assert!(asked(&wary(1.0), 1_000 + 75 * 60).path.unwrap().is_safe);
}

#[test]
fn who_does_not_say_who_it_is_gets_a_risk() {
    let risky = asked(&Installation::default(), 1_000).path.unwrap();
    assert!(!risky.is_safe && risky.is_allowed);
    assert_eq!(risky.updates[0].risks[0].message, "offered to 25 % of installations now");
    assert!(asked(&Installation::default(), 1_000 + 75 * 60).path.unwrap().is_safe);
}

#[test]
fn an_id_stands_for_a_place_among_all() {
    let offered = |now: i64| {
        let of = |id: i32| Installation { id: Some(format!("host-{id}")), wariness: None };
        (0..2_000).filter(|id| asked(&of(*id), now).path.is_some()).count()
    };
    let counts = [offered(1_000), offered(1_000 + 1_500), offered(1_000 + 75 * 60)];
    assert!((400..600).contains(&counts[0]), "{counts:?}");
    assert!((900..1_100).contains(&counts[1]), "{counts:?}");
    assert_eq!(counts[2], 2_000);
}

#[test]
fn rules_say_rollouts_too() {
    let text = "versions = [\"1.0.0\", \"1.1.0\"]\n[[rollouts]]\nto = \">=1.1.0\"\n\
        start = 2026-11-20T08:00:00Z\npercent = 10\nhours = 48\n\
        [[rollouts]]\nto = \"what?\"\nstart = 2026-11-20\n";
    let loaded = load(&[(Utf8Path::new("rules.toml"), text)], "amd64", 0).unwrap();
    let Found::Rules(rules) = loaded.found else { panic!("no rules") };
    let (mut graph, findings) = rules::graph(&rules, &[], "1.0.0", "1.1.0").unwrap();
    assert_eq!(findings[0].message, "the rollout of `what?` says no range or no time");
    let rollout = Rollout::of(&graph.release(1).unwrap().metadata).unwrap();
    assert_eq!(rollout.start_epoch, epoch("2026-11-20T08:00:00Z").unwrap());
    assert_eq!((rollout.start_share, rollout.duration_minutes), (0.1, Some(48 * 60)));
    // What update servers speak keeps it.
    let (again, _) = cincinnati::read(&cincinnati::write(&graph)).unwrap();
    assert_eq!(Rollout::of(&again.release(1).unwrap().metadata), Some(rollout));
    offer(&mut graph, &wary(0.9), epoch("2026-11-21").unwrap());
    assert_eq!(graph.edge(0, 1).unwrap().blocked.len(), 1);
    // A rollout that stands still has no turn.
    assert_eq!(Rollout { duration_minutes: None, ..rollout }.turn(0.9), None);
}

#[test]
fn fedora_rollout_cases() {
    let Some(text) = case_text("channels/fcos_rollouts.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::new("channels/fcos_rollouts.json: ramps");
    let streams = data["streams"].as_object().unwrap().values();
    let events = streams.flat_map(|stream| stream["events"].as_array().unwrap());
    for event in events {
        let told = &event[3]["rollout"];
        let Some(share) = told["start_percentage"].as_f64() else { continue };
        let start = told["start_epoch"].as_i64().unwrap_or_default();
        let minutes = told["duration_minutes"].as_u64();
        let written = Rollout { start_epoch: start, start_share: share, duration_minutes: minutes };
        let rollout = Rollout::of(&written.metadata()).unwrap();
        // A ramp is a straight line: half of the way after half of the time.
        let whole = i64::try_from(minutes.unwrap_or_default() * 60).unwrap();
        let ends = [start, start + whole / 2, start + whole];
        let found = ends.map(|now| rollout.share(now));
        let share = share.clamp(0.0, 1.0);
        let expected = match minutes {
            Some(_) => [if whole == 0 { 1.0 } else { share }, f64::midpoint(share, 1.0), 1.0],
            None => [share; 3],
        };
        let is_right = found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-6);
        tally.check(is_right, || format!("{event}: {found:?}, not {expected:?}"));
    }
    tally.finish();
}

fn fed(now: &str) -> UpdateGraph {
    let base = r#"{"nodes": [{"version": "4.1.0"}, {"version": "4.1.1"}, {"version": "4.1.2"}, {"version": "4.1.3"},
        {"version": "4.2.0"}], "edges": [[0, 1], [0, 2], [0, 3], [0, 4]]}"#;
    let files = [
        ("graph.json", base),
        (
            "channels/candidate.yaml",
            "name: candidate\nversions: [4.1.1, 4.1.2, 4.1.3, 4.2.0]\ntombstones: [4.1.2]\n\
             arrivals:\n  4.1.1: 2026-11-01T00:00:00Z\n  4.1.2: 2026-11-01T00:00:00Z\n  4.2.0: 2026-11-01T00:00:00Z\n",
        ),
        (
            "channels/fast.yaml",
            "name: fast\nversions: []\nfeeder: {name: candidate, delay: P1W, filter: '^4[.]1[.]'}\n",
        ),
        ("channels/stable.yaml", "name: stable\nfeeder: {name: fast, delay: PT48H}\n"),
    ];
    let files: Vec<(&Utf8Path, &str)> =
        files.iter().map(|(path, text)| (Utf8Path::new(*path), *text)).collect();
    let loaded = load(&files, "amd64", epoch(now).unwrap()).unwrap();
    assert_eq!(loaded.findings, []);
    let Found::Graph(graph) = loaded.found else { panic!("no graph") };
    graph
}

/// Which channels offer a release, and why others do not.
fn offers(graph: &UpdateGraph, name: &str) -> (Vec<String>, Vec<String>) {
    let release: &Release = graph.release(graph.find(name).unwrap()).unwrap();
    let waits = release.waits.iter().map(|(channel, why)| format!("{channel}: {why}"));
    (release.channels.iter().cloned().collect(), waits.collect())
}

#[test]
fn channels_take_what_has_waited_in_their_feeder() {
    let early = fed("2026-11-05");
    assert_eq!(
        offers(&early, "4.1.1"),
        (
            vec!["candidate".to_owned()],
            vec!["fast: it waits in candidate until 2026-11-08 00:00 UTC".to_owned()]
        )
    );
    // Since when it waits is not known.
    assert_eq!(
        offers(&early, "4.1.3").1,
        ["fast: it waits in candidate, which hands releases on after P1W"]
    );
    let later = fed("2026-11-09");
    assert_eq!(offers(&later, "4.1.1").0, ["candidate", "fast"]);
    assert_eq!(offers(&later, "4.1.1").1, ["stable: it waits in fast until 2026-11-10 00:00 UTC"]);
    // What was taken is handed on from when it was due.
    assert_eq!(offers(&fed("2026-11-10"), "4.1.1").0, ["candidate", "fast", "stable"]);
    // The filter does not let it through, and nothing is said of it.
    assert_eq!(offers(&later, "4.2.0"), (vec!["candidate".to_owned()], Vec::new()));
}

#[test]
fn tombstones_keep_releases_out() {
    let graph = fed("2027-01-01");
    let (channels, waits) = offers(&graph, "4.1.2");
    assert_eq!(channels, ["candidate"]);
    assert_eq!(
        waits,
        ["fast: it is kept out of it for good, by a tombstone in candidate or there"]
    );
    let question = Question {
        from: "4.1.0".to_owned(),
        to: "4.1.2".to_owned(),
        channel: Some("fast".to_owned()),
        ..Question::default()
    };
    let why = path(&graph, &question).no_path.unwrap().why;
    assert!(why.starts_with("channel fast does not offer 4.1.2: it is kept out"), "{why}");
}

#[test]
fn openshift_feeders_cases() {
    let Some(text) = case_text("upgrades/cincinnati_graph.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> =
        data["versions"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let name = |value: &Value| names[usize::try_from(value.as_u64().unwrap()).unwrap()].to_owned();
    let list = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(name).collect()
    };
    let channels = data["channels"].as_array().unwrap().iter().map(|value| {
        let feeder = &value["feeder"];
        openshift::Channel {
            name: value["name"].as_str().unwrap().to_owned(),
            versions: list(&value["versions"]),
            tombstones: list(&value["tombstones"]),
            feeder: feeder.is_object().then(|| serde_json::from_value(feeder.clone()).unwrap()),
            ..openshift::Channel::default()
        }
    });
    let mut graph = UpdateGraph::default();
    for name in &names {
        graph.add(Release { name: (*name).to_owned(), ..Release::default() });
    }
    let mut data = openshift::GraphData { channels: channels.collect(), ..Default::default() };
    let before = data.clone();
    // Nobody knows since when, so nothing is taken.
    data.promote(i64::MAX);
    let mut tally = Tally::new("upgrades/cincinnati_graph.json: feeders");
    for (one, other) in before.channels.iter().zip(&data.channels) {
        tally.check(one.versions == other.versions, || one.name.clone());
    }
    let (graph, troubles) = data.apply(graph, "amd64");
    assert_eq!(troubles, [""; 0]);
    // What a channel does not offer although its feeder does is told, and nothing else is.
    for channel in &data.channels {
        let Some(feeder) = &channel.feeder else { continue };
        let Some(source) = data.channels.iter().find(|it| it.name == feeder.name) else { continue };
        let filter = regex::Regex::new(&feeder.filter).unwrap();
        for release in graph.releases() {
            // A name without architecture means all of them.
            let base = release.name.split('+').next().unwrap();
            let offered =
                |names: &[String]| names.iter().any(|it| *it == release.name || it == base);
            let is_left = offered(&source.versions)
                && !offered(&channel.versions)
                && filter.is_match(&release.name);
            let is_told = release.waits.contains_key(&channel.name);
            tally.check(is_left == is_told, || format!("{} {}", channel.name, release.name));
        }
    }
    tally.finish();
}

#[test]
fn graph_data_is_weighed_within_bounds() {
    let mut graph = UpdateGraph::default();
    let count = 1_000;
    for place in 0..count {
        graph.add(Release { name: format!("1.{place}.0"), ..Release::default() });
    }
    for from in 0..count - 1 {
        graph.allow(from, count - 1);
    }
    let target = format!("1.{}.0", count - 1);
    let effort = Effort::begin();
    // Many blocks of one release, each with a pattern of its own, and a long text.
    let block = |place: usize| openshift::Block {
        file: format!("{place}.yaml"),
        to: target.clone(),
        from: format!("^1[.]{place}"),
        message: "x".repeat(1_000),
        ..openshift::Block::default()
    };
    let blocks: Vec<_> = (0..5_000).map(block).collect();
    let data = openshift::GraphData { blocks, ..openshift::GraphData::default() };
    let (blocked, troubles) = data.apply(graph.clone(), "amd64");
    assert!(
        troubles.iter().any(|it| it.contains("more blocks than can be weighed")),
        "{troubles:?}"
    );
    assert!(blocked.edges().all(|(.., edge)| !edge.blocked.is_empty()));
    // Patterns that grow when they are compiled.
    let block = |place: usize| openshift::Block {
        to: target.clone(),
        from: format!("\\w{{900}}{place}"),
        ..openshift::Block::default()
    };
    let data = openshift::GraphData {
        blocks: (0..20).map(block).collect(),
        ..openshift::GraphData::default()
    };
    _ = data.apply(graph.clone(), "amd64");
    // Releases that take updates away from each other.
    let before = (0..count).map(|place| format!("1.{place}.0")).collect::<Vec<_>>().join(",");
    let key = "io.openshift.upgrades.graph.previous.remove".to_owned();
    let mut removing = UpdateGraph::default();
    for place in 0..count {
        let metadata = if place % 10 == 0 {
            BTreeMap::from([(key.clone(), before.clone())])
        } else {
            BTreeMap::new()
        };
        removing.add(Release { name: format!("1.{place}.0"), metadata, ..Release::default() });
        removing.allow(0, place);
    }
    _ = openshift::GraphData::default().apply(removing, "amd64");
    // Channels that feed each other in a circle, and all of one.
    let channel = |place: usize| openshift::Channel {
        name: format!("c{place}"),
        versions: (0..100).map(|it| format!("1.{}.0", place * 7 + it)).collect(),
        feeder: Some(openshift::Feeder {
            name: format!("c{}", (place + 1) % 500),
            delay: "PT0H".to_owned(),
            filter: ".".to_owned(),
        }),
        arrivals: (0..100)
            .map(|it| (format!("1.{}.0", place * 7 + it), "2026-01-01".to_owned()))
            .collect(),
        ..openshift::Channel::default()
    };
    let mut data = openshift::GraphData {
        channels: (0..500).map(channel).collect(),
        ..openshift::GraphData::default()
    };
    data.promote(epoch("2027-01-01").unwrap());
    _ = data.apply(graph, "amd64");
    effort.assert_below(30, "hostile graph data");
}

#[test]
fn whole_graphs_are_read_again() {
    let (mut graph, _) = cincinnati::read(GRAPH).unwrap();
    offer(&mut graph, &wary(0.9), 1_000);
    let whole = WholeGraph::from(&graph);
    let text = serde_json::to_string(&whole).unwrap();
    let again: WholeGraph = serde_json::from_str(&text).unwrap();
    assert_eq!(again, whole);
    assert_eq!(WholeGraph::from(&again.graph()), whole);
    let answer = asked(&wary(0.9), 1_000);
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    assert_eq!(json!(answer)["alternatives"][0]["updates"][0]["blocked"][0]["name"], "rollout");
}

proptest! {
    #[test]
    fn who_was_offered_a_release_is_offered_it_later(
        share in 0.0..1.0_f64,
        minutes in proptest::option::of(0_u64..10_000),
        wariness in 0.0..=1.0_f64,
        one in 0_i64..1_000_000,
        other in 0_i64..1_000_000,
    ) {
        let rollout = Rollout { start_epoch: 500, start_share: share, duration_minutes: minutes };
        let (early, late) = (one.min(other), one.max(other));
        prop_assert!(!rollout.is_offered(wariness, early) || rollout.is_offered(wariness, late));
        if let Some(turn) = rollout.turn(wariness) {
            prop_assert!(rollout.is_offered(wariness, turn));
        }
    }

    #[test]
    fn times_are_shown_as_they_are_read(epoch_minutes in -50_000_000_i64..4_000_000_000) {
        let text = shown(epoch_minutes * 60);
        let iso = format!("{}:00Z", text.trim_end_matches(" UTC"));
        // Years of four digits alone are read.
        if text.len() == "2026-11-20 08:00 UTC".len() {
            prop_assert_eq!(epoch(&iso), Some(epoch_minutes * 60));
        }
    }
}
