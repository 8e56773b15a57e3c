//! Canonical JSON as The Update Framework signs it (OLPC's form): keys in order, no space, whole numbers alone.

use serde_json::Value;

/// A value that has no canonical form, because it holds a number that is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number is not whole")]
pub struct NotCanonical;

/// Writes a value in its one form.
///
/// Strings stand as they are but for `"` and `\`. Keys are in the order of their bytes.
///
/// *Errors*: [`NotCanonical`]. *Cost*: linear, and a frame of the stack for each level, of which a parser of JSON
/// allows 128.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(truth) => out.extend(truth.to_string().bytes()),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            out.extend(number.to_string().bytes());
        }
        Value::Number(_) => return Err(NotCanonical),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|left, right| left.0.cmp(right.0));
            out.push(b'{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{NotCanonical, canonical};

    #[test]
    fn there_is_one_form() {
        let value = json!({"b": [1, -2, true, null], "a": {"z": "x\"y\\z\n", "é": "ü", "Z": ""}});
        let text = String::from_utf8(canonical(&value).unwrap()).unwrap();
        assert_eq!(
            text,
            "{\"a\":{\"Z\":\"\",\"z\":\"x\\\"y\\\\z\n\",\"é\":\"ü\"},\"b\":[1,-2,true,null]}"
        );
    }

    #[test]
    fn numbers_are_whole() {
        assert_eq!(canonical(&json!([1.0])), Err(NotCanonical));
        assert_eq!(canonical(&json!(u64::MAX)), Ok(b"18446744073709551615".to_vec()));
    }
}
