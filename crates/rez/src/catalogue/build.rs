//! From definitions of packages to a catalogue.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::OnceLock,
};

use trainyard_version::{OrderKey, Point, VersionSet};

use super::{Catalogue, RequirementRow, Span, VersionRow};
use crate::{
    PackageError,
    range::{compare, parse_version},
    requirement::{self, Requirement},
};

/// A package as it is defined: one version of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageDefinition {
    /// The family.
    pub name: String,
    /// The version, which may be empty.
    pub version: String,
    /// What all variants require.
    pub requires: Vec<String>,
    /// What each variant requires besides; none where the package has no variants.
    pub variants: Vec<Vec<String>>,
    /// When it was released, in seconds since 1970; 0 where nobody knows.
    pub timestamp: u64,
}

impl Catalogue {
    /// Numbers packages. Of two of one family and version, the first counts, as in Rez's search path.
    ///
    /// *Order*: Rez lists the versions of a family in the order of its repository, and messages follow it, so
    /// definitions are given in that order.
    ///
    /// *Cost*: every different requirement is read once.
    ///
    /// *Errors*: every package that cannot be read.
    pub fn new(
        definitions: impl IntoIterator<Item = PackageDefinition>,
    ) -> Result<Self, Vec<PackageError>> {
        let mut builder = Builder::default();
        for definition in definitions {
            builder.add(definition);
        }
        builder.finish()
    }
}

struct Package {
    key: OrderKey,
    definition: PackageDefinition,
    position: u32,
}

#[derive(Default)]
struct Builder {
    families: BTreeMap<String, Vec<Package>>,
    seen: BTreeSet<(String, OrderKey)>,
    errors: Vec<PackageError>,
    text: String,
    /// Requirements by their text, as Rez shows them.
    known: HashMap<String, u32>,
    /// Requirements by their text, as they are written.
    written: HashMap<String, u32>,
    requirements: Vec<Requirement>,
}

impl Builder {
    fn add(&mut self, definition: PackageDefinition) {
        let key = match parse_version(&definition.version) {
            Ok(version) => version.key().clone(),
            Err(source) => {
                self.errors.push(PackageError::Version { package: definition.name, source });
                return;
            }
        };
        if self.seen.insert((definition.name.clone(), key.clone())) {
            let packages = self.families.entry(definition.name.clone()).or_default();
            let position = u32::try_from(packages.len()).unwrap_or(u32::MAX);
            packages.push(Package { key, definition, position });
        }
    }

    fn finish(mut self) -> Result<Catalogue, Vec<PackageError>> {
        let mut families = std::mem::take(&mut self.families);
        let mut catalogue = Catalogue::default();
        let mut lists = Vec::new();
        for packages in families.values_mut() {
            packages.sort_by(|one, other| other.key.cmp(&one.key));
            for package in packages {
                lists.push(self.variants(&package.definition));
            }
        }
        let mut names: BTreeSet<String> = families.keys().cloned().collect();
        names.extend(self.requirements.iter().map(|requirement| requirement.name().to_owned()));
        let numbers: HashMap<_, _> = names.iter().zip(0_u32..).collect();
        let mut lists = lists.into_iter();
        catalogue.version_starts.push(0);
        catalogue.variant_starts.push(0);
        let mut keys: Vec<Vec<OrderKey>> = Vec::with_capacity(names.len());
        for name in &names {
            catalogue.family_starts.push(number(catalogue.versions.len()));
            let span = self.span(name);
            catalogue.names.push(span);
            let packages = families.remove(name).unwrap_or_default();
            keys.push(packages.iter().map(|package| package.key.clone()).collect());
            for (package, variants) in packages.into_iter().zip(lists.by_ref()) {
                self.enter(&mut catalogue, &package, variants);
            }
        }
        catalogue.family_starts.push(number(catalogue.versions.len()));
        self.rows(&mut catalogue, &numbers, &keys);
        for (count, what) in [
            (catalogue.edges.len(), "requirements"),
            (catalogue.intervals.len(), "intervals of ranges"),
            (self.text.len(), "bytes of text"),
        ] {
            if u32::try_from(count).is_err() {
                self.errors.push(PackageError::TooMany { what, limit: u32::MAX });
            }
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        catalogue.text = self.text;
        catalogue.prepare();
        Ok(catalogue)
    }

    /// The requirements of each variant, merged; or which two conflict.
    fn variants(&mut self, definition: &PackageDefinition) -> Vec<Result<Vec<u32>, String>> {
        let none = [Vec::new()];
        let variants: &[Vec<String>] =
            if definition.variants.is_empty() { &none } else { &definition.variants };
        let package = || format!("{}-{}", definition.name, definition.version);
        let mut lists = Vec::with_capacity(variants.len());
        for variant in variants {
            let mut list = Vec::new();
            for text in definition.requires.iter().chain(variant) {
                match self.read(text) {
                    Ok(requirement) => list.push(requirement),
                    Err(source) => {
                        let package = package();
                        self.errors.push(PackageError::Requirement { package, source });
                    }
                }
            }
            lists.push(self.merged(list));
        }
        lists
    }

    fn read(&mut self, text: &str) -> Result<u32, crate::RequirementError> {
        if let Some(&known) = self.written.get(text) {
            return Ok(known);
        }
        let requirement = self.intern(Requirement::parse(text)?);
        self.written.insert(text.to_owned(), requirement);
        Ok(requirement)
    }

    fn intern(&mut self, requirement: Requirement) -> u32 {
        let next = number(self.requirements.len());
        let known = *self.known.entry(requirement.to_string()).or_insert(next);
        if known == next {
            self.requirements.push(requirement);
        }
        known
    }

    fn merged(&mut self, list: Vec<u32>) -> Result<Vec<u32>, String> {
        let names: BTreeSet<_> =
            list.iter().map(|&place| self.requirements[place as usize].name()).collect();
        if names.len() == list.len() {
            return Ok(list);
        }
        let all = list.iter().map(|&place| self.requirements[place as usize].clone());
        let merged = requirement::merge(all)
            .map_err(|conflict| format!("{} <--!--> {}", conflict.0, conflict.1))?;
        Ok(merged.into_iter().map(|requirement| self.intern(requirement)).collect())
    }

    fn span(&mut self, text: &str) -> Span {
        let start = number(self.text.len());
        self.text.push_str(text);
        Span { start, end: number(self.text.len()) }
    }

    fn enter(
        &mut self,
        catalogue: &mut Catalogue,
        package: &Package,
        variants: Vec<Result<Vec<u32>, String>>,
    ) {
        let definition = &package.definition;
        catalogue.versions.push(VersionRow {
            text: self.span(&definition.version),
            timestamp: definition.timestamp,
            position: package.position,
            is_numbered: !definition.variants.is_empty(),
        });
        for variant in variants {
            match variant {
                Ok(requirements) => catalogue.edges.extend(requirements),
                Err(conflict) => {
                    let variant = number(catalogue.variant_starts.len() - 1);
                    let conflict = self.span(&conflict);
                    catalogue.broken.push((variant, conflict));
                }
            }
            catalogue.variant_starts.push(number(catalogue.edges.len()));
        }
        catalogue.version_starts.push(number(catalogue.variant_starts.len() - 1));
    }

    /// What is known of each requirement: its family, its variants, and the rank of its range.
    fn rows(
        &mut self,
        catalogue: &mut Catalogue,
        numbers: &HashMap<&String, u32>,
        keys: &[Vec<OrderKey>],
    ) {
        let requirements = std::mem::take(&mut self.requirements);
        let ranks = ranks(&requirements);
        catalogue.interval_starts.push(0);
        for (requirement, rank) in requirements.iter().zip(ranks) {
            let family = numbers.get(&requirement.name().to_owned()).copied().unwrap_or_default();
            let keys = &keys[family as usize];
            let start = catalogue.versions_range(family as usize).start;
            let first = catalogue.version_starts[start];
            let place = |version: usize| catalogue.version_starts[start + version] - first;
            let allowed = intervals(keys.len(), &requirement.allowed(), |index| keys.get(index));
            let allowed = allowed.into_iter().map(|(start, end)| (place(start), place(end)));
            catalogue.intervals.extend(allowed);
            catalogue.interval_starts.push(number(catalogue.intervals.len()));
            catalogue.requirements.push(RequirementRow {
                text: self.span(&requirement.to_string()),
                family,
                kind: requirement.kind(),
                is_void: requirement.range().is_none(),
                rank,
            });
        }
    }
}

impl Catalogue {
    /// Makes room for what is worked out late.
    pub(super) fn prepare(&mut self) {
        let voids = self.requirements.iter().filter(|requirement| requirement.is_void);
        self.voids = voids.map(|requirement| requirement.family).collect();
        self.indexes = std::iter::repeat_with(OnceLock::new).take(self.names.len()).collect();
        self.parsed = std::iter::repeat_with(OnceLock::new).take(self.requirements.len()).collect();
        self.keys = std::iter::repeat_with(OnceLock::new).take(self.versions.len()).collect();
    }
}

/// The place of each requirement's range among all; equal ranges share one, and no range at all comes first.
fn ranks(requirements: &[Requirement]) -> Vec<u32> {
    let compare = |one: &usize, other: &usize| match (
        requirements[*one].range(),
        requirements[*other].range(),
    ) {
        (Some(one), Some(other)) => compare(one, other),
        (one, other) => one.is_some().cmp(&other.is_some()),
    };
    let mut order: Vec<usize> = (0..requirements.len()).collect();
    order.sort_by(compare);
    let mut ranks = vec![0; requirements.len()];
    for pair in order.windows(2) {
        let is_higher = compare(&pair[0], &pair[1]).is_lt();
        ranks[pair[1]] = ranks[pair[0]] + u32::from(is_higher);
    }
    ranks
}

/// Which of `count` versions, newest first, lie in a set: ascending intervals without common ends.
pub(super) fn intervals<'key>(
    count: usize,
    set: &VersionSet,
    key: impl Fn(usize) -> Option<&'key OrderKey>,
) -> Vec<(usize, usize)> {
    // The first version that is not above a bound: at it, or below it.
    let first = |is_beyond: &dyn Fn(&OrderKey) -> bool| {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if key(middle).is_some_and(is_beyond) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (low, high) in set.intervals() {
        let start = match high {
            Bound::Unbounded => 0,
            Bound::Included(high) => first(&|key| key > Point::key(high)),
            Bound::Excluded(high) => first(&|key| key >= Point::key(high)),
        };
        let end = match low {
            Bound::Unbounded => count,
            Bound::Included(low) => first(&|key| key >= Point::key(low)),
            Bound::Excluded(low) => first(&|key| key > Point::key(low)),
        };
        if start >= end {
            continue;
        }
        // The set ascends and the versions descend.
        match found.last_mut() {
            Some(last) if last.0 <= end => last.0 = start,
            _ => found.push((start, end)),
        }
    }
    found.reverse();
    found
}

/// Numbers fit, or the catalogue is refused in the end.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
