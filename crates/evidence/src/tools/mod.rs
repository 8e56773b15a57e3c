//! What tools from elsewhere say, as evidence of its own with the tool's name and version.
//!
//! Here is only the reading of their output; whoever runs them does so on extracted copies. One file per tool.

pub mod buf;
pub mod griffe;
pub mod oasdiff;
pub mod semver_checks;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::{Change, Class, Source, rule::rules};

rules! {
    FAILED = "tools.failed", Unknown, "a tool that was asked did not answer, so what it would have found is not known";
    DISAGREEMENT = "tools.disagreement", Unknown, "a tool and Trainyard's own detector judge the same file differently, so a person has to look";
}

/// A tool, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name, such as `oasdiff`.
    pub name: &'static str,
    /// Its version, as it says itself.
    pub version: String,
}

impl Tool {
    /// Something that the tool found.
    fn change(&self, id: &str, class: Class, subject: String, sentence: &str) -> Change {
        Change {
            class,
            rule: format!("tools.{}.{id}", self.name),
            subject,
            source: Source::default(),
            before: None,
            sentence: format!("{}, says {} {}", one_line(sentence), self.name, self.version),
        }
    }

    /// That the tool did not answer; never to be read as "compatible".
    pub fn failed(&self, why: &str) -> Change {
        let sentence = format!("did not answer: {}", one_line(why));
        Change::new(&FAILED, format!("{} {}", self.name, self.version), sentence)
    }
}

/// A text from a tool as part of a sentence: on one line, without a full stop.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

/// Where our own detector and a tool judge a file differently: one calls it incompatible and the other does not.
///
/// `family` is our detector of the same files, such as `openapi`; only files that both looked at are compared.
pub fn disagreement(
    tool: &Tool,
    family: &str,
    own: &[Change],
    theirs: &[Change],
    compared: &[Utf8PathBuf],
) -> Vec<Change> {
    let own = own.iter().filter(|change| change.rule.starts_with(&format!("{family}.")));
    let (own, theirs) = (breaking_by_file(own), breaking_by_file(theirs.iter()));
    let mut found = Vec::new();
    for path in compared {
        let count = |side: &BTreeMap<Utf8PathBuf, usize>| side.get(path).copied().unwrap_or(0);
        let (ours, foreign) = (count(&own), count(&theirs));
        if (ours == 0) != (foreign == 0) {
            let sentence = format!(
                "{} {} finds {foreign} incompatible changes, the {family} detector {ours}",
                tool.name, tool.version
            );
            let change = Change::new(&DISAGREEMENT, path.as_str(), sentence);
            found.push(change.at(Source::file(path)));
        }
    }
    found
}

fn breaking_by_file<'a>(changes: impl Iterator<Item = &'a Change>) -> BTreeMap<Utf8PathBuf, usize> {
    let mut counts = BTreeMap::new();
    for change in changes.filter(|change| change.class == Class::Breaking) {
        let place = change.source.path.as_ref();
        if let Some(path) = place.or_else(|| change.before.as_ref()?.path.as_ref()) {
            *counts.entry(path.clone()).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests;
