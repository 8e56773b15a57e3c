//! Constraints for pip, by exact PEP 440 versions.

use trainyard_version::Scheme;

use super::ExportError;
use crate::{Bundle, Catalogue};

pub(super) fn write(bundle: &Bundle, _: &Catalogue) -> Result<String, ExportError> {
    let scheme: Scheme = "pep440".parse().unwrap_or_else(|_| Scheme::semver());
    let mut lines = vec![format!("# {}", bundle.title().replace(['\n', '\r'], " "))];
    let mut unsayable = Vec::new();
    for pin in &bundle.pins {
        match scheme.parse(&pin.version) {
            Ok(version) => lines.push(format!("{}=={}", pin.name, version.canonical())),
            Err(_) => unsayable.push(format!("{} {}", pin.name, pin.shown())),
        }
    }
    if !unsayable.is_empty() {
        return Err(ExportError::Unsayable { form: "a PEP 440 constraint", pins: unsayable });
    }
    Ok(lines.join("\n") + "\n")
}
