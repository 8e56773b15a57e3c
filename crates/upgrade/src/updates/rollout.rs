//! Updates that reach a growing share of installations.

/// A release that is offered to some first.
///
/// *Units*: times in seconds since 1970, shares from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollout {
    /// When it begins.
    pub start_epoch: i64,
    /// The share at the beginning.
    pub start_share: f64,
    /// After how many minutes it reaches everybody; without it, the share stays where it is.
    pub duration_minutes: Option<u64>,
}

impl Rollout {
    /// The share that is offered the release at a time. It grows evenly.
    pub fn share(&self, now_epoch: i64) -> f64 {
        if now_epoch < self.start_epoch {
            return 0.0;
        }
        let start = self.start_share.clamp(0.0, 1.0);
        let Some(minutes) = self.duration_minutes else { return start };
        let elapsed = now_epoch.saturating_sub(self.start_epoch);
        let whole = i64::try_from(minutes.saturating_mul(60)).unwrap_or(i64::MAX);
        if elapsed >= whole {
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of a rollout are few")]
        let done = elapsed as f64 / whole as f64;
        start + (1.0 - start) * done
    }

    /// Whether an installation is offered the release: its wariness, from 0 to 1, is how long it would rather wait.
    pub fn is_offered(&self, wariness: f64, now_epoch: i64) -> bool {
        wariness <= self.share(now_epoch)
    }
}

/// The place of an installation among all, from 0 to 99: always the same for one installation and one release, and as good
/// as random between installations.
pub fn bucket(installation: &str, release: &str) -> u8 {
    // FNV-1a: short, known, and the same everywhere.
    let bytes = installation.bytes().chain([0]).chain(release.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The upper bits are the better mixed ones.
    u8::try_from((hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 100).unwrap_or_default()
}
