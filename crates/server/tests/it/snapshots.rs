//! Signed snapshots: a promotion over HTTP is followed from static files, by python-tuf and by our own client.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde_json::{Value, json};
use trainyard_artifact::{
    Location,
    tuf::{Aim, Envelope, RoleKeys, Trusted, Update},
};
use trainyard_registry::Moment;
use trainyard_server::SnapshotSettings;
use trainyard_store::Database;
use trainyard_testkit::PostgresServer;

use crate::{
    support::{DAY, Server, block_on, key_of, open_channels},
    tools::{last_line, python_program, serve},
};

const PRODUCTION: &str = "products/pipeline/channels/core/production/promote";
const ROLE: &str = "pipeline.core.production";
const HEAD: &str = "pipeline/core.production/head.json";

/// A folder of a test's own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("what the test needs"))
    }

    fn path(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.0.path().join("site")).expect("what the test needs")
    }

    fn settings(&self) -> SnapshotSettings {
        SnapshotSettings::new(self.path())
    }
}

/// A server that publishes snapshots, with one release in production.
async fn server(place: &Place, change: impl FnOnce(&mut SnapshotSettings)) -> Server {
    let mut snapshots = place.settings();
    change(&mut snapshots);
    let server = Server::with(|settings| settings.snapshots = Some(snapshots)).await;
    server.pipeline(open_channels()).await;
    server.publish("1.0.0").await;
    promote(&server, "1.0.0").await;
    server
}

async fn promote(server: &Server, version: &str) {
    server.post(PRODUCTION, json!({ "version": version })).await.is(200);
}

/// The version that production has for our own client.
async fn followed(place: &Utf8Path, now: Moment) -> Option<String> {
    let location = Location::open(place.as_str(), &[]).expect("a directory");
    let root = fs_err::read(place.join("metadata/1.root.json")).ok()?;
    followed_at(&location, root, now).await
}

/// The same at any place, from a root that the client was given.
async fn followed_at(location: &Location, root: Vec<u8>, now: Moment) -> Option<String> {
    let now = Timestamp::from_microsecond(now.0).expect("a moment");
    let aim = Aim::channel("pipeline", "core.production");
    let mut update = Update::begin(Trusted::new(root), aim, now).ok()?;
    location.follow(&mut update).await.ok()?;
    let (_, bytes) = location.target(&update, ROLE, HEAD).await.ok()?;
    let head: Value = serde_json::from_slice(&bytes).expect("JSON");
    Some(head["version"].as_str().expect("a text").to_owned())
}

/// Waits until something is so, and says after how long.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        if is_so().await {
            return begun.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} does not come");
}

async fn until_version(server: &Server, place: &Place, version: &str) -> Duration {
    let site = place.path();
    until(version, async || followed(&site, server.watch.now()).await.as_deref() == Some(version))
        .await
}

fn copy(from: &Utf8Path, to: &Utf8Path) {
    fs_err::create_dir_all(to).expect("what the test needs");
    for entry in fs_err::read_dir(from).expect("what the test needs") {
        let entry = entry.expect("what the test needs");
        let name = entry.file_name().into_string().expect("what the test needs");
        if entry.path().is_dir() {
            copy(&from.join(&name), &to.join(&name));
        } else {
            fs_err::copy(from.join(&name), to.join(&name)).expect("what the test needs");
        }
    }
}

fn put_back(from: &Utf8Path, to: &Utf8Path) {
    fs_err::remove_dir_all(to).expect("what the test needs");
    copy(from, to);
}

/// python-tuf with what it keeps.
struct Python {
    program: Utf8PathBuf,
    folder: tempfile::TempDir,
}

impl Python {
    fn new(test: &str) -> Option<Self> {
        // moto's server comes with the same packages, and tells whether they are there.
        python_program(test, "moto_server")?;
        let program = python_program(test, "python")?;
        Some(Self { program, folder: tempfile::tempdir().expect("what the test needs") })
    }

    fn ask(&self, site: &Utf8Path, client: &str) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../artifact/tests/it/client.py");
        let kept = self.folder.path().join(client);
        let kept = kept.to_str().expect("what the test needs");
        let line = last_line(&self.program, &[script, site.as_str(), kept, HEAD]);
        serde_json::from_str(&line).expect("JSON")
    }

    fn version(&self, site: &Utf8Path, client: &str) -> String {
        let answer = self.ask(site, client);
        let content = answer["content"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let head: Value = serde_json::from_str(content).expect("JSON");
        assert_eq!(answer["custom"]["trainyard"]["version"], head["version"]);
        head["version"].as_str().expect("a text").to_owned()
    }

    fn refusal(&self, site: &Utf8Path, client: &str) -> String {
        let answer = self.ask(site, client);
        answer["refused"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

#[test]
fn python_follows_a_promotion_and_refuses_what_is_old_or_mixed() {
    let Some(python) = Python::new("python_follows_a_promotion") else { return };
    block_on(async {
        let place = Place::new();
        let site = place.path();
        let server = Server::with(|settings| settings.snapshots = Some(place.settings())).await;
        // python-tuf reads the clock of this machine.
        server.watch.set_to_now();
        server.pipeline(open_channels()).await;
        for version in ["1.0.0", "1.1.0"] {
            server.publish(version).await;
        }
        promote(&server, "1.0.0").await;
        until_version(&server, &place, "1.0.0").await;
        assert_eq!(python.version(&site, "client"), "1.0.0");
        let old = place.0.path().join("old");
        let old = Utf8PathBuf::from_path_buf(old).expect("what the test needs");
        copy(&site, &old);

        promote(&server, "1.1.0").await;
        until_version(&server, &place, "1.1.0").await;
        assert_eq!(python.version(&site, "client"), "1.1.0");
        assert_eq!(python.version(&site, "another"), "1.1.0");
        server.running.stop().await;
        let new = old.with_file_name("new");
        copy(&site, &new);

        // Rolled back: all of an older export, and its newest file alone.
        put_back(&old, &site);
        assert_eq!(python.refusal(&site, "client"), "BadVersionNumberError");
        put_back(&new, &site);
        let timestamp = "metadata/timestamp.json";
        fs_err::copy(old.join(timestamp), site.join(timestamp)).expect("what the test needs");
        assert_eq!(python.refusal(&site, "client"), "BadVersionNumberError");

        // Mixed by hand: the newer export with the older one's channel under the newer one's name, then its snapshot.
        let highest = |role: &str| {
            let is_there =
                |number: &u64| new.join(format!("metadata/{number}.{role}.json")).exists();
            (1..100).rev().find(is_there).expect("it is there")
        };
        for role in [ROLE, "snapshot"] {
            let newest = highest(role);
            let file = |number: u64| format!("metadata/{number}.{role}.json");
            put_back(&new, &site);
            fs_err::copy(new.join(file(newest - 1)), site.join(file(newest)))
                .expect("what the test needs");
            assert_eq!(
                python.refusal(&site, &format!("mixed-{role}")),
                "LengthOrHashMismatchError"
            );
        }
        put_back(&new, &site);
        assert_eq!(python.version(&site, "client"), "1.1.0");
    });
}

#[test]
fn python_refuses_what_is_frozen() {
    let Some(python) = Python::new("python_refuses_what_is_frozen") else { return };
    block_on(async {
        let place = Place::new();
        let server = Server::with(|settings| settings.snapshots = Some(place.settings())).await;
        // Published eight days ago, and never since: the timestamp holds for seven.
        server.watch.set_to_now();
        server.watch.pass(-8 * DAY);
        server.pipeline(open_channels()).await;
        server.publish("1.0.0").await;
        promote(&server, "1.0.0").await;
        until_version(&server, &place, "1.0.0").await;
        assert_eq!(python.refusal(&place.path(), "client"), "ExpiredMetadataError");
        // A server that goes on renews it.
        server.watch.pass(8 * DAY);
        until_version(&server, &place, "1.0.0").await;
        assert_eq!(python.version(&place.path(), "client"), "1.0.0");
    });
}

#[test]
fn a_head_says_what_clients_need() {
    block_on(async {
        let place = Place::new();
        let server = server(&place, |_| {}).await;
        let risk = json!({ "name": "crash", "stream": "core", "effect": "tombstone",
            "versions": "<0.9.0", "message": "it loses files" });
        server.post("products/pipeline/risks", risk).await.is(201);
        let folder = place.path().join("targets/pipeline/core.production");
        until("the risk", async || {
            let files = fs_err::read_dir(&folder).into_iter().flatten();
            let mut heads = files.filter_map(|file| fs_err::read_to_string(file.ok()?.path()).ok());
            heads.any(|head| head.contains("it loses files"))
        })
        .await;
        let files = fs_err::read_dir(&folder).expect("what the test needs");
        let heads = files.map(|file| {
            let file = file.expect("what the test needs").path();
            serde_json::from_str(&fs_err::read_to_string(file).expect("a text")).expect("JSON")
        });
        let mut heads: Vec<Value> = heads.collect();
        let mut head = heads.pop().expect("one");
        if head["risks"].is_null() {
            head = heads.pop().expect("two");
        }
        insta::assert_json_snapshot!(head);
    });
}

#[test]
fn signatures_are_renewed_and_it_is_told_when_they_are_not() {
    block_on(async {
        let place = Place::new();
        let server = server(&place, |_| {}).await;
        until_version(&server, &place, "1.0.0").await;
        let ready = server.get_as_admin("/readyz").await.is(200).json();
        assert_eq!(ready["warnings"], Value::Null, "{ready}");
        // A day later the timestamp is signed again, without a change.
        let timestamp = place.path().join("metadata/timestamp.json");
        let before = fs_err::read(&timestamp).expect("it is there");
        server.watch.pass(DAY + DAY / 2);
        until("a new signature", async || fs_err::read(&timestamp).is_ok_and(|it| it != before))
            .await;

        // From now on nothing can be written: there is a file where the folder was.
        let away = place.path().with_file_name("away");
        fs_err::rename(place.path(), &away).expect("what the test needs");
        fs_err::write(place.path(), "").expect("what the test needs");
        server.watch.pass(2 * DAY + DAY / 2);
        until("the warnings", async || {
            let ready = server.get_as_admin("/readyz").await.is(200).json();
            ready["warnings"].to_string().contains("`timestamp` should have been renewed")
                && ready["warnings"].to_string().contains("1 job fails")
        })
        .await;
        let measured = server.get("/metrics").await.is(200).text;
        assert!(measured.contains("trainyard_snapshot_alarm 1"), "{measured}");
        assert!(
            measured.contains("trainyard_jobs_failing{kind=\"signed-snapshots\"} 1"),
            "{measured}"
        );
        let told = server.get("snapshots").await.is(200).json();
        let late = told["roles"].as_array().expect("a list").iter();
        let late = late.filter(|role| role["freshness"] == "late").map(|role| &role["role"]);
        assert_eq!(late.collect::<Vec<_>>(), ["timestamp"]);

        // It goes on where it was as soon as it can.
        fs_err::remove_file(place.path()).expect("what the test needs");
        fs_err::rename(&away, place.path()).expect("what the test needs");
        server.watch.pass(DAY / 24);
        until("the end of the warnings", async || {
            server.get_as_admin("/readyz").await.is(200).json()["warnings"].is_null()
        })
        .await;
        assert_eq!(followed(&place.path(), server.watch.now()).await.as_deref(), Some("1.0.0"));
    });
}

#[test]
fn a_channel_moves_once_enough_of_its_own_have_signed() {
    block_on(async {
        let place = Place::new();
        let (one, two) = (key_of("one/ada"), key_of("two/ada"));
        let keys = vec![one.public_key(), two.public_key(), key_of("maker/ada").public_key()];
        let server = server(&place, |settings| {
            settings.channels.insert(ROLE.to_owned(), RoleKeys { keys, threshold: 2 });
        })
        .await;
        let waiting = async || {
            let told = server.get("snapshots").await.is(200).json();
            let waits = told["waiting"].as_array().expect("a list").clone();
            waits.into_iter().find(|it| it["role"] == ROLE)
        };
        until("what waits", async || waiting().await.is_some()).await;
        assert_eq!(followed(&place.path(), server.watch.now()).await, None);

        let sign = async |key: &trainyard_attest::PrivateKey, status: u16| {
            let waits = waiting().await.expect("it waits");
            let text = waits["envelope"].to_string();
            let mut envelope = Envelope::read(text.as_bytes()).expect("an envelope");
            envelope.sign(key);
            let body = String::from_utf8(envelope.to_bytes()).expect("a text");
            let body = serde_json::from_str(&body).expect("JSON");
            server.post("snapshots/signatures", body).await.is(status)
        };
        sign(&key_of("somebody/else"), 400).await;
        sign(&one, 200).await;
        // The same key once more is nothing new.
        sign(&one, 400).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(followed(&place.path(), server.watch.now()).await, None);
        sign(&two, 200).await;
        until_version(&server, &place, "1.0.0").await;
        until("nothing that waits", async || waiting().await.is_none()).await;
    });
}

#[test]
fn a_bucket_is_followed_from_the_root_that_the_server_tells() {
    let test = "a_bucket_is_followed_from_the_root";
    let Some(program) = python_program(test, "moto_server") else { return };
    let store = serve(&program, |port| {
        ["-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned).to_vec()
    });
    let endpoint = format!("http://127.0.0.1:{}", store.port);
    let options = [
        ("aws_endpoint", endpoint.as_str()),
        ("aws_allow_http", "true"),
        ("aws_access_key_id", "test"),
        ("aws_secret_access_key", "test"),
        ("aws_region", "us-east-1"),
    ];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    block_on(async {
        let made = reqwest::Client::new().put(format!("{endpoint}/snapshots"));
        let made = made.header("authorization", "AWS test:test").send().await;
        assert_eq!(made.expect("what the test needs").status(), 200);
        let place = "s3://snapshots/of/studio";
        let mut snapshots = SnapshotSettings::new(place);
        snapshots.options.clone_from(&options);
        let server = Server::with(|settings| settings.snapshots = Some(snapshots)).await;
        server.pipeline(open_channels()).await;
        let location = Location::open(place, &options).expect("a bucket");
        for version in ["1.0.0", "1.1.0"] {
            server.publish(version).await;
            promote(&server, version).await;
            until(version, async || {
                let told = server.get("snapshots").await.is(200).json();
                let root = told["root"].to_string().into_bytes();
                let version_there = followed_at(&location, root, server.watch.now()).await;
                version_there.as_deref() == Some(version)
            })
            .await;
        }
    });
}

#[test]
fn snapshots_need_a_key_that_lasts() {
    block_on(async {
        let place = Place::new();
        let mut settings = trainyard_server::Settings::new(Database::Memory);
        settings.address.set_port(0);
        settings.snapshots = Some(place.settings());
        let error = trainyard_server::start(settings).await.expect_err("it has no such key");
        assert_eq!(error.to_string(), "cannot publish signed snapshots");
    });
}

#[test]
fn of_several_replicas_one_publishes() {
    let Some(postgres) = PostgresServer::start() else { return };
    let url = postgres.create("snapshots");
    block_on(async {
        let place = Place::new();
        let key = place.path().with_file_name("registry.key");
        let replica = async || {
            let database = Database::Postgres(url.clone());
            Server::on(database, |settings| {
                settings.key = Some(key.clone());
                settings.snapshots = Some(place.settings());
            })
            .await
        };
        let mut one = replica().await;
        let two = replica().await;
        one.pipeline(open_channels()).await;
        for version in ["1.0.0", "1.1.0", "1.2.0"] {
            one.publish(version).await;
            promote(&one, version).await;
            until_version(&two, &place, version).await;
        }
        // Each state was published once: three heads, the empty channel before them, and nothing twice.
        let versions = fs_err::read_dir(place.path().join("metadata")).expect("it is there");
        let versions = versions.filter(|file| {
            let name = file.as_ref().expect("it is there").file_name();
            name.to_string_lossy().ends_with(&format!("{ROLE}.json"))
        });
        let count = versions.count();
        assert!((3..=4).contains(&count), "{count}");
        // The other goes on alone.
        let admin = std::mem::take(&mut one.admin);
        one.running.stop().await;
        let yes = json!({ "version": "1.0.0" });
        two.post_as(&admin, PRODUCTION, yes).await.is(200);
        until_version(&two, &place, "1.0.0").await;
    });
}
