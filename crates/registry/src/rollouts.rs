//! Rollouts: a release reaches clients in turn, by time alone.

use trainyard_upgrade::updates::bucket;

use crate::{
    Moment,
    channels::Channel,
    offers::{Client, Reason, ReasonKind},
    risks::Rollout,
};

impl Rollout {
    /// How many percent of clients are offered the release at a moment.
    pub fn percent(&self, now: Moment) -> u8 {
        if let Some(paused) = self.paused {
            return paused.min(100);
        }
        if now < self.starts {
            return 0;
        }
        let first = u64::from(self.first_percent.min(100));
        let Some(lasts) = self.lasts_secs else { return self.first_percent.min(100) };
        let passed = now.secs().saturating_sub(self.starts.secs());
        if passed >= lasts {
            return 100;
        }
        let grown = first + (100 - first) * passed / lasts.max(1);
        u8::try_from(grown).unwrap_or(100)
    }

    /// Whether it says that it goes on, and never will: at nothing, with nothing to grow by. What shall reach nobody is stopped.
    pub(crate) fn reaches_nobody(&self) -> bool {
        self.paused.is_none() && self.first_percent == 0 && self.lasts_secs.is_none()
    }

    /// When it reaches a place, where time alone brings it there.
    pub fn reaches(&self, place: u8) -> Option<Moment> {
        if self.paused.is_some() {
            return None;
        }
        let first = self.first_percent.min(100);
        if place < first {
            return Some(self.starts);
        }
        let lasts = self.lasts_secs?;
        let wanted = u64::from(place.min(99) + 1 - first);
        let secs = wanted.saturating_mul(lasts).div_ceil(u64::from(100 - first).max(1));
        Some(self.starts.plus_secs(secs))
    }
}

impl Client {
    /// Where it stands in the rollout of a version, from 0 to 99. Who tells nothing of itself comes last.
    fn place(&self, version: &str) -> u8 {
        let by_id = || self.id.as_ref().map(|id| bucket(id, version));
        self.wariness.map(|it| it.min(99)).or_else(by_id).unwrap_or(99)
    }
}

/// What keeps a version of a channel from a client now.
pub(crate) fn withheld(
    channel: &Channel,
    client: &Client,
    version: &str,
    now: Moment,
) -> Option<Reason> {
    let rollout = channel.rollouts.get(version)?;
    let place = client.place(version);
    let percent = rollout.percent(now);
    if place < percent {
        return None;
    }
    let text = match rollout.paused {
        Some(_) => format!("the rollout of {version} is paused at {percent} % of clients"),
        None => format!("the rollout of {version} has reached {percent} % of clients"),
    };
    let until = rollout.reaches(place);
    let remedy = match until {
        Some(_) => "wait, or ask with a smaller wariness",
        None => "ask those who roll it out",
    };
    Some(Reason { until, ..Reason::new(ReasonKind::RollingOut, text).remedy(remedy) })
}
