//! Graphs of updates and of migrations.

use std::collections::BTreeSet;

use camino::Utf8Path;
use trainyard_evidence::migrations::{Environment, Migration};
use trainyard_upgrade::{
    migrations::between,
    updates::{Found, Question, UpdateGraph, cincinnati, load, path, rules},
};

use super::Target;

/// A name and a text, a line each and all that follows.
const GRAPHS: &[&str] = &[
    "g.json\n{\"nodes\": [{\"version\": \"1.0.0\"}, {\"version\": \"1.1.0\", \"metadata\": {\"io.openshift.upgrades.graph.release.channels\": \"a,b-1.1\"}}], \"edges\": [[0, 1]], \"conditionalEdges\": [{\"edges\": [{\"from\": \"1.1.0\", \"to\": \"1.0.0\"}], \"risks\": [{\"name\": \"Slow\", \"matchingRules\": [{\"type\": \"Always\"}]}]}]}",
    "g.toml\nscheme = \"pep440\"\nlines = \"in-turn\"\nversions = [\"1.0.0\", \"1.1.0rc1\", \"1.1.0\"]\nchannels.a = [\"1.1.0rc1\"]\n[[stops]]\nat = \"1.1\"\n[[minimum]]\nto = \">=1.1\"\nfrom = \"1.0.0\"\n[[blocks]]\nto = \"==1.1.0\"\nwhen = \"x\"\n",
    "g.yml\n- major: 1\n  minor: 1\n  comments: |\n    long\n",
    "c.yaml\n---\nschema: olm.channel\npackage: o\nname: stable\nentries:\n- name: o.v1.0.0\n- name: o.v1.1.0\n  replaces: o.v1.0.0\n  skips: [o.v1.0.1]\n  skipRange: '<1.1.0'\n",
];

/// The older side, then the newer: a migration a line, with what comes before it.
const MIGRATIONS: &[&str] =
    &["a\nb a\nc b\n\u{1e}a\nx a\nb x\nc b\nd c\n", "a b\nb a\n\u{1e}a a\nm b c\n"];

/// More lines say nothing new, and cost squares.
const MOST_LINES: usize = 200;

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target::of_text("update graphs", GRAPHS.iter().copied(), updates).with_own_seeds_only(),
        Target::of_text("migration graphs", MIGRATIONS.iter().copied(), migrations)
            .with_own_seeds_only(),
    ]
}

fn updates(text: &str) -> bool {
    let (name, text) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(loaded) = load(&[(Utf8Path::new(name), text)], "amd64", 0) else { return false };
    let graph = match loaded.found {
        Found::Graph(graph) => graph,
        Found::Rules(rules) => match rules::whole(&rules, &[]) {
            Ok((graph, _)) => graph,
            Err(_) => return false,
        },
    };
    written(&graph);
    let question = Question {
        from: graph.name(0).to_owned(),
        to: graph.name(graph.releases().len().saturating_sub(1)).to_owned(),
        ..Question::default()
    };
    let answer = path(&graph, &question);
    assert!(
        answer.path.is_some() != answer.no_path.is_some(),
        "neither a way nor none: {answer:?}"
    );
    true
}

/// What is written is read again as the same.
fn written(graph: &UpdateGraph) {
    let text = cincinnati::write(graph);
    let again = cincinnati::read(&text).map(|(graph, _)| cincinnati::write(&graph));
    assert_eq!(again.as_ref(), Ok(&text), "what is written is read as something else");
}

fn migrations(text: &str) -> bool {
    let (old, new) = text.split_once('\u{1e}').unwrap_or((text, ""));
    let (old, new) = (environment(old), environment(new));
    let passage = between(&[&old], &[&new], None, &|_, _| Vec::new());
    let skipped: BTreeSet<&str> =
        passage.skipped.iter().map(|skipped| skipped.step.id.as_str()).collect();
    assert!(
        passage.pending.iter().all(|step| !skipped.contains(step.id.as_str())),
        "what is skipped is not to run: {passage:?}"
    );
    passage.is_known
}

fn environment(text: &str) -> Environment {
    let migration = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let id = words.next()?;
        let path = format!("{id}.py").into();
        Some(Migration { id, path, parents: words.collect(), ..Migration::default() })
    };
    let migrations = text.lines().take(MOST_LINES).filter_map(migration).collect();
    Environment { framework: "alembic", folder: "alembic".into(), migrations }
}
