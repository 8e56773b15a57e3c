//! The JSON Schema and the reference made of it.

use proptest::{prop_assert, test_runner::TestRunner};
use serde_json::Value;
use trainyard_policy::{Policy, presets, reference, schema};

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

/// The pattern at a place, without what the generator of texts does not know.
fn pattern(place: &str) -> String {
    let schema = schema();
    let pattern = schema.pointer(&format!("/$defs/{place}/pattern")).expect("a pattern");
    pattern.as_str().expect("a text").trim_matches(['^', '$']).to_owned()
}

/// Holds texts that a pattern describes against the reader.
fn agree(place: &str, file: impl Fn(&str) -> String) {
    let texts = proptest::string::string_regex(&pattern(place)).expect("a plain pattern");
    let mut runner = TestRunner::deterministic();
    runner
        .run(&texts, |text| {
            let complaints = Policy::lint(&file(&text), "p.toml");
            prop_assert!(complaints.is_empty(), "{}", complaints.render(false));
            Ok(())
        })
        .expect("the reader takes what the pattern describes");
}

#[test]
fn patterns_describe_what_the_reader_takes() {
    agree("ProductFile/properties/name", |name| format!("[product]\nname = '{name}'\n"));
    agree("PrereleaseFile/properties/phases/items", |label| {
        format!("[rules.prerelease]\nphases = ['{label}']\n")
    });
    agree("LevelsFile/properties/major/items", |selector| {
        // The rules of other families are known by name, which a pattern does not tell.
        let selector = match selector.split_once('.') {
            Some((_, rule)) => format!("tools.{rule}"),
            None => selector.to_owned(),
        };
        format!("[rules.levels]\nmajor = ['{selector}']\n")
    });
}

#[test]
fn editors_are_told_what_belongs_together() {
    let schema = schema();
    let at = |place: &str| schema.pointer(place).expect("there").clone();
    assert_eq!(at("/$defs/VersionPlaceFile/not/required"), serde_json::json!(["key", "after"]));
    assert_eq!(at("/$defs/StreamFile/allOf/0/then/properties/scheme"), false);
    assert_eq!(at("/$defs/FragmentFile/minProperties"), 1);
    assert_eq!(
        at("/properties/components/propertyNames/pattern"),
        at("/$defs/ProductFile/properties/name/pattern")
    );
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
