//! Packages as a resolve needs them: numbered, with every requirement read once.

mod build;
mod family;
mod pack;

use std::{
    ops::Range,
    sync::{Mutex, OnceLock, PoisonError},
};

use trainyard_version::{OrderKey, VersionSet};

pub use self::build::PackageDefinition;
pub(crate) use self::family::FamilyIndex;
use crate::{
    bits,
    engine::Room,
    range,
    requirement::{Kind, Requirement},
};

/// A piece of the catalogue's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

/// A version of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
struct VersionRow {
    text: Span,
    /// When it was released, in seconds since 1970; 0 where nobody knows.
    timestamp: u64,
    /// Where it stood among the versions of its family as they were given.
    position: u32,
    /// Whether its variants have numbers; a package without variants counts as one that has none.
    is_numbered: bool,
}

/// A requirement, shared by all packages that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RequirementRow {
    text: Span,
    family: u32,
    kind: Kind,
    /// Whether it forbids nothing (`~foo`).
    is_void: bool,
    /// Its range's place among all ranges of the catalogue, as Rez orders them.
    rank: u32,
}

/// All packages that a resolve may choose from.
///
/// Families, versions, variants and requirements are numbered; a version stands for the bits of its variants, newest
/// version first, so that a range over a family is a few intervals of numbers. Cheap to share: what is worked out late
/// (which variants need what, ranges as sets) is worked out once, by whichever thread needs it first.
#[derive(Debug, Default)]
pub struct Catalogue {
    text: String,
    /// Names of families, ascending; those that are only required are among them.
    names: Vec<Span>,
    /// The first version of each family, and the end.
    family_starts: Vec<u32>,
    versions: Vec<VersionRow>,
    /// The first variant of each version, and the end.
    version_starts: Vec<u32>,
    /// The first requirement of each variant in `edges`, and the end.
    variant_starts: Vec<u32>,
    /// Requirements of variants, in the order of the package.
    edges: Vec<u32>,
    requirements: Vec<RequirementRow>,
    /// The first of each requirement's intervals, and the end.
    interval_starts: Vec<u32>,
    /// Which variants of its family satisfy a requirement, counted from the family's first.
    intervals: Vec<(u32, u32)>,
    /// Variants whose own requirements conflict, ascending, with the two that do.
    broken: Vec<(u32, Span)>,
    /// Families of requirements that say nothing at all.
    voids: Vec<u32>,
    indexes: Vec<OnceLock<FamilyIndex>>,
    parsed: Vec<OnceLock<Requirement>>,
    keys: Vec<OnceLock<Option<OrderKey>>>,
    /// Where resolves write; as many as there ever were at the same time.
    rooms: Mutex<Vec<Room>>,
}

/// A catalogue is what it says; what was worked out late does not count.
impl PartialEq for Catalogue {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.names == other.names
            && self.family_starts == other.family_starts
            && self.versions == other.versions
            && self.version_starts == other.version_starts
            && self.variant_starts == other.variant_starts
            && self.edges == other.edges
            && self.requirements == other.requirements
            && self.interval_starts == other.interval_starts
            && self.intervals == other.intervals
            && self.broken == other.broken
    }
}

/// The half-open range between an entry of a table of starts and the next one.
fn between(starts: &[u32], index: usize) -> Range<usize> {
    starts[index] as usize..starts[index + 1] as usize
}

impl Catalogue {
    /// How many families it knows, those that are only required among them.
    pub fn family_count(&self) -> usize {
        self.names.len()
    }

    /// How many versions of packages it holds.
    pub fn version_count(&self) -> usize {
        self.versions.len()
    }

    /// How many variants its packages have; a package without variants counts as one.
    pub fn variant_count(&self) -> usize {
        self.variant_starts.len().saturating_sub(1)
    }

    /// The families that have packages, ascending.
    pub fn families(&self) -> impl Iterator<Item = &str> {
        (0..self.names.len())
            .filter(|&family| self.has_packages(family))
            .map(|family| self.name(family))
    }

    /// The versions of a family as they are written, newest first; none where there is no such family.
    pub fn versions_of(&self, family: &str) -> impl Iterator<Item = &str> {
        let versions = self.family(family).map_or(0..0, |family| self.versions_range(family));
        versions.map(|version| self.version_text(version))
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The number of a family.
    pub(crate) fn family(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|span| self.slice(*span).cmp(name)).ok()
    }

    pub(crate) fn name(&self, family: usize) -> &str {
        self.slice(self.names[family])
    }

    pub(crate) fn versions_range(&self, family: usize) -> Range<usize> {
        between(&self.family_starts, family)
    }

    pub(crate) fn has_packages(&self, family: usize) -> bool {
        !self.versions_range(family).is_empty()
    }

    /// The variants of a family.
    pub(crate) fn variants_of_family(&self, family: usize) -> Range<usize> {
        let versions = self.versions_range(family);
        self.version_starts[versions.start] as usize..self.version_starts[versions.end] as usize
    }

    /// The variants of a version.
    pub(crate) fn variants_of_version(&self, version: usize) -> Range<usize> {
        between(&self.version_starts, version)
    }

    /// The version of a variant of a family.
    pub(crate) fn version_of(&self, family: usize, variant: usize) -> usize {
        let versions = self.versions_range(family);
        let starts = &self.version_starts[versions.clone()];
        versions.start + starts.partition_point(|&start| start as usize <= variant) - 1
    }

    pub(crate) fn version_text(&self, version: usize) -> &str {
        self.slice(self.versions[version].text)
    }

    /// When a version was released; 0 where nobody knows.
    pub(crate) fn timestamp(&self, version: usize) -> u64 {
        self.versions[version].timestamp
    }

    /// Where a version stood as its family was given.
    pub(crate) fn position(&self, version: usize) -> u32 {
        self.versions[version].position
    }

    /// The number that Rez gives a variant; none where its package has no variants.
    pub(crate) fn variant_index(&self, version: usize, variant: usize) -> Option<usize> {
        self.versions[version].is_numbered.then(|| variant - self.version_starts[version] as usize)
    }

    /// The order key of a version; read when it is first needed.
    pub(crate) fn key(&self, version: usize) -> Option<&OrderKey> {
        let read = || range::parse_version(self.version_text(version)).ok();
        let key = self.keys[version].get_or_init(|| read().map(|version| version.key().clone()));
        key.as_ref()
    }

    /// Requirements of a variant, merged, in the order of the package.
    pub(crate) fn requirements_of(&self, variant: usize) -> &[u32] {
        &self.edges[between(&self.variant_starts, variant)]
    }

    pub(crate) fn requirement_count(&self) -> usize {
        self.requirements.len()
    }

    pub(crate) fn requirement_family(&self, requirement: u32) -> usize {
        self.requirements[requirement as usize].family as usize
    }

    pub(crate) fn requirement_kind(&self, requirement: u32) -> Kind {
        self.requirements[requirement as usize].kind
    }

    /// Whether the requirement says nothing at all (`~foo`).
    pub(crate) fn is_void(&self, requirement: u32) -> bool {
        self.requirements[requirement as usize].is_void
    }

    /// The place of its range among all ranges, as Rez orders them.
    pub(crate) fn rank(&self, requirement: u32) -> u32 {
        self.requirements[requirement as usize].rank
    }

    pub(crate) fn requirement_text(&self, requirement: u32) -> &str {
        self.slice(self.requirements[requirement as usize].text)
    }

    /// Which variants of its family satisfy a requirement, as intervals.
    pub(crate) fn intervals(&self, requirement: u32) -> &[(u32, u32)] {
        &self.intervals[between(&self.interval_starts, requirement as usize)]
    }

    /// The requirement with its range as a set; read when it is first needed.
    pub(crate) fn requirement(&self, requirement: u32) -> &Requirement {
        self.parsed[requirement as usize].get_or_init(|| {
            let text = self.requirement_text(requirement);
            // What was built from requirements is read again without fail.
            Requirement::parse(text)
                .unwrap_or_else(|_| Requirement::required(text, VersionSet::full()))
        })
    }

    /// Families that some package mentions weakly and without a range (`~foo`).
    pub(crate) fn voids(&self) -> impl Iterator<Item = usize> + '_ {
        self.voids.iter().map(|&family| family as usize)
    }

    /// What conflicts within a variant's own requirements.
    pub(crate) fn broken(&self, variant: usize) -> Option<&str> {
        let found =
            self.broken.binary_search_by_key(&variant, |(broken, _)| *broken as usize).ok()?;
        Some(self.slice(self.broken[found].1))
    }

    /// Whether a variant's own requirements conflict.
    pub(crate) fn is_broken(&self, variant: usize) -> bool {
        self.broken.binary_search_by_key(&variant, |(broken, _)| *broken as usize).is_ok()
    }

    /// Who needs what within a family; worked out when it is first needed.
    pub(crate) fn index(&self, family: usize) -> &FamilyIndex {
        self.indexes[family].get_or_init(|| FamilyIndex::new(self, family))
    }

    /// An empty room for a resolve.
    pub(crate) fn room(&self) -> Room {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.pop().unwrap_or_default()
    }

    /// Keeps a room that is empty again.
    pub(crate) fn give_back(&self, room: Room) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }

    /// How many words hold a family's variants.
    pub(crate) fn words(&self, family: usize) -> usize {
        bits::words_for(self.variants_of_family(family).len())
    }

    /// Which variants of a family lie in a set, as intervals counted from the family's first.
    ///
    /// *Cost*: a few comparisons for each interval of the set; versions are read as they are met.
    pub(crate) fn intervals_of(&self, family: usize, set: &VersionSet) -> Vec<(u32, u32)> {
        let versions = self.versions_range(family);
        let first = self.version_starts[versions.start];
        let place = |version: usize| self.version_starts[version] - first;
        build::intervals(versions.len(), set, |index| self.key(versions.start + index))
            .into_iter()
            .map(|(start, end)| (place(versions.start + start), place(versions.start + end)))
            .collect()
    }
}
