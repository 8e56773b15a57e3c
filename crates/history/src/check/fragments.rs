//! Fragments that a proposal should bring.

use camino::Utf8Path;
use trainyard_evidence::{
    commits::{Message, Shape},
    fragments,
};
use trainyard_policy::{Component, FragmentSource};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::Level;

use super::{Own, Proposal, SILENT};
use crate::plan::Evidence;

/// Trailers that say whether a commit needs a fragment.
const TRAILERS: [&str; 4] = ["changelog", "changes", "fragment", "news"];

/// What those trailers say where none is needed.
const NONE_NEEDED: [&str; 6] = ["none", "no", "skip", "off", "not-needed", "n/a"];

/// A finding where a proposal changes what users have and brings no fragment for it.
///
/// None is needed for documentation, tests and the machinery of CI, for commits whose types need no release, for a
/// release, and where a label or trailer says so.
pub(super) fn missing(
    component: &Component,
    proposal: &Proposal<'_>,
    words: &[Evidence],
    needed: Level,
) -> Option<Finding> {
    let source = component.fragments.first()?;
    let own = &proposal.own;
    if proposal.has_fragment || own.commits.is_empty() {
        return None;
    }
    let changed: Vec<_> = own
        .paths
        .iter()
        .filter(|path| component.paths.contains(path) && !is_fragment(component, path))
        .collect();
    let first = changed.iter().find(|path| !is_aside(component, path)).or(changed.first())?;
    let only_aside = changed.iter().all(|path| is_aside(component, path));
    if needed == Level::None && (only_aside || says_nothing_for_users(words)) {
        return None;
    }
    if own.labels.iter().any(|label| skips(label)) || says_so(own) || is_a_release(own) {
        return None;
    }
    let (place, example) = match source {
        FragmentSource::Towncrier(folder) => (folder, format!("{folder}/<issue>.<type>.md")),
        FragmentSource::Changesets(folder) => (folder, format!("{folder}/<name>.md")),
    };
    let message =
        format!("the proposal changes {} and brings no fragment in {place}", component.name);
    Some(
        Finding::new(Code::MISSING_FRAGMENT, &component.name, message)
            .at(Location::file((*first).clone()))
            .suggest(format!(
                "add {example}; where users notice nothing, say `Changelog: none` in a commit's trailer"
            )),
    )
}

/// Fragments that lie where nobody collects them.
pub(super) fn misplaced(component: &Component, own: &Own<'_>) -> Vec<Finding> {
    let Some(folder) = component.fragments.iter().find_map(|source| match source {
        FragmentSource::Towncrier(folder) => Some(folder),
        FragmentSource::Changesets(_) => None,
    }) else {
        return Vec::new();
    };
    let strays = own.paths.iter().filter(|path| {
        own.present.contains(*path)
            && !is_fragment(component, path)
            && component.paths.contains(path)
            && looks_like_fragment(path, folder)
    });
    strays
        .map(|path| {
            let message = format!("{path} is named as a fragment and lies outside of {folder}");
            let name = path.file_name().unwrap_or_default();
            Finding::new(Code::MISPLACED_FRAGMENT, &component.name, message)
                .at(Location::file(path.clone()))
                .suggest(format!("move it: `git mv {path} {folder}/{name}`"))
        })
        .collect()
}

/// A name such as `12.fix.md`, in the root or in a folder that is called nearly as that of the fragments.
fn looks_like_fragment(path: &Utf8Path, folder: &Utf8Path) -> bool {
    let stem = |folder: &Utf8Path| {
        let name = folder.file_name().unwrap_or_default().trim_start_matches('.');
        name.get(..4).unwrap_or(name).to_ascii_lowercase()
    };
    let parent = path.parent().unwrap_or(Utf8Path::new(""));
    let is_near = parent.as_str().is_empty() || stem(parent) == stem(folder);
    let is_text = matches!(path.extension(), Some("md" | "rst" | "txt"));
    is_near && is_text && path.file_name().is_some_and(fragments::has_known_type)
}

fn is_fragment(component: &Component, path: &Utf8Path) -> bool {
    component.fragments.iter().any(|source| {
        let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) = source;
        path.starts_with(folder)
    })
}

/// Documentation, tests, the machinery of CI, and what releases write.
fn is_aside(component: &Component, path: &Utf8Path) -> bool {
    let is_text = matches!(path.extension(), Some("md" | "rst" | "txt" | "adoc"));
    let in_folder = path.components().any(|part| {
        matches!(
            part.as_str(),
            "docs" | "doc" | "tests" | "test" | "__tests__" | ".github" | ".gitlab" | ".circleci"
        )
    });
    let is_machinery = path.parent().is_some_and(|parent| parent.as_str().is_empty())
        && path.file_name().is_some_and(|name| name.starts_with('.'));
    let is_version_file = component.version_files.iter().any(|file| file.path == *path);
    is_text || in_folder || is_machinery || is_version_file
}

/// Whether every word follows the convention and needs no release.
fn says_nothing_for_users(words: &[Evidence]) -> bool {
    !words.is_empty()
        && words
            .iter()
            .all(|word| word.level == Level::None && !SILENT.contains(&word.change.rule.as_str()))
}

fn skips(label: &str) -> bool {
    let words: Vec<String> = label
        .split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_ascii_lowercase)
        .collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    has(&["skip", "no", "none", "without"])
        && has(&[
            "changelog",
            "changes",
            "fragment",
            "fragments",
            "news",
            "changeset",
            "changesets",
        ])
}

fn says_so(own: &Own<'_>) -> bool {
    own.messages().any(|message| {
        message.lines().skip(1).any(|line| {
            line.split_once(':').is_some_and(|(key, value)| {
                TRAILERS.iter().any(|known| key.trim().eq_ignore_ascii_case(known))
                    && NONE_NEEDED.iter().any(|none| value.trim().eq_ignore_ascii_case(none))
            })
        })
    })
}

fn is_a_release(own: &Own<'_>) -> bool {
    own.messages().any(|message| Message::parse(message).shape == Shape::Release)
}

impl Own<'_> {
    /// The messages of the commits, and the title that stands for them.
    fn messages(&self) -> impl Iterator<Item = &str> {
        self.commits.iter().map(|detail| detail.message.as_str()).chain(self.title)
    }
}
