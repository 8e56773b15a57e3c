//! Texts: formats and methods.

use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement};

use super::{
    LONGEST_TEXT,
    value::{Arguments, Value},
};
use crate::python::constants::HOLE;

/// What stands in the braces of a format string, in its order.
pub(super) fn interpolations(expression: &Expr) -> Vec<&Expr> {
    let Expr::FString(format) = expression else { return Vec::new() };
    let parts = format.value.iter().filter_map(|part| match part {
        FStringPart::FString(format) => Some(&format.elements),
        FStringPart::Literal(_) => None,
    });
    let elements = parts.flat_map(|elements| elements.iter());
    let expressions = elements.filter_map(|element| match element {
        InterpolatedStringElement::Interpolation(hole) => Some(&*hole.expression),
        InterpolatedStringElement::Literal(_) => None,
    });
    expressions.collect()
}

/// `text % value`.
pub(super) fn percent<'a>(text: &str, value: &Value<'a>) -> Value<'a> {
    let values: Vec<Value<'a>> = match value {
        Value::List(items) => items.to_vec(),
        other => vec![other.clone()],
    };
    let mut values = values.iter();
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        done.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('%') {
            done.push('%');
            rest = after;
        } else if let Some((name, after)) =
            rest.strip_prefix('(').and_then(|named| named.split_once(')'))
        {
            let named = match value {
                Value::Dict(pairs) => pairs.iter().find(|(key, _)| key.as_text() == Some(name)),
                _ => None,
            };
            done.push_str(named.and_then(|(_, value)| value.shown()).unwrap_or(HOLE));
            rest = after_conversion(after);
        } else if rest.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            done.push_str(values.next().and_then(Value::shown).unwrap_or(HOLE));
            rest = after_conversion(rest);
        } else {
            done.push('%');
        }
        if done.len() > LONGEST_TEXT {
            return Value::Unknown;
        }
    }
    done.push_str(rest);
    Value::text(done)
}

/// What follows `s`, `d`, `03d`.
fn after_conversion(text: &str) -> &str {
    let digits = text.trim_start_matches(|part: char| part.is_ascii_digit() || part == '.');
    let mut characters = digits.chars();
    characters.next();
    characters.as_str()
}

/// `text.method(...)`; `None` where it gives no text that is known.
pub(super) fn method<'a>(text: &str, method: &str, arguments: &Arguments<'a>) -> Option<Value<'a>> {
    let changed = match method {
        "strip" | "lstrip" | "rstrip" if arguments.places.is_empty() => text.trim().to_owned(),
        "lower" | "casefold" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "format" => formatted(text, arguments)?,
        "join" => joined(text, arguments.places.first()?)?,
        "replace" => {
            let from = arguments.text(0, "old")?;
            let to = arguments.get(1, "new").and_then(Value::shown).unwrap_or(HOLE);
            if from.is_empty() || text.len().saturating_mul(to.len() + 1) > LONGEST_TEXT {
                return None;
            }
            text.replace(from, to)
        }
        "split" => {
            let parts: Vec<Value<'a>> = match arguments.text(0, "sep") {
                Some("") => return None,
                Some(by) => text.split(by).take(4096).map(Value::text).collect(),
                None => text.split_whitespace().take(4096).map(Value::text).collect(),
            };
            return Some(Value::list(parts));
        }
        "splitlines" => {
            return Some(Value::list(text.lines().take(4096).map(Value::text).collect()));
        }
        // What SQLAlchemy's `text` offers.
        "bindparams" | "params" | "columns" | "execution_options" | "encode" | "decode"
        | "expandtabs" | "strip" | "lstrip" | "rstrip" => text.to_owned(),
        _ => return None,
    };
    Some(Value::text(changed))
}

/// `text.format(...)`.
fn formatted(text: &str, arguments: &Arguments<'_>) -> Option<String> {
    let mut done = String::new();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        done.push_str(before);
        if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            done.push_str(if rest.as_bytes().get(at) == Some(&b'{') { "{" } else { "}" });
            rest = after;
            continue;
        }
        let (field, after) = after.strip_prefix('{')?.split_once('}')?;
        rest = after;
        let name = field.split([':', '!', '.', '[']).next().unwrap_or(field);
        let value = match name {
            "" => {
                next += 1;
                arguments.places.get(next - 1)
            }
            name => match name.parse::<usize>() {
                Ok(place) => arguments.places.get(place),
                Err(_) => arguments.named(name),
            },
        };
        done.push_str(value.and_then(Value::shown).unwrap_or(HOLE));
        if done.len() > LONGEST_TEXT {
            return None;
        }
    }
    done.push_str(rest);
    Some(done)
}

/// `text.join(items)`.
fn joined(text: &str, items: &Value<'_>) -> Option<String> {
    let items: Vec<&str> = match items {
        Value::List(items) => items.iter().map(|item| item.shown().unwrap_or(HOLE)).collect(),
        _ => vec![HOLE],
    };
    let length: usize = items.iter().map(|item| item.len() + text.len()).sum();
    (length < LONGEST_TEXT).then(|| items.join(text))
}
