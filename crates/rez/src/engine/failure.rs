//! Why a step failed, in Rez's words.

use std::fmt;

use super::{Engine, scope::ScopeKind};
use crate::{
    ChosenPackage, Requirement, bits,
    range::{of_versions, point},
};

/// The reason of a failed step.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// A requirement conflicts with what is left of its family.
    Conflict(Box<(Requirement, Requirement)>),
    /// Every variant of a family requires something that conflicts with what is left of another.
    Reduced { reductions: Vec<(ChosenPackage, Requirement)>, conflicting: Requirement },
    /// The packages require each other in a circle.
    Cycle(Vec<String>),
}

impl Failure {
    pub(super) fn conflict(requirement: Requirement, other: Requirement) -> Self {
        Self::Conflict(Box::new((requirement, other)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(pair) => write!(
                formatter,
                "The following package conflicts occurred: ({} <--!--> {})",
                pair.0, pair.1
            ),
            Self::Reduced { reductions, conflicting } => {
                formatter.write_str("A package was completely reduced:")?;
                reductions.iter().try_for_each(|(package, requirement)| {
                    write!(formatter, " ({package} (dep({requirement}) <--!--> {conflicting}))")
                })
            }
            Self::Cycle(packages) => {
                formatter.write_str("A cyclic dependency was detected: ")?;
                packages.iter().try_for_each(|package| write!(formatter, "{package} --> "))?;
                formatter.write_str(packages.first().map_or("", String::as_str))
            }
        }
    }
}

impl Engine<'_> {
    /// What a scope still asks of its family: exactly the versions that are left, or its range.
    pub(super) fn request_of(&self, place: usize) -> Requirement {
        let scope = self.scopes.get(place);
        if scope.kind != ScopeKind::Package {
            return self.range(place).clone();
        }
        let points = self.versions(place).into_iter().filter_map(|version| {
            let key = self.catalogue.key(version)?;
            Some(point(key, self.catalogue.version_text(version)))
        });
        Requirement::required(self.catalogue.name(scope.family), of_versions(points))
    }

    /// The versions of a scope that have variants left, newest first.
    fn versions(&self, place: usize) -> Vec<usize> {
        let family = self.scopes.get(place).family;
        let start = self.catalogue.variants_of_family(family).start;
        let mut versions: Vec<_> = bits::ones(self.scopes.variants(place))
            .map(|local| self.catalogue.version_of(family, start + local))
            .collect();
        versions.dedup();
        versions
    }

    /// Whether a scope has variants of a version left.
    fn has_left(&self, place: usize, version: usize) -> bool {
        let start = self.catalogue.variants_of_family(self.scopes.get(place).family).start;
        let variants = self.catalogue.variants_of_version(version);
        let left = self.scopes.variants(place);
        bits::any_in_range(left, variants.start - start, variants.end - start)
    }

    /// The version that Rez has first in its list of a scope.
    pub(super) fn first_version(&self, place: usize) -> usize {
        let scope = self.scopes.get(place);
        let start = self.catalogue.variants_of_family(scope.family).start;
        let newest = bits::first(self.scopes.variants(place)).unwrap_or_default();
        if bits::has(&self.sorted_families, scope.family) {
            if let Some(sequence) = self.configured.sequence(scope.family) {
                let mut left = sequence.iter().filter(|version| self.has_left(place, **version));
                return left.next().copied().unwrap_or_default();
            }
            return self.catalogue.version_of(scope.family, start + newest);
        }
        let listed = self.versions(place);
        listed
            .into_iter()
            .min_by_key(|&version| self.catalogue.position(version))
            .unwrap_or_default()
    }

    /// The variants of a scope in the order in which Rez has them by now: as given, until it had to sort them.
    pub(super) fn listed(&self, place: usize) -> Vec<usize> {
        let family = self.scopes.get(place).family;
        let variants = self.scopes.variants(place);
        let start = self.catalogue.variants_of_family(family).start;
        let mut versions = self.versions(place);
        if !bits::has(&self.sorted_families, family) {
            versions.sort_by_key(|&version| self.catalogue.position(version));
        } else if let Some(sequence) = self.configured.sequence(family) {
            let left = sequence.iter().filter(|version| self.has_left(place, **version));
            versions = left.copied().collect();
        }
        let mut listed = Vec::new();
        for version in versions {
            let all = self.catalogue.variants_of_version(version).map(|variant| variant - start);
            let mut left: Vec<_> = all.filter(|&local| bits::has(variants, local)).collect();
            if bits::has(&self.sorted_versions, version) {
                self.sort_variants(version, start, &mut left);
            }
            listed.append(&mut left);
        }
        listed
    }
}
