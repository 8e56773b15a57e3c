//! What lies between two bundles.

use std::{cmp::Ordering, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Bundle, Catalogue, Pin, Release, flavours::pinned_release};

/// What lies between two bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleDifference {
    /// Components that differ, by name.
    pub components: Vec<ComponentDifference>,
    /// How many components are the same.
    pub unchanged: usize,
    /// The launcher, server, Python, dependency packages and flavours that differ.
    pub around: Vec<AroundDifference>,
}

/// A component that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentDifference {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub what: Movement,
    /// The version before.
    pub before: Option<String>,
    /// The version after.
    pub after: Option<String>,
    /// Requirements that are new or other than before, as `core >=1.2 (was >=1.0)`.
    pub requirements: Vec<String>,
}

/// What became of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Movement {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// A higher version.
    Raised,
    /// A lower version.
    Lowered,
    /// The same version with other content, or versions that cannot be compared.
    Replaced,
}

impl Movement {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Raised => "raised",
            Self::Lowered => "lowered",
            Self::Replaced => "replaced",
        }
    }
}

/// Something around the components that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AroundDifference {
    /// What it is, such as `launcher` or `flavour 2D`.
    pub what: String,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Compares two bundles.
///
/// *Order*: components by name. *Cost*: n log n in the pins.
pub fn difference(before: &Bundle, after: &Bundle, catalogue: &Catalogue) -> BundleDifference {
    let names: BTreeSet<_> =
        before.pins.iter().chain(&after.pins).map(|pin| pin.name.as_str()).collect();
    let mut found = BundleDifference::default();
    for name in names {
        match component(name, before.pin(name), after.pin(name), catalogue) {
            Some(different) => found.components.push(different),
            None => found.unchanged += 1,
        }
    }
    found.around = around(before, after);
    found
}

fn component(
    name: &str,
    before: Option<&Pin>,
    after: Option<&Pin>,
    catalogue: &Catalogue,
) -> Option<ComponentDifference> {
    let shown = |pin: Option<&Pin>| pin.map(|pin| pin.shown().to_owned());
    let old = before.and_then(|pin| pinned_release(catalogue, pin));
    let new = after.and_then(|pin| pinned_release(catalogue, pin));
    let what = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => Movement::Added,
        (Some(_), None) => Movement::Removed,
        (Some(before), Some(after)) => movement(before, after, old, new)?,
    };
    Some(ComponentDifference {
        name: name.to_owned(),
        what,
        before: shown(before),
        after: shown(after),
        requirements: requirements(old, new),
    })
}

/// How a pin moved; `None` where it stayed.
fn movement(
    before: &Pin,
    after: &Pin,
    old: Option<&Release>,
    new: Option<&Release>,
) -> Option<Movement> {
    let has_other_content =
        before.digest.is_some() && after.digest.is_some() && before.digest != after.digest
            || before.commit.is_some() && after.commit.is_some() && before.commit != after.commit;
    if before.version == after.version {
        return has_other_content.then_some(Movement::Replaced);
    }
    let (Some(old), Some(new)) = (old, new) else { return Some(Movement::Replaced) };
    Some(match new.version().version().cmp(old.version().version()) {
        Ordering::Greater => Movement::Raised,
        Ordering::Less => Movement::Lowered,
        Ordering::Equal => Movement::Replaced,
    })
}

/// Requirements of the newer release that the older one did not have.
fn requirements(old: Option<&Release>, new: Option<&Release>) -> Vec<String> {
    let Some(new) = new else { return Vec::new() };
    let known = old.map(|old| old.manifest.requirements.as_slice()).unwrap_or_default();
    let mut told = Vec::new();
    for requirement in &new.manifest.requirements {
        let same = |it: &&crate::Requirement| {
            it.target == requirement.target && it.kind == requirement.kind
        };
        let (target, range) = (&requirement.target, requirement.range.shown());
        let kind = match requirement.kind {
            crate::Kind::Hard => String::new(),
            kind => format!(" ({})", kind.as_str()),
        };
        match known.iter().find(same) {
            Some(before) if before.range == requirement.range => {}
            Some(before) => {
                told.push(format!("{target} {range}{kind} (was {})", before.range.shown()));
            }
            None if old.is_none() => {}
            None => told.push(format!("{target} {range}{kind} (new)")),
        }
    }
    told
}

fn around(before: &Bundle, after: &Bundle) -> Vec<AroundDifference> {
    let mut found = Vec::new();
    let mut compare = |what: String, before: Option<String>, after: Option<String>| {
        if before != after {
            found.push(AroundDifference { what, before, after });
        }
    };
    let text = |version: &Option<crate::Numbered>| version.as_ref().map(ToString::to_string);
    let servers = |bundle: &Bundle| {
        let texts: Vec<_> = bundle.servers.iter().map(ToString::to_string).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    };
    compare("launcher".to_owned(), text(&before.launcher), text(&after.launcher));
    compare("server".to_owned(), servers(before), servers(after));
    compare("Python".to_owned(), text(&before.python), text(&after.python));
    let platforms: BTreeSet<_> = [before, after]
        .into_iter()
        .flat_map(|bundle| &bundle.dependency_packages)
        .map(|package| package.platform.clone())
        .collect();
    for platform in platforms {
        let file = |bundle: &Bundle| {
            let mut packages = bundle.dependency_packages.iter();
            packages.find(|it| it.platform == platform).map(|it| it.file.clone())
        };
        let name = platform.as_deref().unwrap_or("any platform");
        compare(format!("dependency package for {name}"), file(before), file(after));
    }
    let flavours: BTreeSet<_> = before.flavours.keys().chain(after.flavours.keys()).collect();
    for flavour in flavours {
        let members = |bundle: &Bundle| {
            let members = bundle.flavour_members(flavour).ok()?;
            Some(members.into_iter().collect::<Vec<_>>().join(", "))
        };
        compare(format!("flavour {flavour}"), members(before), members(after));
    }
    found
}
