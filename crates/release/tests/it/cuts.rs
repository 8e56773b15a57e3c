//! Everything a release writes.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use trainyard_policy::{VersionFile, VersionPlace};
use trainyard_release::{
    changelog::{Entry, Heading},
    cut::{Edit, Notes, Obstacle, Texts, Unit, changelog_of, edits},
};
use trainyard_version::{Date, Scheme};

fn file(path: &str, key: &str) -> VersionFile {
    let place = match key {
        "" => VersionPlace::Whole,
        _ if key.ends_with('=') => VersionPlace::After(key.to_owned()),
        _ => VersionPlace::Key(key.to_owned()),
    };
    VersionFile { path: path.into(), place }
}

fn texts(files: &[(&str, &str)]) -> Texts {
    files.iter().map(|(path, text)| ((*path).into(), (*text).to_owned())).collect()
}

fn unit<'p>(scheme: &'p Scheme, version: &str, version_files: &'p [VersionFile]) -> Unit<'p> {
    Unit {
        name: "shop",
        scheme,
        version: scheme.parse(version).expect("a version"),
        tag: format!("v{version}"),
        version_files,
        notes: None,
        fragments: Vec::new(),
    }
}

const DAY: Date = Date::constant(2024, 1, 31);

fn told(edits: &[Edit]) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "(not there)\n".to_owned());
    let one = |edit: &Edit| {
        format!("=== {}\n{}--- becomes\n{}", edit.path, text(&edit.before), text(&edit.after))
    };
    edits.iter().map(one).collect::<Vec<_>>().concat()
}

#[test]
fn a_workspace_of_crates_moves_as_one() {
    let scheme = Scheme::semver();
    let files = [file("Cargo.toml", "workspace.package.version")];
    let texts = texts(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\", \"b\"]\n[workspace.package]\nversion = \"1.0.0\" # kept\n\
             [workspace.dependencies]\nshop-a = { path = \"a\", version = \"1.0.0\" }\n",
        ),
        ("a/Cargo.toml", "[package]\nname = \"shop-a\"\nversion.workspace = true\n"),
        (
            "b/Cargo.toml",
            "[package]\nname = \"shop-b\"\nversion = \"0.3.0\"\n[dependencies]\nshop-a = { path = \"../a\", version = \"1\" }\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"shop-a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"shop-b\"\nversion = \"0.3.0\"\n",
        ),
    ]);
    insta::assert_snapshot!(told(&edits(&[unit(&scheme, "2.0.0", &files)], &texts, DAY).unwrap()));
}

#[test]
fn fragments_become_a_section_and_go() {
    let scheme = Scheme::semver();
    let files = [file("VERSION", ""), file("gone.py", "__version__ =")];
    let entry = |heading, text: &str| Entry {
        heading,
        text: text.to_owned(),
        references: vec!["#1".to_owned()],
    };
    let mut unit = unit(&scheme, "1.1.0", &files);
    unit.notes = Some(Notes {
        path: "CHANGELOG.md".into(),
        entries: vec![entry(Heading::Added, "Search."), entry(Heading::Fixed, "A crash.")],
    });
    unit.fragments = vec!["changes/1.feature.md".into()];
    let texts = texts(&[("VERSION", "1.0.0\n"), ("changes/1.feature.md", "Search.\n")]);
    insta::assert_snapshot!(told(&edits(&[unit], &texts, DAY).unwrap()));
}

#[test]
fn everything_that_stands_in_the_way_is_told_at_once() {
    let scheme = Scheme::semver();
    let files = [
        file("VERSION", ""),
        file("shop.py", "__version__ ="),
        file("pyproject.toml", "project.version"),
    ];
    let apart = texts(&[("VERSION", "1.0.0\n"), ("shop.py", "\n__version__ = \"1.0.1\"\n")]);
    let obstacles = edits(&[unit(&scheme, "1.1.0", &files)], &apart, DAY).unwrap_err();
    let stated = vec![
        (Utf8PathBuf::from("VERSION"), 1, "1.0.0".to_owned()),
        ("shop.py".into(), 2, "1.0.1".to_owned()),
    ];
    assert_eq!(obstacles, [Obstacle::Disagreement { component: "shop".to_owned(), stated }]);

    let none = edits(&[unit(&scheme, "1.1.0", &files)], &texts(&[]), DAY).unwrap_err();
    assert!(matches!(&none[..], [Obstacle::NoVersion { paths, .. }] if paths.len() == 3));

    let broken = texts(&[("pyproject.toml", "[project\n"), ("VERSION", "1.0.0")]);
    let broken = edits(&[unit(&scheme, "1.1.0", &files)], &broken, DAY).unwrap_err();
    assert!(matches!(&broken[..], [Obstacle::File { .. }]), "{broken:?}");
}

#[test]
fn a_lock_takes_the_spelling_that_its_tool_reads() {
    let scheme: Scheme = "pep440".parse().unwrap();
    let files = [file("Cargo.toml", "package.version"), file("pyproject.toml", "project.version")];
    let texts = texts(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n"),
        ("Cargo.lock", "[[package]]\nname = \"shop\"\nversion = \"1.0.0\"\n"),
        ("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1.0.0\"\n"),
    ]);
    insta::assert_snapshot!(told(
        &edits(&[unit(&scheme, "1.1.0a1", &files)], &texts, DAY).unwrap()
    ));
}

#[test]
fn the_nearest_changelog_is_meant() {
    let known: BTreeSet<Utf8PathBuf> =
        ["CHANGELOG.md", "web/changes.rst", "api/CHANGELOG.md"].map(Into::into).into();
    let of = |fragments: &[&str], version_file: &str, is_shared| {
        let fragments: Vec<_> = fragments.iter().map(Utf8PathBuf::from).collect();
        let found = changelog_of(&known, &fragments, &[file(version_file, "")], is_shared);
        found.map(Utf8PathBuf::into_string)
    };
    assert_eq!(of(&[], "web/VERSION", true).as_deref(), Some("web/changes.rst"));
    assert_eq!(of(&["api/changes"], "VERSION", true).as_deref(), Some("api/CHANGELOG.md"));
    assert_eq!(of(&[], "VERSION", false).as_deref(), Some("CHANGELOG.md"));
    assert_eq!(of(&[], "VERSION", true), None);
    assert_eq!(of(&["new/changes"], "new/VERSION", true).as_deref(), Some("new/CHANGELOG.md"));
}
