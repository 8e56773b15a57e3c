//! What changed in configuration: every rule by pairs of files, and what must hold for all.

use std::{collections::BTreeSet, fmt::Write as _};

use globset::{Glob, GlobSet};
use trainyard_evidence::{
    Change, Choice, Class, Comparison, Detector, Focus, Memo, MemoryTree, Settings, Verdict,
    config, plain_level,
};
use trainyard_version::Level;

mod hostile;
mod properties;

/// Two trees with what the pair shows.
#[derive(Default)]
struct Pair {
    title: String,
    old: Vec<(String, String)>,
    new: Vec<(String, String)>,
}

impl Pair {
    /// A pair of one file.
    fn of(path: &str, old: &str, new: &str) -> Self {
        let file = |text: &str| vec![(path.to_owned(), text.to_owned())];
        Self { title: path.to_owned(), old: file(old), new: file(new) }
    }

    fn verdict_by(&self, settings: &Settings) -> Verdict {
        let comparison = Comparison {
            old: &MemoryTree::new(self.old.iter().cloned()),
            new: &MemoryTree::new(self.new.iter().cloned()),
            focus: &Focus::new(&|_| true, settings),
            memo: &Memo::default(),
            verdicts: None,
        };
        comparison.verdict()
    }

    fn changes(&self) -> Vec<Change> {
        self.verdict_by(&Settings::default()).changes
    }

    /// The same the other way round.
    fn back(&self) -> Self {
        Self { title: self.title.clone(), old: self.new.clone(), new: self.old.clone() }
    }
}

/// The pairs of a text: `@@ title` starts one, `@@ old path`, `@@ new path` and `@@ both path` start its files.
fn pairs(text: &str) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let (mut in_old, mut in_new) = (false, false);
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("@@ case ") {
            pairs.push(Pair { title: title.to_owned(), ..Pair::default() });
            continue;
        }
        let pair = pairs.last_mut().expect("a file belongs to a case");
        if let Some(place) = line.strip_prefix("@@ ") {
            let (side, path) = place.split_once(' ').expect("a side and a path");
            (in_old, in_new) = (side != "new", side != "old");
            let file = (path.to_owned(), String::new());
            pair.old.extend(in_old.then(|| file.clone()));
            pair.new.extend(in_new.then_some(file));
            continue;
        }
        let old = pair.old.last_mut().filter(|_| in_old);
        let new = pair.new.last_mut().filter(|_| in_new);
        for (_, file) in old.into_iter().chain(new) {
            file.push_str(line);
            file.push('\n');
        }
    }
    pairs
}

fn told(pair: &Pair) -> String {
    let mut text = format!("{}\n", pair.title);
    let changes = pair.changes();
    for change in &changes {
        let place = |source: &trainyard_evidence::Source| {
            let path = source.path.as_ref().map(ToString::to_string).unwrap_or_default();
            source.line.map_or(path.clone(), |line| format!("{path}:{line}"))
        };
        let before = change
            .before
            .as_ref()
            .map_or(String::new(), |before| format!(" (was {})", place(before)));
        let Change { class, rule, subject, sentence, source, .. } = change;
        _ = writeln!(
            text,
            "  {class:9} {rule}\n    {subject}: {sentence}\n    {}{before}",
            place(source)
        );
    }
    if changes.is_empty() {
        text.push_str("  nothing\n");
    }
    text
}

const FILES: [(&str, &str); 4] = [
    ("json_schema", include_str!("../pairs/config/json_schema.txt")),
    ("pydantic", include_str!("../pairs/config/pydantic.txt")),
    ("samples", include_str!("../pairs/config/samples.txt")),
    ("charts", include_str!("../pairs/config/charts.txt")),
];

fn check(name: &str) {
    let (_, text) = FILES.iter().find(|(file, _)| *file == name).expect("a file of pairs");
    let all: Vec<_> = pairs(text).iter().map(told).collect();
    insta::assert_snapshot!(format!("config_{name}"), all.join("\n"));
}

#[test]
fn json_schemas_are_judged() {
    check("json_schema");
}

#[test]
fn pydantic_classes_are_judged() {
    check("pydantic");
}

#[test]
fn samples_are_judged() {
    check("samples");
}

#[test]
fn values_of_charts_are_judged() {
    check("charts");
}

#[test]
fn every_rule_has_a_pair_and_equal_trees_say_nothing() {
    let mut fired = BTreeSet::new();
    for pair in FILES.iter().flat_map(|(_, text)| pairs(text)) {
        for change in pair.changes() {
            assert_eq!(change.rule.split('.').next(), Some("config"), "{}: {change:?}", pair.title);
            assert!(change.source.path.is_some(), "{}: {change:?}", pair.title);
            let ends_well = !change.sentence.ends_with('.') && !change.sentence.contains('\n');
            assert!(ends_well, "{}: {change:?}", pair.title);
            fired.insert(change.rule);
        }
        for side in [&pair.old, &pair.new] {
            let same = Pair { title: pair.title.clone(), old: side.clone(), new: side.clone() };
            assert_eq!(same.changes(), [], "{}", pair.title);
        }
    }
    let missing: Vec<_> =
        config::RULES.iter().filter(|rule| !fired.contains(rule.id)).map(|rule| rule.id).collect();
    assert_eq!(missing, [""; 0], "rules without a pair");
}

#[test]
fn rules_stand_in_the_table_of_all() {
    for rule in config::RULES {
        assert_eq!(trainyard_evidence::rule(rule.id), Some(rule));
        assert!(!rule.about.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn files_are_known_by_their_names() {
    for (path, is_wanted) in [
        ("src/app/config/unified.py", true),
        ("src/app/config.py", true),
        ("server/settings/main.py", true),
        ("src/app/settings.py", true),
        ("src/app/configuration.py", false),
        ("tests/config/test_load.py", false),
        ("schemas/app.schema.json", true),
        ("schema.json", true),
        ("package.json", false),
        ("chart/values.yaml", true),
        ("chart/Chart.yaml", true),
        ("chart/values.schema.json", true),
        ("configs/manager/sample.toml", true),
        ("configs/web/sample.conf", true),
        ("app.sample.yaml", true),
        ("app.example.toml", true),
        ("config.toml.example", true),
        (".env.example", true),
        ("configs/sample.etcd.json", true),
        (".env", false),
        (".env.dist", true),
        ("template.yaml", false),
        ("sample-data.json", false),
        ("sample-small.toml", true),
        ("examples.md", false),
        ("examples/app.yaml", false),
        ("tests/data/sample.toml", false),
    ] {
        assert_eq!(config::Config.wants(path.into()), is_wanted, "{path}");
    }
}

#[test]
fn any_file_that_a_policy_names_is_judged() {
    for (path, old, new, rule) in [
        ("etc/app.json", "{\"a\": {\"b\": 1}}", "{\"a\": {\"c\": 1}}", "config.sample-key-removed"),
        (
            "etc/app.json",
            "{\"type\": \"object\", \"properties\": {\"a\": {}}}",
            "{\"type\": \"object\", \"properties\": {}}",
            "config.key-removed",
        ),
        ("etc/app.toml", "a = 1", "b = 1", "config.sample-key-removed"),
        ("etc/prod.env", "A=1", "B=1", "config.sample-key-removed"),
        (
            "lib/options.py",
            "from pydantic import BaseModel\nclass A(BaseModel):\n    a: int = 1\n",
            "from pydantic import BaseModel\nclass A(BaseModel):\n    a: int\n",
            "config.key-became-required",
        ),
    ] {
        let pair = Pair::of(path, old, new);
        assert_eq!(pair.changes(), [], "{path} is not usually looked at");
        let files = GlobSet::builder().add(Glob::new("**").unwrap()).build().unwrap();
        let choices = [("config".to_owned(), Choice::Files(files))];
        let changes = pair.verdict_by(&Settings { choices: choices.into() }).changes;
        assert!(changes.iter().any(|change| change.rule == rule), "{path}: {changes:?}");
    }
}

#[test]
fn a_removed_default_weighs_more_than_a_new_key() {
    let schema = |rest: &str| {
        format!(
            "{{\"type\": \"object\", \"properties\": {{\"port\": {{\"type\": \"integer\"{rest}}}}}}}"
        )
    };
    let pair =
        Pair::of("app.schema.json", &schema(", \"default\": 80"), &schema(", \"default\": 8080"));
    let changes = pair.changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].class, Class::Dangerous);
    assert_eq!(plain_level(&changes), Level::Minor);
}
