//! Writing safely: repeated requests, lost races, tokens.

use reqwest::Method;
use serde_json::json;

use crate::support::{Server, block_on, on_both, open_channels, release};

on_both! {
    repeated_requests_are_answered_as_before
    secrets_are_told_once
    of_many_who_move_a_channel_one_wins
    a_channel_is_moved_as_it_was_seen_or_not_at_all
    replicas_on_one_database_follow_each_other
    a_registry_opens_as_it_was_closed
}

const PATH: &str = "products/pipeline/components/core/releases";

fn repeated_requests_are_answered_as_before() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let body = || Some(release("1.0.0").to_string().into_bytes());
        let key = [("idempotency-key", "one-1")];
        let first = server.ask(Method::POST, PATH, &server.admin, &key, body()).await.is(201);
        let size = server.running.desk().ledger().size();
        let again = server.ask(Method::POST, PATH, &server.admin, &key, body()).await.is(201);
        assert_eq!(first.text, again.text);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(server.running.desk().ledger().size(), size);
        let other = Some(release("2.0.0").to_string().into_bytes());
        let reused = server.ask(Method::POST, PATH, &server.admin, &key, other).await.is(422);
        assert_eq!(reused.code(), "idempotency-key-reused");
        let wrong = [("idempotency-key", "")];
        server.ask(Method::POST, PATH, &server.admin, &wrong, body()).await.is(400);
    });
}

fn secrets_are_told_once() {
    block_on(async {
        let server = Server::new().await;
        let body = || Some(br#"{"name":"robot","grants":[{"right":"publish"}]}"#.to_vec());
        let key = [("idempotency-key", "token")];
        let first = server.ask(Method::POST, "tokens", &server.admin, &key, body()).await.is(201);
        let secret = first.json()["secret"].as_str().expect("a text").to_owned();
        let again = server.ask(Method::POST, "tokens", &server.admin, &key, body()).await.is(201);
        assert!(again.json()["secret"].is_null());
        assert!(!again.text.contains(&secret));
        let own = server.ask(Method::GET, "tokens/self", &secret, &[], None).await.is(200).json();
        assert_eq!(own["token"]["name"], "robot");
        let all = server.get_as_admin("tokens").await.is(200);
        assert!(!all.text.contains(&secret));
        server.post("tokens/robot/revoke", json!({ "why": "lost" })).await.is(200);
        let gone = server.ask(Method::GET, "products", &secret, &[], None).await.is(401);
        assert_eq!(gone.header("www-authenticate"), "Bearer realm=\"trainyard\"");
    });
}

fn of_many_who_move_a_channel_one_wins() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        for minor in 0..8 {
            server.publish(&format!("1.{minor}.0")).await;
        }
        let path = "products/pipeline/channels/core/latest/promote";
        let moves = (0..8).map(|minor| {
            let wish = json!({ "version": format!("1.{minor}.0"), "expected": null });
            server.post(path, wish)
        });
        let mut won = 0;
        let mut all = Vec::new();
        for it in moves {
            all.push(Box::pin(it));
        }
        // All are sent before any is answered.
        let answers = join_all(all).await;
        for said in answers {
            match said.status.as_u16() {
                200 => won += 1,
                409 => assert_eq!(said.code(), "channel-moved"),
                _ => panic!("{said:#?}"),
            }
        }
        assert_eq!(won, 1);
    });
}

/// Waits for all, while all go on.
async fn join_all<T>(mut futures: Vec<std::pin::Pin<Box<impl Future<Output = T>>>>) -> Vec<T> {
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            return std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect());
        }
        std::task::Poll::Pending
    })
    .await
}

fn a_channel_is_moved_as_it_was_seen_or_not_at_all() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        for version in ["1.0.0", "2.0.0"] {
            server.publish(version).await;
        }
        let path = "products/pipeline/channels/core/latest";
        let seen = server.get(path).await.is(200);
        let etag = seen.header("etag").to_owned();
        let promote = format!("{path}/promote");
        let body = |version: &str| Some(json!({ "version": version }).to_string().into_bytes());
        let seen = [("if-match", etag.as_str())];
        server.ask(Method::POST, &promote, &server.admin, &seen, body("1.0.0")).await.is(200);
        let late = server.ask(Method::POST, &promote, &server.admin, &seen, body("2.0.0")).await;
        assert_eq!(late.is(412).code(), "changed-meanwhile");
    });
}

fn replicas_on_one_database_follow_each_other() {
    block_on(async {
        let one = Server::new().await;
        one.pipeline(open_channels()).await;
        let mut two = one.another().await;
        two.admin.clone_from(&one.admin);
        let path = format!("{PATH}/1.0.0");
        one.publish("1.0.0").await;
        // Who writes knows what others wrote, whether or not they were told.
        let again = two.post(PATH, release("1.0.0")).await.is(200).json();
        assert_eq!(again["is-changed"], false);
        two.get(&path).await.is(200);
        two.publish("2.0.0").await;
        for _ in 0..50 {
            if one.get(&format!("{PATH}/2.0.0")).await.status == 200 {
                let checkpoints = [
                    one.get_as_admin("log/checkpoint").await,
                    two.get_as_admin("log/checkpoint").await,
                ];
                assert_eq!(checkpoints[0].text, checkpoints[1].text);
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the other replica was not followed");
    });
}

fn a_registry_opens_as_it_was_closed() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server.publish("1.0.0").await;
        let before = server.get_as_admin("log/checkpoint").await.is(200).text;
        let second = server.another().await;
        assert!(second.running.first_token.is_none());
        let path = "log/checkpoint";
        let after = second.ask(Method::GET, path, &server.admin, &[], None).await.is(200).text;
        assert_eq!(before, after);
        second.running.stop().await;
    });
}
