//! What holds for any input.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trainyard_evidence::{
    commits::{self, CommitMessage, MergeTitles, Message},
    fragments::{self, FragmentFile, Packages},
};

/// Lines that mean something, mixed with any text.
fn message() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "feat: a",
        "fix(b)!: c",
        "* feat: a",
        "- fix: b",
        "",
        "```",
        "BREAKING CHANGE: x",
        "BREAKING CHANGE:",
        "Revert \"feat: a\"",
        "* Revert \"feat: a\"",
        "Reapply \"feat: a\"",
        "This reverts commit 0000000.",
        "This reverts commits 1111111, 2222222.",
        "revert: feat: a (#1)",
        "Reverts a/b#1",
        "Merge pull request #1 from a",
        "Squashed commit of the following:",
        "commit 1234567",
        "    feat: x",
        "BEGIN_NESTED_COMMIT",
        "END_NESTED_COMMIT",
        "BEGIN_COMMIT_OVERRIDE",
        "END_COMMIT_OVERRIDE",
        "Release-As: 1.2.3",
        "(cherry picked from commit 3333333)",
        "chore(release): 1.2.3",
        "chore((a)): b",
        "ß(ö(ü)): é",
    ]);
    let line = prop_oneof![3 => known.prop_map(str::to_owned), 1 => "\\PC{0,20}"];
    (prop::collection::vec(line, 0..8), prop::sample::select(vec!["\n", "\r\n", "\r"]))
        .prop_map(|(lines, end)| lines.join(end))
}

fn history() -> impl Strategy<Value = Vec<CommitMessage>> {
    let commit = |(index, (message, is_merge)): (usize, (String, bool))| CommitMessage {
        id: index.to_string().repeat(40),
        message,
        is_merge,
        merged: if is_merge { vec![(index + 1).to_string().repeat(40)] } else { Vec::new() },
    };
    prop::collection::vec((message(), any::<bool>()), 0..9)
        .prop_map(move |messages| messages.into_iter().enumerate().map(commit).collect())
}

proptest! {
    #[test]
    fn any_message_has_a_title(text in ".*") {
        prop_assert!(!Message::parse(&text).sections.is_empty());
    }

    #[test]
    fn cancelled_commits_say_nothing(history in history(), first_parents in any::<bool>()) {
        let titles = if first_parents { MergeTitles::Counted } else { MergeTitles::Ignored };
        let evidence = commits::detect(&history, titles);
        for gone in evidence.cancelled.iter().filter(|gone| gone.line.is_none()) {
            prop_assert_ne!(&gone.commit, &gone.by);
            let speaks = evidence.changes.iter().any(|change| change.source.commit.as_ref() == Some(&gone.commit));
            prop_assert!(!speaks, "{:?}", evidence);
        }
        for change in &evidence.changes {
            prop_assert!(history.iter().any(|commit| Some(&commit.id) == change.source.commit.as_ref()));
        }
    }

    #[test]
    fn without_reverts_every_commit_stands_alone(messages in prop::collection::vec("(feat|fix|docs|a)!?: [a-z]{1,9}", 0..9)) {
        let commit = |(index, message): (usize, &String)| CommitMessage {
            id: format!("{index:040x}"),
            message: message.clone(),
            ..CommitMessage::default()
        };
        let all: Vec<_> = messages.iter().enumerate().map(commit).collect();
        let apart = all.iter().flat_map(|one| commits::detect(std::slice::from_ref(one), MergeTitles::Ignored).changes);
        prop_assert_eq!(commits::detect(&all, MergeTitles::Ignored).changes, apart.collect::<Vec<_>>());
    }

    #[test]
    fn any_fragment_is_read_or_reported(path in "[a-z./+~0-9]{0,20}", text in "(---\n)?.{0,40}(\n.{0,20}){0,4}\n---") {
        let files = [FragmentFile { path: path.into(), text }];
        fragments::towncrier(&files, "core", &BTreeMap::new());
        let files = files.map(|file| FragmentFile { path: ".changeset/a.md".into(), ..file });
        fragments::changesets(&files, &Packages::default());
    }

    #[test]
    fn package_names_survive_quoting(name in "[a-z@/'\"\\\\ :#-]{1,12}") {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let apostrophes = name.replace('\'', "''");
        for line in [format!("\"{quoted}\": minor"), format!("'{apostrophes}': minor")] {
            let file = FragmentFile { path: ".changeset/a.md".into(), text: format!("---\n{line}\n---\nwords") };
            let packages = Packages { components: [(name.clone(), "it".to_owned())].into(), otherwise: None };
            let evidence = fragments::changesets(&[file], &packages);
            prop_assert_eq!(evidence.findings, []);
            prop_assert_eq!(evidence.changes["it"].len(), 1);
        }
    }
}
