//! Servers that are killed while they are written to: what was acknowledged stays, once, and all tell the same story.

mod load;
pub(crate) mod replica;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use trainyard_attest::{Checkpoint, PrivateKey, SignedNote, Tree, leaf_hash};
use trainyard_store::{Database, Options, Store};
use trainyard_testkit::PostgresServer;

use self::{
    load::{Load, Told},
    replica::Replica,
};
use crate::support::block_on;

const POLICY: &str = "preset = \"semver\"\n[product]\nname = \"pipeline\"\n\
    [rules]\ntag = \"{component}-v{version}\"\n[components.core]\n[components.one]\n[components.two]\n[components.three]\n[components.four]\n";
const COMPONENTS: [&str; 4] = ["one", "two", "three", "four"];

/// How a test goes.
struct Plan {
    replicas: usize,
    lasts: Duration,
    kill_every: Duration,
}

#[test]
fn killed_replicas_keep_what_they_acknowledged() {
    let lasts = Duration::from_secs(12);
    on_server(&Plan { replicas: 3, lasts, kill_every: Duration::from_secs(2) });
}

#[test]
#[ignore = "takes two minutes"]
fn killed_replicas_keep_what_they_acknowledged_for_two_minutes() {
    let lasts = Duration::from_mins(2);
    on_server(&Plan { replicas: 3, lasts, kill_every: Duration::from_secs(3) });
}

#[test]
fn a_killed_server_with_a_file_keeps_what_it_acknowledged() {
    let lasts = Duration::from_secs(8);
    on_file(&Plan { replicas: 1, lasts, kill_every: Duration::from_secs(1) });
}

#[test]
#[ignore = "takes two minutes"]
fn a_killed_server_with_a_file_keeps_what_it_acknowledged_for_two_minutes() {
    let lasts = Duration::from_mins(2);
    on_file(&Plan { replicas: 1, lasts, kill_every: Duration::from_millis(600) });
}

fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().expect("what the test needs");
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("what the test needs");
    (folder, path)
}

fn on_file(plan: &Plan) {
    let (_kept, path) = folder();
    run(plan, &Database::File(path.join("registry.db")), &path, || {});
}

fn on_server(plan: &Plan) {
    let Some(mut server) = PostgresServer::start() else { return };
    let (_kept, path) = folder();
    let database = Database::Postgres(server.create("replicas"));
    run(plan, &database, &path, || {
        server.stop();
        std::thread::sleep(Duration::from_millis(500));
        server.start_again();
    });
}

/// Runs servers under load, kills one after another, and restarts the database half way.
fn run(plan: &Plan, database: &Database, folder: &Utf8Path, mut restart_database: impl FnMut()) {
    let mut replicas: Vec<_> =
        (0..plan.replicas).map(|_| Replica::start(database, folder)).collect();
    let admin = fs_err::read_to_string(folder.join("token")).expect("what the test needs");
    let urls = replicas.iter().map(|replica| replica.url.clone()).collect();
    let load = Load::new(admin.trim().to_owned(), urls);
    let kills = block_on(async {
        let product = json!({ "name": "pipeline", "title": "Pipeline", "party": "admin" });
        load.must("products", "product", product).await;
        let channels = json!({ "core": { "latest": {} } });
        let policy = json!({ "text": POLICY, "channels": channels, "why": "begin" });
        load.must("products/pipeline/policies", "policy", policy).await;
        let mut clients = tokio::task::JoinSet::new();
        for component in COMPONENTS {
            clients.spawn(Arc::clone(&load).publish_many(component));
        }
        clients.spawn(Arc::clone(&load).race());
        clients.spawn(Arc::clone(&load).watch());
        let begun = Instant::now();
        let (mut kills, mut is_restarted) = (0, false);
        while begun.elapsed() < plan.lasts {
            tokio::time::sleep(plan.kill_every).await;
            if !is_restarted && begun.elapsed() > plan.lasts / 2 {
                is_restarted = true;
                restart_database();
            }
            let victim = kills % plan.replicas;
            replicas[victim].kill();
            kills += 1;
            replicas[victim] = Replica::start(database, folder);
            load.replace(victim, replicas[victim].url.clone());
        }
        load.end();
        while let Some(ended) = clients.join_next().await {
            ended.expect("no client fails");
        }
        kills
    });
    drop(replicas);
    load.told(|told| check(told, database, folder, kills));
}

/// Holds what clients were told against what is kept.
#[expect(clippy::print_stdout, reason = "how much happened is told")]
fn check(told: &Told, database: &Database, folder: &Utf8Path, kills: usize) {
    let (mut lines, mut tree) = (Vec::new(), Tree::default());
    let size = block_on(async {
        let store = Store::open(database, Options::default()).await.expect("it opens");
        let size = store.verify().await.expect("it is sound").entries;
        let read = store.replay(0, |entry| {
            tree.push(leaf_hash(&entry.body));
            lines.push(serde_json::from_slice::<Value>(&entry.body).expect("an entry"));
            Ok::<_, ()>(())
        });
        read.await.expect("it is read").expect("nobody says no");
        store.close().await;
        size
    });
    println!(
        "{kills} kills: {size} entries, {} publications and {} races acknowledged, {} tries turned away, {} checkpoints",
        told.published.len(),
        told.won.len(),
        told.turned_away,
        told.checkpoints.len()
    );
    assert_eq!(told.wrong, Vec::<String>::new());
    let mut published: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut moves = Vec::new();
    for line in &lines {
        let event = &line["event"];
        if let Some(it) = event.get("published") {
            let name = |member: &str| it[member].as_str().unwrap_or_default();
            *published.entry((name("name"), name("version"))).or_default() += 1;
        }
        if let Some(it) = event.get("channel-moved") {
            moves.push(it["to"].as_str().unwrap_or_default());
        }
    }
    assert!(published.values().all(|times| *times == 1), "something is published twice");
    for (component, version) in &told.published {
        let is_there = published.contains_key(&(component.as_str(), version.as_str()));
        assert!(is_there, "{component}@{version} was acknowledged and is lost");
    }
    assert!(told.published.len() >= kills * COMPONENTS.len(), "hardly anything was published");
    assert_eq!(moves, told.won, "the channel's moves are the races' winners, in their order");
    let pem = fs_err::read_to_string(folder.join("key.pem")).expect("what the test needs");
    let key = PrivateKey::from_pem(&pem).expect("what the test needs").public_key();
    let key = trainyard_attest::NoteKey::new("trainyard", key).expect("what the test needs");
    for note in &told.checkpoints {
        let note = SignedNote::from_text(note).expect("a note");
        let checkpoint = Checkpoint::from_text(note.verify(&key).expect("it is signed"));
        let checkpoint = checkpoint.expect("a checkpoint");
        assert_eq!(tree.root(checkpoint.size), Some(checkpoint.root), "another log was signed");
    }
}
