//! How `OpenShift`'s channels get their releases: from the channel that feeds them, after a while, unless a tombstone says no.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    openshift::{Channel, GraphData, pattern},
    time::{duration, epoch, shown},
};

/// Releases are held against feeders so often; `OpenShift`'s whole history needs some ten thousand.
const MOST_LOOKS: usize = 2_000_000;

/// Longer chains of channels that feed each other are a circle.
const LONGEST_CHAIN: usize = 16;

/// Whether a release goes from its feeder to a channel.
enum Passage {
    /// Never.
    Buried,
    /// At some time, if that can be told.
    Due(Option<i64>),
}

impl GraphData {
    /// Lets channels take the releases of their feeders that have waited long enough, as far as it is known since when. What
    /// a channel takes counts as arrived there when it was due, so that channels behind it take it in their turn.
    ///
    /// *Units*: seconds since 1970. *Cost*: releases of feeders times channels that they feed, up to a bound; what lies
    /// beyond stays where it is, and is told.
    pub fn promote(&mut self, now_epoch: i64) {
        let mut looks = 0;
        for _ in 0..LONGEST_CHAIN {
            let mut taken: Vec<(usize, String, i64)> = Vec::new();
            let whole = self.each(&mut looks, |place, version, passage| {
                if let Passage::Due(Some(due)) = passage
                    && due <= now_epoch
                {
                    taken.push((place, version.to_owned(), due));
                }
            });
            if !whole {
                self.troubles
                    .push("there are more releases in feeders than can be looked at".to_owned());
                return;
            }
            if taken.is_empty() {
                return;
            }
            for (place, version, due) in taken {
                if let Some(channel) = self.channels.get_mut(place) {
                    let arrival = shown(due).replace(" UTC", ":00Z").replace(' ', "T");
                    channel.arrivals.insert(version.clone(), arrival);
                    channel.versions.push(version);
                }
            }
        }
    }

    /// Why channels do not offer releases of their feeders, by release and channel.
    pub(super) fn waits(&self, troubles: &mut Vec<String>) -> BTreeMap<(String, String), String> {
        let mut waits = BTreeMap::new();
        let mut looks = 0;
        let whole = self.each(&mut looks, |place, version, passage| {
            let Some(channel) = self.channels.get(place) else { return };
            let Some(feeder) = &channel.feeder else { return };
            let why = match passage {
                Passage::Buried => format!(
                    "it is kept out of it for good, by a tombstone in {} or there",
                    feeder.name
                ),
                Passage::Due(Some(due)) => {
                    format!("it waits in {} until {}", feeder.name, shown(due))
                }
                Passage::Due(None) if feeder.delay.is_empty() => {
                    format!("it waits in {}", feeder.name)
                }
                Passage::Due(None) => format!(
                    "it waits in {}, which hands releases on after {}",
                    feeder.name, feeder.delay
                ),
            };
            waits.insert((version.to_owned(), channel.name.clone()), why);
        });
        if !whole {
            troubles.push("there are more releases in feeders than can be looked at".to_owned());
        }
        waits
    }

    /// Looks at every release that a channel could take from its feeder and has not; `false` where these are too many.
    fn each(&self, looks: &mut usize, mut look: impl FnMut(usize, &str, Passage)) -> bool {
        let by_name: BTreeMap<&str, &Channel> =
            self.channels.iter().map(|channel| (channel.name.as_str(), channel)).collect();
        for (place, channel) in self.channels.iter().enumerate() {
            let Some(feeder) = &channel.feeder else { continue };
            let Some(source) = by_name.get(feeder.name.as_str()) else { continue };
            *looks = looks.saturating_add(channel.versions.len() + source.versions.len() + 1);
            if *looks > MOST_LOOKS {
                return false;
            }
            let own: BTreeSet<&str> = channel.versions.iter().map(String::as_str).collect();
            let buried: BTreeSet<&str> =
                channel.tombstones.iter().chain(&source.tombstones).map(String::as_str).collect();
            let filter = pattern(&feeder.filter);
            let passes = |version: &str| {
                feeder.filter.is_empty() || filter.as_ref().is_some_and(|it| it.is_match(version))
            };
            let delay = if feeder.delay.is_empty() { None } else { duration(&feeder.delay) };
            let left = source.versions.iter().filter(|it| !own.contains(it.as_str()) && passes(it));
            for version in left {
                let arrival = source.arrivals.get(version).and_then(|text| epoch(text));
                let due =
                    arrival.zip(delay).and_then(|(arrival, delay)| arrival.checked_add(delay));
                let is_buried = buried.contains(version.as_str());
                look(place, version, if is_buried { Passage::Buried } else { Passage::Due(due) });
            }
        }
        true
    }
}
