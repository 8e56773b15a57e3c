//! Problems with the lines they speak of.

use std::{fmt::Write, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use trainyard_report::Severity;

use super::{Complaints, Lines, Problem};

/// How many problems are shown with their lines; the rest is counted.
const SHOWN: usize = 100;
/// Longer lines are cut around the place.
const LONGEST_LINE: usize = 400;

pub(super) fn render(complaints: &Complaints, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let lines = Lines::of(&complaints.source);
    let mut text = String::new();
    for problem in complaints.list.iter().take(SHOWN) {
        text += &renderer.render(&report(complaints, problem, &lines));
        text += "\n\n";
    }
    let hidden = complaints.len().saturating_sub(SHOWN);
    if hidden > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "... and {hidden} more");
    }
    text
}

fn report<'a>(complaints: &'a Complaints, problem: &'a Problem, lines: &Lines) -> Vec<Group<'a>> {
    let level = match problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level
        .primary_title(problem.message.as_str())
        .id(problem.code.as_str())
        .element(snippet(complaints, problem, lines));
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

/// The problem's line and, where it is near, the line of what it is related to.
fn snippet<'a>(
    complaints: &'a Complaints,
    problem: &'a Problem,
    lines: &Lines,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = &*complaints.source;
    let line = lines.index(problem.span.start);
    let related = problem
        .related
        .as_ref()
        .filter(|(span, _)| *span != problem.span && lines.index(span.start).abs_diff(line) <= 200);
    let other = related.map_or(line, |(span, _)| lines.index(span.start));
    let (first, last) = (line.min(other), line.max(other));
    let mut shown = lines.range(source, first).start..lines.range(source, last).end;
    if shown.len() > LONGEST_LINE * (last - first + 1) {
        shown = window(source, &problem.span, &shown);
    }
    let within = |span: &Range<usize>| {
        let start = span.start.clamp(shown.start, shown.end) - shown.start;
        let line_end = lines.range(source, lines.index(span.start)).end;
        let end = span.end.min(line_end).clamp(shown.start, shown.end) - shown.start;
        start..end.max(start)
    };
    let mut primary = AnnotationKind::Primary.span(within(&problem.span));
    if let Some(label) = &problem.label {
        primary = primary.label(label.as_str());
    }
    let mut snippet = Snippet::source(&source[shown.clone()])
        .line_start(first + 1)
        .path(complaints.file_name.as_str())
        .annotation(primary);
    if let Some((span, label)) = related.filter(|(span, _)| shown.contains(&span.start)) {
        snippet =
            snippet.annotation(AnnotationKind::Context.span(within(span)).label(label.as_str()));
    }
    snippet
}

/// The part of an overlong line around a place.
fn window(source: &str, span: &Range<usize>, line: &Range<usize>) -> Range<usize> {
    let start = span.start.saturating_sub(LONGEST_LINE / 4).max(line.start);
    let end = (start + LONGEST_LINE).min(line.end);
    let start = source.floor_char_boundary(start);
    let end = source.floor_char_boundary(end);
    // A window never spans lines: carets belong to one.
    let end = source[start..end].find('\n').map_or(end, |length| start + length);
    start..end.max(start)
}
