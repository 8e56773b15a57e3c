//! Other files than the policy, read as it is: by their types, with every error at once.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use trainyard_report::Code;

use crate::{
    Complaints,
    file::schema::schema_of,
    problem::{Problem, Problems},
    read,
};

/// A format of TOML files, declared by a type.
#[derive(Debug)]
pub struct Format<T> {
    schema: Value,
    code: Code,
    read: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + JsonSchema> Format<T> {
    /// The format that a type declares; `code` is what its errors are called.
    pub fn new(code: Code) -> Self {
        Self { schema: schema_of::<T>(), code, read: PhantomData }
    }

    /// Lets a list or table have more entries than the 500 of policies; `pointer` leads to its schema.
    #[must_use]
    pub fn with_most(mut self, pointer: &str, most: usize) -> Self {
        if let Some(list) = self.schema.pointer_mut(pointer) {
            list["maxItems"] = most.into();
        }
        self
    }

    /// The JSON Schema, for editors.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Reads a file; `file_name` is shown in messages.
    ///
    /// *Errors*: everything that is wrong with the file at once, each with its place.
    pub fn read(&self, source: &str, file_name: &str) -> Result<T, Complaints> {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let mut problems = Problems::default();
        let mut node = read::parse(source, &mut problems);
        read::validate(&self.schema, &mut node, None, &mut problems);
        let value = if problems.is_empty() {
            let place = node.place.clone();
            let read = T::deserialize(node);
            let told = |error: serde::de::value::Error| {
                problems.push(Problem::at(self.code, &place, error.to_string()));
            };
            read.map_err(told).ok()
        } else {
            None
        };
        value.ok_or_else(|| problems.called(self.code).into_complaints(source, file_name))
    }
}
