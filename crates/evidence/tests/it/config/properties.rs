//! What holds for any two schemas.

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::{Map, Value, json};
use trainyard_evidence::Class;

use super::Pair;

/// A value's schema: one keyword or two of each kind.
fn leaf() -> impl Strategy<Value = Value> {
    let bounds = (prop::option::of(-2..3i64), prop::option::of(-1..5i64));
    let number = (prop::sample::select(vec!["integer", "number"]), bounds);
    let number = number.prop_map(|(kind, (least, most))| {
        let mut schema = json!({"type": kind});
        for (bound, value) in [("minimum", least), ("maximum", most)] {
            if let Some(value) = value {
                schema[bound] = json!(value);
            }
        }
        schema
    });
    let texts = prop::collection::btree_set(prop::sample::select(vec!["a", "bb", "ccc"]), 1..3);
    prop_oneof![
        Just(json!({})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": ["string", "null"]})),
        number,
        texts.prop_map(|values| json!({"type": "string", "enum": values})),
        (0..3u8, 1..4u8).prop_map(
            |(least, most)| json!({"type": "string", "minLength": least, "maxLength": most})
        ),
        Just(json!({"anyOf": [{"type": "integer"}, {"type": "null"}, {"const": "a"}]})),
        Just(json!({"enum": [1, 0.5, "a", null]})),
        Just(json!({"enum": [1, 2]})),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        let keys = prop::collection::btree_map("[a-c]", (inner.clone(), any::<bool>()), 0..3);
        let others = prop_oneof![
            2 => Just(None),
            1 => Just(Some(json!(false))),
            1 => inner.clone().prop_map(Some),
        ];
        let object = (keys, others).prop_map(|(keys, others)| {
            let required: Vec<_> = keys
                .iter()
                .filter(|(_, (_, is_required))| *is_required)
                .map(|(key, _)| key)
                .collect();
            let required = json!(required);
            let keys: BTreeMap<_, _> =
                keys.iter().map(|(key, (schema, _))| (key, schema)).collect();
            let mut schema = json!({"type": "object", "properties": keys, "required": required});
            if let Some(others) = others {
                schema["additionalProperties"] = others;
            }
            schema
        });
        let choices = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            3 => object.clone(),
            1 => inner.prop_map(|items| json!({"type": "array", "items": items})),
            1 => choices.clone().prop_map(|choices| json!({"anyOf": choices})),
            1 => (object, choices).prop_map(|(mut object, choices)| {
                object["anyOf"] = json!(choices);
                object
            }),
        ]
    })
}

/// A schema, and the same with one schema in it exchanged.
fn edited() -> impl Strategy<Value = (Value, Value)> {
    (schema(), 0..12usize, schema().boxed().prop_union(leaf().boxed())).prop_map(
        |(old, place, other)| {
            let mut new = old.clone();
            exchange(&mut new, &mut { place }, &other);
            (old, new)
        },
    )
}

/// Exchanges the schema at a place, counted as they are written.
fn exchange(schema: &mut Value, place: &mut usize, other: &Value) {
    if *place == 0 {
        schema.clone_from(other);
    }
    let Some(left) = place.checked_sub(1) else {
        *place = usize::MAX;
        return;
    };
    *place = left;
    if let Some(keys) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        keys.values_mut().for_each(|schema| exchange(schema, place, other));
    }
    if let Some(items) = schema.get_mut("items") {
        exchange(items, place, other);
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        for schema in choices {
            exchange(schema, place, other);
        }
    }
}

/// A value that a schema may well take, chosen by numbers.
fn instance(schema: &Value, choices: &mut impl Iterator<Item = usize>) -> Value {
    let mut choose = |count: usize| choices.next().unwrap_or_default() % count.max(1);
    let listed = schema["enum"].as_array().or(schema["anyOf"].as_array());
    if let Some(list) = listed {
        let chosen = &list[choose(list.len())];
        return if schema.get("enum").is_some() {
            chosen.clone()
        } else {
            instance(chosen, choices)
        };
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    let types = schema["type"].as_array();
    let kind = types.map_or(&schema["type"], |types| &types[choose(types.len())]);
    match kind.as_str().unwrap_or(["null", "boolean", "integer", "string"][choose(4)]) {
        "boolean" => json!(choose(2) == 0),
        "number" if choose(2) == 0 => json!(0.5),
        "integer" | "number" => bound(schema, choose(3)),
        "string" => {
            let (least, most) = (schema["minLength"].as_u64(), schema["maxLength"].as_u64());
            let length = [least.unwrap_or_default(), most.unwrap_or(5), 1][choose(3)];
            json!(
                "abcde"
                    .chars()
                    .take(usize::try_from(length).unwrap_or_default())
                    .collect::<String>()
            )
        }
        "array" => json!([instance(&schema["items"], choices)]),
        "object" => {
            let empty = Map::new();
            let required = schema["required"].as_array().into_iter().flatten();
            let required: Vec<_> = required.filter_map(Value::as_str).collect();
            let mut object = Map::new();
            for (key, schema) in schema["properties"].as_object().unwrap_or(&empty) {
                if required.contains(&key.as_str())
                    || choices.next().unwrap_or_default().is_multiple_of(2)
                {
                    object.insert(key.clone(), instance(schema, choices));
                }
            }
            let others = &schema["additionalProperties"];
            if others.is_object() {
                let key = ["a", "b", "z"][choices.next().unwrap_or_default() % 3];
                object.entry(key).or_insert(instance(others, choices));
            }
            Value::Object(object)
        }
        _ => Value::Null,
    }
}

/// The least number, the largest, or one between.
fn bound(schema: &Value, choice: usize) -> Value {
    let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
    json!(
        [
            least.or(most).unwrap_or(-9),
            most.or(least).unwrap_or(9),
            least.unwrap_or(0).midpoint(most.unwrap_or(0))
        ][choice]
    )
}

/// Whether a schema as made above takes a value; written from the specification, not from the detector.
fn takes(schema: &Value, value: &Value) -> bool {
    let kind = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    let types = match &schema["type"] {
        Value::String(name) => kind(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(kind),
        _ => true,
    };
    let number = value.as_f64();
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let holds = |found: Option<bool>| found.unwrap_or(true);
    let both = |one: Option<f64>, key: &str, is_fine: fn(f64, f64) -> bool| {
        holds(one.zip(schema[key].as_f64()).map(|(value, bound)| is_fine(value, bound)))
    };
    let lengths = |key: &str, is_fine: fn(u64, u64) -> bool| {
        holds(length.zip(schema[key].as_u64()).map(|(value, bound)| is_fine(value, bound)))
    };
    let empty = Map::new();
    let keys = schema["properties"].as_object().unwrap_or(&empty);
    let others = &schema["additionalProperties"];
    types
        && holds(schema["enum"].as_array().map(|values| values.contains(value)))
        && holds(schema.get("const").map(|only| only == value))
        && holds(schema["anyOf"].as_array().map(|any| any.iter().any(|one| takes(one, value))))
        && both(number, "minimum", |value, bound| value >= bound)
        && both(number, "maximum", |value, bound| value <= bound)
        && lengths("minLength", |value, bound| value >= bound)
        && lengths("maxLength", |value, bound| value <= bound)
        && holds(value.as_array().map(|items| {
            items.iter().all(|item| schema.get("items").is_none_or(|one| takes(one, item)))
        }))
        && holds(value.as_object().map(|pairs| {
            let required =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let mut required = required;
            required.all(|key| pairs.contains_key(key))
                && pairs.iter().all(|(key, item)| match keys.get(key) {
                    Some(schema) => takes(schema, item),
                    None => *others != json!(false) && (!others.is_object() || takes(others, item)),
                })
        }))
}

/// Whether a value has keys that an open object does not declare: those are nobody's promise.
fn has_undeclared(schema: &Value, value: &Value) -> bool {
    if let Some(choices) = schema["anyOf"].as_array() {
        return !choices
            .iter()
            .any(|choice| takes(choice, value) && !has_undeclared(choice, value));
    }
    match value {
        Value::Object(pairs) => pairs.iter().any(|(key, item)| {
            let others = schema.get("additionalProperties").filter(|others| others.is_object());
            let declared = schema["properties"].get(key).or(others);
            declared.is_none_or(|schema| has_undeclared(schema, item))
        }),
        Value::Array(items) => items
            .iter()
            .any(|item| schema.get("items").is_none_or(|schema| has_undeclared(schema, item))),
        _ => false,
    }
}

fn pair(old: &Value, new: &Value) -> Pair {
    Pair::of("app.schema.json", &old.to_string(), &new.to_string())
}

fn check_both_ways(old: &Value, new: &Value) -> Result<(), TestCaseError> {
    let pair = pair(old, new);
    let is_additive = |pair: &Pair| {
        let changes = pair.changes();
        !changes.is_empty() && changes.iter().all(|change| change.class == Class::Additive)
    };
    prop_assert!(!(is_additive(&pair) && is_additive(&pair.back())), "{old} {new}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_against_itself_says_nothing(schema in schema()) {
        let spaced = serde_json::to_string_pretty(&schema).unwrap();
        let pair = Pair::of("app.schema.json", &schema.to_string(), &spaced);
        prop_assert_eq!(pair.changes(), []);
    }

    #[test]
    fn what_only_adds_is_no_addition_backwards(old in schema(), new in schema()) {
        check_both_ways(&old, &new)?;
    }

    #[test]
    fn an_edit_that_only_adds_is_no_addition_backwards((old, new) in edited()) {
        check_both_ways(&old, &new)?;
    }

    /// An old file that no longer loads is always told as incompatible.
    #[test]
    fn refused_files_are_told((old, new) in edited(), choices in prop::collection::vec(0..60usize, 60)) {
        let changes = pair(&old, &new).changes();
        let is_told = changes.iter().any(|change| change.class >= Class::Breaking);
        for start in 0..choices.len() {
            let file = instance(&old, &mut choices.iter().copied().cycle().skip(start).take(60));
            let is_refused = takes(&old, &file) && !takes(&new, &file) && !has_undeclared(&old, &file);
            prop_assert!(!is_refused || is_told, "{file} under {old}, then {new}: {changes:?}");
        }
    }

    #[test]
    fn any_text_is_judged(old in "\\PC{0,80}", new in "(\\PC|\n){0,80}") {
        for path in ["app.schema.json", "app.schema.yaml", "app/config.py", "sample.toml", ".env.example", "app.sample.yaml"] {
            Pair::of(path, &old, &new).changes();
        }
    }

    #[test]
    fn any_sample_against_itself_says_nothing(lines in prop::collection::vec("[ #]{0,4}(\\[?[ab]\\]?|- )?[abc.:=\"\\[\\]{} 1]{0,8}", 0..12)) {
        let text = lines.join("\n");
        for path in ["sample.toml", ".env.example", "app.sample.yaml"] {
            prop_assert_eq!(Pair::of(path, &text, &format!("{text}\n")).changes(), []);
        }
    }
}
