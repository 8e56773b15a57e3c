//! Images and bundles in a registry of images: tags that follow channels, bundles with what was said of them.

mod wanted;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use trainyard_artifact::{
    Sha256,
    images::{Images, attestation},
};
use trainyard_registry::{
    Entry, Event, Moment, Name, Right, SequenceKind, State,
    products::Product,
    releases::{Image, Release},
};
use trainyard_store::{Snapshot, Store};

use self::wanted::{Attached, Wanted, WantedBundle, wanted};
use super::{
    settings::ImageSettings,
    work::{self, JobError, Work},
};
use crate::{
    Desk,
    desk::chain,
    http::{app::App, failure::Failure, writing::Asking},
};

/// What the names of jobs and of what is kept begin with.
const NAME: &str = "images";
/// How many entries are read at a time.
const PART: u32 = 1024;
/// How often it begins again since the ledger moved on meanwhile; then the next job goes on.
const ROUNDS: usize = 8;

/// Looks after images for as long as the server runs, if it is told to.
pub(super) async fn run(app: App) {
    match app.settings().images.clone() {
        Some(settings) => work::run(&app, &ImageWork::new(&settings)).await,
        None => std::future::pending().await,
    }
}

/// Refuses a release whose images are not where it says, as far as the server knows that registry.
pub(crate) async fn must_be_there(
    asking: &Asking,
    product: &Name,
    images: &[Image],
) -> Result<(), Failure> {
    let Some(settings) = &asking.app.settings().images else { return Ok(()) };
    if images.is_empty() {
        return Ok(());
    }
    // Nobody else gets to know which images there are.
    if let Some(actor) = asking.viewer.actor() {
        actor.must(Right::Publish, Some(product))?;
    }
    match ImageWork::new(settings).missing(images).await {
        Ok(None) => Ok(()),
        Ok(Some(missing)) => Err(Failure::invalid("image-missing", missing)
            .hint("push the image first, then publish the release with its digest")),
        Err(error) => {
            tracing::warn!(error = %chain(&error), "cannot look for images");
            let detail = "the registry of images cannot be asked whether the release's are there";
            Err(Failure::later("images-unreachable", detail, 5))
        }
    }
}

/// Lets a registry of images follow the ledger.
struct ImageWork {
    images: Images,
    host: String,
    bundles: Option<String>,
    /// How many entries have been looked at, and of how many the jobs are there, which every replica knows.
    looked: Mutex<(u64, u64)>,
}

/// What is known to be in the registry for a component or stream.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Kept {
    /// What tags name, by repository and tag.
    tags: BTreeMap<String, BTreeMap<String, String>>,
    /// The artefacts of bundles that were pushed, by the releases' digests.
    pushed: BTreeMap<String, String>,
    /// The attestations that were attached.
    attached: BTreeSet<String>,
}

impl ImageWork {
    fn new(settings: &ImageSettings) -> Self {
        let ImageSettings { host, is_plain, credentials, bundles } = settings;
        Self {
            images: Images::new(host.clone(), *is_plain, credentials.as_ref()),
            host: host.clone(),
            bundles: bundles.clone(),
            looked: Mutex::default(),
        }
    }

    /// The first of some images that is not in the registry, as a sentence; images elsewhere are passed over.
    async fn missing(&self, images: &[Image]) -> Result<Option<String>, JobError> {
        for image in images {
            let Some(repository) = self.repository(image) else { continue };
            let digest = Sha256::from_prefixed(&image.digest.to_string());
            let is_there = match digest {
                Some(digest) => self.images.has(repository, digest).await?,
                None => false,
            };
            if !is_there {
                let Image { repository, digest } = image;
                return Ok(Some(format!("there is no image `{repository}@{digest}`")));
            }
        }
        Ok(None)
    }

    /// The repository of an image, if it lies in the registry that is looked after.
    fn repository<'a>(&self, image: &'a Image) -> Option<&'a str> {
        image.repository.strip_prefix(&self.host)?.strip_prefix('/')
    }

    /// Whether anything of a component or stream belongs into the registry.
    fn concerns(&self, state: &State, product: &str, name: &str) -> bool {
        let product = state.product(product).ok();
        let Some(sequence) = product.and_then(|product| product.sequence(name).ok()) else {
            return false;
        };
        let is_bundle = sequence.kind == SequenceKind::Bundle && self.bundles.is_some();
        let has_image =
            |release: &Release| release.images.iter().any(|image| self.repository(image).is_some());
        is_bundle || sequence.newest_first().any(has_image)
    }

    /// What should be in the registry for a component or stream now, and is not known to be.
    fn wanted(&self, state: &State, product: &str, name: &str, kept: &Kept) -> Option<Wanted> {
        let product = state.product(product).ok()?;
        let sequence = product.sequence(name).ok()?;
        let repository = |image| self.repository(image);
        let mut wanted = wanted(product, sequence, &repository, self.bundles.as_deref(), kept);
        for tags in [&mut wanted.exact, &mut wanted.moving] {
            for (repository, tags) in tags.iter_mut() {
                tags.retain(|tag, digest| !kept.names(repository, tag, *digest));
            }
            tags.retain(|_, tags| !tags.is_empty());
        }
        Some(wanted)
    }

    /// Brings the registry to what the ledger says of a component or stream.
    async fn follow(&self, desk: &Desk, product: &str, name: &str) -> Result<(), JobError> {
        let store = desk.store();
        let place = format!("{NAME}/{product}/{name}");
        let mut kept = Kept::read(store, &place).await?;
        // Whoever writes last looks afterwards whether that was still the newest, so that of two replicas none leaves
        // tags behind that are of yesterday.
        for _ in 0..ROUNDS {
            desk.catch_up().await?;
            let (wanted, size, now) = {
                let ledger = desk.ledger();
                let wanted = self.wanted(&ledger.state, product, name, &kept);
                (wanted.unwrap_or_default(), ledger.size(), desk.now(&ledger))
            };
            if wanted.is_nothing() {
                break;
            }
            let outcome = self.bring(store, &wanted, &mut kept).await;
            // What was done stays done, also where the rest failed.
            let body = serde_json::to_vec(&kept).map_err(|_| JobError::Kept(place.clone()))?;
            let snapshot = Snapshot { name: place.clone(), size, at_us: now.0, body };
            store.put_snapshot(&snapshot).await?;
            outcome?;
        }
        Ok(())
    }

    async fn bring(&self, store: &Store, wanted: &Wanted, kept: &mut Kept) -> Result<(), JobError> {
        for bundle in &wanted.bundles {
            self.publish(bundle, kept).await?;
            for attached in &bundle.attestations {
                self.attach(store, bundle, attached, kept).await?;
            }
        }
        for (repository, tags) in &wanted.exact {
            for (tag, digest) in tags {
                // What a release is called never moves, whoever wrote it.
                if let Some(found) = self.images.digest(repository, tag).await? {
                    if found != *digest {
                        let (repository, found) = (repository.clone(), found.prefixed());
                        return Err(JobError::Taken { tag: tag.clone(), repository, found });
                    }
                } else {
                    self.images.set_tag(repository, tag, *digest).await?;
                }
                kept.note(repository, tag, *digest);
            }
        }
        for (repository, tags) in &wanted.moving {
            for (tag, digest) in tags {
                if self.images.set_tag(repository, tag, *digest).await?.is_some() {
                    tracing::info!(repository, tag, digest = digest.prefixed(), "a tag moved");
                }
                kept.note(repository, tag, *digest);
            }
        }
        Ok(())
    }

    async fn publish(&self, bundle: &WantedBundle, kept: &mut Kept) -> Result<(), JobError> {
        let WantedBundle { release, repository, tag, artifact, .. } = bundle;
        let digest = artifact.digest.prefixed();
        if kept.pushed.contains_key(&release.to_string()) {
            return Ok(());
        }
        match self.images.digest(repository, tag).await? {
            Some(found) if found != artifact.digest => {
                let (repository, found) = (repository.clone(), found.prefixed());
                return Err(JobError::Taken { tag: tag.clone(), repository, found });
            }
            Some(_) => {}
            None => {
                self.images.push(repository, tag, artifact).await?;
                tracing::info!(repository, tag, digest, "a bundle is pushed");
            }
        }
        kept.pushed.insert(release.to_string(), digest);
        Ok(())
    }

    async fn attach(
        &self,
        store: &Store,
        bundle: &WantedBundle,
        attached: &Attached,
        kept: &mut Kept,
    ) -> Result<(), JobError> {
        let id = attached.id.to_string();
        let gone = || JobError::Kept(id.clone());
        let envelope = store.blob(&id).await?.ok_or_else(gone)?;
        let WantedBundle { repository, artifact, .. } = bundle;
        let length = artifact.manifest.len() as u64;
        let referrer = attestation((artifact.digest, length), envelope, attached.predicate);
        self.images.attach(repository, artifact.digest, &referrer).await?;
        kept.attached.insert(id);
        Ok(())
    }

    /// The components and streams that an entry is about.
    fn touched(state: &State, event: &Event) -> Vec<(Name, Name)> {
        match event {
            Event::Published(it) => vec![(it.product.clone(), it.name.clone())],
            Event::YankChanged(it) => vec![(it.product.clone(), it.name.clone())],
            Event::ChannelMoved(it) => vec![(it.product.clone(), it.stream.clone())],
            Event::Attested(it) => {
                let product = state.product(it.product.as_str()).ok();
                let found = product.and_then(|product| product.by_digest(&it.subject));
                found.map(|(name, _)| (it.product.clone(), name.clone())).into_iter().collect()
            }
            Event::PolicySet(it) => {
                let product = state.product(it.product.as_str()).ok();
                let sequences = product.into_iter().flat_map(Product::sequences);
                sequences.map(|sequence| (it.product.clone(), sequence.name.clone())).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Kept {
    async fn read(store: &Store, place: &str) -> Result<Self, JobError> {
        let Some(kept) = store.snapshot(place).await? else { return Ok(Self::default()) };
        serde_json::from_slice(&kept.body).map_err(|_| JobError::Kept(place.to_owned()))
    }

    /// The artefact that was made of a release.
    fn artifact(&self, release: &str) -> Option<Sha256> {
        Sha256::from_prefixed(self.pushed.get(release)?)
    }

    fn names(&self, repository: &str, tag: &str, digest: Sha256) -> bool {
        let known = self.tags.get(repository).and_then(|tags| tags.get(tag));
        known.is_some_and(|known| *known == digest.prefixed())
    }

    fn note(&mut self, repository: &str, tag: &str, digest: Sha256) {
        let tags = self.tags.entry(repository.to_owned()).or_default();
        tags.insert(tag.to_owned(), digest.prefixed());
    }
}

impl Work for ImageWork {
    const KIND: &'static str = NAME;
    /// Four hours; then what the job is for most likely needs somebody's hands.
    const MOST_ATTEMPTS: u32 = 50;

    /// A job for each component and stream that entries speak of which came since; at first, one for each there is.
    async fn look(&self, desk: &Desk) -> Result<Vec<String>, JobError> {
        let store = desk.store();
        // Entries count once their jobs are there: what was looked at alone is looked at again.
        let mut from = self.looked.lock().unwrap_or_else(PoisonError::into_inner).1;
        let is_first = from == 0;
        if is_first {
            from = store.snapshot(NAME).await?.map_or(0, |snapshot| snapshot.size);
        }
        let known = desk.ledger().size();
        // The database was put back to an older state.
        from = from.min(known);
        let mut touched = BTreeSet::new();
        // No more than the state knows, which says what they touch.
        let most = u32::try_from(known - from).unwrap_or(PART).min(PART);
        let entries = if most > 0 { store.entries(from, most).await? } else { Vec::new() };
        {
            let ledger = desk.ledger();
            for stored in &entries {
                let entry = Entry::from_bytes(stored.number, &stored.body);
                let Ok(entry) = entry else { continue };
                touched.extend(Self::touched(&ledger.state, &entry.event));
            }
            if is_first {
                // Whatever was left behind before. What is as it should be costs no request.
                for product in ledger.state.products() {
                    let names =
                        product.sequences().map(|it| (product.name.clone(), it.name.clone()));
                    touched.extend(names);
                }
            }
            touched.retain(|(product, name)| {
                self.concerns(&ledger.state, product.as_str(), name.as_str())
            });
        }
        let until = from + entries.len() as u64;
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).0 = until;
        // The number makes a job of its own of what comes while another one is done.
        let job = |(product, name): &(Name, Name)| format!("{NAME}/{product}/{name}/{until}");
        Ok(touched.iter().map(job).collect())
    }

    /// Tells other replicas, and this one when it begins again, how far jobs are made.
    async fn added(&self, desk: &Desk) -> Result<(), JobError> {
        let (looked, told) = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked != told {
            let at_us = desk.now(&desk.ledger()).0;
            let snapshot =
                Snapshot { name: NAME.to_owned(), size: looked, at_us, body: Vec::new() };
            desk.store().put_snapshot(&snapshot).await?;
            self.looked.lock().unwrap_or_else(PoisonError::into_inner).1 = looked;
        }
        Ok(())
    }

    async fn carry_out(&self, desk: &Desk, id: &str) -> Result<(), JobError> {
        let mut parts = id.split('/').skip(1);
        match (parts.next(), parts.next()) {
            (Some(product), Some(name)) => self.follow(desk, product, name).await,
            _ => Err(JobError::Kept(id.to_owned())),
        }
    }

    fn warnings(&self, _: Moment) -> Vec<String> {
        Vec::new()
    }

    fn measure(&self, _: Moment) {}
}
