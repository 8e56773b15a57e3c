//! The section of a release in a changelog.

use std::collections::BTreeMap;

use trainyard_evidence::{
    commits::{self, CommitMessage, MergeTitles},
    fragments::{self, FragmentFile},
};
use trainyard_release::changelog::{Entry, Heading, Layout, Release, assemble, entries};
use trainyard_version::Date;

fn fragment(path: &str, text: &str) -> FragmentFile {
    FragmentFile { path: path.into(), text: text.to_owned() }
}

fn from_fragments(files: &[FragmentFile]) -> Vec<Entry> {
    let evidence = fragments::towncrier(files, "app", &BTreeMap::new());
    entries(&evidence.changes["app"], files)
}

fn some_entries() -> Vec<Entry> {
    from_fragments(&[
        fragment("changes/12.feature.md", "Bundles can be signed.\n"),
        fragment(
            "changes/100.fix.md",
            "- The cache no longer grows without bounds.\n\n  It is emptied once a day.\r\n",
        ),
        fragment("changes/9.fix.md", "The answer names the line.\n"),
        fragment("changes/10.fix.md", "The answer names the line.\n"),
        fragment("changes/+words.breaking.md", "The option `--old` is gone.\n"),
        fragment("changes/ABC-7.doc.md", "There is a page on lines.\n"),
        fragment("changes/13.misc.md", "Nothing for users.\n"),
    ])
}

fn write(text: &str, version: &str, layout: Layout, entries: &[Entry]) -> String {
    let tag = format!("v{version}");
    let release = Release {
        version,
        tag: &tag,
        date: Date::constant(2024, 1, 31),
        layout,
        entries,
        titles: &BTreeMap::new(),
    };
    let written = assemble(text, &release);
    assert_eq!(assemble(&written, &release), written, "twice is once");
    written
}

const KEPT: &str = "# Changelog

All that users notice. Versions follow SemVer 2.0.

## [Unreleased]

### Fixed

- A fault that somebody told of by hand,
  over two lines (#12).

### Removed

## [1.1.0] - 2024-01-02

### Added

- The first thing.

[unreleased]: https://example.org/compare/v1.1.0...HEAD
[1.1.0]: https://example.org/compare/v1.0.0...v1.1.0
[other]: https://example.org
";

#[test]
fn what_was_unreleased_moves_into_the_release() {
    insta::assert_snapshot!(write(KEPT, "1.2.0", Layout::KeepAChangelog, &some_entries()));
}

#[test]
fn an_empty_file_becomes_a_changelog() {
    insta::assert_snapshot!(write("", "0.1.0", Layout::KeepAChangelog, &some_entries()));
}

#[test]
fn towncrier_in_markdown() {
    let text = "# Changes\n\n<!-- towncrier release notes start -->\n\n## Shop 24.1.0rc1 (2024-01-02)\n\n### Fixes\n\n* One. (#1)\n\n\n## Shop 23.9.0 (2023-09-01)\n\nNothing.\n";
    assert_eq!(Layout::of(text), Layout::Towncrier);
    insta::assert_snapshot!(write(text, "24.1.0", Layout::Towncrier, &some_entries()));
}

#[test]
fn towncrier_in_restructured_text() {
    let text = "Changes\n=======\n\n.. towncrier release notes start\n\n1.0.0 (2024-01-02)\n==================\n\nBugfixes\n--------\n\n- One. (#1)\n";
    insta::assert_snapshot!(write(text, "1.1.0", Layout::Towncrier, &some_entries()));
}

#[test]
fn commits_have_entries_too() {
    let commit = |message: &str| CommitMessage {
        id: format!("{:040x}", message.len()),
        message: message.to_owned(),
        ..CommitMessage::default()
    };
    let messages = [
        commit("feat(api): add a door (#12)"),
        commit("fix!: close the window\n\nBREAKING CHANGE: it stays closed"),
        commit("perf: open faster"),
        commit("chore: sweep"),
        commit("no convention at all"),
    ];
    let changes = commits::detect(&messages, MergeTitles::Ignored).changes;
    insta::assert_snapshot!(write(
        "# Changes\r\n",
        "1.0.0",
        Layout::KeepAChangelog,
        &entries(&changes, &[])
    ));
}

#[test]
fn changesets_lose_their_front_matter() {
    let files =
        [fragment(".changeset/brave-lions.md", "---\n\"app\": minor\n---\n\nLions are brave.\n")];
    let packages =
        fragments::Packages { otherwise: Some("app".to_owned()), ..fragments::Packages::default() };
    let evidence = fragments::changesets(&files, &packages);
    let entries = entries(&evidence.changes["app"], &files);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].heading, entries[0].text.as_str()),
        (Heading::Added, "Lions are brave.")
    );
    assert!(entries[0].references.is_empty());
}

#[test]
fn what_people_changed_in_the_section_survives() {
    let written = write(KEPT, "1.2.0", Layout::KeepAChangelog, &some_entries());
    let edited = written
        .replace("Bundles can be signed.", "Sign your bundles!")
        .replace("### Fixed\n", "### Fixed\n\nRead this first.\n");
    assert_ne!(edited, written);
    assert_eq!(write(&edited, "1.2.0", Layout::KeepAChangelog, &some_entries()), edited);
}

#[test]
fn a_late_entry_joins_the_section() {
    let written = write(KEPT, "1.2.0", Layout::KeepAChangelog, &some_entries());
    let late = from_fragments(&[fragment("changes/14.security.md", "A hole is closed.")]);
    let unreleased =
        written.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- By hand.\n");
    insta::assert_snapshot!(write(&unreleased, "1.2.0", Layout::KeepAChangelog, &late));
}

#[test]
fn a_release_without_entries_says_so() {
    insta::assert_snapshot!(write(
        "# Changes\n\n## 1.0.0 - 2024-01-01\n\n- One.\n",
        "1.0.1",
        Layout::KeepAChangelog,
        &[]
    ));
}

#[test]
fn titles_can_be_chosen_and_a_v_stays() {
    let titles = BTreeMap::from([(Heading::Added, "New things".to_owned())]);
    let entries = from_fragments(&[fragment("c/1.feature.md", "One.")]);
    let release = Release {
        version: "1.1.0",
        tag: "v1.1.0",
        date: Date::constant(2024, 1, 31),
        layout: Layout::KeepAChangelog,
        entries: &entries,
        titles: &titles,
    };
    let text = "## v1.0.0\n\n```\n## 0.9.0\n```\n";
    insta::assert_snapshot!(assemble(text, &release));
}
