//! Reads what a release changes, and has it changed.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::fragments::FragmentFile;
use trainyard_git::{FileContent, Git};
use trainyard_history::Cut;
use trainyard_policy::{Component, FragmentSource};
use trainyard_release::{
    changelog::{self, Entry},
    cut::{self, Edit, Notes, Obstacle, Texts, Unit},
};

use super::request::Wanted;
use crate::error::CommandError;

/// Manifests lie no deeper below the root.
const DEPTH: usize = 8;

/// More manifests are not read.
const MOST_MANIFESTS: usize = 4000;

/// What the commits of a release change.
pub(super) struct Contents {
    /// What the release's commit changes.
    pub(super) edits: Vec<Edit>,
    /// What the commit of the next development version changes.
    pub(super) next: Vec<Edit>,
    /// What cannot be written.
    pub(super) obstacles: Vec<Obstacle>,
    /// What each component tells, in the order of the cuts.
    pub(super) notes: Vec<Vec<Entry>>,
}

/// Reads the files as they are checked out and makes the release's of them.
pub(super) fn read(git: &Git, wanted: &Wanted) -> Result<Contents, CommandError> {
    let mut reader = Reader { git, wanted, texts: Texts::new(), read: BTreeSet::new() };
    let known = reader.files_beside()?;
    let mut units = Vec::new();
    let mut notes = Vec::new();
    for cut in &wanted.cuts {
        let component = wanted.component(cut);
        reader.read(component.version_files.iter().map(|file| file.path.clone()).collect())?;
        let (entries, fragments) = reader.entries(cut, component)?;
        let path = changelog(wanted, component, &known);
        if let Some(path) = &path {
            reader.read(vec![path.clone()])?;
        }
        let is_final = !cut.version.is_prerelease();
        let is_told =
            path.filter(|path| is_final && (known.contains(path) || !fragments.is_empty()));
        units.push(Unit {
            name: &component.name,
            scheme: &component.current().scheme,
            version: cut.version.clone(),
            tag: cut.tag.clone(),
            version_files: &component.version_files,
            // Until the final release fragments stay: they are what it will be as large as.
            fragments: if is_told.is_some() { fragments } else { Vec::new() },
            notes: is_told.map(|path| Notes { path, entries: entries.clone() }),
        });
        notes.push(entries);
    }
    if units.iter().any(|unit| unit.version_files.iter().any(cut::is_of_package)) {
        reader.followers()?;
    }
    let mut contents =
        Contents { edits: Vec::new(), next: Vec::new(), obstacles: Vec::new(), notes };
    match cut::edits(&units, &reader.texts, wanted.today) {
        Ok(edits) => {
            contents.next = next(wanted, &units, &reader.texts, &edits, &mut contents.obstacles);
            contents.edits = edits;
        }
        Err(obstacles) => contents.obstacles = obstacles,
    }
    Ok(contents)
}

/// What comes after the release: the next development versions of those that have one.
fn next(
    wanted: &Wanted,
    units: &[Unit<'_>],
    texts: &Texts,
    edits: &[Edit],
    obstacles: &mut Vec<Obstacle>,
) -> Vec<Edit> {
    let mut texts = texts.clone();
    for edit in edits {
        match &edit.after {
            Some(after) => _ = texts.insert(edit.path.clone(), after.clone()),
            None => _ = texts.remove(&edit.path),
        }
    }
    let units: Vec<_> = wanted
        .cuts
        .iter()
        .zip(units)
        .filter_map(|(cut, unit)| {
            let version = cut.next.clone()?;
            Some(Unit { version, notes: None, fragments: Vec::new(), ..unit.clone() })
        })
        .collect();
    if units.is_empty() {
        return Vec::new();
    }
    cut::edits(&units, &texts, wanted.today).unwrap_or_else(|found| {
        obstacles.extend(found);
        Vec::new()
    })
}

/// The changelog of a component.
fn changelog(
    wanted: &Wanted,
    component: &Component,
    known: &BTreeSet<Utf8PathBuf>,
) -> Option<Utf8PathBuf> {
    let here = wanted.site.policy.components.iter().filter(|each| each.repository.is_none());
    // Components that are always released together may share one.
    let is_shared = here.count() > 1;
    let folders: Vec<_> = component.fragments.iter().map(folder_of).collect();
    cut::changelog_of(known, &folders, &component.version_files, is_shared)
}

fn folder_of(source: &FragmentSource) -> Utf8PathBuf {
    let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) = source;
    folder.clone()
}

/// Reads files of the commit that is checked out, each once.
struct Reader<'a> {
    git: &'a Git,
    wanted: &'a Wanted,
    texts: Texts,
    read: BTreeSet<Utf8PathBuf>,
}

impl Reader<'_> {
    fn read(&mut self, paths: Vec<Utf8PathBuf>) -> Result<(), CommandError> {
        let commit = self.wanted.site.history.graph.id(self.wanted.head.commit);
        let paths: Vec<_> =
            paths.into_iter().filter(|path| self.read.insert(path.clone())).collect();
        let asked: Vec<_> = paths.iter().map(|path| (commit, path.clone())).collect();
        let contents = self.wanted.site.repository.read_files(&asked)?;
        for (path, content) in paths.into_iter().zip(contents) {
            let bytes = match content {
                FileContent::TooLarge { .. } => Some(self.large(&path)?),
                content => content.into_bytes(),
            };
            if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                self.texts.insert(path, text);
            }
        }
        Ok(())
    }

    /// A lock may be larger than what a plan reads.
    fn large(&self, path: &Utf8Path) -> Result<Vec<u8>, CommandError> {
        let name = format!("{}:{path}", self.wanted.start);
        let reply = self.git.ask(&["cat-file", "blob", &name], b"").map_err(super::failed)?;
        Ok(reply.stdout)
    }

    /// The files beside version files, fragments and in the root, where changelogs lie.
    fn files_beside(&self) -> Result<BTreeSet<Utf8PathBuf>, CommandError> {
        let site = &self.wanted.site;
        let commit = site.history.graph.id(self.wanted.head.commit);
        let mut folders = BTreeSet::from([Utf8PathBuf::new()]);
        for cut in &self.wanted.cuts {
            let component = self.wanted.component(cut);
            let files = component.version_files.iter().map(|file| file.path.clone());
            let near = files.chain(component.fragments.iter().map(folder_of));
            folders.extend(near.filter_map(|path| path.parent().map(Utf8Path::to_owned)));
        }
        let mut known = BTreeSet::new();
        for folder in folders {
            known.extend(site.repository.list(commit, &folder)?);
        }
        Ok(known)
    }

    /// What a component's release tells: its fragments, else its commits. With the fragments that are told.
    fn entries(
        &mut self,
        cut: &Cut,
        component: &Component,
    ) -> Result<(Vec<Entry>, Vec<Utf8PathBuf>), CommandError> {
        let evidence = &self.wanted.plan.components[cut.component].evidence;
        let words = if component.fragments.is_empty() { "commits." } else { "fragments." };
        let changes: Vec<_> = evidence
            .iter()
            .filter(|each| each.change.rule.starts_with(words))
            .map(|each| each.change.clone())
            .collect();
        let paths: BTreeSet<_> = if component.fragments.is_empty() {
            BTreeSet::new()
        } else {
            changes.iter().filter_map(|change| change.source.path.clone()).collect()
        };
        self.read(paths.iter().cloned().collect())?;
        let fragments: Vec<_> = paths
            .iter()
            .filter_map(|path| {
                Some(FragmentFile { path: path.clone(), text: self.texts.get(path)?.clone() })
            })
            .collect();
        Ok((changelog::entries(&changes, &fragments), paths.into_iter().collect()))
    }

    /// Reads the manifests and locks that may repeat versions of packages.
    fn followers(&mut self) -> Result<(), CommandError> {
        let site = &self.wanted.site;
        let commit = site.history.graph.id(self.wanted.head.commit);
        let folders = site.repository.folders(commit, DEPTH)?;
        let files = folders.iter().flat_map(|folder| {
            folder.files.iter().map(|name| folder.path.join(name)).collect::<Vec<_>>()
        });
        let wanted = files.filter(|path| cut::repeats_versions(path)).take(MOST_MANIFESTS);
        self.read(wanted.collect())
    }
}

/// The entries under their headings, as a tag's message tells them.
pub(super) fn told(entries: &[Entry]) -> String {
    let mut by_heading: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_heading.entry(entry.heading).or_default().push(entry);
    }
    let mut text = String::new();
    for (heading, entries) in by_heading {
        let title = match heading {
            changelog::Heading::Breaking => "Breaking",
            heading => heading.title(changelog::Layout::KeepAChangelog),
        };
        text.extend(["\n", title, "\n\n"]);
        for entry in entries {
            let references = match entry.references.as_slice() {
                [] => String::new(),
                references => format!(" ({})", references.join(", ")),
            };
            let lines = entry.text.replace('\n', "\n  ");
            text.extend(["- ", &lines, &references, "\n"]);
        }
    }
    text
}
