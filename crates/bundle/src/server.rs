//! The lowest server that a bundle runs on, and who demands it (policy row A23).

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use trainyard_version::VersionSet;

use crate::{Bundle, Catalogue, Place, flavours::pinned_release};

/// What a bundle's members ask of the server together.
#[derive(Clone, Debug, Default)]
pub struct ServerDemand {
    /// The lowest version, where any member asks for one: `1.4.0`, or `above 1.4.0`.
    pub minimum: Option<String>,
    /// Who asks for just that.
    pub demanded_by: Vec<Demand>,
    /// The versions that satisfy all members; `None` where nobody asks for anything.
    pub admitted: Option<VersionSet>,
    /// Who takes part, if no version satisfies all.
    pub clash: Vec<Demand>,
}

/// A member with what it asks of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The member.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it asks for, as written.
    pub range: String,
    /// Where that is written.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// Computes the lowest server from the members of a bundle.
///
/// Members that the catalogue does not know, and ranges that cannot be read, say nothing here; the check tells them.
///
/// *Cost*: linear in the pins.
pub fn server_demand(bundle: &Bundle, catalogue: &Catalogue) -> ServerDemand {
    let mut demand = ServerDemand::default();
    let mut highest: Option<(Bound<trainyard_version::Point>, Vec<Demand>)> = None;
    let mut all = Vec::new();
    for release in bundle.pins.iter().filter_map(|pin| pinned_release(catalogue, pin)) {
        let manifest = &release.manifest;
        let Some(need) = &manifest.environment.server else { continue };
        if need.range.is_any() || need.range.error().is_some() {
            continue;
        }
        let asked = Demand {
            name: manifest.name.clone(),
            version: manifest.version.text().to_owned(),
            range: need.range.text().to_owned(),
            place: need.place.clone(),
        };
        let set = need.range.set();
        let lower = set.intervals().next().map(|(low, _)| low.clone());
        if let Some(lower) = lower.filter(|lower| *lower != Bound::Unbounded) {
            match &mut highest {
                Some((known, _)) if is_above(known, &lower) => {}
                Some((known, who)) if *known == lower => who.push(asked.clone()),
                _ => highest = Some((lower, vec![asked.clone()])),
            }
        }
        let before = demand.admitted.take().unwrap_or_else(VersionSet::full);
        demand.admitted = Some(before.intersection(&set));
        all.push(asked);
    }
    if let Some((lower, who)) = highest {
        demand.minimum = match lower {
            Bound::Included(point) => Some(point.to_string()),
            Bound::Excluded(point) => Some(format!("above {point}")),
            Bound::Unbounded => None,
        };
        demand.demanded_by = who;
    }
    if demand.admitted.as_ref().is_some_and(VersionSet::is_empty) {
        demand.clash = all;
    }
    demand
}

/// Whether a lower bound leaves out more than another.
fn is_above(
    left: &Bound<trainyard_version::Point>,
    right: &Bound<trainyard_version::Point>,
) -> bool {
    let rank = |bound: &Bound<trainyard_version::Point>| match bound {
        Bound::Unbounded => None,
        Bound::Included(point) => Some((point.clone(), false)),
        Bound::Excluded(point) => Some((point.clone(), true)),
    };
    rank(left) > rank(right)
}
