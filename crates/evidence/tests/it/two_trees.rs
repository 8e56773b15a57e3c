//! Pairs of old and new files, and what all detectors say of them.

use std::fmt::Write;

use trainyard_evidence::{Change, Comparison, Focus, Memo, MemoryTree, Rule, Settings, Verdict};

/// What every detector says of two sets of files.
pub(crate) fn verdict(old: &[(&str, &str)], new: &[(&str, &str)]) -> Verdict {
    verdict_with(&Settings::default(), old, new)
}

/// The same with some detectors off, or at other files.
pub(crate) fn verdict_with(
    settings: &Settings,
    old: &[(&str, &str)],
    new: &[(&str, &str)],
) -> Verdict {
    let tree = |files: &[(&str, &str)]| MemoryTree::new(files.iter().copied());
    let (old, new) = (tree(old), tree(new));
    let scope = &|_: &camino::Utf8Path| true;
    let memo = Memo::default();
    let focus = Focus::new(scope, settings);
    Comparison { old: &old, new: &new, focus: &focus, memo: &memo, verdicts: None }.verdict()
}

/// A case of a file of pairs.
#[derive(Debug)]
pub(crate) struct NamedPair<'a> {
    pub(crate) name: &'a str,
    pub(crate) old: Vec<(&'a str, &'a str)>,
    pub(crate) new: Vec<(&'a str, &'a str)>,
}

/// Reads pairs: `== name` starts one, `--- old path` and `--- new path` its files.
pub(crate) fn pairs(text: &str) -> Vec<NamedPair<'_>> {
    let mut pairs = Vec::new();
    for section in text.split("\n== ").skip(1) {
        let (name, files) = section.split_once('\n').expect("a name is a line");
        let mut pair = NamedPair { name, old: Vec::new(), new: Vec::new() };
        for file in files.split("--- ").skip(1) {
            let (head, body) = file.split_once('\n').expect("a head is a line");
            match head.split_once(' ').expect("a side and a path") {
                ("old", path) => pair.old.push((path, body)),
                ("new", path) => pair.new.push((path, body)),
                (side, _) => panic!("`{side}` is no side in {name}"),
            }
        }
        pairs.push(pair);
    }
    pairs
}

/// One line per change, and its sentence.
pub(crate) fn listed(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let place = |source: &trainyard_evidence::Source| match (&source.path, source.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.to_string(),
            (None, _) => "-".to_owned(),
        };
        let before = change.before.as_ref().map(|before| format!(" was {}", place(before)));
        writeln!(
            text,
            "  {} {} {} [{}{}]\n    {}",
            change.class,
            change.rule,
            change.subject,
            place(&change.source),
            before.unwrap_or_default(),
            change.sentence
        )
        .expect("a string takes all");
    }
    text
}

/// Every pair of a file with all that fires on it, for people.
pub(crate) fn transcript(source: &str) -> String {
    let told = |pair: &NamedPair<'_>| {
        let verdict = verdict(&pair.old, &pair.new);
        format!("{}\n{}\n", pair.name, listed(&verdict.changes))
    };
    pairs(source).iter().map(told).collect::<Vec<_>>().concat()
}

/// Fails with the rules that no pair of a file makes fire.
pub(crate) fn assert_each_fires(rules: &[Rule], source: &str) {
    let mut fired = std::collections::BTreeSet::new();
    for pair in pairs(source) {
        fired.extend(verdict(&pair.old, &pair.new).changes.into_iter().map(|change| change.rule));
    }
    let missing: Vec<_> =
        rules.iter().map(|rule| rule.id).filter(|id| !fired.contains(*id)).collect();
    assert!(missing.is_empty(), "no pair makes these rules fire: {missing:?}");
}
