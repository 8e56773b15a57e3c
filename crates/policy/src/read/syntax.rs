//! TOML's own grammar.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use trainyard_report::Code;

use super::{
    node::{Node, Place},
    statements::{Statement, statements},
};
use crate::problem::{Problem, Problems};

/// How often a broken file is read again without what broke it, unless it is large.
const MOST_ROUNDS: usize = 64;
/// How many bytes all rounds read together.
const MOST_BYTES: usize = 200_000;

/// Reads TOML, with every syntax error there is; everything else that could be read is returned in any case.
///
/// A statement that breaks the grammar is taken out, and the rest is read again: so one error is not told as many, and
/// what stands after it is still looked at. What was taken out is remembered as lost.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> Node {
    let mut rest = source.to_owned();
    for _ in 0..(MOST_BYTES / source.len().max(1)).min(MOST_ROUNDS) {
        let (table, mut errors) = DeTable::parse_recoverable(&rest);
        if errors.is_empty() {
            return node(table.into_inner());
        }
        errors.sort_by_key(|error| place(error, &rest));
        rest = without_broken(&rest, source, &errors, problems);
    }
    // Whoever wrote so many errors, or so much, has them to mend first.
    let (table, mut errors) = DeTable::parse_recoverable(&rest);
    errors.sort_by_key(|error| place(error, &rest));
    if !errors.is_empty() {
        problems.lose("");
    }
    tell(errors.iter(), &rest, source, problems);
    node(table.into_inner())
}

fn node(table: DeTable<'_>) -> Node {
    let value = DeValue::Table(table);
    Node { place: Place::default(), ..Node::from_toml(&toml::Spanned::new(0..0, value), None) }
}

/// The text with blanks where its first broken statement is, or all that never end; what is wrong with it is told.
///
/// One at a time, because the parser takes what follows a broken statement for something else.
fn without_broken(
    text: &str,
    source: &str,
    errors: &[toml::de::Error],
    problems: &mut Problems,
) -> String {
    let statements = statements(text);
    let endless = without_end(&statements, text.len(), problems);
    if !endless.is_empty() {
        // The parser took what follows for a part of them, so what it says of that means nothing.
        return blanked(text, &endless);
    }
    let Some(first) = errors.first() else { return text.to_owned() };
    let blank = broken(text, place(first, text), &statements, problems);
    tell(errors.iter().filter(|error| blank.contains(&place(error, text))), text, source, problems);
    blanked(text, &[blank])
}

/// Where an error is.
fn place(error: &toml::de::Error, text: &str) -> usize {
    error.span().map_or(0, |span| span.start).min(text.len().saturating_sub(1))
}

/// Tells of errors, in the order of the file: on one line, whatever follows an error follows from it, but for one more
/// text without quotes.
fn tell<'a>(
    errors: impl Iterator<Item = &'a toml::de::Error>,
    text: &str,
    source: &str,
    problems: &mut Problems,
) {
    // Where the line of the error ends that was told last, and whether that was a text without quotes.
    let mut told: Option<(usize, bool)> = None;
    for error in errors {
        let at = place(error, text);
        let line_end = match told {
            Some((line_end, was_unquoted)) if at <= line_end => {
                if !(was_unquoted && is_unquoted(error)) {
                    continue;
                }
                line_end
            }
            // Keys below a broken header were taken for those of another table.
            Some(_) if error.message().contains("duplicate key") => continue,
            _ => text
                .bytes()
                .skip(at)
                .position(|byte| byte == b'\n')
                .map_or(text.len(), |length| at + length),
        };
        complain(error, source, problems);
        told = Some((line_end, is_unquoted(error)));
    }
}

fn is_unquoted(error: &toml::de::Error) -> bool {
    error.message().starts_with("string values must be quoted")
}

/// The statements in which something begins that never ends; a text without end takes all that follows with it.
fn without_end(statements: &[Statement], end: usize, problems: &mut Problems) -> Vec<Range<usize>> {
    let mut blanks = Vec::new();
    for statement in statements {
        let Some((at, mark)) = statement.open else { continue };
        let what = match mark {
            "]" => "list",
            "}" => "table",
            _ => "text",
        };
        let message = format!("this {what} never ends, expected `{mark}`");
        problems.push(Problem::new(Code::POLICY_SYNTAX, "", at..at + mark.len(), message));
        if what == "text" {
            problems.lose("");
            blanks.push(statement.span.start..end);
        } else {
            problems.lose(statement.path.as_str());
            blanks.push(statement.span.clone());
        }
    }
    blanks
}

/// The text with blanks for some of its lines, so that all others stay where they are.
fn blanked(text: &str, blanks: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for blank in blanks {
        let lines = bytes.get_mut(blank.clone()).unwrap_or_default();
        lines.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    // Lines are whole characters.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The lines to take out for an error: those of its statement; of a header, all that it heads. What they would have
/// said is lost.
fn broken(
    text: &str,
    at: usize,
    statements: &[Statement],
    problems: &mut Problems,
) -> Range<usize> {
    let at = text.floor_char_boundary(at);
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = line_start..text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    let after = statements.partition_point(|statement| statement.span.start <= at);
    let index = after.checked_sub(1);
    let Some((index, statement)) = index.and_then(|index| Some((index, statements.get(index)?)))
    else {
        return line;
    };
    let is_first_line = line_start == statement.span.start;
    if statement.is_header && is_first_line {
        let next = statements[index + 1..].iter().find(|other| other.is_header);
        problems.lose(lost_table(&statement.path));
        return line_start..next.map_or(text.len(), |next| next.span.start);
    }
    if statement.is_header {
        return line;
    }
    problems.lose(statement.path.as_str());
    if is_first_line { statement.span.clone() } else { line }
}

/// What a table without its header is remembered as; in a list, the next one takes its number.
fn lost_table(path: &str) -> String {
    match path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((list, _)) => format!("{list}[broken]"),
        None => path.to_owned(),
    }
}

fn complain(error: &toml::de::Error, source: &str, problems: &mut Problems) {
    let span = error.span().unwrap_or(0..0);
    let (message, help) = explain(error.message(), source, &span);
    let mut problem = Problem::new(Code::POLICY_SYNTAX, "", span, message);
    problem.help = help;
    problems.push(problem);
}

/// Rewords what the parser says in the house's way, and knows what people usually meant.
fn explain(message: &str, source: &str, span: &Range<usize>) -> (String, Option<String>) {
    let at = source.get(span.clone()).unwrap_or_default();
    let help = if at.starts_with('\u{201c}') || at.starts_with('\u{201d}') {
        Some("use straight double quotes")
    } else if ["yes", "no", "on", "off", "True", "False"].contains(&at) {
        Some("write `true` or `false`, or put text in double quotes")
    } else if message.starts_with("string values must be quoted") {
        Some("text stands in double quotes")
    } else if message.contains("duplicate key") {
        Some("say each thing once; merge the two statements")
    } else if source.get(span.start..).is_some_and(|rest| rest.starts_with(':')) {
        Some("put `=` between a key and its value")
    } else {
        None
    };
    let help = help.map(ToOwned::to_owned);
    let message = message.strip_suffix(", expected literal string").unwrap_or(message);
    (message.to_owned(), help)
}
