//! Writing safely: repeated requests, lost races, tokens.

use reqwest::Method;
use serde_json::json;

use crate::support::{Said, Server, block_on, on_both, open_channels, release};

on_both! {
    repeated_requests_are_answered_as_before
    secrets_are_told_once
    of_many_who_move_a_channel_one_wins
    a_channel_is_moved_as_it_was_seen_or_not_at_all
    replicas_on_one_database_follow_each_other
    a_registry_opens_as_it_was_closed
    where_nobody_is_an_administrator_the_next_start_makes_one
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

fn where_nobody_is_an_administrator_the_next_start_makes_one() {
    block_on(async {
        let server = Server::new().await;
        let token = |name: &str, right: &str, until: Option<&str>| {
            let grants = json!([{ "right": right }]);
            json!({ "name": name, "principal": "admin/admin", "grants": grants, "until": until })
        };
        let secret = |said: Said| said.json()["secret"].as_str().expect("a secret").to_owned();
        let revoke = json!({ "why": "it is old" });
        let alone = server.post("tokens/admin/revoke", revoke.clone()).await.is(409);
        assert_eq!(alone.code(), "last-administrator");
        let body = token("short", "admin", Some("2026-01-01T00:01:00Z"));
        let short = secret(server.post("tokens", body).await.is(201));
        let robot = secret(server.post("tokens", token("ci", "publish", None)).await.is(201));
        server.post_as(&short, "tokens/admin/revoke", revoke.clone()).await.is(200);
        // A minute later nobody is an administrator, and the log knows of that time.
        server.watch.pass(120_000_000);
        server.post_as(&robot, "tokens/ci/revoke", revoke).await.is(200);
        server.post_as(&short, "tokens", token("more", "admin", None)).await.is(401);

        let folder = tempfile::tempdir().expect("what the test needs");
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("token"));
        let path = path.expect("what the test needs");
        let start = async |file: Option<&camino::Utf8PathBuf>| {
            let (key, file) = (server.key.clone(), file.cloned());
            Server::on(server.database.clone(), |settings| {
                settings.key = key;
                settings.admin_token = file;
            })
            .await
        };
        let size = server.running.desk().ledger().size();
        // A mere restart gives nothing out, nor does a file with a token that was one.
        let spent = path.with_file_name("spent");
        fs_err::write(&spent, &server.admin).expect("what the test needs");
        for file in [None, Some(&spent)] {
            let second = start(file).await;
            assert!(second.running.first_token.is_none());
            assert_eq!(second.running.desk().ledger().size(), size);
            second.running.stop().await;
        }
        let second = start(Some(&path)).await;
        let made = fs_err::read_to_string(&path).expect("what the test needs");
        let who =
            second.ask(Method::GET, "tokens/self", made.trim(), &[], None).await.is(200).json();
        assert_eq!(who["token"]["name"], "admin-2", "{who}");
        let log = second.ask(Method::GET, "log/entries", made.trim(), &[], None).await.is(200);
        assert!(log.text.contains("nobody was an administrator any more"), "{}", log.text);
        second.running.stop().await;
        // The file is there now, and somebody is one.
        let third = start(Some(&path)).await;
        assert_eq!(third.running.desk().ledger().size(), size + 1);
        third.running.stop().await;
    });
}
