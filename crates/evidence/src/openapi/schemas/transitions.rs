//! Rewritings that are one change and look like many.
//!
//! What a rewriting explains is not told again by its parts: a schema that was put beside `null` in a `oneOf` became
//! nullable; its type did not change, and its enumeration did not go.

use super::{
    Place, Schemas, Step,
    composition::last_name,
    same::Without,
    view::{Schema, is_annotation},
};
use crate::{document::compact::Value, openapi::document::Spot};

/// What was recognised between two schemas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Transition<'a> {
    kind: Kind<'a>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Kind<'a> {
    /// Nothing in particular.
    #[default]
    None,
    /// One side is the other beside `null`.
    NullWrapping,
    /// An object became alternatives that have these properties of it.
    Alternatives(Vec<&'a str>),
    /// A type became a list of types, or the other way round.
    ListOfTypes,
}

/// A schema that stands beside `null`.
#[derive(Clone, Copy)]
struct Wrapping<'a> {
    part: Spot<'a>,
    part_takes_null: bool,
    plain_takes_null: bool,
    wrapped_takes_null: bool,
}

impl Transition<'_> {
    /// Whether one side is the other beside `null`, which is all that is to say.
    pub(super) fn is_null_wrapping(&self) -> bool {
        self.kind == Kind::NullWrapping
    }

    /// Whether it explains that types and alternatives differ.
    pub(super) fn explains_types(&self) -> bool {
        self.kind != Kind::None
    }

    /// Whether it explains that a property is not where it was.
    pub(super) fn moved(&self, property: &str) -> bool {
        matches!(&self.kind, Kind::Alternatives(moved) if moved.contains(&property))
    }
}

impl<'a> Schemas<'_, 'a> {
    /// Compares what is one of the schemas of an `allOf` with what stands plainly on the other side; the rest of the
    /// list came or went. `false` where neither side is such a list, or both.
    ///
    /// Generators wrap so, since words may not stand beside a reference; people extend so.
    pub(super) fn compare_unwrapped(&mut self, step: Step<'a>) -> bool {
        let (is_new, wrapper) = match (wrapped(step.old), wrapped(step.new)) {
            (Some(wrapper), None) => (false, wrapper),
            (None, Some(wrapper)) => (true, wrapper),
            _ => return false,
        };
        let plain = if is_new { step.old } else { step.new };
        let Some(at) = self.counterpart(step, plain.spot, &wrapper, is_new) else { return false };
        let mut rest = wrapper;
        let part = rest.remove(at);
        let (old, new) = if is_new { (plain.spot, part) } else { (part, plain.spot) };
        if step.old.flag("nullable") != step.new.flag("nullable") {
            let resolved = (self.old.resolve(old), self.new.resolve(new));
            let (Some(old), Some(new)) = resolved else { return false };
            if Schema::new(old).takes_null() || Schema::new(new).takes_null() {
                return false;
            }
            self.tell_nullability(step, step.old.takes_null(), step.new.takes_null());
        }
        if is_new {
            self.tell_added(step, "allOf", "all-of", &rest);
        } else {
            self.tell_removed(step, "allOf", "all-of", &rest);
        }
        self.compare_marks(step);
        self.lead_to(step, old, new, step.context);
        true
    }

    /// Which of the schemas of an `allOf` is what stands plainly on the other side: the only one, the one of the same
    /// name, or the one that says the same.
    fn counterpart(
        &mut self,
        step: Step<'a>,
        plain: Spot<'a>,
        parts: &[Spot<'a>],
        is_new: bool,
    ) -> Option<usize> {
        const MOST_PARTS: usize = 16;
        if parts.len() == 1 {
            return Some(0);
        }
        let name = self.name_of(step, is_new);
        let same_name =
            parts.iter().position(|part| name.is_some() && part.reference().map(last_name) == name);
        same_name.or_else(|| {
            parts.iter().take(MOST_PARTS).position(|part| {
                let without = Without::default();
                if is_new {
                    self.are_same(plain, *part, without)
                } else {
                    self.are_same(*part, plain, without)
                }
            })
        })
    }

    /// Recognises a rewriting, and tells it.
    pub(super) fn transition(&mut self, step: Step<'a>) -> Transition<'a> {
        let (old, new) = (step.old, step.new);
        if !step.has(|key| matches!(key, "oneOf" | "anyOf")) {
            return Transition::default();
        }
        for is_wrapped_old in [false, true] {
            if let Some(wrapping) = self.null_wrapping(step, is_wrapped_old) {
                self.tell_wrapping(step, wrapping, is_wrapped_old);
                return Transition { kind: Kind::NullWrapping };
            }
        }
        let moved = self.moved_into_alternatives(old, new);
        if !moved.is_empty() {
            self.tell_wrapped(step);
            return Transition { kind: Kind::Alternatives(moved) };
        }
        if self.tell_list_of_types(step) {
            return Transition { kind: Kind::ListOfTypes };
        }
        Transition::default()
    }

    /// Recognises that one side is the other beside `null`: it says the same, or has the same name.
    fn null_wrapping(&mut self, step: Step<'a>, is_wrapped_old: bool) -> Option<Wrapping<'a>> {
        let (plain, wrapped) =
            if is_wrapped_old { (step.new, step.old) } else { (step.old, step.new) };
        let is_bare =
            |key: &str| wrapped.keywords().all(|(other, _)| other == key || is_annotation(other));
        let key = ["oneOf", "anyOf"].into_iter().find(|key| is_bare(key))?;
        let [one, other] = wrapped.children(key).try_into().ok()?;
        let document = if is_wrapped_old { self.old } else { self.new };
        let is_null = |spot: Spot<'a>| document.resolve(spot).is_some_and(is_bare_null);
        let part = match (is_null(one), is_null(other)) {
            (true, false) => other,
            (false, true) => one,
            _ => return None,
        };
        let part_takes_null = Schema::new(document.resolve(part)?).takes_null();
        let plain_takes_null = plain.takes_null();
        let name = self.name_of(step, !is_wrapped_old);
        let has_same_name = name.is_some()
            && part.reference().map(last_name) == name
            && plain_takes_null == part_takes_null;
        if !has_same_name && !self.says_the_same(plain, part, is_wrapped_old) {
            return None;
        }
        // Of `oneOf`, exactly one must hold: where the part takes `null` too, none gets through.
        let wrapped_takes_null = key == "anyOf" || !part_takes_null;
        Some(Wrapping { part, part_takes_null, plain_takes_null, wrapped_takes_null })
    }

    /// Whether a schema without compositions says the same as the one beside `null`, `null` aside.
    fn says_the_same(&mut self, plain: Schema<'a>, part: Spot<'a>, is_part_old: bool) -> bool {
        if ["oneOf", "anyOf", "allOf", "not"].iter().any(|key| plain.get(key).is_some()) {
            return false;
        }
        let without = Without { types: false, null: true };
        if is_part_old {
            self.are_same(part, plain.spot, without)
        } else {
            self.are_same(plain.spot, part, without)
        }
    }

    /// Tells what being beside `null` means, and compares the schema that is so with what it was, or is.
    fn tell_wrapping(&mut self, step: Step<'a>, wrapping: Wrapping<'a>, is_wrapped_old: bool) {
        let Wrapping { part, part_takes_null, plain_takes_null, wrapped_takes_null } = wrapping;
        let ((was, is), (old, new)) = if is_wrapped_old {
            ((wrapped_takes_null, plain_takes_null), (part, step.new.spot))
        } else {
            ((plain_takes_null, wrapped_takes_null), (step.old.spot, part))
        };
        self.tell_nullability(step, was, is);
        if plain_takes_null == part_takes_null {
            self.lead_to(step, old, new, step.context);
        }
    }

    /// The properties of an object that became alternatives of `oneOf` with them; none where it did not.
    fn moved_into_alternatives(&self, old: Schema<'a>, new: Schema<'a>) -> Vec<&'a str> {
        let is_object = old.list("oneOf").is_empty() && old.members("properties").next().is_some();
        let is_wrapper = !new.list("oneOf").is_empty()
            && new.members("properties").next().is_none()
            && new.types().is_empty();
        if !(is_object && is_wrapper) {
            return Vec::new();
        }
        let alternatives: Vec<_> = new
            .children("oneOf")
            .into_iter()
            .filter_map(|spot| self.new.resolve(spot)?.get("properties"))
            .collect();
        let names = old.members("properties").map(|(name, _)| name);
        names
            .filter(|name| alternatives.iter().any(|properties| properties.get(name).is_some()))
            .collect()
    }

    fn tell_wrapped(&mut self, step: Step<'a>) {
        let what = match step.context.place {
            Place::RequestBody | Place::ResponseBody => "wrapped-in-one-of",
            _ => "one-of-added",
        };
        self.tell(step, what, "became one of several alternatives of `oneOf`");
    }

    /// Tells that a list of types changed where one side at least is such a list.
    fn tell_list_of_types(&mut self, step: Step<'a>) -> bool {
        let lists = types_listed(step.old, |spot| self.old.resolve(spot))
            .zip(types_listed(step.new, |spot| self.new.resolve(spot)));
        let Some(((was_list, old), (is_list, new))) = lists else { return false };
        if !(was_list || is_list) {
            return false;
        }
        let added: Vec<_> = new.iter().copied().filter(|name| !old.contains(name)).collect();
        let removed: Vec<_> = old.iter().copied().filter(|name| !new.contains(name)).collect();
        if added.is_empty() && removed.is_empty() {
            return false;
        }
        let is_widened =
            if step.context.place.is_request() { removed.is_empty() } else { !added.is_empty() };
        let what = if is_widened { "list-of-types-widened" } else { "list-of-types-narrowed" };
        let text = match (added.is_empty(), removed.is_empty()) {
            (false, true) => format!("takes {} too", joined(&added)),
            (true, _) => format!("takes {} no longer", joined(&removed)),
            (false, false) => {
                format!("takes {} instead of {}", joined(&added), joined(&removed))
            }
        };
        self.tell(step, what, text);
        true
    }
}

/// The schemas of an `allOf` with nothing beside it but words and `nullable`.
fn wrapped(schema: Schema<'_>) -> Option<Vec<Spot<'_>>> {
    let is_bare =
        schema.keywords().all(|(key, _)| matches!(key, "allOf" | "nullable") || is_annotation(key));
    let parts = schema.children("allOf");
    (is_bare && !parts.is_empty()).then_some(parts)
}

fn is_bare_null(spot: Spot<'_>) -> bool {
    let schema = Schema::new(spot);
    let is_null = schema.types() == ["null"]
        || (schema.types().is_empty() && schema.list("enum") == [Value::Null]);
    is_null
        && schema.keywords().all(|(key, _)| matches!(key, "type" | "enum") || is_annotation(key))
}

/// The types of a schema that says nothing but its type, or alternatives that do; and whether it is such a list.
fn types_listed<'a>(
    schema: Schema<'a>,
    resolve: impl Fn(Spot<'a>) -> Option<Spot<'a>>,
) -> Option<(bool, Vec<&'a str>)> {
    let is_composed = schema.get("not").is_some()
        || !schema.list("allOf").is_empty()
        || schema.members("properties").next().is_some();
    if is_composed {
        return None;
    }
    let types = schema.concrete_types();
    if let Some(first) = types.first() {
        return Some((false, vec![first]));
    }
    let simple_type = |spot: Spot<'a>| {
        let schema = Schema::new(resolve(spot)?);
        let is_composed =
            ["oneOf", "anyOf", "allOf"].iter().any(|key| !schema.list(key).is_empty())
                || schema.members("properties").next().is_some();
        match schema.types()[..] {
            [name] if !is_composed => Some(name),
            _ => None,
        }
    };
    ["oneOf", "anyOf"].into_iter().find_map(|key| {
        let types =
            schema.children(key).into_iter().map(simple_type).collect::<Option<Vec<_>>>()?;
        (!types.is_empty()).then_some((true, types))
    })
}

fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}
