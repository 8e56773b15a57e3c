//! The pins of a bundle with the releases they stand for.

use trainyard_report::{Finding, Location};
use trainyard_version::Scheme;

use crate::{Bundle, Catalogue, NameId, Need, Numbered, Pin, Place, Release};

/// A pin with the release it stands for.
pub(super) struct Seat<'a> {
    pub(super) pin: &'a Pin,
    /// The release; `None` where the catalogue does not know it.
    pub(super) release: Option<&'a Release>,
    /// The number of the component's name, where the catalogue knows it.
    pub(super) name: Option<NameId>,
}

impl Seat<'_> {
    /// The pinned version, read as the release is, else as its component's releases are.
    pub(super) fn version(&self, catalogue: &Catalogue) -> Numbered {
        if let Some(release) = self.release {
            return release.version().clone();
        }
        let family = self.name.map(|name| catalogue.releases(name)).unwrap_or_default();
        let scheme =
            family.last().map_or_else(Scheme::semver, |newest| newest.version().scheme().clone());
        Numbered::read(&self.pin.version, &scheme)
    }

    /// `core 1.0.2`.
    pub(super) fn title(&self) -> String {
        match self.pin.shown() {
            "" => self.pin.name.clone(),
            shown => [self.pin.name.as_str(), shown].join(" "),
        }
    }

    /// Where the pin is.
    pub(super) fn location(&self) -> Option<Location> {
        self.pin.place.as_ref().map(Place::location)
    }
}

/// A bundle's pins by the numbers of their names.
pub(super) struct Seats<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) catalogue: &'a Catalogue,
    /// In the bundle's order.
    pub(super) all: Vec<Seat<'a>>,
    /// Index into `all`, plus one, by name; 0 where it is not pinned.
    by_name: Vec<u32>,
}

impl<'a> Seats<'a> {
    pub(super) fn new(bundle: &'a Bundle, catalogue: &'a Catalogue) -> Self {
        let mut by_name = vec![0; catalogue.names()];
        let mut all = Vec::with_capacity(bundle.pins.len());
        for (number, pin) in (1u32..).zip(&bundle.pins) {
            let name = catalogue.name(&pin.name);
            let release = name.and_then(|name| release_of(catalogue, name, pin));
            if let Some(slot) = name.and_then(|name| by_name.get_mut(index(name))) {
                *slot = number;
            }
            all.push(Seat { pin, release, name });
        }
        Self { bundle, catalogue, all, by_name }
    }

    /// The pin of a name.
    pub(super) fn of(&self, name: NameId) -> Option<&Seat<'a>> {
        let number = usize::try_from(*self.by_name.get(index(name))?).ok()?;
        self.all.get(number.checked_sub(1)?)
    }

    /// The index of a name's pin.
    pub(super) fn index_of(&self, name: NameId) -> Option<usize> {
        usize::try_from(*self.by_name.get(index(name))?).ok()?.checked_sub(1)
    }

    /// The pinned releases that are known, with their requirements.
    pub(super) fn releases(&self) -> impl Iterator<Item = (&Seat<'a>, &'a Release)> {
        self.all.iter().filter_map(|seat| Some((seat, seat.release?)))
    }

    /// Whether a pinned version is in the range of a need.
    pub(super) fn admits(&self, need: Need, seat: &Seat<'_>) -> bool {
        match seat.release {
            Some(release) => self.catalogue.admitted(need.range).contains(release.rank),
            None => self
                .catalogue
                .range(need.range)
                .is_some_and(|range| range.admits(&seat.version(self.catalogue))),
        }
    }

    /// A pinned release that stands in for a component, within a range.
    pub(super) fn stand_in(&self, need: Need) -> Option<&Seat<'a>> {
        let providers = self.catalogue.family(need.target)?.providers();
        let range = self.catalogue.range(need.range)?;
        providers.iter().find_map(|(id, counts_as)| {
            let release = self.catalogue.release(*id)?;
            let seat = self.of(release.name)?;
            let is_pinned = seat.release.is_some_and(|pinned| std::ptr::eq(pinned, release));
            let version = counts_as.as_ref().unwrap_or_else(|| release.version());
            (is_pinned && range.admits(version)).then_some(seat)
        })
    }
}

fn index(name: NameId) -> usize {
    usize::try_from(name.0).unwrap_or(usize::MAX)
}

/// The release that a pin stands for: by digest where the pin has one, by commit or tag where it has no version.
fn release_of<'a>(catalogue: &'a Catalogue, name: NameId, pin: &Pin) -> Option<&'a Release> {
    if pin.version.is_empty() {
        return catalogue.releases(name).iter().rev().find(|release| {
            let origin = &release.manifest.origin;
            let is_tag = pin.tag.is_some() && origin.tag == pin.tag;
            is_tag || same_commit(origin.commit.as_deref(), pin.commit.as_deref())
        });
    }
    if pin.digest.is_none() {
        return catalogue.find_first(name, &pin.version);
    }
    let found = catalogue.find(name, &pin.version);
    let exact = found.iter().find(|release| pin.digest.as_ref() == Some(&release.digest));
    exact.or_else(|| found.first()).copied()
}

/// Whether two commits are one; one of them may be cut short.
pub(super) fn same_commit(left: Option<&str>, right: Option<&str>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    left.len() >= 7 && right.len() >= 7 && (left.starts_with(right) || right.starts_with(left))
}

/// Adds a place where there is one.
pub(super) fn at(finding: Finding, location: Option<Location>) -> Finding {
    match location {
        Some(location) => finding.at(location),
        None => finding,
    }
}
