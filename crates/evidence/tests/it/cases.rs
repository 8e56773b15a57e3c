//! Cases that somebody else wrote.

use serde_json::Value;
use trainyard_evidence::{
    commits::{self, CommitMessage, MergeTitles, Message, Section},
    plain_level,
};
use trainyard_testkit::{Tally, case_text};
use trainyard_version::Level;

use crate::differences::Differences;

/// Runs `right` on every case of a file; says what came instead where it is wrong.
fn check_file(file: &str, right: impl Fn(&Value) -> Result<(), String>) {
    let path = format!("versions/{file}");
    let Some(text) = case_text(&path) else { return };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let differences = Differences::of(file);
    let mut tally = Tally::new(&path);
    let vectors = cases["vectors"].as_array().expect("the cases are `vectors`");
    // Rows that count pre-releases on, without commits, are about versions alone.
    for case in vectors.iter().filter(|case| case["kind"] != "next_prerelease") {
        match right(case) {
            Err(_) if differences.explain(case) => {}
            result => tally.check(result.is_ok(), || {
                format!("{case}\n  {}", result.err().unwrap_or_default())
            }),
        }
    }
    tally.finish();
}

fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, not {expected:?}")) }
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    value.as_array().into_iter().flatten().filter_map(text).collect()
}

/// What plain Semantic Versioning asks for after these commits.
fn level_of(messages: &[String]) -> Level {
    let commit = |(index, message): (usize, &String)| CommitMessage {
        id: format!("{index:040x}"),
        message: message.clone(),
        ..CommitMessage::default()
    };
    let commits: Vec<_> = messages.iter().enumerate().map(commit).collect();
    plain_level(&commits::detect(&commits, MergeTitles::Ignored).changes)
}

#[test]
fn conventional_commits_parser_cases() {
    check_file("conventional_commits_parser.json", |case| {
        let text = case["input"].as_str().unwrap_or_default();
        let message = Message::parse(text);
        let title = &message.sections[0];
        equal("ok", &title.header.is_some(), &case["ok"].as_bool().unwrap_or_default())?;
        let Some(header) = &title.header else { return Ok(()) };
        equal("type", &Some(header.kind), &case["type"].as_str())?;
        equal("scope", &header.scope, &case["scope"].as_str())?;
        equal("subject", &Some(header.description), &case["subject"].as_str())?;
        equal("breaking", &message.is_breaking(), &case["breaking"].as_bool().unwrap_or_default())?;
        let notes: Vec<_> =
            message.sections.iter().flat_map(Section::breaking_notes).map(str::to_owned).collect();
        let expected = case["notes"].as_array().into_iter().flatten();
        let expected: Vec<_> =
            expected.filter_map(|note| note["text"].as_str()).map(str::to_owned).collect();
        equal("notes", &notes, &expected)
    });
}

/// python-semantic-release's names of levels.
fn psr_level(bump: &Value) -> Option<Level> {
    Some(match bump.as_u64()? {
        0 => Level::None,
        2 => Level::Patch,
        3 => Level::Minor,
        4 => Level::Major,
        _ => return None,
    })
}

/// python-semantic-release's names of types.
fn psr_type(name: &str) -> &str {
    match name {
        "features" => "feat",
        "bug fixes" => "fix",
        "performance improvements" => "perf",
        "documentation" => "docs",
        "testing" => "test",
        "code style" => "style",
        "refactoring" => "refactor",
        "chores" => "chore",
        "build system" => "build",
        "continuous integration" => "ci",
        other => other,
    }
}

fn check_psr_section(
    message: &Message<'_>,
    section: &Section<'_>,
    expected: &Value,
) -> Result<(), String> {
    let header = section.header.as_ref().ok_or("follows no convention")?;
    for name in ["type", "type_"].iter().filter_map(|key| expected[*key].as_str()) {
        equal("type", &header.kind, &psr_type(name))?;
    }
    if let Some(scope) = expected["scope"].as_str() {
        equal("scope", &header.scope.unwrap_or_default(), &scope)?;
    }
    let descriptions = texts(&expected["descriptions"]);
    if let Some(subject) = expected["subject"].as_str().or(descriptions.first().map(String::as_str))
    {
        equal("description", &header.description, &subject.trim())?;
    }
    for request in ["linked_merge_request", "merge_request_number"]
        .iter()
        .filter_map(|key| expected[*key].as_str())
    {
        equal("pull request", &message.pull_request.unwrap_or_default(), &request)?;
    }
    let breaks = texts(&expected["breaking_descriptions"]);
    if !breaks.is_empty() {
        equal("notes", &section.notes, &breaks)?;
    }
    Ok(())
}

#[test]
fn python_semantic_release_cases() {
    check_file("psr__commit_parser_conventional.json", |case| {
        let text = case["commit_message"].as_str().or(case["message"].as_str()).unwrap_or_default();
        let message = Message::parse(text);
        if case["test"].as_str().is_some_and(|test| test.contains("raises_unknown")) {
            return equal("conventional", &message.sections[0].header.is_some(), &false);
        }
        if let Some(level) = psr_level(&case["bump"]) {
            return equal("level", &level_of(&[text.to_owned()]), &level);
        }
        let Some(details) = case["expected_commit_details"].as_array() else {
            return check_psr_section(&message, &message.sections[0], case);
        };
        let expected: Vec<_> = details.iter().filter(|detail| !detail.is_null()).collect();
        let sections: Vec<_> =
            message.sections.iter().filter(|section| section.header.is_some()).collect();
        equal("parts", &sections.len(), &expected.len())?;
        for (section, expected) in sections.iter().zip(&expected) {
            check_psr_section(&message, section, expected)?;
        }
        let levels = expected.iter().filter_map(|detail| psr_level(&detail["bump"]));
        equal("level", &level_of(&[text.to_owned()]), &levels.max().unwrap_or(Level::None))
    });
}

#[test]
fn commitizen_increment_cases() {
    check_file("commitizen__bump_find_increment.json", |case| {
        let expected = case["expected_type"].as_str().unwrap_or("none").parse()?;
        equal("level", &level_of(&texts(&case["messages"])), &expected)
    });
}

/// `major.minor.patch` and whether a pre-release follows, whatever stands before.
fn core_of(version: &str) -> Option<([u64; 3], bool)> {
    let starts = version.char_indices().map(|(at, _)| &version[at..]);
    let mut at_digits =
        starts.filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    at_digits.find_map(|rest| {
        let core = rest.split(['-', '+']).next()?;
        let numbers: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let is_prerelease = rest.split('+').next()?.contains('-');
        Some((numbers.try_into().ok()?, is_prerelease))
    })
}

/// Which level leads from one version to the other.
fn level_between(from: [u64; 3], to: [u64; 3]) -> Level {
    match () {
        () if from[0] != to[0] => Level::Major,
        () if from[1] != to[1] => Level::Minor,
        () if from[2] != to[2] => Level::Patch,
        () => Level::None,
    }
}

/// Whether the level is the one that leads from the present version to the expected one.
///
/// A pre-release makes room already: that of `2.0.0` for all levels, that of `1.2.4` for a patch.
fn check_step(level: Level, case: &Value) -> Result<(), String> {
    let version =
        |key: &str| case[key].as_str().and_then(core_of).ok_or(format!("`{key}` is no version"));
    let ((from, is_prerelease), (to, _)) = (version("current")?, version("expected")?);
    if is_prerelease && from == to {
        let room = match from {
            [_, 0, 0] => Level::Major,
            [_, _, 0] => Level::Minor,
            _ => Level::Patch,
        };
        return if level <= room { Ok(()) } else { Err(format!("{level} needs more than {room}")) };
    }
    equal("level", &level, &level_between(from, to))
}

#[test]
fn git_cliff_bump_cases() {
    check_file("git_cliff__bump.json", |case| check_step(level_of(&texts(&case["commits"])), case));
}

#[test]
fn svu_next_cases() {
    check_file("svu__next.json", |case| check_step(level_of(&texts(&case["commits"])), case));
}

#[test]
fn release_please_strategy_cases() {
    check_file("release_please__strategies_dev.json", |case| {
        check_step(level_of(&texts(&case["commits"])), case)
    });
}
