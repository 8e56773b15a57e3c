//! Real merges of release branches, and what people made of their versions.

use std::collections::BTreeMap;

use camino::Utf8Path;
use trainyard_policy::VersionPlace;
use trainyard_release::{
    edit,
    merge::{self, Direction, Role, Sides},
};
use trainyard_testkit::case_text;
use trainyard_version::Scheme;

const FILE: &str = "history/forward_merges.tsv";

/// Where people did otherwise, by merge and file.
const DIFFERENCES: &str = include_str!("../deliberate_differences.tsv");

/// What a project's policy would say of its branches.
struct Project {
    scheme: &'static str,
    /// The branch that git's message leaves out when it is merged into.
    main: &'static str,
    role: fn(&str) -> Role,
}

fn project(repository: &str) -> Project {
    match repository {
        "esphome/esphome" => Project { scheme: "pep440", main: "release", role: esphome },
        "home-assistant/frontend" => Project { scheme: "pep440", main: "master", role: frontend },
        "vitejs/vite" => Project { scheme: "semver", main: "rolldown-vite", role: vite },
        "babel/babel" => Project { scheme: "semver", main: "master", role: babel },
        _ => Project { scheme: "semver", main: "main", role: git_flow },
    }
}

fn esphome(branch: &str) -> Role {
    match branch {
        "dev" => Role::Development { keeps_own: true },
        "beta" => Role::Stage(1),
        "release" | "master" => Role::Stage(2),
        // Made to carry a stage to the next one.
        _ if branch.starts_with("bump-") => Role::Stage(3),
        _ => Role::Topic,
    }
}

fn frontend(branch: &str) -> Role {
    match branch {
        "dev" => Role::Development { keeps_own: true },
        "rc" => Role::Stage(1),
        "master" => Role::Stage(2),
        _ => Role::Topic,
    }
}

/// A rework of Vite under numbers of its own, into which the original is merged.
fn vite(branch: &str) -> Role {
    if branch == "rolldown-vite" { Role::Fork } else { Role::Development { keeps_own: true } }
}

fn babel(branch: &str) -> Role {
    match branch {
        "master" | "development" => Role::Development { keeps_own: true },
        _ => line(branch).unwrap_or(Role::Topic),
    }
}

/// Releases bring development its version.
fn git_flow(branch: &str) -> Role {
    match branch {
        "develop" => Role::Development { keeps_own: false },
        "main" | "master" => Role::Stage(2),
        _ => line(branch.strip_prefix("release/").unwrap_or(branch)).unwrap_or(Role::Topic),
    }
}

/// `7.0`, `6.x` or `3.15.x`; of a release's own branch, such as `2.14.0`, the first two numbers.
fn line(branch: &str) -> Option<Role> {
    let numbers: Vec<&str> = branch.split('.').filter(|number| *number != "x").collect();
    let segments: Option<Vec<u64>> = numbers.iter().map(|number| number.parse().ok()).collect();
    let mut segments = segments.filter(|_| branch.contains('.'))?;
    segments.truncate(2);
    Some(Role::Line(segments))
}

/// What was merged into what, as a merge's subject says.
fn roles(repository: &str, subject: &str) -> (Role, Role) {
    let project = project(repository);
    let words: Vec<&str> = subject.split_whitespace().collect();
    let is_elsewhere = |word: &&str| word.contains("://") && !word.contains(repository);
    if words.iter().any(is_elsewhere) {
        return (Role::Topic, Role::Fork);
    }
    let place = words.iter().position(|word| word.eq_ignore_ascii_case("merge"));
    let Some(place) = place else { return (Role::Topic, Role::Topic) };
    let rest = &words[place + 1..];
    let bare = |word: &str| {
        let name = word.trim_matches(['\'', '"', ',']);
        name.strip_prefix("origin/").unwrap_or(name).to_owned()
    };
    let is_word = |word: &&&str| !["branch", "remote-tracking", "commit", "tag"].contains(*word);
    let from = rest.iter().find(is_word).map(|word| bare(word)).unwrap_or_default();
    let into = rest.iter().position(|word| *word == "into").and_then(|index| rest.get(index + 1));
    let into = into.map_or_else(|| project.main.to_owned(), |word| bare(word));
    ((project.role)(&from), (project.role)(&into))
}

/// A file as projects have it, with a version in it.
fn text_of(path: &str, version: &str) -> (String, VersionPlace) {
    let key = |name: &str| VersionPlace::Key(name.to_owned());
    match Utf8Path::new(path).file_name() {
        Some("pyproject.toml") => (
            format!("[project]\nname = \"x\"\nversion = \"{version}\"\nlicense = \"x\"\n"),
            key("project.version"),
        ),
        Some("package.json" | "lerna.json") => {
            (format!("{{\n  \"name\": \"x\",\n  \"version\": \"{version}\"\n}}\n"), key("version"))
        }
        Some("package.py") => (format!("name = \"x\"\nversion = \"{version}\"\n"), key("version")),
        Some("setup.py") => (
            format!("setup(\n    name=\"x\",\n    version=\"{version}\",\n)\n"),
            VersionPlace::After("version=".to_owned()),
        ),
        _ => (format!("# x\n__version__ = \"{version}\"\n"), key("__version__")),
    }
}

struct Row<'a> {
    name: String,
    subject: &'a str,
    repository: &'a str,
    path: &'a str,
    base: &'a str,
    ours: &'a str,
    theirs: &'a str,
    result: &'a str,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let rows = lines.map(|line| {
        let cells: BTreeMap<&str, &str> = header.iter().copied().zip(line.split('\t')).collect();
        let cell = |name: &str| cells.get(name).copied().unwrap_or_default();
        Row {
            name: format!("{} {}", cell("merge").get(..10).unwrap_or_default(), cell("file")),
            subject: cell("subject"),
            repository: cell("repo"),
            path: cell("file"),
            base: cell("base_version"),
            ours: cell("ours_version"),
            theirs: cell("theirs_version"),
            result: cell("result_version"),
        }
    });
    rows.collect()
}

/// The version after the merge of the whole file; none where a conflict is left.
fn settled(row: &Row<'_>, direction: &Direction<'_>) -> (Option<String>, bool) {
    let (ours, place) = text_of(row.path, row.ours);
    let (theirs, _) = text_of(row.path, row.theirs);
    let base = (!row.base.is_empty()).then(|| text_of(row.path, row.base).0);
    let path = Utf8Path::new(row.path);
    let sides = Sides { base: base.as_deref(), ours: &ours, theirs: &theirs };
    let settled = merge::version_file(path, std::slice::from_ref(&place), sides, direction);
    let version = edit::version_in(path, &place, &settled.merged.text).ok();
    let lowers = settled.choices.iter().any(|choice| choice.lowers);
    (version.filter(|_| settled.merged.is_clean()).map(|(version, _)| version), lowers)
}

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn forward_merge_cases() {
    let Some(text) = case_text(FILE) else { return };
    let rows = rows(&text);
    let (mut right, mut by_height, mut by_ours) = (0_usize, 0_usize, 0_usize);
    let mut silent = Vec::new();
    let mut unexplained = Vec::new();
    for row in &rows {
        let scheme: Scheme = project(row.repository).scheme.parse().expect("a scheme");
        let (from, into) = roles(row.repository, row.subject);
        let direction = Direction { from, into, scheme: &scheme };
        let (found, lowers) = settled(row, &direction);
        let version = |text: &str| scheme.parse(text).ok();
        let higher = match (version(row.ours), version(row.theirs)) {
            (Some(ours), Some(theirs)) if theirs.precedence(&ours).is_gt() => row.theirs,
            _ => row.ours,
        };
        by_height += usize::from(higher == row.result);
        by_ours += usize::from(row.ours == row.result);
        let before = version(row.ours);
        let after = found.as_deref().and_then(version);
        let is_lower =
            before.zip(after).is_some_and(|(before, after)| after.precedence(&before).is_lt());
        if is_lower && !lowers {
            silent.push(row.name.clone());
        }
        if found.as_deref() == Some(row.result) {
            right += 1;
            continue;
        }
        let found = found.as_deref().unwrap_or("a conflict");
        println!(
            "{}: {found}, not {} ({} <- {}; {})",
            row.name, row.result, row.ours, row.theirs, row.subject
        );
        if !DIFFERENCES.lines().any(|line| line.split('\t').nth(1) == Some(row.name.as_str())) {
            unexplained.push(row.name.clone());
        }
    }
    let total = rows.len();
    println!("{FILE}: {right} of {total} cases right");
    println!("{FILE}: `higher wins` has {by_height}, `keep ours` has {by_ours}");
    assert!(right * 100 >= total * 97, "{right} of {total}");
    assert!(right > by_height.max(by_ours));
    assert_eq!(silent, [""; 0], "nothing is lowered without a word");
    println!("{FILE}: {} differences without a reason: {unexplained:?}", unexplained.len());
}
