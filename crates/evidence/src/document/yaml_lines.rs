//! Where in a YAML text the places of a document are.
//!
//! Reads what documents are written like: blocks by indentation, one key or item to a line. Whatever is written
//! otherwise (flow style, aliases, keys of several lines) has the line of what it is in.

use super::lines::Wanted;

/// A mapping or list that is open.
struct Open {
    /// How far its keys or dashes are indented.
    indent: usize,
    node: Option<usize>,
    is_list: bool,
    count: usize,
}

/// Notes the lines of what is asked for.
pub(super) fn scan(text: &str, wanted: &mut Wanted) {
    let mut open: Vec<Open> = Vec::new();
    // The node that a deeper block belongs to.
    let mut next = Some(0);
    // Lines that are indented deeper than this are text.
    let mut text_deeper_than: Option<usize> = None;
    for (number, full) in (1u32..).zip(text.lines()) {
        let content = full.trim_start_matches(' ');
        let mut indent = full.len() - content.len();
        if content.trim().is_empty() {
            continue;
        }
        if text_deeper_than.is_some_and(|limit| indent > limit) {
            continue;
        }
        text_deeper_than = None;
        if content.starts_with('#') || content.starts_with("---") || content.starts_with('%') {
            continue;
        }
        let mut rest = content.trim_end();
        while open.last().is_some_and(|last| last.indent > indent) {
            open.pop();
        }
        // Dashes may stand as deep as the key that they belong to.
        let is_item = is_dash(rest);
        if !is_item && open.last().is_some_and(|last| last.is_list && last.indent == indent) {
            open.pop();
        }
        while is_dash(rest) {
            let is_open = open.last().is_some_and(|last| last.is_list && last.indent == indent);
            if !is_open {
                open.push(Open { indent, node: next, is_list: true, count: 0 });
            }
            let Some(list) = open.last_mut() else { break };
            next = list.node.and_then(|node| wanted.child(Some(node), &list.count.to_string()));
            list.count += 1;
            wanted.see(next, number);
            let after = rest.get(1..).unwrap_or_default();
            let inner = after.trim_start_matches(' ');
            indent += 1 + after.len() - inner.len();
            rest = inner;
        }
        let Some((key, value)) = key_and_value(rest) else {
            if opens_text(rest) {
                text_deeper_than = Some(indent.saturating_sub(1));
            }
            continue;
        };
        if !open.last().is_some_and(|last| !last.is_list && last.indent == indent) {
            open.push(Open { indent, node: next, is_list: false, count: 0 });
        }
        let node = open.last().and_then(|last| last.node);
        next = node.and_then(|node| wanted.child(Some(node), &key));
        wanted.see(next, number);
        if opens_text(value) {
            text_deeper_than = Some(indent);
        }
    }
}

fn is_dash(rest: &str) -> bool {
    rest == "-" || rest.starts_with("- ")
}

/// Whether a value goes on in deeper lines as text: a block scalar, or a quoted one that is not closed.
fn opens_text(value: &str) -> bool {
    let value = value.trim();
    let is_block = value.starts_with(['|', '>']);
    let is_open_quote = ['"', '\'']
        .iter()
        .any(|quote| value.starts_with(*quote) && (value.len() == 1 || !value.ends_with(*quote)));
    is_block || is_open_quote
}

/// Parts `key: value`; the key without its quotes.
fn key_and_value(rest: &str) -> Option<(String, &str)> {
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    let (key, value) = match quote {
        Some(quote) => {
            let inner = rest.get(1..)?;
            let end = inner.find(quote)?;
            (inner.get(..end)?, inner.get(end + 1..)?.trim_start().strip_prefix(':')?)
        }
        None if rest.starts_with(['{', '[', '&', '*', '!', '|', '>']) => return None,
        None => match rest.split_once(": ") {
            Some(parts) => parts,
            None => (rest.strip_suffix(':')?, ""),
        },
    };
    Some((key.trim().to_owned(), value.trim()))
}
