//! What holds for any text.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trainyard_policy::{VersionFile, VersionPlace};
use trainyard_release::{
    changelog::{self, Heading, Layout, Release},
    edit,
    merge::{self, Sides},
};
use trainyard_version::{Date, Scheme};

/// A file with its version somewhere among other lines, and the text before and after the version.
fn stated() -> impl Strategy<Value = (VersionFile, String, String)> {
    let templates = prop::sample::select(vec![
        ("VERSION", VersionPlace::Whole, "", ""),
        (
            "Cargo.toml",
            VersionPlace::Key("package.version".into()),
            "[package]\nname = \"x\"\nversion = \"",
            "\" # end\n",
        ),
        (
            "pyproject.toml",
            VersionPlace::Key("tool.poetry.version".into()),
            "[tool.poetry]\nversion = '",
            "'\nname='1.0.0'\n",
        ),
        (
            "package.json",
            VersionPlace::Key("version".into()),
            "{\n  \"a\": {\"version\": \"9\"},\n  \"version\": \"",
            "\"\n}\n",
        ),
        (
            "Chart.yaml",
            VersionPlace::Key("appVersion".into()),
            "version: 1.0.0\nappVersion: \"",
            "\"\n",
        ),
        (
            "package.py",
            VersionPlace::Key("version".into()),
            "name = 'version'\nversion = \"",
            "\"\n",
        ),
        (
            "const.py",
            VersionPlace::After("__version__ =".into()),
            "import os\n__version__ = \"",
            "\"\n",
        ),
    ]);
    let comment =
        prop::collection::vec("# [a-z \"'é=]{0,20}\n", 0..4).prop_map(|lines| lines.concat());
    (templates, comment, any::<bool>(), any::<bool>()).prop_map(
        |((path, place, before, behind), comment, has_mark, has_returns)| {
            let comments = path != "package.json" && path != "VERSION";
            let comment = if comments { comment } else { String::new() };
            let ends = |text: String| if has_returns { text.replace('\n', "\r\n") } else { text };
            let mark = if has_mark { "\u{feff}" } else { "" };
            let file = VersionFile { path: path.into(), place };
            let before = format!("{mark}{}", ends(format!("{comment}{before}")));
            (file, before, ends(format!("{behind}{comment}")))
        },
    )
}

/// Versions of the schemes that are in use.
fn version() -> impl Strategy<Value = String> {
    "[0-9]{1,4}\\.[0-9]{1,2}(\\.[0-9]{1,2})?(-rc\\.[0-9]|rc[0-9]|\\+dev|a1|\\.dev0)?"
}

proptest! {
    #[test]
    fn writing_changes_the_bytes_of_the_version_alone(
        (file, before, behind) in stated(), old in version(), new in version(),
    ) {
        let text = format!("{before}{old}{behind}");
        let written = edit::set_version(&file, &text, &new).unwrap();
        prop_assert_eq!(&written, &format!("{before}{new}{behind}"));
        let (read, _) = edit::version_in(&file.path, &file.place, &written).unwrap();
        prop_assert_eq!(&read, &new);
        prop_assert_eq!(edit::set_version(&file, &written, &old).unwrap(), text);
    }

    #[test]
    fn nothing_panics(
        path in prop::sample::select(vec!["a.toml", "a.json", "a.yaml", "a.py", "Cargo.lock", "package-lock.json", "a"]),
        parts in prop::collection::vec(prop::sample::select(vec![
            "version", "\"", "'", "\"\"\"", ":", "=", "{", "}", "[", "]", ",", "\n", "\r\n", " ", "\\", "1.0", "é", "#",
            "\u{feff}", "---", "package", ".",
        ]), 0..40),
    ) {
        let text = parts.concat();
        for place in [VersionPlace::Whole, VersionPlace::Key("version".into()), VersionPlace::After("version".into())] {
            let file = VersionFile { path: path.into(), place };
            if let Ok(written) = edit::set_version(&file, &text, "1.2.3") {
                prop_assert!(written.contains("1.2.3"));
            }
        }
        let _ = edit::follow(path.into(), &text, &[]);
    }
}

fn changelog() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec![
        "# Changes",
        "## [Unreleased]",
        "## Unreleased",
        "## [1.0.0] - 2024-01-01",
        "## 0.9.0",
        "# v2.0.0",
        "### Added",
        "### Fixed",
        "- one",
        "* two (#2)",
        "  more",
        "",
        "```",
        "1.0.0",
        "=====",
        "-----",
        "\u{feff}",
        "text é",
    ]);
    let links = prop::sample::select(vec!["[unreleased]: x/compare/a...HEAD", "[1.0.0]: y"]);
    let (lines, links) = (prop::collection::vec(lines, 0..30), prop::collection::vec(links, 0..3));
    (lines, links, any::<bool>()).prop_map(|(mut lines, links, has_returns)| {
        lines.extend(links);
        lines.join(if has_returns { "\r\n" } else { "\n" })
    })
}

proptest! {
    #[test]
    fn a_changelog_keeps_its_words_and_twice_is_once(text in changelog()) {
        let entry = changelog::Entry {
            heading: Heading::Added, text: "a new thing".to_owned(), references: vec!["#7".to_owned()],
        };
        let release = Release {
            version: "3.0.0",
            tag: "v3.0.0",
            date: Date::constant(2024, 1, 31),
            layout: Layout::KeepAChangelog,
            entries: &[entry],
            titles: &BTreeMap::new(),
        };
        let once = changelog::assemble(&text, &release);
        prop_assert_eq!(&changelog::assemble(&once, &release), &once);
        prop_assert!(once.contains("a new thing (#7)"));
        for line in text.lines().filter(|line| line.starts_with(['-', '*', ' ', 't'])) {
            prop_assert!(once.contains(line));
        }
    }
}

proptest! {
    #[test]
    fn merging_changelogs_loses_nothing_new(base in changelog(), ours in changelog(), theirs in changelog()) {
        let ours = format!("{ours}\n## 4.0.0\n\n- only ours\n");
        let theirs = format!("{theirs}\n## 4.0.1\n\n- only theirs\n");
        let sides = Sides { base: Some(&base), ours: &ours, theirs: &theirs };
        let merged = merge::changelog(sides, &Scheme::semver());
        prop_assert!(merged.text.contains("- only ours"), "{}", merged.text);
        prop_assert!(merged.text.contains("- only theirs"), "{}", merged.text);
        let one_sided = Sides { base: Some(&base), ours: &base, theirs: &theirs };
        prop_assert_eq!(merge::changelog(one_sided, &Scheme::semver()).text, theirs);
    }

    #[test]
    fn lines_that_one_side_changed_are_merged(lines in prop::collection::vec("[ab]", 3..12), at in any::<prop::sample::Index>()) {
        let at = at.index(lines.len() - 2);
        let base = lines.join("\n");
        let with = |index: usize, word: &str| {
            let mut lines = lines.clone();
            word.clone_into(&mut lines[index]);
            lines.join("\n")
        };
        let (ours, theirs) = (with(at, "ours"), with(at + 2, "theirs"));
        let merged = merge::three_way(Sides { base: Some(&base), ours: &ours, theirs: &theirs });
        let swapped = merge::three_way(Sides { base: Some(&base), ours: &theirs, theirs: &ours });
        prop_assert_eq!(merged.is_clean(), swapped.is_clean());
        if merged.is_clean() {
            prop_assert!(merged.text.contains("ours") && merged.text.contains("theirs"));
            prop_assert_eq!(merged.text, swapped.text);
        }
    }
}
