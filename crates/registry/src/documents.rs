//! What releases hold: manifests and bundles, and whether they fit together.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::value::RawValue;
use trainyard_bundle::{
    Bundle, Catalogue, Expectations, LockstepGroup, Manifest, check, flavour_findings,
};
use trainyard_report::{Code, Finding};
use trainyard_version::{Level, Scheme};

use crate::{
    Digest, Maturity, Moment, Publish, Refusal, SequenceKind, VersionText,
    products::{GroupFacts, Product},
    releases::{Release, Sequence},
    streams,
};

/// A product's catalogue, made when somebody asks and kept until a release comes or goes.
#[derive(Default)]
pub(crate) struct Catalogues(Mutex<Kept>);

impl Clone for Catalogues {
    /// A copy makes its own when it is asked.
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[derive(Default)]
struct Kept {
    made: Option<Arc<Catalogue>>,
    /// What came since it was made.
    fresh: Vec<Manifest>,
}

impl fmt::Debug for Catalogues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Catalogues")
    }
}

impl Catalogues {
    /// Takes a release in that has just come.
    pub(crate) fn add(&self, release: &Release) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.made.is_some()
            && let Some(manifest) = release.manifest()
        {
            kept.fresh.push(manifest);
        }
    }

    /// Forgets all, since a release is no longer there or another is.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    fn get(&self, manifests: impl FnOnce() -> Vec<Manifest>) -> Arc<Catalogue> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = std::mem::take(&mut kept.fresh);
        let made = match kept.made.take() {
            None => Arc::new(Catalogue::new(manifests())),
            Some(made) if fresh.is_empty() => made,
            Some(made) => Arc::new(made.extended(fresh)),
        };
        kept.made = Some(Arc::clone(&made));
        made
    }
}

impl Release {
    /// Its manifest, where it is a component's and was written by a version of this program that wrote as this one does.
    pub fn manifest(&self) -> Option<Manifest> {
        let mut manifest: Manifest = serde_json::from_str(self.document.get()).ok()?;
        // Pins say which content they mean.
        manifest.digest = Some(trainyard_bundle::Digest::new(self.digest.to_string()));
        Some(manifest)
    }

    /// The bundle, where it is one.
    pub fn bundle(&self) -> Option<Bundle> {
        serde_json::from_str(self.document.get()).ok()
    }
}

impl Product {
    /// All releases that are not hidden, as a catalogue. *Cost*: made anew after a release was hidden or shown, extended
    /// after one came, else none.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogues.get(|| {
            let components =
                self.sequences().filter(|sequence| sequence.kind == SequenceKind::Component);
            let releases = components.flat_map(Sequence::newest_first);
            let shown = releases.filter(|release| release.yanked.is_none());
            shown.filter_map(Release::manifest).collect()
        })
    }

    /// What the policy in force expects of bundles.
    pub fn expectations(&self) -> Expectations {
        let Some(policy) = self.policy() else { return Expectations::default() };
        let group = |(name, facts): (&crate::Name, &GroupFacts)| LockstepGroup {
            name: name.to_string(),
            members: facts.members.iter().map(crate::Name::to_string).collect(),
            lockstep: match facts.lockstep.as_str() {
                "major" => Level::Major,
                "patch" => Level::Patch,
                _ => Level::Minor,
            },
        };
        Expectations {
            groups: policy.facts.groups.iter().map(group).collect(),
            maturities: [].into(),
        }
    }

    /// Everything that is wrong with a release's content now: with a bundle's pins and every one of its flavours; a
    /// component's release alone is never wrong. Images that are not named are a warning of both.
    pub fn check(&self, name: &str, release: &Release) -> Vec<Finding> {
        let Ok(sequence) = self.sequence(name) else { return Vec::new() };
        let is_bundle = sequence.kind == SequenceKind::Bundle;
        let mut findings = Vec::new();
        if let Some(bundle) = release.bundle().filter(|_| is_bundle) {
            findings.extend(self.check_bundle(&bundle));
            findings.extend(streams::without_what_it_needs(self, name, &bundle));
        }
        findings.extend(without_images(sequence, release));
        findings
    }

    /// Everything that is wrong with a bundle and its flavours.
    pub fn check_bundle(&self, bundle: &Bundle) -> Vec<Finding> {
        let catalogue = self.catalogue();
        let mut findings = check(bundle, &catalogue, &self.expectations());
        findings.extend(flavour_findings(bundle, &catalogue));
        findings
    }

    /// The components in a release that have not come far enough and for which there is no waiver, as people read them.
    pub(crate) fn immature(
        &self,
        name: &str,
        release: &Release,
        wanted: Maturity,
        now: Moment,
    ) -> Vec<String> {
        let is_waived = |component: &str, version: &str| {
            self.waivers.iter().any(|waiver| {
                waiver.component.as_str() == component
                    && waiver.version.as_deref().is_none_or(|waived| waived == version)
                    && waiver.until.is_none_or(|until| until > now)
            })
        };
        let member = |component: &str, version: &str, maturity: Maturity| {
            let is_young = maturity < wanted && !is_waived(component, version);
            is_young.then(|| format!("{component} {version} ({})", maturity.word()))
        };
        let own = member(name, release.version.as_str(), release.maturity);
        let bundle = release.bundle().map(|bundle| bundle.pins).unwrap_or_default();
        let pinned = bundle.iter().filter_map(|pin| {
            let found = self.sequence(&pin.name).ok()?.release(&pin.version)?;
            member(&pin.name, &pin.version, found.maturity)
        });
        own.into_iter().chain(pinned).collect()
    }
}

/// That a release names no image, where the one before it does.
fn without_images(sequence: &Sequence, release: &Release) -> Option<Finding> {
    let version = &release.version;
    let mut before = sequence.older_than(Some(version.as_str()));
    let before = before.find(|before| before.yanked.is_none())?;
    if before.images.is_empty() || !release.images.is_empty() {
        return None;
    }
    let message = format!("it names no image, and {} before it does", before.version);
    let finding =
        Finding::new(Code::IMAGES_MISSING, format!("{} {version}", sequence.name), message);
    Some(finding.suggest("publish the next one with `--image REPOSITORY@DIGEST`"))
}

/// A document that may be published.
pub(crate) struct Admitted {
    /// The document; of a bundle, with the digest of every pin.
    pub(crate) document: Box<RawValue>,
    /// How far it has come, where it says so itself.
    pub(crate) maturity: Option<Maturity>,
    /// How its version is written.
    pub(crate) scheme: Scheme,
    /// Whether it says that it is final; what says nothing is as final as its version.
    pub(crate) is_final: bool,
}

/// Reads what shall be published.
///
/// *Errors*: everything that is wrong with the document in itself, and every pin that is not published.
pub(crate) fn admit(product: &Product, command: &Publish) -> Result<Admitted, Refusal> {
    match command.kind {
        SequenceKind::Component => admit_manifest(command),
        SequenceKind::Bundle => admit_bundle(product, command),
    }
}

fn unreadable(error: impl fmt::Display) -> Refusal {
    Refusal::invalid("document-unreadable", format!("the document cannot be read: {error}"))
}

fn admit_manifest(command: &Publish) -> Result<Admitted, Refusal> {
    // What the digest is made of is the whole of it, and not what a manifest has names for.
    serde_json::from_str::<serde_json::Value>(command.document.get()).map_err(unreadable)?;
    let manifest: Manifest = serde_json::from_str(command.document.get()).map_err(unreadable)?;
    named(command, &manifest.name, manifest.version.text())?;
    let complaints = trainyard_bundle::read::complaints(&manifest);
    if !complaints.is_empty() {
        let message = "the manifest holds what cannot be read";
        return Err(Refusal::invalid("manifest-wrong", message).findings(complaints));
    }
    let maturity = manifest.maturity.map(Maturity::from);
    let scheme = manifest.version.scheme().clone();
    Ok(Admitted { document: command.document.clone(), maturity, scheme, is_final: true })
}

fn admit_bundle(product: &Product, command: &Publish) -> Result<Admitted, Refusal> {
    let mut bundle: Bundle = serde_json::from_str(command.document.get()).map_err(unreadable)?;
    let version = bundle.version.as_ref().map_or(bundle.name.as_str(), |version| version.text());
    let version = version.to_owned();
    named(command, command.name.as_str(), &version)?;
    let mut wrong = Vec::new();
    for pin in &mut bundle.pins {
        let release = product.sequence(&pin.name).ok().and_then(|it| it.release(&pin.version));
        let Some(release) = release else {
            wrong.push(format!("{} {} is not published", pin.name, pin.shown()));
            continue;
        };
        let means = |digest: &trainyard_bundle::Digest| {
            digest.as_str().parse().is_ok_and(|digest: Digest| {
                digest == release.digest || release.content.as_ref() == Some(&digest)
            })
        };
        if pin.digest.as_ref().is_some_and(|digest| !means(digest)) {
            wrong.push(format!("{} {} is published with other content", pin.name, pin.version));
        }
        pin.digest = Some(trainyard_bundle::Digest::new(release.digest.to_string()));
    }
    if !wrong.is_empty() {
        let message = format!("the bundle pins what is not here: {}", wrong.join("; "));
        return Err(Refusal::invalid("pins-unknown", message)
            .hint("publish the components' releases first, then the bundle"));
    }
    let text = serde_json::to_string(&bundle).map_err(unreadable)?;
    let document = RawValue::from_string(text).map_err(unreadable)?;
    let scheme = bundle.version.as_ref().map_or_else(Scheme::semver, |it| it.scheme().clone());
    Ok(Admitted { document, maturity: None, scheme, is_final: bundle.is_final })
}

/// Whether a document speaks of what is published.
fn named(command: &Publish, name: &str, version: &str) -> Result<(), Refusal> {
    if name == command.name.as_str() && version == VersionText::as_str(&command.version) {
        return Ok(());
    }
    let message = format!(
        "the document speaks of {name}@{version}, not of {}@{}",
        command.name, command.version
    );
    Err(Refusal::invalid("document-other", message))
}
