//! A package for npm that carries the binary.

use anyhow::Result;
use camino::Utf8Path;
use serde_json::json;

use super::{Package, Source, archive, contents::Entry, names::Machine};

/// What `npm pack` would leave: everything below `package/`. No script runs when it is installed.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let version = &source.names.semver;
    let machine = Machine::of(&source.target)?.node;
    let manifest = json!({
        "name": "trainyard",
        "version": version,
        "description": "Versions that keep their promises, for platforms made of many separately versioned parts",
        "license": "MIT OR Apache-2.0",
        "bin": {"trainyard": "bin/trainyard"},
        "os": ["linux"],
        "cpu": [machine],
        "files": ["bin", "LICENSE-APACHE", "LICENSE-MIT"],
    });
    let manifest = serde_json::to_string_pretty(&manifest)? + "\n";
    let mut entries = vec![
        Entry::program("package/bin/trainyard", &source.contents.binary),
        Entry::file("package/package.json", manifest),
    ];
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        let bytes = source.contents.document(name)?.bytes.clone();
        entries.push(Entry::file(&format!("package/{name}"), bytes));
    }
    let bytes = archive::gzip(&archive::tar(&entries, source.time)?, scratch)?;
    Ok(Package { name: format!("trainyard-{version}-linux-{machine}.tgz"), bytes })
}
