//! Default values by what they mean, not by how they are written.

use std::collections::BTreeMap;

use apollo_compiler::ast::{InputValueDefinition, Type, Value};

use super::{
    schema::{Kind, Schema, TypeDefinition},
    source::DEEPEST,
};

/// A default whose input types fill in more values than this is compared as written: defaults may refer to each other.
const MOST_VALUES: u32 = 1_000;

/// How many values all defaults of a schema together may have before the rest is compared as written.
pub(super) const MOST_VALUES_OF_A_SCHEMA: u32 = 1_000_000;

/// A value of a type: `1` is `1.0` for a `Float`, `"a"` is `["a"]` for a list, and fields that an input object leaves
/// out have their own defaults.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    List(Vec<Meaning>),
    Object(BTreeMap<String, Meaning>),
    /// A value that is too large to be filled in.
    AsWritten(String),
}

impl Meaning {
    /// What an argument or input field is taken for where nobody gives it, `None` without a default. One that is not
    /// of its type counts as none, as in the reference implementation.
    pub(super) fn of_default(
        schema: &Schema<'_>,
        definition: &InputValueDefinition,
    ) -> Option<Self> {
        let value = definition.default_value.as_ref()?;
        let most = MOST_VALUES.min(schema.values_left.get());
        let mut reader = Reader { schema, left: most, is_too_large: false };
        let meaning = reader.read(value, &definition.ty, 0);
        schema.values_left.set(schema.values_left.get() - (most - reader.left));
        if reader.is_too_large { Some(Self::AsWritten(value.to_string())) } else { meaning }
    }
}

struct Reader<'a> {
    schema: &'a Schema<'a>,
    left: u32,
    is_too_large: bool,
}

impl Reader<'_> {
    /// `None` where the value is not of the type, and beyond the limits.
    fn read(&mut self, value: &Value, ty: &Type, depth: usize) -> Option<Meaning> {
        self.count(depth)?;
        if matches!(value, Value::Null) {
            return (!ty.is_non_null()).then_some(Meaning::Null);
        }
        if !ty.is_list() {
            return self.read_named(value, ty.inner_named_type(), depth);
        }
        let values = match value {
            Value::List(values) => values.as_slice(),
            single => {
                return Some(Meaning::List(vec![self.read(single, ty.item_type(), depth + 1)?]));
            }
        };
        let items = values.iter().map(|value| self.read(value, ty.item_type(), depth + 1));
        Some(Meaning::List(items.collect::<Option<_>>()?))
    }

    /// Counts a value; `None` beyond the limits.
    fn count(&mut self, depth: usize) -> Option<()> {
        match self.left.checked_sub(1) {
            Some(left) if depth <= DEEPEST => self.left = left,
            _ => self.is_too_large = true,
        }
        (!self.is_too_large).then_some(())
    }

    fn read_named(&mut self, value: &Value, name: &str, depth: usize) -> Option<Meaning> {
        match (name, value) {
            ("Int", Value::Int(_)) | ("Float", Value::Int(_) | Value::Float(_)) => {
                self.read_any(value, depth)
            }
            ("Boolean", Value::Boolean(value)) => Some(Meaning::Boolean(*value)),
            ("String" | "ID", Value::String(text)) => Some(Meaning::Text(text.clone())),
            ("ID", Value::Int(number)) => Some(Meaning::Text(number.as_str().to_owned())),
            ("Int" | "Float" | "Boolean" | "String" | "ID", _) => None,
            _ => match self.schema.types.get(name) {
                Some(definition) if definition.kind == Kind::Input => {
                    self.read_object(value, definition, depth)
                }
                Some(definition) if definition.kind == Kind::Enum => {
                    let name = value.as_enum()?;
                    let is_known = definition.values.contains_key(name.as_str());
                    is_known.then(|| Meaning::Text(name.to_string()))
                }
                _ => self.read_any(value, depth),
            },
        }
    }

    fn read_object(
        &mut self,
        value: &Value,
        definition: &TypeDefinition<'_>,
        depth: usize,
    ) -> Option<Meaning> {
        let given: BTreeMap<&str, &Value> = value
            .as_object()?
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_ref()))
            .collect();
        let mut fields = BTreeMap::new();
        for (field, part) in &definition.input_fields {
            let default = part.node.default_value.as_deref();
            let Some(value) = given.get(field).copied().or(default) else {
                if part.node.ty.is_non_null() {
                    return None;
                }
                continue;
            };
            fields.insert((*field).to_owned(), self.read(value, &part.node.ty, depth + 1)?);
        }
        let is_one_of = definition.directives.iter().any(|each| each.node.name == "oneOf");
        let is_one = fields.len() == 1 && !fields.values().any(|value| *value == Meaning::Null);
        (is_one || !is_one_of).then_some(Meaning::Object(fields))
    }

    /// A value of a scalar that only the server knows.
    fn read_any(&mut self, value: &Value, depth: usize) -> Option<Meaning> {
        self.count(depth)?;
        Some(match value {
            Value::Null => Meaning::Null,
            Value::Enum(name) | Value::Variable(name) => Meaning::Text(name.to_string()),
            Value::String(text) => Meaning::Text(text.clone()),
            Value::Int(number) => Meaning::Number(number_of(number.as_str())),
            Value::Float(number) => Meaning::Number(number_of(number.as_str())),
            Value::Boolean(value) => Meaning::Boolean(*value),
            Value::List(values) => {
                let items = values.iter().map(|value| self.read_any(value, depth + 1));
                Meaning::List(items.collect::<Option<_>>()?)
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    Some((name.to_string(), self.read_any(value, depth + 1)?))
                });
                Meaning::Object(fields.collect::<Option<_>>()?)
            }
        })
    }
}

/// The same text for `1`, `1.0` and `1e0`; as written where doubles cannot hold it.
fn number_of(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.abs() < 1e15 => number.to_string(),
        _ => text.to_owned(),
    }
}

/// Whether whoever reads a field of type `old` can read one of type `new`: it only promises more.
pub(super) fn is_safe_output(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => is_safe_output(old, new),
        _ => false,
    }
}

/// Whether what was given for `old` can be given for `new`: it only takes more.
pub(super) fn is_safe_input(old: &Type, new: &Type) -> bool {
    is_safe_output(new, old)
}
