//! The JSON Schema of `trainyard.toml`: for editors, and for the validation of every file.

use std::sync::LazyLock;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use trainyard_report::Code;

use super::{PolicyFile, patterns};
use crate::presets::presets;

/// The schema, made once.
pub(crate) fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(generate);
    &SCHEMA
}

/// The schema for editors: over a preset, streams and groups need not say again what that says.
pub(crate) fn published() -> Value {
    let mut published = schema().clone();
    let mut needed = Map::new();
    for (table, definition) in [("groups", "GroupFile"), ("streams", "StreamFile")] {
        let definition = published.pointer_mut(&format!("/$defs/{definition}"));
        let keys = definition.and_then(Value::as_object_mut).and_then(|it| it.remove("required"));
        if let Some(keys) = keys {
            needed
                .insert(table.to_owned(), json!({ "additionalProperties": { "required": keys } }));
        }
    }
    published["if"] = json!({ "not": { "required": ["preset"] } });
    published["then"] = json!({ "properties": needed });
    published
}

/// The schema of a file of any type.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    schema
}

fn generate() -> Value {
    let mut schema = schema_of::<PolicyFile>();
    if let Some(preset) = schema.pointer_mut("/properties/preset") {
        preset["oneOf"] = presets()
            .iter()
            .map(|preset| json!({ "const": preset.name, "description": preset.summary, "type": "string" }))
            .collect();
    }
    if let Some(lint) = schema.pointer_mut("/$defs/RulesFile/properties/lint") {
        name_codes(lint);
    }
    patterns::add(&mut schema);
    schema
}

/// Drops what JSON needs and TOML has not (`null`, number formats), and puts wrapped lines of documentation together.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            tidy_object(object);
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn tidy_object(object: &mut Map<String, Value>) {
    let null = json!("null");
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| *name != null);
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&null));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
    let is_number =
        object.get("format").and_then(Value::as_str).is_some_and(|f| f.starts_with("uint"));
    if is_number {
        object.remove("format");
    }
    if let Some(Value::String(text)) = object.get_mut("description") {
        let paragraphs: Vec<String> =
            text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n");
    }
}

/// Lists every finding's code and name as a key.
fn name_codes(lint: &mut Value) {
    let Some(value_schema) = lint.get("additionalProperties").cloned() else { return };
    let entry = |summary: &str| {
        let mut entry = value_schema.clone();
        entry["description"] = json!(summary);
        entry
    };
    let properties: Map<String, Value> = Code::all()
        .map(Code::info)
        .flat_map(|info| [(info.code, info.summary), (info.name, info.summary)])
        .map(|(key, summary)| (key.to_owned(), entry(summary)))
        .collect();
    lint["properties"] = Value::Object(properties);
    lint["additionalProperties"] = json!(false);
}
