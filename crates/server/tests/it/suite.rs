//! What a registry does, on both databases.

use reqwest::Method;
use serde_json::{Value, json};
use trainyard_attest::Outcome;
use trainyard_store::Database;
use trainyard_testkit::PostgresDatabase;

use crate::support::{DAY, Server, approval, block_on, guarded_channels, open_channels, release};

/// Runs tests on both databases, each on one of its own.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::block_on(async { super::$name(super::Server::new().await).await });
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                let Some(own) = super::PostgresDatabase::new(concat!("server_", stringify!($name))) else { return };
                let database = super::Database::Postgres(own.url().to_owned());
                super::block_on(async {
                    let server = super::Server::on(database, |_| {}).await;
                    super::$name(server).await;
                });
            })*
        }
    };
}

on_both! {
    releases_are_published_once
    channels_move_by_evidence
    force_needs_approvals
    risks_recall
    the_past_is_answered
    lists_come_in_parts
    deployments_are_exposed
    policies_are_read_and_kept
    bundles_are_checked_and_resolved
    scheduled_moves_happen
}

const CORE: &str = "products/pipeline/components/core";
const CHANNELS: &str = "products/pipeline/channels/core";

async fn releases_are_published_once(server: Server) {
    server.pipeline(open_channels()).await;
    let path = format!("{CORE}/releases");
    let receipt = server.post(&path, release("1.0.0")).await.is(201).json();
    assert_eq!(receipt["entries"][0]["event"]["published"]["version"], "1.0.0");
    let again = server.post(&path, release("1.0.0")).await.is(200).json();
    assert_eq!(again["is-changed"], false);
    let mut other = release("1.0.0");
    other["content"] = json!(format!("sha256:{}", "a".repeat(64)));
    let differs = server.post(&path, other).await.is(409);
    assert_eq!(differs.code(), "release-differs");
    let found = server.get(&format!("{path}/1.0.0")).await.is(200).json();
    let digest = found["release"]["digest"].as_str().expect("a text");
    assert!(differs.json()["detail"].as_str().expect("a text").contains(digest));
    let published = &receipt["entries"][0]["event"]["published"];
    let own = published["document"].as_str().expect("a text");
    let document = server.get(&format!("documents/{own}")).await.is(200);
    assert_eq!(document.json(), release("1.0.0")["document"]);
    assert_eq!(document.header("cache-control"), "public, max-age=31536000, immutable");
    let has = [("if-none-match", document.header("etag"))];
    server.ask(Method::GET, &format!("documents/{own}"), "", &has, None).await.is(304);
    let absent = format!("documents/sha256:{}", "0".repeat(64));
    server.get(&absent).await.is(404);
    let by_digest = server.get(&format!("products/pipeline/digests/{digest}")).await.is(200);
    assert_eq!(by_digest.json(), found);
    let yank = format!("{path}/1.0.0/yank");
    assert_eq!(server.post(&yank, json!({})).await.is(400).code(), "reason-missing");
    server.post(&yank, json!({ "why": "wrong files" })).await.is(200);
    assert_eq!(server.get(&path).await.is(200).json()["items"], json!([]));
    let all = server.get(&format!("{path}?yanked=true")).await.is(200).json();
    assert_eq!(all["items"][0]["yanked"], "wrong files");
    server.post(&format!("{path}/1.0.0/unyank"), json!({})).await.is(200);
    let component = server.get(CORE).await.is(200).json();
    assert_eq!(component["newest"], "1.0.0");
    let lines = server.get(&format!("{CORE}/lines")).await.is(200).json();
    assert_eq!(lines["items"][0]["name"], "1.0");
}

async fn channels_move_by_evidence(server: Server) {
    server.pipeline(guarded_channels()).await;
    let digest = server.publish("1.0.0").await;
    let wish = json!({ "version": "1.0.0" });
    server.post(&format!("{CHANNELS}/latest/promote"), wish.clone()).await.is(200);
    let promote = format!("{CHANNELS}/production/promote");
    let no = server.post(&promote, wish.clone()).await.is(422);
    assert_eq!(no.code(), "rule-unmet");
    let conditions = no.json()["conditions"].clone();
    let unmet = conditions.as_array().expect("a list").iter().filter(|it| it["is-met"] == false);
    assert_eq!(unmet.count(), 3, "{conditions:#}");
    for who in ["one/ada", "two/ada"] {
        server.attest(who, &digest, Outcome::Passed).await.is(201);
    }
    let standing = format!("{CHANNELS}/production/standing/1.0.0");
    assert_eq!(server.get(&standing).await.is(200).json()["is-open"], true);
    let receipt = server.post(&promote, wish).await.is(200).json();
    let moved = &receipt["entries"][0]["event"]["channel-moved"];
    assert_eq!(moved["relied-on"].as_array().expect("a list").len(), 2);
    let history = server.get(&format!("{CHANNELS}/production/history")).await.is(200).json();
    assert_eq!(history["items"][0]["kind"], "promoted");
    let relying = server.get("products/pipeline/relying/one/ada").await.is(200).json();
    assert_eq!(relying["items"][0]["channel"], "production");
    let said = server.get(&format!("products/pipeline/attestations?subject={digest}")).await;
    assert_eq!(said.is(200).json()["items"].as_array().expect("a list").len(), 2);
}

async fn force_needs_approvals(server: Server) {
    server.pipeline(guarded_channels()).await;
    server.publish("1.0.0").await;
    let promote = format!("{CHANNELS}/production/promote");
    let wish = json!({ "version": "1.0.0", "is-forced": true, "why": "an urgent fix" });
    let no = server.post(&promote, wish.clone()).await.is(422);
    assert_eq!(no.code(), "approvals-missing");
    let needed = server.get(&format!("{CHANNELS}/production/force/1.0.0")).await.is(200).json();
    let proposal = needed["proposal"].as_str().expect("a text");
    for who in ["one/ada", "two/ada"] {
        let path = "products/pipeline/attestations";
        let body = Some(approval(who, proposal));
        server.ask(Method::POST, path, &server.admin, &[], body).await.is(201);
    }
    server.post(&promote, wish).await.is(200);
    let history = server.get(&format!("{CHANNELS}/production/history")).await.is(200).json();
    assert_eq!(history["items"][0]["kind"], "forced");
    assert!(!history["items"][0]["unmet"].as_array().expect("a list").is_empty());
}

async fn risks_recall(server: Server) {
    server.pipeline(open_channels()).await;
    for version in ["1.0.0", "1.0.1"] {
        server.publish(version).await;
        let wish = json!({ "version": version });
        server.post(&format!("{CHANNELS}/latest/promote"), wish).await.is(200);
    }
    let update = format!("{CHANNELS}/latest/update?runs=1.0.0");
    assert_eq!(server.get(&update).await.is(200).json()["next"], "1.0.1");
    let risk = json!({ "name": "loses-data", "stream": "core", "effect": "block",
        "versions": "1.0.1", "message": "it loses data", "fixed-in": "1.0.2", "why": "seen twice" });
    server.post("products/pipeline/risks", risk.clone()).await.is(201);
    let offer = server.get(&update).await.is(200).json();
    assert_eq!(offer["next"], Value::Null, "{offer:#}");
    assert_eq!(offer["reasons"][0]["kind"], "blocked");
    let why = server.get(&format!("{CHANNELS}/latest/why-not/1.0.1?runs=1.0.0")).await.is(200);
    assert_eq!(why.json()["is-offered"], false);
    let again = server.post("products/pipeline/risks", risk.clone()).await.is(200).json();
    assert_eq!(again["is-changed"], false);
    let mut other = risk;
    other["message"] = json!("it loses a lot");
    assert_eq!(server.post("products/pipeline/risks", other).await.is(409).code(), "risk-exists");
    let wish = json!({ "version": "1.0.1" });
    server.post(&format!("{CHANNELS}/production/promote"), wish).await.is(422);
    let way = server.get(&format!("{CORE}/upgrade-path?from=1.0.0&to=1.0.1")).await.is(200).json();
    assert_eq!(way["alternatives"][0]["updates"][0]["blocked"][0], "loses-data", "{way:#}");
    let lift = "products/pipeline/risks/loses-data/lift";
    server.post(lift, json!({ "why": "it was another program" })).await.is(200);
    assert_eq!(server.get(&update).await.is(200).json()["next"], "1.0.1");
    let told = server.get("products/pipeline/risks/loses-data").await.is(200).json();
    assert_eq!(told["holds"], false);
}

async fn the_past_is_answered(server: Server) {
    server.pipeline(open_channels()).await;
    server.publish("1.0.0").await;
    server.watch.pass(DAY);
    server.publish("2.0.0").await;
    let wish = json!({ "version": "2.0.0" });
    server.post(&format!("{CHANNELS}/latest/promote"), wish).await.is(200);
    let path = format!("{CORE}/releases");
    let then = "at=2026-01-01T12:00:00Z";
    let past = server.get(&format!("{path}?{then}")).await.is(200).json();
    assert_eq!(past["items"].as_array().expect("a list").len(), 1);
    assert_eq!(server.get(&format!("{path}/2.0.0?{then}")).await.is(404).code(), "not-found");
    let channel = server.get(&format!("{CHANNELS}/latest?{then}")).await.is(200).json();
    assert_eq!(channel["channel"]["head"], Value::Null);
    server.get(&format!("{path}?at=2025-01-01T00:00:00Z")).await.is(404);
    assert_eq!(
        server.get(&format!("{path}?at=2030-01-01T00:00:00Z")).await.is(400).code(),
        "time-ahead"
    );
    assert_eq!(server.get(&format!("{path}?at=yesterday")).await.is(400).code(), "time-unreadable");
}

async fn lists_come_in_parts(server: Server) {
    server.pipeline(open_channels()).await;
    for minor in 0..7 {
        server.publish(&format!("1.{minor}.0")).await;
    }
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = server.get(&format!("{CORE}/releases?limit=3{next}")).await.is(200).json();
        let items = page["items"].as_array().expect("a list").clone();
        seen.extend(items.iter().map(|item| item["version"].as_str().expect("a text").to_owned()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(seen, ["1.6.0", "1.5.0", "1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"]);
    let of_parties = server.get("parties?limit=1").await.is(200).json();
    let cursor = of_parties["next"].as_str().expect("a text");
    let wrong = server.get(&format!("{CORE}/releases?cursor={cursor}")).await.is(400);
    assert_eq!(wrong.code(), "cursor-wrong");
    for limit in ["0", "501", "x"] {
        let said = server.get(&format!("products?limit={limit}")).await.is(400);
        assert_eq!(said.code(), "query-unreadable", "{limit}");
    }
}

async fn deployments_are_exposed(server: Server) {
    server.pipeline(open_channels()).await;
    for version in ["1.0.0", "1.0.1"] {
        server.publish(version).await;
        let wish = json!({ "version": version });
        server.post(&format!("{CHANNELS}/latest/promote"), wish).await.is(200);
    }
    let farm = server.token("farm", "one/ada", &[]).await;
    for (name, version) in [("a", "1.0.0"), ("b", "1.0.1"), ("c", "1.0.0")] {
        let body = json!({ "stream": "core", "version": version, "channel": "latest" });
        let path = format!("products/pipeline/deployments/{name}");
        let body = Some(body.to_string().into_bytes());
        server.ask(Method::PUT, &path, &farm, &[], body).await.is(200);
    }
    let risk = json!({ "name": "slow", "stream": "core", "effect": "conditional", "versions": "1.0.1",
        "message": "it is slow", "condition": "gpu" });
    server.post("products/pipeline/risks", risk).await.is(201);
    let path = "products/pipeline/exposure";
    server.get(path).await.is(401);
    server.ask(Method::GET, path, &farm, &[], None).await.is(403);
    let told = server.get_as_admin(path).await.is(200).json();
    assert_eq!(told["looked-at"], 3);
    assert_eq!(told["exposed"][0]["deployment"], "b");
    assert_eq!(told["exposed"][0]["how"], "runs");
    let all = server.get_as_admin("products/pipeline/deployments").await.is(200).json();
    assert_eq!(all["items"].as_array().expect("a list").len(), 3);
    let gone = "products/pipeline/deployments/a";
    server.ask(Method::DELETE, gone, &farm, &[], None).await.is(204);
    server.ask(Method::DELETE, gone, &farm, &[], None).await.is(404);
    // Who says nothing for three months is forgotten.
    server.watch.pass(89 * DAY);
    let told = json!({ "stream": "core", "version": "1.0.0" }).to_string().into_bytes();
    let path = "products/pipeline/deployments/c";
    server.ask(Method::PUT, path, &farm, &[], Some(told)).await.is(200);
    server.watch.pass(2 * DAY);
    server.publish("1.0.2").await;
    let _next = server.another().await;
    for _ in 0..50 {
        let all = server.get_as_admin("products/pipeline/deployments").await.is(200).json();
        if all["items"].as_array().is_some_and(|items| items.len() == 1) {
            assert_eq!(all["items"][0]["name"], "c");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nothing is forgotten");
}

async fn policies_are_read_and_kept(server: Server) {
    server.pipeline(guarded_channels()).await;
    let path = "products/pipeline/policies";
    let revisions = server.get(path).await.is(200).json();
    let facts = &revisions["items"][0]["facts"];
    assert_eq!(facts["components"]["core"]["scheme"], "semver");
    assert_eq!(facts["channels"]["core"]["production"]["principals"], 2);
    let digest = revisions["items"][0]["digest"].as_str().expect("a text");
    let whole = server.get(&format!("{path}/{digest}")).await.is(200).json();
    assert!(whole["text"].as_str().expect("a text").contains("[components.core]"));
    // A weaker rule needs the old one's quorum.
    let weaker = json!({ "text": crate::support::POLICY, "channels": { "core": open_channels() } });
    let no = server.post(path, weaker.clone()).await.is(422);
    assert_eq!(no.code(), "approvals-missing");
    let preview = server.post(&format!("{path}/preview"), weaker).await.is(200).json();
    assert_eq!(preview["approvals"]["are-enough"], false);
    let wrong = server.post(path, json!({ "text": "[product]\nnme = 1\n" })).await.is(400);
    assert_eq!(wrong.code(), "policy-wrong");
    assert!(!wrong.json()["findings"].as_array().expect("a list").is_empty());
    let rule =
        json!({ "text": crate::support::POLICY, "channels": { "core": { "x": { "soak": 1 } } } });
    let wrong = server.post(path, rule).await.is(400).json();
    assert_eq!(wrong["errors"][0]["place"], "channels.core.x");
    let waiver = json!({ "component": "core", "why": "nobody uses it" });
    server.post("products/pipeline/waivers", waiver).await.is(201);
    let waivers = server.get("products/pipeline/waivers").await.is(200).json();
    assert_eq!(waivers["items"][0]["by"], "admin/admin");
}

async fn bundles_are_checked_and_resolved(server: Server) {
    server.pipeline(open_channels()).await;
    for version in ["1.0.0", "1.1.0"] {
        server.publish(version).await;
    }
    let bundle = |version: &str, pin: &str| {
        json!({ "name": "studio", "version": { "text": version, "scheme": "semver" },
            "is_final": true, "pins": [{ "name": "core", "version": pin }] })
    };
    let path = "products/pipeline/components/studio/releases";
    for (version, pin) in [("1.0.0", "1.0.0"), ("2.0.0", "1.1.0")] {
        let body =
            json!({ "kind": "bundle", "version": version, "document": bundle(version, pin) });
        server.post(path, body).await.is(201);
    }
    let bundles = "products/pipeline/bundles";
    let source = |version: &str| json!({ "stream": "studio", "version": version });
    let checked = server.post(&format!("{bundles}/check"), source("1.0.0")).await.is(200).json();
    assert_eq!(checked["is-valid"], true, "{checked:#}");
    let given = json!({ "bundle": bundle("3.0.0", "9.9.9") });
    let checked = server.post(&format!("{bundles}/check"), given).await.is(200).json();
    assert_eq!(checked["is-valid"], false);
    let pair = json!({ "before": source("1.0.0"), "after": source("2.0.0") });
    let between = server.post(&format!("{bundles}/diff"), pair).await.is(200).json();
    assert_eq!(between["difference"]["components"][0]["what"], "raised");
    let wish = json!({ "wants": ["core"], "current": source("1.0.0") });
    let found = server.post(&format!("{bundles}/resolve"), wish).await.is(200).json();
    assert_eq!(found["status"], "resolved", "{found:#}");
    let wish = json!({ "base": source("1.0.0"), "name": "own",
        "overrides": [{ "name": "core", "version": "1.1.0" }] });
    let derived = server.post(&format!("{bundles}/derive"), wish).await.is(200).json();
    assert_eq!(derived["bundle"]["pins"][0]["version"], "1.1.0");
    let works = "products/pipeline/compatibility?left=core&left_version=1.0.0&right=core&right_version=1.1.0";
    assert_eq!(server.get(works).await.is(200).json()["verdict"], "unknown");
}

async fn scheduled_moves_happen(server: Server) {
    server.pipeline(open_channels()).await;
    server.publish("1.0.0").await;
    let wish = json!({ "version": "1.0.0", "due": "2026-01-02T00:00:00Z", "why": "Friday" });
    server.post(&format!("{CHANNELS}/latest/schedule"), wish.clone()).await.is(201);
    server.post(&format!("{CHANNELS}/production/schedule"), wish).await.is(201);
    let channel = server.get(&format!("{CHANNELS}/production")).await.is(200).json();
    let seq = &channel["scheduled"][0]["seq"];
    server.post(&format!("{CHANNELS}/production/schedule/{seq}/call-off"), json!({})).await.is(200);
    server.watch.pass(2 * DAY);
    for _ in 0..50 {
        let head = server.get(&format!("{CHANNELS}/latest")).await.is(200).json();
        if head["channel"]["head"] == "1.0.0" {
            let other = server.get(&format!("{CHANNELS}/production")).await.is(200).json();
            assert_eq!(other["channel"]["head"], Value::Null);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the channel did not move");
}
