//! JSON that says everything once. Readers differ in which of two members of one name they take, so that what was signed
//! would mean one thing here and another there.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Reads a value whose objects, at any depth, have no name twice. *Cost*: linear; depth is bounded by `serde_json`.
pub(crate) fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(text).and_then(|Once(value)| serde_json::from_value(value))
}

/// A value without names that stand twice.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Once(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Once(value))) = access.next_entry::<String, Once>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("`{name}` stands twice")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::from_json;

    #[test]
    fn names_that_stand_twice_are_refused_at_any_depth() {
        let told = |text: &str| from_json::<Value>(text.as_bytes());
        let good = r#"{"a": [1, -2, 0.5, null, true, {"b": "c"}], "b": {"a": ""}}"#;
        let value = json!({"a": [1, -2, 0.5, null, true, {"b": "c"}], "b": {"a": ""}});
        assert_eq!(told(good).unwrap(), value);
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"x": {"a": 1, "\u0061": 2}}]"#] {
            let error = told(text).unwrap_err().to_string();
            assert!(error.starts_with("`a` stands twice"), "{error}");
        }
        assert!(told(&"[".repeat(100_000)).is_err());
        assert!(told("{} {}").is_err());
    }
}
