//! AYON's other formats: `package.yml`, lists of addons, bundles.

use camino::Utf8Path;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use trainyard_evidence::document;
use trainyard_report::Finding;

use super::{Imported, broken, complaints, package_py::excluded, unreadable};
use crate::{
    Bundle, DependencyPackage, Dialect, EnvironmentNeed, Kind, Manifest, Numbered, Origin, Pin,
    Place, Requirement,
};

/// What a `package.py` or an entry of a list says; further keys do not matter here.
#[derive(Debug, Deserialize)]
struct AddonFile {
    name: String,
    version: String,
    ayon_server_version: Option<String>,
    ayon_launcher_version: Option<String>,
    ayon_required_addons: Option<IndexMap<String, Value>>,
    ayon_soft_required_addons: Option<IndexMap<String, Value>>,
    ayon_compatible_addons: Option<IndexMap<String, Value>>,
    repo: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    ref_kind: Option<String>,
    commit: Option<String>,
    date: Option<String>,
    path: Option<String>,
}

impl AddonFile {
    /// The manifest; `line_of` tells where a key of a table stands.
    fn manifest(
        &self,
        file: &Place,
        line_of: &dyn Fn(&[&str]) -> Option<u32>,
        findings: &mut Vec<Finding>,
    ) -> Manifest {
        let mut manifest = Manifest::new(&self.name, Numbered::semver(&self.version));
        manifest.place = Some(file.line(line_of(&["version"])));
        let need = |key: &str, range: Option<&String>| {
            let place = Some(file.line(line_of(&[key])));
            Some(EnvironmentNeed { range: Dialect::ayon().read(range?), place })
        };
        let environment = &mut manifest.environment;
        environment.server = need("ayon_server_version", self.ayon_server_version.as_ref());
        environment.launcher = need("ayon_launcher_version", self.ayon_launcher_version.as_ref());
        for (table, addons, kind) in [
            ("ayon_required_addons", &self.ayon_required_addons, Kind::Hard),
            ("ayon_soft_required_addons", &self.ayon_soft_required_addons, Kind::Soft),
            ("ayon_compatible_addons", &self.ayon_compatible_addons, Kind::Advisory),
        ] {
            for (target, range) in addons.iter().flatten() {
                let place = Some(file.line(line_of(&[table, target])));
                match range {
                    Value::String(text) => manifest.requirements.push(Requirement {
                        target: target.clone(),
                        range: Dialect::ayon().read(text),
                        kind,
                        condition: String::new(),
                        is_fetched: false,
                        place,
                    }),
                    Value::Null if kind == Kind::Hard => {
                        manifest.requirements.push(excluded(target, place));
                    }
                    Value::Null => {}
                    _ => findings.push(broken(
                        file.path(),
                        line_of(&[table, target]),
                        format!("the range of {target} is no text"),
                    )),
                }
            }
        }
        manifest.origin = Origin {
            repository: self.repo.clone(),
            tag: self.reference.clone().filter(|_| self.ref_kind.as_deref() == Some("tag")),
            commit: self.commit.clone(),
        };
        manifest.date = self.date.as_deref().and_then(|date| date.get(..10)?.parse().ok());
        findings.extend(complaints(&manifest));
        manifest
    }
}

/// Reads an addon's `package.yml`.
pub(super) fn package_yml(path: &Utf8Path, text: &str) -> Imported {
    let value = match document::parse(path, text) {
        Ok(value) => value,
        Err(why) => return unreadable(path, &why),
    };
    if value.get("name").is_none() || value.get("version").is_none() {
        return Imported::default();
    }
    let addon: AddonFile = match serde_json::from_value(value) {
        Ok(addon) => addon,
        Err(error) => return Imported::of_findings(vec![broken(path, None, error.to_string())]),
    };
    let line_of = |keys: &[&str]| {
        let pointer: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        document::lines(path, text, &[&pointer]).pop().flatten()
    };
    let mut findings = Vec::new();
    let manifests = vec![addon.manifest(&Place::file(path), &line_of, &mut findings)];
    Imported { manifests, findings, ..Imported::default() }
}

/// A list of addons: `{"pairs": [...]}`, or the list alone.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AddonList {
    Pairs { pairs: Vec<AddonFile> },
    List(Vec<AddonFile>),
}

/// A bundle as AYON's server has it.
#[derive(Debug, Deserialize)]
struct BundleFile {
    name: String,
    addons: IndexMap<String, Option<String>>,
    #[serde(alias = "installerVersion")]
    installer_version: Option<String>,
    #[serde(alias = "serverVersion")]
    server_version: Option<String>,
    #[serde(default, alias = "dependencyPackages")]
    dependency_packages: IndexMap<String, Option<String>>,
    #[serde(default, alias = "isDev")]
    is_dev: bool,
}

/// A JSON file of AYON's, by its content; `None` where it is none.
pub(super) fn read(path: &Utf8Path, text: &str) -> Option<Imported> {
    if text.contains("\"addons\"") && !text.contains("\"pairs\"") {
        return Some(match ayon_bundle(path, text) {
            Ok(bundle) => Imported { bundles: vec![bundle], ..Imported::default() },
            Err(finding) => Imported::of_findings(vec![*finding]),
        });
    }
    text.contains("\"version\"").then(|| ayon_addons(path, text))
}

/// Reads a list of addons with their versions and requirements.
///
/// The place of each is the file in its repository at its tag or commit, as far as the list says.
pub fn ayon_addons(path: &Utf8Path, text: &str) -> Imported {
    let list = match serde_json::from_str(text) {
        Ok(AddonList::Pairs { pairs } | AddonList::List(pairs)) => pairs,
        Err(error) => {
            let line = u32::try_from(error.line()).ok();
            let message = format!("it is no list of addons: {error}");
            return Imported::of_findings(vec![broken(path, line, message)]);
        }
    };
    let mut imported = Imported::default();
    for addon in list {
        let place = match (&addon.repo, &addon.reference) {
            (Some(repository), Some(reference)) => {
                let file = addon.path.as_deref().unwrap_or("package.py");
                Place::file(format!("{repository}@{reference}/{file}"))
            }
            _ => Place::file(path),
        };
        let manifest = addon.manifest(&place, &|_| None, &mut imported.findings);
        imported.manifests.push(manifest);
    }
    imported
}

/// Reads a bundle as AYON's server exports it; the order of its addons is kept.
///
/// *Errors*: what is wrong with the text.
pub fn ayon_bundle(path: &Utf8Path, text: &str) -> Result<Bundle, Box<Finding>> {
    let file: BundleFile = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).ok();
        broken(path, line, format!("it is no bundle of AYON: {error}"))
    })?;
    let place = Place::file(path);
    let pins = file.addons.into_iter().filter_map(|(name, version)| {
        let version = version.filter(|version| !version.eq_ignore_ascii_case("none"))?;
        Some(Pin { place: Some(place.clone()), ..Pin::new(name, version) })
    });
    let packages = file.dependency_packages.into_iter().filter_map(|(platform, file)| {
        let platform = Some(platform);
        Some(DependencyPackage { file: file?, platform, python: None, checksum: None })
    });
    Ok(Bundle {
        name: file.name,
        is_final: !file.is_dev,
        pins: pins.collect(),
        servers: file.server_version.iter().map(|text| Numbered::semver(text)).collect(),
        launcher: file.installer_version.map(|text| Numbered::semver(&text)),
        dependency_packages: packages.collect(),
        place: Some(place),
        ..Bundle::default()
    })
}
