//! An environment file for docker compose: a variable per component, as an image tag can be written.

use super::ExportError;
use crate::{Bundle, Catalogue};

pub(super) fn write(bundle: &Bundle, _: &Catalogue) -> Result<String, ExportError> {
    let mut lines = vec![format!("# {}", bundle.title().replace(['\n', '\r'], " "))];
    let mut clashing = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    let pins = bundle.pins.iter().map(|pin| (pin.name.as_str(), pin.shown()));
    let launcher = bundle.launcher.iter().map(|it| ("launcher", it.text()));
    // Of several servers, none is the one.
    let server = bundle.servers.iter().filter(|_| bundle.servers.len() == 1);
    let server = server.map(|it| ("server", it.text()));
    for (name, version) in pins.chain(launcher).chain(server) {
        let variable = format!("{}_VERSION", variable(name));
        if let Some(other) = known.insert(variable.clone(), name) {
            clashing.push(format!("{name} beside {other}"));
        }
        lines.push(format!("{variable}={}", tag(version)));
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
