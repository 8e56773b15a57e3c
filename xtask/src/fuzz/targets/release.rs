//! What releases read: version files, changelogs, the sides of merges, journals.

use std::collections::BTreeMap;

use trainyard_policy::{VersionFile, VersionPlace};
use trainyard_release::{
    changelog::{self, Layout, Release},
    edit,
    journal::Journal,
    merge::{self, Sides},
};
use trainyard_version::{Date, Scheme};

use super::Target;

/// Divides the sides of a merge: base, ours, theirs.
const BETWEEN: char = '\u{1e}';

/// A name and a text, a line each and all that follows.
const FILES: &[&str] = &[
    "Cargo.toml\n[package]\nname = \"a\"\nversion = '1.0.0' # why\n\n[dependencies]\nb = { path = \"b\", version = \"1\" }\n",
    "Cargo.lock\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b 1.0.0\",\n]\n",
    "package-lock.json\n{\"version\": \"1.0.0\", \"packages\": {\"\": {\"version\": \"1.0.0\"}}}",
    "Chart.yaml\nversion: 1.0.0 # x\nappVersion: \"1\"\npackage:\n  version: 2\n",
    "package.py\n\"\"\"version = '0'\n\"\"\"\nversion: str = \"1.0.0+dev\"\r\n",
    "VERSION\n\u{feff}26.8.0rc1\n",
];

const CHANGELOGS: &[&str] = &[
    "# Changes\n\n## [Unreleased]\n\n### Added\n\n- One.\n  More.\n\n## [1.0.0] - 2024-01-01\n\n[unreleased]: a/compare/b...HEAD\n",
    "Changes\n=======\n\n.. towncrier release notes start\n\n1.0.0 (2024-01-02)\n==================\n\nBugfixes\n--------\n\n- One. (#1)\n",
    "## 1.0.0\n\n- a\n\u{1e}## 1.1.0\n\n- b\n\n## 1.0.0\n\n- a\n\u{1e}## 1.0.1\n\n```\n- c\n```\n",
];

const JOURNALS: &[&str] = &[
    "trainyard release journal 1\n{\"name\":\"a\",\"branch\":\"b\",\"start\":\"c\",\"files\":[],\"message\":\"d\",\"tags\":[\"e\"]}\n{\"begun\":{\"tag\":0}}\n{\"take-back\":\"f\"}\n",
];

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target::of_text("version files", FILES.iter().copied(), version_file),
        Target::of_text("changelogs", CHANGELOGS.iter().copied(), assembled),
        Target::of_text("merges", CHANGELOGS.iter().copied(), merged),
        Target::of_text("journals", JOURNALS.iter().copied(), |text| Journal::parse(text).is_ok()),
    ]
}

fn version_file(text: &str) -> bool {
    let (path, text) = text.split_once('\n').unwrap_or((text, ""));
    let key = |name: &str| VersionPlace::Key(name.to_owned());
    let after = VersionPlace::After("version".to_owned());
    let places = [VersionPlace::Whole, key("version"), key("package.version"), after];
    let written = places.map(|place| {
        let file = VersionFile { path: path.into(), place };
        let Ok(written) = edit::set_version(&file, text, "1.2.3") else { return false };
        assert!(written.contains("1.2.3"), "nothing was written: {written:?}");
        true
    });
    edit::follow(path.into(), text, &[]).is_ok() && written.contains(&true)
}

fn assembled(text: &str) -> bool {
    let release = Release {
        version: "9.9.9",
        tag: "v9.9.9",
        date: Date::constant(2024, 1, 31),
        layout: Layout::of(text),
        entries: &[],
        titles: &BTreeMap::new(),
    };
    changelog::assemble(text, &release).contains("9.9.9")
}

fn merged(text: &str) -> bool {
    let mut sides = text.splitn(3, BETWEEN);
    let mut side = || sides.next().unwrap_or_default();
    let (base, ours, theirs) = (side(), side(), side());
    let sides = Sides { base: Some(base), ours, theirs };
    let one_sided = merge::three_way(Sides { theirs: base, ..sides });
    assert_eq!(one_sided.text, ours, "what only ours changed is not theirs to touch");
    merge::changelog(sides, &Scheme::semver()).is_clean()
}
