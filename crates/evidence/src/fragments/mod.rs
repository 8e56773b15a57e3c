//! Evidence in change fragments: small files that say what a change means to users.
//!
//! Rules of the changes found here are `fragments.<type>`: for towncrier the proper name of the type, such as
//! `fragments.feature`, and for changesets the level, such as `fragments.minor`.

mod changesets;
#[cfg(test)]
mod tests;
mod towncrier;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_report::{Code, Finding, Location};

pub use self::{
    changesets::{Packages, Prerelease, detect as changesets},
    towncrier::{detect as towncrier, has_known_type},
};
use crate::{Change, Class, Source};

/// A file from a folder of fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentFile {
    /// Relative to the repository's root.
    pub path: Utf8PathBuf,
    /// All of it.
    pub text: String,
}

/// What fragments say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FragmentEvidence {
    /// What changed, by component, in the order of the files.
    pub changes: BTreeMap<String, Vec<Change>>,
    /// Fragments that cannot be read, as `TY0402`.
    pub findings: Vec<Finding>,
    /// The state of changesets' pre-release mode, where it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prerelease: Option<Prerelease>,
}

impl FragmentEvidence {
    fn add(&mut self, component: &str, change: Change) {
        self.changes.entry(component.to_owned()).or_default().push(change);
    }

    fn unreadable(
        &mut self,
        path: &Utf8Path,
        at: Option<(u32, u32)>,
        message: String,
        suggestion: String,
    ) {
        let location = Location {
            line: at.map(|(line, _)| line),
            column: at.map(|(_, column)| column),
            ..Location::file(path)
        };
        let finding = Finding::new(Code::UNREADABLE_FRAGMENT, path.as_str(), message);
        self.findings.push(finding.at(location).suggest(suggestion));
    }
}

fn change(
    class: Class,
    rule: &str,
    path: &Utf8Path,
    line: u32,
    subject: &str,
    sentence: String,
) -> Change {
    Change {
        class,
        rule: format!("fragments.{rule}"),
        subject: subject.to_owned(),
        source: Source { commit: None, path: Some(path.to_owned()), line: Some(line) },
        before: None,
        sentence,
    }
}

/// The first line with words, with its number, without the marks of a list or a heading.
fn first_words<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Option<(u32, &'a str)> {
    let words = |(number, line): (u32, &'a str)| {
        let line = line
            .trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        (number, line.trim_start_matches(['#', '*', '-']).trim_start())
    };
    lines.map(words).find(|(_, line)| line.contains(char::is_alphanumeric))
}

/// Whether a file in a folder of fragments is none by its name: hidden, read by people, or an editor's copy.
fn is_by_the_way(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let starts = [".", "_", "readme", "template"];
    let ends = ["~", ".orig", ".rej", ".swp", ".bak", ".toml", ".j2", ".jinja", ".jinja2", ".py"];
    starts.iter().any(|start| lower.starts_with(start))
        || ends.iter().any(|end| lower.ends_with(end))
}
