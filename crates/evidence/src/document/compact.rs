//! Values that take little memory, for documents of many megabytes.

use std::{cell::RefCell, collections::HashSet, fmt, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// Longer texts hardly ever stand in a document twice.
const LONGEST_SHARED: usize = 256;

/// A value of a document, never changed: the same data as in `serde_json::Value` in a third of the memory.
///
/// Descriptions of interfaces are mostly small objects that repeat a few names and words. So objects are plain lists,
/// and equal texts of a document are held once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Box<[Self]>),
    Object(Object),
}

/// The members of an object, sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object(Box<[(Arc<str>, Value)]>);

impl Value {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_scalar_text(&self) -> bool {
        matches!(self, Self::String(_) | Self::Number(_))
    }

    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// What a JSON pointer leads to.
    pub(crate) fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let names = pointer.strip_prefix('/')?.split('/');
        names.map(|name| name.replace("~1", "/").replace("~0", "~")).try_fold(
            self,
            |value, name| match value {
                Self::Object(members) => members.get(&name),
                Self::Array(items) => items.get(index(&name)?),
                _ => None,
            },
        )
    }
}

/// A place in a list as pointers write it: without a sign, and without zeros before it.
fn index(name: &str) -> Option<usize> {
    let is_plain = name == "0" || !name.starts_with(['0', '+']);
    is_plain.then(|| name.parse().ok())?
}

impl Object {
    /// Of two members of one name the last one counts.
    fn new(mut members: Vec<(Arc<str>, Value)>) -> Self {
        members.reverse();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.dedup_by(|(name, _), (earlier, _)| name == earlier);
        Self(members.into_boxed_slice())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let place = self.0.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }
}

/// The value as JSON.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |formatter: &mut fmt::Formatter<'_>, text: &str| {
            formatter.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
        };
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => fmt::Display::fmt(value, formatter),
            Self::Number(number) => fmt::Display::fmt(number, formatter),
            Self::String(value) => text(formatter, value),
            Self::Array(items) => {
                formatter.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    formatter.write_str(if at == 0 { "" } else { "," })?;
                    fmt::Display::fmt(item, formatter)?;
                }
                formatter.write_str("]")
            }
            Self::Object(members) => {
                formatter.write_str("{")?;
                for (at, (name, value)) in members.iter().enumerate() {
                    formatter.write_str(if at == 0 { "" } else { "," })?;
                    text(formatter, name)?;
                    write!(formatter, ":{value}")?;
                }
                formatter.write_str("}")
            }
        }
    }
}

/// Texts that a document has more than once.
#[derive(Default)]
struct Texts(RefCell<HashSet<Arc<str>>>);

impl Texts {
    fn of(&self, text: &str) -> Arc<str> {
        if text.len() > LONGEST_SHARED {
            return text.into();
        }
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        known.insert(Arc::clone(&text));
        text
    }
}

/// Reads JSON. *Errors*: of the parser, which bounds nesting.
pub(super) fn from_json(text: &str) -> serde_json::Result<Value> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Reader(&Texts::default()).deserialize(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// The same value; recursion goes as deep as it nests.
pub(crate) fn of(value: &serde_json::Value) -> Value {
    of_value(value, &Texts::default())
}

fn of_value(value: &serde_json::Value, texts: &Texts) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Number(number.clone()),
        serde_json::Value::String(text) => Value::String(texts.of(text)),
        serde_json::Value::Array(items) => {
            Value::Array(items.iter().map(|item| of_value(item, texts)).collect())
        }
        serde_json::Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (texts.of(name), of_value(value, texts)));
            Value::Object(Object::new(members.collect()))
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'t>(&'t Texts);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(self.0.of(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list.into_boxed_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(name) = members.next_key_seed(Name(self.0))? {
            list.push((name, members.next_value_seed(self)?));
        }
        Ok(Value::Object(Object::new(list)))
    }
}

/// Reads the name of a member.
struct Name<'t>(&'t Texts);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(self.0.of(name))
    }
}

#[cfg(test)]
mod tests;
