//! The JSON Schema and the reference made of it.

use serde_json::Value;
use trainyard_policy::{presets, reference, schema};

#[test]
fn the_schema_is_stable() {
    insta::assert_json_snapshot!(schema());
}

#[test]
fn the_reference_is_stable() {
    insta::assert_snapshot!(reference());
}

#[test]
fn every_key_is_documented() {
    let schema = schema();
    let tables = schema["$defs"].as_object().expect("definitions");
    for (name, table) in tables {
        for (key, entry) in table["properties"].as_object().into_iter().flatten() {
            assert!(entry.get("description").is_some(), "{name}.{key}");
        }
    }
}

#[test]
fn it_names_all_presets() {
    let schema = schema();
    let named: Vec<&str> = schema["properties"]["preset"]["oneOf"]
        .as_array()
        .expect("choices")
        .iter()
        .filter_map(|choice| choice["const"].as_str())
        .collect();
    let known: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
    assert_eq!(named, known);
}

#[test]
fn nothing_in_it_may_be_null() {
    fn walk(value: &Value) -> bool {
        match value {
            Value::Object(object) => {
                object.get("type") != Some(&Value::from("null")) && object.values().all(walk)
            }
            Value::Array(items) => items.iter().all(walk),
            _ => true,
        }
    }
    assert!(walk(&schema()));
}
