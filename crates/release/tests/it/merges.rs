//! Merges of versions and changelogs.

use camino::Utf8Path;
use trainyard_policy::{Policy, VersionPlace};
use trainyard_release::{
    edit::Released,
    merge::{self, Direction, Merged, Reason, Role, Sides, choose, silent_revert},
};
use trainyard_version::Scheme;

const MAIN: Role = Role::Development { keeps_own: true };

#[test]
fn a_policy_gives_branches_their_roles() {
    let policy = Policy::preset("backend-ai").expect("a preset");
    let component = &policy.components[0];
    let role = |branch: &str, line: Option<&str>| Role::of(&policy, component, branch, line);
    assert_eq!(role("main", None), MAIN);
    assert_eq!(role("23.09", Some("23.9")), line(&[23, 9]));
    assert_eq!(role("feature/a", None), Role::Topic);
}

fn line(segments: &[u64]) -> Role {
    Role::Line(segments.to_vec())
}

/// What is chosen for base, ours, theirs, and why.
#[track_caller]
fn check(from: Role, into: Role, versions: [&str; 3], expected: &str, reason: Reason) {
    let scheme = Scheme::semver();
    let direction = Direction { from, into, scheme: &scheme };
    let [base, ours, theirs] = versions;
    let base = (!base.is_empty()).then_some(base);
    let choice = choose(&direction, base, ours, theirs);
    assert_eq!((choice.version.as_deref().unwrap_or("?"), choice.reason), (expected, reason));
}

#[test]
fn main_keeps_its_own_version_when_a_line_comes_in() {
    check(line(&[2, 0]), MAIN, ["2.0.0", "2.1.0-a.1", "2.0.1"], "2.1.0-a.1", Reason::OwnNumbers);
    // Even where main has not moved on yet, which git would merge without a word.
    check(line(&[2, 0]), MAIN, ["2.0.0", "2.0.0", "2.0.1"], "2.0.0", Reason::OwnNumbers);
    let scheme = Scheme::semver();
    let forward = Direction { from: line(&[2, 0]), into: MAIN, scheme: &scheme };
    assert!(
        choose(&forward, Some("2.0.0"), "2.0.0", "2.0.1").is_behind,
        "and is told that it should have"
    );
    assert!(!choose(&forward, Some("2.0.0"), "2.1.0", "2.0.1").is_behind);
    let follows = Role::Development { keeps_own: false };
    check(line(&[2, 1]), follows, ["2.0.0", "2.0.1", "2.1.0"], "2.1.0", Reason::Higher);
}

#[test]
fn lines_keep_what_is_of_the_line() {
    check(line(&[2, 0]), line(&[2, 1]), ["2.0.0", "2.1.3", "2.0.9"], "2.1.3", Reason::OwnNumbers);
    check(MAIN, line(&[2, 1]), ["2.1.0", "2.1.3", "2.2.0-a.1"], "2.1.3", Reason::OwnNumbers);
    check(MAIN, line(&[3, 0]), ["2.1.0", "2.1.1", "2.1.2"], "2.1.2", Reason::Higher);
}

#[test]
fn stages_take_from_earlier_ones_and_keep_what_later_ones_bring() {
    let (beta, release) = (Role::Stage(1), Role::Stage(2));
    check(
        beta.clone(),
        release.clone(),
        ["1.0.0", "1.0.1", "1.1.0-b.2"],
        "1.1.0-b.2",
        Reason::Higher,
    );
    check(release.clone(), beta, ["1.0.0", "1.1.0-b.2", "1.0.1"], "1.1.0-b.2", Reason::OwnNumbers);
    check(MAIN, release.clone(), ["1.0.0", "1.0.1", "1.2.0"], "1.2.0", Reason::Higher);
    check(release, MAIN, ["1.0.0", "1.2.0", "1.0.1"], "1.2.0", Reason::OwnNumbers);
}

#[test]
fn topics_take_what_main_released() {
    check(MAIN, Role::Topic, ["1.0.0", "1.0.0", "1.1.0"], "1.1.0", Reason::OnlyChange);
    check(MAIN, Role::Topic, ["1.0.0", "1.0.1", "1.1.0"], "1.1.0", Reason::Higher);
    check(MAIN, Role::Topic, ["1.0.0", "2.0.0", "1.1.0"], "2.0.0", Reason::Higher);
    check(MAIN, Role::Topic, ["1.0.0", "2.0.0", "1.0.0"], "2.0.0", Reason::OnlyChange);
    check(
        MAIN,
        Role::Topic,
        ["1.0.1-dev.1", "1.0.1-dev.2", "1.0.2-dev.4"],
        "1.0.2-dev.5",
        Reason::CountedAgain,
    );
    check(
        Role::Topic,
        MAIN,
        ["1.0.1-dev.1", "1.0.1-dev.2", "1.0.2-dev.4"],
        "1.0.2-dev.4",
        Reason::Higher,
    );
}

#[test]
fn what_was_lowered_on_purpose_is_no_accident() {
    check(MAIN, Role::Topic, ["3.1.0", "3.2.0", "0.3.0"], "0.3.0", Reason::Reset);
    check(MAIN, Role::Topic, ["3.1.0", "3.1.0", "0.3.0"], "0.3.0", Reason::Reset);
    check(MAIN, Role::Topic, ["1.0.0", "0.2.0", "0.1.0"], "0.2.0", Reason::Higher);
    check(MAIN, Role::Topic, ["1.0.0", "0.2.0", "1.1.0"], "?", Reason::Undecided);
    let scheme = Scheme::semver();
    let direction = Direction { from: MAIN, into: Role::Topic, scheme: &scheme };
    assert!(choose(&direction, Some("3.1.0"), "3.2.0", "0.3.0").lowers);
}

#[test]
fn forks_and_words_stay() {
    check(MAIN, Role::Fork, ["7.0.0", "6.3.1", "7.0.1"], "6.3.1", Reason::OwnNumbers);
    check(MAIN, Role::Topic, ["6.0.0", "independent", "6.0.1"], "independent", Reason::OwnNumbers);
    check(MAIN, Role::Topic, ["6.0.0", "6.0.1", "independent"], "?", Reason::Undecided);
    check(MAIN, Role::Topic, ["", "1.0.0", "1.0.0"], "1.0.0", Reason::Same);
    check(MAIN, Role::Topic, ["", "1.0.0", "1.1.0"], "1.1.0", Reason::Higher);
}

#[test]
fn a_topic_that_takes_back_a_release_is_found() {
    let scheme = Scheme::semver();
    let into_topic = Direction { from: MAIN, into: Role::Topic, scheme: &scheme };
    let found = silent_revert(&into_topic, Some("1.0.0"), "1.0.0", "1.1.0", "1.0.0");
    assert_eq!(
        found.map(|revert| (revert.expected, revert.found)),
        Some(("1.1.0".to_owned(), "1.0.0".to_owned()))
    );
    assert_eq!(silent_revert(&into_topic, Some("1.0.0"), "1.0.0", "1.1.0", "1.1.0"), None);
    assert_eq!(
        silent_revert(&into_topic, Some("1.0.0"), "1.0.0", "1.1.0", "1.2.0"),
        None,
        "a new release"
    );
    let forward = Direction { from: line(&[1, 0]), into: MAIN, scheme: &scheme };
    assert_eq!(silent_revert(&forward, Some("1.0.0"), "1.1.0-a.1", "1.0.1", "1.1.0-a.1"), None);
    assert!(silent_revert(&forward, Some("1.0.0"), "1.1.0-a.1", "1.0.1", "1.0.1").is_some());
    assert_eq!(silent_revert(&forward, Some("1.0.0"), "1.1.0-a.1", "1.0.1", "words"), None);
}

fn key(name: &str) -> VersionPlace {
    VersionPlace::Key(name.to_owned())
}

#[test]
fn every_format_is_settled_and_what_else_changed_is_merged() {
    let scheme = Scheme::semver();
    let direction = Direction { from: line(&[2, 0]), into: MAIN, scheme: &scheme };
    let files: [(&str, Vec<VersionPlace>, &str); 7] = [
        ("VERSION", vec![VersionPlace::Whole], "$\n"),
        (
            "Cargo.toml",
            vec![key("package.version")],
            "[package]\nname = \"$name\"\nversion = \"$\"\nedition = '$edition'\n",
        ),
        (
            "pyproject.toml",
            vec![key("tool.poetry.version")],
            "[tool.poetry]\r\nversion = '$' # $name\r\n\r\n# $edition\r\n",
        ),
        (
            "package.json",
            vec![key("version")],
            "{\n\t\"name\": \"$name\",\n\t\"version\": \"$\",\n\t\"x\": \"$edition\"\n}",
        ),
        (
            "Chart.yaml",
            vec![key("version"), key("appVersion")],
            "name: $name\nversion: $\nappVersion: \"$\"\nx: $edition\n",
        ),
        ("package.py", vec![key("version")], "name = '$name'\nversion = '$'\nx = '$edition'\n"),
        (
            "const.py",
            vec![VersionPlace::After("__version__ =".to_owned())],
            "# $name\n__version__ = \"$\"\n# $edition\n",
        ),
    ];
    for (path, places, template) in files {
        let side = |version: &str, name: &str, edition: &str| {
            template.replace("$name", name).replace("$edition", edition).replace('$', version)
        };
        let (base, ours, theirs) =
            (side("2.0.0", "n", "e"), side("2.1.0-a.1", "N", "e"), side("2.0.1", "n", "E"));
        let sides = Sides { base: Some(&base), ours: &ours, theirs: &theirs };
        let settled = merge::version_file(Utf8Path::new(path), &places, sides, &direction);
        assert_eq!(settled.merged.text, side("2.1.0-a.1", "N", "E"), "{path}");
        assert!(settled.merged.is_clean());
        assert_eq!(settled.choices.len(), places.len());
    }
}

#[test]
fn other_conflicts_are_left_to_a_person() {
    let scheme = Scheme::semver();
    let direction = Direction { from: line(&[2, 0]), into: MAIN, scheme: &scheme };
    let side = |version: &str, rest: &str| {
        format!("[package]\nversion = \"{version}\"\nlicense = \"x\"\nname = \"{rest}\"")
    };
    let (base, ours, theirs) = (side("2.0.0", "a"), side("2.1.0-a.1", "b"), side("2.0.1", "c"));
    let sides = Sides { base: Some(&base), ours: &ours, theirs: &theirs };
    let settled = merge::version_file(
        Utf8Path::new("Cargo.toml"),
        &[key("package.version")],
        sides,
        &direction,
    );
    assert_eq!(settled.merged.conflicts, 1);
    insta::assert_snapshot!(settled.merged.text);
}

#[test]
fn an_undecided_version_stays_a_conflict() {
    let scheme = Scheme::semver();
    let direction = Direction { from: MAIN, into: Role::Topic, scheme: &scheme };
    let sides = Sides { base: Some("1.0.0\n"), ours: "0.2.0\n", theirs: "1.1.0\n" };
    let settled =
        merge::version_file(Utf8Path::new("VERSION"), &[VersionPlace::Whole], sides, &direction);
    assert_eq!(settled.merged.conflicts, 1);
    assert_eq!(settled.merged.text, "<<<<<<< ours\n0.2.0\n=======\n1.1.0\n>>>>>>> theirs\n");
}

#[test]
fn locks_follow_what_was_chosen() {
    let lock = |version: &str, other: &str| {
        format!(
            "[[package]]\nname = \"app\"\nversion = \"{version}\"\n\n[[package]]\nname = \"b\"\nversion = \"{other}\"\nsource = \"r\"\n"
        )
    };
    let (base, ours, theirs) =
        (lock("2.0.0", "1.0.0"), lock("2.1.0", "1.0.0"), lock("2.0.1", "1.0.1"));
    let version = Scheme::semver().parse("2.1.0").expect("a version");
    let chosen = [Released { name: "app".to_owned(), folder: "".into(), version }];
    let sides = Sides { base: Some(&base), ours: &ours, theirs: &theirs };
    let merged = merge::follower(Utf8Path::new("Cargo.lock"), sides, &chosen);
    assert_eq!(merged, Merged { text: lock("2.1.0", "1.0.1"), conflicts: 0 });
}

const BASE: &str = "# Changelog

## [Unreleased]

### Added

- One.
- Two.

### Fixed

- Three.

## [1.0.0] - 2024-01-01

- First.

[unreleased]: https://example.org/compare/v1.0.0...HEAD
[1.0.0]: https://example.org/v1.0.0
";

/// The line has released what was unreleased.
const LINE: &str = "# Changelog

## [Unreleased]

## [1.0.1] - 2024-02-01

### Fixed

- Three.

## [1.0.0] - 2024-01-01

- First.

[unreleased]: https://example.org/compare/v1.0.1...HEAD
[1.0.1]: https://example.org/compare/v1.0.0...v1.0.1
[1.0.0]: https://example.org/v1.0.0
";

fn changelog(base: &str, ours: &str, theirs: &str) -> Merged {
    merge::changelog(Sides { base: Some(base), ours, theirs }, &Scheme::semver())
}

#[test]
fn a_release_of_a_line_comes_into_mains_changelog() {
    let main = BASE
        .replace("- Two.\n", "- Two.\n- Four.\n")
        .replace("## [1.0.0]", "## [1.1.0] - 2024-01-20\n\n- Second.\n\n## [1.0.0]")
        .replace(
            "v1.0.0...HEAD\n",
            "v1.1.0...HEAD\n[1.1.0]: https://example.org/compare/v1.0.0...v1.1.0\n",
        );
    let line = LINE.replace(
        "## [Unreleased]\n",
        "## [Unreleased]\n\n### Added\n\n- One.\n- Two.\n\n### Fixed\n\n- Five.\n",
    );
    let merged = changelog(BASE, &main, &line);
    assert_eq!(merged.conflicts, 0);
    insta::assert_snapshot!(merged.text);
}

#[test]
fn main_comes_into_a_topic() {
    let topic = BASE.replace("- Three.\n", "- Three.\n- Of the topic.\n");
    let merged = changelog(BASE, &topic, LINE);
    assert_eq!(merged.conflicts, 0);
    insta::assert_snapshot!(merged.text);
}

#[test]
fn an_entry_that_both_worded_anew_is_a_conflict() {
    let merged = changelog(
        BASE,
        &BASE.replace("- Two.", "- Two, ours."),
        &BASE.replace("- Two.", "- Two, theirs."),
    );
    assert_eq!(merged.conflicts, 1);
    insta::assert_snapshot!(merged.text);
}

#[test]
fn one_sided_changes_of_a_changelog_are_taken_as_they_are() {
    assert_eq!(changelog(BASE, BASE, LINE).text, LINE);
    assert_eq!(changelog(BASE, LINE, BASE).text, LINE);
    assert_eq!(changelog(BASE, LINE, LINE).text, LINE);
    let merged =
        merge::changelog(Sides { base: None, ours: BASE, theirs: LINE }, &Scheme::semver());
    assert!(merged.text.contains("## [1.0.1]"), "{}", merged.text);
}
