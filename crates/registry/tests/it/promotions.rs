//! Promotions of others: which of their cases our channels answer alike, and why the others are none of ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json, value::RawValue};
use trainyard_bundle::{Dialect, Kind, Manifest, Numbered, Provided, Requirement};
use trainyard_registry::{
    Command, Digest, Publish, SequenceKind,
    channels::ChannelRule,
    offers::{Client, offer},
    products::{ComponentFacts, PolicyFacts, SetPolicy},
    risks::{DeclareRisk, RiskDeclared, RiskEffect},
};
use trainyard_testkit::{Tally, case_text};
use trainyard_version::Scheme;

use crate::world::{World, name, promotion, release, version};

fn read(file: &str) -> Option<Value> {
    case_text(&format!("channels/{file}")).map(|text| serde_json::from_str(&text).unwrap())
}

/// The cases of a file that do not map, with the reason.
pub(crate) fn unmapped(file: &str) -> BTreeMap<String, String> {
    let table = include_str!("../unmapped_cases.tsv");
    let rows = table.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    let own = rows.filter(|row| row[0] == file);
    own.map(|row| (row[1].to_owned(), row[2].to_owned())).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A registry whose component `core` has open channels, and versions of a scheme.
fn with_channels(scheme: &str, channels: &[&str]) -> World {
    let mut world = World::new(&[]);
    let rule = ChannelRule { prereleases: true, ..ChannelRule::default() };
    let rules = channels.iter().map(|channel| (name(channel), rule.clone())).collect();
    let own = ComponentFacts {
        scheme: scheme.to_owned(),
        maturity: trainyard_registry::Maturity::default(),
    };
    world.must(Command::SetPolicy(SetPolicy {
        product: name("pipeline"),
        text: format!("{channels:?}"),
        facts: PolicyFacts {
            components: [(name("core"), own)].into(),
            groups: BTreeMap::default(),
            channels: [(name("core"), rules)].into(),
            streams: BTreeMap::default(),
        },
        is_dry: false,
    }));
    world
}

/// The releases of one platform and language of a snapshot: by name, the version with its build, the content, and whether any
/// client may go to it.
fn builds(snapshot: &Value, platform: &str, locale: &str) -> Vec<(String, String, String)> {
    let mut builds = Vec::new();
    for (title, release) in snapshot["releases"].as_object().unwrap() {
        let platforms = &release["platforms"];
        let alias = text(&platforms[platform], "alias");
        let platform = &platforms[if alias.is_empty() { platform } else { alias }];
        let own = &platform["locales"][locale];
        let build =
            [text(own, "buildID"), text(platform, "buildID")].into_iter().find(|it| !it.is_empty());
        let number =
            [text(own, "extv"), text(release, "extv")].into_iter().find(|it| !it.is_empty());
        let (Some(build), Some(number)) = (build, number) else { continue };
        let content = text(&own["complete"], "hashValue");
        builds.push((title.clone(), format!("{number}+{build}"), content.to_owned()));
    }
    builds
}

/// A release of `core` with a content, to which all the others may be updated.
fn build(number: &str, content: &str, all: &[&str]) -> Command {
    let manifest = json!({"name": "core", "version": {"text": number, "scheme": "pep440"}});
    Command::Publish(Publish {
        content: Some(Digest::of(content.as_bytes())),
        document: RawValue::from_string(manifest.to_string()).unwrap(),
        version: version(number),
        follows: Some(all.iter().filter(|it| **it != number).map(|it| version(it)).collect()),
        ..release("core", "1.0.0")
    })
}

/// A channel of theirs is a rule that names it; which build a client runs is told by its build number, and a build that nobody
/// knows is offered what the channel points to, as a new installation is.
#[test]
fn balrog_cases() {
    let Some(cases) = read("balrog_cases.json") else { return };
    let mut tally = Tally::new("channels/balrog_cases.json");
    let mut left = unmapped("balrog_cases.json");
    let mut used = BTreeSet::new();
    for snapshot in cases["snapshots"].as_array().unwrap() {
        let rules = snapshot["rules"].as_array().unwrap();
        let plain = [
            "data_version",
            "priority",
            "mapping",
            "backgroundRate",
            "update_type",
            "product",
            "channel",
            "comment",
        ];
        let is_plain = |rule: &&Value| {
            rule.as_object().unwrap().keys().all(|key| plain.contains(&key.as_str()))
        };
        for rule in rules.iter().filter(|rule| !is_plain(rule)) {
            let title = format!("{}: rule for {}", text(snapshot, "id"), text(rule, "mapping"));
            tally.check(left.contains_key(&title), || title.clone());
            used.insert(title);
        }
        if rules.is_empty() {
            let title = format!("{}: no rules", text(snapshot, "id"));
            tally.check(left.contains_key(&title), || title.clone());
            used.insert(title);
        }
        let pointers: BTreeMap<&str, &str> = rules
            .iter()
            .filter(is_plain)
            .map(|rule| (text(rule, "channel"), text(rule, "mapping")))
            .collect();
        let channels: Vec<&str> = pointers.keys().copied().collect();
        let mut worlds: BTreeMap<(String, String), World> = BTreeMap::new();
        for case in snapshot["cases"].as_array().unwrap() {
            let path: Vec<&str> = case[0].as_str().unwrap().split('/').collect();
            let [_, number, platform, build_id, locale, channel, _] = path[..] else {
                panic!("{path:?}")
            };
            let builds = builds(snapshot, platform, locale);
            let key = (platform.to_owned(), locale.to_owned());
            let world = worlds.entry(key).or_insert_with(|| {
                let mut world = with_channels("pep440", &channels);
                let all: Vec<&str> = builds.iter().map(|it| it.1.as_str()).collect();
                for (_, number, content) in &builds {
                    world.must(build(number, content, &all));
                }
                for (channel, mapping) in &pointers {
                    if let Some((_, number, _)) = builds.iter().find(|it| it.0 == *mapping) {
                        world.must(Command::Promote(promotion(channel, number, false)));
                    }
                }
                world
            });
            let runs = format!("{number}+{build_id}");
            let client = Client {
                runs: builds.iter().find(|it| it.1 == runs).map(|it| it.1.clone()),
                ..Client::default()
            };
            let product = world.state.product("pipeline").unwrap();
            let offered = offer(product, &name("core"), &name(channel), &client, world.now);
            let found = offered.ok().and_then(|offer| offer.next);
            let expected = &case[1];
            let expected = (!text(expected, "build").is_empty())
                .then(|| format!("{}+{}", text(expected, "extv"), text(expected, "build")));
            tally.check(found == expected, || format!("{case}\n  {found:?}, not {expected:?}"));
        }
    }
    left.retain(|title, _| !used.contains(title));
    tally.check(left.is_empty(), || format!("rows that are no longer so: {left:?}"));
    tally.finish();
}

/// A suite of packages is a bundle, and a package a component: what stood in testing afterwards may enter a channel, and with
/// a source more that was held back, it may not. A block of a source is a risk of its packages until it is lifted, and so is a
/// grave bug.
#[test]
fn britney_cases() {
    let Some(cases) = read("britney_tests.json") else { return };
    let mut tally = Tally::new("channels/britney_tests.json");
    let mut left = unmapped("britney_tests.json");
    for case in cases["tests"].as_array().unwrap() {
        let id = text(case, "id");
        let answer = migration(case);
        let is_alike = answer.is_ok();
        let reason = left.remove(id);
        // A row for what we answer alike would hide what we no longer do.
        match reason {
            Some(reason) => {
                assert!(!is_alike && !reason.is_empty(), "{id} maps: take it out of the table");
            }
            None => tally.check(is_alike, || format!("{id}: {answer:?}")),
        }
    }
    tally.check(left.is_empty(), || format!("rows of no case: {left:?}"));
    tally.finish();
}

/// A package as its suite lists it.
#[derive(Clone, Debug)]
struct Package {
    name: String,
    number: String,
    source: String,
    entry: Value,
}

fn packages(suite: &Value) -> Vec<Package> {
    let mut packages = Vec::new();
    for (file, rows) in suite.as_object().into_iter().flatten() {
        if !file.starts_with("Packages") && !file.ends_with("/Packages") {
            continue;
        }
        for entry in rows.as_array().into_iter().flatten() {
            let name = text(entry, "Package").to_owned();
            let source = text(entry, "Source").split(' ').next().unwrap_or_default();
            packages.push(Package {
                source: if source.is_empty() { name.clone() } else { source.to_owned() },
                number: text(entry, "Version").to_owned(),
                name,
                entry: entry.clone(),
            });
        }
    }
    packages
}

/// A package's manifest. *Errors*: what has no counterpart.
fn manifest(package: &Package) -> Result<Manifest, String> {
    let scheme: Scheme = "debian".parse().unwrap();
    let mut manifest = Manifest::new(&package.name, Numbered::read(&package.number, &scheme));
    for (key, kind) in
        [("Depends", Kind::Hard), ("Breaks", Kind::Conflict), ("Conflicts", Kind::Conflict)]
    {
        for wanted in
            text(&package.entry, key).split(',').map(str::trim).filter(|it| !it.is_empty())
        {
            if wanted.contains('|') {
                return Err(format!("a choice: {wanted}"));
            }
            if wanted.contains(':') {
                return Err(format!("another architecture: {wanted}"));
            }
            let (target, range) = wanted.split_once('(').unwrap_or((wanted, ">= 0)"));
            manifest.requirements.push(Requirement {
                target: target.trim().to_owned(),
                range: Dialect::of_scheme(&scheme).read(range.trim_end_matches(')')),
                kind,
                condition: String::new(),
                is_fetched: false,
                place: None,
            });
        }
    }
    if package.entry["Essential"] == "yes" {
        return Err("what everything needs without saying so".to_owned());
    }
    let provided =
        text(&package.entry, "Provides").split(',').map(str::trim).filter(|it| !it.is_empty());
    manifest.provides =
        provided.map(|name| Provided { name: name.to_owned(), version: None }).collect();
    Ok(manifest)
}

/// Holds a case against a channel. *Errors*: where the answer is another, or there is none.
fn migration(case: &Value) -> Result<(), String> {
    let architectures = text(&case["test_data"], "Architectures");
    if architectures.contains(' ') {
        return Err(format!("several architectures: {architectures}"));
    }
    let (testing, unstable) =
        (packages(&case["suites"]["testing"]), packages(&case["suites"]["unstable"]));
    if testing.is_empty() && unstable.is_empty() {
        return Err("its packages are made by a program".to_owned());
    }
    let lines = case["expected"].as_array().unwrap().iter().filter_map(Value::as_str);
    let expected: BTreeSet<(&str, &str)> = lines
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|words| words[2] != "source")
        .map(|words| (words[0], words[1]))
        .collect();
    let mut world = with_channels("debian", &[]);
    let rules = [(name("testing"), ChannelRule { prereleases: true, ..ChannelRule::default() })];
    let mut facts = PolicyFacts::default();
    facts.channels.insert(name("suite"), rules.into());
    let set =
        SetPolicy { product: name("pipeline"), text: "suite".to_owned(), facts, is_dry: false };
    world.must(Command::SetPolicy(set));
    for package in testing.iter().chain(&unstable) {
        let manifest = serde_json::to_string(&manifest(package)?).unwrap();
        let publish = Publish {
            name: package.name.parse().map_err(|error| format!("{error}"))?,
            version: package.number.parse().map_err(|error| format!("{error}"))?,
            document: RawValue::from_string(manifest).unwrap(),
            ..release("core", "1.0.0")
        };
        world.ask("maker/ada", Command::Publish(publish)).map_err(|refusal| refusal.to_string())?;
    }
    for package in unstable.iter().filter(|package| is_blocked(case, package)) {
        let is_new =
            !testing.iter().any(|it| it.name == package.name && it.number == package.number);
        let risk = RiskDeclared {
            product: name("pipeline"),
            risk: name(&format!("block-{}", package.name)),
            stream: name(&package.name),
            effect: RiskEffect::Block,
            versions: format!("exactly {}", package.number),
            from: None,
            condition: None,
            message: "a hint blocks it".to_owned(),
            url: None,
            fixed_in: None,
            title: None,
            happened: None,
        };
        if is_new {
            world.must(Command::DeclareRisk(DeclareRisk(risk)));
        }
    }
    let mut suites = 0;
    let mut enters = |world: &mut World, pins: &BTreeSet<(&str, &str)>| {
        suites += 1;
        let number = format!("{suites}.0");
        let pins: Vec<_> =
            pins.iter().map(|(name, number)| json!({"name": name, "version": number})).collect();
        let document = json!({
            "name": "suite", "version": {"text": number, "scheme": "debian"},
            "is_final": false, "pins": pins,
        });
        let publish = Publish {
            name: name("suite"),
            kind: SequenceKind::Bundle,
            version: version(&number),
            document: RawValue::from_string(document.to_string()).unwrap(),
            ..release("core", "1.0.0")
        };
        let published = world.ask("maker/ada", Command::Publish(publish));
        published.map_err(|refusal| refusal.to_string())?;
        let promote = trainyard_registry::channels::Promote {
            stream: name("suite"),
            ..promotion("testing", &number, false)
        };
        Ok::<_, String>(world.ask("maker/ada", Command::Promote(promote)))
    };
    if let Err(refusal) = enters(&mut world, &expected)? {
        let findings: Vec<_> = refusal.findings.iter().map(|it| it.message.clone()).collect();
        return Err(format!("what stood there may not enter: {refusal}: {findings:?}"));
    }
    let sources: BTreeSet<&str> = unstable.iter().map(|package| package.source.as_str()).collect();
    for source in sources {
        let of = |packages: &'_ [Package]| -> BTreeSet<(String, String)> {
            let own = packages.iter().filter(|package| package.source == source);
            own.map(|package| (package.name.clone(), package.number.clone())).collect()
        };
        let newer = of(&unstable);
        if newer.iter().all(|(name, number)| expected.contains(&(name.as_str(), number.as_str()))) {
            continue;
        }
        let names: BTreeSet<String> =
            newer.iter().chain(&of(&testing)).map(|(name, _)| name.clone()).collect();
        let mut pins: BTreeSet<(&str, &str)> =
            expected.iter().filter(|(name, _)| !names.contains(*name)).copied().collect();
        pins.extend(newer.iter().map(|(name, number)| (name.as_str(), number.as_str())));
        if enters(&mut world, &pins)?.is_ok() {
            return Err(format!("{source} was held back, and may enter"));
        }
    }
    Ok(())
}

/// Whether a hint or a grave bug keeps a package back.
fn is_blocked(case: &Value, package: &Package) -> bool {
    let hints: Vec<&str> = case["hints"]
        .as_object()
        .into_iter()
        .flat_map(|hints| hints.values())
        .flat_map(|hints| hints.as_str().unwrap_or_default().lines())
        .collect();
    let unblocked = format!("unblock {}/{}", package.source, package.number);
    let is_hinted = hints
        .iter()
        .any(|hint| *hint == "block-all source" || *hint == format!("block {}", package.source));
    let bugs =
        |suite: &str| text(&case["suites"][suite], "BugsV").contains(&format!("{} ", package.name));
    // A second kind of block needs a word of its own to be lifted.
    let second = format!("block-udeb {}", package.source);
    let is_hinted_again = hints.contains(&second.as_str())
        && !hints.contains(&format!("unblock-udeb {}/{}", package.source, package.number).as_str());
    (is_hinted && !hints.contains(&unblocked.as_str()))
        || is_hinted_again
        || (bugs("unstable") && !bugs("testing"))
}
