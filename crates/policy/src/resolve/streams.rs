//! The public sequences of releases.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use trainyard_report::Code;

use super::{check_name, components::ResolvedComponent, index_of, rules};
use crate::{
    Component, Stream, StreamKind,
    file::{ChannelFile, StreamFile, StreamKindName},
    problem::{Problem, Problems},
    read::{At, Place, node::join_path},
};

/// Resolves streams; every component is one where none is declared.
pub(crate) fn resolve(
    files: Option<IndexMap<String, At<StreamFile>>>,
    components: &[ResolvedComponent],
    problems: &mut Problems,
) -> Vec<Stream> {
    let Some(files) = files.filter(|files| !files.is_empty()) else {
        return components
            .iter()
            .enumerate()
            .map(|(index, resolved)| own_stream(index, &resolved.component))
            .collect();
    };
    let names: Vec<String> = files.keys().cloned().collect();
    let mut streams = Vec::new();
    let mut needs_places: Vec<Vec<At<String>>> = Vec::new();
    let mut claims = Claims::of(components);
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
        let claim = file.tag.as_ref().or(file.component.as_ref()).map(|said| said.place.clone());
        let kind = kind(&name, file, &place, components, problems);
        if let (Some(kind), Some(claim)) = (&kind, claim) {
            claims.add(&name, kind, claim, problems);
        }
        let Some(kind) = kind else {
            // Keeps the others' indices right; an error was reported, so nobody sees it.
            let kind = StreamKind::Single { component: 0 };
            streams.push(Stream { name, title, description, kind, needs, channels: Vec::new() });
            continue;
        };
        streams.push(Stream { name, title, description, kind, needs, channels: Vec::new() });
    }
    check_cycles(&streams, &needs_places, problems);
    streams
}

/// The channels that streams declare for themselves, in the order of [`resolve`].
pub(crate) fn own_channels(
    files: Option<&IndexMap<String, At<StreamFile>>>,
    components: &[Component],
) -> Vec<Option<IndexMap<String, At<ChannelFile>>>> {
    match files.filter(|files| !files.is_empty()) {
        Some(files) => files.values().map(|file| file.value.channels.clone()).collect(),
        None => vec![None; components.len()],
    }
}

fn own_stream(index: usize, component: &Component) -> Stream {
    Stream {
        name: component.name.clone(),
        title: component.title.clone(),
        description: component.description.clone(),
        kind: StreamKind::Single { component: index },
        needs: Vec::new(),
        channels: Vec::new(),
    }
}

fn kind(
    name: &str,
    file: StreamFile,
    place: &Place,
    components: &[ResolvedComponent],
    problems: &mut Problems,
) -> Option<StreamKind> {
    let names: Vec<String> =
        components.iter().map(|resolved| resolved.component.name.clone()).collect();
    let Some(kind) = file.kind.as_ref() else {
        // What it is made of is not known, but names can be looked up.
        let named = file.parts.iter().flat_map(|parts| parts.value.values()).chain(&file.component);
        named.for_each(|name| {
            index_of(name, "component", &names, problems);
        });
        return None;
    };
    reject_foreign_keys(&file, kind, problems);
    let mut lacking = |key: &str, example: &str| {
        if problems.is_doubtful(&join_path(&place.path, key)) {
            return;
        }
        let message = format!("the stream `{name}` lacks `{key}`");
        let problem = Problem::at_key(Code::POLICY_WRONG_TYPE, place, message);
        problems.push(problem.help(format!("add `{key} = {example}`")));
    };
    match kind.value {
        StreamKindName::Single => {
            let Some(component) = &file.component else {
                lacking("component", "\"...\"");
                return None;
            };
            let component = index_of(component, "component", &names, problems)?;
            Some(StreamKind::Single { component })
        }
        StreamKindName::Bundle => {
            if file.scheme.is_none() {
                lacking("scheme", "\"calver:YYYY.M.MICRO\"");
            }
            let tag = file.tag.and_then(|tag| rules::template(&tag, name, &[], problems));
            let scheme = file.scheme.and_then(|spec| rules::scheme(&spec, problems));
            Some(StreamKind::Bundle { scheme: scheme?, tag })
        }
        StreamKindName::Composite => {
            if file.scheme.is_none() {
                lacking("scheme", "\"composite:{a=semver}+{b=semver}\"");
            }
            if file.parts.is_none() {
                lacking("parts", "{ a = \"...\", b = \"...\" }");
            }
            composite(name, file, components, &names, problems)
        }
    }
}

/// A composite's scheme, parts and tag; of what is there, everything is looked at.
fn composite(
    name: &str,
    file: StreamFile,
    components: &[ResolvedComponent],
    names: &[String],
    problems: &mut Problems,
) -> Option<StreamKind> {
    let stated = file.parts.unwrap_or_default();
    let members: Vec<(&str, &At<String>, Option<usize>)> = stated
        .iter()
        .map(|(part, named)| (part.as_str(), named, index_of(named, "component", names, problems)))
        .collect();
    let declared: Vec<&str> = match &file.scheme {
        Some(spec) => part_schemes(spec).into_iter().map(|(part, _)| part).collect(),
        None => Vec::new(),
    };
    let tag = file.tag.and_then(|tag| {
        let stated = stated.keys().map(String::as_str);
        let known: Vec<&str> = declared.iter().copied().chain(stated).collect();
        rules::template(&tag, name, &known, problems)
    });
    let spec = file.scheme.as_ref()?;
    let scheme = rules::scheme(spec, problems)?;
    if stated.value.is_empty() && stated.place == Place::default() {
        return None;
    }
    let parts = parts(spec, &stated, &members, components, problems)?;
    Some(StreamKind::Composite { scheme, parts, tag })
}

/// Who is released by which tags, so that a tag tells what it releases.
struct Claims {
    /// By template; the place is that of the statement, where it is a stream's.
    tags: BTreeMap<String, (String, Option<Place>)>,
    /// By component, the stream of its own releases.
    components: BTreeMap<usize, (String, Place)>,
}

impl Claims {
    /// What components in the policy's own repository claim, where their tags are known.
    fn of(components: &[ResolvedComponent]) -> Self {
        let mut tags = BTreeMap::new();
        for resolved in components {
            let component = &resolved.component;
            if resolved.tags_are_lost || component.repository.is_some() {
                continue;
            }
            for template in &component.current().tags {
                let owner = format!("the component `{}`", component.name);
                tags.entry(template.to_string()).or_insert((owner, None));
            }
        }
        Self { tags, components: BTreeMap::new() }
    }

    fn add(&mut self, name: &str, kind: &StreamKind, place: Place, problems: &mut Problems) {
        let owner = format!("the stream `{name}`");
        let tag = match kind {
            StreamKind::Single { component } => {
                if let Some((other, first)) = self.components.get(component) {
                    let message = format!("{owner} has the same releases as {other}");
                    let problem = Problem::at(Code::POLICY_CONTRADICTION, &place, message);
                    problems.push(problem.related(first, "the first").help("keep one of the two"));
                }
                self.components.entry(*component).or_insert((owner, place));
                return;
            }
            StreamKind::Composite { tag, .. } | StreamKind::Bundle { tag, .. } => tag,
        };
        let Some(template) = tag.as_ref().map(ToString::to_string) else { return };
        if let Some((holder, first)) = self.tags.get(&template) {
            let message = format!("a tag `{template}` could release {holder} or {owner}");
            let dashed = format!("{name}-{{version}}");
            let other = if dashed == template { format!("{name}/{{version}}") } else { dashed };
            let mut problem = Problem::at(Code::POLICY_CONTRADICTION, &place, message)
                .help(format!("tell tags apart, such as with `tag = \"{other}\"`"));
            if let Some(first) = first {
                problem = problem.related(first, "the first");
            }
            problems.push(problem);
        } else {
            self.tags.insert(template, (owner, Some(place)));
        }
    }
}

/// Keys that belong to another kind of stream.
fn reject_foreign_keys(file: &StreamFile, kind: &At<StreamKindName>, problems: &mut Problems) {
    let single = kind.value == StreamKindName::Single;
    let composite = kind.value == StreamKindName::Composite;
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
                .related(&kind.place, "but this is another kind")
                .help("change `kind`, or remove the line"),
        );
    }
}

/// Matches a composite scheme's parts with components.
fn parts(
    spec: &At<String>,
    stated: &At<IndexMap<String, At<String>>>,
    members: &[(&str, &At<String>, Option<usize>)],
    components: &[ResolvedComponent],
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
        let Some((_, named, index)) = members.iter().find(|(name, ..)| name == part) else {
            if problems.is_doubtful(&join_path(&stated.place.path, part)) {
                continue;
            }
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
        let Some(index) = *index else { continue };
        let own = &components[index].component.current().scheme;
        if components[index].schemes_are_sound && own.spec() != *part_scheme {
            let message = format!("`{}` has the scheme `{own}`, not `{part_scheme}`", named.value);
            let problem = Problem::at(Code::POLICY_CONTRADICTION, &named.place, message);
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
