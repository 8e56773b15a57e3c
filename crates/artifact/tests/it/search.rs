//! One file, looked for wherever roles delegate it to (5.6.7), by a client that knows a repository of others.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use trainyard_artifact::{
    Sha256,
    tuf::{Aim, Envelope, Key, Refusal, Trusted, Update, canonical, key_id},
};

use crate::site::{key, noon};

/// A repository of others: roles that lead to roles, and files.
#[derive(Default)]
struct Forest {
    /// From a role to another, for which files, whether the search ends there, and by which key the other is signed.
    ways: Vec<(&'static str, &'static str, &'static str, bool, u8)>,
    /// A role, and a file that it lists.
    files: Vec<(&'static str, &'static str)>,
    /// By which key a role is signed, where that is not the first one.
    signed_by: BTreeMap<&'static str, u8>,
    /// Whether what is listed comes with digests.
    has_digests: bool,
}

fn signed(says: &Value, by: u8) -> Vec<u8> {
    let file = json!({ "signed": says, "signatures": [] });
    let mut envelope = Envelope::read(&canonical(&file).unwrap()).unwrap();
    envelope.sign(&key(by));
    envelope.to_bytes()
}

fn keys(of: &[u8]) -> Value {
    let keys = of.iter().map(|it| key(*it).public_key());
    keys.map(|it| (key_id(&it), serde_json::to_value(Key::new(&it)).unwrap()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn front(kind: &str) -> Value {
    json!({ "_type": kind, "spec_version": "1.0.34", "version": 1, "expires": "2099-01-01T00:00:00Z" })
}

fn with(kind: &str, members: Value) -> Value {
    let mut whole = front(kind);
    let Value::Object(members) = members else { panic!("members") };
    whole.as_object_mut().unwrap().extend(members);
    whole
}

fn content(path: &str) -> Vec<u8> {
    format!("the content of {path}").into_bytes()
}

impl Forest {
    fn listed(&self, bytes: &[u8]) -> Value {
        if !self.has_digests {
            return json!({ "version": 1 });
        }
        let hashes = json!({ "sha256": Sha256::of(bytes).to_string() });
        json!({ "version": 1, "length": bytes.len(), "hashes": hashes })
    }

    fn role(&self, role: &str) -> Vec<u8> {
        let own = self.files.iter().filter(|(by, _)| *by == role).map(|(_, path)| {
            let bytes = content(path);
            let hashes = json!({ "sha256": Sha256::of(&bytes).to_string() });
            ((*path).to_owned(), json!({ "length": bytes.len(), "hashes": hashes }))
        });
        let mut says =
            with("targets", json!({ "targets": own.collect::<serde_json::Map<_, _>>() }));
        let ways: Vec<_> = self.ways.iter().filter(|way| way.0 == role).collect();
        if !ways.is_empty() {
            let by: Vec<u8> = ways.iter().map(|way| way.4).collect();
            let roles = ways.iter().map(|(_, name, paths, is_last, by)| {
                json!({ "name": name, "keyids": [key_id(&key(*by).public_key())], "threshold": 1,
                    "terminating": is_last, "paths": [paths] })
            });
            says["delegations"] = json!({ "keys": keys(&by), "roles": roles.collect::<Vec<_>>() });
        }
        signed(&says, self.signed_by.get(role).copied().unwrap_or(1))
    }

    /// All files by their paths.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut meta = serde_json::Map::new();
        let mut roles: Vec<&str> = self.ways.iter().map(|way| way.1).collect();
        roles.push("targets");
        for role in roles {
            let bytes = self.role(role);
            meta.insert(format!("{role}.json"), self.listed(&bytes));
            files.insert(format!("metadata/1.{role}.json"), bytes);
        }
        let snapshot = signed(&with("snapshot", json!({ "meta": meta })), 1);
        let newest = json!({ "meta": { "snapshot.json": self.listed(&snapshot) } });
        files.insert("metadata/timestamp.json".to_owned(), signed(&with("timestamp", newest), 1));
        files.insert("metadata/1.snapshot.json".to_owned(), snapshot);
        files
    }

    fn root() -> Vec<u8> {
        let role = json!({ "keyids": [key_id(&key(1).public_key())], "threshold": 1 });
        let roles = json!({ "root": role, "targets": role, "snapshot": role, "timestamp": role });
        let says = json!({ "consistent_snapshot": true, "keys": keys(&[1]), "roles": roles });
        signed(&with("root", says), 1)
    }

    /// Carries an update as far as it asks for something; the roles that it asked for, by their files.
    fn carry(&self, update: &mut Update) -> Result<Vec<String>, Refusal> {
        let files = self.files();
        let mut asked = Vec::new();
        while let Some(fetch) = update.next() {
            asked.push(fetch.path.trim_start_matches("metadata/").to_owned());
            update.give(files.get(&fetch.path).map(Vec::as_slice))?;
        }
        Ok(asked)
    }

    fn begin(&self, trusted: Trusted) -> (Update, Vec<String>) {
        let nothing = Aim::Channels(std::collections::BTreeSet::default());
        let mut update = Update::begin(trusted, nothing, noon()).unwrap();
        let asked = self.carry(&mut update).unwrap();
        (update, asked)
    }

    /// The roles that are asked for a file, in turn, and whether it is found.
    fn search(&self, path: &str) -> (Vec<String>, bool) {
        let (mut update, _) = self.begin(Trusted::new(Self::root()));
        update.look_for(path).unwrap();
        let asked = self.carry(&mut update).unwrap();
        let asked = asked.iter().map(|file| file[2..file.len() - 5].to_owned());
        (asked.collect(), update.found().is_ok())
    }
}

#[test]
fn the_more_trusted_and_those_below_it_come_first() {
    let forest = Forest {
        ways: vec![
            ("targets", "north", "*", false, 1),
            ("targets", "south", "*", false, 1),
            ("north", "village", "*", false, 1),
            ("village", "house", "*", false, 1),
            ("north", "farm", "*", false, 1),
        ],
        files: vec![("farm", "milk"), ("south", "milk"), ("targets", "map")],
        ..Forest::default()
    };
    assert_eq!(forest.search("map"), (vec![], true));
    let way = ["north", "village", "house", "farm"].map(str::to_owned);
    assert_eq!(forest.search("milk"), (way.to_vec(), true));
    let (asked, is_found) = forest.search("wine");
    assert_eq!(
        (asked.len(), asked.last().map(String::as_str), is_found),
        (5, Some("south"), false)
    );
}

#[test]
fn a_role_that_ends_the_search_ends_it() {
    let forest = Forest {
        ways: vec![
            ("targets", "north", "*", false, 1),
            ("targets", "south", "*", false, 1),
            ("north", "last", "*", true, 1),
            ("north", "never", "*", false, 1),
            ("last", "below", "*", false, 1),
        ],
        files: vec![("south", "milk"), ("never", "milk")],
        ..Forest::default()
    };
    let way = ["north", "last", "below"].map(str::to_owned);
    assert_eq!(forest.search("milk"), (way.to_vec(), false));
}

#[test]
fn a_role_says_nothing_of_what_was_not_left_to_it() {
    let forest = Forest {
        ways: vec![
            ("targets", "tools", "tools/*", false, 1),
            ("tools", "saws", "tools/saw-*", false, 1),
            ("tools", "others", "food/*", false, 1),
        ],
        files: vec![
            ("tools", "food/bread"),
            ("saws", "tools/hammer"),
            ("saws", "tools/saw-1"),
            ("others", "food/bread"),
        ],
        ..Forest::default()
    };
    assert_eq!(forest.search("food/bread"), (vec![], false));
    assert_eq!(forest.search("tools/hammer"), (vec!["tools".to_owned()], false));
    let way = ["tools", "saws"].map(str::to_owned);
    assert_eq!(forest.search("tools/saw-1"), (way.to_vec(), true));
    // A star ends with the folder.
    assert_eq!(forest.search("tools/saw-1/blade"), (vec![], false));
}

#[test]
fn circles_end() {
    let forest = Forest {
        ways: vec![
            ("targets", "a", "*", false, 1),
            ("a", "b", "*", false, 1),
            ("b", "c", "*", false, 1),
            ("c", "a", "*", false, 1),
            ("c", "targets", "*", false, 1),
        ],
        ..Forest::default()
    };
    let way = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(forest.search("milk"), (way.to_vec(), false));
}

#[test]
fn a_role_counts_as_whoever_leads_to_it_says() {
    // Both lead to one role, for other files and by another key; it is signed by the first one's.
    let forest = Forest {
        ways: vec![
            ("targets", "left", "left/*", false, 1),
            ("targets", "right", "right/*", false, 1),
            ("left", "shared", "left/*", false, 2),
            ("right", "shared", "right/*", false, 3),
        ],
        files: vec![("shared", "left/file"), ("shared", "right/file")],
        signed_by: [("shared", 2)].into(),
        has_digests: true,
    };
    let (mut update, _) = forest.begin(Trusted::new(Forest::root()));
    update.look_for("left/file").unwrap();
    forest.carry(&mut update).unwrap();
    assert!(update.found().is_ok());
    // What is kept from the first way is no more worth on the second.
    update.look_for("right/file").unwrap();
    let refusal = forest.carry(&mut update).unwrap_err();
    assert_eq!(refusal.name(), "signatures");
    assert!(update.found().is_err());
}

#[test]
fn what_is_kept_is_not_fetched_again() {
    for has_digests in [false, true] {
        let forest = Forest {
            ways: vec![("targets", "tools", "tools/*", false, 2)],
            files: vec![("tools", "tools/saw")],
            signed_by: [("tools", 2)].into(),
            has_digests,
        };
        let (mut update, asked) = forest.begin(Trusted::new(Forest::root()));
        assert_eq!(asked, ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]);
        update.look_for("tools/saw").unwrap();
        assert_eq!(forest.carry(&mut update).unwrap(), ["1.tools.json"]);
        let (mut update, asked) = forest.begin(update.trusted().clone());
        assert_eq!(asked, ["2.root.json", "timestamp.json"], "digests: {has_digests}");
        update.look_for("tools/saw").unwrap();
        assert!(forest.carry(&mut update).unwrap().is_empty());
        assert!(update.found().is_ok());
    }
}

#[test]
fn what_has_expired_when_it_comes_is_not_kept() {
    let forest = Forest::default();
    let (update, _) = forest.begin(Trusted::new(Forest::root()));
    let before = update.trusted().clone();
    let mut files = forest.files();
    let mut newer: Value = serde_json::from_slice(&files["metadata/timestamp.json"]).unwrap();
    newer["signed"]["version"] = json!(2);
    newer["signed"]["expires"] = json!("2020-01-01T00:00:00Z");
    files.insert("metadata/timestamp.json".to_owned(), signed(&newer["signed"], 1));
    let mut update = Update::begin(before.clone(), Aim::Everything, noon()).unwrap();
    update.give(None).unwrap();
    let refusal = update.give(files.get("metadata/timestamp.json").map(Vec::as_slice)).unwrap_err();
    assert_eq!(refusal.name(), "expired");
    assert_eq!(*update.trusted(), before);
    // Nor does what is kept outlive its time because the same comes again.
    let late: Timestamp = "2099-06-01T00:00:00Z".parse().unwrap();
    let mut update = Update::begin(before, Aim::Everything, late).unwrap();
    assert_eq!(update.give(None).unwrap_err().name(), "expired");
}
