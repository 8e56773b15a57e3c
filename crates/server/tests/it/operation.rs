//! Running a server: limits, health, logs, encryption, and a database that is gone.

use std::{
    io::Write,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use camino::Utf8PathBuf;
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use trainyard_server::{Rate, Tls};
use trainyard_store::Database;
use trainyard_testkit::PostgresServer;

use crate::{
    kills::replica::Replica,
    support::{Server, block_on, open_channels, release},
};

#[test]
fn what_one_has_is_not_sent_again() {
    block_on(async {
        let server = Server::new().await;
        for path in ["products", "parties", "log/key", "tokens/self"] {
            let first = server.get(path).await.is(200);
            let has = [("if-none-match", first.header("etag"))];
            let again = server.ask(Method::GET, path, "", &has, None).await.is(304);
            assert!(again.text.is_empty());
        }
        let first = server.get("parties").await.is(200);
        let etag = first.header("etag").to_owned();
        server.enrol("new").await;
        let has = [("if-none-match", etag.as_str())];
        server.ask(Method::GET, "parties", "", &has, None).await.is(200);
        let gzip = [("accept-encoding", "gzip")];
        let small = server.ask(Method::GET, "/api/v1/openapi.json", "", &gzip, None).await.is(200);
        assert_eq!(small.header("content-encoding"), "gzip");
    });
}

#[test]
fn what_is_wrong_is_told_as_a_problem() {
    block_on(async {
        let server = Server::new().await;
        assert_eq!(server.get("nothing/here").await.is(404).code(), "not-found");
        assert_eq!(server.get("products/a b").await.is(400).code(), "path-unreadable");
        let method = server.ask(Method::DELETE, "products", &server.admin, &[], None).await;
        assert_eq!(method.is(405).code(), "method-not-allowed");
        let unknown =
            server.post("products", json!({ "name": "x", "colour": "red" })).await.is(400);
        assert_eq!(unknown.code(), "body-unreadable");
        assert!(unknown.text.contains("colour"));
        let text = [("content-type", "text/plain")];
        let wrong =
            server.ask(Method::POST, "parties/admin/principals", &server.admin, &text, None).await;
        assert_eq!(wrong.is(400).code(), "body-unreadable");
        let deep = format!(
            "{{\"text\":\"\",\"channels\":{{\"a\":{{\"b\":{}{}}}}}}}",
            "[".repeat(5000),
            "]".repeat(5000)
        );
        let path = "products/x/policies";
        let deep =
            server.ask(Method::POST, path, &server.admin, &[], Some(deep.into_bytes())).await;
        assert_eq!(deep.is(400).code(), "body-unreadable");
    });
}

#[test]
fn more_than_is_allowed_is_turned_away() {
    block_on(async {
        let one = NonZeroU32::MIN;
        let server = Server::with(|settings| {
            settings.limits.peers = Some(Rate { per_second: one, burst: one.saturating_add(1) });
            settings.limits.body_bytes = 1000;
        })
        .await;
        let big = Some(vec![b' '; 2000]);
        let refused = server.ask(Method::POST, "products", &server.admin, &[], big).await;
        assert_eq!(refused.is(413).code(), "body-too-large");
        let mut turned_away = 0;
        for _ in 0..5 {
            let said = server.get("products").await;
            if said.status == 429 {
                assert_ne!(said.header("retry-after"), "");
                turned_away += 1;
            }
        }
        assert!(turned_away >= 2, "{turned_away}");
        // Whoever has a token is counted by it.
        server.get_as_admin("products").await.is(200);
        let full = Server::with(|settings| settings.limits.at_once = 0).await;
        let shed = full.get("products").await.is(503);
        assert_eq!((shed.code().as_str(), shed.header("retry-after")), ("overloaded", "1"));
    });
}

/// A proxy may put its word into a line of its own, behind lines that anybody sent.
#[test]
fn nobody_is_counted_as_whom_they_say() {
    block_on(async {
        let one = NonZeroU32::MIN;
        let server = Server::with(|settings| {
            settings.access.is_behind_proxy = true;
            settings.limits.peers = Some(Rate { per_second: one, burst: one });
        })
        .await;
        let mut turned_away = 0;
        for number in 0..5 {
            let said = format!("10.0.0.{number}");
            let lines = [("x-forwarded-for", &*said), ("x-forwarded-for", "192.0.2.1")];
            let said = server.ask(Method::GET, "products", "", &lines, None).await;
            turned_away += u32::from(said.status == 429);
        }
        assert!(turned_away >= 2, "{turned_away}");
        let other = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "1.2.3.4, 192.0.2.2")];
        server.ask(Method::GET, "products", "", &other, None).await.is(200);
    });
}

#[test]
fn a_server_stops_while_all_its_connections_are_taken() {
    block_on(async {
        let server = Server::with(|settings| {
            settings.limits.connections = 2;
            settings.grace = Duration::from_secs(1);
        })
        .await;
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(TcpStream::connect(server.running.address).await.expect("it listens"));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let stopped = tokio::time::timeout(Duration::from_secs(8), server.running.stop()).await;
        assert!(stopped.is_ok(), "it goes on");
    });
}

#[test]
fn a_server_tells_how_it_is() {
    block_on(async {
        let server = Server::new().await;
        assert_eq!(server.get("/healthz").await.is(200).text, "ok\n");
        // Details are for those with a token.
        assert_eq!(server.get("/readyz").await.is(200).text, r#"{"status":"ready"}"#);
        let ready = server.get_as_admin("/readyz").await.is(200).json();
        assert_eq!(ready, json!({ "status": "ready", "size": 3 }));
        server.get("products").await.is(200);
        let measured = server.get("/metrics").await.is(200).text;
        let wanted = "trainyard_http_requests_total{method=\"GET\",route=\"/api/v1/products\",status=\"200\"} 1";
        assert!(measured.contains(wanted), "{measured}");
        assert!(measured.contains("trainyard_log_entries 3"), "{measured}");
        let begun = std::time::Instant::now();
        server.running.stop().await;
        assert!(begun.elapsed() < Duration::from_secs(5));
    });
}

/// What was written down.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_secret_is_written_down() {
    let lines = Lines::default();
    let own = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || own.clone())
        .finish();
    // One thread, which is the one that writes.
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("what the test needs");
    let (admin, secret) = runtime.block_on(async {
        let server = Server::new().await;
        let secret = server.token("robot", "admin/admin", &["publish"]).await;
        server.ask(Method::GET, "products", &secret, &[], None).await.is(200);
        server.ask(Method::GET, "products", "ty_wrong-secret", &[], None).await.is(401);
        server
            .post_as(&secret, "products", json!({ "name": "p", "title": "P", "party": "admin" }))
            .await
            .is(403);
        (server.admin.clone(), secret)
    });
    let written = String::from_utf8(lines.0.lock().expect("nobody panicked").clone())
        .expect("what the test needs");
    assert!(written.contains("/api/v1/products"), "{written}");
    for secret in [admin.as_str(), secret.as_str(), "ty_wrong-secret"] {
        // What the test's own client writes down is none of the server's.
        let own =
            written.lines().filter(|line| !line.contains("hyper") && !line.contains("reqwest"));
        let told: Vec<_> = own.filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{told:#?}");
    }
}

#[test]
fn a_process_ends_in_order_and_its_log_has_no_secrets() {
    let folder = tempfile::tempdir().expect("what the test needs");
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("what the test needs");
    let database = Database::File(path.join("registry.db"));
    let replica = Replica::start(&database, &path);
    let token = fs_err::read_to_string(path.join("token")).expect("it is kept");
    let admin = token.trim().to_owned();
    let address = replica.url.trim_start_matches("http://").to_owned();
    let answer = block_on(async {
        let mut stream = TcpStream::connect(&address).await.expect("it listens");
        let body = r#"{"name":"slow","title":"Slow","party":"admin"}"#;
        let front = format!(
            "POST /api/v1/products HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {admin}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
            body.len(),
            &body[..10]
        );
        stream.write_all(front.as_bytes()).await.expect("it is sent");
        tokio::time::sleep(Duration::from_millis(300)).await;
        let ended = tokio::task::spawn_blocking(move || replica.end());
        tokio::time::sleep(Duration::from_millis(500)).await;
        // What was begun is ended; nothing else is taken.
        assert!(TcpStream::connect(&address).await.is_err(), "it still takes connections");
        stream.write_all(&body.as_bytes()[10..]).await.expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(ended.await.expect("it ended"), "it did not end in order");
        answer
    });
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    // The same file opens it again.
    let again = Replica::start(&database, &path);
    let kept = fs_err::read_to_string(path.join("token")).expect("it is kept");
    assert_eq!(kept.trim(), admin);
    assert!(again.end());
    let log = fs_err::read_to_string(path.join("log.jsonl")).expect("it has a log");
    assert!(!log.contains(&admin), "{log}");
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let request = lines.iter().find(|line| line["route"] == "/api/v1/products");
    let request = request.expect("the request is told");
    assert_eq!((&request["status"], &request["token"]), (&json!(201), &json!("admin")));
}

#[test]
fn reads_go_on_without_the_database() {
    let Some(mut postgres) = PostgresServer::start() else { return };
    let url = postgres.create("outage");
    block_on(async {
        let server = Server::on(Database::Postgres(url), |settings| {
            settings.options.connect_patience = Duration::from_millis(500);
            settings.options.patience = Duration::from_secs(1);
            settings.options.commit_patience = Duration::from_secs(1);
        })
        .await;
        server.pipeline(open_channels()).await;
        let path = "products/pipeline/components/core/releases";
        server.publish("1.0.0").await;
        postgres.stop();
        let mut is_degraded = false;
        for _ in 0..100 {
            is_degraded |= server.get("/readyz").await.is(200).json()["status"] == "degraded";
            if is_degraded {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(is_degraded);
        let said = server.get(&format!("{path}/1.0.0")).await.is(200);
        assert_ne!(said.header("age"), "");
        let refused = server.post(path, release("2.0.0")).await.is(503);
        assert_eq!(refused.code(), "database-unreachable");
        assert_ne!(refused.header("retry-after"), "");
        postgres.start_again();
        for _ in 0..100 {
            if server.post(path, release("2.0.0")).await.status == 201 {
                let said = server.get(path).await.is(200);
                assert_eq!(said.header("age"), "");
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server did not recover");
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "openssl makes a certificate for the test")]
fn connections_are_encrypted() {
    let folder = tempfile::tempdir().expect("what the test needs");
    let path = |name: &str| {
        Utf8PathBuf::from_path_buf(folder.path().join(name)).expect("what the test needs")
    };
    let (certificates, key) = (path("cert.pem"), path("key.pem"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", key.as_str(), "-out", certificates.as_str()])
        .output();
    let Ok(made) = made else { return };
    assert!(made.status.success());
    block_on(async {
        let tls = Tls { certificates: certificates.clone(), key };
        let server = Server::with(|settings| settings.tls = Some(tls)).await;
        let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true);
        let client = client.build().expect("what the test needs");
        let said = client.get(server.url("/healthz")).send().await.expect("what the test needs");
        assert_eq!(said.status(), 200);
        assert_eq!(said.version(), reqwest::Version::HTTP_2);
        let plain = format!("http://{}/healthz", server.running.address);
        assert!(client.get(plain).send().await.is_err());
    });
}
