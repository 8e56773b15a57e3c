//! A `CycloneDX` 1.6 bill of materials.

use serde_json::{Value, json};

use super::ExportError;
use crate::{Bundle, Catalogue, Kind, Pin, flavours::pinned_release};

pub(super) fn write(bundle: &Bundle, catalogue: &Catalogue) -> Result<String, ExportError> {
    let components: Vec<_> = bundle.pins.iter().map(component).collect();
    let dependencies: Vec<_> =
        bundle.pins.iter().map(|pin| dependency(bundle, catalogue, pin)).collect();
    let version = bundle.version.as_ref().map(ToString::to_string);
    let mut root = json!({ "type": "platform", "bom-ref": "bundle", "name": bundle.title() });
    if let (Some(version), Some(root)) = (version, root.as_object_mut()) {
        root.insert("version".to_owned(), Value::String(version));
    }
    super::json(
        "cyclonedx",
        &json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": { "component": root },
            "components": components,
            "dependencies": dependencies,
        }),
    )
}

fn component(pin: &Pin) -> Value {
    let mut component = json!({
        "type": "application",
        "bom-ref": pin.name,
        "name": pin.name,
        "version": pin.shown(),
    });
    let digest = pin.digest.as_ref().and_then(|digest| digest.as_str().strip_prefix("sha256:"));
    if let (Some(digest), Some(component)) = (digest, component.as_object_mut()) {
        component.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": digest }]));
    }
    component
}

fn dependency(bundle: &Bundle, catalogue: &Catalogue, pin: &Pin) -> Value {
    let release = pinned_release(catalogue, pin);
    let requirements = release.map(|it| it.manifest.requirements.as_slice()).unwrap_or_default();
    let hard = requirements.iter().filter(|it| it.kind == Kind::Hard);
    let mut targets: Vec<_> =
        hard.map(|it| it.target.as_str()).filter(|name| bundle.pin(name).is_some()).collect();
    targets.sort_unstable();
    targets.dedup();
    json!({ "ref": pin.name, "dependsOn": targets })
}
