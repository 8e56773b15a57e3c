//! Images and bundles in Debian's registry of images, through the server.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use trainyard_artifact::{
    Sha256,
    images::{ATTESTATION, BundleArtifact, Images, bundle},
};
use trainyard_attest::Outcome;
use trainyard_server::ImageSettings;

use crate::{
    support::{Server, block_on, open_channels},
    tools::{self, registry_program, serve},
};

const REPOSITORY: &str = "studio/core";

/// A registry of images, with a folder of its own.
struct Registry {
    images: Images,
    host: String,
    _server: tools::Server,
    _folder: tempfile::TempDir,
}

impl Registry {
    fn new(test: &str) -> Option<Self> {
        let program = registry_program(test)?;
        let folder = tempfile::tempdir().expect("what the test needs");
        let server = serve(&program, |port| {
            let path = folder.path().join("config.yml");
            let config = format!(
                "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
                 storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n",
                folder.path().join("data").display()
            );
            fs_err::write(&path, config).expect("what the test needs");
            vec!["serve".to_owned(), path.display().to_string()]
        });
        let host = format!("127.0.0.1:{}", server.port);
        let images = Images::new(host.clone(), true, None);
        Some(Self { images, host, _server: server, _folder: folder })
    }

    fn settings(&self) -> ImageSettings {
        let bundles = Some("Studio/bundles".to_owned());
        ImageSettings { is_plain: true, bundles, ..ImageSettings::new(self.host.clone()) }
    }

    /// Puts an image under a tag as whoever builds it does, and says its digest.
    async fn push(&self, tag: &str) -> String {
        // Any artefact does for an image here.
        let image = bundle(&BundleArtifact {
            name: "core".to_owned(),
            version: tag.to_owned(),
            flavour: None,
            manifest: tag.as_bytes().to_vec(),
            components: Vec::new(),
        });
        self.images.push(REPOSITORY, tag, &image).await.expect("the registry takes it");
        image.digest.prefixed()
    }

    /// What a tag names. The registry fails now and then while somebody writes the tag.
    async fn digest(&self, repository: &str, tag: &str) -> Option<String> {
        let found = self.images.digest(repository, tag).await.ok()?;
        found.as_ref().map(Sha256::prefixed)
    }

    /// Waits until tags of the images name what they should.
    async fn until(&self, server: &Server, wanted: &[(&str, &str)]) {
        let mut found = BTreeMap::new();
        for _ in 0..200 {
            found.clear();
            for (tag, _) in wanted {
                found.insert(*tag, self.digest(REPOSITORY, tag).await.unwrap_or_default());
            }
            if wanted.iter().all(|(tag, digest)| found.get(tag).is_some_and(|it| it == digest)) {
                return;
            }
            pause(server).await;
        }
        panic!("{found:#?}");
    }
}

/// Waits a little, and lets the server's clock go on, so that what failed is tried again.
async fn pause(server: &Server) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.watch.pass(100_000);
}

fn release(registry: &Registry, version: &str, digest: &str) -> Value {
    let mut release = crate::support::release(version);
    let repository = format!("{}/{REPOSITORY}", registry.host);
    release["images"] = json!([{ "repository": repository, "digest": digest }]);
    release
}

const RELEASES: &str = "products/pipeline/components/core/releases";

async fn promote(server: &Server, channel: &str, version: &str) {
    let path = format!("products/pipeline/channels/core/{channel}/promote");
    server.post(&path, json!({ "version": version })).await.is(200);
}

#[test]
fn tags_follow_releases_and_channels() {
    let Some(registry) = Registry::new("tags_follow_releases") else { return };
    block_on(async {
        let server = Server::with(|settings| settings.images = Some(registry.settings())).await;
        server.pipeline(open_channels()).await;

        // A release whose image is not there is not published.
        let nowhere = format!("sha256:{}", "0".repeat(64));
        let refused = server.post(RELEASES, release(&registry, "1.2.3", &nowhere)).await.is(400);
        assert_eq!(refused.code(), "image-missing");

        // An image under the name of its build alone gets its version's tags.
        let first = registry.push("build-1").await;
        server.post(RELEASES, release(&registry, "1.2.3", &first)).await.is(201);
        registry.until(&server, &[("1.2.3", &first), ("1.2", &first), ("1", &first)]).await;
        assert_eq!(registry.digest(REPOSITORY, "production").await, None);
        promote(&server, "production", "1.2.3").await;
        registry.until(&server, &[("production", &first)]).await;

        let second = registry.push("1.3.0").await;
        server.post(RELEASES, release(&registry, "1.3.0", &second)).await.is(201);
        registry
            .until(
                &server,
                &[("1.3", &second), ("1", &second), ("1.2", &first), ("production", &first)],
            )
            .await;
        promote(&server, "production", "1.3.0").await;
        registry.until(&server, &[("production", &second)]).await;
        promote(&server, "production", "1.2.3").await;
        registry.until(&server, &[("production", &first)]).await;

        // What is yanked counts for nothing.
        let why = json!({ "why": "it loses files" });
        server.post(&format!("{RELEASES}/1.3.0/yank"), why).await.is(200);
        registry.until(&server, &[("1", &first), ("1.3.0", &second)]).await;
    });
}

#[test]
fn tags_follow_once_the_database_has_time_again() {
    let Some(registry) = Registry::new("tags_follow_once") else { return };
    block_on(async {
        let server = Server::with(|settings| settings.images = Some(registry.settings())).await;
        server.pipeline(open_channels()).await;
        let first = registry.push("build-1").await;
        server.post(RELEASES, release(&registry, "1.2.3", &first)).await.is(201);
        registry.until(&server, &[("1.2.3", &first), ("1.2", &first), ("1", &first)]).await;
        // The job that set them ends.
        tokio::time::sleep(Duration::from_secs(1)).await;
        server
            .sql("CREATE TRIGGER busy BEFORE INSERT ON job BEGIN SELECT RAISE(ABORT, 'busy'); END")
            .await;
        promote(&server, "production", "1.2.3").await;
        // It looks every second.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(registry.digest(REPOSITORY, "production").await, None);
        server.sql("DROP TRIGGER busy").await;
        registry.until(&server, &[("production", &first)]).await;
    });
}

#[test]
fn what_was_given_up_is_tried_again_by_the_next_server() {
    let Some(registry) = Registry::new("what_was_given_up") else { return };
    block_on(async {
        let server = Server::with(|settings| settings.images = Some(registry.settings())).await;
        server.pipeline(open_channels()).await;
        let first = registry.push("build-1").await;
        server
            .sql("CREATE TRIGGER dead AFTER INSERT ON job BEGIN UPDATE job SET is_dead = 1; END")
            .await;
        server.post(RELEASES, release(&registry, "1.2.3", &first)).await.is(201);
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(registry.digest(REPOSITORY, "1.2.3").await, None);
        server.sql("DROP TRIGGER dead").await;
        let (key, images) = (server.key.clone(), registry.settings());
        let next = Server::on(server.database.clone(), |settings| {
            settings.key = key;
            settings.images = Some(images);
        });
        let next = next.await;
        registry.until(&next, &[("1.2.3", &first)]).await;
    });
}

#[test]
fn what_a_release_is_called_never_moves() {
    let Some(registry) = Registry::new("what_a_release_is_called") else { return };
    block_on(async {
        let server = Server::with(|settings| settings.images = Some(registry.settings())).await;
        server.pipeline(open_channels()).await;
        let built = registry.push("build-1").await;
        // Somebody else has pushed under the version's tag.
        let other = registry.push("1.2.3").await;
        assert_ne!(built, other);
        server.post(RELEASES, release(&registry, "1.2.3", &built)).await.is(201);
        for _ in 0..200 {
            let ready = server.get_as_admin("/readyz").await.is(200).json();
            if ready["warnings"].to_string().contains("\"images\":\"1 job fails") {
                assert_eq!(registry.digest(REPOSITORY, "1.2.3").await, Some(other));
                return;
            }
            pause(&server).await;
        }
        panic!("nobody tells");
    });
}

#[test]
fn bundles_are_pushed_with_what_was_said_of_them() {
    let Some(registry) = Registry::new("bundles_are_pushed") else { return };
    block_on(async {
        let server = Server::with(|settings| settings.images = Some(registry.settings())).await;
        server.pipeline(open_channels()).await;
        let image = registry.push("1.2.3").await;
        server.post(RELEASES, release(&registry, "1.2.3", &image)).await.is(201);
        let version = json!({ "text": "2026.11.0", "scheme": "semver" });
        let document = json!({ "name": "studio", "is_final": true, "version": version,
            "pins": [{ "name": "core", "version": "1.2.3" }] });
        let body = json!({ "kind": "bundle", "version": "2026.11.0", "document": document });
        let path = "products/pipeline/components/studio/releases";
        server.post(path, body).await.is(201);
        let told = server.get(&format!("{path}/2026.11.0")).await.is(200).json();
        let digest = told["release"]["digest"].as_str().expect("a text");
        for who in ["one/ada", "two/ada"] {
            server.attest(who, digest, Outcome::Passed).await.is(201);
        }
        let repository = "studio/bundles/pipeline/studio";
        let mut referrers = Vec::new();
        for _ in 0..200 {
            if let Some(found) = registry.digest(repository, "2026.11.0").await {
                let found = Sha256::from_prefixed(&found).expect("a digest");
                // The registry fails now and then while somebody writes the list.
                referrers = registry.images.referrers(repository, found).await.unwrap_or_default();
                if referrers.len() == 2 && registry.digest(repository, "2026").await.is_some() {
                    break;
                }
            }
            pause(&server).await;
        }
        let kinds: Vec<_> = referrers.iter().map(|it| it.artifact_type.as_deref()).collect();
        assert_eq!(kinds, [Some(ATTESTATION), Some(ATTESTATION)]);
        let tag = registry.digest(repository, "2026").await.expect("the line's tag");
        let found = Sha256::from_prefixed(&tag).expect("a digest");
        let (manifest, _) = registry.images.manifest(repository, found).await.expect("a manifest");
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        let pinned = &manifest["layers"][1]["annotations"];
        assert_eq!(pinned["org.opencontainers.image.version"], "1.2.3", "{manifest:#}");
    });
}
