//! Addresses that are told what happens, and who listens.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::Mutex,
};
use trainyard_attest::PublicKey;

use crate::support::{Server, block_on, open_channels};

/// Somebody who is told, and answers as it pleases them.
struct Receiver {
    url: String,
    told: Arc<Mutex<Vec<Told>>>,
}

/// What they were told.
#[derive(Clone, Debug)]
struct Told {
    headers: Vec<(String, String)>,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        &found.expect("it has the header").1
    }
}

impl Receiver {
    /// Answers with these statuses, one after another, and then with 204.
    async fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let told = Arc::new(Mutex::new(Vec::new()));
        let own = Arc::clone(&told);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("somebody");
                let mut text = Vec::new();
                let (front, length) = loop {
                    let mut part = [0; 4096];
                    let count = stream.read(&mut part).await.expect("something");
                    if count == 0 {
                        break (0, 0);
                    }
                    text.extend_from_slice(&part[..count]);
                    let read = String::from_utf8_lossy(&text).into_owned();
                    if let Some(front) = read.find("\r\n\r\n") {
                        let length = read.to_lowercase();
                        let length = length.split("content-length: ").nth(1).expect("a length");
                        let length: usize =
                            length.lines().next().expect("a line").parse().expect("a number");
                        if text.len() >= front + 4 + length {
                            break (front, length);
                        }
                    }
                };
                let read = String::from_utf8(text).expect("a text");
                let header = |line: &str| {
                    let (name, value) = line.split_once(": ")?;
                    Some((name.to_lowercase(), value.to_owned()))
                };
                let headers = read[..front].lines().filter_map(header).collect();
                let body = read[read.len() - length..].to_owned();
                let mut told = own.lock().await;
                let answer = answers.get(told.len()).unwrap_or(&"204 No Content");
                told.push(Told { headers, body });
                drop(told);
                let answer = format!(
                    "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nlocation: /elsewhere\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, told }
    }

    /// Waits until they were told so often.
    async fn times(&self, count: usize) -> Vec<Told> {
        for _ in 0..100 {
            let told = self.told.lock().await;
            if told.len() >= count {
                return told.clone();
            }
            drop(told);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("told only {} times", self.told.lock().await.len());
    }
}

async fn set(server: &Server, name: &str, body: Value) -> crate::support::Said {
    let body = Some(body.to_string().into_bytes());
    server.ask(Method::PUT, &format!("webhooks/{name}"), &server.admin, &[], body).await
}

async fn open() -> Server {
    let server = Server::with(|settings| settings.webhooks.may_be_private = true).await;
    server.pipeline(open_channels()).await;
    server
}

#[test]
fn addresses_are_told_what_they_asked_for_and_it_is_signed() {
    block_on(async {
        let server = open().await;
        let receiver = Receiver::new(&[]).await;
        let hook =
            json!({ "url": receiver.url, "products": ["pipeline"], "kinds": ["channel_moved"] });
        set(&server, "hook", hook.clone()).await.is(200);
        let again = set(&server, "hook", hook).await.is(200).json();
        assert_eq!(again["is-changed"], false);
        server.publish("1.0.0").await;
        let promote = "products/pipeline/channels/core/latest/promote";
        server.post(promote, json!({ "version": "1.0.0" })).await.is(200);
        let told = receiver.times(1).await.remove(0);
        let body: Value = serde_json::from_str(&told.body).expect("JSON");
        assert_eq!(body["type"], "channel_moved");
        assert_eq!(body["data"]["entry"]["event"]["channel-moved"]["to"], "1.0.0");
        let seq = body["data"]["seq"].as_u64().expect("a number");
        let (id, at) = (told.header("webhook-id"), told.header("webhook-timestamp"));
        let signature = told.header("webhook-signature").strip_prefix("v1a,").expect("Ed25519");
        let signature = STANDARD.decode(signature).expect("base64");
        let pem =
            server.get("log/key").await.is(200).json()["pem"].as_str().expect("a text").to_owned();
        let key = PublicKey::from_pem(&pem).expect("a key");
        assert!(key.has_signed(format!("{id}.{at}.{}", told.body).as_bytes(), &signature));
        assert!(!key.has_signed(format!("{id}.{at}.{} ", told.body).as_bytes(), &signature));
        // Nobody else's token was sent along.
        assert!(told.headers.iter().all(|(name, _)| name != "authorization"));
        // What it answered is kept.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let deliveries = server.get_as_admin("webhooks/hook/deliveries").await.is(200).json();
        assert_eq!(deliveries["items"][0]["seq"], seq);
        assert_eq!(deliveries["items"][0]["is-delivered"], true);
        let again = format!("webhooks/hook/deliveries/{seq}");
        server.post(&again, json!({})).await.is(202);
        let told = receiver.times(2).await;
        assert_eq!(told[0].header("webhook-id"), told[1].header("webhook-id"));
        // What it answered before stays beside what it answers now.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let deliveries = server.get_as_admin("webhooks/hook/deliveries").await.is(200).json();
        let items = deliveries["items"].as_array().expect("a list");
        let attempts: Vec<_> = items.iter().map(|it| it["attempt"].as_u64()).collect();
        assert_eq!(attempts, [Some(2), Some(1)], "{deliveries:#}");
        let removed = server.ask(Method::DELETE, "webhooks/hook", &server.admin, &[], None).await;
        removed.is(200);
        server.get_as_admin("webhooks/hook").await.is(404);
    });
}

#[test]
fn what_is_not_taken_is_told_again() {
    block_on(async {
        let server = open().await;
        let answers = &["500 Broken", "302 Found", "503 Later"];
        let receiver = Receiver::new(answers).await;
        let hook = json!({ "url": receiver.url, "kinds": ["published"] });
        set(&server, "hook", hook).await.is(200);
        server.publish("1.0.0").await;
        for count in 1..=4 {
            receiver.times(count).await;
            // What it answered is kept before the next attempt.
            tokio::time::sleep(Duration::from_millis(300)).await;
            server.watch.pass(3600 * 1_000_000);
        }
        let told = receiver.times(4).await;
        assert!(
            told.windows(2).all(|two| two[0].header("webhook-id") == two[1].header("webhook-id"))
        );
        assert!(told.windows(2).all(|two| two[0].body == two[1].body));
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(receiver.told.lock().await.len(), 4, "what was taken is not told again");
        let deliveries = server.get_as_admin("webhooks/hook/deliveries").await.is(200).json();
        let items = deliveries["items"].as_array().expect("a list");
        let statuses: Vec<_> = items.iter().map(|it| it["status"].as_u64()).collect();
        assert_eq!(statuses, [Some(204), Some(503), Some(302), Some(500)]);
        let one = server.get_as_admin("webhooks/hook/deliveries?limit=3").await.is(200).json();
        let next = one["next"].as_str().expect("there is more");
        let path = format!("webhooks/hook/deliveries?limit=3&cursor={next}");
        let rest = server.get_as_admin(&path).await.is(200).json();
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn one_that_never_answers_keeps_nobody_waiting() {
    block_on(async {
        let server = Server::with(|settings| {
            settings.webhooks.may_be_private = true;
            settings.webhooks.patience = Duration::from_mins(1);
        });
        let server = server.await;
        server.pipeline(open_channels()).await;
        // Whoever connects is never answered.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", silent.local_addr().expect("an address"));
        set(&server, "a-silent", json!({ "url": url, "kinds": ["published"] })).await.is(200);
        let receiver = Receiver::new(&[]).await;
        let hook = json!({ "url": receiver.url, "kinds": ["channel_moved"] });
        set(&server, "z-good", hook).await.is(200);
        for patch in 0..80 {
            server.publish(&format!("1.0.{patch}")).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let promote = "products/pipeline/channels/core/latest/promote";
        server.post(promote, json!({ "version": "1.0.0" })).await.is(200);
        receiver.times(1).await;
    });
}

#[test]
fn nobody_is_led_into_the_servers_own_network() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let receiver = Receiver::new(&[]).await;
        let port =
            receiver.url.trim_end_matches("/hook").rsplit(':').next().expect("a port").to_owned();
        set(&server, "literal", json!({ "url": receiver.url, "kinds": ["published"] }))
            .await
            .is(200);
        let named = json!({ "url": format!("http://localhost:{port}/"), "kinds": ["published"] });
        set(&server, "named", named).await.is(200);
        server.publish("1.0.0").await;
        for name in ["literal", "named"] {
            let path = format!("webhooks/{name}/deliveries");
            let mut note = String::new();
            for _ in 0..50 {
                let deliveries = server.get_as_admin(&path).await.is(200).json();
                if let Some(found) = deliveries["items"][0]["note"].as_str() {
                    found.clone_into(&mut note);
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert!(note.contains("it has no public address"), "{name}: {note}");
        }
        assert!(receiver.told.lock().await.is_empty());
        let wrong = [
            ("ftp://example.org/", "url-wrong"),
            ("https://user:word@example.org/", "url-wrong"),
            ("https://", "url-wrong"),
            ("https://exa mple.org/", "url-wrong"),
        ];
        for (url, code) in wrong {
            let said = set(&server, "hook", json!({ "url": url })).await.is(400);
            assert_eq!(said.code(), code, "{url}");
        }
        let kind = json!({ "url": "https://example.org/", "kinds": ["nothing"] });
        assert_eq!(set(&server, "hook", kind).await.is(400).code(), "kind-unknown");
    });
}

#[test]
fn whoever_listens_hears_the_log_grow() {
    block_on(async {
        let server = Server::with(|settings| settings.limits.listeners = 1).await;
        server.pipeline(open_channels()).await;
        let http = reqwest::Client::new();
        let listen = |path: &str, last: Option<&str>| {
            let mut request = http.get(server.url(path)).bearer_auth(&server.admin);
            if let Some(last) = last {
                request = request.header("last-event-id", last);
            }
            request.send()
        };
        let mut heard = listen("log/events", None).await.expect("an answer");
        assert_eq!(heard.headers()["content-type"], "text/event-stream");
        let full = listen("log/events", None).await.expect("an answer");
        assert_eq!(full.status(), 503);
        assert!(full.headers().contains_key("retry-after"));
        server.publish("1.0.0").await;
        let mut text = String::new();
        while !text.contains("event: published") {
            let part = tokio::time::timeout(Duration::from_secs(5), heard.chunk()).await;
            let part = part.expect("in time").expect("no error").expect("not the end");
            text.push_str(&String::from_utf8_lossy(&part));
        }
        let size = server.running.desk().ledger().size();
        assert!(text.contains(&format!("id: {}\n", size - 1)), "{text}");
        let data = text.split("data: ").nth(1).expect("data").lines().next().expect("a line");
        let line: Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(line["entry"]["event"]["published"]["version"], "1.0.0");
        drop(heard);
        // The place is free once the server has noticed.
        let mut since = None;
        for _ in 0..50 {
            let asked = listen("log/events?lasts-secs=0", Some("1")).await.expect("an answer");
            if asked.status() == 200 {
                since = Some(asked.text().await.expect("a text"));
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let since = since.expect("a place");
        assert_eq!(since.matches("event: ").count() as u64, size - 2, "{since}");
        assert!(since.contains("id: 2\n"));
        // A server that stops does not wait for those who listen.
        let _heard = listen("log/events", None).await.expect("an answer");
        let begun = std::time::Instant::now();
        server.running.stop().await;
        assert!(begun.elapsed() < Duration::from_secs(5));
    });
}
