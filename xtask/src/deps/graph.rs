//! The resolved graph of packages, as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// A package and what it depends on.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) licence: Option<String>,
    pub(super) is_ours: bool,
    /// Ids of what the package itself needs to run.
    pub(super) normal: BTreeSet<String>,
    /// Ids of what only its tests or its build need.
    pub(super) other: BTreeSet<String>,
}

/// All packages by id.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) packages: BTreeMap<String, Package>,
}

impl Graph {
    /// Asks cargo, for the platforms given.
    pub(super) fn load(targets: &[String]) -> Result<Self> {
        let mut cargo = process::cargo();
        cargo.args(["metadata", "--locked", "--format-version", "1"]);
        for target in targets {
            cargo.args(["--filter-platform", target]);
        }
        let text = process::output(&mut cargo)?;
        let metadata: Value = serde_json::from_str(&text).context("`cargo metadata` is no JSON")?;
        let mut graph = Self::read(&metadata);
        graph.keep_what_is_compiled(&compiled(targets)?);
        Ok(graph)
    }

    /// Forgets packages that a feature mentions weakly (`other?/feature`) and that nothing turns on.
    ///
    /// They stand in the lock file and in `cargo metadata`, and are never built.
    fn keep_what_is_compiled(&mut self, compiled: &BTreeSet<(String, String)>) {
        self.packages.retain(|_, package| {
            package.is_ours || compiled.contains(&(package.name.clone(), package.version.clone()))
        });
    }

    fn read(metadata: &Value) -> Self {
        let ours: BTreeSet<_> = strings(&metadata["workspace_members"]).collect();
        let mut graph = Self::default();
        for package in items(&metadata["packages"]) {
            let id = text(&package["id"]);
            let package = Package {
                name: text(&package["name"]),
                version: text(&package["version"]),
                licence: package["license"].as_str().map(str::to_owned),
                is_ours: ours.contains(&id),
                ..Package::default()
            };
            graph.packages.insert(id, package);
        }
        for node in items(&metadata["resolve"]["nodes"]) {
            let Some(package) = graph.packages.get_mut(&text(&node["id"])) else { continue };
            for dependency in items(&node["deps"]) {
                let is_normal = items(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
                let set = if is_normal { &mut package.normal } else { &mut package.other };
                set.insert(text(&dependency["pkg"]));
            }
        }
        graph.keep_what_is_reached();
        graph
    }

    /// Forgets packages that no member of the workspace needs on any of the platforms.
    fn keep_what_is_reached(&mut self) {
        let ours = self.packages.iter().filter(|(_, package)| package.is_ours);
        let mut waiting: Vec<_> = ours.map(|(id, _)| id.clone()).collect();
        let mut reached = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if let Some(package) = self.packages.get(&id)
                && reached.insert(id)
            {
                waiting.extend(package.normal.iter().chain(&package.other).cloned());
            }
        }
        self.packages.retain(|id, _| reached.contains(id));
    }

    /// The workspace's own packages.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.is_ours)
    }

    /// The packages of some ids.
    pub(super) fn named<'graph>(
        &'graph self,
        ids: &'graph BTreeSet<String>,
    ) -> impl Iterator<Item = &'graph Package> {
        ids.iter().filter_map(|id| self.packages.get(id))
    }

    /// Everything a package needs to run, directly or not, each with the name of what needs it.
    pub(super) fn needs<'graph>(
        &'graph self,
        package: &'graph Package,
    ) -> BTreeMap<&'graph str, &'graph str> {
        let mut found = BTreeMap::new();
        let mut waiting = vec![package];
        while let Some(package) = waiting.pop() {
            for dependency in self.named(&package.normal) {
                if !found.contains_key(dependency.name.as_str()) {
                    found.insert(dependency.name.as_str(), package.name.as_str());
                    waiting.push(dependency);
                }
            }
        }
        found
    }
}

/// Names and versions of what cargo would build for the platforms given.
fn compiled(targets: &[String]) -> Result<BTreeSet<(String, String)>> {
    let mut cargo = process::cargo();
    cargo.args(["tree", "--locked", "--workspace", "--edges", "normal,build,dev"]);
    cargo.args(["--prefix", "none", "--format", "{p}"]);
    for target in targets {
        cargo.args(["--target", target]);
    }
    Ok(listed(&process::output(&mut cargo)?))
}

/// What `cargo tree` lists: a name, a version with a `v` before it, and whatever else it has to say, on a line each.
fn listed(tree: &str) -> BTreeSet<(String, String)> {
    let package = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        let version = rest.split_whitespace().next()?;
        Some((name.to_owned(), version.to_owned()))
    };
    tree.lines().filter_map(package).collect()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    items(value).map(text)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Graph, Package, listed};

    #[test]
    fn what_is_only_mentioned_is_no_part_of_the_graph() {
        let package = |name: &str, is_ours| Package {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            is_ours,
            ..Package::default()
        };
        let mut graph = Graph::default();
        for (name, is_ours) in [("ours", true), ("used", false), ("weak", false)] {
            graph.packages.insert(name.to_owned(), package(name, is_ours));
        }
        let tree = "used v1.2.3 (proc-macro)\nused v1.2.3 (*)\nweak v1.2.4\n\n";
        graph.keep_what_is_compiled(&listed(tree));
        assert_eq!(graph.packages.keys().collect::<Vec<_>>(), ["ours", "used"]);
    }
}
