//! Answers that are kept: they are never older than the registry, and never another one's.

use reqwest::Method;
use serde_json::json;

use crate::support::{DAY, Server, block_on, open_channels};

/// Where clients of `core` look for updates.
const CHECK: &str = "products/pipeline/channels/core/production/update";

async fn server() -> Server {
    let server = Server::new().await;
    server.pipeline(open_channels()).await;
    for version in ["1.0.0", "1.1.0"] {
        server.publish(version).await;
        promote(&server, version).await;
    }
    server
}

async fn promote(server: &Server, version: &str) {
    let path = "products/pipeline/channels/core/production/promote";
    server.post(path, json!({ "version": version })).await.is(200);
}

#[test]
fn what_is_kept_is_what_was_told() {
    block_on(async {
        let server = server().await;
        for path in [
            "products/pipeline/channels/core/production",
            "products/pipeline/components/core/releases",
            &format!("{CHECK}?runs=1.0.0"),
            &format!("{CHECK}?runs=1.0.0&id=someone"),
            CHECK,
        ] {
            let first = server.get(path).await.is(200);
            let again = server.get(path).await.is(200);
            assert_eq!(first.text, again.text, "{path}");
            for header in ["etag", "content-type", "cache-control", "x-content-type-options"] {
                assert_eq!(first.header(header), again.header(header), "{path}: {header}");
                assert_ne!(again.header(header), "", "{path}: {header}");
            }
            assert_ne!(again.header("x-request-id"), "");
            let has = [("if-none-match", first.header("etag")), ("x-request-id", "mine-0001")];
            let none = server.ask(Method::GET, path, "", &has, None).await.is(304);
            assert_eq!((none.text.as_str(), none.header("x-request-id")), ("", "mine-0001"));
            // Whoever is known gets the same, by another way.
            assert_eq!(server.get_as_admin(path).await.is(200).text, first.text);
        }
        for patch in 2..10 {
            server.publish(&format!("1.{patch}.0")).await;
        }
        let gzip = [("accept-encoding", "gzip")];
        let path = "products/pipeline/components/core/releases?limit=500";
        for _ in 0..2 {
            let packed = server.ask(Method::GET, path, "", &gzip, None).await.is(200);
            assert_eq!(packed.header("content-encoding"), "gzip");
        }
        let measured = server.get("/metrics").await.is(200).text;
        let route = "route=\"/api/v1/products/{product}/channels/{stream}/{channel}/update\",status=\"304\"";
        assert!(measured.contains(route), "{measured}");
    });
}

#[test]
fn a_change_is_seen_by_the_next_request() {
    block_on(async {
        let server = server().await;
        let path = format!("{CHECK}?runs=1.0.0&id=someone");
        for _ in 0..3 {
            assert_eq!(server.get(&path).await.is(200).json()["next"], "1.1.0");
        }
        server.publish("1.2.0").await;
        promote(&server, "1.2.0").await;
        assert_eq!(server.get(&path).await.is(200).json()["head"], "1.2.0");
        let risk = json!({ "name": "recall", "stream": "core", "effect": "block", "versions": "=1.2.0",
            "message": "it loses data", "why": "seen" });
        server.post("products/pipeline/risks", risk).await.is(201);
        assert_eq!(server.get(&path).await.is(200).json()["next"], "1.1.0");
        // What is asked of the past is not what is kept.
        server.watch.pass(DAY);
        let then = server.get(&format!("{path}&at=2025-01-01T00:00:00Z")).await;
        assert_eq!(then.status, 404, "{then:?}");
        assert_eq!(server.get(&path).await.is(200).json()["next"], "1.1.0");
    });
}

#[test]
fn a_change_elsewhere_leaves_answers_as_they_are() {
    block_on(async {
        let server = server().await;
        let path = "products/pipeline/components/core/releases";
        let etag = server.get(path).await.is(200).header("etag").to_owned();
        let other = json!({ "name": "other", "title": "Other", "party": "maker" });
        server.post("products", other).await.is(201);
        let has = [("if-none-match", etag.as_str())];
        server.ask(Method::GET, path, "", &has, None).await.is(304);
        assert_eq!(server.get("products").await.json()["items"].as_array().map(Vec::len), Some(2));
        // Keys, tokens and the product's own changes count.
        server.token("late", "maker/ada", &[]).await;
        let next =
            server.ask(Method::GET, path, "", &has, None).await.is(200).header("etag").to_owned();
        server.publish("1.9.0").await;
        let has = [("if-none-match", next.as_str())];
        let said = server.ask(Method::GET, path, "", &has, None).await.is(200);
        assert!(said.text.contains("1.9.0"));
        // Another replica tells the same.
        let second = server.another().await;
        let has = [("if-none-match", said.header("etag"))];
        second.ask(Method::GET, path, "", &has, None).await.is(304);
    });
}

#[test]
fn rollouts_count_places_and_time() {
    block_on(async {
        let server = server().await;
        let rollout = json!({ "first-percent": 10, "lasts-secs": 86400, "version": "1.1.0", "why": "carefully" });
        let path = "products/pipeline/channels/core/production/rollout";
        server.post(path, rollout).await.is(200);
        let next = async |place: u8| {
            let path = format!("{CHECK}?runs=1.0.0&wariness={place}");
            let first = server.get(&path).await.is(200).json();
            assert_eq!(server.get(&path).await.is(200).json(), first);
            first["next"].as_str().map(str::to_owned)
        };
        let new = Some("1.1.0".to_owned());
        assert_eq!((next(5).await, next(50).await, next(99).await), (new.clone(), None, None));
        server.watch.pass(DAY / 2);
        assert_eq!(
            (next(5).await, next(50).await, next(99).await),
            (new.clone(), new.clone(), None)
        );
        // Where it is paused it stands, by the registry's own clock.
        let pause = json!({ "version": "1.1.0", "is-paused": true, "why": "we look" });
        server.post(path, pause.clone()).await.is(200);
        let channel = "products/pipeline/channels/core/production";
        let told = server.get(channel).await.is(200).json();
        assert_eq!(told["rollouts"][0]["paused"], 55, "{told:#}");
        assert_eq!(told["rollouts"][0]["lasts-secs"], 86400, "{told:#}");
        server.watch.pass(DAY);
        assert_eq!((next(50).await, next(99).await), (new.clone(), None));
        assert_eq!(server.post(path, pause).await.is(200).json()["is-changed"], false);
        let none = json!({ "version": "1.0.0", "is-paused": true, "why": "we look" });
        server.post(path, none).await.is(404);
        server.post(path, json!({ "version": "1.1.0", "is-over": true })).await.is(200);
        assert_eq!(next(99).await, new);
    });
}

#[test]
fn what_needs_a_token_is_not_kept_for_others() {
    block_on(async {
        let server = server().await;
        for path in ["log/entries", "log/checkpoint"] {
            let known = server.get_as_admin(path).await;
            if known.status == 200 {
                server.get(path).await.is(401);
            }
        }
        let closed = Server::with(|settings| settings.access.anonymous_reads = false).await;
        closed.get_as_admin("products").await.is(200);
        closed.get("products").await.is(401);
        // A token that does not count is refused, whatever is kept.
        server.get("products").await.is(200);
        server.ask(Method::GET, "products", "ty_wrong", &[], None).await.is(401);
    });
}
