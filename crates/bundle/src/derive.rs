//! A studio's bundle: an official one, and what the studio does differently (policy row A22).

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use trainyard_report::{Code, Finding};
use trainyard_version::{ParseError, Scheme};

use crate::{Base, Bundle, Numbered, Pin, Place, flavours::EVERYTHING, nearest, write::SCHEME};

/// What a derived bundle does differently from its base.
///
/// *Invariants*: each name stands in one of the lists, once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Pins that the base lacks.
    pub added: Vec<Pin>,
    /// Pins that the base has in another version.
    pub overridden: Vec<Pin>,
    /// Names of the base's pins that are left out.
    pub removed: Vec<String>,
}

impl Delta {
    /// What a bundle does differently from another.
    ///
    /// *Order*: as the bundles list them.
    pub fn between(base: &Bundle, derived: &Bundle) -> Self {
        let mut delta = Self::default();
        for pin in &derived.pins {
            match base.pin(&pin.name) {
                None => delta.added.push(pin.clone()),
                Some(other) if is_same(other, pin) => {}
                Some(_) => delta.overridden.push(pin.clone()),
            }
        }
        let is_gone = |pin: &&Pin| derived.pin(&pin.name).is_none();
        delta.removed = base.pins.iter().filter(is_gone).map(|pin| pin.name.clone()).collect();
        delta
    }

    /// The bundle that results from a base.
    ///
    /// What the delta says wins: an added pin replaces one that the base has by now, and names to remove may be gone
    /// already. [`rebase`] tells of both.
    pub fn apply(&self, base: &Bundle) -> Bundle {
        let mut bundle = base.clone();
        bundle.base = Some(Base {
            name: base.name.clone(),
            version: base.version.as_ref().map(|version| version.text().to_owned()),
            digest: Some(base.fingerprint()),
            path: None,
        });
        bundle.without = Vec::new();
        bundle.pins.retain(|pin| !self.removed.contains(&pin.name));
        for pin in self.overridden.iter().chain(&self.added) {
            match bundle.pins.iter_mut().find(|known| known.name == pin.name) {
                Some(known) => *known = pin.clone(),
                None => bundle.pins.push(pin.clone()),
            }
        }
        let names: BTreeSet<_> = bundle.pins.iter().map(|pin| pin.name.clone()).collect();
        for flavour in bundle.flavours.values_mut() {
            flavour.members.retain(|member| member == EVERYTHING || names.contains(member));
        }
        bundle
    }

    /// How far the derived bundle is from its base: how many pins differ.
    pub fn distance(&self) -> usize {
        self.added.len() + self.overridden.len() + self.removed.len()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.distance() == 0
    }
}

impl Bundle {
    /// The whole bundle that a delta means, given its base. What the delta says of itself wins.
    ///
    /// *Cost*: the product of the pins of both, at worst.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut delta = Delta { removed: self.without.clone(), ..Delta::default() };
        for pin in &self.pins {
            let is_known = base.pin(&pin.name).is_some();
            let list = if is_known { &mut delta.overridden } else { &mut delta.added };
            list.push(pin.clone());
        }
        let mut whole = delta.apply(base);
        whole.name.clone_from(&self.name);
        whole.version.clone_from(&self.version);
        whole.is_final = self.is_final;
        whole.base.clone_from(&self.base);
        whole.place.clone_from(&self.place);
        if !self.servers.is_empty() {
            whole.servers.clone_from(&self.servers);
        }
        if !self.platforms.is_empty() {
            whole.platforms.clone_from(&self.platforms);
        }
        if !self.dependency_packages.is_empty() {
            whole.dependency_packages.clone_from(&self.dependency_packages);
        }
        whole.launcher = self.launcher.clone().or(whole.launcher);
        whole.python = self.python.clone().or(whole.python);
        whole.flavours.extend(self.flavours.clone());
        whole
    }
}

/// What a studio asks for when it derives a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    /// What the new bundle is called.
    pub name: String,
    /// Its version, by the scheme of its base's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Pins that the base has in another version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Pin>,
    /// Pins that the base lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additions: Vec<Pin>,
    /// Names of the base's pins that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removals: Vec<String>,
}

/// Why a bundle cannot be derived as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// What shall be overridden or left out is not there.
    #[error("{base} does not pin `{name}`, so it cannot be {what}")]
    NotPinned {
        /// The base's title.
        base: String,
        /// The name.
        name: String,
        /// What was to be done with it.
        what: &'static str,
        /// The name that was probably meant.
        meant: Option<String>,
    },
    /// What shall be added is there.
    #[error("{base} pins {name} {version} already")]
    Pinned {
        /// The base's title.
        base: String,
        /// The component.
        name: String,
        /// Its pinned version.
        version: String,
    },
    /// One component shall be changed twice.
    #[error("`{0}` is named twice")]
    Twice(String),
    /// The bundle's version is none.
    #[error("the bundle's version: {0}")]
    Version(ParseError),
}

impl Bundle {
    /// The delta of a new bundle over this one; `path` is where this one lies, seen from the new one's file.
    ///
    /// *Errors*: an override or a removal of what is not pinned, an addition of what is, a name twice, a version that
    /// the scheme of this bundle's refuses. *Cost*: the product of the pins and what is asked for.
    pub fn derived(
        &self,
        asked: &Derivation,
        path: Option<Utf8PathBuf>,
    ) -> Result<Self, DeriveError> {
        for pin in &asked.overrides {
            self.must_pin(&pin.name, "overridden")?;
        }
        if let Some(known) = asked.additions.iter().find_map(|pin| self.pin(&pin.name)) {
            let (base, name) = (self.title(), known.name.clone());
            return Err(DeriveError::Pinned { base, name, version: known.shown().to_owned() });
        }
        for name in &asked.removals {
            self.must_pin(name, "left out")?;
        }
        let pins = || asked.overrides.iter().chain(&asked.additions);
        let mut seen = BTreeSet::new();
        let mut names = pins().map(|pin| &pin.name).chain(&asked.removals);
        if let Some(twice) = names.find(|name| !seen.insert(*name)) {
            return Err(DeriveError::Twice(twice.clone()));
        }
        Ok(Self {
            name: asked.name.clone(),
            version: asked.version.as_deref().map(|text| self.next_number(text)).transpose()?,
            is_final: self.is_final,
            base: Some(self.as_base(path)),
            without: asked.removals.clone(),
            pins: pins().cloned().collect(),
            ..Self::default()
        })
    }

    /// The delta of a rebased bundle: what its file says besides pins stays.
    #[must_use]
    pub fn moved(&self, rebased: &Rebased, onto: &Self, path: Option<Utf8PathBuf>) -> Self {
        let delta = &rebased.delta;
        Self {
            pins: delta.overridden.iter().chain(&delta.added).cloned().collect(),
            without: delta.removed.clone(),
            base: Some(onto.as_base(path)),
            ..self.clone()
        }
    }

    /// This bundle as another's base.
    pub fn as_base(&self, path: Option<Utf8PathBuf>) -> Base {
        Base {
            name: self.name.clone(),
            version: self.version.as_ref().map(|version| version.text().to_owned()),
            digest: Some(self.fingerprint()),
            path,
        }
    }

    /// A version by the scheme of this bundle's, else by the usual one of bundles.
    ///
    /// *Errors*: [`DeriveError::Version`].
    pub fn next_number(&self, text: &str) -> Result<Numbered, DeriveError> {
        let scheme = self.version.as_ref().map_or_else(usual_scheme, |it| it.scheme().clone());
        let version = Numbered::read(text, &scheme);
        match version.error() {
            Some(error) => Err(DeriveError::Version(error.clone())),
            None => Ok(version),
        }
    }

    fn must_pin(&self, name: &str, what: &'static str) -> Result<(), DeriveError> {
        if self.pin(name).is_some() {
            return Ok(());
        }
        let names = self.pins.iter().map(|pin| pin.name.as_str());
        let meant = nearest(name, names).map(str::to_owned);
        Err(DeriveError::NotPinned { base: self.title(), name: name.to_owned(), what, meant })
    }
}

/// How bundles are numbered where nobody says.
fn usual_scheme() -> Scheme {
    SCHEME.parse().unwrap_or_else(|_| Scheme::semver())
}

/// What is wrong between a delta and what lies where its base shall be.
pub fn base_findings(delta: &Bundle, found: &Bundle) -> Vec<Finding> {
    let mut findings = Vec::new();
    let title = delta.title();
    if let Some(base) = &delta.base {
        let version = found.version.as_ref().map(Numbered::text);
        let is_other = base.name != found.name || base.version.as_deref() != version;
        let message = if is_other {
            let named = Bundle { name: base.name.clone(), ..Bundle::default() }.title();
            let named = base.version.iter().fold(named, |named, it| format!("{named} {it}"));
            Some(format!("it was derived from {named}, and its base is {} now", found.title()))
        } else if base.digest.as_ref().is_some_and(|digest| *digest != found.fingerprint()) {
            Some(format!("its base {} has other pins than when it was derived", found.title()))
        } else {
            None
        };
        findings.extend(message.map(|message| {
            Finding::new(Code::BASE_CHANGED, &title, message)
                .suggest("carry it over with `trainyard bundle rebase`")
        }));
    }
    for name in delta.without.iter().filter(|name| found.pin(name).is_none()) {
        let message = format!("it leaves out `{name}`, which its base does not have");
        let mut finding = Finding::new(Code::LEFT_OUT_NOTHING, &title, message);
        let names = found.pins.iter().map(|pin| pin.name.as_str());
        finding.suggestion =
            nearest(name, names).map(|meant| format!("write `{meant}`, if that is meant"));
        findings.push(finding);
    }
    for finding in &mut findings {
        finding.locations.extend(delta.place.as_ref().map(Place::location));
    }
    findings
}

/// A delta carried over to another base.
#[derive(Clone, Debug)]
pub struct Rebased {
    /// What still differs from the new base.
    pub delta: Delta,
    /// The new base with the delta.
    pub bundle: Bundle,
    /// Where both sides did something to the same component; the studio's choice stands.
    pub conflicts: Vec<RebaseConflict>,
    /// Names of components for which the new base has what the studio wanted.
    pub absorbed: Vec<String>,
}

/// A component to which both sides did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaseConflict {
    /// The component.
    pub name: String,
    /// The version in the old base.
    pub old_base: Option<String>,
    /// The version in the new base.
    pub new_base: Option<String>,
    /// The studio's version; none where the studio leaves it out.
    pub own: Option<String>,
    /// What happened, in a sentence.
    pub what: String,
}

/// Carries what a studio does differently from one base over to another.
///
/// Only what both sides touched is a conflict: an override whose base stayed is none.
///
/// *Order*: conflicts in the delta's order.
pub fn rebase(delta: &Delta, old: &Bundle, new: &Bundle) -> Rebased {
    let mut kept = Delta::default();
    let mut conflicts = Vec::new();
    let mut absorbed = Vec::new();
    let shown = |pin: Option<&Pin>| pin.map(|pin| pin.shown().to_owned());
    for pin in delta.overridden.iter().chain(&delta.added) {
        let (before, after) = (old.pin(&pin.name), new.pin(&pin.name));
        if after.is_some_and(|after| is_same(after, pin)) {
            absorbed.push(pin.name.clone());
            continue;
        }
        let what = match (before, after) {
            (Some(before), Some(after)) if is_same(before, after) => None,
            (None, None) => None,
            (Some(_), Some(_)) => Some("both have another version than before"),
            (None, Some(_)) => Some("the new base has it by now, in another version"),
            (Some(_), None) => Some("the new base leaves it out"),
        };
        conflicts.extend(what.map(|what| RebaseConflict {
            name: pin.name.clone(),
            old_base: shown(before),
            new_base: shown(after),
            own: Some(pin.shown().to_owned()),
            what: what.to_owned(),
        }));
        let list = if after.is_some() { &mut kept.overridden } else { &mut kept.added };
        list.push(pin.clone());
    }
    for name in &delta.removed {
        let (before, after) = (old.pin(name), new.pin(name));
        let Some(now) = after else {
            absorbed.push(name.clone());
            continue;
        };
        if before.is_some_and(|before| !is_same(before, now)) {
            conflicts.push(RebaseConflict {
                name: name.clone(),
                old_base: shown(before),
                new_base: shown(after),
                own: None,
                what: "the new base has another version of what is left out".to_owned(),
            });
        }
        kept.removed.push(name.clone());
    }
    let bundle = kept.apply(new);
    Rebased { delta: kept, bundle, conflicts, absorbed }
}

/// Whether two pins mean the same release, as far as both say.
fn is_same(left: &Pin, right: &Pin) -> bool {
    let agree = |left: Option<&str>, right: Option<&str>| match (left, right) {
        (Some(left), Some(right)) => left == right,
        _ => true,
    };
    let digest = |pin: &Pin| pin.digest.as_ref().map(|digest| digest.as_str().to_owned());
    left.version == right.version
        && agree(digest(left).as_deref(), digest(right).as_deref())
        && agree(left.commit.as_deref(), right.commit.as_deref())
}
