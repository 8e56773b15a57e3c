//! A server as somebody asks it who means no good, from outside and from within.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use trainyard_attest::{Envelope, NoteKey, Outcome, SignedNote, SshSignature, verify_consistency};
use trainyard_store::{Database, Options, Store};

use crate::support::{
    Server, block_on, guarded_channels, key_of, on_both, open_channels, release, test_result,
};

on_both! {
    what_no_reader_reads_whole_has_no_digest
    a_token_for_one_product_is_none_for_another
    what_one_may_not_read_is_not_there_in_the_past_either
    statements_count_for_what_they_say_and_nothing_else
    numbers_at_the_edges_break_nothing
}

const RELEASES: &str = "products/pipeline/components/core/releases";

/// A release whose manifest has one more member, at its top or within its version.
fn publication(top: &str, within: &str) -> Vec<u8> {
    let version = format!(r#"{{"text":"1.0.0","scheme":"semver"{within}}}"#);
    let document = format!(r#"{{"name":"core","version":{version}{top}}}"#);
    format!(r#"{{"version":"1.0.0","document":{document}}}"#).into_bytes()
}

fn what_no_reader_reads_whole_has_no_digest() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let publish = async |body: Vec<u8>| {
            server.ask(Method::POST, RELEASES, &server.admin, &[], Some(body)).await
        };
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for value in ["1e999", deep.as_str(), r#""\ud800""#] {
            let member = format!(r#","more":{value}"#);
            for body in [publication(&member, ""), publication("", &member)] {
                let code = publish(body).await.is(400).code();
                assert!(["document-unreadable", "body-unreadable"].contains(&code.as_str()));
            }
        }
        // What is read whole tells one content from the other.
        publish(publication(r#","date":"2026-01-01""#, "")).await.is(201);
        let said = publish(publication(r#","date":"2026-01-02""#, "")).await.is(409);
        assert_eq!(said.code(), "release-differs");
    });
}

/// Every operation that takes a body, with names of what is there.
async fn operations(server: &Server) -> Vec<(Method, String)> {
    let description = server.get("openapi.json").await.is(200).json();
    let mut operations = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if operation["requestBody"].is_null() {
                continue;
            }
            let mut path = path.clone();
            let names = [
                ("{product}", "pipeline"),
                ("{component}", "core"),
                ("{stream}", "core"),
                ("{channel}", "latest"),
            ];
            for (name, value) in names {
                path = path.replace(name, value);
            }
            while let Some((front, rest)) = path.split_once('{') {
                let (_, rest) = rest.split_once('}').expect("a name");
                path = format!("{front}1.0.0{rest}");
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            operations.push((method, path));
        }
    }
    assert!(operations.len() > 20, "{operations:?}");
    operations
}

#[test]
fn bodies_that_explode_are_refused_everywhere() {
    block_on(async {
        let mut server = Server::new().await;
        // A connection on which a body was refused before its end is closed, and must not be used again.
        server.http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        server.pipeline(open_channels()).await;
        let deep = "[".repeat(1_000_000).into_bytes();
        let deep_within = format!(r#"{{"why":{}"#, r#"{"a":"#.repeat(200_000)).into_bytes();
        let bomb = bomb();
        let size = server.running.desk().ledger().size();
        for (method, path) in operations(&server).await {
            for body in [&deep, &deep_within] {
                let begun = Instant::now();
                let said =
                    server.ask(method.clone(), &path, &server.admin, &[], Some(body.clone())).await;
                assert!(said.status.is_client_error(), "{method} {path}: {said:?}");
                assert!(begun.elapsed() < Duration::from_secs(5), "{method} {path}");
            }
            // Nothing is unpacked that somebody sends.
            let status = pushed(&server, &method, &path, "gzip", &bomb).await;
            assert!(status.is_none_or(|it| it.is_client_error()), "{method} {path}: {status:?}");
        }
        assert_eq!(server.running.desk().ledger().size(), size);
        let long = vec![b' '; 9 << 20];
        let status = pushed(&server, &Method::POST, RELEASES, "identity", &long).await;
        assert!(status.is_none_or(|it| it.as_u16() == 413), "{status:?}");
        server.get("products").await.is(200);
    });
}

/// Sends a body, whether or not it is read; `None` where the server closed the connection before it had all.
async fn pushed(
    server: &Server,
    method: &Method,
    path: &str,
    encoding: &str,
    body: &[u8],
) -> Option<reqwest::StatusCode> {
    let request = reqwest::Client::new().request(method.clone(), server.url(path));
    let request = request
        .bearer_auth(&server.admin)
        .header("content-type", "application/json")
        .header("content-encoding", encoding);
    request.body(body.to_vec()).send().await.ok().map(|response| response.status())
}

/// A file of zeros, packed a thousand to one.
fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packer.write_all(&vec![b' '; 1 << 20]).expect("it is packed");
    }
    packer.finish().expect("it is packed")
}

/// Sends bytes as they are, and reads what comes back until the server has done.
fn send(server: &Server, bytes: &[u8]) -> String {
    let address = server.running.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn paths_lead_nowhere_else() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let paths = [
            "/api/v1/../../etc/passwd",
            "/api/v1/products/..%2f..%2fpipeline",
            "/api/v1/products/%2e%2e",
            "/api/v1/products/pipeline%00",
            "/api/v1/products/pipeline%0d%0aset-cookie:%20a=b",
            "/api/v1/products/%ff%fe",
            "/assets/..%2f..%2f..%2fetc%2fpasswd",
            "/assets/%2e%2e/%2e%2e/etc/passwd",
            "/products/pipeline/../../sign-in",
            "/products/%3Cscript%3E",
            "//api/v1/log/entries",
            "/api/v1//log/entries",
            "/API/V1/log/entries",
            "/api/v1/log/entries/",
            "/api/v1/log/tile/../entries",
            "/api/v1/log/tile/8/x999/x999/999",
            "/api/v1/log/entries?cursor=%00",
        ];
        for path in paths {
            let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            let answer = send(&server, request.as_bytes());
            let status = answer.split(' ').nth(1).unwrap_or_default();
            assert!(status.starts_with('4'), "{path}: {answer}");
            let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
            assert!(!head.to_lowercase().contains("set-cookie: a=b"), "{path}: {head}");
            let is_page = head.contains("text/html");
            assert!(!(is_page && body.contains("<script>")), "{path}: {body}");
            assert!(!body.contains("root:"), "{path}: {body}");
        }
    });
}

#[test]
fn headers_say_nothing_that_was_not_meant() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        // Two lengths, or a length and chunks, let others believe in other requests.
        let confused = [
            "POST /api/v1/products HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
            "GET /api/v1/products HTTP/1.1\r\nhost: a\r\n x: folded\r\nconnection: close\r\n\r\n",
            "GET /api/v1/products HTTP/1.1\r\nhost: a\r\nbad header: 1\r\nconnection: close\r\n\r\n",
            "GET /api/v1/products\r\n\r\n",
        ];
        for request in confused {
            let answer = send(&server, request.as_bytes());
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{request}: {answer}");
        }
        for id in ["a\"b c<script>", "short", &"x".repeat(65)] {
            let told = server.ask(Method::GET, "products", "", &[("x-request-id", id)], None).await;
            assert_ne!(told.header("x-request-id"), id);
        }
        // A huge head is turned away, and not read to its end.
        let mut huge = b"GET /api/v1/products HTTP/1.1\r\nhost: a\r\n".to_vec();
        for number in 0..20_000 {
            huge.extend(format!("x-{number}: {}\r\n", "y".repeat(100)).bytes());
        }
        let answer = send(&server, &huge);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        server.get("products").await.is(200);
    });
}

#[test]
fn whoever_sends_slowly_does_not_hold_a_place() {
    block_on(async {
        let server = Server::with(|settings| {
            settings.limits.request = Duration::from_secs(1);
            settings.limits.at_once = 2;
        })
        .await;
        let head = format!(
            "POST /api/v1/products HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{{",
            server.admin
        );
        let begun = Instant::now();
        let answers: Vec<String> = std::thread::scope(|scope| {
            let slow: Vec<_> =
                (0..2).map(|_| scope.spawn(|| send(&server, head.as_bytes()))).collect();
            slow.into_iter().map(|it| it.join().expect("an answer")).collect()
        });
        for answer in answers {
            assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        }
        assert!(begun.elapsed() < Duration::from_secs(8));
        server.get("products").await.is(200);
    });
}

#[test]
fn cursors_are_of_their_list_or_of_none() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let page = server.get("parties?limit=1").await.is(200).json();
        let cursor = page["next"].as_str().expect("there are more").to_owned();
        server.get(&format!("parties?limit=1&cursor={cursor}")).await.is(200);
        let wrong = [
            format!("products?cursor={cursor}"),
            format!("parties?cursor={cursor}A"),
            format!("parties?cursor={}", "A".repeat(20_000)),
            "parties?cursor=%00%ff".to_owned(),
            "parties?limit=0".to_owned(),
            "parties?limit=-1".to_owned(),
            "parties?limit=18446744073709551616".to_owned(),
            "parties?limit=1&limit=500".to_owned(),
        ];
        for path in wrong {
            let said = server.get(&path).await;
            assert!(said.status.is_client_error(), "{}: {said:?}", &path[..path.len().min(60)]);
        }
    });
}

fn a_token_for_one_product_is_none_for_another() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let other = json!({ "name": "other", "title": "Other", "party": "maker" });
        server.post("products", other).await.is(201);
        let grants: Vec<_> = ["publish", "validate", "promote", "block", "policy", "read-log"]
            .iter()
            .map(|right| json!({ "right": right, "product": "other" }))
            .collect();
        let body = json!({ "name": "narrow", "principal": "maker/ada", "grants": grants });
        let token = server.post("tokens", body).await.is(201).json();
        let token = token["secret"].as_str().expect("a text");
        server.publish("1.0.0").await;
        let size = server.running.desk().ledger().size();
        for (method, path) in operations(&server).await {
            if !path.contains("/pipeline/") {
                continue;
            }
            let body = Some(json!({ "why": "I want it" }).to_string().into_bytes());
            let said = server.ask(method.clone(), &path, token, &[], body).await;
            let is_question = said.status.is_success();
            assert!(is_question || said.status.is_client_error(), "{method} {path}: {said:?}");
        }
        assert_eq!(server.running.desk().ledger().size(), size);
        // The log is of all products.
        server.ask(Method::GET, "log/entries", token, &[], None).await.is(403);
        // A token is a header, and no part of an address.
        server.get(&format!("log/entries?token={}", server.admin)).await.is(401);
        server.get(&format!("log/entries?access_token={}", server.admin)).await.is(401);
        let basic = [("authorization", "Basic YWRtaW46YWRtaW4=")];
        server.ask(Method::GET, "products", "", &basic, None).await.is(401);
    });
}

fn what_one_may_not_read_is_not_there_in_the_past_either() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server.watch.pass(1_000_000);
        let tag = server.get_as_admin("tokens").await.is(200).header("etag").to_owned();
        for path in ["tokens", "log/entries", "webhooks", "products/pipeline/deployments"] {
            let at = format!("{path}?at=2026-01-01T00:00:00Z");
            for path in [path, &at] {
                // Nor does a tag that one has heard of tell whether it is still so.
                for known in ["*", tag.as_str()] {
                    let headers = [("if-none-match", known)];
                    let said = server.ask(Method::GET, path, "", &headers, None).await;
                    assert!([401, 404].contains(&said.status.as_u16()), "{path}: {said:?}");
                }
            }
        }
        // One's own tokens are one's own, whatever tag one sends.
        let own = server.token("own", "one/ada", &["publish"]).await;
        let headers = [("if-none-match", tag.as_str())];
        let said = server.ask(Method::GET, "tokens", &own, &headers, None).await.is(200);
        assert!(!said.text.contains("admin/admin"), "{said:?}");
        // Of the same request, each is answered what they may know, and the keys of others repeat nothing.
        let key = [("idempotency-key", "shared")];
        let body = || Some(release("1.0.0").to_string().into_bytes());
        server.ask(Method::POST, RELEASES, &server.admin, &key, body()).await.is(201);
        let reader = server.token("reader", "one/ada", &["read-log"]).await;
        server.ask(Method::POST, RELEASES, &reader, &key, body()).await.is(403);
    });
}

fn statements_count_for_what_they_say_and_nothing_else() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(guarded_channels()).await;
        let digest = server.publish("1.0.0").await;
        let attest = async |body: Vec<u8>| {
            let path = "products/pipeline/attestations";
            server.ask(Method::POST, path, &server.admin, &[], Some(body)).await
        };
        let whole = test_result("one/ada", &digest, Outcome::Passed);
        let statement = Envelope::from_json(&whole).expect("an envelope");
        let written: Value = serde_json::from_slice(&whole).expect("JSON");
        let payload = STANDARD.decode(written["payload"].as_str().expect("a text"));
        let payload = payload.expect("base64");
        // The same statement under another type, signed as that.
        let mut other = Envelope::new("application/json", payload);
        other.sign(&key_of("one/ada"));
        attest(other.to_json().into_bytes()).await.is(400);
        // The type is a part of what is signed.
        let mut retyped = written.clone();
        retyped["payloadType"] = json!("text/plain");
        attest(retyped.to_string().into_bytes()).await.is(400);
        // What an agent signed for something else.
        for namespace in ["git", "file", "attestation@trainyar", "attestation@trainyard2"] {
            let message = statement.message();
            let ssh = SshSignature::sign(&key_of("one/ada"), namespace, &message);
            let mut foreign = written.clone();
            let bytes = STANDARD.encode(ssh.to_bytes());
            foreign["signatures"] = json!([{ "sig": bytes }]);
            attest(foreign.to_string().into_bytes()).await.is(400);
        }
        // A payload in place of the one that was signed.
        let mut swapped = written.clone();
        let failed = test_result("one/ada", &digest, Outcome::Failed);
        let failed: Value = serde_json::from_slice(&failed).expect("JSON");
        swapped["payload"] = failed["payload"].clone();
        attest(swapped.to_string().into_bytes()).await.is(400);
        // A release that is not here.
        let elsewhere = format!("sha256:{}", "5a".repeat(32));
        let said = attest(test_result("one/ada", &elsewhere, Outcome::Passed)).await.is(404);
        assert_eq!(said.code(), "subject-unknown");
        // The right one counts once, however it is written.
        attest(whole.clone()).await.is(201);
        let spaced = format!("\n  {}", String::from_utf8(whole).expect("text"));
        let again = attest(spaced.into_bytes()).await.is(200).json();
        assert_eq!(again["is-changed"], false);
    });
}

fn numbers_at_the_edges_break_nothing() {
    block_on(async {
        let server = Server::new().await;
        server
            .pipeline(json!({ "latest": {}, "production": {
            "soak-secs": u64::MAX, "fresh-secs": u64::MAX, "after": "latest" } }))
            .await;
        server.publish("1.0.0").await;
        server.publish("1.1.0").await;
        let channel = "products/pipeline/channels/core/latest";
        let promote = format!("{channel}/promote");
        server.post(&promote, json!({ "version": "1.1.0" })).await.is(200);
        let put = async |body: Value| {
            let path = format!("{channel}/rollout");
            let body = Some(body.to_string().into_bytes());
            let said = server.ask(Method::PUT, &path, &server.admin, &[], body.clone()).await;
            if said.status.as_u16() == 405 {
                return server.ask(Method::POST, &path, &server.admin, &[], body).await;
            }
            said
        };
        let said =
            put(json!({ "version": "1.1.0", "lasts-secs": u64::MAX, "first-percent": 99 })).await;
        assert!(said.status.is_success(), "{said:?}");
        for path in [
            "products/pipeline/channels/core/latest/updates?version=1.0.0&wariness=99",
            "products/pipeline/channels/core/latest/why-not/1.1.0?version=1.0.0&wariness=99",
            "products/pipeline/channels/core/production",
            "products/pipeline/channels/core/production/standing/1.1.0",
            "products/pipeline?at=-009999-01-02T01:59:59Z",
            "products/pipeline?at=9999-12-30T22:00:00.999999999Z",
            "/products/pipeline/channels/core/production",
            "/products/pipeline/channels/core/latest",
        ] {
            let said = server.get(path).await;
            assert!(!said.status.is_server_error(), "{path}: {said:?}");
        }
        let due = json!({ "version": "1.0.0", "due": "9999-12-30T22:00:00Z" });
        let said = server.post(&format!("{channel}/schedule"), due).await;
        assert!(!said.status.is_server_error(), "{said:?}");
    });
}

#[test]
fn every_sign_of_a_channel_that_was_forced_stays() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(guarded_channels()).await;
        server.publish("1.0.0").await;
        let production = "products/pipeline/channels/core/production";
        let ask = json!({ "version": "1.0.0", "is-forced": true, "why": "it burns" });
        let said = server.post(&format!("{production}/promote"), ask.clone()).await.is(422);
        assert_eq!(said.code(), "approvals-missing");
        // A reason does not help, nor asking often.
        for _ in 0..3 {
            server.post(&format!("{production}/promote"), ask.clone()).await.is(422);
        }
    });
}

/// Runs a few lines of Python on a database's file; `false` where there is no Python.
#[expect(clippy::disallowed_methods, reason = "somebody meddles with the file from outside")]
fn meddle(file: &camino::Utf8Path, lines: &str) -> bool {
    let script =
        format!("import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1])\n{lines}\ndb.commit()\n");
    let done = Command::new("python3").args(["-c", &script, file.as_str()]).output();
    let Ok(done) = done else { return false };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    true
}

fn file(server: &Server) -> camino::Utf8PathBuf {
    let Database::File(path) = &server.database else { panic!("a file") };
    path.clone()
}

/// Envelopes, manifests, policies: a bit that turns in any of them is found, by whoever reads it and by who verifies all.
#[test]
fn a_bit_that_turns_beside_the_log_is_found() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let digest = server.publish("1.0.0").await;
        server.attest("one/ada", &digest, Outcome::Passed).await.is(201);
        let path = format!("{RELEASES}/1.0.0/enclosures/audit");
        let audit = Some(json!({ "document": { "findings": [] } }).to_string().into_bytes());
        let said = server.ask(Method::POST, &path, &server.admin, &[], audit).await;
        assert!(said.status.is_success(), "{said:?}");
        let store = server.running.desk().store();
        let whole = store.verify().await.expect("it is whole");
        assert!(whole.blobs >= 5, "{whole:?}");
        let file = file(&server);
        let flip = |blob: u64, bit: u64| {
            let lines = format!(
                "digest,old=db.execute('SELECT digest,bytes FROM blob ORDER BY digest LIMIT 1 OFFSET {blob}').fetchone()\n\
                 at={bit}%(8*len(old))\nnew=bytearray(old)\nnew[at//8]^=1<<(at%8)\n\
                 db.execute('UPDATE blob SET bytes=? WHERE digest=?',(bytes(new),digest))"
            );
            meddle(&file, &lines)
        };
        for blob in 0..whole.blobs {
            for bit in [0, 7, 1001] {
                if !flip(blob, bit) {
                    return;
                }
                let error = store.verify().await.expect_err("it is found").to_string();
                assert!(error.contains("has other bytes"), "{error}");
                assert!(flip(blob, bit), "it is turned back");
            }
        }
        store.verify().await.expect("it is whole again");
        // Whoever opens the registry, or reads what was turned, is told, and nobody is given it.
        for blob in 0..whole.blobs {
            assert!(flip(blob, 3));
        }
        let said = server.get(&format!("{RELEASES}/1.0.0/enclosures/audit")).await;
        assert_eq!(said.status.as_u16(), 500, "{said:?}");
        let opened = Store::open(&server.database, Options::default()).await.expect("a store");
        assert!(opened.verify().await.is_err());
        let settings = crate::support::settings(server.database.clone(), &server.watch);
        assert!(trainyard_server::start(settings).await.is_err(), "it does not start");
    });
}

/// An old backup is put back and written to: whoever has a checkpoint can prove it, and a replica that runs believes the database.
#[test]
fn a_log_that_was_forked_is_found() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server.publish("1.0.0").await;
        let kept = server.running.desk().ledger().size();
        server.publish("1.1.0").await;
        server.publish("1.2.0").await;
        let key = server.get("log/key").await.is(200).json();
        let key = NoteKey::from_line(key["key"].as_str().expect("a text")).expect("a key");
        let checkpoint = async |server: &Server| {
            let text = server.ask(Method::GET, "log/checkpoint", &server.admin, &[], None).await;
            let note = SignedNote::from_text(&text.text).expect("a note");
            let text = note.verify(&key).expect("it is signed").to_owned();
            trainyard_attest::Checkpoint::from_text(&text).expect("a checkpoint")
        };
        let old = checkpoint(&server).await;
        let past = format!("{RELEASES}/1.1.0?at=2026-01-01T00:00:00Z");
        assert!(server.get(&past).await.is(200).text.contains("admin/admin"));
        // Another replica writes to what an older backup holds, faster than the first one looks.
        let lines = format!(
            "db.execute('PRAGMA busy_timeout=5000')\n\
             for name, in db.execute(\"SELECT name FROM sqlite_master WHERE type='trigger'\").fetchall(): db.execute('DROP TRIGGER '+name)\n\
             rows=db.execute('SELECT * FROM entry WHERE number >= {kept} ORDER BY number').fetchall()\n\
             import hashlib\n\
             columns=[it[1] for it in db.execute('PRAGMA table_info(entry)')]\n\
             body,leaf=columns.index('body'),columns.index('leaf')\n\
             for row in rows:\n\
             \x20   other=row[body].replace(b'admin/admin',b'maker/admin')\n\
             \x20   hash=hashlib.sha256(b'\\0'+other).digest()\n\
             \x20   db.execute('UPDATE entry SET body=?,leaf=? WHERE number=?',(other,hash,row[columns.index('number')]))"
        );
        if !meddle(&file(&server), &lines) {
            return;
        }
        let begun = Instant::now();
        let new = loop {
            let new = checkpoint(&server).await;
            if new.root != old.root {
                break new;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "the replica goes on as if nothing were"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert_eq!(new.size, old.size);
        // The past is that of the log that is there now.
        let told = server.get(&past).await.is(200).text;
        assert!(told.contains("maker/admin") && !told.contains("admin/admin"), "{told}");
        // It goes on from what the database holds, and no proof leads there from what was signed before.
        server.publish("1.3.0").await;
        let new = checkpoint(&server).await;
        let path = format!("log/proofs/consistency?old={}&new={}", old.size, new.size);
        let proof = server.get_as_admin(&path).await.is(200).json();
        let hashes = proof["hashes"].as_array().expect("a list").iter().map(|hash| {
            let text = hash.as_str().expect("a text");
            std::array::from_fn(|at| {
                u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")
            })
        });
        let hashes: Vec<_> = hashes.collect();
        let proven = verify_consistency((old.size, &old.root), (new.size, &new.root), &hashes);
        assert!(proven.is_err(), "a fork has no proof");
    });
}
