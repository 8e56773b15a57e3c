//! One file of a schema, parsed within limits.

use apollo_compiler::{
    ast::{Definition, Document},
    diagnostic::Diagnostic,
    parser::{Parser, SourceSpan},
};

use crate::Unreadable;

/// Larger files are not read: 8 MB, five times the largest public schema.
pub(super) const LARGEST_BYTES: u64 = 8 << 20;

/// Lists, values and selections nested deeper are refused; also what the walks over types and values may recurse.
pub(super) const DEEPEST: usize = 64;

/// More tokens, spaces between them included, are not parsed.
const MOST_TOKENS: usize = 2_000_000;

/// A parsed file and where its lines start.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) document: Document,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// Parses a file, whatever it refers to: names need not be defined in it.
    ///
    /// *Errors*: `Malformed` with the line of the first syntax error, and beyond the limits.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        if is_too_deep(text) {
            let message = format!("it is nested deeper than {DEEPEST} levels");
            return Err(Unreadable::Malformed { message, line: None });
        }
        let mut parser = Parser::new().recursion_limit(DEEPEST).token_limit(MOST_TOKENS);
        let document = match parser.parse_ast(text, "") {
            Ok(document) => document,
            Err(failed) if is_blank(text) => failed.partial,
            // Tools extend the language of operations; what is no schema need not be understood.
            Err(failed) if starts_as_operation(text) && holds_operations_alone(&failed.partial) => {
                failed.partial
            }
            Err(failed) => {
                let first = failed.errors.iter().next();
                return Err(malformed(first.as_ref()));
            }
        };
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Ok(Self { document, line_starts })
    }

    /// Whether it says anything about a schema: it is not made of operations and fragments alone.
    pub(super) fn is_schema(&self) -> bool {
        !holds_operations_alone(&self.document)
    }

    /// The 1-based line where something starts.
    pub(super) fn line(&self, span: Option<SourceSpan>) -> Option<u32> {
        let offset = span?.offset();
        u32::try_from(self.line_starts.partition_point(|start| *start <= offset)).ok()
    }
}

fn holds_operations_alone(document: &Document) -> bool {
    let is_operation = |definition: &Definition| {
        matches!(definition, Definition::OperationDefinition(_) | Definition::FragmentDefinition(_))
    };
    !document.definitions.is_empty() && document.definitions.iter().all(is_operation)
}

fn starts_as_operation(text: &str) -> bool {
    let code =
        text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    let starts = ["query", "mutation", "subscription", "fragment", "{"];
    code.is_some_and(|code| starts.iter().any(|start| code.starts_with(start)))
}

/// Whether brackets go deeper than [`DEEPEST`]; the parser refuses them too, but takes its time.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut rest) = (0usize, text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'#' => after_line(after),
            b'"' => after_string(after),
            b'(' | b'[' | b'{' => {
                depth += 1;
                after
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => after,
        };
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// What follows a string whose first quote is taken; one that is not closed ends with its line, a block with the text.
fn after_string(text: &[u8]) -> &[u8] {
    let Some(mut block) = text.strip_prefix(b"\"\"") else {
        let mut is_escaped = false;
        let end = text.iter().position(|byte| {
            let ends = matches!(byte, b'"' | b'\n') && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        });
        return end.and_then(|end| text.get(end + 1..)).unwrap_or_default();
    };
    while let Some((first, after)) = block.split_first() {
        if let Some(after) = block.strip_prefix(b"\"\"\"") {
            return after;
        }
        block = block.strip_prefix(b"\\\"\"\"").unwrap_or(after);
        _ = first;
    }
    &[]
}

/// Whether there is nothing but space, commas and comments.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let code = line.split_once('#').map_or(line, |(code, _)| code);
        code.chars().all(|letter| letter == ',' || letter.is_whitespace())
    })
}

fn malformed<T: apollo_compiler::diagnostic::ToCliReport>(
    first: Option<&Diagnostic<'_, T>>,
) -> Unreadable {
    let reason = first.map(|error| error.error.to_string()).unwrap_or_default();
    let reason = reason.trim_start_matches("syntax error: ");
    let line = first.and_then(Diagnostic::line_column_range).map(|range| range.start.line);
    Unreadable::Malformed {
        message: format!("it is no GraphQL: {}", reason.trim_end_matches('.')),
        line: line.and_then(|line| u32::try_from(line).ok()),
    }
}
