//! Bundles and attestations as OCI artefacts: pure.

use std::collections::BTreeMap;

use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde::Serialize;

use crate::{Sha256, tuf::canonical};

/// What a bundle is as an artefact.
pub const BUNDLE: &str = "application/vnd.trainyard.bundle.v1+json";
/// What each of its components is.
pub const COMPONENT: &str = "application/vnd.trainyard.component.v1+json";
/// What an attestation is: an envelope of DSSE.
pub const ATTESTATION: &str = "application/vnd.dsse.envelope.v1+json";
/// An empty configuration (image specification 1.1).
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The bytes of an empty configuration.
const EMPTY_BYTES: &[u8] = b"{}";
/// The name that people read.
const TITLE: &str = "org.opencontainers.image.title";
/// The version that people read.
const VERSION: &str = "org.opencontainers.image.version";
/// The predicate of an attestation.
const PREDICATE: &str = "in-toto.io/predicate-type";

/// A bundle as it goes into a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleArtifact {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its flavour, if it has several.
    pub flavour: Option<String>,
    /// The file that holds its pins.
    pub manifest: Vec<u8>,
    /// Its components.
    pub components: Vec<Pinned>,
}

/// A component of a bundle, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pinned {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its release, as the registry knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Its image with digest, if it has one: `ghcr.io/ynput/ayon@sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// A manifest and the blobs that it names: the same bytes, and so the same digest, for the same value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The manifest.
    pub manifest: Vec<u8>,
    /// Its digest, which names the artefact.
    pub digest: Sha256,
    /// What it is.
    pub artifact_type: &'static str,
    /// What it says of itself.
    pub annotations: BTreeMap<String, String>,
    /// The blobs, which must be there first.
    pub blobs: Vec<Vec<u8>>,
}

/// A bundle as an artefact: its file, and a descriptor for each component.
pub fn bundle(bundle: &BundleArtifact) -> Artifact {
    let mut draft = Draft::new(BUNDLE);
    draft.note(TITLE, &bundle.name);
    draft.note(VERSION, &bundle.version);
    if let Some(flavour) = &bundle.flavour {
        draft.note("dev.trainyard.flavour", flavour);
    }
    draft.layer(BUNDLE, bundle.manifest.clone(), &[(TITLE, "bundle.json")]);
    for component in &bundle.components {
        let value = serde_json::to_value(component).unwrap_or_default();
        let notes = [
            (TITLE, component.name.as_str()),
            (VERSION, component.version.as_str()),
            ("dev.trainyard.digest", component.digest.as_deref().unwrap_or_default()),
            ("dev.trainyard.image", component.image.as_deref().unwrap_or_default()),
        ];
        draft.layer(COMPONENT, canonical(&value).unwrap_or_default(), &notes);
    }
    draft.finish(None)
}

/// An attestation as an artefact that refers to another one.
///
/// `subject` is the digest and length of the other one's manifest.
pub fn attestation(subject: (Sha256, u64), envelope: Vec<u8>, predicate_type: &str) -> Artifact {
    let mut draft = Draft::new(ATTESTATION);
    draft.note(PREDICATE, predicate_type);
    draft.layer(ATTESTATION, envelope, &[]);
    let (digest, length) = subject;
    draft.finish(Some(descriptor(OCI_IMAGE_MEDIA_TYPE, digest, length, &[])))
}

struct Draft {
    artifact_type: &'static str,
    annotations: BTreeMap<String, String>,
    layers: Vec<OciDescriptor>,
    blobs: Vec<Vec<u8>>,
}

impl Draft {
    fn new(artifact_type: &'static str) -> Self {
        Self {
            artifact_type,
            annotations: BTreeMap::new(),
            layers: Vec::new(),
            blobs: vec![EMPTY_BYTES.to_vec()],
        }
    }

    fn note(&mut self, name: &str, value: &str) {
        self.annotations.insert(name.to_owned(), value.to_owned());
    }

    fn layer(&mut self, media_type: &str, bytes: Vec<u8>, notes: &[(&str, &str)]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.layers.push(descriptor(media_type, Sha256::of(&bytes), length, notes));
        self.blobs.push(bytes);
    }

    fn finish(self, subject: Option<OciDescriptor>) -> Artifact {
        let manifest = OciImageManifest {
            schema_version: 2,
            media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
            config: descriptor(EMPTY, Sha256::of(EMPTY_BYTES), 2, &[]),
            layers: self.layers,
            subject,
            artifact_type: Some(self.artifact_type.to_owned()),
            annotations: Some(self.annotations.clone()),
        };
        let value = serde_json::to_value(&manifest).unwrap_or_default();
        let manifest = canonical(&value).unwrap_or_default();
        Artifact {
            digest: Sha256::of(&manifest),
            manifest,
            artifact_type: self.artifact_type,
            annotations: self.annotations,
            blobs: self.blobs,
        }
    }
}

fn descriptor(
    media_type: &str,
    digest: Sha256,
    length: u64,
    notes: &[(&str, &str)],
) -> OciDescriptor {
    let notes = notes.iter().filter(|(_, value)| !value.is_empty());
    let notes: BTreeMap<_, _> =
        notes.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: digest.prefixed(),
        size: i64::try_from(length).unwrap_or(i64::MAX),
        annotations: (!notes.is_empty()).then_some(notes),
        ..OciDescriptor::default()
    }
}
