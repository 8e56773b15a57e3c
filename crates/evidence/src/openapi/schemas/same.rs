//! Whether two schemas let the same values through.

use std::collections::{BTreeSet, HashSet};

use super::{
    Schemas,
    view::{Schema, is_annotation},
};
use crate::{document::compact::Value, openapi::document::Spot};

/// What is left out at the outermost level.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Without {
    /// The types.
    pub types: bool,
    /// Whether `null` is let through.
    pub null: bool,
}

type Waiting<'a> = Vec<(Spot<'a>, Spot<'a>, Without)>;

impl<'a> Schemas<'_, 'a> {
    /// Whether an old and a new schema let the same values through, as far as their form tells.
    ///
    /// Words that only describe do not count; references count as what they lead to. Schemas that refer to themselves
    /// are the same where no difference is found. When the steps for this are used up, nothing is the same any more.
    pub(super) fn are_same(&mut self, old: Spot<'a>, new: Spot<'a>, without: Without) -> bool {
        let mut waiting = vec![(old, new, without)];
        let mut seen = HashSet::new();
        while let Some((old, new, without)) = waiting.pop() {
            let Some(steps_left) = self.steps_left.checked_sub(1) else { return false };
            self.steps_left = steps_left;
            let (Some(old), Some(new)) = (self.old.resolve(old), self.new.resolve(new)) else {
                return false;
            };
            if !seen.insert((old.address(), new.address())) {
                continue;
            }
            if !(old.value.is_object() && new.value.is_object()) {
                if old.value != new.value {
                    return false;
                }
                continue;
            }
            let (old, new) = (Schema::new(old), Schema::new(new));
            let keys = old.keywords().chain(new.keywords()).map(|(key, _)| key);
            for key in keys.collect::<BTreeSet<_>>() {
                if !is_annotation(key) && !is_same(key, old, new, without, &mut waiting) {
                    return false;
                }
            }
        }
        true
    }
}

/// Whether a keyword says the same, if what is now waiting does.
fn is_same<'a>(
    key: &str,
    old: Schema<'a>,
    new: Schema<'a>,
    without: Without,
    waiting: &mut Waiting<'a>,
) -> bool {
    match key {
        "type" if without.types => true,
        "type" if without.null => as_set(old.concrete_types()) == as_set(new.concrete_types()),
        "type" => as_set(old.types()) == as_set(new.types()),
        "nullable" => without.null || without.types || old.flag(key) == new.flag(key),
        "required" => as_set(old.names(key)) == as_set(new.names(key)),
        "enum" => {
            let (old, new) = (old.list(key), new.list(key));
            let counts = |value: &&Value| !(without.null && value.is_null());
            !absent_from(old, new).iter().any(counts) && !absent_from(new, old).iter().any(counts)
        }
        "items"
        | "additionalProperties"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "if"
        | "then"
        | "else"
        | "not"
        | "contentSchema"
        | "additionalItems" => match (old.constraint(key), new.constraint(key)) {
            (Some(old), Some(new)) => {
                waiting.push((old, new, Without::default()));
                true
            }
            (None, None) => true,
            _ => false,
        },
        "properties" | "patternProperties" | "dependentSchemas" => {
            if old.members(key).count() != new.members(key).count() {
                return false;
            }
            old.members(key).all(|(name, old)| {
                let new = new.child(key).and_then(|members| members.get(name));
                waiting.extend(new.map(|new| (old, new, Without::default())));
                new.is_some()
            })
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
            let (old, new) = (old.children(key), new.children(key));
            let is_same = old.len() == new.len();
            let pairs = old.into_iter().zip(new);
            waiting.extend(pairs.map(|(old, new)| (old, new, Without::default())));
            is_same
        }
        "$ref" | "$defs" | "definitions" => true,
        _ => old.get(key) == new.get(key),
    }
}

/// The values that the others do not have.
pub(super) fn absent_from<'v>(values: &'v [Value], others: &[Value]) -> Vec<&'v Value> {
    if values == others {
        return Vec::new();
    }
    let others: HashSet<String> = others.iter().map(Value::to_string).collect();
    values.iter().filter(|value| !others.contains(&value.to_string())).collect()
}

fn as_set(names: Vec<&str>) -> BTreeSet<&str> {
    names.into_iter().collect()
}
