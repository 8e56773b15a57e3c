//! What the binary is made of, in the format of `CycloneDX`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Package, Source, rfc3339};
use crate::{process, workspace};

/// A crate by name and version, which a lock file has once.
type Key = (String, String);

/// Version 1.5 of the format: every crate that is compiled into the binary, what needs what, licences, and digests of the lock file.
///
/// Crates that only build scripts, macros and tests need are left out: they are not in the binary.
pub(super) fn package(source: &Source) -> Result<Package> {
    let metadata = metadata(&source.target)?;
    let linked = linked(&source.target)?;
    let digests = digests()?;
    let clarified = clarified()?;
    let packages: BTreeMap<_, _> = metadata["packages"]
        .as_array()
        .context("`cargo metadata` lists no packages")?
        .iter()
        .filter(|package| linked.contains(&key(package)))
        .map(|package| (text(&package["id"]), package))
        .collect();
    let is_root = |package: &Value| package["name"] == "trainyard-cli";
    let version = &source.names.semver;
    let root = format!("pkg:cargo/trainyard@{version}");
    let reference = |package: &Value| if is_root(package) { root.clone() } else { url(package) };
    let mut components: Vec<_> = packages
        .values()
        .filter(|package| !is_root(package))
        .map(|package| component(package, &clarified, digests.get(&key(package))))
        .collect();
    components.sort_by_key(|component| text(&component["bom-ref"]));
    let mut dependencies: Vec<_> = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| {
            let package = packages.get(node["id"].as_str()?)?;
            let needs = node["deps"].as_array()?.iter().filter(|need| is_normal(need));
            let needs: BTreeSet<_> = needs
                .filter_map(|need| Some(reference(packages.get(need["pkg"].as_str()?)?)))
                .collect();
            Some(json!({"ref": reference(package), "dependsOn": needs}))
        })
        .collect();
    dependencies.sort_by_key(|dependency| text(&dependency["ref"]));
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": rfc3339(source.time)?,
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "trainyard",
                "version": version,
                "purl": root,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
            "properties": [{"name": "trainyard:target", "value": source.target}],
        },
        "components": components,
        "dependencies": dependencies,
    });
    let bytes = serde_json::to_string_pretty(&document)? + "\n";
    let name = format!("trainyard-{version}-{}.cdx.json", source.target);
    Ok(Package { name, bytes: bytes.into() })
}

fn component(
    package: &Value,
    clarified: &BTreeMap<String, String>,
    digest: Option<&String>,
) -> Value {
    let url = url(package);
    let mut component = json!({
        "type": "library",
        "bom-ref": url,
        "name": package["name"],
        "version": package["version"],
        "purl": url,
    });
    let clarified = clarified.get(&text(&package["name"])).map(String::as_str);
    if let Some(licence) = clarified.or(package["license"].as_str()) {
        // Old manifests part licences by a stroke, which no longer is an expression.
        component["licenses"] =
            json!([{"expression": licence.replace('/', " OR ").replace("  ", " ")}]);
    }
    if let Some(digest) = digest {
        component["hashes"] = json!([{"alg": "SHA-256", "content": digest}]);
    }
    component
}

fn is_normal(need: &Value) -> bool {
    need["dep_kinds"]
        .as_array()
        .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
}

fn metadata(target: &str) -> Result<Value> {
    let mut cargo = process::cargo();
    cargo.args(["metadata", "--locked", "--format-version", "1", "--filter-platform", target]);
    cargo.args(["--manifest-path", "crates/cli/Cargo.toml"]);
    serde_json::from_str(&process::output(&mut cargo)?).context("`cargo metadata` is no JSON")
}

/// The crates that end in the binary.
fn linked(target: &str) -> Result<BTreeSet<Key>> {
    let mut cargo = process::cargo();
    cargo.args([
        "tree",
        "--locked",
        "--package",
        "trainyard-cli",
        "--edges",
        "normal,no-proc-macro",
    ]);
    cargo.args(["--target", target, "--prefix", "none", "--format", "{p}"]);
    let tree = process::output(&mut cargo)?;
    let key = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split_whitespace().next()?.to_owned()))
    };
    Ok(tree.lines().filter_map(key).collect())
}

/// Digests of the crates' archives, as the lock file has them.
fn digests() -> Result<BTreeMap<Key, String>> {
    let lock = fs_err::read_to_string(workspace::root().join("Cargo.lock"))?;
    let lock: toml::Table = lock.parse().context("Cargo.lock is no TOML")?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let digest = |package: &toml::Value| {
        let word = |key: &str| package.get(key)?.as_str().map(str::to_owned);
        Some(((word("name")?, word("version")?), word("checksum")?))
    };
    Ok(packages.into_iter().flatten().filter_map(digest).collect())
}

/// Licences of crates whose manifests name a file alone, as `deny.toml` has them.
fn clarified() -> Result<BTreeMap<String, String>> {
    let deny = fs_err::read_to_string(workspace::root().join("deny.toml"))?;
    let deny: toml::Table = deny.parse().context("deny.toml is no TOML")?;
    let clarified = deny.get("licenses").and_then(|table| table.get("clarify"));
    let entry = |entry: &toml::Value| {
        let word = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
        Some((word("crate")?, word("expression")?))
    };
    let entries = clarified.and_then(toml::Value::as_array).into_iter().flatten();
    Ok(entries.filter_map(entry).collect())
}

fn key(package: &Value) -> Key {
    (text(&package["name"]), text(&package["version"]))
}

/// The package URL; a `+` in a version is written as `%2B`.
fn url(package: &Value) -> String {
    let (name, version) = key(package);
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    #[test]
    fn components_have_urls_expressions_and_digests() {
        let package =
            json!({"name": "aws-lc-sys", "version": "0.3.0+b1", "license": "MIT/Apache-2.0"});
        let component = super::component(&package, &BTreeMap::default(), Some(&"ab".to_owned()));
        assert_eq!(component["purl"], "pkg:cargo/aws-lc-sys@0.3.0%2Bb1");
        assert_eq!(component["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(component["hashes"][0]["content"], "ab");
        let clarified = [("aws-lc-sys".to_owned(), "ISC".to_owned())].into();
        let component = super::component(&package, &clarified, None);
        assert_eq!(component["licenses"][0]["expression"], "ISC");
    }
}
