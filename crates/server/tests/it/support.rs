//! A server of a test's own, and somebody who asks it.

use std::{
    cell::RefCell,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use camino::Utf8PathBuf;
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use sqlx::Connection as _;
use trainyard_attest::{
    Approval, Decision, Environment, Outcome, PrivateKey, Statement, TestResult, Tests,
};
use trainyard_registry::{Digest, Moment};
use trainyard_server::{Clock, Running, Settings, start};
use trainyard_store::Database;
use trainyard_testkit::PostgresDatabase;

/// Runs a test to its end.
pub(crate) fn block_on<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("what the test needs").block_on(test)
}

thread_local! {
    /// Where databases are made for the test that runs on this thread; `None`: in files.
    static POSTGRES: RefCell<Option<PostgresDatabase>> = const { RefCell::new(None) };
}

/// Runs a test with all its databases on a server of PostgreSQL's.
pub(crate) fn on_postgres(name: &str, test: fn()) {
    let Some(server) = PostgresDatabase::new(name) else { return };
    POSTGRES.replace(Some(server));
    test();
    drop(POSTGRES.take());
}

/// Makes tests of functions, on both databases.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name();
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                crate::support::on_postgres(stringify!($name), super::$name);
            })*
        }
    };
}
pub(crate) use on_both;

/// A day, in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// A clock that stands until a test moves it.
#[derive(Clone)]
pub(crate) struct Watch(Arc<AtomicI64>);

impl Watch {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_225_600_000_000)))
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::Relaxed))
    }

    /// Sets it to the time of this machine.
    pub(crate) fn set_to_now(&self) {
        let now = Clock::system().now();
        self.0.store(now.0, Ordering::Relaxed);
    }

    pub(crate) fn pass(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Clock::new(move || Moment(time.load(Ordering::Relaxed)))
    }
}

/// A server with a watch, and the first administrator's token.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) watch: Watch,
    pub(crate) admin: String,
    /// Where it is kept.
    pub(crate) database: Database,
    /// The file with its key.
    pub(crate) key: Option<Utf8PathBuf>,
    /// What goes with the server.
    kept: Option<(tempfile::TempDir, Option<PostgresDatabase>)>,
    pub(crate) http: reqwest::Client,
}

/// What a server said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:#?}");
        self
    }

    /// The problem's code.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:#?}");
        self.json()["code"].as_str().expect("a text").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("what the test needs"))
    }
}

/// Settings for tests: a free port, a watch, no limits of rate.
pub(crate) fn settings(database: Database, watch: &Watch) -> Settings {
    let mut settings = Settings::new(database);
    settings.address = SocketAddr::from(([127, 0, 0, 1], 0));
    "registry.example".clone_into(&mut settings.origin);
    settings.clock = watch.clock();
    settings.limits.tokens = None;
    settings.limits.peers = None;
    settings
}

impl Server {
    /// A server with a database of its own.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("what the test needs");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned());
        let path = path.expect("what the test needs");
        let own = POSTGRES.with_borrow(|server| server.as_ref().map(PostgresDatabase::another));
        let database = match &own {
            Some(own) => Database::Postgres(own.url().to_owned()),
            None => Database::File(path.join("registry.db")),
        };
        let change = |settings: &mut Settings| {
            settings.key = Some(path.join("key.pem"));
            change(settings);
        };
        let mut server = Self::on(database, change).await;
        server.kept = Some((folder, own));
        server
    }

    /// A server with a database.
    pub(crate) async fn on(database: Database, change: impl FnOnce(&mut Settings)) -> Self {
        let watch = Watch::new();
        let mut settings = settings(database.clone(), &watch);
        change(&mut settings);
        let key = settings.key.clone();
        let running = start(settings).await.expect("what the test needs");
        let admin = running.first_token.as_ref();
        let admin = admin.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        Self { running, watch, admin, database, key, kept: None, http: reqwest::Client::new() }
    }

    /// Another on the same database, with the same key.
    pub(crate) async fn another(&self) -> Self {
        let key = self.key.clone();
        Self::on(self.database.clone(), |settings| settings.key = key).await
    }

    /// Runs SQL in its database, as nobody should.
    pub(crate) async fn sql(&self, text: &'static str) {
        match &self.database {
            Database::File(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = sqlx::SqliteConnection::connect_with(&options)
                    .await
                    .expect("what the test needs");
                sqlx::raw_sql(text).execute(&mut connection).await.expect("what the test needs");
            }
            Database::Postgres(url) => {
                let mut connection =
                    sqlx::PgConnection::connect(url).await.expect("what the test needs");
                sqlx::raw_sql(text).execute(&mut connection).await.expect("what the test needs");
            }
            Database::Memory => panic!("nobody else reaches it"),
        }
    }

    /// The URL of a path under `/api/v1`, or of one that begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        let front = if path.starts_with('/') { "" } else { "/api/v1/" };
        format!("{}{front}{path}", self.running.url())
    }

    /// Asks anything.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Said {
        let mut request = self.http.request(method, self.url(path));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await.expect("what the test needs");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("what the test needs");
        Said { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Reads without a token.
    pub(crate) async fn get(&self, path: &str) -> Said {
        self.ask(Method::GET, path, "", &[], None).await
    }

    /// Reads as the administrator.
    pub(crate) async fn get_as_admin(&self, path: &str) -> Said {
        self.ask(Method::GET, path, &self.admin, &[], None).await
    }

    /// Changes something, as the administrator.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Said {
        self.post_as(&self.admin, path, body).await
    }

    pub(crate) async fn post_as(&self, token: &str, path: &str, body: Value) -> Said {
        self.ask(Method::POST, path, token, &[], Some(body.to_string().into_bytes())).await
    }

    /// Gives out a token for somebody.
    pub(crate) async fn token(&self, name: &str, principal: &str, grants: &[&str]) -> String {
        let grants: Vec<_> = grants.iter().map(|right| json!({ "right": right })).collect();
        let body = json!({ "name": name, "principal": principal, "grants": grants });
        let issued = self.post("tokens", body).await.is(201).json();
        issued["secret"].as_str().expect("a text").to_owned()
    }

    /// Enrols a party with a principal `ada` who has a key.
    pub(crate) async fn enrol(&self, party: &str) {
        self.post("parties", json!({ "name": party, "title": party })).await.is(201);
        let path = format!("parties/{party}/principals");
        self.post(&path, json!({ "name": "ada", "title": "Ada" })).await.is(201);
        let public = key_of(&format!("{party}/ada")).public_key().to_openssh();
        self.post(&format!("{path}/ada/keys"), json!({ "public": public })).await.is(201);
    }

    /// Makes the product `pipeline` of the party `maker` with a component `core` and channels of it.
    pub(crate) async fn pipeline(&self, channels: Value) {
        for party in ["maker", "one", "two"] {
            self.enrol(party).await;
        }
        let product = json!({ "name": "pipeline", "title": "Pipeline", "party": "maker" });
        self.post("products", product).await.is(201);
        let policy = json!({ "text": POLICY, "channels": { "core": channels }, "why": "begin" });
        self.post("products/pipeline/policies", policy).await.is(201);
    }

    /// Publishes a release of `core`, and says its digest.
    pub(crate) async fn publish(&self, version: &str) -> String {
        let path = "products/pipeline/components/core/releases";
        self.post(path, release(version)).await.is(201);
        let found = self.get(&format!("{path}/{version}")).await.is(200).json();
        found["release"]["digest"].as_str().expect("a text").to_owned()
    }

    /// Hands in a result of somebody's tests.
    pub(crate) async fn attest(&self, who: &str, digest: &str, outcome: Outcome) -> Said {
        let body = test_result(who, digest, outcome);
        let path = "products/pipeline/attestations";
        self.ask(Method::POST, path, &self.admin, &[], Some(body)).await
    }
}

/// A policy with the component `core`.
pub(crate) const POLICY: &str =
    "preset = \"semver\"\n[product]\nname = \"pipeline\"\n[components.core]\n";

/// A channel that asks for nothing.
pub(crate) fn open_channels() -> Value {
    json!({ "latest": {}, "production": {} })
}

/// Channels of which the second asks for two parties' word.
pub(crate) fn guarded_channels() -> Value {
    json!({ "latest": {}, "production": { "after": "latest", "principals": 2, "parties": 2, "external": 2 } })
}

/// A release of `core` with nothing in its manifest but what it is.
pub(crate) fn release(version: &str) -> Value {
    let manifest = json!({ "name": "core", "version": { "text": version, "scheme": "semver" } });
    json!({ "version": version, "document": manifest })
}

/// The key of a principal, the same whenever it is asked for.
pub(crate) fn key_of(name: &str) -> PrivateKey {
    let digest = Digest::of(name.as_bytes());
    let bytes: Vec<u8> = digest.hex().bytes().take(32).collect();
    PrivateKey::from_bytes(&bytes.try_into().expect("what the test needs"))
}

/// What somebody signs of their tests.
pub(crate) fn test_result(who: &str, digest: &str, outcome: Outcome) -> Vec<u8> {
    let mut environment = Environment::default();
    environment.add("host", &who.replace('/', "-")).expect("what the test needs");
    sign(
        who,
        &Statement::TestResult(TestResult {
            name: String::new(),
            digest: digest.to_owned(),
            flavour: String::new(),
            outcome,
            environment,
            url: None,
            finished_on: None,
            tests: Tests::default(),
        }),
    )
}

/// What somebody signs of a proposal.
pub(crate) fn approval(who: &str, proposal: &str) -> Vec<u8> {
    sign(
        who,
        &Statement::Approval(Approval {
            name: String::new(),
            digest: proposal.to_owned(),
            proposal: "rule".to_owned(),
            decision: Decision::Approved,
            reason: "it is right".to_owned(),
        }),
    )
}

fn sign(who: &str, statement: &Statement) -> Vec<u8> {
    let mut envelope = statement.to_envelope().expect("what the test needs");
    envelope.sign(&key_of(who));
    envelope.to_json().into_bytes()
}
