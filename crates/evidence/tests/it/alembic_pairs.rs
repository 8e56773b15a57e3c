//! What is told of Alembic's revisions, pair by pair.

use std::{collections::BTreeSet, fmt::Write};

use trainyard_evidence::{Memo, MemoryTree, all_rules};

use crate::migration_texts::compare;

/// Rules that need what Alembic does not have.
const OF_OTHER_FRAMEWORKS: &[&str] = &[
    "migrations.squashed",
    "migrations.replaced-removed",
    "migrations.out-of-order",
    "migrations.run-again",
];

/// The files of either side, by path.
#[derive(Default)]
struct Pair {
    name: String,
    sides: [Vec<(String, String)>; 2],
}

/// Reads pairs as `alembic_graph.txt` describes them.
fn pairs(text: &str) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    // The side and, within a whole file, whether lines go on with it.
    let (mut side, mut is_file) = (0, false);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            pairs.push(Pair { name: name.to_owned(), ..Pair::default() });
            is_file = false;
            continue;
        }
        let Some(pair) = pairs.last_mut() else { continue };
        if let Some(header) = line.strip_prefix("--- ") {
            let (word, path) = header.split_once(' ').unwrap_or((header, ""));
            side = usize::from(word == "new");
            is_file = !path.is_empty();
            if is_file {
                pair.sides[side].push((path.to_owned(), String::new()));
            }
        } else if is_file {
            let (_, text) = pair.sides[side].last_mut().expect("a file was begun");
            writeln!(text, "{line}").expect("a text can grow");
        } else if let Some((id, rest)) = line.split_once(" <- ") {
            let (parents, body) = rest.split_once(':').expect("a line has a body");
            let path = format!("db/versions/{id}.py");
            pair.sides[side].push((path, revision(id, parents, body)));
        }
    }
    for (_, text) in pairs.iter_mut().flat_map(|pair| &mut pair.sides).flatten() {
        *text = format!("{}\n", text.trim_end());
    }
    pairs
}

fn revision(id: &str, parents: &str, body: &str) -> String {
    let quoted: Vec<_> = parents.split_whitespace().map(|parent| format!("\"{parent}\"")).collect();
    let parents = match quoted.as_slice() {
        [] => "None".to_owned(),
        [only] => only.clone(),
        many => format!("({})", many.join(", ")),
    };
    format!(
        "\"\"\"{id}\"\"\"\nimport sqlalchemy as sa\nfrom alembic import op\nfrom app import helpers\n\n\
         revision = \"{id}\"\ndown_revision = {parents}\n\n\ndef upgrade():\n    {}\n",
        body.trim()
    )
}

#[test]
fn every_rule_has_a_pair() {
    let mut report = String::new();
    let mut fired = BTreeSet::new();
    for pair in pairs(include_str!("../pairs/migrations/alembic_graph.txt")) {
        let [old, new] = pair.sides.map(MemoryTree::new);
        writeln!(report, "{}", pair.name).unwrap();
        for change in compare(&old, &new, &Memo::default()) {
            let (rule, class, line) = (&change.rule, change.class, change.source.line);
            let line = line.map_or_else(String::new, |line| format!(", line {line}"));
            let said = format!("{}{line}: {}", change.subject, change.sentence);
            writeln!(report, "  {rule} [{class}] {said}").unwrap();
            fired.insert(change.rule);
        }
    }
    insta::assert_snapshot!(report);
    let family = all_rules().filter(|rule| rule.family() == "migrations");
    let silent: Vec<_> = family
        .map(|rule| rule.id)
        .filter(|id| !fired.contains(*id) && !OF_OTHER_FRAMEWORKS.contains(id))
        .collect();
    assert!(silent.is_empty(), "no pair for {silent:?}");
}

/// What single steps come to: each case is a body before and a body that is judged.
#[test]
fn effects_read_well() {
    let mut report = String::new();
    for case in include_str!("../pairs/migrations/alembic_effects.txt").split("\n=== ").skip(1) {
        let (name, bodies) = case.split_once('\n').expect("a case has a body");
        let (before, judged) = bodies.split_once("--- upgrade\n").expect("a case has an upgrade");
        let file = |id: &str, parent: &str, body: &str| {
            let body = if body.contains("def upgrade") {
                body.to_owned()
            } else {
                let lines = body.lines().filter(|line| !line.trim().is_empty());
                let lines: Vec<_> = lines.map(|line| format!("    {line}\n")).collect();
                format!("def upgrade():\n    pass\n{}", lines.concat())
            };
            let text = format!(
                "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n\
                 revision = '{id}'\ndown_revision = {parent}\n{body}"
            );
            (format!("migrations/versions/{id}.py"), text)
        };
        let first = file("a1", "None", before);
        let second = file("b2", "'a1'", judged);
        let changes = compare(
            &MemoryTree::new([first.clone()]),
            &MemoryTree::new([first, second]),
            &Memo::default(),
        );
        for change in changes {
            let rule = change.rule.trim_start_matches("migrations.");
            writeln!(report, "{name}\n  {rule}: {}", change.sentence).unwrap();
        }
    }
    insta::assert_snapshot!(report);
}
