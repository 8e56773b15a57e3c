//! All manifests that are known.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use crate::{Digest, Kind, Manifest, Numbered, Range, RankSet, nearest};

/// A component's name, as a number. Names are numbered in alphabetical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// A release, as a number. Releases of one component have neighbouring numbers, in the order of their versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseId(pub u32);

/// A range over one component's versions, as a number; equal ranges have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RangeId(pub u32);

/// One release: name, version and digest.
#[derive(Debug)]
pub struct Release {
    /// What it says of itself.
    pub manifest: Arc<Manifest>,
    /// Its component.
    pub name: NameId,
    /// Its place among the component's releases, from 0, lowest version first.
    pub rank: usize,
    /// Its content: what the manifest says, else the manifest's fingerprint.
    pub digest: Digest,
    /// Its requirements, in the manifest's order.
    pub needs: Box<[Need]>,
    /// How many contents its version was published with, this one included.
    pub contents: usize,
}

impl Release {
    /// Its version.
    pub fn version(&self) -> &Numbered {
        &self.manifest.version
    }
}

/// A requirement with its names and ranges as numbers.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The component that is asked for.
    pub target: NameId,
    /// Which of its versions.
    pub range: RangeId,
    /// What it means.
    pub kind: Kind,
}

/// A component: its name, and where its releases are.
#[derive(Debug)]
pub struct Family {
    name: String,
    first: usize,
    length: usize,
    /// Ranks by the texts of versions, as written and canonical; several where contents differ.
    by_text: HashMap<Box<str>, Vec<usize>>,
    /// Releases of other components that stand in for it, with the version they count as.
    providers: Vec<(ReleaseId, Option<Numbered>)>,
    /// The name that was probably meant by this one; looked for when it is first asked for.
    meant: OnceLock<Option<NameId>>,
}

impl Family {
    /// The component's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many releases are known; none where it is only asked for.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether no release is known.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Releases of other components that stand in for it, with the version they count as (`None`: their own).
    pub fn providers(&self) -> &[(ReleaseId, Option<Numbered>)] {
        &self.providers
    }
}

/// A range over one component's versions.
#[derive(Debug)]
struct KnownRange {
    target: NameId,
    range: Range,
    /// Worked out when it is first asked for.
    admitted: OnceLock<RankSet>,
}

/// All manifests that are known.
///
/// *Order*: the same for any order in which manifests were added. *Invariants*: a release is name, version and digest;
/// the same release from two places is kept once, the tagged one first, then the older one.
#[derive(Debug, Default)]
pub struct Catalogue {
    families: Vec<Family>,
    by_name: HashMap<String, NameId>,
    releases: Vec<Release>,
    ranges: Vec<KnownRange>,
}

impl Catalogue {
    /// A catalogue of these manifests.
    ///
    /// *Cost*: n log n; what ranges admit is worked out when it is asked for.
    pub fn new(manifests: impl IntoIterator<Item = Manifest>) -> Self {
        Self::of(manifests.into_iter().map(digested))
    }

    /// This catalogue with more manifests, as if it had been made of all of them.
    ///
    /// Manifests are shared with this one, and their digests are not computed again: for a server that publishes a
    /// release, and swaps its catalogue for the next. *Cost*: n log n in all manifests.
    #[must_use]
    pub fn extended(&self, manifests: impl IntoIterator<Item = Manifest>) -> Self {
        let known = self.releases.iter();
        let known = known.map(|release| (release.digest.clone(), Arc::clone(&release.manifest)));
        Self::of(known.chain(manifests.into_iter().map(digested)))
    }

    /// Works out what every range admits, so that no later check pays for it.
    ///
    /// *Cost*: for each distinct range, one comparison per release of its target.
    pub fn prepare(&self) {
        for index in 0..self.ranges.len() {
            self.admitted(RangeId(number(index)));
        }
    }

    fn of(manifests: impl Iterator<Item = (Digest, Arc<Manifest>)>) -> Self {
        let mut by_name: HashMap<String, Vec<(Digest, Arc<Manifest>)>> = HashMap::new();
        let mut name = |name: &str| {
            if !by_name.contains_key(name) {
                by_name.insert(name.to_owned(), Vec::new());
            }
        };
        let manifests: Vec<_> = manifests.collect();
        for (_, manifest) in &manifests {
            manifest.requirements.iter().for_each(|requirement| name(&requirement.target));
            manifest.provides.iter().for_each(|provided| name(&provided.name));
            name(&manifest.name);
        }
        for (digest, manifest) in manifests {
            if let Some(known) = by_name.get_mut(&manifest.name) {
                known.push((digest, manifest));
            }
        }
        let mut families: Vec<_> = by_name.into_iter().collect();
        families.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let mut catalogue = Self::default();
        for (name, manifests) in families {
            catalogue.add_family(name, manifests);
        }
        catalogue.link();
        catalogue
    }

    fn add_family(&mut self, name: String, mut manifests: Vec<(Digest, Arc<Manifest>)>) {
        manifests.sort_by(|(left_digest, left), (right_digest, right)| {
            let version = left.version.version().cmp(right.version.version());
            let digest = || left_digest.cmp(right_digest);
            let tagged = || left.origin.tag.is_none().cmp(&right.origin.tag.is_none());
            let date = || left.date.cmp(&right.date);
            let origin = || {
                let text = |manifest: &Manifest| {
                    (manifest.origin.tag.clone(), manifest.origin.commit.clone())
                };
                text(left).cmp(&text(right))
            };
            version.then_with(digest).then_with(tagged).then_with(date).then_with(origin)
        });
        manifests.dedup_by(|(later_digest, later), (digest, first)| {
            later.version.version() == first.version.version() && later_digest == digest
        });
        let id = NameId(number(self.families.len()));
        let mut family = Family {
            name: name.clone(),
            first: self.releases.len(),
            length: manifests.len(),
            by_text: HashMap::new(),
            providers: Vec::new(),
            meant: OnceLock::new(),
        };
        for (rank, (digest, manifest)) in manifests.into_iter().enumerate() {
            let version = manifest.version.version();
            family.by_text.entry(version.text().into()).or_default().push(rank);
            if version.canonical() != version.text() {
                family.by_text.entry(version.canonical().into()).or_default().push(rank);
            }
            let needs = Box::default();
            self.releases.push(Release { manifest, name: id, rank, digest, needs, contents: 1 });
        }
        for release in self.releases.get_mut(family.first..).unwrap_or_default() {
            let text = release.manifest.version.version().canonical();
            release.contents = family.by_text.get(text).map_or(1, Vec::len);
        }
        self.families.push(family);
        self.by_name.insert(name, id);
    }

    /// Turns names and ranges into numbers.
    fn link(&mut self) {
        let mut known: HashMap<(NameId, &str, String, String), RangeId> = HashMap::new();
        for index in 0..self.releases.len() {
            let Some(release) = self.releases.get(index) else { continue };
            let manifest = Arc::clone(&release.manifest);
            let mut needs = Vec::with_capacity(manifest.requirements.len());
            for requirement in &manifest.requirements {
                let Some(target) = self.name(&requirement.target) else { continue };
                let range = &requirement.range;
                let (scheme, text) = (range.scheme().spec().to_owned(), range.text().to_owned());
                let key = (target, range.dialect(), scheme, text);
                let id = *known.entry(key).or_insert_with(|| {
                    let id = RangeId(number(self.ranges.len()));
                    let admitted = OnceLock::new();
                    self.ranges.push(KnownRange { target, range: range.clone(), admitted });
                    id
                });
                needs.push(Need { target, range: id, kind: requirement.kind });
            }
            for provided in &manifest.provides {
                let family =
                    self.name(&provided.name).and_then(|id| self.families.get_mut(index_of(id)));
                if let Some(family) = family {
                    family.providers.push((ReleaseId(number(index)), provided.version.clone()));
                }
            }
            if let Some(release) = self.releases.get_mut(index) {
                release.needs = needs.into();
            }
        }
    }

    /// The number of a name that is published or asked for.
    pub fn name(&self, name: &str) -> Option<NameId> {
        self.by_name.get(name).copied()
    }

    /// The component behind a number; `None` for numbers of other catalogues.
    pub fn family(&self, name: NameId) -> Option<&Family> {
        self.families.get(index_of(name))
    }

    /// All components by name, those too that are only asked for.
    pub fn families(&self) -> impl Iterator<Item = (NameId, &Family)> {
        (0u32..).map(NameId).zip(&self.families)
    }

    /// The releases of a component, lowest version first; the index is the rank.
    pub fn releases(&self, name: NameId) -> &[Release] {
        self.family(name)
            .and_then(|family| self.releases.get(family.first..family.first + family.length))
            .unwrap_or_default()
    }

    /// All releases, by component and version.
    pub fn all_releases(&self) -> &[Release] {
        &self.releases
    }

    /// The release behind a number; `None` for numbers of other catalogues.
    pub fn release(&self, id: ReleaseId) -> Option<&Release> {
        self.releases.get(usize::try_from(id.0).ok()?)
    }

    /// The number of a component's release.
    pub fn release_id(&self, release: &Release) -> Option<ReleaseId> {
        let family = self.family(release.name)?;
        Some(ReleaseId(number(family.first + release.rank)))
    }

    /// The releases of a version, as written or in its canonical spelling: several where the same version was published
    /// with several contents, none where it is not known.
    ///
    /// *Order*: tagged ones first, then the newest. *Cost*: one look-up.
    pub fn find(&self, name: NameId, version: &str) -> Vec<&Release> {
        let Some(family) = self.family(name) else { return Vec::new() };
        let all = self.releases(name);
        let ranks = family.by_text.get(version).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<_> = ranks.iter().filter_map(|rank| all.get(*rank)).collect();
        if found.len() > 1 {
            found.sort_by_key(|release| {
                let manifest = &release.manifest;
                let is_other_spelling = manifest.version.text() != version;
                (manifest.origin.tag.is_none(), is_other_spelling, std::cmp::Reverse(manifest.date))
            });
        }
        found
    }

    /// The first of [`Catalogue::find`]. *Cost*: one look-up.
    pub fn find_first(&self, name: NameId, version: &str) -> Option<&Release> {
        match self.family(name)?.by_text.get(version)?.as_slice() {
            [only] => self.releases(name).get(*only),
            _ => self.find(name, version).first().copied(),
        }
    }

    /// How many contents a version was published with. *Cost*: one look-up.
    pub fn count_of(&self, name: NameId, version: &str) -> usize {
        self.family(name).and_then(|family| family.by_text.get(version)).map_or(0, Vec::len)
    }

    /// The range behind a number; `None` for numbers of other catalogues.
    pub fn range(&self, id: RangeId) -> Option<&Range> {
        self.ranges.get(usize::try_from(id.0).ok()?).map(|known| &known.range)
    }

    /// Which of the target's releases a range admits, by rank.
    ///
    /// *Cost*: the first time, one comparison per release of the target; then none.
    pub fn admitted(&self, id: RangeId) -> &RankSet {
        static NONE: OnceLock<RankSet> = OnceLock::new();
        let Some(known) = usize::try_from(id.0).ok().and_then(|index| self.ranges.get(index))
        else {
            return NONE.get_or_init(RankSet::default);
        };
        known.admitted.get_or_init(|| {
            let releases = self.releases(known.target);
            let mut admitted = RankSet::none(releases.len());
            let fitting = releases.iter().filter(|release| known.range.admits(release.version()));
            fitting.for_each(|release| admitted.insert(release.rank));
            admitted
        })
    }

    /// The published name that was probably meant by another one. *Cost*: the first time, all names are compared.
    pub fn did_you_mean(&self, name: &str) -> Option<&str> {
        let Some(family) = self.name(name).and_then(|id| self.family(id)) else {
            return self.nearest_published(name);
        };
        let meant = family.meant.get_or_init(|| self.name(self.nearest_published(name)?));
        Some(self.family((*meant)?)?.name())
    }

    fn nearest_published(&self, name: &str) -> Option<&str> {
        let published = self.families.iter().filter(|family| !family.is_empty());
        nearest(name, published.map(Family::name).filter(|other| *other != name))
    }

    /// How many names there are, those too that are only asked for.
    pub fn names(&self) -> usize {
        self.families.len()
    }

    /// How many releases there are.
    pub fn len(&self) -> usize {
        self.releases.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }
}

/// A manifest with the digest that it says, else its own fingerprint.
fn digested(manifest: Manifest) -> (Digest, Arc<Manifest>) {
    let digest = manifest.digest.clone().unwrap_or_else(|| manifest.fingerprint());
    (digest, Arc::new(manifest))
}

/// More than four thousand million of anything do not fit into memory.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn index_of(name: NameId) -> usize {
    usize::try_from(name.0).unwrap_or(usize::MAX)
}
