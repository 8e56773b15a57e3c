//! Manifests of package managers: `pyproject.toml`, `Cargo.toml`, `package.json`, `Chart.yaml`.

use camino::Utf8Path;
use serde_json::Value;
use trainyard_evidence::{
    Unreadable, document,
    requirements::{Declared, DeclaredKind, declared},
};
use trainyard_version::Scheme;

use super::{Imported, complaints, unreadable};
use crate::{
    Dialect, EnvironmentNeed, Kind, Manifest, Numbered, Origin, Place, Range, Requirement, Tool,
};

/// A manager of packages: where name and version stand, and whose numbers they are.
struct Manager {
    file_name: &'static str,
    scheme: &'static str,
    grammar: &'static str,
    /// How ranges are written that the grammar does not read.
    tool: Option<Tool>,
    names: &'static [&'static str],
    versions: &'static [&'static str],
}

const MANAGERS: [Manager; 4] = [
    Manager {
        file_name: "pyproject.toml",
        scheme: "pep440",
        grammar: "pep440",
        tool: Some(Tool::Poetry),
        names: &["/project/name", "/tool/poetry/name"],
        versions: &["/project/version", "/tool/poetry/version"],
    },
    Manager {
        file_name: "Cargo.toml",
        scheme: "semver",
        grammar: "cargo",
        tool: None,
        names: &["/package/name"],
        versions: &["/package/version", "/workspace/package/version"],
    },
    Manager {
        file_name: "package.json",
        scheme: "semver",
        grammar: "npm",
        tool: Some(Tool::NpmWorkspace),
        names: &["/name"],
        versions: &["/version"],
    },
    Manager {
        file_name: "Chart.yaml",
        scheme: "semver",
        grammar: "helm",
        tool: None,
        names: &["/name"],
        versions: &["/version"],
    },
];

/// Reads a package's name, version and needs. A package without a version takes that of the tag it was read at; one
/// without either is no release.
pub(super) fn read(path: &Utf8Path, text: &str, origin: &Origin) -> Imported {
    let Some(manager) = MANAGERS.iter().find(|it| path.file_name() == Some(it.file_name)) else {
        return Imported::default();
    };
    let document = match parse(path, text) {
        Ok(document) => document,
        Err(why) => return unreadable(path, &why),
    };
    let text_at = |places: &[&str]| {
        let found = places.iter().find_map(|place| document.pointer(place)?.as_str());
        found.map(str::to_owned)
    };
    let tagged = || origin.tag.as_deref().and_then(version_of_tag).map(str::to_owned);
    let version = text_at(manager.versions).or_else(tagged);
    let (Some(name), Some(version)) = (text_at(manager.names), version) else {
        return Imported::default();
    };
    let scheme: Scheme = manager.scheme.parse().unwrap_or_else(|_| Scheme::semver());
    let mut manifest = Manifest::new(name, Numbered::read(&version, &scheme));
    let file = Place::file(path);
    manifest.place = Some(file.clone());
    match declared(path, text) {
        Some(Ok(needs)) => {
            for need in needs {
                add(&mut manifest, need, manager, &file);
            }
        }
        Some(Err(why)) => return unreadable(path, &why),
        None => {}
    }
    let findings = complaints(&manifest);
    Imported { manifests: vec![manifest], findings, ..Imported::default() }
}

fn parse(path: &Utf8Path, text: &str) -> Result<Value, Unreadable> {
    if path.extension() != Some("toml") {
        return document::parse(path, text);
    }
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| super::trainyard::line_of(text, span.start));
        let message = format!("it is no TOML: {}", error.message());
        Unreadable::Malformed { message, line }
    })
}

fn add(manifest: &mut Manifest, need: Declared, manager: &Manager, file: &Place) {
    let place = Some(file.line(need.line));
    let range = range(manager, &need);
    if need.kind == DeclaredKind::Platform {
        if need.name == "python" {
            manifest.environment.python = Some(EnvironmentNeed { range, place });
        }
        return;
    }
    // What installers fetch by themselves must fit only where it is part of the bundle too, as must what is asked for
    // under a condition.
    let kind = match need.kind {
        DeclaredKind::Part if need.condition.is_empty() => Kind::Hard,
        _ => Kind::Soft,
    };
    if range.error().is_some() && kind == Kind::Soft {
        // An address or a path: nothing to hold a version against.
        return;
    }
    // Of charts, it is the place they come from.
    let condition = if manager.grammar == "helm" { String::new() } else { need.condition };
    let is_fetched = need.kind == DeclaredKind::Library;
    manifest.requirements.push(Requirement {
        target: need.name,
        range,
        kind,
        condition,
        is_fetched,
        place,
    });
}

/// The range of a need: by the manager's grammar, else as its tool has it.
fn range(manager: &Manager, need: &Declared) -> Range {
    let usual: Dialect = manager.grammar.parse().unwrap_or(Dialect::Tool(Tool::Helm));
    let range = usual.read(&need.range);
    let others = manager.tool.filter(|_| range.error().is_some() && need.set.is_some());
    others.map_or(range, |tool| Dialect::Tool(tool).read(&need.range))
}

/// The version that a tag's name ends with: `1.2.0` of `v1.2.0`, `charts/v1.2.0` and `chart-1.2.0`.
pub fn version_of_tag(tag: &str) -> Option<&str> {
    let tail = tag.rsplit('/').next().unwrap_or(tag);
    let starts = |(at, letter): &(usize, char)| {
        let before = tail.get(..*at).and_then(|text| text.chars().next_back());
        letter.is_ascii_digit() && before.is_none_or(|it| !it.is_alphanumeric() || it == 'v')
    };
    let (start, _) = tail.char_indices().find(starts)?;
    tail.get(start..)
}
