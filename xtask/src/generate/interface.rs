//! The page of the registry's interface, from its description.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

/// What holds for all operations, before the list of them.
const FRONT: &str = "\
# The registry's interface

A registry speaks HTTP and JSON. This page lists what it answers; [openapi.json](openapi.json) says all of it to programs, and a running registry
gives the same under `/api/v1/openapi.json`.

- **Tokens** go into the header `Authorization: Bearer ty_…`. What changes something always needs one; what reads needs one where the registry is private.
  In a browser, whoever is signed in to the pages reads with the session, and changes nothing by it.
- **Problems** are told as RFC 9457 has them, `application/problem+json`, with a sentence, a hint, and findings with their [codes](findings.md).
- **To send again safely**, give a change the header `Idempotency-Key`: for a day the first answer is given again.
- **The past** is asked with `?at=2026-11-01T00:00:00Z`, wherever something is read.
- **What one has already** is not sent again: an answer has an `ETag`, and `If-None-Match` gives 304 while it holds.
- **Long lists** come in pages; `next` in the answer is the `cursor` of the next question.
- **Too much at once** is 429, and a registry that cannot write now is 503; both say in `Retry-After` when to come again.
";

/// The page, in Markdown: operations by tag, then the fields of every body.
pub(super) fn page(description: &Value) -> String {
    let mut tags: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, item) in members(&description["paths"]) {
        for (method, operation) in members(item) {
            let tag = operation["tags"][0].as_str().unwrap_or("server");
            tags.entry(tag).or_default().push(row(method, path, operation));
        }
    }
    let mut page = FRONT.to_owned();
    for (tag, rows) in tags {
        // Writing to a string cannot fail.
        _ = write!(page, "\n## {tag}\n\n| | does | takes | gives |\n|---|---|---|---|\n");
        page.extend(rows);
    }
    page.push_str("\n## Bodies\n\nA `?` marks what may be missing.\n");
    for (name, schema) in members(&description["components"]["schemas"]) {
        body(name, schema, &mut page);
    }
    page
}

fn row(method: &str, path: &str, operation: &Value) -> String {
    let about = operation["summary"].as_str().or(operation["description"].as_str());
    let about = sentence(about.unwrap_or_default());
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut takes: Vec<_> = parameters
        // Names in the path stand there, and `at` holds for all.
        .filter(|one| one["in"] == "query" && one["name"] != "at")
        .filter_map(|one| Some(format!("`?{}`", one["name"].as_str()?)))
        .collect();
    takes.extend(content(&operation["requestBody"]));
    let gives: Vec<_> = members(&operation["responses"])
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(status, response)| match content(response) {
            Some(body) => format!("{status}: {body}"),
            None => status.to_owned(),
        })
        .collect();
    let method = method.to_ascii_uppercase();
    format!("| `{method} {path}` | {about} | {} | {} |\n", takes.join(", "), gives.join("; "))
}

/// What a request or a response holds.
fn content(of: &Value) -> Option<String> {
    let (kind, content) = members(&of["content"]).next()?;
    if kind == "application/json" {
        Some(shape(&content["schema"]))
    } else {
        Some(format!("`{kind}`"))
    }
}

fn body(name: &str, schema: &Value, page: &mut String) {
    let about = sentence(schema["description"].as_str().unwrap_or_default());
    let shown = short(name);
    _ = write!(page, "\n### {shown}\n");
    if !about.is_empty() {
        _ = write!(page, "\n{about}\n");
    }
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields: Vec<_> = members(&schema["properties"]).collect();
    if fields.is_empty() {
        _ = write!(page, "\n{}\n", shape(schema));
        return;
    }
    _ = write!(page, "\n| field | is | |\n|---|---|---|\n");
    for (field, schema) in fields {
        let optional = if required.contains(&field) { "" } else { "?" };
        let about = sentence(schema["description"].as_str().unwrap_or_default());
        _ = writeln!(page, "| `{field}`{optional} | {} | {about} |", shape(schema));
    }
}

/// What a value may be, in a few words, with links to the bodies that it names.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        let name = short(name.rsplit('/').next().unwrap_or_default());
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> =
            values.iter().map(|value| format!("`{value}`").replace('"', "")).collect();
        return values.join(", ");
    }
    if let Some(value) = schema["const"].as_str() {
        return format!("`{value}`");
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(several) = schema[key].as_array() {
            let shapes: Vec<_> =
                several.iter().filter(|one| one["type"] != "null").map(shape).collect();
            return shapes.join(if key == "allOf" { " with " } else { " or " });
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().find_map(|kind| kind.as_str().filter(|it| *it != "null"))
        }
        kind => kind.as_str(),
    };
    match kind {
        Some("array") => format!("list of {}", shape(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map to {}", shape(&schema["additionalProperties"]))
        }
        Some("object") => {
            let fields: Vec<_> =
                members(&schema["properties"]).map(|(field, _)| format!("`{field}`")).collect();
            if fields.is_empty() {
                "object".to_owned()
            } else {
                format!("object of {}", fields.join(", "))
            }
        }
        Some("string") => schema["format"].as_str().unwrap_or("text").to_owned(),
        Some(kind) => kind.to_owned(),
        None => "anything".to_owned(),
    }
}

/// A name without what would be no part of an anchor.
fn short(name: &str) -> String {
    name.chars().filter(|one| one.is_alphanumeric() || *one == '_').collect()
}

/// The first paragraph on one line of a table.
fn sentence(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default();
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    // What rustdoc links is no link here.
    line.replace('|', "\\|").replace("[`", "`").replace("`]", "`")
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn operations_and_bodies_are_listed() {
        let page = super::page(&json!({
            "paths": { "/api/v1/things/{name}": { "put": {
                "tags": ["things"],
                "summary": "Keeps a thing.",
                "parameters": [
                    {"in": "path", "name": "name"}, {"in": "query", "name": "at"}, {"in": "query", "name": "dry"},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": { "201": {"description": "kept"}, "404": {} },
            } } },
            "components": { "schemas": { "Thing": {
                "description": "A [`Thing`].",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "description": "Its name | more"},
                    "parts": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Thing"}},
                    "state": {"oneOf": [{"type": "null"}, {"enum": ["new", "old"]}]},
                },
            } } },
        }));
        for line in [
            "| `PUT /api/v1/things/{name}` | Keeps a thing. | `?dry`, [Thing](#thing) | 201 |",
            "A `Thing`.",
            "| `name` | text | Its name \\| more |",
            "| `parts`? | list of [Thing](#thing) |  |",
            "| `state`? | `new`, `old` |  |",
        ] {
            assert!(page.lines().any(|one| one == line), "{line}\n{page}");
        }
    }
}
