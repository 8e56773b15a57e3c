//! Which of our crates may use which.

use super::graph::Graph;

/// A crate of ours and what it may use to run.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    /// Whether it takes values and returns values, so that nothing of [`RIM`] may come near it.
    is_pure: bool,
}

/// Declares the table, a line each.
macro_rules! rules {
    ($($kind:ident $name:literal [$($other:literal)*])*) => {
        const RULES: &[Rule] = &[$(Rule {
            name: $name,
            may_use: &[$($other),*],
            is_pure: matches!(stringify!($kind).as_bytes(), b"pure"),
        }),*];
    };
}

rules! {
    pure "trainyard-version" []
    pure "trainyard-report" []
    pure "trainyard-evidence" ["trainyard-version" "trainyard-report"]
    pure "trainyard-policy" ["trainyard-version" "trainyard-report" "trainyard-evidence"]
    pure "trainyard-release" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy"]
    pure "trainyard-history" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy" "trainyard-release"]
    pure "trainyard-solve" []
    pure "trainyard-rez" ["trainyard-version" "trainyard-report" "trainyard-solve"]
    pure "trainyard-bundle" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy" "trainyard-solve" "trainyard-rez"]
    pure "trainyard-upgrade" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy"]
    pure "trainyard-graph" []
    pure "trainyard-attest" ["trainyard-version" "trainyard-report" "trainyard-policy"]
    pure "trainyard-registry" ["trainyard-version" "trainyard-report" "trainyard-policy" "trainyard-bundle" "trainyard-upgrade" "trainyard-attest"]
    pure "trainyard-api" []
    edge "trainyard-store" []
    edge "trainyard-artifact" ["trainyard-version" "trainyard-attest"]
    edge "trainyard-client" ["trainyard-api"]
    edge "trainyard-server" ["trainyard-version" "trainyard-report" "trainyard-policy" "trainyard-solve" "trainyard-bundle" "trainyard-upgrade" "trainyard-attest" "trainyard-graph" "trainyard-registry" "trainyard-api" "trainyard-store" "trainyard-artifact"]
    edge "trainyard-git" ["trainyard-evidence" "trainyard-policy" "trainyard-release" "trainyard-history"]
    edge "trainyard-tools" ["trainyard-evidence"]
    edge "trainyard-apply" ["trainyard-upgrade"]
    edge "trainyard-cli" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy" "trainyard-release" "trainyard-history" "trainyard-solve" "trainyard-rez" "trainyard-bundle" "trainyard-upgrade" "trainyard-graph" "trainyard-apply" "trainyard-git" "trainyard-tools" "trainyard-attest" "trainyard-registry" "trainyard-api" "trainyard-client" "trainyard-server" "trainyard-store" "trainyard-artifact"]
    edge "trainyard-testkit" []
    edge "xtask" ["trainyard-version" "trainyard-report" "trainyard-evidence" "trainyard-policy" "trainyard-release" "trainyard-history" "trainyard-solve" "trainyard-rez" "trainyard-bundle" "trainyard-upgrade" "trainyard-git" "trainyard-cli" "trainyard-server" "trainyard-testkit" "trainyard-attest" "trainyard-registry" "trainyard-api" "trainyard-artifact"]
}

/// Used in tests alone.
const FOR_TESTS: &str = "trainyard-testkit";

/// Crates for I/O, servers and terminals, which pure crates do not know even through others.
const RIM: &[&str] = &[
    "axum",
    "clap",
    "fs-err",
    "gix",
    "hyper",
    "indicatif",
    "reqwest",
    "sqlx",
    "tempfile",
    "tokio",
];

/// Arrows that run where none may.
pub(super) fn complaints(graph: &Graph) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in graph.ours() {
        let Some(rule) = RULES.iter().find(|rule| rule.name == package.name) else {
            complaints.push(format!(
                "{}: has no line in the table of xtask/src/deps/arrows.rs",
                package.name
            ));
            continue;
        };
        for dependency in graph.named(&package.normal).filter(|dependency| dependency.is_ours) {
            let name = dependency.name.as_str();
            if rule.may_use.contains(&name) {
                continue;
            }
            if name == FOR_TESTS {
                complaints.push(format!("{}: uses {name} outside of its tests", package.name));
            } else {
                complaints.push(format!(
                    "{}: must not use {name}; it may use {:?}",
                    package.name, rule.may_use
                ));
            }
        }
        if rule.is_pure {
            let needs = graph.needs(package);
            let rim = RIM.iter().filter_map(|name| needs.get_key_value(name));
            complaints.extend(rim.map(|(name, through)| {
                format!("{}: is pure, and needs {name} through {through}", package.name)
            }));
        }
    }
    let is_gone = |rule: &&Rule| graph.ours().all(|package| package.name != rule.name);
    complaints.extend(
        RULES.iter().filter(is_gone).map(|rule| format!("{}: is in the table only", rule.name)),
    );
    complaints
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::graph::Package, Graph, RULES, complaints};

    /// A graph of all our crates with some arrows.
    fn graph(arrows: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        let ours = RULES.iter().map(|rule| (rule.name, true));
        for (name, is_ours) in ours.chain([("serde", false), ("tokio", false)]) {
            let targets = arrows.iter().filter(|(from, _)| *from == name);
            let normal: BTreeSet<_> = targets.map(|(_, to)| (*to).to_owned()).collect();
            let package = Package { name: name.to_owned(), is_ours, normal, ..Package::default() };
            graph.packages.insert(name.to_owned(), package);
        }
        graph
    }

    #[test]
    fn arrows_of_the_table_may_run() {
        let arrows =
            [("trainyard-policy", "trainyard-version"), ("trainyard-git", "trainyard-history")];
        assert_eq!(complaints(&graph(&arrows)), [""; 0]);
    }

    #[test]
    fn arrows_that_run_back_are_told() {
        let told = complaints(&graph(&[("trainyard-version", "trainyard-policy")]));
        assert_eq!(told.len(), 1, "{told:?}");
    }

    #[test]
    fn pure_crates_do_not_reach_the_rim_through_others() {
        let told = complaints(&graph(&[("trainyard-report", "serde"), ("serde", "tokio")]));
        assert_eq!(told, ["trainyard-report: is pure, and needs tokio through serde"]);
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        let told = complaints(&graph(&[("trainyard-cli", "trainyard-testkit")]));
        assert_eq!(told, ["trainyard-cli: uses trainyard-testkit outside of its tests"]);
    }
}
