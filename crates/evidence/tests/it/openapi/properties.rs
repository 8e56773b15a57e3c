//! Laws that hold for whatever stands in a document.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use trainyard_evidence::openapi;

/// Keywords and values of schemas, right and wrong ones.
fn keyword() -> impl Strategy<Value = (String, Value)> {
    let scalars = [
        json!("string"),
        json!("null"),
        json!(["string", "null"]),
        json!(["integer"]),
        json!(1),
        json!(2.5),
        json!(true),
        json!(false),
        json!(null),
        json!(["a", "b"]),
        json!(["b"]),
        json!({"a": ["b"]}),
        json!({"propertyName": "a", "mapping": {"a": "#/components/schemas/S0"}}),
        json!("2020-01-01"),
    ];
    let keys = [
        "type",
        "format",
        "nullable",
        "enum",
        "const",
        "default",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "minLength",
        "maxItems",
        "pattern",
        "required",
        "readOnly",
        "writeOnly",
        "deprecated",
        "x-sunset",
        "x-stability-level",
        "discriminator",
        "dependentRequired",
        "uniqueItems",
        "title",
        "description",
    ];
    (select(keys.to_vec()), select(scalars.to_vec()))
        .prop_map(|(key, value)| (key.to_owned(), value))
}

/// A schema that may refer to the four shared ones.
fn schema() -> impl Strategy<Value = Value> {
    let reference = (0..5).prop_map(|at| json!({"$ref": format!("#/components/schemas/S{at}")}));
    let plain = vec(keyword(), 0..4).prop_map(|keys| Value::Object(keys.into_iter().collect()));
    prop_oneof![reference, plain].prop_recursive(4, 24, 3, |inner| {
        let names = ["properties", "patternProperties", "dependentSchemas"];
        let lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
        let parts = ["items", "additionalProperties", "not", "if", "contains", "contentSchema"];
        let member = (select(vec!["a", "b", "c"]), inner.clone());
        let named = (select(names.to_vec()), vec(member, 0..3)).prop_map(|(key, members)| {
            let members: Map<String, Value> =
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            (key.to_owned(), Value::Object(members))
        });
        let listed = (select(lists.to_vec()), vec(inner.clone(), 0..3))
            .prop_map(|(key, items)| (key.to_owned(), Value::Array(items)));
        let part = (select(parts.to_vec()), inner).prop_map(|(key, value)| (key.to_owned(), value));
        let keys = prop_oneof![keyword(), named, listed, part];
        vec(keys, 0..4).prop_map(|keys| Value::Object(keys.into_iter().collect()))
    })
}

fn document() -> impl Strategy<Value = Value> {
    (vec(schema(), 4), schema(), schema(), schema()).prop_map(
        |(shared, sent, returned, parameter)| {
            let schemas: Map<String, Value> =
                shared.into_iter().enumerate().map(|(at, one)| (format!("S{at}"), one)).collect();
            json!({
                "openapi": "3.1.0",
                "paths": {"/a": {"post": {
                    "parameters": [{"name": "q", "in": "query", "schema": parameter}],
                    "requestBody": {"content": {"application/json": {"schema": sent}}},
                    "responses": {"200": {"content": {"application/json": {"schema": returned}}}},
                }}},
                "components": {"schemas": schemas},
            })
        },
    )
}

proptest! {
    /// Nothing changed between a document and itself, and every difference has a rule.
    #[test]
    fn equal_documents_do_not_differ_and_others_do(old in document(), new in document()) {
        prop_assert_eq!(openapi::compare(&old, &old).len(), 0);
        let differences = openapi::compare(&old, &new);
        prop_assert_eq!(differences.is_empty(), old == new);
        for difference in &differences {
            prop_assert!(trainyard_evidence::rule(&difference.change.rule).is_some());
            prop_assert!(!difference.change.sentence.ends_with('.'));
        }
    }

    /// The order of the comparison is always the same.
    #[test]
    fn the_same_documents_always_differ_in_the_same(old in document(), new in document()) {
        let told = || -> Vec<_> {
            openapi::compare(&old, &new).into_iter().map(|difference| difference.change).collect()
        };
        prop_assert_eq!(told(), told());
    }
}
