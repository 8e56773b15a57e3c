//! Every rule has a pair where it fires, and every pair is held against every rule.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::{Value, json};
use trainyard_evidence::{document, openapi};

fn pairs(text: &str) -> Vec<Value> {
    let value = document::parse("pairs.yaml".into(), text).expect("the pairs are YAML");
    value.as_array().expect("the pairs are a list").clone()
}

/// A description with a schema at every place where one may stand.
fn everywhere(schema: &Value) -> Value {
    let marked = |key: &str| {
        let mut schema = schema.clone();
        schema[key] = json!(true);
        schema
    };
    let object = |field: &Value| json!({"type": "object", "properties": {"field": field}});
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    let parameter = |location: &str, schema: &Value| json!({"get": {"parameters": [{"name": "it", "in": location, "schema": schema}], "responses": {}}});
    let body = |schema: &Value| json!({"post": {"requestBody": {"content": content(schema)}, "responses": {}}});
    let response = |schema: &Value| json!({"get": {"responses": {"200": {"description": "", "content": content(schema)}}}});
    let header = json!({"get": {"responses": {"200": {"headers": {"X-It": {"schema": schema}}}}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Everywhere", "version": "1"},
        "paths": {
            "/parameter": parameter("query", schema),
            "/parameter-property": parameter("query", &object(schema)),
            "/header": parameter("header", schema),
            "/header-property": parameter("header", &object(schema)),
            "/request-body": body(schema),
            "/request-property": body(&object(schema)),
            "/read-only": body(&object(&marked("readOnly"))),
            "/response-body": response(schema),
            "/response-property": response(&object(schema)),
            "/write-only": response(&object(&marked("writeOnly"))),
            "/response-header": header,
        },
    })
}

/// Merges a patch into a value; `null` takes away.
fn merged(value: &Value, patch: &Value) -> Value {
    let Value::Object(members) = patch else { return patch.clone() };
    let mut merged = value.as_object().cloned().unwrap_or_default();
    for (name, member) in members {
        if member.is_null() {
            merged.remove(name);
        } else {
            let old = merged.get(name).cloned().unwrap_or_default();
            merged.insert(name.clone(), self::merged(&old, member));
        }
    }
    Value::Object(merged)
}

/// All pairs by name, with both ways.
fn all_pairs() -> BTreeMap<String, (Value, Value)> {
    let mut all = BTreeMap::new();
    for pair in pairs(include_str!("../../pairs/openapi/schemas.yaml")) {
        let name = format!("schema {}", pair["name"].as_str().expect("a pair has a name"));
        all.insert(name, (everywhere(&pair["old"]), everywhere(&pair["new"])));
    }
    for pair in pairs(include_str!("../../pairs/openapi/documents.yaml")) {
        let name = format!("document {}", pair["name"].as_str().expect("a pair has a name"));
        let new = merged(&pair["base"], &pair["patch"]);
        all.insert(name, (pair["base"].clone(), new));
    }
    all
}

/// Rules that fire, with their class where it is not the usual one.
fn fired(old: &Value, new: &Value) -> BTreeSet<String> {
    let differences = openapi::compare(old, new);
    let name = |difference: &openapi::Difference| {
        let change = &difference.change;
        let rule = trainyard_evidence::rule(&change.rule).expect("every rule is in the tables");
        let short = change.rule.trim_start_matches("openapi.");
        if rule.class == change.class {
            short.to_owned()
        } else {
            format!("{short}({})", change.class)
        }
    };
    differences.iter().map(name).collect()
}

#[test]
fn every_pair_fires_its_rules_and_no_others() {
    let mut told = String::new();
    for (name, (old, new)) in all_pairs() {
        for (way, rules) in [("there", fired(&old, &new)), ("back", fired(&new, &old))] {
            let rules: Vec<_> = rules.into_iter().collect();
            writeln!(told, "{name}, {way}:\n    {}", rules.join("\n    "))
                .expect("memory takes it");
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn every_rule_has_a_pair() {
    let mut fired_at_all = BTreeSet::new();
    for (old, new) in all_pairs().values() {
        fired_at_all.extend(fired(old, new));
        fired_at_all.extend(fired(new, old));
    }
    let without_class = |name: &String| name.split('(').next().unwrap_or_default().to_owned();
    let fired_at_all: BTreeSet<_> = fired_at_all.iter().map(without_class).collect();
    // Whole files are the subject of their own tests.
    let of_files = ["document-added", "document-removed"];
    let never: Vec<_> = openapi::RULES
        .iter()
        .map(|rule| rule.id.trim_start_matches("openapi."))
        .filter(|id| !fired_at_all.contains(*id) && !of_files.contains(id))
        .collect();
    assert!(never.is_empty(), "{} never fired: {never:#?}", never.len());
}

#[test]
fn nothing_is_found_between_equal_descriptions() {
    for (name, (old, new)) in all_pairs() {
        for value in [old, new] {
            assert!(fired(&value, &value).is_empty(), "{name}");
        }
    }
}
