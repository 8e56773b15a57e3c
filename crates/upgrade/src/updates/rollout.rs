//! Updates that reach a growing share of installations.

use std::collections::BTreeMap;

use super::{
    graph::{Risk, UpdateGraph},
    time::shown,
};

/// Where Fedora `CoreOS`' nodes say when a rollout begins, in seconds since 1970.
pub(super) const START: &str = "org.fedoraproject.coreos.updates.start_epoch";
/// With which share, from 0 to 1.
pub(super) const SHARE: &str = "org.fedoraproject.coreos.updates.start_value";
/// How long it takes.
pub(super) const MINUTES: &str = "org.fedoraproject.coreos.updates.duration_minutes";

/// The name of the risk that stands for a rollout.
pub const ROLLOUT: &str = "rollout";

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
    /// What a release's metadata say; `None` where they say nothing of a rollout.
    pub fn of(metadata: &BTreeMap<String, String>) -> Option<Self> {
        let start_epoch = metadata.get(START);
        let share = metadata.get(SHARE);
        if start_epoch.is_none() && share.is_none() {
            return None;
        }
        let share = share.and_then(|text| text.parse::<f64>().ok());
        Some(Self {
            start_epoch: start_epoch.and_then(|text| text.parse().ok()).unwrap_or_default(),
            // What cannot be read is offered to nobody.
            start_share: share.filter(|share| share.is_finite()).unwrap_or_default(),
            duration_minutes: metadata.get(MINUTES).and_then(|text| text.parse().ok()),
        })
    }

    /// The same as metadata.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let mut metadata = BTreeMap::from([
            (START.to_owned(), self.start_epoch.to_string()),
            (SHARE.to_owned(), self.start_share.to_string()),
        ]);
        let minutes =
            self.duration_minutes.map(|minutes| (MINUTES.to_owned(), minutes.to_string()));
        metadata.extend(minutes);
        metadata
    }

    /// When an installation of some wariness is offered the release; `None` where the rollout stands still before.
    pub fn turn(&self, wariness: f64) -> Option<i64> {
        let start = self.start_share.clamp(0.0, 1.0);
        if wariness <= start {
            return Some(self.start_epoch);
        }
        let whole = self.duration_minutes?.saturating_mul(60);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a rollout takes some days, and a second more does not matter"
        )]
        let wait = ((wariness - start) / (1.0 - start) * whole as f64).ceil() as i64;
        Some(self.start_epoch.saturating_add(wait))
    }

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

/// Who asks for updates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Installation {
    /// What tells it from others.
    pub id: Option<String>,
    /// How long it would rather wait, from 0 to 1; it counts before the place that the id gives.
    pub wariness: Option<f64>,
}

impl Installation {
    /// Whether nobody said who asks.
    pub fn is_unknown(&self) -> bool {
        self.id.is_none() && self.wariness.is_none()
    }

    /// How long the installation waits for a release, from 0 to 1; `None` where nobody said who asks.
    pub fn wariness_of(&self, release: &str) -> Option<f64> {
        let by_id = || Some((f64::from(bucket(self.id.as_deref()?, release)) + 0.5) / 100.0);
        self.wariness.or_else(by_id)
    }
}

/// Blocks updates to releases that are not yet offered to an installation, and says when its turn comes. Where nobody says
/// who asks, such updates get a risk that tells the share.
///
/// *Units*: `now_epoch` is in seconds since 1970.
pub fn offer(graph: &mut UpdateGraph, installation: &Installation, now_epoch: i64) {
    let told: Vec<Option<(bool, Risk)>> = graph
        .releases()
        .iter()
        .map(|release| {
            let rollout = Rollout::of(&release.metadata)?;
            let share = rollout.share(now_epoch);
            let wariness = installation.wariness_of(&release.name);
            let has_begun = now_epoch >= rollout.start_epoch;
            let is_offered = match wariness {
                Some(wariness) => has_begun && wariness <= share,
                None => share >= 1.0,
            };
            let message = match wariness {
                _ if is_offered => return None,
                Some(wariness) => {
                    let turn = rollout.turn(wariness).map_or_else(
                        || "and the rollout stands still".to_owned(),
                        |turn| format!("and this installation's turn comes at {}", shown(turn)),
                    );
                    format!("offered to {} of installations now, {turn}", percent(share))
                }
                None => format!("offered to {} of installations now", percent(share)),
            };
            let risk = Risk { name: ROLLOUT.to_owned(), message, ..Risk::default() };
            Some((wariness.is_some(), risk))
        })
        .collect();
    for (_, to, edge) in graph.edges_mut() {
        if let Some(Some((is_blocked, risk))) = told.get(to) {
            let list = if *is_blocked { &mut edge.blocked } else { &mut edge.risks };
            list.push(risk.clone());
        }
    }
}

/// A share in percent, rounded down, so that 100 % means all.
fn percent(share: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "shares are from 0 to 1")]
    let percent = (share * 100.0).floor() as i64;
    format!("{percent} %")
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
