//! A server beside one of a later version, on the same database.

use std::time::Duration;

use serde_json::{Value, json};
use trainyard_registry::Entry;
use trainyard_server::ServeError;
use trainyard_store::{Append, NewEntry, Store};

use crate::support::{Server, block_on, on_both, open_channels, release, settings};

on_both! {
    a_later_schema_that_only_adds_is_no_matter
    what_a_later_version_writes_is_not_guessed_at
    members_that_a_later_version_adds_are_passed_over
}

const RELEASES: &str = "products/pipeline/components/core/releases";

fn a_later_schema_that_only_adds_is_no_matter() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server
            .sql(
                "CREATE TABLE later (name TEXT PRIMARY KEY);
             ALTER TABLE entry ADD COLUMN later TEXT;
             UPDATE meta SET value = '2' WHERE name = 'schema';",
            )
            .await;
        server.publish("1.0.0").await;
        // It starts on it, too.
        let second = server.another().await;
        second.get(&format!("{RELEASES}/1.0.0")).await.is(200);
    });
}

/// Adds a line to the log as another version would, with this event.
async fn write(store: &Store, event: Value) {
    let size = store.size().await.unwrap();
    let moment = 1_767_225_600_000_000_i64;
    let entry = json!({ "seq": size, "at": moment, "by": "admin/admin", "event": event });
    let body = entry.to_string().into_bytes();
    let leaf = Entry::leaf(&body);
    let entries = [NewEntry { at_us: moment, kind: "later", body: &body, leaf }];
    let append =
        Append { after: size, entries: &entries, blobs: &[], idempotency: None, jobs: &[] };
    store.append(&append).await.unwrap();
}

async fn ready(server: &Server) -> Value {
    let said = server.get_as_admin("/readyz").await;
    let status = said.status.as_u16();
    let mut told = said.json();
    told["http"] = status.into();
    told
}

fn what_a_later_version_writes_is_not_guessed_at() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server.publish("1.0.0").await;
        let store = server.running.desk().store();
        write(store, json!({ "party-enrolled": { "party": "late", "title": "Late" } })).await;
        write(store, json!({ "release-blessed": { "product": "pipeline" } })).await;
        let mut told = Value::Null;
        for _ in 0..100 {
            told = ready(&server).await;
            if told["status"] == "behind" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!((&told["status"], &told["http"]), (&json!("behind"), &json!(503)), "{told}");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains("unknown variant `release-blessed`"), "{detail}");
        // Anybody else is told no more than that.
        assert_eq!(server.get("/readyz").await.is(503).text, r#"{"status":"behind"}"#);
        // Everything before it is known, and answered with its age.
        server.get("parties/late").await.is(200);
        let said = server.get(&format!("{RELEASES}/1.0.0")).await.is(200);
        assert_ne!(said.header("age"), "");
        // Nothing is written on what is not known.
        let refused = server.post(RELEASES, release("2.0.0")).await.is(503);
        assert_eq!(refused.code(), "version-behind");
        assert_ne!(refused.header("retry-after"), "");
        // A server of this version does not start on it, and says why.
        let mut own = settings(server.database.clone(), &server.watch);
        own.key.clone_from(&server.key);
        let error = trainyard_server::start(own).await.unwrap_err();
        assert!(matches!(error, ServeError::Later(_)), "{error:?}");
    });
}

fn members_that_a_later_version_adds_are_passed_over() {
    block_on(async {
        let server = Server::new().await;
        let event =
            json!({ "party-enrolled": { "party": "late", "title": "Late", "motto": "better" } });
        write(server.running.desk().store(), event).await;
        let said = server.post("parties", json!({ "name": "next", "title": "Next" })).await;
        said.is(201);
        server.get("parties/late").await.is(200);
        server.running.desk().catch_up().await.unwrap();
        let told = ready(&server).await;
        assert_eq!(told["status"], "ready", "{told}");
    });
}
