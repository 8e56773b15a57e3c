//! The smallest change of a bundle that meets a need: another version of one pin, or one more pin.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, HashMap},
};

use super::seats::Seats;
use crate::{Kind, NameId, Need, RankSet, Release};

/// How many versions of a component are tried, nearest first.
const MOST_TRIED: usize = 64;

/// Finds cures; what all pins ask of a component is worked out once.
pub(super) struct Cures<'s, 'a> {
    seats: &'s Seats<'a>,
    /// What pinned releases ask, by target, with who asks.
    asked: OnceCell<HashMap<NameId, Vec<(NameId, Need)>>>,
    /// Versions that everybody but one pin accepts, by component and that pin.
    accepted: RefCell<BTreeMap<(NameId, Option<NameId>), RankSet>>,
}

impl<'s, 'a> Cures<'s, 'a> {
    /// *Cost*: nothing, until something is to be cured.
    pub(super) fn new(seats: &'s Seats<'a>) -> Self {
        Self { seats, asked: OnceCell::new(), accepted: RefCell::default() }
    }

    /// What pinned releases ask, by target.
    fn asked(&self) -> &HashMap<NameId, Vec<(NameId, Need)>> {
        self.asked.get_or_init(|| {
            let mut asked: HashMap<NameId, Vec<(NameId, Need)>> = HashMap::new();
            for (_, release) in self.seats.releases() {
                for need in release.needs.iter().filter(|need| need.kind.binds()) {
                    asked.entry(need.target).or_default().push((release.name, *need));
                }
            }
            asked
        })
    }

    /// Another version of a pinned release that suits what the bundle runs on, and everything else in it.
    pub(super) fn of_environment(&self, release: &Release) -> Option<String> {
        let other = self.nearest(release.name, release.rank, None, None)?;
        let name = self.seats.catalogue.family(release.name)?.name();
        Some(format!("pin {name} {}", other.version()))
    }

    /// A cure of a need that a pinned version does not meet: another version of it, or of who asks.
    pub(super) fn of_unfit(&self, need: Need, asker: &'a Release) -> Option<String> {
        let target = self.seats.of(need.target)?;
        // What is told as advice must be met here too.
        let moved = target
            .release
            .and_then(|pinned| self.nearest(need.target, pinned.rank, Some(need), None));
        let moved = moved.or_else(|| self.newest(need));
        let other = self.nearest(asker.name, asker.rank, None, Some(need));
        let pin = |release: &Release| {
            let name = self.seats.catalogue.family(release.name).map_or("", |family| family.name());
            format!("{name} {}", release.version())
        };
        match (moved, other) {
            (Some(moved), Some(other)) => Some(format!("pin {}, or {}", pin(moved), pin(other))),
            (Some(only), None) | (None, Some(only)) => Some(format!("pin {}", pin(only))),
            (None, None) => None,
        }
    }

    /// A cure of a need of something that is not pinned.
    pub(super) fn of_missing(&self, need: Need, asker: &'a Release) -> Option<String> {
        if let Some(release) = self.newest(need) {
            let name = self.seats.catalogue.family(need.target)?.name();
            return Some(format!("add {name} {}", release.version()));
        }
        let other = self.nearest(asker.name, asker.rank, None, Some(need))?;
        let name = self.seats.catalogue.family(asker.name)?.name();
        Some(format!("pin {name} {}, which does not need it", other.version()))
    }

    /// The newest release that a need and everybody else accept.
    fn newest(&self, need: Need) -> Option<&'a Release> {
        let mut ranks = self.accepted(need.target, None);
        keep(&mut ranks, self.seats, need);
        let releases = self.seats.catalogue.releases(need.target);
        let fitting = ranks.iter().rev().filter_map(|rank| releases.get(rank));
        fitting.take(MOST_TRIED).find(|release| self.is_content(release))
    }

    /// The release nearest to a pinned one that everybody else accepts and whose own needs are met; the newer of two.
    ///
    /// `wanted` is a need that it must meet, `cured` one that it must not have unmet as its own.
    fn nearest(
        &self,
        name: NameId,
        rank: usize,
        wanted: Option<Need>,
        cured: Option<Need>,
    ) -> Option<&'a Release> {
        let mut ranks = self.accepted(name, Some(name));
        if let Some(need) = wanted {
            keep(&mut ranks, self.seats, need);
        }
        let releases = self.seats.catalogue.releases(name);
        let mut ranks: Vec<_> = ranks.iter().filter(|other| *other != rank).collect();
        ranks.sort_by_key(|other| (other.abs_diff(rank), *other < rank));
        let fitting = ranks.into_iter().take(MOST_TRIED).filter_map(|rank| releases.get(rank));
        let mut fitting = fitting.filter(|release| self.is_content(release));
        fitting.find(|release| {
            let is_cured = |need: Need| {
                let same = release.needs.iter().filter(|own| own.target == need.target);
                same.copied().all(|own| super::requirements::holds(self.seats, own))
            };
            cured.is_none_or(is_cured)
        })
    }

    /// Whether all that a release asks is met by the other pins, and it may stand in this bundle.
    fn is_content(&self, release: &Release) -> bool {
        let version = release.version();
        let is_allowed = version.error().is_none()
            && !(self.seats.bundle.is_final && version.version().is_prerelease())
            && !release.manifest.origin.is_untagged();
        is_allowed
            && release.needs.iter().filter(|need| need.kind.binds()).all(|need| {
                need.target == release.name || super::requirements::holds(self.seats, *need)
            })
            && super::environment::suits(self.seats.bundle, &release.manifest)
    }

    /// The ranks of a component that all pins but one accept.
    fn accepted(&self, name: NameId, but: Option<NameId>) -> RankSet {
        if let Some(known) = self.accepted.borrow().get(&(name, but)) {
            return known.clone();
        }
        let mut ranks = RankSet::all(self.seats.catalogue.releases(name).len());
        for (asker, need) in self.asked().get(&name).into_iter().flatten() {
            if Some(*asker) != but {
                keep(&mut ranks, self.seats, *need);
            }
        }
        self.accepted.borrow_mut().insert((name, but), ranks.clone());
        ranks
    }
}

/// Keeps the ranks that a need leaves.
fn keep(ranks: &mut RankSet, seats: &Seats<'_>, need: Need) {
    let admitted = seats.catalogue.admitted(need.range);
    if need.kind == Kind::Conflict {
        ranks.subtract(admitted);
    } else {
        ranks.intersect(admitted);
    }
}
