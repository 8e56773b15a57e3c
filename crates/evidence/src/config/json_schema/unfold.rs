//! References and `allOf`, within bounds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Lines, Node, referred};
use crate::{Unreadable, config::contract::canonical_without_notes};

/// How many schemas are looked at in all, and how many letters of conditions are written.
const MOST_STEPS: usize = 2_000_000;

/// Conditions beyond this depth of references are taken as they are written.
const DEEPEST_CONDITION: usize = 20;

/// What a schema comes to when its references are followed.
pub(super) struct Unfolding<'a> {
    root: &'a Value,
    steps: usize,
}

impl<'a> Unfolding<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, steps: 0 }
    }

    /// The schemas that hold together: each node, what it refers to, and what is in its `allOf`. Each once.
    ///
    /// *Errors*: more steps than are taken in all.
    pub(super) fn parts(&mut self, nodes: &[Node<'a>]) -> Result<Vec<Node<'a>>, Unreadable> {
        let mut parts = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<_> = nodes.iter().rev().copied().collect();
        while let Some(node) = waiting.pop() {
            self.step(1)?;
            if !seen.insert(std::ptr::from_ref(node.value).addr()) {
                continue;
            }
            parts.push(node);
            waiting.extend(node.items("allOf").into_iter().rev());
            if let Some(target) = referred(self.root, &node) {
                waiting.push(Node { label: node.label.or(target.label), ..target });
            }
        }
        Ok(parts)
    }

    /// A condition's text with the texts of everything that it refers to.
    pub(super) fn text(&mut self, condition: &'a Value) -> Result<String, Unreadable> {
        let mut text = canonical_without_notes(condition);
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(condition, 0)];
        while let Some((value, depth)) = waiting.pop() {
            self.step(1)?;
            match value {
                Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth))),
                Value::Object(pairs) => {
                    waiting.extend(pairs.values().map(|item| (item, depth)));
                    let node = Node::new(value, 0);
                    if let Some(target) =
                        referred(self.root, &node).filter(|_| depth < DEEPEST_CONDITION)
                        && let target = target.value
                        && seen.insert(std::ptr::from_ref(target).addr())
                    {
                        let target_text = canonical_without_notes(target);
                        self.step(target_text.len())?;
                        text.push_str(&target_text);
                        waiting.push((target, depth + 1));
                    }
                }
                _ => {}
            }
        }
        self.step(text.len() / 16)?;
        Ok(text)
    }

    /// The reference of a schema that is not followed: to another document, or to nothing.
    pub(super) fn unfollowed(&self, node: &Node<'a>) -> Option<&'a str> {
        let reference = node.value.get("$ref")?.as_str()?;
        referred(self.root, node).is_none().then_some(reference)
    }

    /// Counts what is done, and ends it beyond [`MOST_STEPS`].
    pub(super) fn step(&mut self, steps: usize) -> Result<(), Unreadable> {
        self.steps += steps;
        if self.steps > MOST_STEPS {
            return Err(too_much("its references unfold into too much".to_owned()));
        }
        Ok(())
    }
}

pub(super) fn too_much(message: String) -> Unreadable {
    Unreadable::Malformed { message, line: None }
}

/// The schema that a local reference names, with its path: `#/$defs/port`, `#` or `#anchor`.
pub(super) fn target_of<'a>(root: &'a Value, reference: &str) -> Option<(&'a Value, u64)> {
    let pointer = reference.strip_prefix('#')?;
    if pointer.is_empty() {
        return Some((root, Lines::ROOT));
    }
    let Some(pointer) = pointer.strip_prefix('/') else { return anchored(root, pointer) };
    let (mut value, mut path) = (root, Lines::ROOT);
    for part in pointer.split('/') {
        let part =
            part.replace("%24", "$").replace("%25", "%").replace("~1", "/").replace("~0", "~");
        path = Lines::below(path, &part);
        value = match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            other => other.get(&part)?,
        };
    }
    Some((value, path))
}

/// A definition with an anchor; anchors elsewhere are not looked for.
fn anchored<'a>(root: &'a Value, anchor: &str) -> Option<(&'a Value, u64)> {
    ["$defs", "definitions"].iter().find_map(|group| {
        let path = Lines::below(Lines::ROOT, group);
        let definitions = root.get(group)?.as_object()?;
        let (name, value) = definitions.iter().find(|(_, definition)| {
            let has = |key: &str| definition.get(key).and_then(Value::as_str);
            has("$anchor") == Some(anchor)
                || has("$id").and_then(|id| id.strip_prefix('#')) == Some(anchor)
        })?;
        Some((value, Lines::below(path, name)))
    })
}
