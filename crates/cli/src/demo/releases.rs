//! The three platforms' releases, as they came.

use std::collections::BTreeSet;

use camino::Utf8Path;
use serde_json::{Value, json, value::RawValue};
use trainyard_api::{ComponentKind, NewRelease};
use trainyard_bundle::{
    Bundle, Dialect, Kind, Manifest, Numbered, Pin, Requirement, read::ayon_addons,
};
use trainyard_version::Scheme;

use super::tables::{ADDONS, BACKEND_AI, POLYAXON, SERVERS, moment, rows};
use crate::error::CommandError;

/// Something that was released.
pub(super) struct Released {
    /// When.
    pub(super) at: i64,
    /// Its product.
    pub(super) product: &'static str,
    /// Its component or stream.
    pub(super) stream: String,
    /// What is published.
    pub(super) release: NewRelease,
}

impl Released {
    /// Whether it is an addon between two releases, as `1.4.0+dev`.
    pub(super) fn is_in_development(&self) -> bool {
        self.product == "ayon" && self.release.version.ends_with("+dev")
    }

    /// Who publishes it.
    pub(super) fn by(&self) -> &'static str {
        match self.product {
            "ayon" => "ayon-team/robot",
            "backend-ai" => "backend-ai-team/robot",
            _ => "polyaxon-team/robot",
        }
    }
}

/// Everything that the three platforms released, oldest first.
pub(super) fn all() -> Result<Vec<Released>, CommandError> {
    let mut all = addons()?;
    all.extend(servers()?);
    all.extend(backend_ai()?);
    all.extend(polyaxon()?);
    // Of one moment, parts come before what pins them.
    all.sort_by_key(|it| (it.at, it.release.kind == ComponentKind::Bundle));
    Ok(all)
}

/// A component's release.
pub(super) fn component(manifest: &Manifest) -> Result<NewRelease, CommandError> {
    new(ComponentKind::Component, manifest.version.text(), manifest)
}

/// A bundle.
pub(super) fn bundle(bundle: &Bundle) -> Result<NewRelease, CommandError> {
    let version = bundle.version.as_ref().map_or(bundle.name.as_str(), Numbered::text);
    new(ComponentKind::Bundle, version, bundle)
}

fn new(
    kind: ComponentKind,
    version: &str,
    document: &impl serde::Serialize,
) -> Result<NewRelease, CommandError> {
    let text = serde_json::to_string(document);
    let document = text.and_then(RawValue::from_string);
    Ok(NewRelease {
        kind,
        version: version.to_owned(),
        content: None,
        document: document.map_err(|error| CommandError::environment(&error))?,
        images: Vec::new(),
        follows: None,
        released: None,
        why: String::new(),
    })
}

fn scheme(spec: &str) -> Scheme {
    spec.parse().unwrap_or_else(|_| Scheme::semver())
}

/// AYON's addons.
fn addons() -> Result<Vec<Released>, CommandError> {
    let some = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let list: Vec<Value> = rows::<7>(ADDONS)
        .map(|[name, version, day, server, launcher, requires, works_with]| {
            json!({
                "name": name,
                "version": version,
                "date": day,
                "ayon_server_version": some(server),
                "ayon_launcher_version": some(launcher),
                "ayon_required_addons": ranges(requires),
                "ayon_compatible_addons": ranges(works_with),
            })
        })
        .collect();
    let text = Value::Array(list).to_string();
    let read = ayon_addons(Utf8Path::new("examples/ayon/addons.tsv"), &text);
    let days = rows::<7>(ADDONS).map(|row| row[2]);
    let released = |(mut manifest, day): (Manifest, &str)| {
        // Which file said so is told by the repository, which the table does not name.
        forget_places(&mut manifest);
        let release = component(&manifest)?;
        Ok(Released { at: moment(day), product: "ayon", stream: manifest.name, release })
    };
    // `0.4.6.post0` was released, and is no version.
    let there = read.manifests.into_iter().zip(days);
    there.filter(|(manifest, _)| manifest.version.error().is_none()).map(released).collect()
}

fn forget_places(manifest: &mut Manifest) {
    manifest.place = None;
    manifest.requirements.iter_mut().for_each(|requirement| requirement.place = None);
    let environment = &mut manifest.environment;
    for need in [&mut environment.server, &mut environment.launcher].into_iter().flatten() {
        need.place = None;
    }
}

/// `core:>=1.0.0 maya:-`, where a dash is that it must not be there.
fn ranges(text: &str) -> Value {
    let ranges = text.split(' ').filter_map(|range| range.split_once(':'));
    let range = |(name, range): (&str, &str)| {
        (name.to_owned(), if range == "-" { Value::Null } else { range.into() })
    };
    ranges.map(range).collect::<serde_json::Map<_, _>>().into()
}

/// AYON's servers with their parts.
fn servers() -> Result<Vec<Released>, CommandError> {
    let composite = scheme("composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}");
    let dated = scheme("calver:YYYYMMDD[A]");
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for [version, time] in rows::<2>(SERVERS) {
        let Some((backend, frontend)) = version.split_once('+') else { continue };
        let at = moment(time);
        let parts = [
            ("backend", Numbered::semver(backend)),
            ("frontend", Numbered::read(frontend, &dated)),
        ];
        if parts.iter().any(|(_, version)| version.error().is_some()) {
            // `1.5.00` was released, and is no version.
            continue;
        }
        let mut pins = Vec::new();
        for (name, version) in parts {
            pins.push(Pin::new(name, version.text()));
            if seen.insert((name, version.text().to_owned())) {
                let release = component(&Manifest::new(name, version))?;
                all.push(Released { at, product: "ayon", stream: name.to_owned(), release });
            }
        }
        let release = bundle(&Bundle {
            name: "AYON server".to_owned(),
            version: Some(Numbered::read(version, &composite)),
            is_final: !backend.contains('-'),
            pins,
            ..Bundle::default()
        })?;
        all.push(Released { at, product: "ayon", stream: "server".to_owned(), release });
    }
    Ok(all)
}

/// Backend.AI, whose parts share a number.
fn backend_ai() -> Result<Vec<Released>, CommandError> {
    let scheme = scheme("pep440");
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for [tag, day] in rows::<2>(BACKEND_AI) {
        let version = Numbered::read(tag.trim_start_matches('v'), &scheme);
        if version.error().is_some() {
            // Versions of the API have tags, too.
            continue;
        }
        if !seen.insert(version.version().canonical().to_owned()) {
            // `23.09.8.rc1` was tagged again as `23.09.8rc1`, with other content.
            continue;
        }
        let release = component(&Manifest::new("backend-ai", version))?;
        let stream = "backend-ai".to_owned();
        all.push(Released { at: moment(day), product: "backend-ai", stream, release });
    }
    Ok(all)
}

/// The parts of Polyaxon's bundles in the order of the table's columns, and whether their versions are Python's.
const PARTS: [(&str, bool); 7] = [
    ("charts", false),
    ("cli", true),
    ("haupt", true),
    ("hypertune", true),
    ("mloperator", false),
    ("sdks", false),
    ("traceml", true),
];

/// Polyaxon's bundles with their parts.
fn polyaxon() -> Result<Vec<Released>, CommandError> {
    let (semver, python) = (Scheme::semver(), scheme("pep440"));
    let mut all = Vec::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in rows::<10>(POLYAXON) {
        let [version, time, parts @ .., requires] = row;
        let at = moment(time);
        let mut pins = Vec::new();
        for ((name, is_python), part) in PARTS.into_iter().zip(parts) {
            if part == "-" {
                continue;
            }
            pins.push(Pin::new(name, part));
            if !seen.insert((name, part)) {
                continue;
            }
            let scheme = if is_python { &python } else { &semver };
            let mut manifest = Manifest::new(name, Numbered::read(part, scheme));
            if name == "cli" {
                manifest.requirements = requires.split(' ').filter_map(requirement).collect();
            }
            let release = component(&manifest)?;
            all.push(Released { at, product: "polyaxon", stream: name.to_owned(), release });
        }
        let own = Numbered::semver(version);
        let is_final = !own.version().is_prerelease();
        let name = "Polyaxon".to_owned();
        let release =
            bundle(&Bundle { name, version: Some(own), is_final, pins, ..Bundle::default() })?;
        all.push(Released { at, product: "polyaxon", stream: "platform".to_owned(), release });
    }
    Ok(all)
}

/// `traceml==1.1.*`, as Python's packages ask for each other.
fn requirement(text: &str) -> Option<Requirement> {
    let (package, range) = text.split_once("==")?;
    let target = if package == "polyaxon-sdk" { "sdks" } else { package };
    Some(Requirement {
        target: target.to_owned(),
        range: Dialect::of_scheme(&scheme("pep440")).read(&format!("=={range}")),
        kind: Kind::Hard,
        condition: String::new(),
        is_fetched: false,
        place: None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::all;

    #[test]
    fn three_platforms_are_there() {
        let all = all().unwrap_or_default();
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for it in &all {
            *counts.entry(it.product).or_default() += 1;
        }
        assert!(counts["ayon"] > 2_000, "{counts:?}");
        assert!(counts["backend-ai"] > 300, "{counts:?}");
        let bundles = all.iter().filter(|it| it.stream == "platform").count();
        assert_eq!(bundles, 112, "{counts:?}");
        assert!(all.is_sorted_by_key(|it| it.at));
    }
}
