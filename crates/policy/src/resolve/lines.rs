//! Development branches and declared lines.

use std::collections::BTreeMap;

use trainyard_report::Code;

use super::{components::ResolvedComponent, duration};
use crate::{
    DeclaredLine, Lines,
    file::{DeclaredLineFile, LinesFile},
    problem::{Problem, Problems},
    read::{At, Place},
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
        let line = canonical(&name, components);
        if let Some(first) = places.get(&line) {
            let message = format!("the line {line} is declared twice");
            let problem = Problem::at_key(Code::POLICY_CONTRADICTION, &place, message);
            problems.push(problem.related(first, "the first").help("keep one of the two"));
            continue;
        }
        let known_scheme = components.iter().all(|resolved| resolved.schemes_are_sound);
        if known_scheme && !is_line(&name, components) {
            let message = format!(
                "`{}` is no line of any component",
                crate::read::node::shorten(&name).escape_debug()
            );
            let problem = Problem::at_key(Code::POLICY_BAD_VALUE, &place, message);
            problems.push(
                problem.help("a line is named as in \"1.2\", by the numbers its releases share"),
            );
            continue;
        }
        lines.insert(line.clone(), declared_line(value, &place, problems));
        places.insert(line, place);
    }
    Lines {
        development: development.into_iter().map(|branch| branch.value).collect(),
        supported: file.supported,
        support_days: file.support.as_ref().and_then(|text| duration::days(text, problems)),
        declared: lines,
    }
}

/// A line's canonical name by the first scheme that knows it: `24.03` is 24.3 to PEP 440.
fn canonical(name: &str, components: &[ResolvedComponent]) -> String {
    schemes(components)
        .find_map(|scheme| {
            [format!("{name}.0"), name.to_owned()]
                .iter()
                .find_map(|text| scheme.parse(text).ok())
                .map(|version| scheme.line(&version))
        })
        .unwrap_or_else(|| name.to_owned())
}

fn is_line(name: &str, components: &[ResolvedComponent]) -> bool {
    schemes(components).any(|scheme| {
        [format!("{name}.0"), name.to_owned()].iter().any(|text| scheme.parse(text).is_ok())
    })
}

fn schemes(components: &[ResolvedComponent]) -> impl Iterator<Item = &trainyard_version::Scheme> {
    components
        .iter()
        .flat_map(|resolved| resolved.component.periods.iter().rev())
        .map(|period| &period.rules.scheme)
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
