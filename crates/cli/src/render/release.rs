//! A release, before and after.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_report::render::{self, MarkdownOptions, TextOptions, printable};

use super::markdown::cell;
use crate::releasing::{Answer, Outcome, Released};

const HEADING: Style = Style::new().bold();
const VERSION: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// A release for a terminal.
pub(crate) fn release_text(answer: &Answer, options: TextOptions) -> String {
    let styled = |style: Style, text: &str| {
        if options.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let mut text = String::new();
    let mut line = |content: String| {
        // Writing to a string cannot fail.
        _ = writeln!(text, "{content}");
    };
    if let Some(earlier) = &answer.earlier {
        line(styled(HEADING, &printable(earlier)));
    }
    for each in &answer.components {
        let base = each.base.as_deref().unwrap_or("(unreleased)");
        let head = format!("{}  {base} -> ", printable(&each.component));
        line(styled(HEADING, &head) + &styled(VERSION, &each.version));
        line(format!("  {}", printable(&details(each))));
    }
    if let Some(stream) = &answer.stream {
        let head = format!("stream {}  ", printable(&stream.stream));
        line(styled(HEADING, &head) + &styled(VERSION, &stream.version));
        let parts: Vec<_> =
            stream.parts.iter().map(|(part, version)| format!("{part} {version}")).collect();
        let tag = stream.tag.as_deref().map_or("no tag".to_owned(), |tag| format!("tag {tag}"));
        line(format!("  {tag}, of {}", parts.join(", ")));
    }
    if !answer.steps.is_empty() && !answer.name.is_empty() {
        line(styled(DIM, steps_title(answer)));
        for (number, step) in answer.steps.iter().enumerate() {
            line(format!("  {}. {}", number + 1, printable(step)));
        }
    }
    if let Some(diff) = &answer.diff {
        line(String::new());
        line(coloured(diff, options.colour));
    }
    if !answer.findings.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&render::text(&answer.findings, &options));
    }
    _ = writeln!(text, "{}", styled(HEADING, &verdict(answer)));
    if let Some(publish) = &answer.publish {
        _ = writeln!(text, "hint: make it public with `{}`", printable(publish));
    }
    text
}

/// A release for pull requests and logs.
pub(crate) fn release_markdown(answer: &Answer) -> String {
    let mut text = format!("## {}\n\n", cell(&verdict(answer)));
    let mut line = |content: String| {
        _ = writeln!(text, "{content}");
    };
    if let Some(earlier) = &answer.earlier {
        line(format!("{}\n", cell(earlier)));
    }
    if !answer.components.is_empty() {
        line("| what | from | to | details |\n|---|---|---|---|".to_owned());
        for each in &answer.components {
            let base = each.base.as_deref().unwrap_or("–");
            let cells = [&each.component, base, &each.version, &details(each)].map(cell);
            line(format!("| {} |", cells.join(" | ")));
        }
        line(String::new());
    }
    if let Some(stream) = &answer.stream {
        line(format!("Stream {} {}:\n", cell(&stream.stream), cell(&stream.version)));
        for (part, version) in &stream.parts {
            line(format!("- {} {}", cell(part), cell(version)));
        }
        line(String::new());
    }
    for (number, step) in answer.steps.iter().enumerate() {
        line(format!("{}. {}", number + 1, cell(step)));
    }
    if let Some(diff) = &answer.diff {
        // A fence longer than any in the diff.
        let longest = diff.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        line(format!("\n{fence}diff\n{}\n{fence}", diff.trim_end()));
    }
    if !answer.findings.is_empty() {
        text.push('\n');
        text.push_str(&render::markdown(&answer.findings, &MarkdownOptions::default()));
    }
    text
}

/// `tag v1.2.0, begins the branch 1.2, goes on with 1.3.0.dev0`.
fn details(released: &Released) -> String {
    let mut told = vec![format!("tag {}", released.tag)];
    told.extend(released.line_branch.as_ref().map(|line| format!("begins the branch {line}")));
    told.extend(released.next.as_ref().map(|next| format!("then goes on with {next}")));
    told.join(", ")
}

fn steps_title(answer: &Answer) -> &'static str {
    match answer.outcome {
        Outcome::Released => "done",
        Outcome::AsBefore => "tried",
        _ => "to do",
    }
}

/// What became of it, in a sentence.
fn verdict(answer: &Answer) -> String {
    let name = printable(&answer.name);
    let is = if name.contains(", ") { "are" } else { "is" };
    let errors = answer
        .findings
        .iter()
        .filter(|finding| finding.severity == trainyard_report::Severity::Error)
        .count();
    match answer.outcome {
        Outcome::Planned => format!("{name} can be released; nothing was done"),
        Outcome::Released => format!("{name} {is} released"),
        Outcome::Refused => {
            let what = if errors == 1 { "one thing stands" } else { "several things stand" };
            // With `--continue` and `--abort` nothing is known of what was released.
            if name.is_empty() {
                format!("nothing was done: {what} in the way")
            } else {
                format!("{name} cannot be released: {what} in the way")
            }
        }
        Outcome::AsBefore => format!("{name} {is} not released: everything is as before"),
        Outcome::Waits => format!("{name} {is} not finished yet, and nothing is lost"),
        Outcome::Idle => "no release was interrupted".to_owned(),
    }
}

/// A diff as git colours it.
fn coloured(diff: &str, colour: bool) -> String {
    let style = |line: &str| match line.as_bytes() {
        [b'd', b'i', b'f', b'f', ..] | [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => HEADING,
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'@', b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    };
    let lines = diff.lines().map(|line| {
        let shown = printable(line);
        let style = style(line);
        if colour && style != Style::new() { format!("{style}{shown}{style:#}") } else { shown }
    });
    lines.collect::<Vec<_>>().join("\n")
}
