//! What people read of a history with a bit of everything.

use std::{collections::BTreeMap, fmt::Write};

use trainyard_evidence::{
    Change,
    commits::{self, CommitMessage, MergeTitles},
    fragments::{self, FragmentFile, Packages},
};

fn line(change: &Change, place: &str) -> String {
    let at = change.source.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!(
        "{place}{at} {} {}\n    {}\n    {}\n",
        change.class, change.rule, change.subject, change.sentence
    )
}

#[test]
fn commits_read_well() {
    let messages = [
        "Merge branch 'next'",
        "Reapply \"feat: old cache\"",
        "Revert \"fix: released long ago\"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.",
        "Revert \"feat: colours (#7)\" (#8)",
        "chore: open the next major\n\nRelease-As: 2.0.0",
        "Storage (#9)\n\n* feat(store): keep more\n\n* fix: lose less\n\nBREAKING CHANGE: the file `a.db`\nis read no more\n\n* wip",
        "feat: colours (#7)",
        "Enhance: quicker start",
        "security: check the length",
        "runtime: use less memory",
        "Update stuff",
        "docs: explain all",
        "chore(release): 1.2.3",
        "fix!: drop what nobody used",
    ];
    let commit = |(index, message): (u32, &&str)| CommitMessage {
        id: char::from_digit(index, 16).expect("a digit").to_string().repeat(40),
        message: (*message).to_owned(),
        is_merge: message.starts_with("Merge"),
        merged: Vec::new(),
    };
    let commits: Vec<_> = (0..).zip(&messages).map(commit).collect();
    let evidence = commits::detect(&commits, MergeTitles::Ignored);
    let mut text = String::new();
    for change in &evidence.changes {
        text += &line(change, &change.source.commit.as_deref().unwrap_or_default()[..4]);
    }
    for gone in &evidence.cancelled {
        writeln!(text, "{} is taken back by {}", &gone.commit[..4], &gone.by[..4])
            .expect("a string takes all");
    }
    for wish in &evidence.overrides {
        writeln!(text, "version {} is asked for", wish.version).expect("a string takes all");
    }
    writeln!(text, "{} commits follow no convention", evidence.unconventional.len())
        .expect("a string takes all");
    insta::assert_snapshot!(text);
}

#[test]
fn fragments_read_well() {
    let file = |path: &str, text: &str| FragmentFile { path: path.into(), text: text.to_owned() };
    let news = [
        file("changes/1.feature.md", "Add colours."),
        file("changes/2.enhance.md", "Start quicker."),
        file("changes/3.breaking.2.md", "Read `a.db` no more."),
        file("changes/4.featrue.md", "Misspelled."),
        file("changes/README.md", "How to write news."),
    ];
    let sets = [
        file(
            ".changeset/calm-dogs-run.md",
            "---\n\"web\": minor\n\"server\": pacth\n---\n\nAdd colours\n",
        ),
        file(".changeset/old-cats-nap.md", "Nothing in front\n"),
    ];
    let packages = Packages { otherwise: Some("core".to_owned()), ..Packages::default() };
    let mut text = String::new();
    for evidence in [
        fragments::towncrier(&news, "core", &BTreeMap::new()),
        fragments::changesets(&sets, &packages),
    ] {
        for (component, changes) in &evidence.changes {
            for change in changes {
                let path =
                    change.source.path.as_deref().map(ToString::to_string).unwrap_or_default();
                text += &line(change, &format!("{component}: {path}"));
            }
        }
        for finding in &evidence.findings {
            let place = &finding.locations[0];
            let (line, column) = (place.line.unwrap_or(0), place.column.unwrap_or(0));
            writeln!(
                text,
                "{} {}:{line}:{column} {}",
                finding.code, finding.subject, finding.message
            )
            .expect("a string takes all");
            writeln!(text, "    {}", finding.suggestion.as_deref().unwrap_or_default())
                .expect("a string takes all");
        }
    }
    insta::assert_snapshot!(text);
}
