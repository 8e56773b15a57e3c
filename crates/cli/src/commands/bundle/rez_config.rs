//! What a configuration of Rez says about resolves. It is read as values, and never run.

use camino::Utf8Path;
use serde_json::{Map, Value};
use trainyard_evidence::{Literal, LiteralValue, literals};
use trainyard_rez::{Request, Settings, VariantSelection};

use crate::{args::Global, error::CommandError, files};

/// The settings that are read; there are some hundred others.
const READ: [&str; 4] = [
    "package_filter",
    "package_orderers",
    "variant_select_mode",
    "error_on_missing_variant_requires",
];

/// Has a request resolved as a configuration says.
pub(super) fn apply(
    global: &Global,
    path: &Utf8Path,
    request: &mut Request,
) -> Result<(), CommandError> {
    let text = files::read_text(&global.directory.join(path))?;
    let wrong = |what: String| CommandError::usage(format!("{path}: {what}"));
    let values = match path.extension() {
        Some("yaml" | "yml") => of_yaml(&text),
        _ => of_python(&text),
    };
    let values = values.map_err(wrong)?;
    request.settings = Settings::read(values.get("package_filter"), values.get("package_orderers"))
        .map_err(|error| wrong(error.to_string()))?;
    match values.get("variant_select_mode") {
        None => {}
        Some(Value::String(mode)) if mode == "version_priority" => {
            request.options.variant_selection = VariantSelection::VersionPriority;
        }
        Some(Value::String(mode)) if mode == "intersection_priority" => {
            request.options.variant_selection = VariantSelection::IntersectionPriority;
        }
        Some(other) => {
            return Err(wrong(format!(
                "`variant_select_mode` is version_priority or intersection_priority, not {other}"
            )));
        }
    }
    match values.get("error_on_missing_variant_requires") {
        None => {}
        Some(Value::Bool(is_error)) => request.options.missing_family_is_error = *is_error,
        Some(other) => {
            return Err(wrong(format!(
                "`error_on_missing_variant_requires` is true or false, not {other}"
            )));
        }
    }
    Ok(())
}

fn of_yaml(text: &str) -> Result<Map<String, Value>, String> {
    match serde_norway::from_str(text) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err("a configuration is a table of settings".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Of several assignments to one name, the last counts.
fn of_python(text: &str) -> Result<Map<String, Value>, String> {
    let assignments = literals(text).map_err(|error| error.to_string())?;
    let mut values = Map::new();
    for assignment in assignments {
        if READ.contains(&assignment.name.as_str()) {
            let value = of_literal(&assignment.value)
                .map_err(|what| format!("`{}`: {what}", assignment.name))?;
            values.insert(assignment.name, value);
        }
    }
    Ok(values)
}

/// A literal as plain data; its nesting is bounded by whoever parsed it.
fn of_literal(literal: &Literal) -> Result<Value, String> {
    Ok(match &literal.value {
        LiteralValue::None => Value::Null,
        LiteralValue::Bool(value) => Value::Bool(*value),
        LiteralValue::Number(text) => match text.parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => return Err(format!("line {}: {text} is no whole number", literal.line)),
        },
        LiteralValue::Text(text) => Value::from(text.as_str()),
        LiteralValue::List(values) => {
            Value::Array(values.iter().map(of_literal).collect::<Result<_, _>>()?)
        }
        LiteralValue::Dict(entries) => {
            let entry = |(key, value): &(Literal, Literal)| match key.as_text() {
                Some(key) => Ok((key.to_owned(), of_literal(value)?)),
                None => Err(format!("line {}: a key is no text", key.line)),
            };
            Value::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        LiteralValue::Computed(source) => {
            return Err(format!("line {}: `{source}` would have to be run", literal.line));
        }
    })
}
