//! Releases and bundles: immutable, known by their content.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use trainyard_version::{OrderKey, Scheme, Version};

use crate::{
    Ask, Decided, Digest, Event, Filed, Maturity, Moment, Name, PrincipalName, Refusal, Right,
    Stamp, State, VersionText,
    documents::{Admitted, admit},
    enclosures::EnclosureKind,
    products::Product,
    streams,
};

/// The releases of one component, or the bundles of one stream.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub kind: SequenceKind,
    /// How its versions are written, where the policy does not say: as in its first release.
    pub(crate) scheme: Scheme,
    releases: BTreeMap<VersionText, Box<Release>>,
    order: BTreeSet<(Option<OrderKey>, u64, VersionText)>,
}

/// What a sequence holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SequenceKind {
    /// Releases of a component, each with a manifest.
    Component,
    /// Bundles of exact pins; a composite is one with a pin per part.
    Bundle,
}

/// A release or a bundle.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its version.
    pub version: VersionText,
    /// What it is: the digest of everything that makes it.
    pub digest: Digest,
    /// The digest of the artefact itself, where one was named.
    pub content: Option<Digest>,
    /// Its manifest, or the bundle: one JSON document.
    pub document: Box<RawValue>,
    /// How far it has come.
    pub maturity: Maturity,
    /// Whether it is no final release: its version is a pre-release's or a development version's, or it says so itself.
    pub is_prerelease: bool,
    /// Its images.
    pub images: Box<[Image]>,
    /// The versions that may be updated to it, where it says so; `None`: those that lines allow.
    pub follows: Option<Box<[VersionText]>>,
    /// When it was released.
    pub at: Moment,
    /// When it was published here; claims of earlier days let nothing ripen.
    pub logged: Moment,
    /// Its place in the order of its scheme; `None` for a version that the scheme cannot read.
    pub key: Option<OrderKey>,
    /// The place of its entry in the log.
    pub seq: u64,
    /// Who published it.
    pub by: PrincipalName,
    /// Why it is hidden, where it is.
    pub yanked: Option<Box<str>>,
    /// The digests of what is kept beside it.
    pub enclosures: BTreeMap<EnclosureKind, Digest>,
}

/// An image of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// The repository, as `docker.io/ynput/ayon`.
    pub repository: String,
    /// The digest of its manifest.
    pub digest: Digest,
}

impl Sequence {
    fn new(name: Name, kind: SequenceKind, scheme: Scheme) -> Self {
        Self { name, kind, scheme, releases: BTreeMap::new(), order: BTreeSet::new() }
    }

    /// How many releases there are, hidden ones too.
    pub fn len(&self) -> usize {
        self.releases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }

    /// A release by its version, hidden or not.
    pub fn release(&self, version: &str) -> Option<&Release> {
        self.releases.get(version).map(Box::as_ref)
    }

    /// A release. *Errors*: that there is none.
    pub fn find(&self, version: &str) -> Result<&Release, Refusal> {
        let name = &self.name;
        self.release(version)
            .ok_or_else(|| Refusal::not_found("release", format_args!("{name}@{version}")))
    }

    /// The releases, newest version first; versions that their scheme cannot read come last, newest in time first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Release> {
        self.order.iter().rev().filter_map(|(_, _, version)| self.release(version.as_str()))
    }

    /// The releases that come after one in [`Sequence::newest_first`]; all where there is none of that version.
    ///
    /// *Cost*: logarithmic, and then linear in what is taken.
    pub fn older_than(&self, version: Option<&str>) -> impl Iterator<Item = &Release> {
        let place = version.and_then(|version| self.release(version));
        let place = place.map(|it| (it.key.clone(), it.seq, it.version.clone()));
        let end = place.map_or(Bound::Unbounded, Bound::Excluded);
        let range = self.order.range((Bound::Unbounded, end));
        range.rev().filter_map(|(_, _, version)| self.release(version.as_str()))
    }

    /// The release of a version that is another only in how it is spelled, as `2023.09` of a `2023.9`.
    ///
    /// *Cost*: logarithmic.
    fn spelled_otherwise(&self, version: &Version, scheme: &Scheme) -> Option<&Release> {
        let least: VersionText = version.text().parse().ok()?;
        // The first line of a log publishes nothing, so that this comes before all of that key.
        let from = Bound::Included((Some(version.key().clone()), 0, least));
        let at_key = self
            .order
            .range((from, Bound::Unbounded))
            .take_while(|(key, _, _)| key.as_ref() == Some(version.key()));
        let mut releases = at_key.filter_map(|(_, _, version)| self.release(version.as_str()));
        releases
            .find(|release| scheme.parse(release.version.as_str()).is_ok_and(|it| it == *version))
    }

    pub(crate) fn release_mut(&mut self, version: &VersionText) -> Option<&mut Release> {
        self.releases.get_mut(version).map(Box::as_mut)
    }

    fn insert(&mut self, release: Box<Release>) {
        self.order.insert((release.key.clone(), release.seq, release.version.clone()));
        self.releases.entry(release.version.clone()).or_insert(release);
    }
}

impl Product {
    /// Puts releases in the order of their schemes, which may have become others.
    pub(crate) fn order_anew(&mut self) {
        let schemes: Vec<_> =
            self.sequences.keys().map(|name| self.scheme_of(name.as_str())).collect();
        for (sequence, scheme) in self.sequences.values_mut().zip(schemes) {
            let releases = std::mem::take(&mut sequence.releases);
            sequence.order.clear();
            for mut release in releases.into_values() {
                release.key = key(&scheme, &release.version);
                sequence.insert(release);
            }
        }
    }
}

fn key(scheme: &Scheme, version: &VersionText) -> Option<OrderKey> {
    scheme.parse(version.as_str()).ok().map(|version| version.key().clone())
}

/// Asks to publish a release or a bundle.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The product.
    pub product: Name,
    /// The component, or the stream of bundles.
    pub name: Name,
    /// What it is.
    pub kind: SequenceKind,
    /// Its version.
    pub version: VersionText,
    /// The digest of the artefact itself.
    pub content: Option<Digest>,
    /// Its manifest, or the bundle, as checked JSON.
    pub document: Box<RawValue>,
    /// Its images.
    pub images: Vec<Image>,
    /// The versions that may be updated to it; `None`: those that lines allow.
    pub follows: Option<Vec<VersionText>>,
    /// When it was released, where that is earlier than now: for histories that are brought in.
    pub released: Option<Moment>,
}

/// A release or a bundle is there for ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Published {
    /// The product.
    pub product: Name,
    /// The component, or the stream of bundles.
    pub name: Name,
    /// What it is.
    pub kind: SequenceKind,
    /// Its version.
    pub version: VersionText,
    /// How its version is written.
    pub scheme: String,
    /// The digest of everything that makes it.
    pub digest: Digest,
    /// The digest of the artefact itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "Maturity::is_stable")]
    pub maturity: Maturity,
    /// Whether it is no final release, by its version or by what it says itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_prerelease: bool,
    /// Its images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The versions that may be updated to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Vec<VersionText>>,
    /// When it was released, where that was before it was published here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Moment>,
    /// Its manifest, or the bundle, which stands beside the log.
    pub document: Filed<RawValue>,
}

impl PartialEq for Published {
    fn eq(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.product.clone(), it.name.clone(), it.digest.clone());
        key(self) == key(other)
    }
}

/// What a release's digest is the digest of.
#[derive(Serialize)]
struct Identity<'a> {
    product: &'a Name,
    name: &'a Name,
    version: &'a VersionText,
    content: &'a Option<Digest>,
    images: &'a [Image],
    follows: &'a Option<Vec<VersionText>>,
    document: Value,
}

/// The same value with the members of objects by name, whether maps keep them so or not: that is for the whole build to say.
///
/// What JSON is read from is at most 128 deep.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.into_iter().collect();
            members.into_iter().map(|(name, value)| (name, sorted(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

impl Publish {
    /// The digest of everything that makes the release: product, name, version, artefact, images and document. Members of
    /// JSON objects count whatever their order.
    pub fn digest(&self) -> Digest {
        let mut images = self.images.clone();
        images.sort();
        let identity = Identity {
            product: &self.product,
            name: &self.name,
            version: &self.version,
            content: &self.content,
            images: &images,
            follows: &self.follows,
            document: serde_json::from_str(self.document.get())
                .map_or_else(|_| Value::String(self.document.get().to_owned()), sorted),
        };
        Digest::of(&serde_json::to_vec(&identity).unwrap_or_default())
    }
}

pub(crate) fn publish(state: &State, ask: &Ask, command: &Publish) -> Result<Decided, Refusal> {
    let Publish { product: product_name, name, kind, version, .. } = command;
    ask.actor.must(Right::Publish, Some(product_name))?;
    let product = state.product(product_name.as_str())?;
    let Admitted { document, maturity, scheme, is_final } = admit(product, command)?;
    let command = &Publish { document, ..command.clone() };
    let digest = command.digest();
    if let Some(sequence) = product.sequences.get(name) {
        if sequence.kind != *kind {
            let message = format!("`{name}` holds releases of the other kind");
            return Err(Refusal::conflict("kind-differs", message)
                .hint("components and streams of bundles need names of their own"));
        }
        if let Some(there) = sequence.release(version.as_str()) {
            if there.digest == digest {
                return Ok(Decided::nothing());
            }
            let message = format!(
                "{name}@{version} is published with other content: {} is there, {digest} was given",
                there.digest
            );
            return Err(Refusal::conflict("release-differs", message)
                .hint("a release never changes; publish the new content under a new version"));
        }
    }
    let scheme = product.scheme(name.as_str()).unwrap_or(scheme);
    let parsed = scheme.parse(version.as_str()).map_err(|error| {
        let message = format!("`{version}` is no version of the scheme {}: {error}", scheme.spec());
        Refusal::invalid("version-unreadable", message)
    })?;
    let sequence = product.sequences.get(name);
    if let Some(there) = sequence.and_then(|sequence| sequence.spelled_otherwise(&parsed, &scheme))
    {
        let message = format!(
            "{name}@{version} is published with other content, as {}: {} is there, {digest} was given",
            there.version, there.digest
        );
        return Err(Refusal::conflict("release-differs", message).hint(format!(
            "{version} and {} are one version to {}",
            there.version,
            scheme.spec()
        )));
    }
    streams::made_of_its_parts(product, command, &parsed, &scheme)?;
    if command.released.is_some_and(|released| released > ask.now) {
        return Err(Refusal::invalid("release-ahead", "a release cannot be from the future"));
    }
    let declared = product.policy().and_then(|policy| policy.facts.components.get(name.as_str()));
    let declared = declared.map_or(Maturity::Stable, |facts| facts.maturity);
    let Publish { content, images, follows, released, document, .. } = command.clone();
    let (document, blob) = Filed::new(document.into());
    let event = Event::Published(Published {
        product: product_name.clone(),
        name: name.clone(),
        kind: *kind,
        version: version.clone(),
        scheme: scheme.spec().to_owned(),
        digest,
        content,
        maturity: maturity.unwrap_or(declared),
        is_prerelease: parsed.is_prerelease() || !is_final,
        images,
        follows,
        released,
        document,
    });
    Ok(Decided { events: vec![event], blobs: vec![blob] })
}

/// Asks to hide a release, or to show it again.
#[derive(Clone, Debug)]
pub struct Yank {
    /// The product.
    pub product: Name,
    /// The component or stream.
    pub name: Name,
    /// The version.
    pub version: VersionText,
    /// Whether it shall be hidden.
    pub is_yanked: bool,
}

/// A release is hidden, or shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct YankChanged {
    /// The product.
    pub product: Name,
    /// The component or stream.
    pub name: Name,
    /// The version.
    pub version: VersionText,
    /// Whether it is hidden.
    pub is_yanked: bool,
}

pub(crate) fn yank(state: &State, ask: &Ask, command: &Yank) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Publish, Some(&command.product))?;
    let product = state.product(command.product.as_str())?;
    let release = product.sequence(command.name.as_str())?.find(command.version.as_str())?;
    if command.is_yanked && ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a release is yanked with a reason"));
    }
    if release.yanked.is_some() == command.is_yanked {
        return Ok(Decided::nothing());
    }
    let Yank { product, name, version, is_yanked } = command.clone();
    Ok(Event::YankChanged(YankChanged { product, name, version, is_yanked }).into())
}

impl State {
    pub(crate) fn published(&mut self, event: &Published, stamp: &Stamp) {
        let Some(document) = event.document.document() else { return };
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let declared = product.scheme(event.name.as_str());
        let sequence = product.sequences.entry(event.name.clone()).or_insert_with(|| {
            let own = event.scheme.parse().unwrap_or_else(|_| Scheme::semver());
            Sequence::new(event.name.clone(), event.kind, own)
        });
        let scheme = declared.as_ref().unwrap_or(&sequence.scheme);
        let release = Box::new(Release {
            version: event.version.clone(),
            digest: event.digest.clone(),
            content: event.content.clone(),
            document: RawValue::to_owned(document),
            maturity: event.maturity,
            is_prerelease: event.is_prerelease,
            images: event.images.as_slice().into(),
            follows: event.follows.as_deref().map(Box::from),
            at: event.released.unwrap_or(stamp.at),
            logged: stamp.at,
            key: key(scheme, &event.version),
            seq: stamp.seq,
            by: stamp.by.clone(),
            yanked: None,
            enclosures: BTreeMap::new(),
        });
        product.catalogues.add(&release);
        product.graphs.forget();
        // The name is the sequence's own, so that it is kept once.
        let place = (sequence.name.clone(), event.version.clone());
        product.by_digest.insert(event.digest.clone(), place);
        sequence.insert(release);
    }

    pub(crate) fn yank_changed(&mut self, event: &YankChanged, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let sequence = product.sequences.get_mut(&event.name);
        let release = sequence.and_then(|sequence| sequence.releases.get_mut(&event.version));
        if let Some(release) = release {
            release.yanked = event.is_yanked.then(|| stamp.why.as_str().into());
        }
        product.catalogues.forget();
        product.graphs.forget();
    }
}
