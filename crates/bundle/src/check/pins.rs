//! What is wrong with single pins: unknown, untagged, unfinished, ambiguous.

use trainyard_policy::Maturity;
use trainyard_report::{Code, Finding};
use trainyard_version::Scheme;

use super::{
    Expectations,
    seats::{Seat, Seats, at, same_commit},
};
use crate::{Numbered, Release, flavour_findings};

pub(super) fn check(seats: &Seats<'_>, expectations: &Expectations, findings: &mut Vec<Finding>) {
    for seat in &seats.all {
        if let Some(finding) = inexact(seat) {
            findings.push(finding);
            continue;
        }
        findings.extend(unknown(seats, seat));
        findings.extend(untagged(seats, seat));
        findings.extend(contents(seat));
        if seats.bundle.is_final {
            findings.extend(unfinished(seats, seat));
            findings.extend(immature(seat, expectations));
        }
    }
    findings.extend(flavour_findings(seats.bundle, seats.catalogue));
}

/// A range where a version should be: a pin is one release.
fn inexact(seat: &Seat<'_>) -> Option<Finding> {
    let version = seat.pin.version.trim();
    let is_range = version.starts_with(['<', '>', '=', '~', '^', '!', '*'])
        || version.contains([',', '|', '*'])
        || version.split('.').any(|number| matches!(number, "x" | "X"));
    if seat.release.is_some() || !is_range {
        return None;
    }
    let message = "it is a range, and a pin is one exact version";
    let finding = Finding::new(Code::PIN_VERSION_UNKNOWN, seat.title(), message)
        .suggest("pin one version; `trainyard bundle resolve` finds those that work together");
    Some(at(finding, seat.location()))
}

/// A component or a version that nobody published. An empty catalogue says nothing.
fn unknown(seats: &Seats<'_>, seat: &Seat<'_>) -> Option<Finding> {
    let is_commit_alone = seat.pin.version.is_empty() && seat.pin.commit.is_some();
    if seat.release.is_some() || seats.catalogue.is_empty() || is_commit_alone {
        return None;
    }
    let known = seat.name.map(|name| seats.catalogue.releases(name)).unwrap_or_default();
    if known.is_empty() {
        // A commit speaks for itself.
        if seat.pin.commit.is_some() {
            return None;
        }
        let message = "the catalogue knows no such component";
        let finding = Finding::new(Code::PIN_UNKNOWN, seat.title(), message);
        let finding = match seats.catalogue.did_you_mean(&seat.pin.name) {
            Some(meant) => finding.suggest(format!("did you mean `{meant}`?")),
            None => finding,
        };
        return Some(at(finding, seat.location()));
    }
    let version = seat.version(seats.catalogue);
    let above = known.partition_point(|release| release.version().version() < version.version());
    let below = above.checked_sub(1).and_then(|index| known.get(index));
    let near: Vec<_> = [below, known.get(above)].into_iter().flatten().collect();
    let near: Vec<_> = near.iter().map(|release| release.version().text()).collect();
    let message = match version.error() {
        Some(error) => format!("the catalogue knows no such version, and it is none: {error}"),
        None => "the catalogue knows no such version".to_owned(),
    };
    let finding = Finding::new(Code::PIN_VERSION_UNKNOWN, seat.title(), message)
        .suggest(format!("pin a known version: the nearest known is {}", near.join(", or ")));
    Some(at(finding, seat.location()))
}

/// A commit without a tag, by the pin or by the release it stands for.
fn untagged(seats: &Seats<'_>, seat: &Seat<'_>) -> Option<Finding> {
    let origin = seat.release.map(|release| &release.manifest.origin);
    let commit = match (&seat.pin.commit, &seat.pin.tag) {
        (Some(_), Some(_)) => return None,
        (Some(commit), None) => {
            let releases = seat.name.map(|name| seats.catalogue.releases(name)).unwrap_or_default();
            let is_tagged = releases.iter().any(|release| {
                let origin = &release.manifest.origin;
                origin.tag.is_some() && same_commit(origin.commit.as_deref(), Some(commit))
            });
            if is_tagged {
                return None;
            }
            commit
        }
        (None, _) => origin.filter(|origin| origin.is_untagged())?.commit.as_ref()?,
    };
    let message = format!("commit {} has no tag", commit.get(..12).unwrap_or(commit));
    let finding = Finding::new(Code::PIN_UNTAGGED, seat.title(), message);
    let known = seat.name.map(|name| seats.catalogue.releases(name)).unwrap_or_default();
    let own = seat.release.filter(|release| release.manifest.origin.tag.is_some());
    let newest = || known.iter().rev().find(|release| release.manifest.origin.tag.is_some());
    let finding = match own.or_else(newest) {
        Some(release) => {
            finding.suggest(format!("tag the commit, or pin the release {}", release.version()))
        }
        None => finding.suggest("tag the commit"),
    };
    Some(at(finding, seat.location()))
}

/// The digest of a pin, or that it has none where it needs one.
fn contents(seat: &Seat<'_>) -> Option<Finding> {
    let release = seat.release?;
    if let Some(digest) = &seat.pin.digest {
        // A registry knows a release by the digest of its document.
        if *digest == release.digest || *digest == release.manifest.document_digest() {
            return None;
        }
        let message = format!(
            "the pin says {}, but the version was published as {}",
            digest.short(),
            release.digest.short()
        );
        let finding = Finding::new(Code::OTHER_CONTENT, seat.title(), message)
            .suggest(format!("pin {}, or find out who changed it", release.digest));
        return Some(at(at(finding, seat.location()), place_of(release)));
    }
    let versions = release.contents;
    if versions < 2 || seat.pin.version.is_empty() {
        return None;
    }
    let message = format!(
        "the version was published with {versions} contents, and the pin does not say which"
    );
    let finding = Finding::new(Code::SEVERAL_CONTENTS, seat.title(), message)
        .suggest(format!("pin its digest, such as {}", release.digest));
    Some(at(at(finding, seat.location()), place_of(release)))
}

fn place_of(release: &Release) -> Option<trainyard_report::Location> {
    release.manifest.place.as_ref().map(crate::Place::location)
}

/// A pre-release in a final bundle, by the version or by the tag.
fn unfinished(seats: &Seats<'_>, seat: &Seat<'_>) -> Option<Finding> {
    let is_unfinished =
        |numbered: &Numbered| numbered.error().is_none() && numbered.version().is_prerelease();
    let pinned = match seat.release {
        Some(release) => is_unfinished(release.version()),
        None => !seat.pin.version.is_empty() && reads_as_unfinished(&seat.version(seats.catalogue)),
    };
    let tag = seat.pin.tag.as_deref().and_then(crate::read::version_of_tag);
    let is_tag = || tag.is_some_and(|text| reads_as_unfinished(&Numbered::semver(text)));
    if !pinned && !is_tag() {
        return None;
    }
    let mut message = "it is a pre-release in a final bundle".to_owned();
    if let Some(tag) = seat.pin.tag.as_ref().filter(|_| !pinned) {
        message = format!("its tag {tag} is a pre-release, in a final bundle");
    }
    let finding = Finding::new(Code::PRERELEASE_IN_FINAL, seat.title(), message);
    let finding = match final_of(seats, seat) {
        Some(release) => finding.suggest(format!("pin {} {}", seat.pin.name, release.version())),
        None => finding.suggest(format!("release the final {} first", seat.pin.name)),
    };
    Some(at(finding, seat.location()))
}

/// By the version's own scheme, else by PEP 440, as which some pre-releases are written.
fn reads_as_unfinished(numbered: &Numbered) -> bool {
    if numbered.error().is_none() {
        return numbered.version().is_prerelease();
    }
    let pep440 = "pep440".parse().unwrap_or_else(|_| Scheme::semver());
    let read = Numbered::read(numbered.text(), &pep440);
    read.error().is_none() && read.version().is_prerelease()
}

/// The lowest final release above the pinned pre-release, else the newest final one; builds of a version only where nothing
/// else is final.
fn final_of<'a>(seats: &Seats<'a>, seat: &Seat<'a>) -> Option<&'a Release> {
    let releases = seats.catalogue.releases(seat.name?);
    let version = seat.version(seats.catalogue);
    let finals = || releases.iter().filter(|release| !release.version().version().is_prerelease());
    let is_plain = |release: &&Release| !release.version().text().contains('+');
    let is_above = |release: &&Release| release.version().version() > version.version();
    let plain = finals().filter(is_plain).find(is_above);
    let plain = plain.or_else(|| finals().rfind(is_plain));
    plain.or_else(|| finals().find(is_above)).or_else(|| finals().next_back())
}

/// An alpha or beta component in a final bundle.
fn immature(seat: &Seat<'_>, expectations: &Expectations) -> Option<Finding> {
    let stated = seat.release.and_then(|release| release.manifest.maturity);
    let maturity = stated.or_else(|| expectations.maturities.get(&seat.pin.name).copied())?;
    let word = match maturity {
        Maturity::Alpha => "alpha",
        Maturity::Beta => "beta",
        Maturity::Stable => return None,
    };
    let by = if stated.is_some() { "its manifest" } else { "the policy" };
    let message = format!("the component is {word} by {by}, in a final bundle");
    let finding = Finding::new(Code::IMMATURE_IN_FINAL, seat.title(), message)
        .suggest("leave it out, or say in the policy since when it is stable");
    Some(at(finding, seat.location()))
}
