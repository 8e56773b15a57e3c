//! Signed snapshots of all channels, published where anybody can follow them.

mod kept;
mod wanted;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use trainyard_artifact::{
    Location, Sha256, Writer,
    tuf::{Envelope, Freshness, ages, plan},
};
use trainyard_attest::PublicKey;
use trainyard_registry::Moment;
use trainyard_store::Store;

pub(crate) use self::kept::{Kept, KeptAge, KeptWaiting};
use self::{
    kept::timestamp,
    wanted::{Said, outline, said},
};
use super::{
    settings::SnapshotSettings,
    work::{self, JobError, Work},
};
use crate::{Desk, http::app::App};

/// The one job that there is.
const JOB: &str = "signed-snapshots";
/// How long to wait before it looks again for the signatures of others, in seconds.
const PATIENCE_SECS: u64 = 3600;
/// How often old files are removed, in seconds.
const COLLECTING_SECS: u64 = 24 * 3600;

/// Publishes snapshots for as long as the server runs, if it is told to.
pub(super) async fn run(app: App) {
    match app.settings().snapshots.clone() {
        Some(settings) => work::run(&app, &SnapshotWork::new(settings)).await,
        None => std::future::pending().await,
    }
}

/// Publishes what the channels say.
pub(crate) struct SnapshotWork {
    settings: SnapshotSettings,
    seen: Mutex<Seen>,
}

/// What was seen last time.
#[derive(Default)]
struct Seen {
    /// Names the entries that were looked at.
    mark: Arc<str>,
    /// Names what of them the snapshots depend on.
    outline: Option<Sha256>,
    /// Names what the snapshots should say.
    fingerprint: String,
    kept: Kept,
}

impl SnapshotWork {
    pub(crate) fn new(settings: SnapshotSettings) -> Self {
        Self { settings, seen: Mutex::default() }
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the snapshots should say now, how many entries that rests on, and what time it is.
    fn said(&self, desk: &Desk) -> (Said, u64, Moment) {
        let ledger = desk.ledger();
        let said = said(&ledger.state, &self.settings, desk.key().public_key());
        (said, ledger.size(), desk.now(&ledger))
    }

    /// How the snapshots are: what is published, and what lacks signatures, with those that were handed in.
    pub(crate) async fn told(&self, store: &Store) -> Result<Kept, JobError> {
        let mut kept = Kept::read(store).await?;
        let signers = self.signers(kept.root.as_deref());
        for waiting in &mut kept.waiting {
            let handed_in = Kept::handed_in(store, &waiting.role).await?;
            waiting.add(handed_in.as_ref(), &signers);
        }
        Ok(kept)
    }

    /// Takes signatures of others in, for what lacks them; says how it stands then, and how many came.
    ///
    /// `None`: nothing waits that says this.
    pub(crate) async fn hand_in(
        &self,
        desk: &Desk,
        envelope: &Envelope,
    ) -> Result<Option<(KeptWaiting, usize)>, JobError> {
        let store = desk.store();
        let Kept { waiting, root, .. } = self.told(store).await?;
        let is_meant = |waiting: &KeptWaiting| {
            waiting.envelope().is_some_and(|own| own.signed() == envelope.signed())
        };
        let Some(mut waiting) = waiting.into_iter().find(is_meant) else { return Ok(None) };
        let taken = waiting.add(Some(envelope), &self.signers(root.as_deref()));
        if taken > 0 {
            let now = desk.now(&desk.ledger());
            Kept::offer(store, &waiting, now).await?;
        }
        Ok(Some((waiting, taken)))
    }

    /// All keys that may sign anything.
    fn signers(&self, root: Option<&str>) -> Vec<PublicKey> {
        let SnapshotSettings { roles, channels, .. } = &self.settings;
        let named =
            roles.named().chain(channels.values()).flat_map(|rule| rule.keys.iter().copied());
        // Keys that are to be replaced sign the root that replaces them.
        let replaced = root.and_then(|root| Envelope::read(root.as_bytes()).ok());
        let replaced = replaced.iter().flat_map(Envelope::keys);
        named.chain(replaced).collect()
    }

    async fn publish(&self, desk: &Desk) -> Result<(), JobError> {
        let store = desk.store();
        let before = Kept::read(store).await?;
        let offered = before.offered(store).await?;
        let location = Location::open(&self.settings.place, &self.settings.options)?;
        let trusted = before.root.as_deref().map(str::as_bytes);
        let writer = Writer::open(&location, trusted).await?;
        // Only now, so that nothing is published over what another replica published of a later state.
        desk.catch_up().await?;
        let (said, size, now) = self.said(desk);
        let fingerprint = fingerprint(&said.fingerprint, &offered);
        let mut keys = self.settings.keys.clone();
        keys.push(desk.key().clone());
        let plan = plan(writer.published(), &said.wanted, &offered, &keys, timestamp(now))?;
        let writer = if plan.is_empty() {
            writer
        } else {
            writer.publish(&plan, &said.contents).await?;
            tracing::info!(files = plan.files.len(), size, "signed snapshots are published");
            Writer::open(&location, trusted).await?
        };
        let lifetimes = &self.settings.lifetimes;
        let ages = ages(writer.published(), lifetimes, timestamp(now));
        let ages: Vec<_> = ages.iter().map(|age| KeptAge::new(age, lifetimes)).collect();
        let mut collected = before.collected;
        if now >= collected.plus_secs(COLLECTING_SECS) {
            let keep = SignedDuration::try_from(self.settings.keep).unwrap_or(SignedDuration::MAX);
            let removed = writer.collect(keep, timestamp(now)).await?;
            tracing::debug!(files = removed.removed.len(), "old snapshots are removed");
            collected = now;
        }
        let root = writer.published().root.as_ref();
        let root = root.map(|root| String::from_utf8_lossy(&root.bytes).into_owned());
        if !said.left_out.is_empty() {
            let channels = said.left_out.join(", ");
            tracing::warn!(channels, "channels cannot be published: their names do not fit");
        }
        for age in ages.iter().filter(|age| age.freshness(now) >= Freshness::Late) {
            tracing::error!(role = age.role, version = age.version, "signatures are not renewed");
        }
        let kept = Kept {
            fingerprint,
            size,
            renew: renewal(&ages, now),
            collected,
            root: root.or(before.root),
            ages,
            waiting: plan.waiting.iter().map(KeptWaiting::new).collect(),
            left_out: said.left_out,
        };
        kept.write(store, size, now).await?;
        self.seen(|seen| seen.kept = kept);
        Ok(())
    }
}

impl Work for SnapshotWork {
    const KIND: &'static str = "signed-snapshots";
    /// There is but one, which must never be given up.
    const MOST_ATTEMPTS: u32 = u32::MAX;

    async fn look(&self, desk: &Desk) -> Result<Vec<String>, JobError> {
        let kept = Kept::read(desk.store()).await?;
        let offered = kept.offered(desk.store()).await?;
        let (mark, size) = {
            let ledger = desk.ledger();
            (ledger.mark().to_owned(), ledger.size())
        };
        // Most entries move no channel, and documents may be long.
        if self.seen(|seen| seen.mark != mark) {
            let now = outline(&desk.ledger().state);
            if self.seen(|seen| seen.outline != Some(now)) {
                let said = self.said(desk).0.fingerprint;
                self.seen(|seen| (seen.outline, seen.fingerprint) = (Some(now), said));
            }
            self.seen(|seen| seen.mark = mark);
        }
        let now = desk.now(&desk.ledger());
        Ok(self.seen(|seen| {
            let is_other = fingerprint(&seen.fingerprint, &offered) != kept.fingerprint;
            // A replica that lags behind has nothing to say.
            let is_due = size >= kept.size && is_other || now >= kept.renew;
            seen.kept = kept;
            is_due.then(|| JOB.to_owned()).into_iter().collect()
        }))
    }

    async fn added(&self, _: &Desk) -> Result<(), JobError> {
        Ok(())
    }

    async fn carry_out(&self, desk: &Desk, _: &str) -> Result<(), JobError> {
        self.publish(desk).await
    }

    fn warnings(&self, now: Moment) -> Vec<String> {
        let late = |age: &&KeptAge| age.freshness(now) >= Freshness::Late;
        let tell = |age: &KeptAge| {
            let state = match age.freshness(now) {
                Freshness::Expired => "have expired, so that clients refuse the snapshots",
                _ => "should have been renewed",
            };
            format!("the signatures of `{}` {state}", age.role)
        };
        self.seen(|seen| seen.kept.ages.iter().filter(late).map(tell).collect())
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn measure(&self, now: Moment) {
        self.seen(|seen| {
            let Kept { ages, waiting, left_out, .. } = &seen.kept;
            let mut is_late = false;
            for age in ages {
                is_late |= age.freshness(now) >= Freshness::Late;
                metrics::gauge!("trainyard_snapshot_life_left", "role" => age.role.clone())
                    .set(age.part_left(now));
            }
            metrics::gauge!("trainyard_snapshot_alarm").set(if is_late { 1.0 } else { 0.0 });
            metrics::gauge!("trainyard_snapshot_waiting").set(waiting.len() as f64);
            metrics::gauge!("trainyard_snapshot_left_out").set(left_out.len() as f64);
        });
    }
}

/// Names what the snapshots should say and which signatures there are for it.
fn fingerprint(said: &str, offered: &[Envelope]) -> String {
    let mut all = said.as_bytes().to_vec();
    for envelope in offered {
        all.extend(envelope.to_bytes());
    }
    Sha256::of(&all).to_string()
}

/// When the next signature is due. What is due and waits for others' keys is looked at now and then.
fn renewal(ages: &[KeptAge], now: Moment) -> Moment {
    let later = now.plus_secs(PATIENCE_SECS);
    let next = ages.iter().map(|age| if age.due() <= now { later } else { age.due() }).min();
    next.unwrap_or(later)
}
