//! `package.json`: dependencies, peers, engines.

use serde_json::{Map, Value};
use trainyard_version::VersionSet;

use super::{
    SectionLines, malformed,
    need::{Kind, Need, Needs, insert, set_of},
};
use crate::{Unreadable, document};

pub(super) fn read(text: &str) -> Result<Needs, Unreadable> {
    let document = document::parse("package.json".into(), text)?;
    let Value::Object(manifest) = document else {
        return Err(malformed("manifest", "it is no object", None));
    };
    let optional_peers = manifest.get("peerDependenciesMeta").and_then(Value::as_object);
    let is_optional = |name: &str| {
        let peer = optional_peers.and_then(|peers| peers.get(name));
        peer.and_then(|peer| peer.get("optional")).and_then(Value::as_bool) == Some(true)
    };
    // Nobody installs a private package, so its peers are what it is built with.
    let is_private = manifest.get("private").and_then(Value::as_bool) == Some(true);
    let peers = if is_private { Kind::Library } else { Kind::Part };
    let mut needs = Needs::new();
    for (section, kind) in [
        ("engines", Kind::Platform),
        ("peerDependencies", peers),
        ("dependencies", Kind::Library),
        ("optionalDependencies", Kind::Library),
    ] {
        let lines =
            SectionLines::of(text, &format!("\"{section}\""), "}", |line| line.split('"').nth(1));
        for (name, range) in pairs(&manifest, section) {
            let line = lines.line(name);
            let kind = if kind == Kind::Part && is_optional(name) { Kind::Companion } else { kind };
            insert(&mut needs, kind, name, Need::new(npm, range, line));
        }
    }
    Ok(needs)
}

fn pairs<'a>(
    manifest: &'a Map<String, Value>,
    section: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = manifest.get(section).and_then(Value::as_object).into_iter().flatten();
    pairs.filter_map(|(name, range)| Some((name.as_str(), range.as_str()?)))
}

/// A range of npm; `workspace:^1.2` is `^1.2` of the package beside it.
pub(super) fn npm(text: &str) -> Option<VersionSet> {
    match text.strip_prefix("workspace:").unwrap_or(text) {
        "^" | "~" => None,
        range => set_of("npm", range),
    }
}
