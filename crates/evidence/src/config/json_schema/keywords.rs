//! What single keywords say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Node;
use crate::config::contract::{Kind, Limit, Limits, canonical};

/// Keywords that are compared as text alone, each with everything that it refers to.
pub(super) const CONDITIONS: &[&str] = &[
    "if",
    "then",
    "else",
    "not",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "propertyNames",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
    "unevaluatedItems",
    "additionalItems",
];

/// Whether a schema says something of an object's keys.
pub(super) fn shapes_objects(schema: &Value) -> bool {
    const SHAPES: &[&str] = &[
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "required",
    ];
    SHAPES.iter().any(|keyword| schema.get(keyword).is_some())
}

/// The types that all parts allow; `None` where none names any.
pub(super) fn kinds_of<'a>(parts: &[Node<'a>]) -> Option<BTreeSet<&'a str>> {
    let mut kinds: Option<BTreeSet<&str>> = None;
    for part in parts {
        let named: BTreeSet<&str> = match part.value.get("type") {
            Some(Value::String(name)) => BTreeSet::from([name.as_str()]),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => continue,
        };
        kinds = Some(match kinds {
            None => named,
            Some(before) => both(&before, &named),
        });
    }
    // Every whole number is a number.
    let mut kinds = kinds?;
    if kinds.contains("number") {
        kinds.remove("integer");
    }
    Some(kinds)
}

fn both<'a>(one: &BTreeSet<&'a str>, other: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let mut both = one & other;
    let is_integer = |kinds: &BTreeSet<&str>| kinds.contains("integer");
    let is_number = |kinds: &BTreeSet<&str>| kinds.contains("number");
    if (is_integer(one) && is_number(other)) || (is_number(one) && is_integer(other)) {
        both.insert("integer");
    }
    both
}

/// What a schema without a type is about, by its keywords.
pub(super) fn implied_kinds(parts: &[Node<'_>]) -> Option<BTreeSet<&'static str>> {
    const IMPLIED: &[(&str, &[&str])] = &[
        ("object", &["properties", "patternProperties", "additionalProperties", "required"]),
        ("array", &["items"]),
        ("string", &["pattern", "minLength", "maxLength"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let has = |keyword: &&str| parts.iter().any(|part| part.value.get(keyword).is_some());
    let implied = IMPLIED.iter().find(|(_, keywords)| keywords.iter().any(&has));
    implied.map(|(kind, _)| BTreeSet::from([*kind]))
}

/// The values that all parts list; `None` where none lists any.
pub(super) fn values_of(parts: &[Node<'_>]) -> Option<BTreeSet<String>> {
    let mut values: Option<BTreeSet<String>> = None;
    for part in parts {
        let listed = match (part.value.get("const"), part.value.get("enum")) {
            (Some(only), _) => BTreeSet::from([canonical(only)]),
            (None, Some(Value::Array(list))) => list.iter().map(canonical).collect(),
            _ => continue,
        };
        values = Some(match values {
            None => listed,
            Some(before) => &before & &listed,
        });
    }
    values
}

pub(super) fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Text => "string",
        Kind::List(_) => "array",
        Kind::Object(_) | Kind::Named(_) => "object",
    }
}

/// The limits of all parts that mean something for a kind.
pub(super) fn limits_of(kind: &Kind, parts: &[Node<'_>]) -> Limits {
    let mut limits = Limits::new();
    for part in parts {
        let Some(schema) = part.value.as_object() else { continue };
        match kind {
            Kind::Integer | Kind::Number => number_limits(schema, &mut limits),
            Kind::Text => {
                length(schema, "minLength", "maxLength", "length", &mut limits);
                like(schema, "pattern", "pattern", &mut limits);
                like(schema, "format", "format", &mut limits);
            }
            Kind::List(_) => {
                length(schema, "minItems", "maxItems", "number of items", &mut limits);
                if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
                    limits.insert("items", Limit::Like("unique".to_owned()));
                }
            }
            Kind::Object(_) => {
                length(schema, "minProperties", "maxProperties", "number of keys", &mut limits);
            }
            Kind::Null | Kind::Boolean | Kind::Named(_) => {}
        }
    }
    limits
}

fn number_limits(schema: &Map<String, Value>, limits: &mut Limits) {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    // Up to draft-04 the exclusive keywords are flags.
    let is_flag = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
    let at_least = |value, is_exclusive| Limit::AtLeast { value, is_exclusive };
    let at_most = |value, is_exclusive| Limit::AtMost { value, is_exclusive };
    let bounds = [
        ("minimum", number("minimum").map(|value| at_least(value, is_flag("exclusiveMinimum")))),
        ("minimum", number("exclusiveMinimum").map(|value| at_least(value, true))),
        ("maximum", number("maximum").map(|value| at_most(value, is_flag("exclusiveMaximum")))),
        ("maximum", number("exclusiveMaximum").map(|value| at_most(value, true))),
        ("step", number("multipleOf").map(Limit::MultipleOf)),
    ];
    for (name, limit) in bounds {
        if let Some(limit) = limit {
            tighten(limits, name, limit);
        }
    }
}

fn length(
    schema: &Map<String, Value>,
    least: &str,
    most: &str,
    what: &'static str,
    limits: &mut Limits,
) {
    let (shortest, longest) = match what {
        "length" => ("smallest length", "largest length"),
        "number of items" => ("smallest number of items", "largest number of items"),
        _ => ("smallest number of keys", "largest number of keys"),
    };
    // At least nothing is no limit.
    if let Some(value) = schema.get(least).and_then(Value::as_f64).filter(|value| *value > 0.0) {
        tighten(limits, shortest, Limit::AtLeast { value, is_exclusive: false });
    }
    if let Some(value) = schema.get(most).and_then(Value::as_f64) {
        tighten(limits, longest, Limit::AtMost { value, is_exclusive: false });
    }
}

fn like(schema: &Map<String, Value>, keyword: &str, name: &'static str, limits: &mut Limits) {
    if let Some(text) = schema.get(keyword).and_then(Value::as_str) {
        tighten(limits, name, Limit::Like(text.to_owned()));
    }
}

/// Adds a limit; of two bounds the tighter one holds, of two patterns both do.
fn tighten(limits: &mut Limits, name: &'static str, limit: Limit) {
    let before = limits.remove(name);
    let limit = match (before, limit) {
        (Some(Limit::Like(one)), Limit::Like(other)) if one != other => {
            Limit::Like(format!("{one} and {other}"))
        }
        (Some(Limit::AtLeast { value, is_exclusive }), Limit::AtLeast { value: other, .. })
            if value > other =>
        {
            Limit::AtLeast { value, is_exclusive }
        }
        (Some(Limit::AtMost { value, is_exclusive }), Limit::AtMost { value: other, .. })
            if value < other =>
        {
            Limit::AtMost { value, is_exclusive }
        }
        (None | Some(_), limit) => limit,
    };
    limits.insert(name, limit);
}

/// Title, description and examples.
pub(super) fn notes(nodes: &[Node<'_>]) -> String {
    let mut notes = String::new();
    for node in nodes {
        for keyword in
            ["title", "description", "markdownDescription", "examples", "example", "$comment"]
        {
            if let Some(value) = node.value.get(keyword) {
                notes.push_str(&canonical(value));
                notes.push('\n');
            }
        }
        // A list's items are told with the list.
        let items = node.value.get("items");
        if let Some(text) = items.and_then(|items| items.get("description")).and_then(Value::as_str)
        {
            notes.push_str(text);
        }
    }
    notes
}
