//! What replicas tell each other of the snapshots, through the database.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use trainyard_artifact::tuf::{Age, Envelope, Freshness, Lifetimes, Waiting};
use trainyard_attest::PublicKey;
use trainyard_registry::Moment;
use trainyard_store::{Snapshot, Store};

use super::super::JobError;

/// The name under which the database keeps it.
const NAME: &str = "signed-snapshots";
/// What comes before a role in the names of signatures that were handed in.
const OFFERED: &str = "signed-snapshots/offered/";

/// What is known of the published snapshots.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Kept {
    /// Names what they say.
    pub(crate) fingerprint: String,
    /// How many entries that rests on.
    pub(crate) size: u64,
    /// When the next signature is due.
    pub(crate) renew: Moment,
    /// When old files were last removed.
    pub(crate) collected: Moment,
    /// The newest root that was verified, which is where trust begins next time.
    pub(crate) root: Option<String>,
    /// How old the signatures are, by role.
    pub(crate) ages: Vec<KeptAge>,
    /// What lacks signatures.
    pub(crate) waiting: Vec<KeptWaiting>,
    /// Channels that cannot be published.
    pub(crate) left_out: Vec<String>,
}

/// Until when a role's signatures hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct KeptAge {
    pub(crate) role: String,
    pub(crate) version: u64,
    pub(crate) expires: Moment,
    pub(crate) lifetime_us: i64,
}

/// A file that lacks signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct KeptWaiting {
    pub(crate) role: String,
    pub(crate) signed: u32,
    pub(crate) threshold: u32,
    pub(crate) envelope: String,
}

/// A moment as the calendar has it.
pub(super) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX)
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl KeptAge {
    pub(super) fn new(age: &Age, lifetimes: &Lifetimes) -> Self {
        Self {
            role: age.role.clone(),
            version: age.version,
            expires: Moment(age.expires.as_microsecond()),
            lifetime_us: micros(lifetimes.of(&age.role)),
        }
    }

    /// What part of its life is left.
    pub(super) fn part_left(&self, now: Moment) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let part = self.left_us(now) as f64 / self.lifetime_us.max(1) as f64;
        part.clamp(0.0, 1.0)
    }

    pub(crate) fn freshness(&self, now: Moment) -> Freshness {
        let left = SignedDuration::from_micros(self.left_us(now));
        Freshness::of(left, SignedDuration::from_micros(self.lifetime_us))
    }

    /// When it is to be signed again.
    pub(super) fn due(&self) -> Moment {
        Moment(self.expires.0.saturating_sub(self.lifetime_us / 7 * 6))
    }

    fn left_us(&self, now: Moment) -> i64 {
        self.expires.0.saturating_sub(now.0)
    }
}

impl KeptWaiting {
    pub(super) fn new(waiting: &Waiting) -> Self {
        Self {
            role: waiting.role.clone(),
            signed: waiting.signed,
            threshold: waiting.threshold,
            envelope: String::from_utf8(waiting.envelope.to_bytes()).unwrap_or_default(),
        }
    }

    pub(super) fn envelope(&self) -> Option<Envelope> {
        Envelope::read(self.envelope.as_bytes()).ok()
    }

    /// Takes signatures over, and says how many.
    pub(super) fn add(&mut self, other: Option<&Envelope>, signers: &[PublicKey]) -> usize {
        let (Some(mut own), Some(other)) = (self.envelope(), other) else { return 0 };
        let taken = own.take_over(other, signers);
        self.envelope = String::from_utf8(own.to_bytes()).unwrap_or_default();
        taken
    }
}

impl Kept {
    /// What is kept; nothing where nothing was published yet.
    pub(super) async fn read(store: &Store) -> Result<Self, JobError> {
        let Some(kept) = store.snapshot(NAME).await? else { return Ok(Self::default()) };
        serde_json::from_slice(&kept.body).map_err(|_| JobError::Kept(NAME.to_owned()))
    }

    pub(super) async fn write(
        &self,
        store: &Store,
        size: u64,
        now: Moment,
    ) -> Result<(), JobError> {
        let body = serde_json::to_vec(self).map_err(|_| JobError::Kept(NAME.to_owned()))?;
        let snapshot = Snapshot { name: NAME.to_owned(), size, at_us: now.0, body };
        // A replica that knows more has written meanwhile; its job comes to the same.
        store.put_snapshot(&snapshot).await?;
        Ok(())
    }

    /// The signatures that were handed in for what waits.
    pub(super) async fn offered(&self, store: &Store) -> Result<Vec<Envelope>, JobError> {
        let mut offered = Vec::new();
        for waiting in &self.waiting {
            offered.extend(waiting.envelope());
            offered.extend(Self::handed_in(store, &waiting.role).await?);
        }
        Ok(offered)
    }

    /// What was handed in last for a role.
    pub(super) async fn handed_in(store: &Store, role: &str) -> Result<Option<Envelope>, JobError> {
        let kept = store.snapshot(&format!("{OFFERED}{role}")).await?;
        Ok(kept.and_then(|kept| Envelope::read(&kept.body).ok()))
    }

    /// Keeps what was signed for a role.
    pub(super) async fn offer(
        store: &Store,
        waiting: &KeptWaiting,
        now: Moment,
    ) -> Result<(), JobError> {
        let name = format!("{OFFERED}{}", waiting.role);
        let body = waiting.envelope.clone().into_bytes();
        store.put_snapshot(&Snapshot { name, size: 0, at_us: now.0, body }).await?;
        Ok(())
    }
}
