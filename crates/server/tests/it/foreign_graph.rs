//! Update graphs, as OpenShift's clients ask for them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use reqwest::Method;
use serde_json::{Value, json};
use trainyard_bundle::{Manifest, Numbered};
use trainyard_registry::{
    Command, Moment,
    imports::openshift::{self, History},
    risks::{DeclareRisk, RiskDeclared, RiskEffect},
};
use trainyard_store::Database;
use trainyard_testkit::{Tally, case_text};
use trainyard_upgrade::updates::{Release, UpdateGraph, openshift as data};

use crate::{
    support::{Server, block_on},
    writer::Writer,
};

/// An update: from, to.
type Ends = (String, String);

/// The nodes of an answer with their channels' label, its updates, and those with risks, each with the risk.
#[derive(Default)]
struct Told {
    nodes: BTreeMap<String, String>,
    edges: BTreeSet<Ends>,
    risky: BTreeSet<(String, String, String)>,
}

impl Told {
    fn of(answer: &Value) -> Self {
        let mut told = Self::default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let nodes: Vec<String> =
            answer["nodes"].as_array().unwrap().iter().map(|it| text(&it["version"])).collect();
        for node in answer["nodes"].as_array().unwrap() {
            let label = &node["metadata"]["io.openshift.upgrades.graph.release.channels"];
            told.nodes.insert(text(&node["version"]), text(label));
        }
        let node = |place: &Value| nodes[usize::try_from(place.as_u64().unwrap()).unwrap()].clone();
        for edge in answer["edges"].as_array().unwrap() {
            told.edges.insert((node(&edge[0]), node(&edge[1])));
        }
        for conditional in answer["conditionalEdges"].as_array().unwrap() {
            for edge in conditional["edges"].as_array().unwrap() {
                for risk in conditional["risks"].as_array().unwrap() {
                    assert!(risk["matchingRules"].is_array(), "{risk}");
                    let risk = text(&risk["name"]);
                    told.risky.insert((text(&edge["from"]), text(&edge["to"]), risk));
                }
            }
        }
        told
    }
}

/// A file for a registry, and the folder that it is in.
fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = Utf8PathBuf::from_path_buf(folder.path().join("registry.db")).unwrap();
    (folder, file.into_string())
}

/// A registry of `openshift`'s releases, with what each follows, and channels.
async fn history(
    writer: &mut Writer,
    releases: &[String],
    edges: &BTreeSet<Ends>,
    channels: &BTreeMap<String, Vec<String>>,
) {
    let names: Vec<_> = channels.keys().map(|channel| ("release", channel.as_str())).collect();
    writer.product("openshift", &names, "semver").await;
    for release in releases {
        let manifest = Manifest::new("release", Numbered::semver(release));
        let before = edges.iter().filter(|(_, to)| to == release);
        let before = before.map(|(from, _)| from.parse().unwrap()).collect();
        writer.publish("openshift", &manifest, None, Some(before)).await;
    }
    for (channel, members) in channels {
        for member in members {
            writer.promote("openshift", "release", channel, member).await;
        }
    }
}

async fn declare(writer: &mut Writer, name: &str, ends: (&str, &str), told: Option<&Value>) {
    let text = |key: &str| told.and_then(|told| told[key].as_str()).map(str::to_owned);
    writer
        .carry_out(Command::DeclareRisk(DeclareRisk(RiskDeclared {
            product: "openshift".parse().unwrap(),
            risk: name.parse().unwrap(),
            stream: "release".parse().unwrap(),
            effect: if told.is_some() { RiskEffect::Conditional } else { RiskEffect::Block },
            versions: format!("={}", ends.1),
            from: Some(format!("={}", ends.0)),
            condition: told.map(|told| told["matchingRules"].to_string()),
            message: text("message").unwrap_or_else(|| "blocked".to_owned()),
            url: text("url"),
            fixed_in: None,
            title: None,
            happened: None,
        })))
        .await;
}

#[test]
fn a_graph_tells_ways_risks_and_channels() {
    block_on(async {
        let (_folder, file) = file();
        let mut writer = Writer::new(&file).await;
        let version = |text: &str| text.to_owned();
        let releases = ["4.1.0", "4.1.1", "4.1.2", "4.2.0", "4.2.1+s390x"].map(version);
        let pairs =
            [("4.1.0", "4.1.1"), ("4.1.0", "4.1.2"), ("4.1.1", "4.1.2"), ("4.1.2", "4.2.0")];
        let edges = pairs.map(|(from, to)| (version(from), version(to))).into();
        let all: Vec<_> = releases.to_vec();
        let channels = [
            ("stable-4.2".to_owned(), all),
            ("fast-4.10".to_owned(), vec![version("4.2.0")]),
            ("fast-4.2".to_owned(), vec![version("4.2.0")]),
        ];
        history(&mut writer, &releases, &edges, &channels.into()).await;
        let rules = json!({ "message": "it breaks", "url": "https://x", "matchingRules": [{ "type": "Always" }] });
        declare(&mut writer, "Breaks", ("4.1.2", "4.2.0"), Some(&rules)).await;
        declare(&mut writer, "never", ("4.1.0", "4.1.2"), None).await;
        writer.end().await;
        let server = Server::on(Database::File(file.into()), |_| {}).await;

        let path = "/v1/graph?channel=stable-4.2&arch=amd64&version=4.1.0&id=a-cluster";
        let said = server.get(path).await.is(200);
        assert_eq!(said.header("content-type"), "application/json");
        let etag = said.header("etag").to_owned();
        let told = Told::of(&said.json());
        let labels: Vec<_> =
            told.nodes.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
        let every = "fast-4.2,stable-4.2,fast-4.10";
        let stable = "stable-4.2";
        let expected = [("4.1.0", stable), ("4.1.1", stable), ("4.1.2", stable), ("4.2.0", every)];
        assert_eq!(labels, expected);
        let ends = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(told.edges, [ends("4.1.0", "4.1.1"), ends("4.1.1", "4.1.2")].into());
        let risky = ("4.1.2".to_owned(), "4.2.0".to_owned(), "Breaks".to_owned());
        assert_eq!(told.risky, [risky].into());

        // Who asks does not matter, nor where; what one has is not sent again.
        let has = [("if-none-match", etag.as_str()), ("accept", "application/json")];
        for path in [
            path,
            "/api/upgrades_info/graph?channel=stable-4.2",
            "/v1/graph?channel=stable-4.2&id=other",
        ] {
            server.ask(Method::GET, path, "", &has, None).await.is(304);
        }
        let other = server.get("/v1/graph?channel=stable-4.2&arch=s390x").await.is(200).json();
        assert!(Told::of(&other).nodes.contains_key("4.2.1"), "{other}");
        let none = server.get("/v1/graph?channel=stable-9.9").await.is(200).json();
        assert_eq!(none["nodes"], json!([]));
        let wrong = server.get("/v1/graph?arch=amd64").await.is(400).json();
        assert_eq!(wrong["kind"], "missing_params");
        let wrong = server.get("/v1/graph?channel=a%20b").await.is(400).json();
        assert_eq!(wrong["kind"], "invalid_params");
        let html = [("accept", "text/html")];
        let wrong = server.ask(Method::GET, path, "", &html, None).await.is(406).json();
        assert_eq!(wrong["kind"], "invalid_content_type");

        // A recall is seen at once.
        let block = json!({ "name": "recall", "stream": "release", "effect": "block", "versions": "=4.1.1",
            "message": "it loses data", "why": "seen" });
        server.post("products/openshift/risks", block).await.is(201);
        let told = Told::of(&server.ask(Method::GET, path, "", &has, None).await.is(200).json());
        assert_eq!(told.edges, [ends("4.1.1", "4.1.2")].into());
    });
}

fn read(name: &str) -> Option<Value> {
    Some(serde_json::from_str(&case_text(&format!("upgrades/{name}"))?).unwrap())
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn place(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// A block as the cases have it, with its risk from a list where it has one.
fn block(block: &Value, risks: &Value) -> data::Block {
    let mut whole = block.clone();
    if let Some(risk) = block["risk"].as_u64() {
        for key in ["name", "url", "message", "matchingRules"] {
            whole[key] = risks[usize::try_from(risk).unwrap()][key].clone();
        }
    }
    serde_json::from_value(whole).unwrap()
}

/// A server that holds a history.
async fn server_of(history: &History) -> (tempfile::TempDir, Server) {
    let (folder, file) = file();
    let mut writer = Writer::new(&file).await;
    let channels = openshift::channels(history).unwrap();
    let channels: Vec<_> = channels.iter().map(|name| ("release", name.as_str())).collect();
    writer.product("openshift", &channels, "semver").await;
    let now = Moment(1_767_225_600_000_000);
    let (product, component) = ("openshift".parse().unwrap(), "release".parse().unwrap());
    let brought = openshift::commands(&product, &component, history, now);
    assert_eq!(brought.troubles, [""; 0]);
    for command in brought.commands {
        writer.carry_out(command).await;
    }
    writer.end().await;
    (folder, Server::on(Database::File(file.into()), |_| {}).await)
}

#[test]
fn openshift_graph_cases() {
    let Some(cases) = read("cincinnati_known_answers.json") else { return };
    let mut tally = Tally::new("upgrades/cincinnati_known_answers.json: /v1/graph");
    for case in cases["fixtures"].as_array().unwrap() {
        let names = texts(&case["nodes"]);
        let mut graph = UpdateGraph::default();
        for name in &names {
            let version = name.split('+').next().unwrap();
            let metadata = case["raw_metadata"][version].clone();
            let metadata = serde_json::from_value(metadata).unwrap_or_default();
            graph.add(Release { name: name.clone(), metadata, ..Release::default() });
        }
        let ends = |pair: &Value| (place(&pair[0]), place(&pair[1]));
        for (from, to) in case["raw_edges"].as_array().unwrap().iter().map(ends) {
            graph.allow(from, to).unwrap();
        }
        let channel = |(name, members): (&String, &Value)| data::Channel {
            name: name.clone(),
            versions: texts(members),
            ..data::Channel::default()
        };
        let blocks = case["blocks"].as_array().unwrap().iter().map(|it| block(it, &Value::Null));
        let mut channels: Vec<_> =
            case["channels"].as_object().unwrap().iter().map(channel).collect();
        // The answer that is known is the whole graph's, and clients ask for channels.
        let all = data::Channel {
            name: "all".to_owned(),
            versions: names.clone(),
            ..data::Channel::default()
        };
        channels.push(all);
        // What images say of updates is in the graph that is brought in.
        let (graph, _) = data::GraphData::default().apply(graph, "amd64");
        let history = History {
            graph,
            data: data::GraphData { channels, blocks: blocks.collect(), troubles: Vec::new() },
            architecture: "amd64".to_owned(),
            ..History::default()
        };
        let architectures: BTreeSet<&str> =
            names.iter().filter_map(|name| Some(name.rsplit_once('+')?.1)).collect();
        let mut found = Told::default();
        block_on(async {
            let (_folder, server) = server_of(&history).await;
            for arch in architectures {
                let path = format!("/v1/graph?channel=all&arch={arch}");
                let told = Told::of(&server.get(&path).await.is(200).json());
                // Answers name versions without the architecture that was asked for.
                let whole = |name: String| format!("{name}+{arch}");
                found.edges.extend(told.edges.into_iter().map(|(a, b)| (whole(a), whole(b))));
                found.nodes.extend(told.nodes.into_iter().map(|(a, label)| (whole(a), label)));
            }
        });
        let name = |place: usize| names[place].clone();
        let expected = case["expected_edges"].as_array().unwrap().iter().map(ends);
        let expected: BTreeSet<Ends> = expected.map(|(from, to)| (name(from), name(to))).collect();
        for edge in found.edges.union(&expected) {
            let is_right = found.edges.contains(edge) && expected.contains(edge);
            tally.check(is_right, || format!("{edge:?}"));
        }
        for (name, label) in case["expected_channels"].as_object().unwrap() {
            let told = found.nodes.get(name).map(String::as_str).unwrap_or_default();
            let told: Vec<_> = told.split(',').filter(|channel| *channel != "all").collect();
            let told = told.join(",");
            tally.check(told == label.as_str().unwrap(), || format!("{name}: {told}, not {label}"));
        }
    }
    tally.finish();
}

#[test]
fn openshift_channel_cases() {
    let Some(cases) = read("cincinnati_known_answers.json") else { return };
    let Some(data) = read("cincinnati_graph.json") else { return };
    let mut tally = Tally::new("upgrades/cincinnati_known_answers.json: e2e over HTTP");
    let all = texts(&data["versions"]);
    for case in cases["e2e"].as_array().unwrap() {
        let (channel, arch) = (case["channel"].as_str().unwrap(), case["arch"].as_str().unwrap());
        let names = texts(&case["nodes"]);
        let mut graph = UpdateGraph::default();
        for name in &names {
            graph.add(Release { name: name.clone(), ..Release::default() });
        }
        for (to, before) in all.iter().zip(data["prev"].as_array().unwrap()) {
            for from in before.as_array().into_iter().flatten().map(|from| &all[place(from)]) {
                if let (Some(from), Some(to)) = (graph.find(from), graph.find(to)) {
                    graph.allow(from, to).unwrap();
                }
            }
        }
        let blocks = data["blocks"].as_array().unwrap().iter().map(|it| block(it, &data["risks"]));
        let own =
            |block: &data::Block| names.iter().any(|name| block.to.split('+').next() == Some(name));
        let only = data::Channel {
            name: channel.to_owned(),
            versions: names.clone(),
            ..data::Channel::default()
        };
        let known: BTreeSet<Ends> = graph
            .edges()
            .map(|(from, to, _)| (graph.name(from).to_owned(), graph.name(to).to_owned()))
            .collect();
        let history = History {
            graph,
            data: data::GraphData {
                channels: vec![only],
                blocks: blocks.filter(own).collect(),
                troubles: Vec::new(),
            },
            architecture: arch.to_owned(),
            ..History::default()
        };
        let told = block_on(async {
            let (_folder, server) = server_of(&history).await;
            let path = format!("/api/upgrades_info/v1/graph?channel={channel}&arch={arch}");
            Told::of(&server.get(&path).await.is(200).json())
        });
        let expected = case["edges"].as_array().unwrap().iter();
        let expected =
            expected.map(|pair| (names[place(&pair[0])].clone(), names[place(&pair[1])].clone()));
        // Some updates of the answer are in no `prev` of the only input that there is for it.
        let (expected, absent): (BTreeSet<Ends>, BTreeSet<Ends>) =
            expected.partition(|edge| known.contains(edge));
        assert!(absent.len() <= 6, "{channel}: too little is known: {absent:?}");
        for edge in told.edges.union(&expected) {
            tally.check(told.edges.contains(edge) && expected.contains(edge), || {
                format!("{channel}: {edge:?}")
            });
        }
        let risky = case["conditional_edges"].as_array().unwrap().iter().map(texts);
        let risky: BTreeSet<_> =
            risky.map(|it| (it[0].clone(), it[1].clone(), it[2].clone())).collect();
        tally.check(told.risky == risky, || format!("{channel}: {:?}", told.risky));
    }
    tally.finish();
}

#[test]
fn an_update_graph_is_brought_in_over_http() {
    block_on(async {
        let server = Server::new().await;
        let product = json!({ "name": "openshift", "title": "OpenShift", "party": "admin" });
        server.post("products", product).await.is(201);
        let text = "preset = \"semver\"\n[product]\nname = \"openshift\"\n[components.release]\n";
        let channels = json!({ "release": { "stable-4.1": { "prereleases": true } } });
        server
            .post("products/openshift/policies", json!({ "text": text, "channels": channels }))
            .await
            .is(201);
        let node = |version: &str| json!({ "version": version, "payload": "" });
        let body = json!({
            "graph": { "nodes": [node("4.1.0"), node("4.1.1"), node("4.1.2")], "edges": [[0, 1], [0, 2], [1, 2]] },
            "architecture": "amd64",
            "channels": [{ "name": "stable-4.1", "versions": ["4.1.1", "4.1.2"] }],
            "blocks": [{ "file": "4.1.2-Fire.yaml", "to": "4.1.2", "from": "4[.]1[.]1[+]amd64", "name": "Fire",
                "message": "it burns", "url": "https://x", "matchingRules": [{ "type": "Always" }] }],
            "moves": [
                { "channel": "stable-4.1", "version": "4.1.0", "is-in": true, "at": "2020-01-01T00:00:00Z" },
                { "channel": "stable-4.1", "version": "4.1.1", "is-in": true, "at": "2020-01-02T00:00:00Z" },
                { "channel": "stable-4.1", "version": "4.1.2", "is-in": true, "at": "2020-01-03T00:00:00Z" },
                { "channel": "stable-4.1", "version": "4.1.0", "is-in": false, "at": "2020-01-04T00:00:00Z" }],
        });
        let path = "products/openshift/imports/openshift/release";
        let reader = server.token("reader", "admin/admin", &["read-log"]).await;
        assert_eq!(
            server.post_as(&reader, path, body.clone()).await.is(403).code(),
            "right-missing"
        );
        let brought = server.post(path, body.clone()).await.is(200).json();
        assert_eq!(
            (&brought["changed"], &brought["troubles"]),
            (&json!(5), &json!([])),
            "{brought}"
        );
        let told = Told::of(&server.get("/v1/graph?channel=stable-4.1").await.is(200).json());
        let risk = ("4.1.1".to_owned(), "4.1.2".to_owned(), "Fire".to_owned());
        assert_eq!((told.nodes.len(), told.edges.len(), told.risky), (2, 0, [risk].into()));

        // Sent again, it changes nothing.
        let size = server.running.desk().ledger().size();
        let again = server.post(path, body).await.is(200).json();
        assert_eq!((&again["changed"], &again["troubles"]), (&json!(0), &json!([])), "{again}");
        assert_eq!(server.running.desk().ledger().size(), size);
    });
}

#[test]
fn a_long_history_is_brought_in_within_one_request() {
    block_on(async {
        let server = Server::new().await;
        let product = json!({ "name": "openshift", "title": "OpenShift", "party": "admin" });
        server.post("products", product).await.is(201);
        let text = "preset = \"semver\"\n[product]\nname = \"openshift\"\n[components.release]\n";
        let names: Vec<String> = (0..12).map(|minor| format!("stable-4.{minor}")).collect();
        let channels: serde_json::Map<_, _> =
            names.iter().map(|name| (name.clone(), json!({ "prereleases": true }))).collect();
        let policy = json!({ "text": text, "channels": { "release": channels } });
        server.post("products/openshift/policies", policy).await.is(201);
        let versions: Vec<String> = (0..1000).map(|patch| format!("4.0.{patch}")).collect();
        let nodes: Vec<_> =
            versions.iter().map(|version| json!({ "version": version, "payload": "" })).collect();
        let edges: Vec<_> = (1..versions.len()).map(|to| [to - 1, to]).collect();
        // As many as OpenShift's channels have in seven years.
        let moves: Vec<_> = (0..12_000)
            .map(|at| {
                let (channel, version) = (&names[at / 1000], &versions[at % 1000]);
                let at = format!("2020-01-{:02}T00:00:00Z", 1 + at / 1000);
                json!({ "channel": channel, "version": version, "is-in": true, "at": at })
            })
            .collect();
        let body = json!({ "graph": { "nodes": nodes, "edges": edges }, "architecture": "amd64", "moves": moves });
        let begun = std::time::Instant::now();
        let path = "products/openshift/imports/openshift/release";
        let brought = server.post(path, body).await.is(200).json();
        assert_eq!(brought["troubles"], json!([]));
        assert!(brought["changed"].as_u64().unwrap() > 1000, "{brought}");
        assert!(server.running.desk().ledger().size() > 13_000);
        assert!(begun.elapsed().as_secs() < 25, "{:?}", begun.elapsed());
        let told = Told::of(&server.get("/v1/graph?channel=stable-4.7").await.is(200).json());
        assert_eq!(told.nodes.len(), 1000);
    });
}
