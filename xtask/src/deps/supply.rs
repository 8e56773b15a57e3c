//! What comes from others: licences, banned crates, crates in two versions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use toml::Value;

use super::{
    graph::{Graph, Package},
    licence,
};
use crate::workspace;

/// What `deny.toml` says.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) targets: Vec<String>,
    licences: Vec<String>,
    /// What is known of crates that state no expression.
    clarified: BTreeMap<String, String>,
    /// Never, not even through others but for those that are named.
    banned: BTreeMap<String, Vec<String>>,
    /// May be there in several versions.
    several: BTreeSet<String>,
}

impl Rules {
    pub(super) fn load() -> Result<Self> {
        let path = workspace::root().join("deny.toml");
        let text = fs_err::read_to_string(&path)?;
        let file: Value = toml::from_str(&text).with_context(|| format!("cannot read {path}"))?;
        Ok(Self::read(&file))
    }

    fn read(file: &Value) -> Self {
        let list = |table: &str, key: &str| {
            let list = file.get(table).and_then(|table| table.get(key)).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        Self {
            targets: list("graph", "targets").iter().map(text).collect(),
            licences: list("licenses", "allow").iter().map(text).collect(),
            clarified: list("licenses", "clarify")
                .iter()
                .filter_map(|entry| {
                    Some((crate_name(entry), entry.get("expression")?.as_str()?.to_owned()))
                })
                .collect(),
            banned: list("bans", "deny")
                .iter()
                .map(|entry| (crate_name(entry), wrappers(entry)))
                .collect(),
            several: list("bans", "skip").iter().map(crate_name).collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The name in `"name"`, `"name@1"` or `{ crate = "name@1" }`.
fn crate_name(entry: &Value) -> String {
    let named = entry.as_str().or_else(|| entry.get("crate")?.as_str());
    let name = named.unwrap_or_default();
    name.split('@').next().unwrap_or_default().to_owned()
}

/// Those that may use a banned crate: they hide it.
fn wrappers(entry: &Value) -> Vec<String> {
    let wrappers = entry.get("wrappers").and_then(Value::as_array);
    wrappers.into_iter().flatten().map(text).collect()
}

/// All that comes from others against the rules.
pub(super) fn complaints(graph: &Graph, rules: &Rules) -> Vec<String> {
    let mut complaints = Vec::new();
    let theirs = || graph.packages.values().filter(|package| !package.is_ours);
    for package in theirs() {
        let stated = package.licence.as_ref().or_else(|| rules.clarified.get(&package.name));
        if !stated.is_some_and(|text| licence::is_allowed(text, &rules.licences)) {
            let licence = stated.map_or("none that is stated", String::as_str);
            complaints.push(format!("{} {}: licence {licence}", package.name, package.version));
        }
        let Some(wrappers) = rules.banned.get(&package.name) else { continue };
        let mut through = users_of(graph, package);
        through.retain(|user| !wrappers.contains(user));
        if !through.is_empty() {
            let through = through.join(", ");
            complaints.push(format!(
                "{} {}: is banned; used by {through}",
                package.name, package.version
            ));
        }
    }
    complaints.extend(duplicates(graph, rules));
    complaints
}

fn duplicates(graph: &Graph, rules: &Rules) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in graph.packages.values() {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    let unknown = versions.iter().filter(|(name, _)| !rules.several.contains(**name)).map(
        |(name, versions)| {
            let versions: Vec<_> = versions.iter().copied().collect();
            format!(
                "{name}: is there as {}; give a reason in deny.toml, or unite them",
                versions.join(" and ")
            )
        },
    );
    let stale = rules.several.iter().filter(|name| !versions.contains_key(name.as_str()));
    unknown
        .chain(stale.map(|name| format!("deny.toml: {name} is not there in several versions")))
        .collect()
}

fn users_of(graph: &Graph, used: &Package) -> Vec<String> {
    let uses = |package: &&Package| {
        let mut dependencies = graph.named(&package.normal).chain(graph.named(&package.other));
        dependencies.any(|other| other.name == used.name && other.version == used.version)
    };
    graph.packages.values().filter(uses).map(|package| package.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Graph, Package, Rules, complaints};

    /// What is said of a banned crate that is used by some others.
    #[track_caller]
    fn check(users: &[&str], expect: &[&str]) {
        let rules = r#"
            licenses = { allow = ["MIT"] }
            bans = { deny = [{ crate = "clock", wrappers = ["shop", "bank"] }] }
        "#;
        let rules = Rules::read(&toml::from_str(rules).unwrap());
        let mut graph = Graph::default();
        for name in users.iter().chain(&["clock"]) {
            let package = Package {
                name: (*name).to_owned(),
                version: "1.0.0".to_owned(),
                licence: Some("MIT".to_owned()),
                normal: if *name == "clock" {
                    BTreeSet::new()
                } else {
                    BTreeSet::from(["clock".to_owned()])
                },
                ..Package::default()
            };
            graph.packages.insert((*name).to_owned(), package);
        }
        assert_eq!(complaints(&graph, &rules), expect);
    }

    #[test]
    fn banned_crates_are_for_their_wrappers_alone() {
        check(&["shop", "bank"], &[]);
        check(&["shop", "street"], &["clock 1.0.0: is banned; used by street"]);
    }
}
