//! Errors for terminals.

use crate::{
    Problem, Severity,
    render::{
        TextOptions,
        layout::{BOLD, FAINT, HELP, Paint, severity_style},
    },
    safe,
};

/// Renders a problem for a terminal: the error, its causes, and after a blank line the hints.
pub fn problem(problem: &Problem, options: &TextOptions) -> String {
    let paint = Paint { colour: options.colour };
    let error = paint.with(severity_style(Severity::Error), "error:");
    let mut output =
        labelled("", &error, "error:".len(), &problem.message, |line| paint.with(BOLD, line));
    for cause in &problem.causes {
        let label = paint.with(FAINT, "cause:");
        output.push_str(&labelled("  ", &label, "cause:".len(), cause, str::to_owned));
    }
    if !problem.hints.is_empty() {
        output.push('\n');
    }
    for hint in &problem.hints {
        let label = paint.with(HELP, "hint:");
        output.push_str(&labelled("", &label, "hint:".len(), hint, str::to_owned));
    }
    output
}

/// A text after its label; what has several lines, such as an excerpt with carets, stands below, unbroken.
fn labelled(
    indent: &str,
    label: &str,
    columns: usize,
    text: &str,
    paint: impl Fn(&str) -> String,
) -> String {
    let text = safe::block(text);
    let margin = format!("\n{indent}{}", " ".repeat(columns + 1));
    let lines: Vec<_> = text.lines().map(paint).collect();
    format!("{indent}{label} {}\n", lines.join(&margin))
}
