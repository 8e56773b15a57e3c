//! Backups of a registry that goes on, and what is restored of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use camino::Utf8PathBuf;
use serde_json::{Value, json};
use trainyard_attest::{Checkpoint, NoteKey, Outcome, SignedNote, leaf_hash};
use trainyard_store::{Database, Options, Store};
use trainyard_testkit::PostgresServer;

use crate::support::{Server, block_on, open_channels};

#[test]
fn sqlite_is_backed_up_while_it_serves() {
    block_on(async {
        let folder = tempfile::tempdir().expect("what the test needs");
        let file = |name: &str| {
            let path = folder.path().join(name);
            Utf8PathBuf::from_path_buf(path).expect("what the test needs")
        };
        let (from, to) = (Database::File(file("one.db")), Database::File(file("two.db")));
        backed_up_and_restored(from, to, file("backup.db"), file("registry.key")).await;
    });
}

#[test]
fn postgres_is_backed_up_while_it_serves() {
    let Some(postgres) = PostgresServer::start() else { return };
    block_on(async {
        let folder = tempfile::tempdir().expect("what the test needs");
        let file = |name: &str| {
            let path = folder.path().join(name);
            Utf8PathBuf::from_path_buf(path).expect("what the test needs")
        };
        let database = |name: &str| Database::Postgres(postgres.create(name));
        let (from, to) = (database("one"), database("two"));
        backed_up_and_restored(from, to, file("backup.db"), file("registry.key")).await;
    });
}

/// Backs a registry up while somebody publishes, restores it, and holds what is there against what was.
async fn backed_up_and_restored(
    from: Database,
    to: Database,
    backup: Utf8PathBuf,
    key: Utf8PathBuf,
) {
    let server = Server::on(from, |settings| settings.key = Some(key.clone())).await;
    server.pipeline(open_channels()).await;
    let digest = server.publish("0.1.0").await;
    server.attest("one/ada", &digest, Outcome::Passed).await.is(201);
    let before = server.running.desk().ledger().size();

    let (is_over, published) = (AtomicBool::new(false), AtomicU64::new(0));
    let writing = async {
        while !is_over.load(Ordering::Relaxed) {
            let number = published.fetch_add(1, Ordering::Relaxed);
            server.publish(&format!("1.0.{number}")).await;
        }
    };
    let backing_up = async {
        while published.load(Ordering::Relaxed) < 5 {
            tokio::task::yield_now().await;
        }
        let begun = published.load(Ordering::Relaxed);
        let verified = server.running.desk().store().backup(&backup).await.expect("a backup");
        // Others went on meanwhile.
        while published.load(Ordering::Relaxed) < begun + 5 {
            tokio::task::yield_now().await;
        }
        is_over.store(true, Ordering::Relaxed);
        verified
    };
    let ((), verified) = tokio::join!(writing, backing_up);
    let size = server.running.desk().ledger().size();
    assert!(before < verified.entries && verified.entries < size, "{verified:?} of {size}");
    let root = server.running.desk().ledger().tree.root(verified.entries).expect("it was there");

    Store::restore(&to, &backup, Options::default()).await.expect("it is restored");
    let restored = Server::on(to, |settings| settings.key = Some(key)).await;
    assert_eq!(restored.running.desk().ledger().size(), verified.entries);
    assert_eq!(restored.running.desk().ledger().tree.root(verified.entries), Some(root));
    let admin = &server.admin;
    let ask = async |path: &str| {
        let said = restored.ask(reqwest::Method::GET, path, admin, &[], None).await.is(200);
        said.text
    };
    // The same key signs the same state, and every line and document is there.
    let told: Value = serde_json::from_str(&ask("log/key").await).expect("JSON");
    let key = NoteKey::from_line(told["key"].as_str().expect("a text")).expect("a key");
    let note = SignedNote::from_text(&ask("log/checkpoint").await).expect("a note");
    let checkpoint = Checkpoint::from_text(note.verify(&key).expect("signed")).expect("one");
    assert_eq!((checkpoint.size, checkpoint.root), (verified.entries, root));
    let mut tree = trainyard_attest::Tree::default();
    for stored in restored.running.desk().store().entries(0, 10_000).await.expect("entries") {
        tree.push(leaf_hash(&stored.body));
    }
    assert_eq!(tree.root(verified.entries), Some(root));
    let releases = "products/pipeline/components/core/releases";
    let then = format!("{releases}/0.1.0");
    assert_eq!(ask(&then).await, server.get(&then).await.is(200).text);
    // It goes on from there, and the first one is none the worse for it.
    let path = "products/pipeline/channels/core/production/promote";
    restored.post_as(admin, path, json!({ "version": "0.1.0" })).await.is(200);
    server.publish("2.0.0").await;
}
