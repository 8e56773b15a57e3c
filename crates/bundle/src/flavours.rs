//! Flavours: named subsets of a bundle's pins (policy rows A18 and A19).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trainyard_report::{Code, Finding};

use crate::{Bundle, Catalogue, Kind, Pin, Release, nearest};

/// The member that stands for all pins.
pub(crate) const EVERYTHING: &str = "*";

impl Bundle {
    /// The names of a flavour's pins, with those of the flavours it includes.
    ///
    /// Unknown names are passed over; [`flavour_findings`] tells them. *Errors*: the name, if there is no such flavour.
    pub fn flavour_members(&self, flavour: &str) -> Result<BTreeSet<&str>, UnknownFlavour> {
        let mut members = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let (first, _) = self.flavours.get_key_value(flavour).ok_or_else(|| UnknownFlavour {
            name: flavour.to_owned(),
            meant: nearest(flavour, self.flavours.keys().map(String::as_str)).map(str::to_owned),
            known: self.flavours.keys().cloned().collect(),
        })?;
        let mut waiting = vec![first.as_str()];
        while let Some(name) = waiting.pop() {
            let Some(flavour) = self.flavours.get(name).filter(|_| seen.insert(name)) else {
                continue;
            };
            if flavour.members.iter().any(|member| member == EVERYTHING) {
                members.extend(self.pins.iter().map(|pin| pin.name.as_str()));
            }
            members.extend(flavour.members.iter().map(String::as_str));
            waiting.extend(flavour.includes.iter().map(String::as_str));
        }
        members.retain(|name| self.pin(name).is_some());
        Ok(members)
    }

    /// The bundle with the pins of some flavours alone: their union.
    ///
    /// *Errors*: the first name that is no flavour.
    pub fn united<S: AsRef<str>>(&self, flavours: &[S]) -> Result<Self, UnknownFlavour> {
        let mut members = BTreeSet::new();
        for flavour in flavours {
            members.extend(self.flavour_members(flavour.as_ref())?);
        }
        let pins: Vec<Pin> =
            self.pins.iter().filter(|pin| members.contains(pin.name.as_str())).cloned().collect();
        Ok(Self { pins, flavours: indexmap::IndexMap::new(), ..self.clone() })
    }

    /// What two flavours do not share.
    ///
    /// *Errors*: the first name that is no flavour.
    pub fn flavour_difference(
        &self,
        left: &str,
        right: &str,
    ) -> Result<FlavourDifference, UnknownFlavour> {
        let (ours, theirs) = (self.flavour_members(left)?, self.flavour_members(right)?);
        let names = |names: Vec<&&str>| names.into_iter().map(|name| (*name).to_owned()).collect();
        Ok(FlavourDifference {
            left: left.to_owned(),
            right: right.to_owned(),
            only_left: names(ours.difference(&theirs).collect()),
            only_right: names(theirs.difference(&ours).collect()),
            both: names(ours.intersection(&theirs).collect()),
        })
    }
}

/// A name that is no flavour of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no flavour `{name}`{}", hint(.meant.as_deref(), .known))]
pub struct UnknownFlavour {
    /// The name.
    pub name: String,
    /// What was probably meant.
    pub meant: Option<String>,
    /// What there is.
    pub known: Vec<String>,
}

fn hint(meant: Option<&str>, known: &[String]) -> String {
    match meant {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None if known.is_empty() => "; the bundle has none".to_owned(),
        None => format!("; there are {}", known.join(", ")),
    }
}

/// What two flavours do not share; names in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlavourDifference {
    /// The first flavour.
    pub left: String,
    /// The second flavour.
    pub right: String,
    /// Only the first holds them.
    pub only_left: Vec<String>,
    /// Only the second holds them.
    pub only_right: Vec<String>,
    /// Both hold them.
    pub both: Vec<String>,
}

/// What is wrong with a bundle's flavours: unknown names, circles, and members that need a pin outside.
///
/// A flavour that is closed under requirements works if the whole bundle does, and so does every union of such
/// flavours: each requirement of a member is met inside, and no two pins of the bundle exclude each other.
///
/// *Order*: by flavour as the bundle lists them. *Cost*: linear in the requirements of all flavours' members.
pub fn flavour_findings(bundle: &Bundle, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, flavour) in &bundle.flavours {
        let mut unknown = |what: &str, found: &str, meant: Option<&str>| {
            let mut finding = Finding::new(
                Code::FLAVOUR_MEMBER_UNKNOWN,
                format!("flavour {name}"),
                format!("it names the {what} `{found}`, which the bundle lacks"),
            );
            finding.locations.extend(flavour.place.as_ref().map(crate::Place::location));
            let hint = meant.map(|meant| format!("write `{meant}`, if that is meant"));
            finding.suggestion = hint;
            findings.push(finding);
        };
        let is_unknown = |member: &&String| *member != EVERYTHING && bundle.pin(member).is_none();
        for member in flavour.members.iter().filter(is_unknown) {
            let names = bundle.pins.iter().map(|pin| pin.name.as_str());
            unknown("component", member, nearest(member, names));
        }
        for other in flavour.includes.iter().filter(|it| !bundle.flavours.contains_key(*it)) {
            let names = bundle.flavours.keys().map(String::as_str).filter(|it| it != name);
            unknown("flavour", other, nearest(other, names));
        }
        findings.extend(gaps(bundle, catalogue, name).into_iter().map(|gap| gap.finding(name)));
    }
    findings
}

/// A pin that a flavour needs and does not hold.
struct Gap<'a> {
    missing: &'a str,
    needed_by: Vec<(&'a Release, &'a crate::Requirement)>,
}

impl Gap<'_> {
    fn finding(&self, flavour: &str) -> Finding {
        let who: Vec<_> = self
            .needed_by
            .iter()
            .map(|(release, requirement)| {
                let manifest = &release.manifest;
                let range = requirement.range.shown();
                format!("{} {} ({range})", manifest.name, manifest.version)
            })
            .collect();
        let missing = self.missing;
        let message = format!("it lacks {missing}, which is needed by {}", who.join(", "));
        let mut finding =
            Finding::new(Code::FLAVOUR_NOT_CLOSED, format!("flavour {flavour}"), message)
                .suggest(format!("add `{missing}` to the flavour"));
        let places = self.needed_by.iter().filter_map(|(_, it)| it.place.as_ref());
        finding.locations.extend(places.map(crate::Place::location));
        finding
    }
}

/// The pins that members need and the flavour lacks. What the bundle itself lacks is the bundle's trouble.
fn gaps<'a>(bundle: &'a Bundle, catalogue: &'a Catalogue, flavour: &str) -> Vec<Gap<'a>> {
    let Ok(members) = bundle.flavour_members(flavour) else { return Vec::new() };
    let mut gaps: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let pins = bundle.pins.iter().filter(|pin| members.contains(pin.name.as_str()));
    for release in pins.filter_map(|pin| pinned_release(catalogue, pin)) {
        let hard = release.manifest.requirements.iter().filter(|it| it.kind == Kind::Hard);
        for requirement in hard {
            let target = requirement.target.as_str();
            if members.contains(target)
                || members.iter().any(|it| stands_in(bundle, catalogue, it, target))
            {
                continue;
            }
            if let Some(pin) = bundle.pin(target) {
                gaps.entry(&pin.name).or_default().push((release, requirement));
            }
        }
    }
    gaps.into_iter().map(|(missing, needed_by)| Gap { missing, needed_by }).collect()
}

fn stands_in(bundle: &Bundle, catalogue: &Catalogue, member: &str, target: &str) -> bool {
    let release = bundle.pin(member).and_then(|pin| pinned_release(catalogue, pin));
    release.is_some_and(|release| release.manifest.provides.iter().any(|it| it.name == target))
}

/// The release that a pin means: by digest where it has one.
pub(crate) fn pinned_release<'a>(catalogue: &'a Catalogue, pin: &Pin) -> Option<&'a Release> {
    let found = catalogue.find(catalogue.name(&pin.name)?, &pin.version);
    let is_meant = |release: &&&Release| pin.digest.as_ref() == Some(&release.digest);
    found.iter().find(is_meant).or_else(|| found.first()).copied()
}
