//! Fragments of changesets: front matter names packages and levels.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{FragmentEvidence, FragmentFile, change, first_words, is_by_the_way};
use crate::Class;

/// Which component a package belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// Components by the name of a package.
    pub components: BTreeMap<String, String>,
    /// The component of packages that are not named; `None` makes them findings.
    pub otherwise: Option<String>,
}

impl Packages {
    fn component_of(&self, package: &str) -> Option<&str> {
        self.components.get(package).or(self.otherwise.as_ref()).map(String::as_str)
    }
}

/// The pre-release mode of changesets, as `pre.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prerelease {
    /// `pre` while it is on, `exit` before the final release.
    pub mode: String,
    /// The word in versions, such as `next`.
    pub tag: String,
    /// The names, without extension, of changesets that a pre-release contains already.
    pub changesets: Vec<String>,
}

/// Reads changesets: Markdown files whose front matter gives packages a level.
///
/// `README.md`, `config.json` and whatever is no Markdown are passed over. A line that cannot be read is a finding;
/// the other lines of its file count all the same.
pub fn detect(files: &[FragmentFile], packages: &Packages) -> FragmentEvidence {
    let mut evidence = FragmentEvidence::default();
    for file in files {
        let name = file.path.file_name().unwrap_or_default();
        if name == "pre.json" {
            prerelease(file, &mut evidence);
        } else if file.path.extension() == Some("md") && !is_by_the_way(name) {
            changeset(file, packages, &mut evidence);
        }
    }
    evidence
}

fn prerelease(file: &FragmentFile, evidence: &mut FragmentEvidence) {
    match serde_json::from_str(&file.text) {
        Ok(prerelease) => evidence.prerelease = Some(prerelease),
        Err(error) => {
            let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
            let at = (place(error.line()), place(error.column()));
            let message = "the state of the pre-release mode is no valid JSON".to_owned();
            evidence.unreadable(
                &file.path,
                Some(at),
                message,
                "restore `pre.json` from git".to_owned(),
            );
        }
    }
}

const FENCE: &str = "---";

fn changeset(file: &FragmentFile, packages: &Packages, evidence: &mut FragmentEvidence) {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let lines: Vec<(u32, &str)> = (1..).zip(text.split('\n').map(str::trim_end)).collect();
    let start = lines.iter().position(|(_, line)| !line.is_empty()).unwrap_or_default();
    let end = lines.iter().skip(start + 1).position(|(_, line)| *line == FENCE);
    let (true, Some(length)) = (lines.get(start).is_some_and(|(_, line)| *line == FENCE), end)
    else {
        let message = "a changeset begins with front matter between two lines of `---`".to_owned();
        let suggestion =
            "put `---`, lines such as `\"package\": minor`, and `---` at its top".to_owned();
        let number = lines.get(start).map_or(1, |(number, _)| *number);
        evidence.unreadable(&file.path, Some((number, 1)), message, suggestion);
        return;
    };
    let front = &lines[start + 1..=start + length];
    let rest = lines[start + length + 2..].iter().copied();
    let subject =
        first_words(rest).map_or(file.path.file_stem().unwrap_or_default(), |(_, line)| line);

    let mut seen = BTreeSet::new();
    for &(number, line) in front {
        match entry(line) {
            Ok(None) => {}
            Ok(Some((package, level))) => {
                let duplicate = !seen.insert(package.clone());
                let component = packages.component_of(&package).filter(|_| !duplicate);
                match component {
                    Some(component) => {
                        let sentence =
                            format!("a changeset gives `{package}` the level {}", level.word);
                        let change =
                            change(level.class, level.word, &file.path, number, subject, sentence);
                        evidence.add(component, change);
                    }
                    None if duplicate => {
                        let message = format!("the package `{package}` is named twice");
                        evidence.unreadable(
                            &file.path,
                            Some((number, 1)),
                            message,
                            "keep one of the lines".to_owned(),
                        );
                    }
                    None => unknown_package(file, number, &package, packages, evidence),
                }
            }
            Err(Wrong { column, message, suggestion }) => {
                evidence.unreadable(&file.path, Some((number, column)), message, suggestion);
            }
        }
    }
}

fn unknown_package(
    file: &FragmentFile,
    number: u32,
    package: &str,
    packages: &Packages,
    evidence: &mut FragmentEvidence,
) {
    let known: Vec<_> = packages.components.keys().map(String::as_str).collect();
    let suggestion = if known.is_empty() {
        "declare the component it belongs to".to_owned()
    } else {
        format!("name one of the packages {}", known.join(", "))
    };
    let message = format!("the package `{package}` belongs to no component");
    evidence.unreadable(&file.path, Some((number, 1)), message, suggestion);
}

/// A level that a changeset can give.
struct Level {
    word: &'static str,
    class: Class,
}

const LEVELS: &[Level] = &[
    Level { word: "major", class: Class::Breaking },
    Level { word: "minor", class: Class::Additive },
    Level { word: "patch", class: Class::Fix },
    Level { word: "none", class: Class::None },
];

/// What is wrong with a line of front matter.
struct Wrong {
    column: u32,
    message: String,
    suggestion: String,
}

impl Wrong {
    fn new(before: &str, message: String, suggestion: &str) -> Self {
        let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
        Self { column, message, suggestion: suggestion.to_owned() }
    }
}

/// Reads `"package": level`; `None` for a blank line or a comment.
fn entry(line: &str) -> Result<Option<(String, &'static Level)>, Wrong> {
    let content = line.trim_start();
    if content.is_empty() || content.starts_with('#') {
        return Ok(None);
    }
    let form = "write `\"package\": minor`";
    if content.len() < line.len() {
        let indent = &line[..line.len() - content.len()];
        return Err(Wrong::new(
            indent,
            "the line is indented, so it names no package".to_owned(),
            form,
        ));
    }
    let Some((package, rest)) = scalar(content) else {
        return Err(Wrong::new("", "the line names no package".to_owned(), form));
    };
    let Some(value) = rest.trim_start().strip_prefix(':') else {
        let before = &content[..content.len() - rest.len()];
        return Err(Wrong::new(
            before,
            "a `:` and a level must follow the package".to_owned(),
            form,
        ));
    };
    let before = &content[..content.len() - value.trim_start().len()];
    let words = scalar(value.trim_start()).filter(|(_, rest)| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with('#')
    });
    let level = words.and_then(|(word, _)| LEVELS.iter().find(|level| level.word == word));
    let Some(level) = level else {
        let suggestion = "give it major, minor, patch or none";
        return Err(Wrong::new(before, format!("`{}` is no level", shortened(value)), suggestion));
    };
    Ok(Some((package, level)))
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    text.trim().chars().take(LONGEST).collect()
}

/// Splits a word, quoted in either way or not at all, from what follows.
fn scalar(text: &str) -> Option<(String, &str)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => quoted(text, quote),
        _ => plain(text),
    }
}

/// Without quotes, a colon is a part of the word unless a space follows.
fn plain(text: &str) -> Option<(String, &str)> {
    let ends_at = |index: &usize| match text.as_bytes()[*index] {
        b':' => text.as_bytes().get(index + 1).is_none_or(u8::is_ascii_whitespace),
        byte => byte.is_ascii_whitespace(),
    };
    let end = (0..text.len()).find(ends_at).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => word.push(characters.next()?.1),
            '\'' if quote == '\'' && text[index + 1..].starts_with('\'') => {
                characters.next();
                word.push('\'');
            }
            _ if character == quote => {
                return (!word.is_empty()).then(|| (word, &text[index + 1..]));
            }
            _ => word.push(character),
        }
    }
    None
}
