//! Version files that something else than a release changes.

use camino::Utf8PathBuf;
use trainyard_evidence::commits::{Message, Shape};
use trainyard_report::{Code, Finding, Location, Severity};

use crate::facts::CommitId;

/// Words of the subjects that releases have, when they name the version too.
const WORDS: [&str; 9] =
    ["release", "version", "bump", "prepare", "publish", "cut", "begin", "start", "development"];

/// A version file that says another version than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionChange {
    /// The file.
    pub path: Utf8PathBuf,
    /// The line where the version stands now.
    pub line: Option<u32>,
    /// What it said before; `None`: nothing.
    pub from: Option<String>,
    /// What it says now.
    pub to: String,
    /// The newest commit of the proposal that changed it; `None`: it is staged.
    pub commit: Option<CommitId>,
    /// That commit's message, or the one being written; `None` where none is known yet.
    pub message: Option<String>,
    /// Whether a release's tag leads to that commit.
    pub is_tagged: bool,
}

impl VersionChange {
    /// A finding, unless the change is a release's own: its message names the version that it writes, or a release's
    /// tag leads to it. What is staged without a message may become one, so that is a note.
    pub(super) fn finding(&self, component: &str) -> Option<Finding> {
        let is_release = self.message.as_ref().is_some_and(|message| is_release(message, &self.to));
        if is_release || self.is_tagged {
            return None;
        }
        let code = Code::VERSION_OUTSIDE_RELEASE;
        let step = match &self.from {
            Some(from) => format!("from {from} to {}", self.to),
            None => format!("to {}", self.to),
        };
        let (message, advice) = match &self.message {
            Some(_) => (
                format!("{} goes {step} in a commit that is no release", self.path),
                format!(
                    "take it back and let `trainyard release` write it; a release made by hand says so in its \
                     subject, such as `release: {}`",
                    self.to
                ),
            ),
            None => (
                format!("{} goes {step}, which only a release may write", self.path),
                format!(
                    "if this is the release, name it in the commit, such as `release: {}`",
                    self.to
                ),
            ),
        };
        let mut finding = Finding::new(code, component, message).at(Location {
            path: Some(self.path.clone()),
            line: self.line,
            commit: self.commit.map(|id| id.to_string()),
            ..Location::default()
        });
        if self.message.is_none() {
            finding.severity = Severity::Note;
        }
        Some(finding.suggest(advice))
    }
}

/// Whether a message says that its commit writes a version: it says nothing else, or its subject names the version
/// beside a word of releases.
pub(super) fn is_release(message: &str, version: &str) -> bool {
    let parsed = Message::parse(message);
    if parsed.shape == Shape::Release {
        return true;
    }
    let subject = parsed.sections.first().map(|section| section.subject).unwrap_or_default();
    let is_part = |letter: char| letter.is_alphanumeric() || ".-+_!~:".contains(letter);
    let mut words = subject
        .split(|letter: char| !is_part(letter))
        .map(|word| word.trim_matches(['.', '-', '_', '!', ':']).to_lowercase());
    let version = version.to_lowercase();
    let names_it = |word: &str| word == version || word.strip_prefix('v') == Some(&version);
    words.clone().any(|word| names_it(&word))
        && words.any(|word| WORDS.iter().any(|known| word.starts_with(known)))
}

#[cfg(test)]
mod tests;
