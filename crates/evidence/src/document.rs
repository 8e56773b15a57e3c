//! JSON and YAML documents as one kind of value.

pub(crate) mod compact;
mod exact;
mod lines;
mod yaml_lines;

use camino::Utf8Path;
use serde_json::{Map, Value};

use self::exact::Exact;
use crate::Unreadable;

pub use self::lines::lines;

/// A document nested deeper is refused; also what the JSON parser allows.
const DEEPEST: usize = 128;

/// Reads a document by its extension: YAML for `.yaml` and `.yml`, else JSON.
///
/// YAML keys of any scalar type become text (`200:` is `"200"`); `<<` merges are applied.
/// *Errors*: `Malformed` with the line; nesting beyond 128 and aliases that repeat without bound are refused.
pub fn parse(path: &Utf8Path, text: &str) -> Result<Value, Unreadable> {
    match path.extension() {
        // JSON is YAML too, and its parser is ten times as fast.
        Some("yaml" | "yml") if text.trim_start().starts_with('{') => {
            json(text).or_else(|_| yaml(text))
        }
        Some("yaml" | "yml") => yaml(text),
        _ => json(text),
    }
}

/// The same as [`parse`] in a form that takes a third of the memory.
pub(crate) fn parse_compact(path: &Utf8Path, text: &str) -> Result<compact::Value, Unreadable> {
    let is_yaml = matches!(path.extension(), Some("yaml" | "yml"));
    if is_yaml && !text.trim_start().starts_with('{') {
        return yaml(text).map(|value| compact::of(&value));
    }
    let value = compact::from_json(text);
    if is_yaml && value.is_err() {
        return yaml(text).map(|value| compact::of(&value));
    }
    value.map_err(|error| no_json(&error))
}

fn json(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map(|Exact(value)| value).map_err(|error| no_json(&error))
}

fn no_json(error: &serde_json::Error) -> Unreadable {
    let line = u32::try_from(error.line()).ok();
    Unreadable::Malformed { message: format!("it is no JSON: {}", reason(error)), line }
}

/// The cause without the place, which is told apart.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(cause, _)| cause).to_owned()
}

fn yaml(text: &str) -> Result<Value, Unreadable> {
    let malformed = |message: String| Unreadable::Malformed { message, line: None };
    if opens_too_much(text) {
        return Err(malformed(format!("it is nested deeper than {DEEPEST} levels")));
    }
    let mut value: serde_norway::Value = serde_norway::from_str(text).map_err(|error| {
        let line = error.location().and_then(|place| u32::try_from(place.line()).ok());
        let message = error.to_string();
        let cause = message.split(" at line ").next().unwrap_or_default();
        Unreadable::Malformed { message: format!("it is no YAML: {cause}"), line }
    })?;
    value.apply_merge().map_err(|error| malformed(format!("it is no YAML: {error}")))?;
    to_json(value, 0).ok_or_else(|| malformed(format!("it is nested deeper than {DEEPEST} levels")))
}

/// Whether more brackets stay open than any document has a use for.
///
/// The YAML parser counts nesting only when it is done, and takes time by the square of open brackets. Brackets in
/// plain words count too, so the limit is far above what is nested.
fn opens_too_much(text: &str) -> bool {
    const MOST_OPEN: usize = 2000;
    let mut open = 0usize;
    for line in text.lines() {
        let (mut quote, mut before) = (None, b' ');
        for byte in line.bytes() {
            let starts_word = matches!(before, b' ' | b'[' | b'{' | b',' | b':');
            match byte {
                _ if quote.is_some() => {
                    quote = quote.filter(|end| *end != byte);
                }
                b'"' | b'\'' if starts_word => quote = Some(byte),
                b'#' if before == b' ' => break,
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > MOST_OPEN {
                return true;
            }
            before = byte;
        }
    }
    false
}

/// `None` where it is nested too deeply.
fn to_json(value: serde_norway::Value, depth: usize) -> Option<Value> {
    use serde_norway::Value as Yaml;
    if depth > DEEPEST {
        return None;
    }
    Some(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => number_of(&number),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => {
            let items = items.into_iter().map(|item| to_json(item, depth + 1));
            Value::Array(items.collect::<Option<_>>()?)
        }
        Yaml::Mapping(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                map.insert(key_of(&key), to_json(value, depth + 1)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => to_json(tagged.value, depth + 1)?,
    })
}

fn number_of(number: &serde_norway::Number) -> Value {
    let whole = number.as_i64().map(Value::from).or_else(|| number.as_u64().map(Value::from));
    whole.or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
}

fn key_of(key: &serde_norway::Value) -> String {
    use serde_norway::Value as Yaml;
    match key {
        Yaml::String(text) => text.clone(),
        Yaml::Bool(value) => value.to_string(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Null => "null".to_owned(),
        Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => "?".to_owned(),
    }
}
