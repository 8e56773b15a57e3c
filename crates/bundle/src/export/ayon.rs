//! The JSON that AYON's server takes for a bundle: addons by version, the launcher, packages by platform.

use serde_json::{Map, Value, json};

use super::ExportError;
use crate::{Bundle, Catalogue};

pub(super) fn write(bundle: &Bundle, _: &Catalogue) -> Result<String, ExportError> {
    let text = |text: &str| Value::String(text.to_owned());
    let addons: Map<_, _> =
        bundle.pins.iter().map(|pin| (pin.name.clone(), text(pin.shown()))).collect();
    let packages: Map<_, _> = bundle
        .dependency_packages
        .iter()
        .filter_map(|package| Some((package.platform.clone()?, text(&package.file))))
        .collect();
    let launcher = bundle.launcher.as_ref().map(ToString::to_string);
    super::json(
        "ayon",
        &json!({
            "name": bundle.title(),
            "addons": addons,
            "installerVersion": launcher,
            "dependencyPackages": packages,
            "isProduction": false,
            "isStaging": false,
            "isDev": false,
        }),
    )
}
