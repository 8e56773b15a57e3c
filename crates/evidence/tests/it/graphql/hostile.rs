//! Inputs that try to hurt: each ends soon, with a finding or with none.

use std::fmt::Write;

use trainyard_evidence::{Class, graphql};
use trainyard_testkit::Effort;

use crate::two_trees::verdict;

const BENIGN: &str = "type Query { a: Int }\n";

fn is_told_as_unreadable(text: &str) -> bool {
    let effort = Effort::begin();
    let verdict = verdict(&[("a.graphql", BENIGN)], &[("a.graphql", text)]);
    effort.assert_below(10, "a file");
    verdict.changes.iter().any(|change| change.rule == "evidence.unreadable")
        && verdict.changes.iter().all(|change| change.class == Class::Unknown)
}

#[test]
fn deep_nesting_is_refused() {
    let deep = 200_000;
    let (open, close) = ("[".repeat(deep), "]".repeat(deep));
    assert!(is_told_as_unreadable(&format!("type Query {{ a: {open}Int{close} }}")));
    assert!(is_told_as_unreadable(&format!("type Query {{ a(b: Int = {open}1{close}): Int }}")));
    let objects = "{a:".repeat(deep);
    assert!(is_told_as_unreadable(&format!("type Query {{ a(b: Int = {objects}")));
    assert!(is_told_as_unreadable(&format!("type Query @a(b: {open}) {{ a: Int }}")));
    assert!(is_told_as_unreadable(&format!("{BENIGN} query {}", "{a".repeat(deep))));
}

#[test]
fn garbage_and_floods_are_refused() {
    assert!(is_told_as_unreadable("}{".repeat(1000).as_str()));
    assert!(is_told_as_unreadable(&"a ".repeat(1 << 17)));
    assert!(is_told_as_unreadable(&"\u{0}\u{1}".repeat(1000)));
    assert!(is_told_as_unreadable(&"type T { a: Int }\n".repeat(1 << 19)));
    assert!(is_told_as_unreadable("type Query { a: Int } \"\"\" never closed"));
}

#[test]
fn defaults_that_fill_in_each_other_end() {
    // Each level doubles what the one above fills in: 2^40 values if nobody counted.
    let mut text = String::from("type Query { a(b: I0 = {}): Int }\ninput I40 { x: Int = 1 }\n");
    for level in 0..40 {
        let next = level + 1;
        writeln!(text, "input I{level} {{ x: I{next} = {{}} y: I{next} = {{}} }}")
            .expect("a string takes all");
    }
    text += "input Loop { again: Loop = {} }\n";
    let effort = Effort::begin();
    let changed =
        text.replace("x: Int = 1", "x: Int = 2") + "extend type Query { c(l: Loop = {}): Int }";
    let differences = graphql::differences(&text, &changed).expect("both are GraphQL");
    effort.assert_below(10, "defaults");
    assert!(differences.iter().any(|difference| difference.path == "I40.x"), "{differences:?}");
}

#[test]
fn many_names_take_time_in_proportion() {
    let fields: Vec<_> = (0..5_000).map(|field| format!("f{field}(a: Int): Int\n")).collect();
    let old = format!("type Query {{ {} }}", fields.concat());
    let effort = Effort::begin();
    let differences = graphql::differences(&old, &old.replace("a: Int", "b: Int"));
    assert_eq!(differences.map(|found| found.len()), Ok(10_000));
    effort.assert_below(10, "many names");
}

#[test]
fn an_emptied_file_is_a_schema_without_types() {
    let verdict = verdict(&[("a.graphql", BENIGN)], &[("a.graphql", "# nothing\n, \n")]);
    let rules: Vec<_> = verdict.changes.iter().map(|change| change.rule.as_str()).collect();
    assert!(rules.contains(&"graphql.type-removed"), "{rules:?}");
}
