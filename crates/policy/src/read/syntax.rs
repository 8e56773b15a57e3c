//! TOML's own grammar.

use std::ops::Range;

use toml::de::DeTable;
use trainyard_report::Code;

use super::node::{Node, Place};
use crate::problem::{Problem, Problems};

/// Reads TOML, with every syntax error there is; what could be read is returned in any case.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> Node {
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let (message, help) = explain(error.message(), source, &span);
        let mut problem = Problem::new(Code::POLICY_SYNTAX, "", span, message);
        problem.help = help;
        problems.push(problem);
    }
    let value = toml::de::DeValue::Table(table.into_inner());
    Node { place: Place::default(), ..Node::from_toml(&toml::Spanned::new(0..0, value), None) }
}

/// Rewords what the parser says in the house's way, and knows what people usually meant.
fn explain(message: &str, source: &str, span: &Range<usize>) -> (String, Option<String>) {
    let at = source.get(span.clone()).unwrap_or_default();
    let help = if message.contains("quoted") || message.contains("string values must be") {
        Some("text stands in double quotes".to_owned())
    } else if message.contains("duplicate key") {
        Some("say each thing once; merge the two statements".to_owned())
    } else if at.starts_with('\u{201c}') || at.starts_with('\u{201d}') {
        Some("use straight double quotes".to_owned())
    } else {
        None
    };
    let message = message.strip_suffix(", expected literal string").unwrap_or(message);
    (message.to_owned(), help)
}
