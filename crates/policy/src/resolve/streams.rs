//! The public sequences of releases.

use indexmap::IndexMap;
use trainyard_report::Code;

use super::{check_name, index_of, rules};
use crate::{
    Component, Stream, StreamKind,
    file::{StreamFile, StreamKindName},
    problem::{Problem, Problems},
    read::{At, Place},
};

/// Resolves streams; every component is one where none is declared.
pub(crate) fn resolve(
    files: Option<IndexMap<String, At<StreamFile>>>,
    components: &[Component],
    problems: &mut Problems,
) -> Vec<Stream> {
    let Some(files) = files.filter(|files| !files.is_empty()) else {
        return components
            .iter()
            .enumerate()
            .map(|(index, component)| own_stream(index, component))
            .collect();
    };
    let names: Vec<String> = files.keys().cloned().collect();
    let mut streams = Vec::new();
    let mut needs_places: Vec<Vec<At<String>>> = Vec::new();
    for (name, file) in files {
        let At { value: file, place } = file;
        if !place.inherited {
            check_name(&name, &place, problems);
        }
        let wanted = file.needs.clone().unwrap_or_default();
        let needs =
            wanted.iter().filter_map(|need| index_of(need, "stream", &names, problems)).collect();
        needs_places.push(wanted);
        let title = file.title.clone().unwrap_or_else(|| name.clone());
        let description = file.description.clone();
        let Some(kind) = kind(&name, file, &place, components, problems) else {
            // Keeps the others' indices right; an error was reported, so nobody sees it.
            let kind = StreamKind::Single { component: 0 };
            streams.push(Stream { name, title, description, kind, needs });
            continue;
        };
        streams.push(Stream { name, title, description, kind, needs });
    }
    check_cycles(&streams, &needs_places, problems);
    streams
}

fn own_stream(index: usize, component: &Component) -> Stream {
    Stream {
        name: component.name.clone(),
        title: component.title.clone(),
        description: component.description.clone(),
        kind: StreamKind::Single { component: index },
        needs: Vec::new(),
    }
}

fn kind(
    name: &str,
    file: StreamFile,
    place: &Place,
    components: &[Component],
    problems: &mut Problems,
) -> Option<StreamKind> {
    let names: Vec<String> = components.iter().map(|component| component.name.clone()).collect();
    reject_foreign_keys(&file, problems);
    let mut lacking = |key: &str, example: &str| {
        if problems.speak_of(&format!("{}.{key}", place.path)) {
            return;
        }
        let message = format!("the stream `{name}` lacks `{key}`");
        let problem = Problem::at_key(Code::POLICY_WRONG_TYPE, place, message);
        problems.push(problem.help(format!("add `{key} = {example}`")));
    };
    match file.kind.value {
        StreamKindName::Single => {
            let Some(component) = &file.component else {
                lacking("component", "\"...\"");
                return None;
            };
            let component = index_of(component, "component", &names, problems)?;
            Some(StreamKind::Single { component })
        }
        StreamKindName::Bundle => {
            let Some(spec) = &file.scheme else {
                lacking("scheme", "\"calver:YYYY.M.MICRO\"");
                return None;
            };
            let tag = file.tag.and_then(|tag| rules::template(&tag, name, &[], problems));
            Some(StreamKind::Bundle { scheme: rules::scheme(spec, problems)?, tag })
        }
        StreamKindName::Composite => {
            let Some(spec) = &file.scheme else {
                lacking("scheme", "\"composite:{a=semver}+{b=semver}\"");
                return None;
            };
            let Some(stated) = &file.parts else {
                lacking("parts", "{ a = \"...\", b = \"...\" }");
                return None;
            };
            let scheme = rules::scheme(spec, problems)?;
            let parts = parts(spec, stated, components, &names, problems)?;
            let part_names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
            let tag = file.tag.and_then(|tag| rules::template(&tag, name, &part_names, problems));
            Some(StreamKind::Composite { scheme, parts, tag })
        }
    }
}

/// Keys that belong to another kind of stream.
fn reject_foreign_keys(file: &StreamFile, problems: &mut Problems) {
    let kind = file.kind.value;
    let single = kind == StreamKindName::Single;
    let composite = kind == StreamKindName::Composite;
    let places = [
        ("component", file.component.as_ref().map(|value| &value.place), single, "single"),
        ("scheme", file.scheme.as_ref().map(|value| &value.place), !single, "composite or bundle"),
        ("tag", file.tag.as_ref().map(|value| &value.place), !single, "composite or bundle"),
        ("parts", file.parts.as_ref().map(|value| &value.place), composite, "composite"),
    ];
    for (key, place, is_at_home, home) in places {
        let Some(place) = place.filter(|_| !is_at_home) else { continue };
        let message = format!("`{key}` belongs to a {home} stream");
        let problem = Problem::at_key(Code::POLICY_CONTRADICTION, place, message);
        problems.push(
            problem
                .related(&file.kind.place, "but this is another kind")
                .help("change `kind`, or remove the line"),
        );
    }
}

/// Matches a composite scheme's parts with components.
fn parts(
    spec: &At<String>,
    stated: &At<IndexMap<String, At<String>>>,
    components: &[Component],
    names: &[String],
    problems: &mut Problems,
) -> Option<Vec<(String, usize)>> {
    let declared = part_schemes(spec);
    if declared.is_empty() {
        let message = format!("`{}` has no named parts", spec.place.path);
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &spec.place, message);
        problems
            .push(problem.help(
                "a composite's scheme is as in \"composite:{a=semver}+{b=calver:YYYYMMDD}\"",
            ));
        return None;
    }
    let mut found = Vec::new();
    for (part, part_scheme) in &declared {
        let Some(component) = stated.get(*part) else {
            let message = format!(
                "`{}` does not say which component the part `{part}` is",
                stated.place.path
            );
            let problem = Problem::at(Code::POLICY_WRONG_TYPE, &stated.place, message);
            problems.push(
                problem.related(&spec.place, "the scheme").help(format!("add `{part} = \"...\"`")),
            );
            continue;
        };
        let Some(index) = index_of(component, "component", names, problems) else { continue };
        let own = &components[index].current().scheme;
        if own.spec() != *part_scheme {
            let message =
                format!("`{}` has the scheme `{own}`, not `{part_scheme}`", component.value);
            let problem = Problem::at(Code::POLICY_CONTRADICTION, &component.place, message);
            problems.push(problem.related(&spec.place, "the scheme").help("write both alike"));
        }
        found.push(((*part).to_owned(), index));
    }
    for (part, component) in &stated.value {
        if !declared.iter().any(|(name, _)| name == part) {
            let message = format!("the scheme has no part `{part}`");
            let known: Vec<_> = declared.iter().map(|(name, _)| *name).collect();
            let problem = Problem::at_key(Code::POLICY_UNKNOWN_NAME, &component.place, message);
            problems.push(
                problem
                    .related(&spec.place, "the scheme")
                    .help(format!("its parts are {}", known.join(", "))),
            );
        }
    }
    (found.len() == declared.len()).then_some(found)
}

/// The `{name=scheme}` of a composite's specification.
fn part_schemes(spec: &str) -> Vec<(&str, &str)> {
    let argument = spec.split_once(':').map_or("", |(_, argument)| argument);
    let mut parts = Vec::new();
    let mut rest = argument;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        if let Some((name, scheme)) = rest[start + 1..start + length].split_once('=') {
            parts.push((name, scheme));
        }
        rest = &rest[start + length + 1..];
    }
    parts
}

/// No stream may need itself, through however many others.
fn check_cycles(streams: &[Stream], needs: &[Vec<At<String>>], problems: &mut Problems) {
    for (index, stream) in streams.iter().enumerate() {
        let mut seen = vec![false; streams.len()];
        let mut waiting: Vec<usize> = stream.needs.clone();
        while let Some(next) = waiting.pop() {
            if std::mem::replace(&mut seen[next], true) {
                continue;
            }
            waiting.extend(&streams[next].needs);
        }
        // Told once for each cycle, at its first stream.
        let is_first = (0..index).all(|other| !seen[other] || !reaches(streams, other, index));
        if seen[index] && is_first {
            let message = format!("the stream `{}` needs itself in the end", stream.name);
            let Some(place) = needs[index].first().map(|need| &need.place) else { continue };
            let problem = Problem::at(Code::POLICY_CONTRADICTION, place, message);
            problems.push(problem.help("let one of them work without the other"));
        }
    }
}

fn reaches(streams: &[Stream], from: usize, to: usize) -> bool {
    let mut seen = vec![false; streams.len()];
    let mut waiting = streams[from].needs.clone();
    while let Some(next) = waiting.pop() {
        if next == to {
            return true;
        }
        if !std::mem::replace(&mut seen[next], true) {
            waiting.extend(&streams[next].needs);
        }
    }
    false
}
