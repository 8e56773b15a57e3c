//! The same in words.

use std::fmt::Write;

use crate::Diagram;

/// A line a node, in the diagram's order: what it is and what it follows.
pub fn text(diagram: &Diagram) -> String {
    let mut before: Vec<Vec<String>> = vec![Vec::new(); diagram.nodes.len()];
    for line in diagram.real_lines() {
        let name = diagram.nodes.get(line.from).map(|node| plain(&node.label));
        if let (Some(name), Some(before)) = (name, before.get_mut(line.to)) {
            let dashed = if line.is_dashed { "~" } else { "" };
            let note = match line.note.as_str() {
                "" => String::new(),
                note => format!(" ({})", plain(note)),
            };
            before.push(format!("{dashed}{name}{note}"));
        }
    }
    let mut text = String::new();
    for (node, before) in diagram.nodes.iter().zip(before) {
        let mut words = plain(&node.label);
        if !node.kind.as_str().is_empty() {
            _ = write!(words, " [{}]", node.kind.as_str());
        }
        if !before.is_empty() {
            _ = write!(words, " <- {}", before.join(", "));
        }
        if !node.note.is_empty() {
            _ = write!(words, "  {}", plain(&node.note));
        }
        text.push_str(&words);
        text.push('\n');
    }
    text
}

/// Text of others on one line, without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
