//! Update graphs of others, with the answers that they publish.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use trainyard_testkit::{Tally, case_text};
use trainyard_upgrade::updates::{
    Question, Release, UpdateGraph, cincinnati, nextcloud, olm, openshift, path, rules,
};

fn read(file: &str) -> Option<Value> {
    case_text(&format!("upgrades/{file}")).map(|text| serde_json::from_str(&text).unwrap())
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn pairs(value: &Value) -> Vec<(usize, usize)> {
    let place = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    value.as_array().unwrap().iter().map(|pair| (place(&pair[0]), place(&pair[1]))).collect()
}

/// Cases that come out otherwise on purpose.
fn differences(file: &str) -> BTreeSet<String> {
    let table = include_str!("../deliberate_differences.tsv");
    let rows = table.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0] == file).map(|row| row[1].to_owned()).collect()
}

fn block(value: &Value) -> openshift::Block {
    serde_json::from_value(value.clone()).unwrap()
}

/// Updates that everybody may take, and those with risks, by names.
type Edges = (BTreeSet<(String, String)>, BTreeSet<(String, String, String)>);

fn edges(graph: &UpdateGraph) -> Edges {
    let mut found = Edges::default();
    for (from, to, edge) in graph.edges().filter(|(.., edge)| edge.blocked.is_empty()) {
        let (from, to) = (graph.name(from).to_owned(), graph.name(to).to_owned());
        if edge.risks.is_empty() {
            found.0.insert((from, to));
        } else {
            let risks = edge.risks.iter();
            found.1.extend(risks.map(|risk| (from.clone(), to.clone(), risk.name.clone())));
        }
    }
    found
}

#[test]
fn openshift_fixture_cases() {
    let Some(cases) = read("cincinnati_known_answers.json") else { return };
    let mut tally = Tally::new("upgrades/cincinnati_known_answers.json: fixtures");
    for case in cases["fixtures"].as_array().unwrap() {
        let names = texts(&case["nodes"]);
        let mut graph = UpdateGraph::default();
        for name in &names {
            let version = name.split('+').next().unwrap();
            let metadata = case["raw_metadata"].get(version).cloned().unwrap_or_else(|| json!({}));
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
        let data = openshift::GraphData {
            channels: channels
                .map(|(name, versions)| openshift::Channel {
                    name: name.clone(),
                    versions: texts(versions),
                    ..openshift::Channel::default()
                })
                .collect(),
            blocks: case["blocks"].as_array().unwrap().iter().map(block).collect(),
            troubles: Vec::new(),
        };
        let (graph, troubles) = data.apply(graph, "amd64");
        assert_eq!(troubles, [""; 0]);
        let (found, risky) = edges(&graph);
        let name = |place: usize| names[place].clone();
        let expected = pairs(&case["expected_edges"]).into_iter();
        let expected: BTreeSet<_> = expected.map(|(from, to)| (name(from), name(to))).collect();
        for edge in found.union(&expected) {
            tally.check(found.contains(edge) && expected.contains(edge), || format!("{edge:?}"));
        }
        assert!(risky.is_empty());
        for (name, label) in case["expected_channels"].as_object().unwrap() {
            let release = graph.release(graph.find(name).unwrap()).unwrap();
            let found = cincinnati::channel_label(release);
            tally.check(found == label.as_str().unwrap(), || {
                format!("{name}: {found}, not {label}")
            });
        }
    }
    tally.finish();
}

/// `OpenShift`'s whole history of releases, and what its files say of them.
fn openshift_graph(data: &Value, architecture: &str) -> UpdateGraph {
    let mut graph = UpdateGraph::default();
    for name in texts(&data["versions"]) {
        graph.add(Release { name, ..Release::default() });
    }
    for (to, before) in data["prev"].as_array().unwrap().iter().enumerate() {
        for from in before.as_array().into_iter().flatten() {
            graph.allow(usize::try_from(from.as_u64().unwrap()).unwrap(), to).unwrap();
        }
    }
    let with_risk = |value: &Value| {
        let mut whole = value.clone();
        if let Some(risk) = value["risk"].as_u64() {
            let risk = &data["risks"][usize::try_from(risk).unwrap()];
            for key in ["name", "url", "message", "matchingRules"] {
                whole[key] = risk[key].clone();
            }
        }
        block(&whole)
    };
    let names = texts(&data["versions"]);
    let name = |value: &Value| names[usize::try_from(value.as_u64().unwrap()).unwrap()].clone();
    let channel = |value: &Value| openshift::Channel {
        name: value["name"].as_str().unwrap().to_owned(),
        versions: value["versions"].as_array().unwrap().iter().map(name).collect(),
        ..openshift::Channel::default()
    };
    let data = openshift::GraphData {
        channels: data["channels"].as_array().unwrap().iter().map(channel).collect(),
        blocks: data["blocks"].as_array().unwrap().iter().map(with_risk).collect(),
        troubles: Vec::new(),
    };
    let (mut graph, troubles) = data.apply(graph, architecture);
    assert_eq!(troubles, [""; 0]);
    graph.put_in_order(&trainyard_version::Scheme::semver());
    graph
}

#[test]
fn openshift_history_cases() {
    let Some(data) = read("cincinnati_graph.json") else { return };
    let graph = openshift_graph(&data, "amd64");
    let mut tally = Tally::new("upgrades/cincinnati_graph.json");
    let mut count = |what: &str, found: usize, expected: &Value| {
        tally.check(expected.as_u64() == u64::try_from(found).ok(), || {
            format!("{what}: {found}, not {expected}")
        });
    };
    let counts = &data["counts"];
    count("releases", graph.releases().len(), &counts["versions"]);
    count("updates", graph.edges().count(), &counts["derived_edges"]);
    let blocked = graph.edges().filter(|(.., edge)| !edge.blocked.is_empty());
    count("blocked", blocked.count(), &counts["derived_edges_hard_blocked_amd64"]);
    let risky =
        |edge: &trainyard_upgrade::updates::Edge| edge.blocked.is_empty() && !edge.risks.is_empty();
    let risky = graph.edges().filter(|(.., edge)| risky(edge)).count();
    count("with risks", risky, &counts["derived_edges_conditional_amd64"]);
    let labels: usize = graph
        .releases()
        .iter()
        .map(|release| {
            release.channels.iter().filter(|name| !name.starts_with("internal:")).count()
        })
        .sum();
    count("memberships", labels, &counts["memberships"]);
    // Written and read again it is the same, but for what nobody may take.
    let (again, troubles) = cincinnati::read(&cincinnati::write(&graph)).unwrap();
    assert_eq!(troubles, [""; 0]);
    tally.check(edges(&again) == edges(&graph), || "the graph does not survive writing".to_owned());
    // The shortest safe way, against a plain search by breadth.
    let (safe, _) = edges(&graph);
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in &safe {
        next.entry(from).or_default().push(to);
    }
    let releases = graph.releases();
    for seed in 0..60usize {
        let (from, to) = (seed * 37 % releases.len(), (seed * 101 + 300) % releases.len());
        let (from, to) = (&releases[from].name, &releases[to].name);
        let question = Question { from: from.clone(), to: to.clone(), ..Question::default() };
        let answer = path(&graph, &question);
        let found = answer.path.filter(|path| path.is_safe).map(|path| path.updates.len());
        let expected = shortest(&next, from, to);
        tally.check(found == expected, || format!("{from} -> {to}: {found:?}, not {expected:?}"));
    }
    tally.finish();
}

fn shortest(next: &BTreeMap<&str, Vec<&str>>, from: &str, to: &str) -> Option<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut rim = vec![from];
    for steps in 0.. {
        if rim.contains(&to) {
            return Some(steps);
        }
        let reached = rim.iter().flat_map(|name| next.get(name).into_iter().flatten());
        rim = reached.copied().filter(|name| seen.insert(*name)).collect();
        if rim.is_empty() {
            return None;
        }
    }
    None
}

#[test]
fn openshift_channel_cases() {
    let Some(cases) = read("cincinnati_known_answers.json") else { return };
    let Some(data) = read("cincinnati_graph.json") else { return };
    let differences = differences("cincinnati_known_answers.json");
    let mut tally = Tally::new("upgrades/cincinnati_known_answers.json: e2e");
    for case in cases["e2e"].as_array().unwrap() {
        let names = texts(&case["nodes"]);
        let graph = openshift_graph(&data, case["arch"].as_str().unwrap());
        let (found, risky) = edges(&graph.of(|release| names.contains(&release.name)));
        let channel = case["channel"].as_str().unwrap();
        let expected: BTreeSet<_> = pairs(&case["edges"])
            .into_iter()
            .map(|(from, to)| (names[from].clone(), names[to].clone()))
            .filter(|(from, to)| !differences.contains(&format!("{channel} {from} -> {to}")))
            .collect();
        let triple = |value: &Value| {
            let texts = texts(value);
            (texts[0].clone(), texts[1].clone(), texts[2].clone())
        };
        let expected_risky: BTreeSet<_> =
            case["conditional_edges"].as_array().unwrap().iter().map(triple).collect();
        for edge in found.union(&expected) {
            tally.check(found.contains(edge) && expected.contains(edge), || {
                format!("{channel}: {edge:?}")
            });
        }
        tally.check(risky == expected_risky, || format!("{channel}: {risky:?}"));
    }
    tally.finish();
}

#[test]
fn gitlab_cases() {
    let Some(cases) = read("gitlab_upgrade_path.json") else { return };
    let differences = differences("gitlab_upgrade_path.json");
    let mut tally = Tally::new("upgrades/gitlab_upgrade_path.json");
    for edition in cases["published_paths"].as_array().unwrap() {
        let rows = edition["rows"].as_array().unwrap();
        // One edition says its stops in the ways alone: the line of every release between the ends of one.
        let stops = match &edition["stops"] {
            Value::Null => rows
                .iter()
                .flat_map(|row| {
                    let path = texts(&row["path"]);
                    path[1..path.len() - 1].to_vec()
                })
                .collect(),
            stops => texts(stops),
        };
        let known: BTreeSet<String> = stops.into_iter().collect();
        let lines: BTreeSet<String> = known
            .iter()
            .map(|at| at.rsplit_once('.').map_or_else(|| at.clone(), |(line, _)| line.to_owned()))
            .collect();
        let stops = lines.into_iter().map(|at| rules::Stop { at, ..rules::Stop::default() });
        let rules = rules::Rules { stops: stops.collect(), ..rules::Rules::default() };
        for row in rows {
            let (from, to) = (row["from"].as_str().unwrap(), row["to"].as_str().unwrap());
            let known: Vec<String> = known.iter().cloned().collect();
            let (graph, _) = rules::graph(&rules, &known, from, to).unwrap();
            let found = way(&graph, from, to);
            let mut expected = texts(&row["path"]);
            if differences.contains(&format!("{from} -> {to}")) {
                from.clone_into(&mut expected[0]);
            }
            tally.check(found == expected, || format!("{row}\n  {found:?}"));
        }
    }
    let spec = &cases["spec"];
    let line = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u64>().unwrap());
        (parts.next().unwrap(), parts.next().unwrap())
    };
    let number = |value: &Value| value.as_u64().unwrap();
    let schedule = rules::Schedule {
        from: line(spec["scheduled_from"].as_str().unwrap()),
        minors: spec["scheduled_minor_stops"].as_array().unwrap().iter().map(number).collect(),
    };
    let current = line(spec["current"].as_str().unwrap());
    for case in spec["cases"].as_array().unwrap() {
        let stops: Vec<_> = texts(&case["path"]).iter().map(|stop| line(stop)).collect();
        let (last, next) = rules::around(&stops, &schedule, current);
        let is_right = last == Some(line(case["last"].as_str().unwrap()))
            && next == Some(line(case["next"].as_str().unwrap()))
            && case["is_stop"] == (next == Some(current));
        tally.check(is_right, || format!("{case}: {last:?} {next:?}"));
    }
    // The stops that the tool listed in November 2024, by the releases until then.
    let stops = texts(&cases["stops"]);
    let listed = texts(&cases["path_json_2024_11"]["all"]);
    let (target, expected) = listed.split_last().unwrap();
    let released: Vec<String> = texts(&cases["versions"])
        .into_iter()
        .filter(|version| !newer_patch(version, expected))
        .collect();
    let then = |stop: &&String| !differences.contains(&format!("stop {stop} in 2024-11"));
    let yaml: Vec<String> = stops
        .iter()
        .filter(then)
        .map(|stop| line(stop))
        .map(|(major, minor)| format!("- major: {major}\n  minor: {minor}\n"))
        .collect();
    let yaml = yaml.concat();
    let rules = rules::read_gitlab(&yaml).unwrap();
    let (graph, _) = rules::graph(&rules, &released, "8.0.0", target).unwrap();
    let found = way(&graph, "8.0.0", target);
    tally.check(found[1..] == listed[..], || format!("{listed:?}\n  {found:?}"));
    tally.finish();
}

/// Whether a version is a later patch of a release that a list names.
fn newer_patch(version: &str, listed: &[String]) -> bool {
    let parts =
        |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let own = parts(version);
    listed.iter().map(|text| parts(text)).any(|other| own[..2] == other[..2] && own > other)
}

fn way(graph: &UpdateGraph, from: &str, to: &str) -> Vec<String> {
    let question = Question { from: from.into(), to: to.into(), ..Question::default() };
    let found = path(graph, &question).path.unwrap_or_default().updates;
    let reached = found.into_iter().map(|update| update.to);
    [from.to_owned()].into_iter().chain(reached).collect()
}

#[test]
fn nextcloud_cases() {
    let Some(cases) = read("nextcloud_updates.json") else { return };
    let mut tally = Tally::new("upgrades/nextcloud_updates.json");
    for case in cases["cases"].as_array().unwrap() {
        let request: nextcloud::Request = serde_json::from_value(case["req"].clone()).unwrap();
        let answer = nextcloud::answer(&cases["config"], &request, "2021-07-06");
        let flag = |is: bool| if is { "1" } else { "0" };
        let found = answer.map(|offer| {
            json!({
                "version": offer.version,
                "url": offer.url,
                "web": offer.web,
                "eol": flag(offer.is_end_of_life),
                "signature": if offer.signature.is_empty() { "none" } else { &offer.signature },
                "autoupdater": flag(offer.is_automatic),
            })
        });
        let expected = &case["expect"];
        let is_right = match &found {
            None => expected["empty"] == true,
            Some(found) => {
                let told = expected.as_object().unwrap().iter().filter(|(key, _)| *key != "empty");
                expected["empty"] == false && told.clone().all(|(key, value)| found[key] == *value)
            }
        };
        tally.check(is_right, || format!("{case}\n  {found:?}"));
    }
    tally.finish();
}

#[test]
#[expect(clippy::print_stdout, reason = "what else was found is told with the score")]
fn olm_cases() {
    let Some(cases) = read("olm_channels.json.gz") else { return };
    let mut tally = Tally::new("upgrades/olm_channels.json.gz: catalogues");
    let mut stranded = 0;
    for (package, catalogue) in cases["file_based_catalogs"].as_object().unwrap() {
        for channel in catalogue["channels"].as_array().unwrap() {
            let channel: olm::Channel = serde_json::from_value(channel.clone()).unwrap();
            let channel = olm::Channel { package: package.clone(), ..channel };
            let expected = oracle_heads(&channel);
            let heads = channel.heads();
            tally.check(heads.len() == 1 && heads == expected, || {
                format!("{package}/{}: {heads:?}, not {expected:?}", channel.name)
            });
            let findings = channel.check();
            stranded += findings.iter().filter(|one| one.code.as_str() == "TY0813").count();
        }
    }
    println!("{stranded} entries of the catalogues cannot reach the head of their channel");
    tally.finish();
}

/// Heads by the definition: of each entry it is asked whether any other one names it.
fn oracle_heads(channel: &olm::Channel) -> Vec<&str> {
    let named = |name: &str| {
        channel.entries.iter().any(|other| {
            other.name != name
                && (other.replaces == name || other.skips.iter().any(|skip| skip == name))
        })
    };
    let names = channel.entries.iter().map(|entry| entry.name.as_str());
    let mut heads: Vec<&str> = names.filter(|name| !named(name)).collect();
    heads.sort_unstable();
    heads
}
