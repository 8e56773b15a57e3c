//! What changed in requirements: what others must have or provide for this component to run.
//!
//! Manifests are read as values, one file per format; ranges are held against each other as sets of
//! versions, so another spelling of the same range is no change.

mod cargo;
mod chart;
mod declared;
mod need;
mod npm;
mod package_py;
mod poetry;
mod pyproject;
mod table;

use std::{collections::HashMap, fmt, sync::Arc};

use camino::Utf8Path;

pub use self::declared::{Declared, DeclaredKind, declared, range_of_tool};
use self::need::{Needs, compare};
use crate::{Change, Detector, FileEntry, Pair, Side, Unreadable, learn, rule::rules};

rules! {
    // What the operator provides: an interpreter, a server, a platform.
    PLATFORM_ADDED = "requirements.platform-added", Breaking, "a platform is required where any would do, so some that sufficed no longer do";
    PLATFORM_TIGHTENED = "requirements.platform-tightened", Breaking, "fewer versions of a platform suffice, so operators may have to upgrade first";
    PLATFORM_MOVED = "requirements.platform-moved", Breaking, "other versions of a platform suffice, so operators may have to change theirs first";
    PLATFORM_LOOSENED = "requirements.platform-loosened", Additive, "more versions of a platform suffice";
    PLATFORM_REMOVED = "requirements.platform-removed", Additive, "a platform is required no more";

    // Other parts that must be there too: required addons, peers.
    PART_ADDED = "requirements.part-added", Breaking, "another part must be installed that was not needed before";
    PART_TIGHTENED = "requirements.part-tightened", Breaking, "fewer versions of a required part suffice, so it may have to be upgraded too";
    PART_MOVED = "requirements.part-moved", Breaking, "other versions of a required part suffice, so it may have to be changed too";
    PART_LOOSENED = "requirements.part-loosened", Additive, "more versions of a required part suffice";
    PART_REMOVED = "requirements.part-removed", Additive, "another part is needed no more";

    // Parts that need not be there, but must fit where they are.
    COMPANION_ADDED = "requirements.companion-added", Dangerous, "another part must fit if it is there, which troubles only those who have it";
    COMPANION_TIGHTENED = "requirements.companion-tightened", Dangerous, "fewer versions of an optional part fit, which troubles only those who have it";
    COMPANION_MOVED = "requirements.companion-moved", Dangerous, "other versions of an optional part fit, which troubles only those who have it";
    COMPANION_LOOSENED = "requirements.companion-loosened", Additive, "more versions of an optional part fit";
    COMPANION_REMOVED = "requirements.companion-removed", Additive, "an optional part may be there in any version";

    // Charts that are installed together with this one.
    SUBCHART_ADDED = "requirements.subchart-added", Dangerous, "another chart is installed along, so more runs in the cluster than before";
    SUBCHART_CHANGED = "requirements.subchart-changed", Dangerous, "other versions of a chart are installed along, and values that operators set for it may mean something else";
    SUBCHART_REMOVED = "requirements.subchart-removed", Dangerous, "a chart is no longer installed along, and operators may rely on what it ran";

    // Libraries that installers fetch by themselves. A release must bring the change to users, but nobody has to act.
    LIBRARY_ADDED = "requirements.library-added", Fix, "a library is used that installers fetch by themselves";
    LIBRARY_TIGHTENED = "requirements.library-tightened", Fix, "fewer versions of a library are used; installers find one that fits by themselves";
    LIBRARY_MOVED = "requirements.library-moved", Fix, "other versions of a library are used; installers find one that fits by themselves";
    LIBRARY_LOOSENED = "requirements.library-loosened", Fix, "more versions of a library may be used";
    LIBRARY_CHANGED = "requirements.library-changed", Fix, "a library comes from elsewhere, or under other conditions";
    LIBRARY_REMOVED = "requirements.library-removed", Fix, "a library is used no more";

    // What users choose when they install.
    FEATURE_ADDED = "requirements.feature-added", Additive, "a feature or extra can be chosen that was not there";
    FEATURE_REMOVED = "requirements.feature-removed", Breaking, "a feature or extra is gone, so whoever chose it cannot install or lacks what it brought";
    DEFAULT_FEATURE_ADDED = "requirements.default-feature-added", Fix, "a feature is on by default that had to be chosen";
    DEFAULT_FEATURE_REMOVED = "requirements.default-feature-removed", Dangerous, "a feature is off by default, so whoever relied on it must choose it now";

    // What could not be compared.
    UNCLEAR = "requirements.unclear", Unknown, "what operators must provide changed in a way that no range grammar reads";
    MANIFEST_ADDED = "requirements.manifest-added", None, "requirements are declared for the first time, so there is nothing to hold them against";
    MANIFEST_REMOVED = "requirements.manifest-removed", None, "requirements are declared no more, so nothing holds for those to come";
}

/// Larger manifests are not read: 1 MB.
const LARGEST_BYTES: u64 = 1 << 20;

/// A format of manifests.
struct Format {
    file_name: &'static str,
    read: fn(&str) -> Result<Needs, Unreadable>,
}

/// All formats, one line each.
const FORMATS: [Format; 5] = [
    Format { file_name: "package.py", read: package_py::read },
    Format { file_name: "pyproject.toml", read: pyproject::read },
    Format { file_name: "Cargo.toml", read: cargo::read },
    Format { file_name: "package.json", read: npm::read },
    Format { file_name: "Chart.yaml", read: chart::read },
];

/// Folders whose manifests are other people's, or describe nothing that is released.
const FOREIGN_FOLDERS: [&str; 8] =
    ["node_modules", "vendor", "third_party", "tests", "test", "testdata", "fixtures", "examples"];

/// What changed in requirements.
#[derive(Clone, Copy, Debug)]
pub struct Requirements;

impl Detector for Requirements {
    fn family(&self) -> &'static str {
        "requirements"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        let is_foreign = |folder: &str| FOREIGN_FOLDERS.contains(&folder);
        format_of(path).is_some() && !path.components().any(|part| is_foreign(part.as_str()))
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (old, new) in pair.differing() {
            let (Some(before), Some(after)) = (old, new) else {
                changes.extend(came_or_went(old, new));
                continue;
            };
            let needs = (needs_of(pair, &pair.old, before), needs_of(pair, &pair.new, after));
            match (needs.0.as_ref(), needs.1.as_ref()) {
                (Ok(was), Ok(is)) => changes.extend(compare(was, is, &after.path)),
                (_, Err(why)) => changes.push(pair.unreadable(after, why)),
                (Err(why), _) => changes.push(pair.unreadable(before, why)),
            }
        }
        changes
    }
}

fn format_of(path: &Utf8Path) -> Option<&'static Format> {
    FORMATS.iter().find(|format| path.file_name() == Some(format.file_name))
}

fn needs_of(pair: &Pair<'_>, side: &Side<'_>, entry: &FileEntry) -> Arc<Result<Needs, Unreadable>> {
    // The policy may name files of other names: those say nothing.
    let (kind, read) = format_of(&entry.path)
        .map_or(("requirements", nothing as _), |format| (format.file_name, format.read));
    learn(side, pair.memo, kind, entry, LARGEST_BYTES, read)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where formats may fail")]
fn nothing(_: &str) -> Result<Needs, Unreadable> {
    Ok(Needs::new())
}

/// A manifest that came or went.
fn came_or_went(old: Option<&FileEntry>, new: Option<&FileEntry>) -> Option<Change> {
    let (rule, entry, sentence) = match (old, new) {
        (None, Some(new)) => (&MANIFEST_ADDED, new, "the manifest is new"),
        (Some(old), None) => (&MANIFEST_REMOVED, old, "the manifest is gone"),
        _ => return None,
    };
    let source = crate::Source::file(&entry.path);
    Some(Change::new(rule, entry.path.as_str(), sentence).at(source))
}

/// A text that is not of its format.
fn malformed(format: &str, reason: &(impl fmt::Display + ?Sized), line: Option<u32>) -> Unreadable {
    let reason = reason.to_string().replace('\n', " ");
    let reason = reason.trim_end_matches('.');
    Unreadable::Malformed { message: format!("it is no {format}: {reason}"), line }
}

/// Where the lines of a text start.
#[derive(Debug)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The 1-based line of a byte. *Cost*: logarithmic.
    fn line(&self, offset: usize) -> Option<u32> {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).ok()
    }
}

/// Where names stand in a section, for formats whose parser tells no places.
#[derive(Debug, Default)]
struct SectionLines<'t> {
    first: Option<u32>,
    names: HashMap<&'t str, u32>,
}

impl<'t> SectionLines<'t> {
    /// Takes the first line with each name, from the line with the section's name to the one with `end`.
    fn of(
        text: &'t str,
        section: &str,
        end: &str,
        name_in: impl Fn(&'t str) -> Option<&'t str>,
    ) -> Self {
        let mut numbered = (1u32..).zip(text.lines());
        let Some(first) = numbered.find(|(_, line)| line.contains(section)) else {
            return Self::default();
        };
        let mut names = HashMap::new();
        for (number, line) in std::iter::once(first).chain(numbered) {
            if let Some(name) = name_in(line) {
                names.entry(name).or_insert(number);
            }
            if number > first.0 && line.contains(end) {
                break;
            }
        }
        Self { first: Some(first.0), names }
    }

    /// The line of a name, else that of the section.
    fn line(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied().or(self.first)
    }
}
