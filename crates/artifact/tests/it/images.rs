//! Images and bundles in Debian's registry, which knows the distribution specification as it was before 1.1.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trainyard_artifact::{
    Sha256,
    images::{
        ATTESTATION, BUNDLE, BundleArtifact, ImageError, ImageState, Images, Pinned, attestation,
        bundle, moving_tags,
    },
};
use trainyard_version::Scheme;

use crate::tools::{Server, registry_program, serve};

const REPOSITORY: &str = "ynput/ayon-server";

struct Registry {
    images: Images,
    _server: Server,
    _folder: tempfile::TempDir,
}

fn registry(test: &str) -> Option<Registry> {
    let program = registry_program(test)?;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&program, |port| {
        let path = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage:\n  filesystem: {{rootdirectory: {}}}\n  delete: {{enabled: true}}\n\
             http: {{addr: '127.0.0.1:{port}'}}\n",
            data.display()
        );
        fs_err::write(&path, config).unwrap();
        vec!["serve".to_owned(), path.display().to_string()]
    });
    let images = Images::new(format!("127.0.0.1:{}", server.port), true, None);
    Some(Registry { images, _server: server, _folder: folder })
}

fn a_bundle(version: &str) -> BundleArtifact {
    let component = |name: &str, version: &str, image: Option<&str>| Pinned {
        name: name.to_owned(),
        version: version.to_owned(),
        digest: Some(Sha256::of(name.as_bytes()).prefixed()),
        image: image.map(str::to_owned),
    };
    BundleArtifact {
        name: "studio".to_owned(),
        version: version.to_owned(),
        flavour: Some("linux".to_owned()),
        manifest: format!("{{\"version\":\"{version}\"}}").into_bytes(),
        components: vec![
            component("maya", "0.5.1", None),
            component("core", "1.2.0", Some("ghcr.io/ynput/core@sha256:00")),
        ],
    }
}

#[test]
fn a_bundle_is_a_manifest_with_a_descriptor_for_each_component() {
    let artifact = bundle(&a_bundle("2026.11"));
    let manifest: Value = serde_json::from_slice(&artifact.manifest).unwrap();
    insta::assert_json_snapshot!("bundle", manifest);
    assert_eq!(bundle(&a_bundle("2026.11")), artifact, "the same value has the same digest");
    let blobs: Vec<_> = artifact.blobs.iter().map(|blob| String::from_utf8_lossy(blob)).collect();
    insta::assert_debug_snapshot!("blobs", blobs);
    let length = u64::try_from(artifact.manifest.len()).unwrap();
    let referrer =
        attestation((artifact.digest, length), b"{}".to_vec(), "https://example.org/test");
    let manifest: Value = serde_json::from_slice(&referrer.manifest).unwrap();
    insta::assert_json_snapshot!("attestation", manifest);
}

#[tokio::test]
async fn bundles_and_attestations_are_published_and_found() {
    let Some(registry) = registry("bundles_and_attestations") else { return };
    let images = &registry.images;
    let artifact = bundle(&a_bundle("2026.11"));
    assert_eq!(images.digest("studio/bundles", "2026.11").await.unwrap(), None);
    for _ in 0..2 {
        images.push("studio/bundles", "2026.11", &artifact).await.unwrap();
    }
    assert_eq!(images.digest("studio/bundles", "2026.11").await.unwrap(), Some(artifact.digest));
    let (manifest, media_type) = images.manifest("studio/bundles", artifact.digest).await.unwrap();
    assert_eq!(manifest, artifact.manifest);
    assert_eq!(media_type, "application/vnd.oci.image.manifest.v1+json");
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["artifactType"], BUNDLE);
    for layer in manifest["layers"].as_array().unwrap() {
        let digest = Sha256::from_prefixed(layer["digest"].as_str().unwrap()).unwrap();
        let blob = images.blob("studio/bundles", digest).await.unwrap();
        assert_eq!(json!(blob.len()), layer["size"]);
    }

    // Attestations of several parties, one of them twice.
    let length = u64::try_from(artifact.manifest.len()).unwrap();
    assert_eq!(images.referrers("studio/bundles", artifact.digest).await.unwrap(), []);
    let mut expected = Vec::new();
    for party in ["one", "two", "one"] {
        let envelope = json!({"payload": party}).to_string().into_bytes();
        let referrer = attestation((artifact.digest, length), envelope, "test-result");
        images.attach("studio/bundles", artifact.digest, &referrer).await.unwrap();
        expected.push(referrer.digest);
    }
    expected.truncate(2);
    let found = images.referrers("studio/bundles", artifact.digest).await.unwrap();
    assert_eq!(found.iter().map(|referrer| referrer.digest).collect::<Vec<_>>(), expected);
    assert_eq!(found[0].artifact_type.as_deref(), Some(ATTESTATION));
    assert_eq!(found[0].annotations["in-toto.io/predicate-type"], "test-result");
    let (manifest, _) = images.manifest("studio/bundles", found[1].digest).await.unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["subject"]["digest"], artifact.digest.prefixed());
    let digest = Sha256::from_prefixed(manifest["layers"][0]["digest"].as_str().unwrap()).unwrap();
    let blob = images.blob("studio/bundles", digest).await.unwrap();
    assert_eq!(blob, br#"{"payload":"two"}"#);
}

#[tokio::test]
async fn writers_of_one_list_go_on_where_they_were_written_over() {
    let Some(registry) = registry("writers_of_one_list") else { return };
    let artifact = bundle(&a_bundle("1"));
    registry.images.push("studio/bundles", "1", &artifact).await.unwrap();
    let length = u64::try_from(artifact.manifest.len()).unwrap();
    let referrers: Vec<_> = (0..3)
        .map(|number| {
            let envelope = format!("{{\"n\":{number}}}").into_bytes();
            attestation((artifact.digest, length), envelope, "test-result")
        })
        .collect();
    let writers = referrers.iter().cloned().map(|referrer| {
        let images = registry.images.clone();
        tokio::spawn(async move {
            images.attach("studio/bundles", artifact.digest, &referrer).await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    // The list itself has no locks, so each says again what it published.
    for referrer in &referrers {
        registry.images.attach("studio/bundles", artifact.digest, referrer).await.unwrap();
    }
    let found = registry.images.referrers("studio/bundles", artifact.digest).await.unwrap();
    assert_eq!(found.len(), 3, "{found:?}");
}

#[tokio::test]
async fn tags_move_and_keep_digests() {
    let Some(registry) = registry("tags_move_and_keep_digests") else { return };
    let images = &registry.images;
    let scheme = Scheme::semver();
    let mut digests = BTreeMap::new();
    let mut releases = Vec::new();
    let mut moved = Vec::new();
    for text in ["1.2.3", "1.2.4", "2.0.0-rc.1", "1.3.0", "1.2.5"] {
        // Any artefact does for an image here.
        let image = bundle(&a_bundle(text));
        images.push(REPOSITORY, text, &image).await.unwrap();
        assert_eq!(
            images.state(REPOSITORY, text, None).await.unwrap(),
            ImageState::There(image.digest)
        );
        digests.insert(text.to_owned(), image.digest);
        releases.push(scheme.parse(text).unwrap());
        let channels = BTreeMap::from([("latest".to_owned(), releases.last().unwrap().clone())]);
        let tags = moving_tags(&scheme, &releases, &channels);
        let set = images.set_tags(REPOSITORY, &tags, &digests).await.unwrap();
        moved.push(format!(
            "{text}: {}",
            set.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>().join(" ")
        ));
        assert_eq!(images.set_tags(REPOSITORY, &tags, &digests).await.unwrap(), []);
    }
    insta::assert_debug_snapshot!(moved, @r#"
    [
        "1.2.3: 1 1.2 latest",
        "1.2.4: 1 1.2 latest",
        "2.0.0-rc.1: latest",
        "1.3.0: 1 1.3 latest",
        "1.2.5: 1.2 latest",
    ]
    "#);
    assert_eq!(images.digest(REPOSITORY, "1.2").await.unwrap(), Some(digests["1.2.5"]));
    assert_eq!(images.digest(REPOSITORY, "1").await.unwrap(), Some(digests["1.3.0"]));
    let (manifest, _) = images.manifest(REPOSITORY, digests["1.2.5"]).await.unwrap();
    assert_eq!(Sha256::of(&manifest), digests["1.2.5"]);
}

#[tokio::test]
async fn what_is_not_there_or_changed_is_told() {
    let Some(registry) = registry("what_is_not_there") else { return };
    let images = &registry.images;
    let there = bundle(&a_bundle("1"));
    images.push(REPOSITORY, "1.0.0", &there).await.unwrap();
    let pinned = Sha256::of(b"another");
    assert_eq!(
        images.state(REPOSITORY, "1.0.0", Some(pinned)).await.unwrap(),
        ImageState::Other(there.digest)
    );
    assert_eq!(
        images.state(REPOSITORY, "1.0.0", Some(there.digest)).await.unwrap(),
        ImageState::There(there.digest)
    );
    assert_eq!(images.state(REPOSITORY, "9.9.9", None).await.unwrap(), ImageState::Missing);
    assert_eq!(images.state("nobody/nothing", "1", None).await.unwrap(), ImageState::Missing);
    assert!(images.has(REPOSITORY, there.digest).await.unwrap());
    assert!(!images.has(REPOSITORY, pinned).await.unwrap());
    let error = images.set_tag(REPOSITORY, "1", pinned).await.unwrap_err();
    assert!(matches!(error, ImageError::Missing(_)), "{error}");
    assert_eq!(images.digest(REPOSITORY, "1").await.unwrap(), None);
    for (repository, tag) in [("../../v2/_catalog", "1"), ("a", "../x"), ("A", "1"), ("a", "1+2")] {
        let error = images.digest(repository, tag).await.unwrap_err();
        assert!(matches!(error, ImageError::Name(_)), "{error}");
    }
    let away = Images::new("127.0.0.1:9", true, None);
    let error = away.digest(REPOSITORY, "1").await.unwrap_err();
    assert_eq!(error.to_string(), "cannot find `127.0.0.1:9/ynput/ayon-server:1`");
}
