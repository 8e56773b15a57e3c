//! When signatures must be made again, and when somebody must be told that they were not.

use jiff::{SignedDuration, Timestamp as Moment};

use super::{
    metadata::{Metadata, ROOT, SNAPSHOT, TARGETS, TIMESTAMP},
    published::{Published, Signed},
    wanted::Lifetimes,
};

/// What part of its life a signature has behind it, by sevenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Less than a seventh.
    Fresh,
    /// A seventh: it is to be made again.
    Due,
    /// Two sevenths: it should have been made again, and was not. An alarm.
    Late,
    /// All of it: clients refuse the repository.
    Expired,
}

impl Freshness {
    /// That of a signature with so much of its lifetime left.
    pub fn of(left: SignedDuration, lifetime: SignedDuration) -> Self {
        let sevenths = |count: i32| (lifetime / 7).saturating_mul(count);
        if left <= SignedDuration::ZERO {
            Self::Expired
        } else if left < sevenths(5) {
            Self::Late
        } else if left <= sevenths(6) {
            Self::Due
        } else {
            Self::Fresh
        }
    }
}

/// How old a role's signatures are.
#[derive(Clone, Debug, PartialEq)]
pub struct Age {
    /// The role.
    pub role: String,
    /// The version that is published.
    pub version: u64,
    /// When it expires.
    pub expires: Moment,
    /// How long until then; negative once it is past.
    pub left: SignedDuration,
    /// What part of its life is left, between 0 and 1: a gauge.
    pub part_left: f64,
    /// What that means.
    pub freshness: Freshness,
}

/// How old the signatures of all published roles are: the four in the order of the specification, then channels by
/// name.
pub fn ages(published: &Published, lifetimes: &Lifetimes, now: Moment) -> Vec<Age> {
    let mut ages = Vec::new();
    let mut tell = |role: &str, signed: Option<(u64, Moment)>| {
        let Some((version, expires)) = signed else { return };
        let (left, lifetime) = (expires.duration_since(now), lifetimes.of(role));
        ages.push(Age {
            role: role.to_owned(),
            version,
            expires,
            left,
            part_left: (left.as_secs_f64() / lifetime.as_secs_f64()).clamp(0.0, 1.0),
            freshness: Freshness::of(left, lifetime),
        });
    };
    tell(ROOT, published.root.as_ref().map(facts));
    tell(TARGETS, published.targets.as_ref().map(facts));
    tell(SNAPSHOT, published.snapshot.as_ref().map(facts));
    tell(TIMESTAMP, published.timestamp.as_ref().map(facts));
    for (role, signed) in &published.channels {
        tell(role, Some(facts(signed)));
    }
    ages
}

fn facts<M: Metadata>(signed: &Signed<M>) -> (u64, Moment) {
    (signed.metadata.version(), signed.metadata.expires().moment())
}
