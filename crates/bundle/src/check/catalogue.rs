//! What is wrong with a catalogue, whatever is bundled from it.

use std::collections::BTreeMap;

use trainyard_report::{Code, Finding};

use super::{Expectations, lockstep, requirements, seats::at, sort};
use crate::{Catalogue, Place, Release};

/// Requirements on names that nobody publishes, versions with several contents, and requirements off a group's line.
///
/// Ranges and versions that cannot be read were told when they were read.
/// *Order*: errors first, then by code and subject.
pub fn check_catalogue(catalogue: &Catalogue, expectations: &Expectations) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, family) in catalogue.families() {
        let releases = catalogue.releases(id);
        let mut contents: BTreeMap<&str, Vec<&Release>> = BTreeMap::new();
        for release in releases {
            contents.entry(release.version().version().canonical()).or_default().push(release);
        }
        for (version, releases) in contents.iter().filter(|(_, releases)| releases.len() > 1) {
            let message = format!("it was published with {} contents", releases.len());
            let subject = format!("{} {version}", family.name());
            let finding = Finding::new(Code::SEVERAL_CONTENTS, subject, message)
                .suggest("publish changed content under a version of its own");
            let places = releases.iter().filter_map(|release| release.manifest.place.as_ref());
            findings.push(places.fold(finding, |finding, place| finding.at(place.location())));
        }
    }
    // Names are asked for again and again.
    let mut meant: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for release in catalogue.all_releases() {
        for (need, requirement) in release.needs.iter().zip(&release.manifest.requirements) {
            if !requirements::is_unpublished(catalogue, *need) {
                continue;
            }
            let name = requirement.target.as_str();
            let meant = meant.entry(name).or_insert_with(|| catalogue.did_you_mean(name));
            let subject = format!("{} {}", release.manifest.name, release.version());
            let finding = requirements::unpublished(subject, requirement, *meant, "");
            let place = requirement.place.as_ref().map(Place::location);
            findings.extend(finding.map(|finding| at(finding, place)));
        }
        for group in &expectations.groups {
            findings.extend(lockstep::off_line(&release.manifest, group));
        }
    }
    sort(&mut findings);
    findings
}
