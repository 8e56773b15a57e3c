//! All files of one merge that line and direction decide about.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::VersionPlace;
use trainyard_version::Version;

use super::{Choice, Direction, Reason, Sides, Texts, changelog, three_way};
use crate::edit::{self, Manifest, OwnVersion, Released};

/// A place where a component's version stands.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// The component's name.
    pub component: &'a str,
    /// The file.
    pub path: &'a Utf8Path,
    /// Where in it.
    pub place: &'a VersionPlace,
    /// What is merged into what, for this component.
    pub direction: Direction<'a>,
}

/// A file as the two branches and their common ancestor have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the repository's root.
    pub path: Utf8PathBuf,
    /// At the common ancestor; none where it was not there.
    pub base: Option<String>,
    /// On the branch that is merged into.
    pub ours: String,
    /// On the branch that is merged.
    pub theirs: String,
    /// What the file is to releases.
    pub kept: Kept,
}

/// What a file is to releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It states versions; which, the claims say.
    Versions,
    /// It is a changelog.
    Changelog,
    /// It repeats versions of the repository's packages.
    Lock,
}

/// What was chosen at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The component.
    pub component: String,
    /// The file.
    pub path: Utf8PathBuf,
    /// What the branch stated that is merged into.
    pub ours: String,
    /// What the merged branch stated.
    pub theirs: String,
    /// What is stated now, and why.
    pub choice: Choice,
}

/// What became of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// The texts, by path; with marks where they are conflicts.
    pub texts: BTreeMap<Utf8PathBuf, String>,
    /// Files whose texts have conflicts that a person must settle.
    pub conflicts: Vec<Utf8PathBuf>,
    /// What was chosen, place by place.
    pub places: Vec<Place>,
}

/// Settles files that state versions, changelogs and locks.
///
/// `manifests` are those of the repository's packages, by path, which say the names that locks call them by.
///
/// *Cost*: that of [`three_way`], for each file.
pub fn settle(
    changes: &[Change],
    claims: &[Claim<'_>],
    manifests: &BTreeMap<Utf8PathBuf, String>,
) -> Settlement {
    let mut settlement = Settlement::default();
    let mut texts: Vec<(&Change, Texts)> = changes
        .iter()
        .map(|change| {
            let base = change.base.as_deref();
            let sides = Sides { base, ours: &change.ours, theirs: &change.theirs };
            (change, Texts::of(sides))
        })
        .collect();
    let mut chosen: BTreeMap<Utf8PathBuf, Version> = BTreeMap::new();
    for (change, texts) in texts.iter_mut().filter(|(change, _)| change.kept == Kept::Versions) {
        for claim in claims.iter().filter(|claim| claim.path == change.path) {
            let stated = |text: &str| {
                let slot = edit::find(claim.path, claim.place, text).ok();
                slot.map(|slot| slot.version().to_owned()).unwrap_or_default()
            };
            let (ours, theirs) = (stated(&texts.ours), stated(&texts.theirs));
            let Some(choice) = texts.settle(claim.path, claim.place, &claim.direction) else {
                continue;
            };
            let version = choice.version.as_deref();
            if let Some(version) = version.and_then(|text| claim.direction.scheme.parse(text).ok())
            {
                chosen.insert(change.path.clone(), version);
            }
            let component = claim.component.to_owned();
            let path = change.path.clone();
            settlement.places.push(Place { component, path, ours, theirs, choice });
        }
    }
    let released = released(manifests, &chosen);
    let scheme = claims.first().map(|claim| claim.direction.scheme);
    for (change, mut texts) in texts {
        let as_changelog = scheme.filter(|_| change.kept == Kept::Changelog);
        let merged = if let Some(scheme) = as_changelog {
            changelog(texts.sides(), scheme)
        } else {
            texts.follow(&change.path, &released);
            three_way(texts.sides())
        };
        let is_undecided = settlement
            .places
            .iter()
            .any(|place| place.path == change.path && place.choice.reason == Reason::Undecided);
        if !merged.is_clean() || is_undecided {
            settlement.conflicts.push(change.path.clone());
        }
        settlement.texts.insert(change.path.clone(), merged.text);
    }
    settlement
}

/// The packages whose versions were chosen: those that state them, and those that take them from a file above.
fn released(
    manifests: &BTreeMap<Utf8PathBuf, String>,
    chosen: &BTreeMap<Utf8PathBuf, Version>,
) -> Vec<Released> {
    let packages = manifests.iter().filter_map(|(path, text)| {
        let manifest = Manifest::read(path, text)?;
        let version = match manifest.version {
            OwnVersion::Stated(_) => chosen.get(path)?,
            OwnVersion::Inherited => {
                let folders = path.ancestors().skip(1);
                let name = path.file_name()?;
                folders.map(|folder| folder.join(name)).find_map(|path| chosen.get(&path))?
            }
            OwnVersion::Unstated => return None,
        };
        let folder = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
        Some(Released { name: manifest.name, folder, version: version.clone() })
    });
    packages.collect()
}

impl Kept {
    /// What a file is by its name, where no policy says that it states versions.
    pub fn by_name(path: &Utf8Path) -> Option<Self> {
        const STEMS: [&str; 6] =
            ["changelog", "changes", "history", "news", "release-notes", "releases"];
        const LOCKS: [&str; 5] =
            ["cargo.lock", "uv.lock", "poetry.lock", "package-lock.json", "npm-shrinkwrap.json"];
        let name = path.file_name()?.to_ascii_lowercase();
        if LOCKS.contains(&name.as_str()) {
            return Some(Self::Lock);
        }
        let stem = path.file_stem()?.to_ascii_lowercase().replace('_', "-");
        let is_text = matches!(path.extension(), None | Some("md" | "rst" | "txt" | "adoc"));
        (is_text && STEMS.contains(&stem.as_str())).then_some(Self::Changelog)
    }
}
