//! A `CycloneDX` 1.6 bill of materials.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ExportError;
use crate::{Bundle, Catalogue, DependencyPackage, Digest, Kind, Pin, flavours::pinned_release};

pub(super) fn write(bundle: &Bundle, catalogue: &Catalogue) -> Result<String, ExportError> {
    let mut names = Names::default();
    let root = names.fresh(&bundle.title());
    let pins: Vec<_> = bundle.pins.iter().map(|pin| (pin, names.fresh(&pin.name))).collect();
    let around: Vec<_> = around(bundle).map(|it| (names.fresh(it.name()), it)).collect();
    let mut components: Vec<_> =
        pins.iter().map(|(pin, reference)| component(catalogue, pin, reference)).collect();
    components.extend(around.iter().map(|(reference, it)| it.component(reference)));
    let members = pins.iter().map(|(_, it)| it).chain(around.iter().map(|(it, _)| it));
    let members: Vec<_> = members.collect();
    let mut dependencies = vec![json!({ "ref": root, "dependsOn": members })];
    dependencies.extend(pins.iter().filter_map(|it| dependency(catalogue, it, &pins)));
    let mut described = Map::new();
    described.insert("type".to_owned(), "platform".into());
    described.insert("bom-ref".to_owned(), root.into());
    described.insert("name".to_owned(), bundle.title().into());
    if let Some(version) = &bundle.version {
        described.insert("version".to_owned(), version.text().into());
    }
    super::json(
        "cyclonedx",
        &json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": { "component": described },
            "components": components,
            "dependencies": dependencies,
        }),
    )
}

/// Names by which components refer to each other; each stands once in a document, and none is empty.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn fresh(&mut self, name: &str) -> String {
        let name = if name.is_empty() { "component" } else { name };
        let others = (2u64..).map(|number| format!("{name} ({number})"));
        let mut free =
            std::iter::once(name.to_owned()).chain(others).filter(|it| !self.0.contains(it));
        let name = free.next().unwrap_or_default();
        self.0.insert(name.clone());
        name
    }
}

/// What comes with a bundle beside its pins.
enum Around<'a> {
    Launcher(&'a str),
    Package(&'a DependencyPackage),
}

fn around(bundle: &Bundle) -> impl Iterator<Item = Around<'_>> {
    let launcher = bundle.launcher.iter().map(|launcher| Around::Launcher(launcher.text()));
    launcher.chain(bundle.dependency_packages.iter().map(Around::Package))
}

impl Around<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Launcher(_) => "launcher",
            Self::Package(package) => &package.file,
        }
    }

    fn component(&self, reference: &str) -> Value {
        match self {
            Self::Launcher(version) => json!({
                "type": "application", "bom-ref": reference, "name": "launcher", "version": version,
            }),
            Self::Package(package) => {
                let mut component =
                    json!({ "type": "file", "bom-ref": reference, "name": package.file });
                add(&mut component, "hashes", package.checksum.as_ref().and_then(hashes));
                component
            }
        }
    }
}

/// A pinned release; its content and commit where the pin says, else as the catalogue knows them.
fn component(catalogue: &Catalogue, pin: &Pin, reference: &str) -> Value {
    let origin = pinned_release(catalogue, pin).map(|release| &release.manifest.origin);
    let mut component = json!({
        "type": "application",
        "bom-ref": reference,
        "name": pin.name,
        "version": pin.shown(),
    });
    add(&mut component, "hashes", pin.digest.as_ref().and_then(hashes));
    let commit = pin.commit.as_deref().or_else(|| origin?.commit.as_deref());
    let commit = commit.map(|commit| json!({ "commits": [{ "uid": commit }] }));
    add(&mut component, "pedigree", commit);
    component
}

fn add(component: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(value), Some(component)) = (value, component.as_object_mut()) {
        component.insert(key.to_owned(), value);
    }
}

/// A digest as the form has it; `None` for algorithms and lengths that it does not know.
fn hashes(digest: &Digest) -> Option<Value> {
    const ALGORITHMS: [(&str, &str, usize); 5] = [
        ("md5", "MD5", 32),
        ("sha1", "SHA-1", 40),
        ("sha256", "SHA-256", 64),
        ("sha384", "SHA-384", 96),
        ("sha512", "SHA-512", 128),
    ];
    let (algorithm, content) = digest.as_str().split_once(':')?;
    let (_, name, length) = ALGORITHMS.into_iter().find(|(known, ..)| *known == algorithm)?;
    let is_hexadecimal = content.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hexadecimal && content.len() == length)
        .then(|| json!([{ "alg": name, "content": content }]))
}

/// What a pinned release needs of the others; nothing is said of releases that the catalogue does not know.
fn dependency(
    catalogue: &Catalogue,
    (pin, reference): &(&Pin, String),
    pins: &[(&Pin, String)],
) -> Option<Value> {
    let release = pinned_release(catalogue, pin)?;
    let hard = release.manifest.requirements.iter().filter(|it| it.kind == Kind::Hard);
    let wanted: BTreeSet<_> = hard.map(|it| it.target.as_str()).collect();
    let targets: BTreeSet<_> = pins
        .iter()
        .filter(|(other, _)| wanted.contains(other.name.as_str()) && other.name != pin.name)
        .map(|(_, reference)| reference.as_str())
        .collect();
    Some(json!({ "ref": reference, "dependsOn": targets }))
}
