//! The interface's description, made from the code.
//!
//! What holds for all operations alike is added here: names in paths, `at`, entity tags, idempotency keys, and problems.

use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

/// The front of the description; all else comes from the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Trainyard registry",
        description = "Immutable releases and bundles, channels moved by evidence, recalls.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(trainyard_api::Problem))
)]
struct Front;

/// Where the description is read.
pub(super) const PATH: &str = "/api/v1/openapi.json";

/// Methods that have operations.
const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

/// The description as text.
///
/// # Panics
///
/// Never: a description is JSON.
pub fn text() -> String {
    let document = serde_json::to_value(description()).unwrap_or_default();
    let text = serde_json::to_string_pretty(&finished(document)).unwrap_or_default();
    text + "\n"
}

fn description() -> utoipa::openapi::OpenApi {
    super::routes().split_for_parts().1
}

/// What the routes are added to.
pub(super) fn front() -> utoipa::openapi::OpenApi {
    Front::openapi()
}

fn finished(mut document: Value) -> Value {
    document["openapi"] = json!("3.1.0");
    document["components"]["responses"] = json!({ "Problem": {
        "description": "Why it does not work (RFC 9457)",
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" } } },
    }});
    document["components"]["securitySchemes"] = json!({ "token": {
        "type": "http", "scheme": "bearer", "description": "A token of the registry, `ty_…`",
    }});
    let lenient = lenient(&document["components"]["schemas"]);
    let Some(paths) = document["paths"].as_object_mut() else { return document };
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                finish(path, method, operation);
                let body = operation.get_mut("requestBody").and_then(Value::as_object_mut);
                if let Some(body) = body.filter(|body| names_one_of(body, &lenient)) {
                    body.insert("required".to_owned(), json!(false));
                }
            }
        }
    }
    document
}

/// Schemas of which no member must be there; a body of theirs need not be, either.
fn lenient(schemas: &Value) -> Vec<String> {
    let all = schemas.as_object().into_iter().flatten();
    let is_lenient = |schema: &Value| schema["type"] == "object" && schema["required"].is_null();
    all.filter(|(_, schema)| is_lenient(schema)).map(|(name, _)| name.clone()).collect()
}

fn names_one_of(body: &Map<String, Value>, names: &[String]) -> bool {
    let named = body.get("content").and_then(|content| {
        content["application/json"]["schema"]["$ref"].as_str()?.rsplit('/').next()
    });
    named.is_some_and(|named| names.iter().any(|name| name == named))
}

fn finish(path: &str, method: &str, operation: &mut Map<String, Value>) {
    let mut parameters = match operation.remove("parameters") {
        Some(Value::Array(parameters)) => parameters,
        _ => Vec::new(),
    };
    let is_api = path.starts_with("/api/") || path == "/v1/graph";
    let mut own: Vec<_> = names_in(path).map(path_parameter).collect();
    own.append(&mut parameters);
    let is_lasting = method == "get" && !path.ends_with("/events");
    if is_api && is_lasting && !path.ends_with("openapi.json") {
        own.push(json!({ "name": "at", "in": "query", "required": false,
            "description": "The moment whose answer is wanted",
            "schema": { "type": "string", "format": "date-time" } }));
        own.push(json!({ "name": "If-None-Match", "in": "header", "required": false,
            "description": "The ETag of the answer that one has", "schema": { "type": "string" } }));
    }
    let changes = is_api && method != "get" && !is_question(path);
    if changes {
        own.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes it safe to send the request again: the first answer is given again for a day",
            "schema": { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" } }));
        operation.insert("security".to_owned(), json!([{ "token": [] }]));
    } else if is_api {
        operation.insert("security".to_owned(), json!([{}, { "token": [] }]));
    }
    if !own.is_empty() {
        operation.insert("parameters".to_owned(), own.into());
    }
    let Some(responses) = operation.entry("responses").or_insert(json!({})).as_object_mut() else {
        return;
    };
    if is_api && is_lasting {
        responses.insert("304".to_owned(), json!({ "description": "What one has is still so" }));
        if let Some(found) = responses.get_mut("200").and_then(Value::as_object_mut) {
            found.insert(
                "headers".to_owned(),
                json!({ "ETag": { "schema": { "type": "string" } } }),
            );
        }
    }
    let problems: &[&str] = match (is_api, changes) {
        (false, _) => &["429", "503"],
        (true, false) => &["400", "401", "403", "404", "413", "415", "422", "429", "500", "503"],
        (true, true) => {
            &["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"]
        }
    };
    for status in problems {
        let problem = json!({ "$ref": "#/components/responses/Problem" });
        responses.entry(*status).or_insert(problem);
    }
}

/// Whether a path asks something with a body, and changes nothing.
pub(crate) fn is_question(path: &str) -> bool {
    ["check", "resolve", "derive", "diff", "preview", "simulate"]
        .iter()
        .any(|word| path.strip_suffix(word).is_some_and(|front| front.ends_with('/')))
}

fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    let schema = match name {
        "version" => json!({ "type": "string", "minLength": 1, "maxLength": 128 }),
        "digest" | "id" => json!({ "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" }),
        "key" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        "seq" => json!({ "type": "integer", "format": "int64", "minimum": 0 }),
        "tile" => json!({ "type": "string" }),
        _ => json!({ "type": "string", "minLength": 1, "maxLength": 128,
            "pattern": "^[A-Za-z0-9_][A-Za-z0-9._+-]*$" }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}
