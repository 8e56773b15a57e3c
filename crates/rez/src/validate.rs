//! Whether chosen packages fit, without any search.

use std::{collections::HashMap, fmt};

use crate::{
    Answer, Catalogue, ChosenPackage, Kind, Request, Requirement, requirement::is_ephemeral,
    settings::Candidate,
};

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The catalogue has no such package or variant.
    NotFound(ChosenPackage),
    /// It was released after the time that the request names.
    TooNew(ChosenPackage),
    /// The settings hide it.
    Hidden(ChosenPackage),
    /// Another package of its family is chosen too.
    Twice(ChosenPackage),
    /// A requirement is not met.
    Unmet {
        /// The package that has the requirement; none for the request.
        by: Option<ChosenPackage>,
        /// The requirement.
        requirement: Requirement,
        /// The package of that family, if any is chosen.
        chosen: Option<ChosenPackage>,
    },
    /// The requirements of a package conflict with each other.
    Broken(ChosenPackage),
    /// The ranges of an ephemeral family have nothing in common.
    Ephemeral {
        /// The package whose requirement does not fit those before it; none for the request.
        by: Option<ChosenPackage>,
        /// The requirement.
        requirement: Requirement,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |by: &Option<ChosenPackage>| {
            by.as_ref().map_or_else(|| "the request".to_owned(), ToString::to_string)
        };
        match self {
            Self::NotFound(package) => write!(formatter, "{package} does not exist"),
            Self::TooNew(package) => write!(formatter, "{package} was released too late"),
            Self::Hidden(package) => write!(formatter, "{package} is hidden by the settings"),
            Self::Twice(package) => write!(formatter, "{package} is not the only {}", package.name),
            Self::Unmet { by, requirement, chosen: Some(chosen) } => {
                write!(formatter, "{} needs {requirement}, and {chosen} is chosen", who(by))
            }
            Self::Unmet { by, requirement, chosen: None } => {
                write!(formatter, "{} needs {requirement}", who(by))
            }
            Self::Broken(package) => {
                write!(formatter, "the requirements of {package} conflict with each other")
            }
            Self::Ephemeral { by, requirement } => {
                write!(formatter, "{} needs {requirement}, and others do not allow it", who(by))
            }
        }
    }
}

/// Checks chosen packages against a request and against each other.
///
/// Ephemerals are worked out from the packages; what the answer says of them is not looked at.
///
/// *Order*: packages first, then what the request needs, then what each package needs.
///
/// *Cost*: linear in the requirements of the chosen packages.
pub fn validate(catalogue: &Catalogue, request: &Request, answer: &Answer) -> Vec<Violation> {
    let mut check = Check::new(catalogue);
    let mut found = Vec::with_capacity(answer.packages.len());
    for package in &answer.packages {
        found.push(check.package(package, request));
    }
    for requirement in &request.requirements {
        check.requested(requirement);
    }
    for (package, variant) in answer.packages.iter().zip(found) {
        if let Some(variant) = variant {
            check.needs(package, variant);
        }
    }
    check.violations
}

struct Check<'check> {
    catalogue: &'check Catalogue,
    /// The chosen package of each family, with its variant as counted from the family's first.
    chosen: HashMap<usize, (&'check ChosenPackage, u32)>,
    ephemerals: HashMap<String, Requirement>,
    violations: Vec<Violation>,
}

impl<'check> Check<'check> {
    fn new(catalogue: &'check Catalogue) -> Self {
        Self {
            catalogue,
            chosen: HashMap::new(),
            ephemerals: HashMap::new(),
            violations: Vec::new(),
        }
    }

    /// Finds a package's variant, and notes it for its family.
    fn package(&mut self, package: &'check ChosenPackage, request: &Request) -> Option<usize> {
        let Some((family, version, variant)) = find(self.catalogue, package) else {
            self.violations.push(Violation::NotFound(package.clone()));
            return None;
        };
        let timestamp = self.catalogue.timestamp(version);
        let candidate = Candidate { family: &package.name, version: &package.version, timestamp };
        if request.settings.hides(candidate, None) {
            self.violations.push(Violation::Hidden(package.clone()));
        } else if request.settings.hides(candidate, request.options.released_by) {
            self.violations.push(Violation::TooNew(package.clone()));
        }
        let local = variant - self.catalogue.variants_of_family(family).start;
        let local = u32::try_from(local).unwrap_or(u32::MAX);
        if self.chosen.insert(family, (package, local)).is_some() {
            self.violations.push(Violation::Twice(package.clone()));
        }
        Some(variant)
    }

    fn requested(&mut self, requirement: &Requirement) {
        if is_ephemeral(requirement.name()) {
            self.ephemeral(None, requirement);
            return;
        }
        let family = self.catalogue.family(requirement.name());
        let chosen = family.and_then(|family| Some((family, self.chosen.get(&family)?)));
        let is_met = match chosen {
            None => requirement.is_conflict(),
            Some((family, (_, local))) => {
                let intervals = self.catalogue.intervals_of(family, &requirement.allowed());
                intervals.iter().any(|(start, end)| (start..end).contains(&local))
            }
        };
        if !is_met {
            self.violations.push(Violation::Unmet {
                by: None,
                requirement: requirement.clone(),
                chosen: chosen.map(|(_, (package, _))| (*package).clone()),
            });
        }
    }

    fn needs(&mut self, package: &ChosenPackage, variant: usize) {
        if self.catalogue.broken(variant).is_some() {
            self.violations.push(Violation::Broken(package.clone()));
        }
        for &requirement in self.catalogue.requirements_of(variant) {
            let family = self.catalogue.requirement_family(requirement);
            if is_ephemeral(self.catalogue.name(family)) {
                let requirement = self.catalogue.requirement(requirement);
                self.ephemeral(Some(package), requirement);
                continue;
            }
            let chosen = self.chosen.get(&family);
            // Rez does not hold a package's conflicts against the package itself.
            let is_own = self.catalogue.variants_of_family(family).contains(&variant);
            let is_met = match chosen {
                _ if is_own && self.catalogue.requirement_kind(requirement) != Kind::Required => {
                    true
                }
                None => self.catalogue.requirement_kind(requirement) != Kind::Required,
                Some((_, local)) => self
                    .catalogue
                    .intervals(requirement)
                    .iter()
                    .any(|(start, end)| (start..end).contains(&local)),
            };
            if !is_met {
                self.violations.push(Violation::Unmet {
                    by: Some(package.clone()),
                    requirement: self.catalogue.requirement(requirement).clone(),
                    chosen: chosen.map(|(package, _)| (*package).clone()),
                });
            }
        }
    }

    fn ephemeral(&mut self, by: Option<&ChosenPackage>, requirement: &Requirement) {
        let merged = match self.ephemerals.get(requirement.name()) {
            None => Some(requirement.clone()),
            Some(existing) => existing.merged(requirement),
        };
        match merged {
            Some(merged) => {
                self.ephemerals.insert(requirement.name().to_owned(), merged);
            }
            None => self
                .violations
                .push(Violation::Ephemeral { by: by.cloned(), requirement: requirement.clone() }),
        }
    }
}

/// A package's family, version and variant.
fn find(catalogue: &Catalogue, package: &ChosenPackage) -> Option<(usize, usize, usize)> {
    let family = catalogue.family(&package.name)?;
    let mut versions = catalogue.versions_range(family);
    let version = versions.find(|&version| catalogue.version_text(version) == package.version)?;
    let mut variants = catalogue.variants_of_version(version);
    let variant =
        variants.find(|&variant| catalogue.variant_index(version, variant) == package.variant)?;
    Some((family, version, variant))
}
