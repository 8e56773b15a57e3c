//! Development branches and declared lines.

use std::collections::BTreeMap;

use trainyard_report::Code;
use trainyard_version::Scheme;

use super::{components::ResolvedComponent, duration};
use crate::{
    DeclaredLine, Lines,
    file::{DeclaredLineFile, LinesFile},
    problem::{Problem, Problems},
    read::{At, Place, node::shorten},
};

pub(crate) fn resolve(
    file: LinesFile,
    components: &[ResolvedComponent],
    problems: &mut Problems,
) -> Lines {
    let mut development: Vec<At<String>> = Vec::new();
    for branch in file.development.unwrap_or_default() {
        if branch.is_empty() || branch.contains(['*', '?', '[', ' ']) {
            let message = format!("`{}` is no branch name", branch.value.escape_debug());
            let problem = Problem::at(Code::POLICY_BAD_VALUE, &branch.place, message);
            problems.push(problem.help("name each development branch in full, without patterns"));
        } else if development.iter().any(|known| known.value == branch.value) {
            let message = format!("`{}` is listed twice", branch.value);
            problems.push(Problem::at(Code::POLICY_UNUSED, &branch.place, message));
        } else {
            development.push(branch);
        }
    }
    let declared = file.declared.unwrap_or_default();
    let mut lines: BTreeMap<String, DeclaredLine> = BTreeMap::new();
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (name, At { value, place }) in declared {
        if problems.has_lost(&place.path) {
            continue;
        }
        let line = match line_called(&name, components) {
            Ok(line) => line,
            // Of unknown schemes, every name may be a line's.
            Err(_) if components.iter().any(|resolved| !resolved.schemes_are_sound) => name,
            Err(release_of) => {
                problems.push(no_line(&name, release_of.as_deref(), &place));
                continue;
            }
        };
        if let Some(first) = places.get(&line) {
            let message = format!("the line {line} is declared twice");
            let problem = Problem::at_key(Code::POLICY_CONTRADICTION, &place, message);
            problems.push(problem.related(first, "the first").help("keep one of the two"));
            continue;
        }
        lines.insert(line.clone(), declared_line(value, &place, problems));
        places.insert(line, place);
    }
    Lines {
        development: development.into_iter().map(|branch| branch.value).collect(),
        supported: file.supported,
        support: file.support.as_ref().and_then(|text| duration::span(text, problems)),
        declared: lines,
    }
}

fn no_line(name: &str, release_of: Option<&str>, place: &Place) -> Problem {
    let shown = shorten(name);
    let message = format!("`{}` is no line of any component", shown.escape_debug());
    let problem = Problem::at_key(Code::POLICY_BAD_VALUE, place, message);
    match release_of {
        Some(line) => problem.help(format!(
            "{} is a release; the line it belongs to is called \"{line}\"",
            shown.escape_debug()
        )),
        None => problem.help("a line is named as in \"1.2\", by the numbers its releases share"),
    }
}

/// A line's canonical name by the first scheme that has it: `24.03` is 24.3 to PEP 440.
///
/// *Errors*: the line of the release that the text names instead, if it names one.
fn line_called(name: &str, components: &[ResolvedComponent]) -> Result<String, Option<String>> {
    let mut release_of = None;
    for scheme in schemes(components) {
        match scheme.part_schemes().first() {
            // Lines of a composite are those of its first part.
            Some((_, first)) => match line_of(name, first) {
                Ok(line) => return Ok(line),
                Err(line) => release_of = release_of.or(line),
            },
            None => match line_of(name, scheme) {
                Ok(line) => return Ok(line),
                Err(line) => release_of = release_of.or(line),
            },
        }
    }
    Err(release_of)
}

/// As [`line_called`], for one scheme.
fn line_of(name: &str, scheme: &Scheme) -> Result<String, Option<String>> {
    // What is missing to a release: a number, nothing, or a day.
    let lines = [format!("{name}.0"), name.to_owned(), format!("{name}.20000101")]
        .into_iter()
        .filter_map(|text| scheme.parse(&text).ok())
        .map(|version| scheme.line(&version));
    let mut other = None;
    for line in lines {
        if same_numbers(&line, name) {
            return Ok(line);
        }
        other = other.or(Some(line));
    }
    Err(other)
}

/// Whether two names of lines differ in zeros alone, such as `24.3` and `24.03`, or `1` and `1.0`.
fn same_numbers(line: &str, name: &str) -> bool {
    let numbers = |text: &str| {
        let segments = text.trim_start_matches('v').split('.');
        let mut segments: Vec<String> =
            segments.map(|segment| segment.trim_start_matches('0').to_owned()).collect();
        while segments.last().is_some_and(String::is_empty) {
            segments.pop();
        }
        segments
    };
    numbers(line) == numbers(name)
}

fn schemes(components: &[ResolvedComponent]) -> impl Iterator<Item = &Scheme> {
    let mut told: Vec<&Scheme> = Vec::new();
    components
        .iter()
        .flat_map(|resolved| resolved.component.periods.iter().rev())
        .map(|period| &period.rules.scheme)
        .filter(move |scheme| {
            let is_new = !told.contains(scheme);
            if is_new {
                told.push(scheme);
            }
            is_new
        })
}

fn declared_line(file: DeclaredLineFile, place: &Place, problems: &mut Problems) -> DeclaredLine {
    let says_nothing = file.lts.is_none()
        && file.retires.is_none()
        && file.branch.is_none()
        && file.title.is_none();
    if says_nothing && !problems.speak_of(&place.path) {
        let message = format!("nothing is said of `{}`", place.path);
        problems
            .push(Problem::at_key(Code::POLICY_UNUSED, place, message).help("remove the table"));
    }
    DeclaredLine {
        lts: file.lts.unwrap_or(false),
        retires: file.retires.and_then(|date| date.parse().ok()),
        branch: file.branch.map(|branch| branch.value),
        title: file.title,
    }
}
