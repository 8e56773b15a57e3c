//! What a release writes: versions into files, what repeats them, the changelog; fragments go.

mod packages;
mod spelling;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::{VersionFile, VersionPlace};
use trainyard_version::{Date, Scheme, Version};

use crate::{
    changelog::{self, Entry, Layout},
    edit::{self, Ecosystem, EditError},
};

/// One component that is released, or that a branch goes on with.
#[derive(Clone, Debug)]
pub struct Unit<'p> {
    /// Its name in the policy.
    pub name: &'p str,
    /// How its versions are written.
    pub scheme: &'p Scheme,
    /// What its files state from now on.
    pub version: Version,
    /// Its tag, for links; empty where it gets none.
    pub tag: String,
    /// The files that state its version, and places of which some may not be there.
    pub version_files: &'p [VersionFile],
    /// What its changelog gets.
    pub notes: Option<Notes>,
    /// Fragments that the changelog has taken up.
    pub fragments: Vec<Utf8PathBuf>,
}

/// What a changelog gets.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The changelog, which is made where it is not there.
    pub path: Utf8PathBuf,
    /// What is told.
    pub entries: Vec<Entry>,
}

/// The texts of files, by their paths from the repository's root.
pub type Texts = BTreeMap<Utf8PathBuf, String>;

/// One file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// From the repository's root.
    pub path: Utf8PathBuf,
    /// Its text before; none where it is new.
    pub before: Option<String>,
    /// Its text after; none where it goes.
    pub after: Option<String>,
}

/// Why files cannot be written for a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A file cannot take the version.
    File {
        /// The component.
        component: String,
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        error: EditError,
    },
    /// None of the places that could state a component's version is there.
    NoVersion {
        /// The component.
        component: String,
        /// The files that were looked at.
        paths: Vec<Utf8PathBuf>,
    },
    /// The places that state a component's version do not agree.
    Disagreement {
        /// The component.
        component: String,
        /// What is stated where, with 1-based lines.
        stated: Vec<(Utf8PathBuf, u32, String)>,
    },
}

/// Every file that changes, sorted by path; or everything that stands in the way.
///
/// `texts` are the files as they are: those that state versions, those that repeat them (manifests and locks), changelogs
/// and fragments. A place that is not there is passed over where another states the version.
///
/// *Cost*: linear in the texts, times the components. *Errors*: one obstacle for each file and component.
pub fn edits(units: &[Unit<'_>], texts: &Texts, date: Date) -> Result<Vec<Edit>, Vec<Obstacle>> {
    let mut writer = Writer { texts, written: BTreeMap::new(), obstacles: Vec::new() };
    for unit in units {
        writer.version_files(unit);
    }
    writer.followers(units);
    for unit in units {
        writer.changelog(unit, date);
    }
    if writer.obstacles.is_empty() { Ok(writer.edits(units)) } else { Err(writer.obstacles) }
}

/// The changelog of a component: the nearest one to its fragments, its version files and the root.
///
/// `known` are the files of the repository's folders that could be meant; `is_shared` tells that other components have the
/// root in common with it, so that a changelog there says nothing of this one alone.
pub fn changelog_of(
    known: &BTreeSet<Utf8PathBuf>,
    fragments: &[Utf8PathBuf],
    version_files: &[VersionFile],
    is_shared: bool,
) -> Option<Utf8PathBuf> {
    let parent = |path: &Utf8PathBuf| path.parent().map(Utf8Path::to_owned).unwrap_or_default();
    let near = fragments.iter().map(parent);
    let near = near.chain(version_files.iter().map(|file| parent(&file.path)));
    let root = (!is_shared).then(Utf8PathBuf::new);
    let mut seen = BTreeSet::new();
    let folders = near.chain(root).filter(|folder| seen.insert(folder.clone()));
    let found =
        folders.filter(|folder| !(is_shared && folder.as_str().is_empty())).find_map(|folder| {
            CHANGELOGS.iter().find_map(|name| {
                let is_named = |path: &&Utf8PathBuf| {
                    path.parent() == Some(&folder)
                        && path.file_name().is_some_and(|found| found.eq_ignore_ascii_case(name))
                };
                known.iter().find(is_named).cloned()
            })
        });
    // What fragments say must not be lost.
    found.or_else(|| fragments.first().map(|folder| parent(folder).join("CHANGELOG.md")))
}

/// What changelogs are called, the most telling name first.
const CHANGELOGS: [&str; 12] = [
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CHANGELOG.txt",
    "CHANGELOG",
    "CHANGES.md",
    "CHANGES.rst",
    "CHANGES.txt",
    "CHANGES",
    "HISTORY.md",
    "HISTORY.rst",
    "NEWS.md",
    "NEWS.rst",
];

struct Writer<'t> {
    texts: &'t Texts,
    written: Texts,
    obstacles: Vec<Obstacle>,
}

impl Writer<'_> {
    fn text(&self, path: &Utf8Path) -> Option<&str> {
        self.written.get(path).or_else(|| self.texts.get(path)).map(String::as_str)
    }

    fn obstacle(&mut self, unit: &Unit<'_>, path: &Utf8Path, error: EditError) {
        let component = unit.name.to_owned();
        self.obstacles.push(Obstacle::File { component, path: path.to_owned(), error });
    }

    /// Writes the version wherever it is stated.
    fn version_files(&mut self, unit: &Unit<'_>) {
        let mut stated = Vec::new();
        let mut has_failed = false;
        for file in unit.version_files {
            let Some(text) = self.text(&file.path) else { continue };
            match edit::find(&file.path, &file.place, text) {
                Ok(slot) => {
                    stated.push((file, slot.line(text), slot.version().to_owned()));
                }
                Err(EditError::NotFound { .. }) => {}
                Err(error) => {
                    has_failed = true;
                    self.obstacle(unit, &file.path, error);
                }
            }
        }
        if has_failed || unit.version_files.is_empty() {
            return;
        }
        let component = unit.name.to_owned();
        if stated.is_empty() {
            let paths: BTreeSet<_> =
                unit.version_files.iter().map(|file| file.path.clone()).collect();
            let paths = paths.into_iter().collect();
            return self.obstacles.push(Obstacle::NoVersion { component, paths });
        }
        let is_same =
            |one: &str, other: &str| match (unit.scheme.parse(one), unit.scheme.parse(other)) {
                (Ok(one), Ok(other)) => one.precedence(&other).is_eq(),
                _ => one == other,
            };
        if stated.iter().any(|(_, _, version)| !is_same(version, &stated[0].2)) {
            let stated =
                stated.into_iter().map(|(file, line, version)| (file.path.clone(), line, version));
            return self
                .obstacles
                .push(Obstacle::Disagreement { component, stated: stated.collect() });
        }
        for (file, _, _) in stated {
            let version = spelling::in_file(&file.path, unit.scheme, &unit.version);
            let Some(text) = self.text(&file.path) else { continue };
            match edit::set_version(file, text, &version) {
                Ok(text) => _ = self.written.insert(file.path.clone(), text),
                Err(error) => self.obstacle(unit, &file.path, error),
            }
        }
    }

    /// Writes the versions where manifests and locks repeat them.
    fn followers(&mut self, units: &[Unit<'_>]) {
        let all = packages::released(units, self.texts);
        let Some(unit) = units.first() else { return };
        for path in self.texts.keys() {
            let (Some(text), Some(own)) = (self.text(path), Ecosystem::of(path)) else { continue };
            let released = all.iter().filter(|(ecosystem, _)| *ecosystem == own);
            let released: Vec<_> = released.map(|(_, released)| released.clone()).collect();
            if released.is_empty() {
                continue;
            }
            match edit::follow(path, text, &released) {
                Ok(followed) if followed != text => _ = self.written.insert(path.clone(), followed),
                Ok(_) => {}
                Err(error) => self.obstacle(unit, path, error),
            }
        }
    }

    fn changelog(&mut self, unit: &Unit<'_>, date: Date) {
        let Some(notes) = &unit.notes else { return };
        let before = self.text(&notes.path).unwrap_or("# Changelog\n");
        let release = changelog::Release {
            version: unit.version.canonical(),
            tag: &unit.tag,
            date,
            layout: Layout::of(before),
            entries: &notes.entries,
            titles: &BTreeMap::new(),
        };
        let after = changelog::assemble(before, &release);
        self.written.insert(notes.path.clone(), after);
    }

    fn edits(self, units: &[Unit<'_>]) -> Vec<Edit> {
        let gone: BTreeSet<_> = units.iter().flat_map(|unit| &unit.fragments).collect();
        let gone = gone.into_iter().filter_map(|path| {
            let before = Some(self.texts.get(path)?.clone());
            Some(Edit { path: path.clone(), before, after: None })
        });
        let written = self.written.iter().filter_map(|(path, after)| {
            let before = self.texts.get(path);
            (before != Some(after)).then(|| Edit {
                path: path.clone(),
                before: before.cloned(),
                after: Some(after.clone()),
            })
        });
        let mut edits: Vec<_> = gone.chain(written).collect();
        edits.sort_by(|one, other| one.path.cmp(&other.path));
        edits
    }
}

/// Whether a file can repeat versions of packages, so that its text is needed.
pub fn repeats_versions(path: &Utf8Path) -> bool {
    Ecosystem::of(path).is_some()
}

/// Whether a place can be a package's own version, which others of the repository repeat.
pub fn is_of_package(file: &VersionFile) -> bool {
    let is_manifest =
        matches!(file.path.file_name(), Some("Cargo.toml" | "pyproject.toml" | "package.json"));
    is_manifest && matches!(file.place, VersionPlace::Key(_))
}
