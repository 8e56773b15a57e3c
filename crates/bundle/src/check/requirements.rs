//! What pinned releases ask of each other.

use trainyard_report::{Code, Finding, Severity};

use super::{
    cure::Cures,
    seats::{Seat, Seats, at},
};
use crate::{Catalogue, Kind, Need, Place, Release, Requirement};

pub(super) fn check(seats: &Seats<'_>, cures: &Cures<'_, '_>, findings: &mut Vec<Finding>) {
    let mut broken = Vec::new();
    for (seat, release) in seats.releases() {
        for (index, need) in release.needs.iter().enumerate() {
            if !holds(seats, *need) || is_unpublished(seats.catalogue, *need) {
                broken.push(Broken { seat, release, need: *need, index });
            }
        }
    }
    findings.extend(broken.iter().filter_map(|broken| broken.finding(seats, cures)));
}

/// Whether a need is met, or none.
pub(super) fn holds(seats: &Seats<'_>, need: Need) -> bool {
    match (seats.of(need.target), need.kind) {
        (Some(target), Kind::Conflict) => !seats.admits(need, target),
        (Some(target), _) => seats.admits(need, target),
        (None, Kind::Hard) => seats.stand_in(need).is_some(),
        (None, Kind::Conflict) => seats.stand_in(need).is_none(),
        (None, Kind::Upper | Kind::Soft | Kind::Advisory) => true,
    }
}

/// A need that is not met.
struct Broken<'s, 'a> {
    seat: &'s Seat<'a>,
    release: &'a Release,
    need: Need,
    /// Index into the manifest's requirements.
    index: usize,
}

impl Broken<'_, '_> {
    fn finding(&self, seats: &Seats<'_>, cures: &Cures<'_, '_>) -> Option<Finding> {
        let requirement = self.release.manifest.requirements.get(self.index)?;
        let target = seats.of(self.need.target).or_else(|| seats.stand_in(self.need));
        let finding = match target {
            Some(_) if holds(seats, self.need) => return None,
            Some(target) => self.unfit(requirement, target, cures),
            None if is_unpublished(seats.catalogue, self.need) => {
                self.unpublished(requirement, seats)?
            }
            None => self.missing(requirement, cures),
        };
        Some(at(finding, requirement.place.as_ref().map(Place::location)))
    }

    /// The target is pinned, but not as asked.
    fn unfit(
        &self,
        requirement: &Requirement,
        target: &Seat<'_>,
        cures: &Cures<'_, '_>,
    ) -> Finding {
        let asker = self.seat.title();
        let range = requirement.range.shown();
        let (code, message) = match self.need.kind {
            Kind::Hard => (Code::REQUIREMENT_UNSATISFIED, format!("{asker} requires {range}")),
            Kind::Soft => (
                Code::COMPANION_UNFIT,
                format!("{asker} does not work beside it, it needs {range} where it is there"),
            ),
            Kind::Upper => (Code::BEYOND_BOUND, format!("{asker} vouches for {range} alone")),
            Kind::Advisory => (
                Code::COMPANION_UNPROVEN,
                format!("{asker} says that it is compatible with {range}"),
            ),
            Kind::Conflict if requirement.range.is_any() => {
                (Code::PINS_CONFLICT, format!("{asker} excludes it"))
            }
            Kind::Conflict => (Code::PINS_CONFLICT, format!("{asker} excludes {range}")),
        };
        let finding = Finding::new(code, target.title(), message);
        let target_is_self = target.name == self.seat.name;
        if let Some(error) = requirement.range.error() {
            return finding.suggest(format!("mend the range first: {error}"));
        }
        let cure = if target_is_self { None } else { cures.of_unfit(self.need, self.release) };
        match cure {
            Some(cure) => finding.suggest(cure),
            None => finding.suggest(format!(
                "no other version of the one or the other fits alone; leave {} out, or move several pins",
                self.seat.pin.name
            )),
        }
    }

    /// Nobody publishes the target, and nothing stands in for it.
    fn unpublished(&self, requirement: &Requirement, seats: &Seats<'_>) -> Option<Finding> {
        let meant = seats.catalogue.did_you_mean(&requirement.target);
        let pinned = meant.and_then(|meant| seats.bundle.pin(meant));
        let beside = pinned.map(|pin| format!(", which is pinned as {}", pin.shown()));
        unpublished(self.seat.title(), requirement, meant, &beside.unwrap_or_default())
    }

    /// The target is not pinned.
    fn missing(&self, requirement: &Requirement, cures: &Cures<'_, '_>) -> Finding {
        let (asker, name) = (self.seat.title(), &requirement.target);
        let range = requirement.range.shown();
        let message = format!("it requires {name} {range}, which is not in the bundle");
        let finding = Finding::new(Code::REQUIREMENT_MISSING, asker, message);
        match cures.of_missing(self.need, self.release) {
            Some(cure) => finding.suggest(cure),
            None => finding.suggest(format!(
                "leave {} out: no version of {name} fits this bundle",
                self.seat.pin.name
            )),
        }
    }
}

/// Whether nobody publishes the target of a need.
pub(super) fn is_unpublished(catalogue: &Catalogue, need: Need) -> bool {
    let family = catalogue.family(need.target);
    family.is_some_and(|family| family.is_empty() && family.providers().is_empty())
}

/// What to say of a requirement on a name that nobody publishes; nothing of what installers fetch by themselves.
///
/// Advice that can never apply weighs less than what must hold.
pub(super) fn unpublished(
    asker: String,
    requirement: &Requirement,
    meant: Option<&str>,
    beside: &str,
) -> Option<Finding> {
    if requirement.is_fetched {
        return None;
    }
    let name = &requirement.target;
    let message = match requirement.kind {
        Kind::Hard => format!("it requires `{name}`, which nobody publishes"),
        kind => format!(
            "its {kind} requirement on `{name}` names nothing that is published",
            kind = kind.as_str()
        ),
    };
    let (code, heavy, light) = match meant {
        Some(_) => (Code::REQUIREMENT_MISSPELLED, Severity::Error, Severity::Warning),
        None => (Code::REQUIREMENT_UNKNOWN, Severity::Warning, Severity::Note),
    };
    let mut finding = Finding::new(code, asker, message);
    finding.severity = match requirement.kind {
        Kind::Hard | Kind::Soft => heavy,
        // Excluding what does not exist does no harm, unless something else was meant.
        Kind::Conflict if meant.is_some() => heavy,
        Kind::Conflict | Kind::Upper | Kind::Advisory => light,
    };
    Some(match meant {
        Some(meant) => finding.suggest(format!("did you mean `{meant}`{beside}?")),
        None => finding,
    })
}
