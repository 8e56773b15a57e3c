//! Evidence in commit messages: conventional commits, squashed or merged, and what reverts take back.
//!
//! Rules of the changes found here:
//!
//! | rule | class | when |
//! |---|---|---|
//! | `commits.breaking` | breaking | `!` before the colon, a `BREAKING CHANGE` footer, or the type `breaking` |
//! | `commits.feat`, `.enhance`, `.deprecate` | additive | the type |
//! | `commits.fix`, `.perf`, `.security`, `.deps` | fix | the type |
//! | `commits.docs` | docs | the type |
//! | `commits.chore`, `.ci`, `.test`, `.style`, `.refactor`, `.build` | none | the type |
//! | `commits.revert` | fix | takes back what is not in the list, so was released before; users may miss it |
//! | `commits.merge`, `commits.release` | none | a merge of listed commits; a release |
//! | `commits.release-as` | none | a `Release-As` trailer; the version stands in [`CommitEvidence::overrides`] |
//! | `commits.other` | none | follows no convention: no evidence, unless a policy gives the rule a level |

mod header;
mod kinds;
mod message;
mod reverts;
mod shapes;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::Serialize;

pub use self::{
    header::Header,
    message::{Message, Section, Shape},
    reverts::Cancelled,
};
use self::{
    header::brief,
    kinds::Kind,
    reverts::{Fate, Fates},
    shapes::RevertLine,
};
use crate::{Change, Class, Source};

/// A commit, as far as this detector needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitMessage {
    /// The full id.
    pub id: String,
    /// The whole message.
    pub message: String,
    /// Whether it has more than one parent.
    pub is_merge: bool,
    /// The ids of listed commits that came in by this merge, where known: its revert takes them back too, and where
    /// none of them follows the convention, its title counts instead of them.
    pub merged: Vec<String>,
}

/// The rules of all changes that are found here, such as `commits.feat`.
pub fn rules() -> impl Iterator<Item = &'static str> {
    kinds::rules().chain([OTHER, RELEASE_AS])
}

/// Whether the titles of merges count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeTitles {
    /// They do not, because the commits they merged are in the list. What they call breaking counts all the same.
    #[default]
    Ignored,
    /// They do, because the list holds first parents alone.
    Counted,
}

impl MergeTitles {
    fn passes_over(self, commit: &CommitMessage) -> bool {
        self == Self::Ignored && commit.is_merge
    }
}

/// A version that a commit's trailer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// As written.
    pub version: String,
    /// The commit.
    pub source: Source,
}

/// A commit that was picked from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backport {
    /// The commit in the list.
    pub commit: String,
    /// The commit it was picked from, as its trailer names it.
    pub origin: String,
}

/// What commit messages say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommitEvidence {
    /// What changed, newest commit first, and as written within a commit; each names its commit.
    pub changes: Vec<Change>,
    /// What no longer counts because a later commit takes it back, newest first.
    pub cancelled: Vec<Cancelled>,
    /// Versions asked for, newest first: only the first is to be honoured.
    pub overrides: Vec<Override>,
    /// Commits picked from elsewhere, newest first.
    pub backports: Vec<Backport>,
    /// Commits that follow no convention, newest first; reverted ones are left out.
    pub unconventional: Vec<String>,
}

/// Reads commit messages, **newest first**, as `git log` lists them.
///
/// *Order*: a revert must come before what it takes back, else its quoted subject finds nothing; ids are found anywhere.
///
/// *Cost*: linear in the messages, but for the sorting of ids.
pub fn detect(commits: &[CommitMessage], titles: MergeTitles) -> CommitEvidence {
    let messages: Vec<_> = commits.iter().map(|commit| Message::parse(&commit.message)).collect();
    let fates = reverts::resolve(commits, &messages, titles);
    let unspoken = unspoken(commits, &messages);
    let mut evidence = CommitEvidence {
        cancelled: fates.cancelled(commits, &messages),
        ..CommitEvidence::default()
    };
    let passes_over = |index: usize| {
        let commit = &commits[index];
        let speaks = messages[index].follows_convention() && speaks_for_members(commit, &unspoken);
        titles.passes_over(commit) && !speaks
    };
    for (index, (commit, message)) in commits.iter().zip(&messages).enumerate() {
        let backport =
            |origin: &&str| Backport { commit: commit.id.clone(), origin: (*origin).to_owned() };
        evidence.backports.extend(message.picked_from.iter().map(backport));
        if fates.of_commit(index).is_none() {
            let judge = Judge { commit, message, passes_over: passes_over(index) };
            judge.changes(index, &fates, &mut evidence);
            judge.overrides(&mut evidence);
        }
    }
    evidence
}

/// The commits that say nothing by the convention; merges, which speak for others, count among them.
fn unspoken<'a>(commits: &'a [CommitMessage], messages: &[Message<'_>]) -> HashSet<&'a str> {
    // Most lists hold no merge with known members.
    if commits.iter().all(|commit| commit.merged.is_empty()) {
        return HashSet::new();
    }
    let pairs = commits.iter().zip(messages);
    pairs
        .filter(|(commit, message)| commit.is_merge || !message.follows_convention())
        .map(|(commit, _)| commit.id.as_str())
        .collect()
}

/// Whether a merge's title is all that is said about what it brought in.
fn speaks_for_members(merge: &CommitMessage, unspoken: &HashSet<&str>) -> bool {
    !merge.merged.is_empty() && merge.merged.iter().all(|id| unspoken.contains(id.as_str()))
}

/// Says what one commit's message means.
struct Judge<'a> {
    commit: &'a CommitMessage,
    message: &'a Message<'a>,
    passes_over: bool,
}

impl Judge<'_> {
    fn changes(&self, index: usize, fates: &Fates, evidence: &mut CommitEvidence) {
        let sections = self.message.sections.iter().enumerate();
        let standing =
            sections.filter_map(|(number, section)| match fates.of_section(index, number) {
                Fate::Cancelled(_) => None,
                fate => Some((number, section, fate)),
            });
        let mut title = None;
        let mut quoted = Vec::new();
        for (number, section, fate) in standing {
            if number == 0 {
                title = self.title(section, fate);
            } else if self.adds_to_title(section) {
                quoted.extend(judge(section, fate).filter(|change| change.rule != OTHER));
            }
        }
        // The title of a squashed commit need not follow the convention where its parts do.
        title = title.filter(|change| change.rule != OTHER || quoted.is_empty());
        if title.as_ref().is_some_and(|change| change.rule == OTHER) {
            evidence.unconventional.push(self.commit.id.clone());
        }
        evidence.changes.extend(title);
        for mut change in quoted {
            change.source.commit = Some(self.commit.id.clone());
            evidence.changes.push(change);
        }
    }

    fn title(&self, section: &Section<'_>, fate: Fate) -> Option<Change> {
        let nothing =
            |rule, sentence: &str| change(Class::None, rule, section, sentence.to_owned());
        let change = match self.message.shape {
            _ if section.is_breaking() => breaking(section),
            _ if self.passes_over => {
                nothing("commits.merge", "merges commits that are listed themselves")
            }
            Shape::Merge if section.header.is_none() && section.subject.starts_with("Merge ") => {
                nothing("commits.merge", "merges other commits")
            }
            Shape::Release => nothing("commits.release", "makes a release"),
            _ => judge(section, fate)?,
        };
        let source = Source { commit: Some(self.commit.id.clone()), line: None, path: None };
        Some(Change { source, ..change })
    }

    /// Whether a quoted commit counts: merges that are passed over count for what breaks, and squashing by a forge
    /// repeats the title of a single commit.
    fn adds_to_title(&self, section: &Section<'_>) -> bool {
        let key = |section: &Section<'_>| {
            let header = section.header.as_ref()?;
            Some((header.meaning()?.rule, header.description.to_owned()))
        };
        let repeats =
            || key(section).is_some_and(|quoted| key(&self.message.sections[0]) == Some(quoted));
        section.is_breaking() || (!self.passes_over && !repeats())
    }

    fn overrides(&self, evidence: &mut CommitEvidence) {
        for version in &self.message.release_as {
            let source = Source { commit: Some(self.commit.id.clone()), ..Source::default() };
            let sentence = format!("asks for version {}", brief(version));
            evidence.changes.push(Change {
                class: Class::None,
                rule: RELEASE_AS.to_owned(),
                subject: self.message.sections[0].subject.to_owned(),
                source: source.clone(),
                before: None,
                sentence,
            });
            evidence.overrides.push(Override { version: (*version).to_owned(), source });
        }
    }
}

/// The rule of requests for a version.
const RELEASE_AS: &str = "commits.release-as";
const OTHER: &str = "commits.other";

/// What one commit says, whatever the shape of its message.
fn judge(section: &Section<'_>, fate: Fate) -> Option<Change> {
    if section.is_breaking() {
        return Some(breaking(section));
    }
    if fate == Fate::Cancels {
        return None;
    }
    Some(match section.revert_line() {
        Some(line) => revert(section, &line),
        None => by_header(section, section.header.as_ref()),
    })
}

/// A change with a line and no commit yet.
fn change(class: Class, rule: &str, section: &Section<'_>, sentence: String) -> Change {
    Change {
        class,
        rule: rule.to_owned(),
        subject: section.subject.to_owned(),
        source: Source { line: Some(section.line), ..Source::default() },
        before: None,
        sentence,
    }
}

fn breaking(section: &Section<'_>) -> Change {
    let sentence = match section.notes.first() {
        Some(note) => format!("its footer says what breaks: {}", brief(note)),
        None if section.header.as_ref().is_some_and(|header| header.breaking) => {
            "a `!` marks it as incompatible".to_owned()
        }
        None => "its type says that it breaks compatibility".to_owned(),
    };
    change(Class::Breaking, "commits.breaking", section, sentence)
}

fn revert(section: &Section<'_>, line: &RevertLine<'_>) -> Change {
    let what = brief(line.innermost);
    if !line.restores {
        let sentence =
            format!("takes back `{what}`, which is not among these commits; somebody may miss it");
        return change(Class::Fix, "commits.revert", section, sentence);
    }
    let header = Header::parse(line.innermost);
    let again = match &header {
        Some(header) if header.breaking => {
            change(Class::Breaking, "commits.breaking", section, String::new())
        }
        header => by_header(section, header.as_ref()),
    };
    Change { sentence: format!("brings back `{what}`"), ..again }
}

fn by_header(section: &Section<'_>, header: Option<&Header<'_>>) -> Change {
    let Some(header) = header else {
        return change(Class::None, OTHER, section, "follows no convention".to_owned());
    };
    let written = brief(header.kind);
    match header.meaning() {
        Some(Kind { rule, class, does, .. }) => {
            change(*class, rule, section, format!("`{written}` says that it {does}"))
        }
        None => {
            change(Class::None, OTHER, section, format!("`{written}` is no known type of commit"))
        }
    }
}
