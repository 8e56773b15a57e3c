//! Makes large descriptions of an HTTP interface, in two revisions that differ here and there.

use serde_json::{Map, Value, json};

/// How large a made-up description is.
#[derive(Clone, Copy, Debug)]
pub struct DescriptionSize {
    /// Paths with four operations each.
    pub paths: usize,
    /// Shared schemas.
    pub schemas: usize,
    /// Properties of each.
    pub properties: usize,
}

impl DescriptionSize {
    /// As large as the description of a whole code forge: 12 megabytes of JSON.
    pub const LARGE: Self = Self { paths: 600, schemas: 1000, properties: 24 };
    /// As large as that of one service: half a megabyte of JSON.
    pub const USUAL: Self = Self { paths: 60, schemas: 100, properties: 10 };
}

/// The description in its older or newer revision.
///
/// The same size always gives the same text. In the newer revision one schema in fifty lost, gained or changed a
/// property, and one path in fifty is new. Schemas refer to each other, in circles too.
pub fn description(size: DescriptionSize, is_newer: bool) -> Value {
    let more = if is_newer { size.paths / 50 } else { 0 };
    let paths: Map<String, Value> = (0..size.paths + more)
        .map(|number| {
            let name = format!("/tenants/{{tenant}}/collections-{number}/{{item}}");
            (name, path(number, size))
        })
        .collect();
    let schemas: Map<String, Value> =
        (0..size.schemas).map(|number| (name(number), schema(number, size, is_newer))).collect();
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Made-up interface", "version": if is_newer { "2.0.0" } else { "1.0.0" }},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn name(number: usize) -> String {
    format!("Record{number}")
}

fn reference(number: usize, size: DescriptionSize) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", name(number % size.schemas.max(1)))})
}

fn path(number: usize, size: DescriptionSize) -> Value {
    let parameters: Vec<_> = ["tenant", "item"]
        .iter()
        .map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "description": format!("Which {name} is meant."),
                "schema": {"type": "string", "maxLength": 64},
            })
        })
        .collect();
    let operations = ["get", "put", "patch", "delete"];
    let operations = operations.iter().enumerate().map(|(at, method)| {
        let operation = operation(method, number * 4 + at, size);
        ((*method).to_owned(), operation)
    });
    let mut item: Map<String, Value> = operations.collect();
    item.insert("parameters".to_owned(), Value::Array(parameters));
    Value::Object(item)
}

fn operation(method: &str, number: usize, size: DescriptionSize) -> Value {
    let content = |schema: Value| json!({"application/json": {"schema": schema}});
    let page = json!({"type": "array", "items": reference(number * 5 + 1, size)});
    let mut operation = json!({
        "operationId": format!("{method}-collection-{number}"),
        "summary": "Reads or writes one of the records.",
        "description": "Longer words about what it does, who may call it, and what comes back. ".repeat(8),
        "tags": [format!("group-{}", number % 40)],
        "parameters": [
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 30}},
            {"name": "order", "in": "query", "schema": {"type": "string", "enum": ["asc", "desc"], "default": "asc"}},
        ],
        "responses": {
            "200": {"description": "What was asked for.", "content": content(reference(number, size))},
            "202": {"description": "A page.", "content": content(page)},
            "404": {"description": "There is none.", "content": content(reference(number * 3 + 7, size))},
        },
    });
    if matches!(method, "put" | "patch")
        && let Some(operation) = operation.as_object_mut()
    {
        let body = json!({"required": true, "content": content(reference(number * 7 + 3, size))});
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn schema(number: usize, size: DescriptionSize, is_newer: bool) -> Value {
    let mut properties: Map<String, Value> = (0..size.properties)
        .map(|at| (format!("field_{at}"), property(number, at, size)))
        .collect();
    if is_newer && number.is_multiple_of(50) {
        match number / 50 % 3 {
            0 => _ = properties.remove("field_1"),
            1 => _ = properties.insert("field_new".to_owned(), json!({"type": "boolean"})),
            _ => _ = properties.insert("field_2".to_owned(), json!({"type": "boolean"})),
        }
    }
    json!({
        "type": "object",
        "title": format!("A record of kind {number}"),
        "description": "What such a record is for, and when it comes.",
        "required": ["field_0", "field_1", "field_2"],
        "properties": properties,
    })
}

fn property(number: usize, at: usize, size: DescriptionSize) -> Value {
    let words = "What stands here, where it comes from and how long it is kept.";
    match at % 6 {
        0 => {
            json!({"type": "string", "description": words, "maxLength": 200 + at, "example": "text"})
        }
        1 => json!({"type": "integer", "format": "int32", "description": words, "minimum": at}),
        2 => json!({"type": "string", "enum": ["open", "closed", "all"], "description": words}),
        3 => json!({"type": "array", "items": reference(number + at, size), "description": words}),
        4 => {
            json!({"oneOf": [reference(number * 2 + at, size), {"type": "string", "title": "Name"}]})
        }
        _ => json!({
            "type": "object",
            "description": words,
            "properties": {"url": {"type": "string", "format": "uri"}, "id": {"type": "integer"}},
        }),
    }
}
