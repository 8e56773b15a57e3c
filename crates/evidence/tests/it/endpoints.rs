//! Routes that Python code declares, by our own examples.

use std::{collections::BTreeSet, fmt::Write};

use camino::Utf8Path;
use trainyard_evidence::{
    Change, Detector, Memo, MemoryTree, Pair, Side,
    endpoints::{Endpoints, RULES},
};

type Files = Vec<(String, String)>;

fn changes(old: &Files, new: &Files) -> Vec<Change> {
    let (old, new) = (MemoryTree::new(old.iter().cloned()), MemoryTree::new(new.iter().cloned()));
    let memo = Memo::default();
    let wanted = |path: &Utf8Path| Endpoints.wants(path);
    let pair = Pair { old: Side::new(&old, wanted), new: Side::new(&new, wanted), memo: &memo };
    Endpoints.detect(&pair)
}

/// The trees of the pairs, by name.
fn pairs() -> Vec<(String, Files, Files)> {
    let text = include_str!("../pairs/endpoints/pairs.txt");
    let begin = text.find("\n== ").expect("the file has pairs");
    let pairs = text[begin..].split("\n== ").skip(1);
    let pair = |pair: &str| {
        let (name, rest) = pair.split_once('\n').expect("a pair has a body");
        let (mut old, mut new) = (Files::new(), Files::new());
        for file in format!("\n{rest}").split("\n-- ").skip(1) {
            let (head, text) = file.split_once('\n').expect("a file has a body");
            let (side, path) = head.split_once(' ').expect("a file has a side");
            let file = (path.to_owned(), format!("{text}\n"));
            match side {
                "old" => old.push(file),
                "new" => new.push(file),
                _ => {
                    old.push(file.clone());
                    new.push(file);
                }
            }
        }
        (name.to_owned(), old, new)
    };
    pairs.map(pair).collect()
}

#[test]
fn every_rule_has_a_pair_and_every_pair_says_all_it_says() {
    let mut told = String::new();
    let mut fired = BTreeSet::new();
    for (name, old, new) in pairs() {
        _ = writeln!(told, "{name}");
        for change in changes(&old, &new) {
            let place = |source: &trainyard_evidence::Source| {
                let path = source.path.as_ref().map_or("?", |path| path.as_str());
                source.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
            };
            let was = change
                .before
                .as_ref()
                .map_or_else(String::new, |was| format!(" was {}", place(was)));
            _ = writeln!(
                told,
                "    {} {}: {} ({}) {}{was}",
                change.rule,
                change.subject,
                change.sentence,
                change.class,
                place(&change.source),
            );
            fired.insert(change.rule);
        }
    }
    for rule in RULES {
        assert!(fired.contains(rule.id), "no pair for {}", rule.id);
    }
    insta::assert_snapshot!(told);
}

#[test]
fn routers_that_include_each_other_end() {
    let circle: String =
        (0..40).fold("from fastapi import APIRouter\n".to_owned(), |mut text, n| {
            _ = writeln!(text, "r{n} = APIRouter(prefix=\"/{n}\")");
            text
        });
    let mut includes = circle.clone();
    for one in 0..40 {
        for other in 0..40 {
            _ = writeln!(includes, "r{one}.include_router(r{other})");
        }
        _ = writeln!(includes, "@r{one}.get(\"/x\")\ndef f{one}(): ...");
    }
    let imports =
        "from b import router\nfrom fastapi import APIRouter\n@router.get(\"/y\")\ndef f(): ...\n";
    let new = vec![
        ("circle.py".to_owned(), includes),
        ("a.py".to_owned(), imports.to_owned()),
        ("b.py".to_owned(), imports.replace("from b", "from a")),
    ];
    let effort = trainyard_testkit::Effort::begin();
    let changes = changes(&Files::new(), &new);
    effort.assert_below(10, "routers in circles");
    assert!(changes.iter().any(|change| change.subject == "GET /y"), "{changes:?}");
    assert!(changes.len() < 10_000, "{}", changes.len());
}

#[test]
fn only_differing_files_are_read_where_none_has_routes() {
    let route = |n: usize| {
        format!(
            "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get(\"/{n}\")\ndef f(): ...\n"
        )
    };
    let mut old: Files = (0..1_000).map(|n| (format!("api/m{n}.py"), route(n))).collect();
    let mut new = old.clone();
    old.push(("lib/a.py".to_owned(), "x = 1\n".to_owned()));
    new.push(("lib/a.py".to_owned(), "x = 2\n".to_owned()));
    assert_eq!(changes(&old, &new), []);
    new[7].1.push_str("@router.post(\"/new\")\ndef g(): ...\n");
    let changes = changes(&old, &new);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].subject, "POST /new");
}
