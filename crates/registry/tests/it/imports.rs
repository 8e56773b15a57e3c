//! What was kept elsewhere, brought in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use trainyard_registry::{
    Command, Moment, RefusalKind, VersionText,
    channels::{BringIn, ChannelRule, MoveKind, PastMove},
    imports::{
        Brought, catalogue,
        openshift::{self, History, Moved},
    },
    offers::update_graph,
    products::{ComponentFacts, CreateProduct, PolicyFacts, SetPolicy},
    simulate::simulate,
};
use trainyard_testkit::{Tally, case_text};
use trainyard_upgrade::updates::{
    Release, UpdateGraph, cincinnati,
    openshift::{Block, Channel, GraphData},
};

use crate::world::{DAY, World, name, version};

fn read(file: &str) -> Option<Value> {
    case_text(file).map(|text| serde_json::from_str(&text).unwrap())
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn place(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn pairs(value: &Value) -> Vec<(usize, usize)> {
    value.as_array().unwrap().iter().map(|pair| (place(&pair[0]), place(&pair[1]))).collect()
}

fn moment(value: &Value) -> Moment {
    Moment(value.as_i64().unwrap() * 1_000_000)
}

/// A registry with the product `openshift`, whose component of that name has the channels of a history, and the history in it.
fn with_history(history: &History) -> World {
    let mut world = World::empty();
    // After all that the histories tell of.
    world.now = Moment(1_800_000_000_000_000);
    world.must(Command::EnrolParty(trainyard_registry::parties::EnrolParty {
        name: name("maker"),
        title: "Maker".to_owned(),
    }));
    world.must(Command::CreateProduct(CreateProduct {
        name: name("openshift"),
        title: "OpenShift".to_owned(),
        party: name("maker"),
    }));
    let rule = ChannelRule { prereleases: true, ..ChannelRule::default() };
    let channels = openshift::channels(history).unwrap();
    let rules = channels.into_iter().map(|channel| (channel, rule.clone())).collect();
    let own = ComponentFacts {
        scheme: "semver".to_owned(),
        maturity: trainyard_registry::Maturity::default(),
    };
    world.must(Command::SetPolicy(SetPolicy {
        product: name("openshift"),
        text: "channels".to_owned(),
        facts: PolicyFacts {
            components: [(name("openshift"), own)].into(),
            groups: BTreeMap::default(),
            channels: [(name("openshift"), rules)].into(),
            streams: BTreeMap::default(),
        },
        is_dry: false,
    }));
    let brought = openshift::commands(&name("openshift"), &name("openshift"), history, world.now);
    carry_out(&mut world, brought);
    world
}

fn carry_out(world: &mut World, brought: Brought) {
    assert_eq!(brought.troubles, [""; 0]);
    for command in brought.commands {
        if let Err(refusal) = world.ask("registry/itself", command) {
            panic!("{refusal:#?}");
        }
    }
}

/// The updates of a graph, each with the names of what blocks it and of its risks.
type Updates = BTreeMap<(String, String), (BTreeSet<String>, BTreeSet<String>)>;

fn updates(graph: &UpdateGraph) -> Updates {
    let told = |risks: &[trainyard_upgrade::updates::Risk]| {
        risks.iter().map(|risk| format!("{} {} {}", risk.name, risk.message, risk.rules)).collect()
    };
    let updates = graph.edges().map(|(from, to, edge)| {
        let ends = (graph.name(from).to_owned(), graph.name(to).to_owned());
        (ends, (told(&edge.blocked), told(&edge.risks)))
    });
    updates.collect()
}

/// The graph that a registry answers, of a channel or of all.
fn answered(world: &World, channel: Option<&str>) -> Arc<UpdateGraph> {
    let product = world.state.product("openshift").unwrap();
    let channel = channel.map(|channel| {
        let channel = openshift::channel_name(channel).unwrap();
        product.channel(&name("openshift"), &channel).unwrap()
    });
    update_graph(product, product.sequence("openshift").unwrap(), channel)
}

/// A history of four releases, with a risk and a block.
fn small() -> History {
    let mut graph = UpdateGraph::default();
    for release in ["4.1.0+amd64", "4.1.1+amd64", "4.1.1+s390x", "4.2.0+amd64"] {
        graph.add(Release {
            name: release.to_owned(),
            payload: format!("quay.io/release@sha256:{}", "a".repeat(64)),
            ..Release::default()
        });
    }
    for (from, to) in [(0, 1), (0, 3), (1, 3)] {
        graph.allow(from, to).unwrap();
    }
    let channel = |channel: &str, versions: &[&str]| Channel {
        name: channel.to_owned(),
        versions: versions.iter().map(|version| (*version).to_owned()).collect(),
        ..Channel::default()
    };
    let blocks = [
        json!({"file": "4.2.0-Fire.yaml", "to": "4.2.0", "from": "4[.]1[.]0[+]amd64", "name": "Fire",
            "message": "it burns", "url": "https://example.org/fire", "matchingRules": [{"type": "Always"}]}),
        json!({"file": "4.1.1.yaml", "to": "4.1.1", "from": ".*"}),
    ];
    let at = |days: u64| Moment(1_577_836_800_000_000).plus_secs(days * DAY);
    let moved = |days, channel: &str, version: &str, is_in| Moved {
        channel: channel.to_owned(),
        version: version.to_owned(),
        is_in,
        at: at(days),
    };
    History {
        graph,
        data: GraphData {
            channels: vec![channel("stable-4", &["4.1.1", "4.2.0"]), channel("internal:x", &[])],
            blocks: blocks.map(|block| serde_json::from_value::<Block>(block).unwrap()).into(),
            troubles: Vec::new(),
        },
        architecture: "amd64".to_owned(),
        released: [("4.2.0+amd64".to_owned(), at(0))].into(),
        moves: vec![
            moved(1, "stable-4", "4.1.0", true),
            moved(2, "stable-4", "4.2.0", true),
            // It enters behind what the channel points to.
            moved(3, "stable-4", "4.1.1", true),
            moved(4, "stable-4", "4.1.0", false),
            moved(4, "internal:x", "4.2.0", true),
            moved(5, "internal:x", "4.2.0", false),
        ],
        declared: [("4.2.0-Fire.yaml".to_owned(), at(9))].into(),
    }
}

#[test]
fn a_history_ends_where_it_ended() {
    let world = with_history(&small());
    let product = world.state.product("openshift").unwrap();
    let stable = product.channel(&name("openshift"), &name("stable-4")).unwrap();
    let members: Vec<_> = stable.members.keys().map(VersionText::as_str).collect();
    assert_eq!(members, ["4.1.1+amd64", "4.1.1+s390x", "4.2.0+amd64"]);
    assert_eq!(stable.head.as_ref().map(VersionText::as_str), Some("4.2.0+amd64"));
    assert!(stable.history.iter().all(|it| it.moved.kind == MoveKind::Imported));
    let then = Moment(1_577_836_800_000_000).plus_secs(DAY);
    assert_eq!(stable.head_at(then).map(VersionText::as_str), Some("4.1.0+amd64"));
    let empty = product.channel(&name("openshift"), &name("internal-x")).unwrap();
    assert_eq!((empty.head.as_ref(), empty.members.len()), (None, 0));
    let fire = product.risks().find(|risk| risk.told().name == "Fire").unwrap();
    assert_eq!(fire.since, Moment(1_577_836_800_000_000).plus_secs(9 * DAY));
    // Its entries alone tell the same.
    assert_eq!(updates(&answered(&World { state: world.replayed(), ..world }, None)).len(), 3);
}

#[test]
fn a_history_answers_as_the_graph_did() {
    let history = small();
    let world = with_history(&history);
    let (graph, _) = history.data.apply(history.graph.clone(), "amd64");
    assert_eq!(updates(&answered(&world, None)), updates(&graph));
    let release = answered(&world, None).release(0).unwrap().clone();
    assert!(release.payload.starts_with("sha256:aaa"), "{release:?}");
}

#[test]
fn a_past_is_brought_into_no_channel_that_asks_for_evidence() {
    let guarded = ChannelRule { principals: 1, ..ChannelRule::default() };
    let approved = ChannelRule { forced_by: 2, ..ChannelRule::default() };
    let open = ChannelRule::default();
    let rules = [("guarded", guarded), ("approved", approved), ("open", open.clone())];
    let soaked = ChannelRule { after: Some(name("open")), soak_secs: DAY, ..open };
    let mut world = World::new(&[&rules[..], &[("soaked", soaked)]].concat());
    world.publish("1.0.0");
    world.publish("1.1.0");
    let past = |channel: &str, happened| {
        let moves = vec![PastMove {
            channel: name(channel),
            version: version("1.0.0"),
            is_in: true,
            happened,
        }];
        Command::BringIn(BringIn { product: name("pipeline"), stream: name("core"), moves })
    };
    let long_ago = Moment(0);
    for channel in ["guarded", "approved"] {
        let refusal = world.ask("maker/ada", past(channel, long_ago)).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::NotReady, "channel-guarded"));
    }
    let ahead = world.now.plus_secs(1);
    assert_eq!(world.ask("maker/ada", past("open", ahead)).unwrap_err().code, "move-ahead");
    world.must(past("open", long_ago));
    assert!(world.must(past("open", long_ago)).events.is_empty());
    // What is claimed of earlier days lets nothing ripen.
    assert_eq!(world.promote("soaked", "1.0.0").unwrap_err().code, "rule-unmet");
    world.pass_days(1);
    world.promote("soaked", "1.0.0").unwrap();
    // A channel that has moved here has a past of its own.
    world.promote("open", "1.1.0").unwrap();
    assert_eq!(world.ask("maker/ada", past("open", long_ago)).unwrap_err().code, "channel-moved");
}

#[test]
fn rules_are_tried_on_a_past_that_was_brought_in() {
    let mut history = small();
    history.data.channels.clear();
    history.moves = ["fast", "stable"]
        .into_iter()
        .zip([1_u64, 9])
        .map(|(channel, day)| Moved {
            channel: channel.to_owned(),
            version: "4.2.0".to_owned(),
            is_in: true,
            at: Moment(1_577_836_800_000_000).plus_secs(day * DAY),
        })
        .collect();
    let world = with_history(&history);
    let place = (&name("openshift"), &name("openshift"), &name("stable"));
    let rule = ChannelRule {
        after: Some(name("fast")),
        soak_secs: 3 * DAY,
        prereleases: true,
        ..ChannelRule::default()
    };
    let told = simulate(&world.entries, place, &rule);
    let days = |moment: Moment| (moment.secs() - 1_577_836_800) / DAY;
    let release = told.releases.iter().find(|it| it.version.as_str() == "4.2.0+amd64").unwrap();
    assert_eq!(release.entered.map(days), Some(9));
    assert_eq!(release.would_enter.map(days), Some(4));
}

#[test]
fn openshift_fixture_cases() {
    let Some(cases) = read("upgrades/cincinnati_known_answers.json") else { return };
    let mut tally = Tally::new("upgrades/cincinnati_known_answers.json: brought in");
    for case in cases["fixtures"].as_array().unwrap() {
        let names = texts(&case["nodes"]);
        let mut graph = UpdateGraph::default();
        for name in &names {
            let metadata = case["raw_metadata"].get(name.split('+').next().unwrap());
            let metadata = metadata.cloned().unwrap_or_else(|| json!({}));
            graph.add(Release {
                name: name.clone(),
                metadata: serde_json::from_value(metadata).unwrap(),
                ..Release::default()
            });
        }
        for (from, to) in pairs(&case["raw_edges"]) {
            graph.allow(from, to).unwrap();
        }
        let channels = case["channels"].as_object().unwrap().iter();
        let channels = channels.map(|(name, versions)| Channel {
            name: name.clone(),
            versions: texts(versions),
            ..Channel::default()
        });
        let blocks = case["blocks"].as_array().unwrap().iter();
        let blocks = blocks.map(|block| serde_json::from_value(block.clone()).unwrap());
        let world = with_history(&History {
            graph,
            data: GraphData {
                channels: channels.collect(),
                blocks: blocks.collect(),
                troubles: Vec::new(),
            },
            architecture: "amd64".to_owned(),
            ..History::default()
        });
        let answer = updates(&answered(&world, None));
        let free = answer.iter().filter(|(_, (blocked, risks))| {
            assert!(risks.is_empty());
            blocked.is_empty()
        });
        let found: BTreeSet<_> = free.map(|(ends, _)| ends.clone()).collect();
        let name = |place: usize| names[place].clone();
        let expected = pairs(&case["expected_edges"]).into_iter();
        let expected: BTreeSet<_> = expected.map(|(from, to)| (name(from), name(to))).collect();
        for edge in found.union(&expected) {
            tally.check(found.contains(edge) && expected.contains(edge), || format!("{edge:?}"));
        }
        let product = world.state.product("openshift").unwrap();
        for (version, label) in case["expected_channels"].as_object().unwrap() {
            let of = product.channels().filter(|it| it.members.contains_key(version.as_str()));
            let channels = of.map(|channel| channel.name.to_string()).collect();
            let found = cincinnati::channel_label(&Release { channels, ..Release::default() });
            tally.check(found == label.as_str().unwrap(), || {
                format!("{version}: {found}, not {label}")
            });
        }
    }
    tally.finish();
}

/// `OpenShift`'s whole history, as its repository tells it.
fn whole_history(data: &Value) -> History {
    let mut graph = UpdateGraph::default();
    let names = texts(&data["versions"]);
    for name in &names {
        graph.add(Release { name: name.clone(), ..Release::default() });
    }
    for (to, before) in data["prev"].as_array().unwrap().iter().enumerate() {
        for from in before.as_array().into_iter().flatten() {
            graph.allow(place(from), to).unwrap();
        }
    }
    let whole = |value: &Value| {
        let mut whole = value.clone();
        if !value["risk"].is_null() {
            for key in ["name", "url", "message", "matchingRules"] {
                whole[key] = data["risks"][place(&value["risk"])][key].clone();
            }
        }
        serde_json::from_value::<Block>(whole).unwrap()
    };
    let version = |value: &Value| names[place(value)].clone();
    let channel = |value: &Value| Channel {
        name: value["name"].as_str().unwrap().to_owned(),
        versions: value["versions"].as_array().unwrap().iter().map(version).collect(),
        ..Channel::default()
    };
    let channel_names = texts(&data["channel_names"]);
    let moved = |event: &Value| Moved {
        channel: channel_names[place(&event[1])].clone(),
        version: version(&event[3]),
        is_in: event[2] == 1,
        at: moment(&event[0]),
    };
    let seen = names.iter().zip(data["first_seen"].as_array().unwrap());
    let seen = seen.filter(|(_, seen)| !seen.is_null());
    let mut declared = BTreeMap::new();
    for event in data["block_events"].as_array().unwrap().iter().filter(|event| event[1] == "+") {
        let file = event[2].as_str().unwrap().to_owned();
        declared.entry(file).or_insert_with(|| moment(&event[0]));
    }
    History {
        graph,
        data: GraphData {
            channels: data["channels"].as_array().unwrap().iter().map(channel).collect(),
            blocks: data["blocks"].as_array().unwrap().iter().map(whole).collect(),
            troubles: Vec::new(),
        },
        architecture: "amd64".to_owned(),
        released: seen.map(|(name, seen)| (name.clone(), moment(seen))).collect(),
        moves: data["events"].as_array().unwrap().iter().map(moved).collect(),
        declared,
    }
}

#[test]
fn openshift_history_cases() {
    let Some(data) = read("upgrades/cincinnati_graph.json") else { return };
    let history = whole_history(&data);
    let mut tally = Tally::new("upgrades/cincinnati_graph.json: brought in");
    let world = with_history(&history);
    let product = world.state.product("openshift").unwrap();
    let moves: usize = product.channels().map(|channel| channel.history.len()).sum();
    tally.check(moves == history.moves.len(), || format!("{moves} of {}", history.moves.len()));
    let (graph, _) = history.data.apply(history.graph.clone(), "amd64");
    tally.check(updates(&answered(&world, None)) == updates(&graph), || "all updates".to_owned());
    let stood: BTreeMap<&str, &Channel> =
        history.data.channels.iter().map(|channel| (channel.name.as_str(), channel)).collect();
    for title in texts(&data["channel_names"]) {
        let named = openshift::channel_name(&title).unwrap();
        let channel = product.channel(&name("openshift"), &named).unwrap();
        let found: BTreeSet<&str> = channel.members.keys().map(VersionText::as_str).collect();
        let expected = stood.get(title.as_str()).map(|it| it.versions.iter().map(String::as_str));
        let expected: BTreeSet<&str> = expected.into_iter().flatten().collect();
        tally.check(found == expected, || format!("{title}: {found:?}, not {expected:?}"));
        if expected.len() > 40 {
            continue;
        }
        let own = graph.of(|release| expected.contains(release.name.as_str()));
        let answer = answered(&world, Some(&title));
        tally.check(updates(&answer) == updates(&own), || format!("the updates of {title}"));
    }
    // The log takes every line of it.
    let longest = world.entries.iter().map(|entry| entry.to_bytes().len()).max();
    tally.check(longest <= Some(trainyard_attest::MAX_ENTRY_BYTES), || format!("{longest:?}"));
    tally.finish();
}

#[test]
fn ayon_catalogue_cases() {
    let file = "bundles/ayon_addons.json";
    let (Some(text), Some(raw)) = (case_text(file), read(file)) else { return };
    let mut tally = Tally::new("bundles/ayon_addons.json: brought in");
    let manifests = trainyard_bundle::read::ayon_addons(file.into(), &text).manifests;
    let records = manifests.len();
    let brought = catalogue::publications(&name("pipeline"), manifests);
    let mut world = World::new(&[]);
    world.pass_days(365);
    let wanted = brought.commands.len();
    for command in brought.commands {
        let answer = world.ask("maker/ada", command);
        tally.check(answer.is_ok(), || format!("{answer:?}"));
    }
    let product = world.state.product("pipeline").unwrap();
    tally.check(product.catalogue().len() == wanted, || format!("{wanted}"));
    let distinct = raw["stats"]["distinct_name_version"].as_u64().unwrap();
    // What is left out is told, record by record.
    let told = brought.troubles.len();
    tally.check(wanted as u64 <= distinct && wanted + told <= records, || {
        format!("{wanted} brought in and {told} left out of {records}: {:?}", brought.troubles)
    });
    let rejected = &raw["stats"]["specifiers_rejected_by_semver_match"][0]["count"];
    let unreadable = brought.troubles.iter().filter(|it| it.contains("is left out")).count();
    let forms = raw["stats"]["version_forms"].as_object().unwrap().iter();
    let strange = forms.filter(|(form, _)| form.starts_with("not semver"));
    let strange: u64 = strange.filter_map(|(_, count)| count.as_u64()).sum();
    tally.check(rejected.as_u64() == Some(unreadable as u64 - strange), || {
        format!("{unreadable} unreadable, not {rejected} and {strange}: {:#?}", brought.troubles)
    });
    tally.finish();
}
