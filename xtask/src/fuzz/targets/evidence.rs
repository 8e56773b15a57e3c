//! Detectors: they read whatever people wrote.

use std::collections::BTreeMap;

use trainyard_evidence::{
    commits::{self, CommitMessage, MergeTitles},
    fragments::{self, FragmentFile, Packages},
};

use super::Target;

/// Divides the commits of an input, newest first.
const BETWEEN: &str = "\n\u{1e}\n";

const MESSAGES: &[&str] = &[
    "feat(api)!: drop v1\n\nBREAKING CHANGE: clients of v1\nmust move\nReviewed-by: A\nRefs: #12",
    "fix: a fault (#31)\n\n* feat: one\n* fix: another\n\nCo-authored-by: B <b@c.d>",
    "Revert \"feat: a thing\"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.\n\u{1e}\nfeat: a thing",
    "Merge pull request #12 from a/b\n\nfeat: title",
    "chore(main): release 1.2.3\n\nRelease-As: 1.2.3\n(cherry picked from commit 0123456789abcdef)",
    ":sparkles: something new",
    "Revert \"Revert \"fix: x\"\"",
];

/// A name and a text, a line each and all that follows.
const FRAGMENTS: &[&str] = &[
    "changes/12.feature.md\nAdds a thing.\n",
    "changes/+words.fix.2.rst\n* Corrects `it`.\n",
    ".changeset/brave-cats-sing.md\n---\n\"pkg-a\": minor\n'pkg-b': patch\n---\n\nSome words\n",
    ".changeset/pre.json\n{\"mode\": \"pre\", \"tag\": \"next\", \"changesets\": [\"a\"]}",
];

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target::of_text("commit messages", MESSAGES.iter().copied(), messages),
        Target::of_text("fragments", FRAGMENTS.iter().copied(), fragment),
    ]
}

fn messages(text: &str) -> bool {
    let commits: Vec<_> = (0u32..)
        .zip(text.split(BETWEEN))
        .map(|(index, message)| CommitMessage {
            id: format!("{index:040x}"),
            message: message.to_owned(),
            is_merge: index % 3 == 2,
            merged: Vec::new(),
        })
        .collect();
    let ignored = commits::detect(&commits, MergeTitles::Ignored);
    let counted = commits::detect(&commits, MergeTitles::Counted);
    let told = ignored.changes.iter().chain(&counted.changes);
    for change in told {
        assert!(change.source.commit.is_some(), "a change names no commit: {change:?}");
    }
    ignored.unconventional.is_empty()
}

fn fragment(text: &str) -> bool {
    let (path, text) = text.split_once('\n').unwrap_or((text, ""));
    let files = [FragmentFile { path: path.into(), text: text.to_owned() }];
    let towncrier = fragments::towncrier(&files, "component", &BTreeMap::new());
    let packages =
        Packages { components: BTreeMap::new(), otherwise: Some("component".to_owned()) };
    let changesets = fragments::changesets(&files, &packages);
    towncrier.findings.is_empty() || changesets.findings.is_empty()
}
