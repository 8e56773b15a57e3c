//! Groups that share a line: their pins, and what their members ask of each other.

use std::collections::BTreeMap;

use trainyard_report::{Code, Finding};
use trainyard_version::VersionSet;

use super::{
    Expectations, LockstepGroup,
    seats::{Seat, Seats, at},
};
use crate::{Dialect, Kind, Manifest, Numbered, Place};

pub(super) fn check(seats: &Seats<'_>, expectations: &Expectations, findings: &mut Vec<Finding>) {
    for group in &expectations.groups {
        let members: Vec<_> =
            seats.all.iter().filter(|seat| group.members.contains(&seat.pin.name)).collect();
        apart(seats, group, &members, findings);
        for release in members.iter().filter_map(|seat| seat.release) {
            findings.extend(off_line(&release.manifest, group));
        }
    }
}

/// Pins on different lines.
fn apart(
    seats: &Seats<'_>,
    group: &LockstepGroup,
    members: &[&Seat<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut lines: BTreeMap<Vec<u64>, Vec<&Seat<'_>>> = BTreeMap::new();
    for seat in members {
        let version = seat.version(seats.catalogue);
        if version.error().is_none() {
            lines.entry(front(&version, group.width())).or_default().push(seat);
        }
    }
    // Most members are right; of equally many, those on the newest line.
    let Some((line, _)) = lines.iter().max_by_key(|(line, seats)| (seats.len(), *line)) else {
        return;
    };
    let kept = spelled(line);
    for (other, strays) in lines.iter().filter(|(other, _)| *other != line) {
        for seat in strays {
            let message =
                format!("it is on line {} while group {} is on {kept}", spelled(other), group.name);
            let releases = seat.name.map(|name| seats.catalogue.releases(name)).unwrap_or_default();
            let on_line = releases.iter().rev().find(|release| {
                let version = release.version();
                version.error().is_none() && front(version, group.width()) == *line
            });
            let finding = Finding::new(Code::LINES_APART, seat.title(), message);
            let finding = match on_line {
                Some(release) => {
                    finding.suggest(format!("pin {} {}", seat.pin.name, release.version()))
                }
                None => finding.suggest(format!("release {} on line {kept}", seat.pin.name)),
            };
            findings.push(at(finding, seat.location()));
        }
    }
}

/// What a member of a group asks of others of it that lies off its own line.
pub(super) fn off_line(manifest: &Manifest, group: &LockstepGroup) -> Vec<Finding> {
    let own =
        group.members.contains(&manifest.name).then(|| line_set(&manifest.version, group.width()));
    let Some(own) = own.flatten() else { return Vec::new() };
    let asked = manifest.requirements.iter().filter(|requirement| {
        requirement.kind != Kind::Conflict
            && requirement.target != manifest.name
            && group.members.contains(&requirement.target)
            && requirement.range.error().is_none()
            && requirement.range.scheme() == manifest.version.scheme()
    });
    let line = spelled(&front(&manifest.version, group.width()));
    let off = asked.filter(|requirement| requirement.range.set().is_disjoint_from(&own));
    off.map(|requirement| {
        let message = format!(
            "it is on line {line} of group {} and asks {} for {}",
            group.name,
            requirement.target,
            requirement.range.shown()
        );
        let finding = Finding::new(
            Code::REQUIREMENT_OFF_LINE,
            format!("{} {}", manifest.name, manifest.version),
            message,
        )
        .suggest(format!("ask for a version on line {line}"));
        at(finding, requirement.place.as_ref().map(Place::location))
    })
    .collect()
}

fn front(version: &Numbered, width: usize) -> Vec<u64> {
    (0..width).map(|index| version.version().segment(index)).collect()
}

fn spelled(line: &[u64]) -> String {
    line.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// All versions of a version's line, pre-releases included; `None` for schemes without lines of numbers.
fn line_set(version: &Numbered, width: usize) -> Option<VersionSet> {
    if version.error().is_some() {
        return None;
    }
    let front = front(version, width);
    match version.scheme().name() {
        "pep440" => {
            let range = Dialect::of_grammar("pep440").read(&format!("=={}.*", spelled(&front)));
            range.error().is_none().then(|| range.set())
        }
        "semver" => {
            let mut next = front.clone();
            let last = next.last_mut()?;
            *last = last.checked_add(1)?;
            let edge = |numbers: &[u64]| {
                let missing = 3usize.saturating_sub(numbers.len());
                let text = format!("{}{}-0", spelled(numbers), ".0".repeat(missing));
                version.scheme().parse(&text).ok()
            };
            Some(VersionSet::between(&edge(&front)?, &edge(&next)?))
        }
        _ => None,
    }
}
