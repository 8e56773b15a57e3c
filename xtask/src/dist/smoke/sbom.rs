//! The list of what the binary is made of.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Bench;
use crate::process;

/// Whether everything that something rests on is listed, with a licence, and with its digest where it comes from elsewhere.
pub(super) fn is_whole(bench: &Bench<'_>) -> Result<()> {
    let list: Value = serde_json::from_slice(&fs_err::read(bench.package(".cdx.json")?)?)?;
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let components = items(&list["components"]);
    let root = list["metadata"]["component"]["bom-ref"].as_str().context("nothing is listed")?;
    let mut names: BTreeSet<_> =
        components.iter().filter_map(|one| one["bom-ref"].as_str()).collect();
    ensure!(names.len() == components.len(), "something is listed twice");
    names.insert(root);
    for component in &components {
        let name = &component["bom-ref"];
        ensure!(component["licenses"][0]["expression"].is_string(), "{name} has no licence");
        let is_own = component["name"].as_str().is_some_and(|name| name.starts_with("trainyard-"));
        ensure!(is_own || component["hashes"][0].is_object(), "{name} has no digest");
    }
    let dependencies = items(&list["dependencies"]);
    ensure!(dependencies.len() == names.len(), "not everything tells what it rests on");
    for dependency in &dependencies {
        for need in items(&dependency["dependsOn"]) {
            ensure!(need.as_str().is_some_and(|need| names.contains(need)), "{need} is not listed");
        }
    }
    Ok(())
}

pub(super) fn is_valid(bench: &Bench<'_>) -> Result<()> {
    let script = "import sys\n\
        from cyclonedx.schema import SchemaVersion\n\
        from cyclonedx.validation.json import JsonStrictValidator\n\
        wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())\n\
        sys.exit(repr(wrong) if wrong else 0)\n";
    let list = bench.package(".cdx.json")?;
    process::output(bench.program("python3").args(["-c", script, &list])).map(drop)
}
