//! An environment file for docker compose: a variable per component, as an image tag can be written.

use super::ExportError;
use crate::{Bundle, Catalogue};

pub(super) fn write(bundle: &Bundle, _: &Catalogue) -> Result<String, ExportError> {
    let mut lines = vec![format!("# {}", bundle.title().replace(['\n', '\r'], " "))];
    let mut clashing = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for pin in &bundle.pins {
        let variable = format!("{}_VERSION", variable(&pin.name));
        if let Some(other) = known.insert(variable.clone(), &pin.name) {
            clashing.push(format!("{} beside {other}", pin.name));
        }
        lines.push(format!("{variable}={}", tag(pin.shown())));
    }
    if let Some(launcher) = &bundle.launcher {
        lines.push(format!("LAUNCHER_VERSION={}", tag(launcher.text())));
    }
    if let [server] = bundle.servers.as_slice() {
        lines.push(format!("SERVER_VERSION={}", tag(server.text())));
    }
    if !clashing.is_empty() {
        return Err(ExportError::Unsayable { form: "an environment file", pins: clashing });
    }
    Ok(lines.join("\n") + "\n")
}

fn variable(name: &str) -> String {
    let letter = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' };
    let text: String = name.chars().map(letter).collect();
    if text.starts_with(|first: char| first.is_ascii_digit()) { format!("_{text}") } else { text }
}

/// A version as an image tag: `+` and other signs that a tag cannot have become `-`.
fn tag(version: &str) -> String {
    let letter = |it: char| {
        if it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-') { it } else { '-' }
    };
    version.chars().map(letter).take(128).collect()
}
