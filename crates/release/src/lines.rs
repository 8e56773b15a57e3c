//! Lines with the places where they start.

/// The lines of a text with their ends, and the byte where each starts.
pub(crate) fn with_ends(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line)
    })
}

/// The end that the lines of a text have.
pub(crate) fn end_of(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or(0);
    if first > 0 && text.as_bytes().get(first - 1) == Some(&b'\r') { "\r\n" } else { "\n" }
}

/// The lines of a text with their ends, where each starts, and whether it is part of fenced code.
///
/// A fence that is never closed fences nothing.
pub(crate) fn with_code(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let is_fence = |line: &str| line.trim_start().starts_with("```");
    let fences = text.split_inclusive('\n').filter(|line| is_fence(line)).count();
    let mut left = fences - fences % 2;
    with_ends(text).map(move |(start, line)| {
        let is_inside = left % 2 == 1;
        let is_edge = left > 0 && is_fence(line);
        left -= usize::from(is_edge);
        (start, line, is_inside || is_edge)
    })
}
