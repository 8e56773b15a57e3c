//! A small world with something of everything for pages to show.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trainyard_attest::{Environment as Facts, Outcome, Statement, TestResult, Tests};
use trainyard_bundle::{
    Bundle, Dialect, Environment, EnvironmentNeed, Flavour, Kind, Manifest, Numbered, Pin,
    Requirement,
};
use trainyard_version::Scheme;

use crate::support::{DAY, Server, key_of};

const POLICY: &str = r#"
preset = "semver"
[product]
name = "studio"
title = "Studio Pipeline"
[rules]
tag = "{component}-v{version}"
[components.server]
[components.core]
[components.maya]
[components.houdini]
maturity = "alpha"
[groups.pair]
components = ["server", "core"]
lockstep = "minor"
[streams.studio]
kind = "bundle"
scheme = "semver"
[lines]
supported = 2
support = "12 months"
[lines.declared."1.0"]
title = "First light"
lts = true
retires = "2027-06-30"
"#;

fn requirement(target: &str, range: &str, kind: Kind) -> Requirement {
    Requirement {
        target: target.to_owned(),
        range: Dialect::of_scheme(&Scheme::semver()).read(range),
        kind,
        condition: String::new(),
        is_fetched: false,
        place: None,
    }
}

/// A manifest with hard requirements and what it asks of the server.
pub(super) fn manifest(
    name: &str,
    version: &str,
    needs: &[(&str, &str)],
    server: &str,
) -> Manifest {
    let mut manifest = Manifest::new(name, Numbered::semver(version));
    manifest.requirements =
        needs.iter().map(|(target, range)| requirement(target, range, Kind::Hard)).collect();
    if !server.is_empty() {
        let range = Dialect::of_scheme(&Scheme::semver()).read(server);
        manifest.environment = Environment {
            server: Some(EnvironmentNeed { range, place: None }),
            ..Environment::default()
        };
    }
    manifest
}

/// A bundle of pins with two flavours.
pub(super) fn bundle(version: &str, pins: &[(&str, &str)], server: &str) -> Bundle {
    let flavour = |members: &[&str]| Flavour {
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        includes: Vec::new(),
        place: None,
    };
    Bundle {
        name: "studio".to_owned(),
        is_final: true,
        version: Some(Numbered::semver(version)),
        pins: pins.iter().map(|(name, version)| Pin::new(*name, *version)).collect(),
        servers: vec![Numbered::semver(server)],
        flavours: [
            ("modelling".to_owned(), flavour(&["core", "maya"])),
            ("effects".to_owned(), flavour(&["core", "houdini"])),
        ]
        .into_iter()
        .collect(),
        ..Bundle::default()
    }
}

/// What channels ask for.
pub(super) fn rules() -> Value {
    json!({
        "studio": {
            "dev": { "prereleases": true },
            "latest": { "after": "dev", "principals": 1 },
            "production": { "after": "latest", "soak-secs": 14 * 86_400, "principals": 2, "parties": 2, "external": 2, "maturity": "beta" },
            "lts": { "after": "production", "soak-secs": 30 * 86_400 },
        },
        "core": { "latest": {}, "production": { "after": "latest", "principals": 1, "soak-secs": 3 * 86_400 } },
    })
}

/// A server with the product `studio`.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) digests: BTreeMap<String, String>,
}

impl World {
    pub(super) async fn new(server: Server) -> Self {
        let mut world = Self { server, digests: BTreeMap::new() };
        for party in ["maker", "northlight", "harbour"] {
            world.server.enrol(party).await;
        }
        let product = json!({ "name": "studio", "title": "Studio Pipeline", "party": "maker" });
        world.post("products", product).await;
        let policy = json!({ "text": POLICY, "channels": rules(), "why": "as agreed" });
        world.post("products/studio/policies", policy).await;
        world.releases().await;
        world.bundles().await;
        world.story().await;
        world
    }

    async fn post(&self, path: &str, body: Value) {
        let said = self.server.post(path, body).await;
        assert!(said.status.is_success(), "{path}: {said:#?}");
    }

    async fn publish(&mut self, name: &str, version: &str, body: Value) {
        let path = format!("products/studio/components/{name}/releases");
        self.post(&path, body).await;
        let found = self.server.get(&format!("{path}/{version}")).await.is(200).json();
        let digest = found["release"]["digest"].as_str().expect("a digest").to_owned();
        self.digests.insert(format!("{name}@{version}"), digest);
    }

    async fn component(&mut self, manifest: &Manifest) {
        let version = manifest.version.text().to_owned();
        let body = json!({ "version": version, "document": manifest });
        self.publish(&manifest.name.clone(), &version, body).await;
    }

    async fn releases(&mut self) {
        for version in ["1.0.0", "1.0.1", "1.1.0", "1.2.0", "2.0.0-rc.1"] {
            self.component(&manifest("server", version, &[], "")).await;
            self.server.watch.pass(6 * DAY);
        }
        for (version, server) in [
            ("1.0.0", ">=1.0.0"),
            ("1.0.1", ">=1.0.0"),
            ("1.1.0", ">=1.1.0"),
            ("1.1.1", ">=1.1.0"),
            ("1.2.0", ">=1.2.0"),
        ] {
            self.component(&manifest("core", version, &[], server)).await;
            self.server.watch.pass(4 * DAY);
        }
        for (version, core) in [("0.4.0", "^1.0"), ("0.5.0", ">=1.1, <2.0")] {
            self.component(&manifest("maya", version, &[("core", core)], ">=1.0.0")).await;
        }
        self.component(&manifest("houdini", "0.3.0", &[("core", ">=1.2")], ">=1.2.0")).await;
        self.component(&manifest("houdini", "0.2.0", &[("core", "^1.0")], "")).await;
    }

    async fn bundles(&mut self) {
        let all = [
            ("1.0.0", [("core", "1.0.1"), ("maya", "0.4.0"), ("houdini", "0.2.0")], "1.1.0"),
            ("1.1.0", [("core", "1.1.1"), ("maya", "0.5.0"), ("houdini", "0.2.0")], "1.1.0"),
            ("1.2.0", [("core", "1.2.0"), ("maya", "0.5.0"), ("houdini", "0.3.0")], "1.2.0"),
            // It cannot work: houdini 0.3.0 needs a newer core.
            ("1.3.0", [("core", "1.1.1"), ("maya", "0.5.0"), ("houdini", "0.3.0")], "1.1.0"),
        ];
        for (version, pins, server) in all {
            let bundle = bundle(version, &pins, server);
            self.publish(
                "studio",
                version,
                json!({ "version": version, "kind": "bundle", "document": bundle }),
            )
            .await;
            self.server.watch.pass(3 * DAY);
        }
    }

    /// Hands in what somebody found.
    pub(super) async fn attest(&self, who: &str, version: &str, flavour: &str, outcome: Outcome) {
        let digest = &self.digests[&format!("studio@{version}")];
        let mut environment = Facts::default();
        environment
            .add("os", if who.starts_with('h') { "rocky 9.4" } else { "windows 11" })
            .expect("a fact");
        environment.add("host", &who.replace('/', "-")).expect("a fact");
        let statement = Statement::TestResult(TestResult {
            name: String::new(),
            digest: digest.clone(),
            flavour: flavour.to_owned(),
            outcome,
            environment,
            url: None,
            finished_on: None,
            tests: Tests::default(),
        });
        let mut envelope = statement.to_envelope().expect("an envelope");
        envelope.sign(&key_of(who));
        let body = Some(envelope.to_json().into_bytes());
        let path = "products/studio/attestations";
        self.server.ask(reqwest::Method::POST, path, &self.server.admin, &[], body).await.is(201);
    }

    async fn promote(&self, stream: &str, channel: &str, version: &str) {
        let path = format!("products/studio/channels/{stream}/{channel}/promote");
        self.post(&path, json!({ "version": version, "why": "tested" })).await;
    }

    async fn story(&mut self) {
        self.promote("core", "latest", "1.1.1").await;
        for version in ["1.0.0", "1.1.0", "1.2.0"] {
            self.promote("studio", "dev", version).await;
        }
        self.post(
            "products/studio/waivers",
            json!({ "component": "houdini", "version": "0.2.0", "why": "used by one show" }),
        )
        .await;
        for version in ["1.0.0", "1.1.0"] {
            self.attest("northlight/ada", version, "", Outcome::Passed).await;
            self.promote("studio", "latest", version).await;
        }
        self.attest("harbour/ada", "1.0.0", "", Outcome::Passed).await;
        self.server.watch.pass(15 * DAY);
        self.promote("studio", "production", "1.0.0").await;
        self.server.watch.pass(2 * DAY);
        self.attest("harbour/ada", "1.2.0", "effects", Outcome::Failed).await;
        self.attest("harbour/ada", "1.1.0", "modelling", Outcome::Warned).await;
        self.post("products/studio/risks", json!({
            "name": "lost-frames", "stream": "core", "versions": "=1.1.0", "effect": "block",
            "message": "renders lose their last frame", "fixed-in": "1.1.1", "why": "seen at Northlight",
        })).await;
    }
}
