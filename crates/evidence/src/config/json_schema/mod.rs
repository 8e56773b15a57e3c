//! JSON Schema, from draft-04 to 2020-12, as a contract.
//!
//! Local references are followed and `allOf` is folded into one; `anyOf` or `oneOf` become alternatives, each with what
//! stands beside them. Whatever else may hold (`if`, `not`, `dependentSchemas`) is compared as text.

mod keywords;
mod lines;
mod unfold;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use self::{
    keywords::{
        CONDITIONS, implied_kinds, kinds_of, limits_of, notes, shapes_objects, type_name, values_of,
    },
    lines::Lines,
    unfold::{Unfolding, target_of},
};
use super::contract::{
    Accepts, Alternative, Contract, Key, Kind, Object, ObjectId, Place, UnknownKeys, canonical,
};
use crate::Unreadable;

/// More alternatives are compared as text.
const MOST_CHOICES: usize = 50;

/// Values nested deeper through lists and alternatives are refused.
const DEEPEST: usize = 60;

/// Whether a value looks like a schema: it says so, or declares keys.
pub(super) fn is_schema(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    let names_schema = value.get("$schema").and_then(Value::as_str);
    names_schema.is_some_and(|name| name.contains("json-schema"))
        || (has("type") && has("properties"))
}

/// The contract of a schema, whose first object holds the document as its only key; its only file is left to the
/// caller.
///
/// *Errors*: `Malformed` where references unfold without bound, or lists nest too deeply.
pub(super) fn contract(schema: &Value, text: &str) -> Result<Contract, Unreadable> {
    let lines = Lines::of(text);
    let mut lowering = Lowering {
        lines,
        unfolding: Unfolding::new(schema),
        ids: BTreeMap::new(),
        objects: Vec::new(),
        waiting: VecDeque::new(),
    };
    // The document itself is the only key of an object without a name, so lists and alternatives can be roots too.
    lowering.objects.push(Object::default());
    let root = Node::new(schema, Lines::ROOT);
    let document = lowering.key("", &[root], false)?;
    let mut outermost = Object { place: document.place, ..Object::default() };
    // A document that says nothing itself is there for its definitions.
    if document.accepts.is_any {
        for (name, node) in ["$defs", "definitions"].iter().flat_map(|group| root.children(group)) {
            outermost.keys.insert(name.to_owned(), lowering.key(name, &[node], false)?);
        }
    }
    outermost.keys.insert(String::new(), document);
    if let Some(place) = lowering.objects.first_mut() {
        *place = outermost;
    }
    while let Some((id, nodes)) = lowering.waiting.pop_front() {
        let object = lowering.object(&nodes)?;
        if let Some(place) = lowering.objects.get_mut(id.0) {
            *place = object;
        }
    }
    Ok(Contract { files: Vec::new(), objects: lowering.objects })
}

/// A place of a schema.
#[derive(Clone, Copy)]
struct Node<'a> {
    value: &'a Value,
    /// Names its path among the lines.
    path: u64,
    /// The name it is referred to by.
    label: Option<&'a str>,
    /// Whether its `anyOf` and `oneOf` are left out, since one of them was chosen.
    has_chosen: bool,
}

impl<'a> Node<'a> {
    fn new(value: &'a Value, path: u64) -> Self {
        Self { value, path, label: None, has_chosen: false }
    }

    fn child(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        Some(Self::new(value, Lines::below(self.path, key)))
    }

    /// The pairs of an object below this node, such as the schemas in `properties`.
    fn children(&self, key: &str) -> Vec<(&'a str, Self)> {
        let Some(group) = self.child(key) else { return Vec::new() };
        let pairs = group.value.as_object().into_iter().flatten();
        let node = |name: &'a str, value| (name, Self::new(value, Lines::below(group.path, name)));
        pairs.map(|(name, value)| node(name, value)).collect()
    }

    /// The items of a list below this node.
    fn items(&self, key: &str) -> Vec<Self> {
        let Some(group) = self.child(key) else { return Vec::new() };
        let items = group.value.as_array().into_iter().flatten().enumerate();
        let node = |(place, value): (usize, &'a Value)| {
            Self::new(value, Lines::below(group.path, &place.to_string()))
        };
        items.map(node).collect()
    }
}

struct Lowering<'a> {
    lines: Lines,
    unfolding: Unfolding<'a>,
    /// Objects by the addresses of the schemas that make them.
    ids: BTreeMap<Vec<usize>, ObjectId>,
    objects: Vec<Object>,
    waiting: VecDeque<(ObjectId, Vec<Node<'a>>)>,
}

impl<'a> Lowering<'a> {
    /// The object that schemas make together; it is filled in later, so circles end.
    fn object_of(&mut self, nodes: Vec<Node<'a>>) -> ObjectId {
        // Nodes that say nothing of keys are left out, so that one definition is one object from wherever it is reached.
        let address = |node: &Node<'_>| std::ptr::from_ref(node.value).addr();
        let shaping = nodes.iter().filter(|node| shapes_objects(node.value));
        let mut addresses: Vec<_> = shaping.map(address).collect();
        if addresses.is_empty() {
            addresses = nodes.iter().map(address).collect();
        }
        let next = ObjectId(self.objects.len());
        let id = *self.ids.entry(addresses).or_insert(next);
        if id == next {
            self.objects.push(Object::default());
            self.waiting.push_back((id, nodes));
        }
        id
    }

    fn object(&mut self, nodes: &[Node<'a>]) -> Result<Object, Unreadable> {
        let nodes = self.unfolding.parts(nodes)?;
        let label = nodes.iter().find_map(|node| node.label).unwrap_or_default().to_owned();
        let mut object = Object { label, place: self.place(&nodes), ..Object::default() };
        let mut required = BTreeSet::new();
        let mut keys: BTreeMap<String, Vec<Node<'a>>> = BTreeMap::new();
        for node in &nodes {
            for (name, schema) in node.children("properties") {
                keys.entry(name.to_owned()).or_default().push(schema);
            }
            for (pattern, schema) in node.children("patternProperties") {
                keys.entry(format!("/{pattern}/")).or_default().push(schema);
            }
            let names = node.value.get("required").and_then(Value::as_array).into_iter().flatten();
            required.extend(names.filter_map(Value::as_str).map(str::to_owned));
        }
        for (name, schemas) in keys {
            let key = self.key(&name, &schemas, required.remove(&name))?;
            object.keys.insert(name, key);
        }
        // What is needed may also be declared by nobody.
        for name in required {
            let key = Key {
                names: BTreeSet::from([name.clone()]),
                place: object.place,
                is_required: true,
                accepts: Accepts::any(),
                ..Key::default()
            };
            object.keys.insert(name, key);
        }
        object.unknown_keys = self.unknown_keys(&nodes)?;
        Ok(object)
    }

    fn unknown_keys(&mut self, nodes: &[Node<'a>]) -> Result<UnknownKeys, Unreadable> {
        let mut unknown = UnknownKeys::Free;
        for node in nodes {
            let other =
                node.child("additionalProperties").or_else(|| node.child("unevaluatedProperties"));
            let Some(other) = other else { continue };
            match other.value {
                Value::Bool(false) => return Ok(UnknownKeys::Refused),
                Value::Object(_) => {
                    let accepts = self.accepts(&[other], 0)?;
                    if !accepts.is_any {
                        unknown = UnknownKeys::Typed(accepts);
                    }
                }
                _ => {}
            }
        }
        Ok(unknown)
    }

    fn key(
        &mut self,
        name: &str,
        nodes: &[Node<'a>],
        is_required: bool,
    ) -> Result<Key, Unreadable> {
        let accepts = self.accepts(nodes, 0)?;
        let place = self.place(nodes);
        let nodes = self.unfolding.parts(nodes)?;
        let first = |keyword: &str| nodes.iter().find_map(|node| node.value.get(keyword));
        let is_true = |keyword: &str| first(keyword).and_then(Value::as_bool) == Some(true);
        let key = Key {
            names: BTreeSet::from([name.to_owned()]),
            place,
            declared_in: None,
            is_required,
            default: first("default").map(canonical),
            // The last one is how editors are told.
            is_deprecated: is_true("deprecated")
                || is_true("x-deprecated")
                || first("deprecationMessage").is_some(),
            notes: notes(&nodes),
            accepts,
        };
        self.unfolding.step(key.weight())?;
        Ok(key)
    }

    fn place(&self, nodes: &[Node<'a>]) -> Place {
        let line = nodes.iter().find_map(|node| self.lines.get(node.path));
        Place { file: 0, line }
    }

    /// What all of some schemas let pass together.
    fn accepts(&mut self, nodes: &[Node<'a>], depth: usize) -> Result<Accepts, Unreadable> {
        if depth > DEEPEST {
            return Err(unfold::too_much(format!(
                "it nests lists and alternatives deeper than {DEEPEST} levels"
            )));
        }
        let parts = self.unfolding.parts(nodes)?;
        if parts.iter().any(|part| part.value == &Value::Bool(false)) {
            return Ok(Accepts::default());
        }
        let mut conditions = BTreeSet::new();
        for part in &parts {
            for keyword in CONDITIONS {
                if let Some(condition) = part.value.get(keyword) {
                    let text = self.unfolding.text(condition)?;
                    conditions.insert(format!("{keyword}: {text}"));
                }
            }
        }
        // A list with a schema for each place.
        for items in parts.iter().filter_map(|part| part.child("items")) {
            if items.value.is_array() {
                conditions.insert(format!("items: {}", self.unfolding.text(items.value)?));
            }
        }
        let mut groups = Vec::new();
        for part in parts.iter().filter(|part| !part.has_chosen) {
            let choices = ["anyOf", "oneOf"].map(|keyword| part.items(keyword));
            groups.extend(choices.into_iter().filter(|choices| !choices.is_empty()));
        }
        let mut accepts = match groups.as_slice() {
            [choices] if choices.len() <= MOST_CHOICES => self.union(choices, &parts, depth)?,
            // Several groups combine, which is too much to take apart.
            groups => {
                for choice in groups.iter().flatten() {
                    conditions.insert(format!("choice: {}", self.unfolding.text(choice.value)?));
                }
                self.simple(&parts, depth)?
            }
        };
        accepts.conditions.extend(conditions);
        if parts.iter().any(|part| part.value.get("nullable") == Some(&Value::Bool(true))) {
            accepts.widen(Accepts::of(Kind::Null));
        }
        Ok(accepts)
    }

    /// What any of some choices lets pass together with what holds for all of them.
    fn union(
        &mut self,
        choices: &[Node<'a>],
        common: &[Node<'a>],
        depth: usize,
    ) -> Result<Accepts, Unreadable> {
        let common: Vec<_> = common.iter().map(|node| Node { has_chosen: true, ..*node }).collect();
        let mut union = Accepts::default();
        for choice in choices {
            let together = [std::slice::from_ref(choice), common.as_slice()].concat();
            union.widen(self.accepts(&together, depth + 1)?);
        }
        Ok(union)
    }

    /// What schemas without alternatives let pass together.
    fn simple(&mut self, parts: &[Node<'a>], depth: usize) -> Result<Accepts, Unreadable> {
        // What another document says, or nobody, is known by its name.
        if let Some(reference) = parts.iter().find_map(|part| self.unfolding.unfollowed(part)) {
            return Ok(Accepts::of(Kind::Named(reference.to_owned())));
        }
        let kinds = kinds_of(parts);
        let listed = values_of(parts);
        if let Some(values) = listed {
            let mut accepts = Accepts::values(values);
            if let Some(kinds) = kinds {
                let name = |alternative: &Alternative| type_name(&alternative.kind);
                accepts.alternatives.retain(|alternative| {
                    let name = name(alternative);
                    kinds.contains(name) || (name == "integer" && kinds.contains("number"))
                });
            }
            return Ok(accepts);
        }
        let Some(kinds) = kinds.or_else(|| implied_kinds(parts)) else { return Ok(Accepts::any()) };
        let mut accepts = Accepts::default();
        for name in kinds {
            let kind = match name {
                "null" => Kind::Null,
                "boolean" => Kind::Boolean,
                "integer" => Kind::Integer,
                "number" => Kind::Number,
                "string" => Kind::Text,
                "array" => {
                    let items: Vec<_> =
                        parts.iter().filter_map(|part| part.child("items")).collect();
                    let items: Vec<_> =
                        items.into_iter().filter(|item| !item.value.is_array()).collect();
                    let items = if items.is_empty() {
                        Accepts::any()
                    } else {
                        self.accepts(&items, depth + 1)?
                    };
                    Kind::List(Box::new(items))
                }
                "object" => Kind::Object(self.object_of(parts.to_vec())),
                other => Kind::Named(other.to_owned()),
            };
            let limits = limits_of(&kind, parts);
            accepts.add(Alternative { kind, values: None, limits });
        }
        Ok(accepts)
    }
}

/// The local name at the end of a reference, for people.
fn label_of(reference: &str) -> &str {
    reference.rsplit(['/', '#']).next().unwrap_or_default()
}

/// A reference's schema with its name; `None` without one, and where it leads nowhere in this document.
fn referred<'a>(root: &'a Value, node: &Node<'a>) -> Option<Node<'a>> {
    let reference = node.value.get("$ref")?.as_str()?;
    let (value, path) = target_of(root, reference)?;
    Some(Node { label: Some(label_of(reference)), ..Node::new(value, path) })
}
