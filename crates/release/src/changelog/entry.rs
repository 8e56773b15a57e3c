//! What a release has to tell, from fragments and commits.

use std::collections::BTreeMap;

use camino::Utf8Path;
use trainyard_evidence::{Change, Class, commits::Message, fragments::FragmentFile};

use super::Layout;

/// The headings that entries come under, in the order of Keep a Changelog, breaking changes before all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heading {
    /// What no longer works as it did.
    Breaking,
    /// What is new.
    Added,
    /// What works otherwise.
    Changed,
    /// What will go.
    Deprecated,
    /// What is gone.
    Removed,
    /// What is put right.
    Fixed,
    /// What was a hole.
    Security,
    /// What is documented.
    Documentation,
}

impl Heading {
    /// All, in the order of a section.
    pub const ALL: [Self; 8] = [
        Self::Breaking,
        Self::Added,
        Self::Changed,
        Self::Deprecated,
        Self::Removed,
        Self::Fixed,
        Self::Security,
        Self::Documentation,
    ];

    /// The heading of a change; none where users need not know.
    pub fn of(change: &Change) -> Option<Self> {
        let kind = change.rule.rsplit('.').next().unwrap_or_default();
        Some(match (kind, change.class) {
            ("removal", _) => Self::Removed,
            ("deprecation" | "deprecate", _) => Self::Deprecated,
            ("security", _) => Self::Security,
            (_, Class::Breaking) => Self::Breaking,
            (_, Class::None) => return None,
            (_, Class::Docs) => Self::Documentation,
            ("enhance" | "perf" | "deps" | "revert" | "change", _) | (_, Class::Unknown) => {
                Self::Changed
            }
            (_, Class::Additive | Class::Dangerous | Class::Data) => Self::Added,
            (_, Class::Fix) => Self::Fixed,
        })
    }

    /// The title in a layout.
    pub fn title(self, layout: Layout) -> &'static str {
        match (layout, self) {
            (Layout::KeepAChangelog, Self::Breaking | Self::Changed) => "Changed",
            (Layout::KeepAChangelog, Self::Added) => "Added",
            (Layout::KeepAChangelog, Self::Deprecated) => "Deprecated",
            (Layout::KeepAChangelog, Self::Removed) => "Removed",
            (Layout::KeepAChangelog, Self::Fixed) => "Fixed",
            (Layout::KeepAChangelog, Self::Documentation) => "Documentation",
            (_, Self::Security) => "Security",
            (Layout::Towncrier, Self::Breaking) => "Breaking Changes",
            (Layout::Towncrier, Self::Added) => "Features",
            (Layout::Towncrier, Self::Changed) => "Improvements",
            (Layout::Towncrier, Self::Deprecated | Self::Removed) => "Deprecations and Removals",
            (Layout::Towncrier, Self::Fixed) => "Bugfixes",
            (Layout::Towncrier, Self::Documentation) => "Improved Documentation",
        }
    }

    /// Other titles that projects give this heading; a section that has one of them keeps it.
    pub(super) fn other_titles(self) -> &'static [&'static str] {
        match self {
            Self::Breaking => &["Breaking", "Breaking changes", "Backward incompatible changes"],
            Self::Added => &["Added", "Features", "New features", "New"],
            Self::Changed => &["Changed", "Changes", "Improvements", "Enhancements"],
            Self::Deprecated => &["Deprecated", "Deprecations", "Deprecations and removals"],
            Self::Removed => &["Removed", "Removals", "Deprecations and removals"],
            Self::Fixed => &["Fixed", "Fixes", "Bugfixes", "Bug fixes", "Bugs fixed"],
            Self::Security => &["Security", "Security fixes"],
            Self::Documentation => &["Documentation", "Docs", "Improved documentation"],
        }
    }
}

/// One thing that a release tells its users.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What it comes under.
    pub heading: Heading,
    /// Its text in the markup of the changelog; may have several lines.
    pub text: String,
    /// Issues and pull requests, such as `#12`, in order.
    pub references: Vec<String>,
}

/// The entries for the changes of a component.
///
/// The text of a change from a fragment is the whole fragment, that of a commit its description. Changes that users need
/// not know have no entry; the same text from several fragments is one entry. *Order*: by heading, then as the changes
/// came. *Cost*: linear, but for sorting.
pub fn entries(changes: &[Change], fragments: &[FragmentFile]) -> Vec<Entry> {
    let texts: BTreeMap<&Utf8Path, &str> =
        fragments.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect();
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: BTreeMap<(Heading, String), usize> = BTreeMap::new();
    for change in changes {
        let Some(heading) = Heading::of(change) else { continue };
        let fragment =
            change.source.path.as_deref().and_then(|path| Some((path, *texts.get(path)?)));
        let (text, references) = match fragment {
            Some((path, text)) => (fragment_text(text), issue(path).into_iter().collect()),
            None => commit_text(&change.subject),
        };
        if text.is_empty() {
            continue;
        }
        let index = *known.entry((heading, text.clone())).or_insert(entries.len());
        if let Some(entry) = entries.get_mut(index) {
            entry.references.extend(references);
        } else {
            entries.push(Entry { heading, text, references });
        }
    }
    for entry in &mut entries {
        entry.references.sort_by_key(|reference| (reference.len(), reference.clone()));
        entry.references.dedup();
    }
    entries.sort_by_key(|entry| entry.heading);
    entries
}

/// A fragment without its front matter.
fn fragment_text(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').trim();
    let without_front = text
        .strip_prefix("---")
        .and_then(|rest| rest.split_once("\n---"))
        .map_or(text, |(_, body)| body.trim_start_matches('-'));
    let text = without_front.trim();
    // Some write a fragment as the item of a list that it becomes.
    let Some(item) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) else {
        return text.replace("\r\n", "\n");
    };
    let lines: Vec<_> = item.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    lines.join("\n")
}

/// The issue that a fragment is named for.
fn issue(path: &Utf8Path) -> Option<String> {
    let (issue, rest) = path.file_name()?.split_once('.')?;
    let is_number = !issue.is_empty() && issue.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return Some(format!("#{issue}"));
    }
    // `ABC-12.fix.md` names an issue elsewhere; `+words.fix.md` and `brave-lions-sing.md` name none.
    let is_elsewhere = rest.contains('.')
        && !issue.starts_with('+')
        && issue.contains(|found: char| found.is_ascii_digit());
    is_elsewhere.then(|| issue.to_owned())
}

/// What a commit's subject says, and the pull request it names.
fn commit_text(subject: &str) -> (String, Vec<String>) {
    let message = Message::parse(subject);
    let header = message.sections.first().and_then(|section| section.header.as_ref());
    let Some(header) = header else { return (subject.trim().to_owned(), Vec::new()) };
    let text = match header.scope {
        Some(scope) => format!("**{scope}:** {}", header.description),
        None => header.description.to_owned(),
    };
    let number = subject.trim_end().strip_suffix(')').and_then(|before| before.rsplit_once("(#"));
    let number = number.filter(|(_, digits)| digits.bytes().all(|byte| byte.is_ascii_digit()));
    (text, number.map(|(_, digits)| format!("#{digits}")).into_iter().collect())
}
