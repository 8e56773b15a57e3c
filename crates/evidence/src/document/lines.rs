//! Where in a text the places of a document are, found in one pass.

use std::collections::HashMap;

use camino::Utf8Path;

/// The 1-based line of each place, given as names and numbers from the root.
///
/// A place that the text does not show by itself, such as one behind a YAML alias, has the line of what it is in.
/// *Cost*: one pass over the text.
pub fn lines(path: &Utf8Path, text: &str, pointers: &[&[String]]) -> Vec<Option<u32>> {
    let mut wanted = Wanted::new(pointers);
    let is_yaml = matches!(path.extension(), Some("yaml" | "yml"));
    if is_yaml && !text.trim_start().starts_with(['{', '[']) {
        super::yaml_lines::scan(text, &mut wanted);
    } else {
        scan_json(text, &mut wanted);
    }
    pointers.iter().map(|pointer| wanted.line(pointer)).collect()
}

/// The places that are asked for, as a tree.
#[derive(Debug)]
pub(super) struct Wanted {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    children: HashMap<String, usize>,
    line: Option<u32>,
}

impl Wanted {
    fn new(pointers: &[&[String]]) -> Self {
        let mut nodes = vec![Node { line: Some(1), ..Node::default() }];
        for pointer in pointers {
            let mut at = 0;
            for name in *pointer {
                let next = nodes.len();
                let Some(node) = nodes.get_mut(at) else { break };
                at = *node.children.entry(name.clone()).or_insert(next);
                if at == next {
                    nodes.push(Node::default());
                }
            }
        }
        Self { nodes }
    }

    /// The node of a member; `None` where nothing inside is asked for.
    pub(super) fn child(&self, node: Option<usize>, name: &str) -> Option<usize> {
        self.nodes.get(node?)?.children.get(name).copied()
    }

    /// Notes the line of a node, the first time.
    pub(super) fn see(&mut self, node: Option<usize>, line: u32) {
        if let Some(node) = node.and_then(|node| self.nodes.get_mut(node)) {
            node.line.get_or_insert(line);
        }
    }

    /// The line of the deepest known node on the way to a place.
    fn line(&self, pointer: &[String]) -> Option<u32> {
        let (mut at, mut line) = (Some(0), None);
        for name in pointer {
            let node = at.and_then(|at| self.nodes.get(at));
            line = node.and_then(|node| node.line).or(line);
            at = self.child(at, name);
        }
        at.and_then(|at| self.nodes.get(at)).and_then(|node| node.line).or(line)
    }
}

/// An object or list that is open.
struct Open {
    node: Option<usize>,
    is_object: bool,
    /// In an object, whether a name comes next.
    awaits_name: bool,
    /// In a list, how many items there were.
    count: usize,
}

fn scan_json(text: &str, wanted: &mut Wanted) {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut next = Some(0);
    let (mut at, mut line) = (0, 1u32);
    // Whether a scalar was begun and not ended, so that its letters are not items of their own.
    let mut in_scalar = false;
    while let Some(byte) = bytes.get(at) {
        let starts_value = matches!(byte, b'{' | b'[' | b'"') || (is_scalar(*byte) && !in_scalar);
        if starts_value && let Some(list) = open.last_mut().filter(|last| !last.is_object) {
            next = list.node.and_then(|node| wanted.child(Some(node), &list.count.to_string()));
            list.count += 1;
            wanted.see(next, line);
        }
        in_scalar = is_scalar(*byte);
        match byte {
            b'\n' => line = line.saturating_add(1),
            b'{' | b'[' => {
                let is_object = *byte == b'{';
                open.push(Open { node: next.take(), is_object, awaits_name: is_object, count: 0 });
            }
            b'}' | b']' => _ = open.pop(),
            b',' => {
                if let Some(last) = open.last_mut() {
                    last.awaits_name = last.is_object;
                }
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                if let Some(last) = open.last_mut().filter(|last| last.awaits_name) {
                    last.awaits_name = false;
                    let raw = text.get(at..end).unwrap_or_default();
                    next = last.node.and_then(|node| named(wanted, node, raw));
                    wanted.see(next, line);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// The node of a member by its name as written, with its quotes.
fn named(wanted: &Wanted, node: usize, raw: &str) -> Option<usize> {
    let plain = raw.get(1..raw.len().checked_sub(1)?)?;
    if plain.contains('\\') {
        wanted.child(Some(node), &serde_json::from_str::<String>(raw).ok()?)
    } else {
        wanted.child(Some(node), plain)
    }
}

/// The place after a string's closing quote.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
