//! What a registry of images should hold for a component or stream.

use std::collections::BTreeMap;

use trainyard_artifact::{
    Sha256,
    images::{Artifact, BundleArtifact, Pinned, Tags, bundle, moving_tags},
};
use trainyard_registry::{
    Digest, SequenceKind,
    products::Product,
    releases::{Image, Release, Sequence},
};
use trainyard_version::{Target, Version};

use super::Kept;

/// The predicates of attestations, as in-toto names them.
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// Digests by tag.
type Named = BTreeMap<String, Sha256>;

/// What should be there; tags by repository.
#[derive(Default)]
pub(super) struct Wanted {
    /// Tags that never move.
    pub(super) exact: BTreeMap<String, Named>,
    /// Tags that move.
    pub(super) moving: BTreeMap<String, Named>,
    /// Bundles that are not there under their exact tag, or lack something that was said of them.
    pub(super) bundles: Vec<WantedBundle>,
}

impl Wanted {
    pub(super) fn is_nothing(&self) -> bool {
        self.exact.is_empty() && self.moving.is_empty() && self.bundles.is_empty()
    }
}

/// A bundle that should be there.
pub(super) struct WantedBundle {
    pub(super) release: Digest,
    pub(super) repository: String,
    pub(super) tag: String,
    pub(super) artifact: Artifact,
    pub(super) attestations: Vec<Attached>,
}

/// What was said of a bundle.
pub(super) struct Attached {
    /// The digest of the envelope.
    pub(super) id: Digest,
    /// What kind of statement it is.
    pub(super) predicate: &'static str,
}

/// What should be there for a component or stream. Bundles that are there are left out. *Cost*: linear in its releases.
pub(super) fn wanted<'a>(
    product: &Product,
    sequence: &'a Sequence,
    repository: &dyn Fn(&'a Image) -> Option<&'a str>,
    bundles: Option<&str>,
    kept: &Kept,
) -> Wanted {
    let scheme = product.scheme_of(sequence.name.as_str());
    let shown = || sequence.newest_first().filter(|release| release.yanked.is_none());
    let mut wanted = Wanted::default();
    // The digest of each release, by repository and version.
    let mut pinned: BTreeMap<String, BTreeMap<String, Sha256>> = BTreeMap::new();
    let mut versions: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    let mut note = |place: &str, release: &Release, digest: Sha256| {
        let Ok(version) = scheme.parse(release.version.as_str()) else { return };
        let digests = pinned.entry(place.to_owned()).or_default();
        // A release with two images in one repository is known there by the first.
        if digests.contains_key(version.canonical()) {
            return;
        }
        digests.insert(version.canonical().to_owned(), digest);
        versions.entry(place.to_owned()).or_default().push(version);
    };
    for release in shown() {
        for image in &release.images {
            let place = repository(image);
            let digest = Sha256::from_prefixed(&image.digest.to_string());
            if let (Some(place), Some(digest)) = (place, digest) {
                note(place, release, digest);
            }
        }
    }
    if let (Some(folder), SequenceKind::Bundle) = (bundles, sequence.kind) {
        let place = format!("{folder}/{}/{}", product.name, sequence.name).to_ascii_lowercase();
        for release in shown() {
            let Ok(version) = scheme.parse(release.version.as_str()) else { continue };
            let Ok(tag) = scheme.render(&version, Target::Docker, None) else { continue };
            let said = product.attestations().of(&release.digest).iter();
            let said = said.filter(|said| {
                said.withdrawn.is_none() && !kept.attached.contains(&said.attested.id.to_string())
            });
            let attestations: Vec<_> = said
                .map(|said| Attached { id: said.attested.id.clone(), predicate: TEST_RESULT })
                .collect();
            let known = kept.artifact(&release.digest.to_string());
            if let Some(known) = known.filter(|_| attestations.is_empty()) {
                note(&place, release, known);
                continue;
            }
            let Some(artifact) = artifact(product, sequence, release) else { continue };
            note(&place, release, artifact.digest);
            let (release, repository) = (release.digest.clone(), place.clone());
            wanted.bundles.push(WantedBundle { release, repository, tag, artifact, attestations });
        }
    }
    let channels = product.channels().filter(|channel| channel.stream == sequence.name);
    let heads = channels.filter_map(|channel| {
        let head = scheme.parse(channel.head.as_ref()?.as_str()).ok()?;
        Some((channel.name.to_string(), head))
    });
    let heads: BTreeMap<String, Version> = heads.collect();
    for (place, versions) in &versions {
        let Some(digests) = pinned.get(place) else { continue };
        let heads = heads.iter().filter(|(_, head)| digests.contains_key(head.canonical()));
        let heads = heads.map(|(name, head)| (name.clone(), head.clone())).collect();
        let Tags { exact, moving, left_out } = moving_tags(&scheme, versions, &heads);
        for tag in left_out {
            tracing::debug!(repository = place, tag = tag.name, why = tag.why, "a tag is not set");
        }
        let named = |tags: BTreeMap<String, Version>| -> Named {
            let digest =
                |(tag, version): (String, Version)| Some((tag, *digests.get(version.canonical())?));
            tags.into_iter().filter_map(digest).collect()
        };
        wanted.exact.insert(place.clone(), named(exact));
        wanted.moving.insert(place.clone(), named(moving));
    }
    wanted
}

/// A bundle with its components, as it goes into a registry.
fn artifact(product: &Product, sequence: &Sequence, release: &Release) -> Option<Artifact> {
    let pins = release.bundle()?.pins;
    let component = |pin: &trainyard_bundle::Pin| {
        let found = product.sequence(&pin.name).ok().and_then(|it| it.release(&pin.version));
        let image = found.and_then(|found| found.images.first());
        Pinned {
            name: pin.name.clone(),
            version: pin.version.clone(),
            digest: found.map(|found| found.digest.to_string()),
            image: image.map(|image| format!("{}@{}", image.repository, image.digest)),
        }
    };
    Some(bundle(&BundleArtifact {
        name: format!("{}/{}", product.name, sequence.name),
        version: release.version.to_string(),
        flavour: None,
        manifest: release.document.get().as_bytes().to_vec(),
        components: pins.iter().map(component).collect(),
    }))
}
