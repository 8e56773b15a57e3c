//! What a server does beside answering, as flags and a file of settings tell it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread::{sleep, spawn},
    time::Duration,
};

use camino::Utf8Path;
use jiff::Timestamp;
use serde_json::Value;
use trainyard_artifact::{
    Location,
    tuf::{Aim, Trusted, Update},
};
use trainyard_testkit::TestRepository;

use super::served::{Served, bare, serve_with};
use crate::command::answer;

const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The version that a channel has for whoever follows the files alone.
fn followed(site: &Utf8Path, channel: &str) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let location = Location::open(site.as_str(), &[]).unwrap();
    let root = std::fs::read(site.join("metadata/1.root.json")).ok()?;
    runtime.block_on(async {
        let aim = Aim::channel("pipeline", channel);
        let mut update = Update::begin(Trusted::new(root), aim, now()).ok()?;
        location.follow(&mut update).await.ok()?;
        let role = format!("pipeline.{channel}");
        let head = format!("pipeline/{channel}/head.json");
        let (_, bytes) = location.target(&update, &role, &head).await.ok()?;
        let head: Value = serde_json::from_slice(&bytes).unwrap();
        Some(head["version"].as_str().unwrap().to_owned())
    })
}

#[expect(clippy::disallowed_methods, reason = "the server that is tested goes by the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Waits until something is there.
fn until<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = find() {
            return found;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("{what} does not come");
}

/// Sends a request, and says the status and the body of the answer.
fn ask(served: &Served, front: &str, body: &str) -> (u16, String) {
    ask_with(served, front, "", body)
}

/// The same with another header.
fn ask_with(served: &Served, front: &str, header: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(served.url.trim_start_matches("http://")).unwrap();
    let (token, length) = (&served.token, body.len());
    write!(
        stream,
        "{front} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         {header}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[test]
fn snapshots_are_kept_in_a_directory() {
    let served = Served::of(TestRepository::new(), &["--snapshots", "site"]).with_pipeline();
    let site = served.path().join("site");
    for version in ["1.0.0", "1.1.0"] {
        served.publish(version);
        served.done(&["channel", "promote", "core/latest", version]);
        until("the promotion", || followed(&site, "core.latest").filter(|found| found == version));
    }
    let channels = std::fs::read_dir(site.join("targets/pipeline")).unwrap();
    assert_eq!(channels.count(), 1, "nothing stands in production");
}

#[test]
fn a_root_is_signed_by_others() {
    let folder = TestRepository::new();
    for name in ["ada", "bob"] {
        let file = format!("{name}.pem");
        answer(&mut bare(folder.path(), &["registry", "key", "new", &file]));
    }
    let config = "[snapshots]\nplace = \"site\"\nkeep-days = 7\nlifetime-days = { timestamp = 2 }\n\
                  [snapshots.roles.root]\nkeys = [\"ada.pem.pub\", \"bob.pem.pub\"]\n";
    folder.write(&[("serve.toml", config)]);
    let served = Served::of(folder, &["--config", "serve.toml"]);
    let waiting = until("the root", || {
        let (status, body) = ask(&served, "GET /api/v1/snapshots", "");
        assert_eq!(status, 200, "{body}");
        let told: Value = serde_json::from_str(&body).unwrap();
        told["waiting"].as_array().unwrap().iter().find(|it| it["role"] == "root").cloned()
    });
    assert_eq!((&waiting["signed"], &waiting["threshold"]), (&0.into(), &2.into()), "{waiting:#}");
}

/// A registry of images that has none, and wants to know who asks.
fn empty_images() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (told, heard) = mpsc::channel();
    spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut who = None;
            while let Some(Ok(line)) =
                lines.next().filter(|line| !matches!(line, Ok(it) if it.is_empty()))
            {
                if let Some(said) = line.to_lowercase().strip_prefix("authorization: ") {
                    who = Some(line[line.len() - said.len()..].to_owned());
                }
            }
            let status = match &who {
                Some(who) => {
                    _ = told.send(who.clone());
                    "404 Not Found"
                }
                None => "401 Unauthorized\r\nwww-authenticate: Basic realm=\"images\"",
            };
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
        }
    });
    (host, heard)
}

#[test]
fn images_are_looked_for_with_credentials() {
    let (host, heard) = empty_images();
    let folder = TestRepository::new();
    let config = "[images]\nplain = true\nuser = \"robot\"\npassword-file = \"password\"\n";
    folder.write(&[("serve.toml", config), ("password", "secret\n")]);
    let more = ["--config", "serve.toml", "--images", &host];
    let served = Served::of(folder, &more).with_pipeline();
    let manifest = served.manifest("1.0.0");
    let image = format!("{host}/studio/core@{DIGEST}");
    let publish = ["publish", "release", "core", "--manifest", &manifest, "--image", &image];
    let refused = served.run(&publish);
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    assert!(refused.stderr.contains("there is no image"), "{}", refused.transcript());
    // `robot:secret`.
    assert_eq!(heard.recv().unwrap(), "Basic cm9ib3Q6c2VjcmV0");
}

#[test]
fn private_addresses_are_told_where_settings_say_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hook = format!("{{\"url\": \"http://{address}/\", \"kinds\": [\"party_enrolled\"]}}");
    let usual = Served::new();
    assert_eq!(ask(&usual, "PUT /api/v1/webhooks/farm", &hook).0, 200);
    usual.done(&["registry", "add", "party", "studio"]);
    until("the refusal", || {
        let (_, told) = ask(&usual, "GET /api/v1/webhooks/farm/deliveries", "");
        told.contains("it has no public address").then_some(())
    });
    let folder = TestRepository::new();
    folder.write(&[("serve.toml", "[webhooks]\nprivate = true\n")]);
    let served = Served::of(folder, &["--config", "serve.toml"]);
    let (status, body) = ask(&served, "PUT /api/v1/webhooks/farm", &hook);
    assert!((200..300).contains(&status), "{status} {body}");
    served.done(&["registry", "add", "party", "studio"]);
    let (mut stream, _) = listener.accept().unwrap();
    let mut front = [0; 4];
    stream.read_exact(&mut front).unwrap();
    assert_eq!(&front, b"POST");
}

#[test]
fn listeners_are_as_many_as_settings_say() {
    let folder = TestRepository::new();
    folder.write(&[("serve.toml", "listeners = 0\n")]);
    let served = Served::of(folder, &["--config", "serve.toml"]);
    let (status, body) = ask(&served, "GET /api/v1/log/events", "");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("too many listen"), "{body}");
}

#[test]
fn traces_are_told_to_a_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = mpsc::channel();
    spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let (mut front, mut length) = (String::new(), 0);
            while lines.read_line(&mut front).unwrap() > 2 {}
            for line in front.to_lowercase().lines() {
                if let Some(said) = line.strip_prefix("content-length: ") {
                    length = said.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            lines.read_exact(&mut body).unwrap();
            _ = told.send((front, body));
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
        }
    });
    let folder = TestRepository::new();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("NO_PROXY", "127.0.0.1"),
    ];
    let started = serve_with(folder.path(), &[], &variables);
    let served = Served::started(folder, started);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let header = format!("traceparent: 00-{trace}-00f067aa0ba902b7-01\r\n");
    let body = "{\"name\": \"studio\", \"title\": \"Studio\"}";
    let (status, said) = ask_with(&served, "POST /api/v1/parties", &header, body);
    assert_eq!(status, 201, "{said}");
    let has = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|window| window == part);
    let bytes: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect();
    let mut all = Vec::new();
    while !(has(&all, b"POST /api/v1/parties") && has(&all, b"write") && has(&all, &bytes)) {
        let (front, body) = heard.recv_timeout(Duration::from_secs(15)).expect("a trace");
        assert!(front.starts_with("POST /v1/traces "), "{front}");
        assert!(front.to_lowercase().contains("content-type: application/x-protobuf"), "{front}");
        assert!(has(&body, b"service.name") && has(&body, b"trainyard"));
        all.extend(body);
    }
    assert!(!has(&all, served.token.as_bytes()));
}

#[test]
fn settings_that_cannot_be_are_told() {
    let folder = TestRepository::new();
    folder.write(&[
        ("nowhere.toml", "[snapshots]\nkeep-days = 3\n"),
        ("half.toml", "[images]\nhost = \"ghcr.io\"\nuser = \"robot\"\n"),
        ("many.toml", "[snapshots]\nplace = \"site\"\n[snapshots.roles.root]\nkeys = []\n"),
    ]);
    let tries: &[&[&str]] = &[
        &["serve", "--config", "nowhere.toml"],
        &["serve", "--config", "half.toml"],
        &["serve", "--config", "many.toml"],
        &["serve", "--snapshots", "gs://bucket"],
        &["serve", "--images", "ghcr.io/studio"],
    ];
    let said: Vec<_> = tries.iter().map(|it| answer(&mut bare(folder.path(), it))).collect();
    assert!(said.iter().all(|run| run.code == 2), "{said:#?}");
    let text: Vec<_> = said.iter().map(crate::command::Run::transcript).collect();
    insta::assert_snapshot!("impossible", text.join("\n"));
}
