//! The smallest change of a bundle that meets a need: another version of one pin, or one more pin.

use std::cell::{Cell, OnceCell};

use super::seats::Seats;
use crate::{Kind, NameId, Need, RankSet, Release};

/// How many versions of a component are tried, nearest first.
const MOST_TRIED: usize = 64;

/// By rank, what was found out of a release.
type Answers = Vec<Cell<Option<bool>>>;

/// Finds cures; what all pins ask of a component is worked out once.
pub(super) struct Cures<'s, 'a> {
    seats: &'s Seats<'a>,
    asked: OnceCell<Asked>,
    /// By name: versions that everybody accepts, and that everybody but the component's own pin accepts.
    accepted: OnceCell<Vec<[OnceCell<RankSet>; 2]>>,
    /// By name and rank, whether a release is content, as far as that was asked.
    content: OnceCell<Vec<OnceCell<Answers>>>,
}

/// What pinned releases ask, by target.
struct Asked {
    /// Needs with who asks, those of one target together.
    needs: Vec<(NameId, Need)>,
    /// Where those of each name end in `needs`.
    ends: Vec<usize>,
}

impl Asked {
    fn new(seats: &Seats<'_>) -> Self {
        let mut needs = Vec::new();
        for (_, release) in seats.releases() {
            let binding = release.needs.iter().filter(|need| need.kind.binds());
            needs.extend(binding.map(|need| (release.name, *need)));
        }
        needs.sort_by_key(|(_, need)| need.target);
        let mut ends = vec![0; seats.catalogue.names()];
        for (end, (_, need)) in (1..).zip(&needs) {
            if let Some(last) = ends.get_mut(index(need.target)) {
                *last = end;
            }
        }
        // Nothing is asked of some.
        let mut before = 0;
        for end in &mut ends {
            before = before.max(*end);
            *end = before;
        }
        Self { needs, ends }
    }

    fn of(&self, name: NameId) -> &[(NameId, Need)] {
        let end = |index: usize| self.ends.get(index).copied();
        let start = index(name).checked_sub(1).and_then(end).unwrap_or_default();
        let end = end(index(name)).unwrap_or_default();
        self.needs.get(start..end).unwrap_or_default()
    }
}

impl<'s, 'a> Cures<'s, 'a> {
    /// *Cost*: nothing, until something is to be cured.
    pub(super) fn new(seats: &'s Seats<'a>) -> Self {
        Self { seats, asked: OnceCell::new(), accepted: OnceCell::new(), content: OnceCell::new() }
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
        let name = |release: &Release| {
            self.seats.catalogue.family(release.name).map_or("", |family| family.name())
        };
        let mut cure = String::with_capacity(80);
        for release in [moved, other].into_iter().flatten() {
            cure.push_str(if cure.is_empty() { "pin " } else { ", or " });
            cure.push_str(name(release));
            cure.push(' ');
            cure.push_str(release.version().text());
        }
        (!cure.is_empty()).then_some(cure)
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
        let mut ranks = self.accepted(need.target, false).clone();
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
        let wanted = wanted
            .map(|need| (self.seats.catalogue.admitted(need.range), need.kind != Kind::Conflict));
        let ranks = around(self.accepted(name, true), rank).filter(|rank| {
            wanted.is_none_or(|(admitted, is_in)| admitted.contains(*rank) == is_in)
        });
        let releases = self.seats.catalogue.releases(name);
        let fitting = ranks.take(MOST_TRIED).filter_map(|rank| releases.get(rank));
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
        let tables =
            self.content.get_or_init(|| vec![<_>::default(); self.seats.catalogue.names()]);
        let table = tables.get(index(release.name)).map(|table| {
            let count = self.seats.catalogue.releases(release.name).len();
            table.get_or_init(|| vec![Cell::new(None); count])
        });
        let Some(known) = table.and_then(|table| table.get(release.rank)) else {
            return self.looks_content(release);
        };
        let is_content = known.get().unwrap_or_else(|| self.looks_content(release));
        known.set(Some(is_content));
        is_content
    }

    fn looks_content(&self, release: &Release) -> bool {
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

    /// The ranks of a component that all pins accept; without its own, where that is going to be another.
    fn accepted(&self, name: NameId, is_moved: bool) -> &RankSet {
        static NONE: RankSet = RankSet::empty();
        let tables =
            self.accepted.get_or_init(|| vec![<_>::default(); self.seats.catalogue.names()]);
        let Some(known) = tables.get(index(name)) else { return &NONE };
        known[usize::from(is_moved)].get_or_init(|| {
            let mut ranks = RankSet::all(self.seats.catalogue.releases(name).len());
            for (asker, need) in self.asked.get_or_init(|| Asked::new(self.seats)).of(name) {
                if !(is_moved && *asker == name) {
                    keep(&mut ranks, self.seats, *need);
                }
            }
            ranks
        })
    }
}

fn index(name: NameId) -> usize {
    usize::try_from(name.0).unwrap_or(usize::MAX)
}

/// The ranks of a set but for one, nearest to that one first, the higher of two.
fn around(ranks: &RankSet, middle: usize) -> impl Iterator<Item = usize> {
    let mut above = ranks.iter().skip_while(move |rank| *rank <= middle).peekable();
    let mut below = ranks.iter().rev().skip_while(move |rank| *rank >= middle).peekable();
    std::iter::from_fn(move || match (above.peek(), below.peek()) {
        (Some(high), Some(low)) if middle - low < high - middle => below.next(),
        (Some(_), _) => above.next(),
        (None, _) => below.next(),
    })
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
