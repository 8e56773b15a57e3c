//! Values that know where they stand, and serde's way from nodes to them.

use std::{fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer,
    de::{
        IntoDeserializer, SeqAccess, Visitor,
        value::{Error, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::node::{Node, Place, Value};

/// The name by which [`At`] asks a [`Node`] for its place.
const PLACED: &str = "$trainyard::At";

/// A value and the place of the statement it was read from.
#[derive(Clone, Debug, Default)]
pub struct At<T> {
    /// What is said.
    pub value: T,
    pub(crate) place: Place,
}

impl<T> At<T> {
    /// The byte of the file at which its key begins, or the value where it has none.
    pub fn offset(&self) -> usize {
        self.place.key.start
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PLACED, AtVisitor(PhantomData))
    }
}

struct AtVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtVisitor<T> {
    type Value = At<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value with a place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
        let mut offset = || parts.next_element::<usize>().map(Option::unwrap_or_default);
        let span = offset()?..offset()?;
        let key = offset()?..offset()?;
        let inherited = parts.next_element()?.unwrap_or_default();
        let path = parts.next_element()?.unwrap_or_default();
        let value = parts.next_element()?;
        let value = value.ok_or_else(|| serde::de::Error::custom("a value is missing"))?;
        Ok(At { value, place: Place { span, key, path, inherited } })
    }
}

/// What a place and its value are handed over as.
enum Part {
    Offset(usize),
    Inherited(bool),
    Path(String),
    Node(Node),
}

impl IntoDeserializer<'_> for Part {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Part {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Offset(offset) => visitor.visit_u64(offset as u64),
            Self::Inherited(inherited) => visitor.visit_bool(inherited),
            Self::Path(path) => visitor.visit_string(path),
            Self::Node(node) => node.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Node(node) => node.deserialize_newtype_struct(name, visitor),
            other => visitor.visit_newtype_struct(other),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Node(node) => node.deserialize_enum(name, variants, visitor),
            other => other.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Error;

    /// Dates go as bytes, so that who cares can tell them from strings.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) | Value::Number(text) | Value::Time(text) => {
                visitor.visit_string(text)
            }
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Boolean(value) => visitor.visit_bool(value),
            Value::Date(date) => visitor.visit_bytes(date.to_string().as_bytes()),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Value::Table(entries) => visitor.visit_map(MapDeserializer::new(entries.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != PLACED {
            return visitor.visit_newtype_struct(self);
        }
        let Place { span, key, path, inherited } = self.place.clone();
        let parts = [
            Part::Offset(span.start),
            Part::Offset(span.end),
            Part::Offset(key.start),
            Part::Offset(key.end),
            Part::Inherited(inherited),
            Part::Path(path),
            Part::Node(self),
        ];
        visitor.visit_seq(SeqDeserializer::new(parts.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => {
                text.into_deserializer().deserialize_enum(name, variants, visitor)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}
