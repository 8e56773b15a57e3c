//! For Graphviz.

use std::fmt::Write;

use crate::{Diagram, Kind};

/// The diagram in the language of Graphviz.
pub fn dot(diagram: &Diagram) -> String {
    let mut text = String::from("digraph {\n  node [shape=box fontname=monospace];\n");
    _ = writeln!(text, "  label={};", quoted(&diagram.title));
    for (place, node) in diagram.nodes.iter().enumerate() {
        let look = match node.kind {
            Kind::Plain => "",
            Kind::Head => " color=darkgreen penwidth=2",
            Kind::Pending => " color=blue",
            Kind::Bad => " color=red style=dashed",
            Kind::Odd => " color=orange style=dotted",
        };
        let tooltip = match node.note.as_str() {
            "" => String::new(),
            note => format!(" tooltip={}", quoted(note)),
        };
        _ = writeln!(text, "  n{place} [label={}{look}{tooltip}];", quoted(&node.label));
    }
    for line in diagram.real_lines() {
        let look = if line.is_dashed { " style=dashed" } else { "" };
        let note = match line.note.as_str() {
            "" => String::new(),
            note => format!(" tooltip={}", quoted(note)),
        };
        let look = format!("{look}{note}");
        let look = if look.is_empty() { look } else { format!(" [{}]", look.trim_start()) };
        _ = writeln!(text, "  n{} -> n{}{look};", line.from, line.to);
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
