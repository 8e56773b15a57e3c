//! A catalogue and a request as the solver sees them: packages, ranks, and numbers for who says what.

use std::cmp::Reverse;

use trainyard_solve::{
    Assignment, Catalogue as Packages, Clause, Need, Origin, PackageId, RankSet, Term,
};

use super::request::{Request, Want};
use crate::{Bundle, Catalogue, Kind, NameId, Numbered, RangeId, Release, Requirement};

/// Why a clause is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// One of the request's wants.
    Wanted(usize),
    /// One of the request's optional wants.
    Optional(usize),
    /// A component that keeps its release.
    Held(NameId),
    /// One of the request's exclusions.
    Excluded(usize),
    /// Pre-releases of a component are not allowed.
    Prerelease(NameId),
    /// Commits of a component without a tag are no releases.
    Untagged(NameId),
    /// Releases of a component came after the day that was named.
    Later(NameId),
    /// Releases of a component do not run where the bundle must run.
    Elsewhere(NameId, Surrounding),
    /// A requirement: the release that says so (of several, the newest) and the place among its requirements.
    Needed {
        /// The component that asks.
        by: NameId,
        /// The catalogue's rank of its newest release that asks.
        rank: usize,
        /// The place among that release's requirements.
        requirement: usize,
    },
}

/// What a release may refuse to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surrounding {
    Server,
    Launcher,
    Python,
    Platform,
}

impl Surrounding {
    const ALL: [Self; 4] = [Self::Server, Self::Launcher, Self::Python, Self::Platform];

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Launcher => "launcher",
            Self::Python => "Python",
            Self::Platform => "platform",
        }
    }
}

/// A catalogue with its releases in the solver's order.
///
/// It is made once and asked often. *Cost*: linear in releases and requirements.
#[derive(Debug)]
pub struct Space<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) packages: Packages,
    /// By package, from the solver's rank to the catalogue's.
    ranks: Vec<Vec<usize>>,
    /// By origin.
    reasons: Vec<Reason>,
}

impl<'a> Space<'a> {
    /// Reads a catalogue.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        let mut packages = Packages::new();
        let mut ranks = Vec::new();
        for (name, _) in catalogue.families() {
            let order = newest_first(catalogue.releases(name));
            packages.add_package(count(order.len()));
            ranks.push(order);
        }
        let mut space = Self { catalogue, packages, ranks, reasons: Vec::new() };
        for (name, _) in catalogue.families() {
            space.add_requirements(name);
        }
        space.packages = std::mem::take(&mut space.packages).sealed();
        space
    }

    /// The package of a component.
    pub(super) fn package(name: NameId) -> PackageId {
        PackageId(name.0)
    }

    /// The component of a package.
    pub(super) fn name(package: PackageId) -> NameId {
        NameId(package.0)
    }

    /// The release behind a candidate.
    pub(super) fn release(&self, package: PackageId, rank: u32) -> Option<&'a Release> {
        let order = self.ranks.get(usize::try_from(package.0).ok()?)?;
        let rank = order.get(usize::try_from(rank).ok()?)?;
        self.catalogue.releases(Self::name(package)).get(*rank)
    }

    /// The releases of a component as candidates, the newest first.
    pub(super) fn candidates(&self, name: NameId) -> impl Iterator<Item = (u32, &'a Release)> {
        let order = self.ranks.get(usize::try_from(name.0).unwrap_or(usize::MAX));
        let releases = self.catalogue.releases(name);
        let order = order.map(Vec::as_slice).unwrap_or_default();
        (0..).zip(order.iter().filter_map(|rank| releases.get(*rank)))
    }

    /// The candidates for which something holds.
    pub(super) fn which(&self, name: NameId, holds: impl Fn(&Release) -> bool) -> RankSet {
        let fitting = self.candidates(name).filter(|(_, release)| holds(release));
        fitting.map(|(rank, _)| rank).collect()
    }

    /// The requirement behind a reason.
    pub(super) fn requirement(&self, reason: Reason) -> Option<&'a Requirement> {
        let Reason::Needed { by, rank, requirement } = reason else { return None };
        self.catalogue.releases(by).get(rank)?.manifest.requirements.get(requirement)
    }

    /// A component's requirements: one clause for all releases that ask the same.
    fn add_requirements(&mut self, name: NameId) {
        let mut asked: Vec<Asked> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for (rank, release) in self.candidates(name) {
            for (requirement, need) in release.needs.iter().enumerate() {
                if !need.kind.binds() || need.target == name {
                    continue;
                }
                let key = (need.target, need.range, need.kind);
                let place = *known.entry(key).or_insert_with(|| {
                    let reason = Reason::Needed { by: name, rank: release.rank, requirement };
                    asked.push(Asked { need: *need, when: RankSet::empty(), reason });
                    asked.len() - 1
                });
                if let Some(asked) = asked.get_mut(place) {
                    asked.when.insert(rank);
                }
            }
        }
        for Asked { need, when, reason } in asked {
            let origin = self.origin(reason);
            for need in self.needs(need.target, need.range, need.kind) {
                let clause = Clause::new(origin, need);
                self.packages.add_among(Self::package(name), when.clone(), clause);
            }
        }
    }

    /// A new origin for a reason.
    fn origin(&mut self, reason: Reason) -> Origin {
        self.reasons.push(reason);
        Origin(count(self.reasons.len() - 1))
    }

    /// What a requirement asks of the solver, with those that stand in for the target.
    fn needs(&self, target: NameId, range: RangeId, kind: Kind) -> Vec<Need> {
        let Some(known) = self.catalogue.range(range) else { return Vec::new() };
        let admitted = self.catalogue.admitted(range);
        let own = Term::new(
            Self::package(target),
            self.which(target, |release| admitted.contains(release.rank)),
        );
        let others = self.stand_ins(target, |version| known.admits(version));
        match kind {
            Kind::Hard => {
                let admitted = others.into_iter().map(|(name, fits, _)| (name, fits));
                let terms = admitted.map(|(name, ranks)| Term::new(Self::package(name), ranks));
                vec![Need::AnyOf(std::iter::once(own).chain(terms).collect())]
            }
            Kind::Upper | Kind::Soft => {
                let others = others.into_iter().map(|(name, _, fails)| self.not(name, &fails));
                std::iter::once(Need::AbsentOr(own)).chain(others).collect()
            }
            Kind::Conflict => {
                let others = others.into_iter().map(|(name, fits, _)| self.not(name, &fits));
                std::iter::once(self.not(target, &own.ranks)).chain(others).collect()
            }
            Kind::Advisory => Vec::new(),
        }
    }

    fn not(&self, name: NameId, forbidden: &RankSet) -> Need {
        let package = Self::package(name);
        Need::conflict(package, self.packages.candidates(package), forbidden)
    }

    /// Components whose releases stand in for another: which of them do so with a version that fits, and which do with
    /// one that does not.
    fn stand_ins(
        &self,
        target: NameId,
        fits: impl Fn(&Numbered) -> bool,
    ) -> Vec<(NameId, RankSet, RankSet)> {
        let Some(family) = self.catalogue.family(target) else { return Vec::new() };
        let mut found: Vec<(NameId, RankSet, RankSet)> = Vec::new();
        for (id, counts_as) in family.providers() {
            let Some(release) = self.catalogue.release(*id) else { continue };
            if release.name == target {
                continue;
            }
            let order = self.ranks.get(usize::try_from(release.name.0).unwrap_or(usize::MAX));
            let place = order.and_then(|order| order.iter().position(|at| *at == release.rank));
            let Some(rank) = place.map(count) else { continue };
            let index = found.iter().position(|(name, ..)| *name == release.name);
            let index = index.unwrap_or_else(|| {
                found.push((release.name, RankSet::empty(), RankSet::empty()));
                found.len() - 1
            });
            let Some((_, good, bad)) = found.get_mut(index) else { continue };
            let fits = fits(counts_as.as_ref().unwrap_or(release.version()));
            if fits { good.insert(rank) } else { bad.insert(rank) }
        }
        found
    }

    /// The clauses of a request, and why each is there by origin.
    pub(super) fn ask(&self, request: &Request) -> Asking {
        let mut asking = Asking { first: count(self.reasons.len()), ..Asking::default() };
        for (index, want) in request.wants.iter().enumerate() {
            self.ask_for(&mut asking, Reason::Wanted(index), want);
        }
        for name in &request.holds {
            let Some(name) = self.catalogue.name(name) else { continue };
            let pinned = self.pinned(request.current.as_ref(), name);
            asking.add(Reason::Held(name), Need::one(Self::package(name), pinned));
        }
        for (index, want) in request.exclusions.iter().enumerate() {
            let Some(name) = self.catalogue.name(&want.name) else { continue };
            let gone = self.which(name, |release| want.range.admits(release.version()));
            asking.add(Reason::Excluded(index), self.not(name, &gone));
        }
        for (name, family) in self.catalogue.families() {
            if !family.is_empty() {
                self.filter(&mut asking, request, name, family.name());
            }
        }
        asking
    }

    /// Adds that a component must be there.
    pub(super) fn ask_for(&self, asking: &mut Asking, reason: Reason, want: &Want) {
        let Some(name) = self.catalogue.name(&want.name) else {
            return asking.add(reason, Need::AnyOf(Vec::new()));
        };
        let fitting = self.which(name, |release| want.range.admits(release.version()));
        let own = Term::new(Self::package(name), fitting);
        let others = self.stand_ins(name, |version| want.range.admits(version));
        let others = others.into_iter().map(|(name, fits, _)| Term::new(Self::package(name), fits));
        asking.add(reason, Need::AnyOf(std::iter::once(own).chain(others).collect()));
    }

    /// Adds which of a component's releases are out of the question.
    fn filter(&self, asking: &mut Asking, request: &Request, name: NameId, written: &str) {
        let mut keep = |reason: Reason, gone: RankSet| {
            if !gone.is_empty() {
                asking.add(reason, self.not(name, &gone));
            }
        };
        if !request.prereleases.allow(written) {
            let named = |release: &Release| names_it(request, written, release);
            let is_early = |release: &Release| release.version().version().is_prerelease();
            let gone = self.which(name, |release| is_early(release) && !named(release));
            keep(Reason::Prerelease(name), gone);
            let is_untagged = |release: &Release| release.manifest.origin.is_untagged();
            // A component that has nothing but commits is not held to tags.
            if !self.catalogue.releases(name).iter().all(is_untagged) {
                let gone = self.which(name, |release| is_untagged(release) && !named(release));
                keep(Reason::Untagged(name), gone);
            }
        }
        if let Some(day) = request.as_of {
            let is_later = |release: &Release| release.manifest.date.is_some_and(|date| date > day);
            keep(Reason::Later(name), self.which(name, is_later));
        }
        for surrounding in Surrounding::ALL {
            let gone = self.which(name, |release| !runs_on(request, surrounding, release));
            keep(Reason::Elsewhere(name, surrounding), gone);
        }
    }

    /// The candidates that a bundle pins.
    pub(super) fn pinned(&self, bundle: Option<&Bundle>, name: NameId) -> RankSet {
        let Some(family) = self.catalogue.family(name) else { return RankSet::empty() };
        let Some(pin) = bundle.and_then(|bundle| bundle.pin(family.name())) else {
            return RankSet::empty();
        };
        let releases = self.catalogue.find(name, &pin.version);
        let is_meant = |release: &&&Release| {
            pin.digest.as_ref().is_none_or(|digest| *digest == release.digest)
        };
        let Some(found) = releases.iter().find(is_meant) else { return RankSet::empty() };
        self.which(name, |release| release.rank == found.rank)
    }

    /// A bundle as the solver sees it; pins that the catalogue does not know are left out.
    pub(super) fn assignment(&self, bundle: &Bundle) -> Assignment {
        let pins = bundle.pins.iter().filter_map(|pin| {
            let name = self.catalogue.name(&pin.name)?;
            let rank = self.pinned(Some(bundle), name).iter().next()?;
            Some((Self::package(name), rank))
        });
        pins.collect()
    }

    /// Why a clause is there.
    pub(super) fn reason(&self, asking: &Asking, origin: Origin) -> Option<Reason> {
        let index = usize::try_from(origin.0).ok()?;
        let own = index.checked_sub(self.reasons.len());
        own.map_or_else(
            || self.reasons.get(index).copied(),
            |index| asking.reasons.get(index).copied(),
        )
    }
}

/// The clauses of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking {
    pub(super) clauses: Vec<Clause>,
    /// The first origin that is the request's own.
    first: u32,
    reasons: Vec<Reason>,
}

impl Asking {
    fn add(&mut self, reason: Reason, need: Need) {
        let origin = Origin(self.first.saturating_add(count(self.reasons.len())));
        self.reasons.push(reason);
        self.clauses.push(Clause::new(origin, need));
    }

    /// Takes back what was added after there were this many clauses.
    pub(super) fn truncate(&mut self, clauses: usize) {
        self.clauses.truncate(clauses);
        self.reasons.truncate(clauses);
    }
}

/// A requirement that several releases share.
struct Asked {
    need: crate::Need,
    when: RankSet,
    reason: Reason,
}

/// Ranks by version, the newest first; of one version the tagged content first, then the latest.
fn newest_first(releases: &[Release]) -> Vec<usize> {
    let mut order: Vec<_> = releases.iter().collect();
    order.sort_by(|left, right| {
        let key = |release: &Release| {
            (release.manifest.origin.tag.is_none(), Reverse(release.manifest.date), release.rank)
        };
        let version = right.version().version().cmp(left.version().version());
        version.then_with(|| key(left).cmp(&key(right)))
    });
    order.into_iter().map(|release| release.rank).collect()
}

/// Whether the request names this pre-release or commit itself: by a range that admits it and few others, or in what there is now.
fn names_it(request: &Request, name: &str, release: &Release) -> bool {
    let text = release.version().text();
    let wants = request.wants.iter().chain(&request.optional).filter(|want| want.name == name);
    let names = |want: &Want| want.range.text().contains(text);
    let is_pinned = request.current.as_ref().and_then(|bundle| bundle.pin(name));
    wants.into_iter().any(names) || is_pinned.is_some_and(|pin| pin.version == text)
}

fn runs_on(request: &Request, surrounding: Surrounding, release: &Release) -> bool {
    let environment = &release.manifest.environment;
    let given = &request.surroundings;
    let admits = |need: &Option<crate::EnvironmentNeed>, version: &Numbered| {
        need.as_ref().is_none_or(|need| need.range.admits(version))
    };
    match surrounding {
        Surrounding::Server => given.servers.iter().all(|it| admits(&environment.server, it)),
        Surrounding::Launcher => given.launcher.iter().all(|it| admits(&environment.launcher, it)),
        Surrounding::Python => given.python.iter().all(|it| admits(&environment.python, it)),
        Surrounding::Platform => {
            let platforms = &environment.platforms;
            platforms.is_empty() || given.platforms.iter().all(|it| platforms.contains(it))
        }
    }
}

/// More than four thousand million of anything do not fit into memory.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
