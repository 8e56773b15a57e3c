//! All files of a merge at once.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::VersionPlace;
use trainyard_release::merge::{Change, Claim, Direction, Kept, Role, Settlement, settle};
use trainyard_version::Scheme;

/// A line that is merged into main.
fn settled(changes: &[Change], manifests: &[(&str, &str)]) -> Settlement {
    let scheme: Scheme = "pep440".parse().expect("a scheme");
    let direction = Direction {
        from: Role::Line(vec![1, 1]),
        into: Role::Development { keeps_own: true },
        scheme: &scheme,
    };
    let whole = VersionPlace::Whole;
    let key = VersionPlace::Key("workspace.package.version".to_owned());
    let claim = |path, place| Claim {
        component: "x",
        path: Utf8Path::new(path),
        place,
        direction: direction.clone(),
    };
    let claims = [claim("VERSION", &whole), claim("Cargo.toml", &key)];
    let manifests: BTreeMap<Utf8PathBuf, String> =
        manifests.iter().map(|(path, text)| ((*path).into(), (*text).to_owned())).collect();
    settle(changes, &claims, &manifests)
}

fn change(path: &str, kept: Kept, [base, ours, theirs]: [&str; 3]) -> Change {
    Change {
        path: path.into(),
        base: Some(base.to_owned()),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
        kept,
    }
}

#[test]
fn main_keeps_its_version_where_only_the_line_changed_it() {
    let changes = [change("VERSION", Kept::Versions, ["1.2.0a1\n", "1.2.0a1\n", "1.1.1\n"])];
    let settlement = settled(&changes, &[]);
    assert_eq!(settlement.texts[Utf8Path::new("VERSION")], "1.2.0a1\n");
    assert!(settlement.conflicts.is_empty());
    assert_eq!(settlement.places[0].theirs, "1.1.1");
}

#[test]
fn locks_follow_packages_that_inherit_the_version() {
    let manifest = |version| format!("[workspace.package]\nversion = \"{version}\"\n");
    let lock = |version| {
        format!("version = 4\n\n[[package]]\nname = \"x-core\"\nversion = \"{version}\"\n")
    };
    let (base, ours, theirs) = ("1.1.0", "1.2.0-alpha.1", "1.1.1");
    let changes = [
        change(
            "Cargo.toml",
            Kept::Versions,
            [&manifest(base), &manifest("1.2.0a1"), &manifest(theirs)],
        ),
        change("Cargo.lock", Kept::Lock, [&lock(base), &lock(ours), &lock(theirs)]),
    ];
    let own = "[package]\nname = \"x-core\"\nversion.workspace = true\n";
    let root = manifest("1.2.0a1");
    let settlement = settled(&changes, &[("core/Cargo.toml", own), ("Cargo.toml", &root)]);
    assert!(settlement.conflicts.is_empty(), "{settlement:?}");
    let text = &settlement.texts[Utf8Path::new("Cargo.lock")];
    assert!(text.contains("1.2.0") && !text.contains("1.1.1"), "{text}");
}

#[test]
fn what_is_no_version_stays_a_conflict() {
    let changes = [change("VERSION", Kept::Versions, ["1.1.0\nx\n", "1.2.0a1\ny\n", "1.1.1\nz\n"])];
    let settlement = settled(&changes, &[]);
    assert_eq!(settlement.conflicts, ["VERSION"]);
    let text = &settlement.texts[Utf8Path::new("VERSION")];
    assert!(text.starts_with("1.2.0a1\n<<<<<<<"), "the version is settled all the same: {text}");
}

#[test]
fn changelogs_are_merged_by_sections() {
    let log = |unreleased: &str, released: &str| {
        format!("# Changelog\n\n## Unreleased\n\n{unreleased}\n{released}## 1.1.0\n\n- begin\n")
    };
    let texts =
        [log("- one\n", ""), log("- one\n- two\n", ""), log("- one\n", "## 1.1.1\n\n- fix\n\n")];
    let [base, ours, theirs] = &texts;
    let changes = [
        change("VERSION", Kept::Versions, ["1.1.0\n", "1.2.0a1\n", "1.1.1\n"]),
        change("CHANGELOG.md", Kept::Changelog, [base, ours, theirs]),
    ];
    let settlement = settled(&changes, &[]);
    assert!(settlement.conflicts.is_empty(), "{settlement:?}");
    let text = &settlement.texts[Utf8Path::new("CHANGELOG.md")];
    assert!(text.contains("- two") && text.contains("## 1.1.1"), "{text}");
}

#[test]
fn files_are_known_by_their_names() {
    for (path, kept) in [
        ("CHANGELOG.md", Some(Kept::Changelog)),
        ("docs/Release_Notes.rst", Some(Kept::Changelog)),
        ("web/package-lock.json", Some(Kept::Lock)),
        ("history.py", None),
        ("src/news.rs", None),
    ] {
        assert_eq!(Kept::by_name(Utf8Path::new(path)), kept, "{path}");
    }
}
