//! Requirements in manifests.

use trainyard_evidence::{Class, requirements};
use trainyard_testkit::Effort;

use crate::two_trees::{assert_each_fires, pairs, transcript, verdict};

const PAIRS: &str = include_str!("../../pairs/requirements/pairs.txt");

#[test]
fn pairs_read_well() {
    insta::assert_snapshot!(transcript(PAIRS));
}

#[test]
fn every_rule_has_a_pair() {
    assert_each_fires(requirements::RULES, PAIRS);
}

/// What tightens one way loosens the other way.
#[test]
fn turned_around_tightening_is_loosening() {
    for pair in pairs(PAIRS) {
        let (there, back) = (verdict(&pair.old, &pair.new), verdict(&pair.new, &pair.old));
        for change in &there.changes {
            let Some(kind) = change.rule.strip_suffix("-tightened") else { continue };
            let expected = format!("{kind}-loosened");
            let found = back.changes.iter().find(|other| other.subject == change.subject);
            assert_eq!(
                found.map(|other| other.rule.as_str()),
                Some(expected.as_str()),
                "{change:?}"
            );
        }
    }
}

#[test]
fn hostile_manifests_end_with_a_finding() {
    let deep = 100_000;
    let many = |line: &str| line.repeat(20_000);
    for (path, old, new) in [
        ("package.json", "{}", format!("{{\"engines\": {}", "[".repeat(deep))),
        ("package.json", "{}", "{\"engines\": 1".to_owned()),
        ("package.json", "{}", "[]".to_owned()),
        ("pyproject.toml", "", format!("a = {}", "[".repeat(deep))),
        ("pyproject.toml", "", format!("{}x = 1", "a.".repeat(deep))),
        ("Chart.yaml", "name: a", format!("a: {}", "[".repeat(deep))),
        ("Chart.yaml", "name: a", "a: &a [*a, *a]".to_owned()),
        ("package.py", "", format!("ayon_server_version = {}", "(".repeat(deep))),
        ("package.py", "", "ayon_server_version = = 1".to_owned()),
        ("Cargo.toml", "", format!("{}\n[features]\nfeatures = \"", many("[[a]]\n"))),
    ] {
        let effort = Effort::begin();
        let verdict = verdict(&[(path, old)], &[(path, &new)]);
        effort.assert_below(5, path);
        let classes: Vec<_> = verdict.changes.iter().map(|change| change.class).collect();
        assert_eq!(classes, [Class::Unknown], "{path} {new:.60}");
    }
}

#[test]
fn large_manifests_take_time_in_proportion() {
    let names = 0..5_000;
    let npm: Vec<_> = names.clone().map(|name| format!("\"n{name}\": \"^1.{name}.0\"")).collect();
    let npm = format!("{{\"dependencies\": {{\n{}\n}}}}", npm.join(",\n"));
    let python: Vec<_> = names.clone().map(|name| format!("\"same>={name} ; a == 'b'\"")).collect();
    let python = format!("[project]\ndependencies = [\n{}\n]", python.join(",\n"));
    let chart: Vec<_> =
        names.map(|name| format!("  - name: n{name}\n    version: {name}\n")).collect();
    let chart = format!("dependencies:\n{}", chart.concat());
    for (path, text) in [("package.json", npm), ("pyproject.toml", python), ("Chart.yaml", chart)] {
        let effort = Effort::begin();
        let changed = text.replace('1', "2");
        verdict(&[(path, &text)], &[(path, &changed)]);
        effort.assert_below(5, path);
    }
}
