//! Descriptions that are made to be expensive.

use serde_json::{Map, Value, json};
use trainyard_evidence::openapi;
use trainyard_testkit::Effort;

fn with_schemas(schemas: impl IntoIterator<Item = (String, Value)>) -> Value {
    let schemas: Map<String, Value> = schemas.into_iter().collect();
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}});
    json!({
        "openapi": "3.1.0",
        "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}}},
        "components": {"schemas": schemas},
    })
}

fn to(number: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/S{number}")})
}

/// Compares both ways and with itself, in time; returns how many differences there were.
fn compare(old: &Value, new: &Value) -> usize {
    let effort = Effort::begin();
    let found = openapi::compare(old, new).len() + openapi::compare(new, old).len();
    assert!(openapi::compare(old, old).is_empty());
    effort.assert_below(20, "a comparison");
    found
}

#[test]
fn references_in_circles_end() {
    let circle = |words: &str| {
        with_schemas([
            (
                "S0".to_owned(),
                json!({"type": "object", "properties": {"next": to(1), "self": to(0)}}),
            ),
            ("S1".to_owned(), json!({"oneOf": [to(0), {"type": "null"}], "description": words})),
            ("S2".to_owned(), to(3)),
            ("S3".to_owned(), to(2)),
        ])
    };
    assert_eq!(compare(&circle("one"), &circle("other")), 2);
    let alone = with_schemas([("S0".to_owned(), to(0))]);
    assert!(compare(&circle("one"), &alone) > 0);
}

#[test]
fn graphs_that_double_at_each_step_are_walked_once() {
    let graph = |last: Value| {
        let step = |at: usize| {
            let schema = json!({"properties": {"a": to(at + 1), "b": to(at + 1), "c": {"oneOf": [to(at + 1), to(at + 1)]}}});
            (format!("S{at}"), schema)
        };
        with_schemas((0..200).map(step).chain([("S200".to_owned(), last)]))
    };
    let found = compare(&graph(json!({"type": "string"})), &graph(json!({"type": "integer"})));
    assert_eq!(found, 8);
}

#[test]
fn long_chains_need_no_stack() {
    let chain = |last: Value| {
        let step = |at: usize| (format!("S{at}"), json!({"items": to(at + 1)}));
        with_schemas((0..10_000).map(step).chain([("S10000".to_owned(), last)]))
    };
    let found = compare(&chain(json!({"maxLength": 1})), &chain(json!({"maxLength": 2})));
    assert!(found > 0);
}

#[test]
fn long_lists_are_matched_in_time() {
    let list = |from: usize| {
        let alternatives: Vec<_> = (from..from + 3000)
            .map(|at| json!({"properties": {format!("p{at}"): {"type": "string"}}}))
            .collect();
        let values: Vec<_> = (from..from + 50_000).collect();
        let both = json!({"properties": {"a": {"anyOf": alternatives}, "b": {"enum": values}}});
        with_schemas([("S0".to_owned(), both)])
    };
    assert!(compare(&list(0), &list(1000)) > 0);
}

#[test]
fn deep_nesting_needs_little_stack() {
    let nested = |key: &str, depth: usize, last: Value| {
        let schema = (0..depth).fold(last, |inside, _| match key {
            "oneOf" | "allOf" => json!({key: [inside, {"title": "Other"}]}),
            "properties" => json!({key: {"a": inside}}),
            _ => json!({key: inside}),
        });
        with_schemas([("S0".to_owned(), schema)])
    };
    for key in ["not", "items", "oneOf", "allOf", "properties"] {
        let (old, new) = (json!({"maxLength": 2}), json!({"maxLength": 1}));
        assert!(
            compare(&nested(key, 118, old.clone()), &nested(key, 118, new.clone())) > 0,
            "{key}"
        );
        // Nothing in common with what it is held against, either.
        compare(&nested(key, 118, old), &nested("items", 3, new));
    }
}

#[test]
fn more_differences_than_anybody_reads_are_cut() {
    let many = |from: usize| {
        let properties: Map<String, Value> =
            (from..from + 12_000).map(|at| (format!("p{at}"), json!({}))).collect();
        with_schemas([("S0".to_owned(), json!({"properties": properties}))])
    };
    let differences = openapi::compare(&many(0), &many(1_000_000));
    let last = differences.last().expect("there are differences");
    assert_eq!(last.change.rule, "evidence.unreadable");
}

#[test]
fn whatever_shape_values_have_nothing_breaks() {
    let odd = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!([{"$ref": 1}]),
        json!({"$ref": "#/paths"}),
    ];
    let keys = [
        "openapi",
        "paths",
        "components",
        "security",
        "servers",
        "webhooks",
        "swagger",
        "definitions",
    ];
    let usual = with_schemas([("S0".to_owned(), json!({"type": "object"}))]);
    for key in keys {
        for value in &odd {
            let mut other = usual.clone();
            other[key] = value.clone();
            compare(&usual, &other);
        }
    }
    for (at, value) in odd.iter().enumerate() {
        let schema = json!({
            "type": value, "enum": value, "required": value, "properties": value, "allOf": value, "oneOf": value,
            "items": value, "minimum": value, "discriminator": value, "nullable": value, "default": value,
            "additionalProperties": value, "patternProperties": value, "dependentRequired": value,
        });
        let other = with_schemas([("S0".to_owned(), schema)]);
        compare(&usual, &other);
        compare(&other, &with_schemas([("S0".to_owned(), odd[at].clone())]));
    }
}
