//! Ways between releases, for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_report::render::{TextOptions, printable};
use trainyard_upgrade::updates::{Answer, Path, Risk, Update};

use super::{counted, markdown::cell};

const HEADING: Style = Style::new().bold();

/// A way for a terminal.
pub(crate) fn path_text(answer: &Answer, options: &TextOptions) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, style: Style, content: &str| {
        let style = if options.colour { style } else { Style::new() };
        // Writing to a string cannot fail.
        _ = writeln!(text, "{:1$}{style}{content}{style:#}", "", indent * 2);
    };
    let ends = format!("{} -> {}", printable(&answer.from), printable(&answer.to));
    line(0, style(answer), &format!("{ends}: {}", printable(&told(answer))));
    if let Some(path) = &answer.path {
        for update in &path.updates {
            line(1, Style::new(), &step(update));
            for risk in against(update) {
                line(2, Style::new(), &risk);
            }
        }
    }
    if let Some(newer) = &answer.newer {
        line(0, Style::new(), "");
        line(0, HEADING, &printable(&passed_over(newer)));
        for risk in newer.updates.iter().flat_map(against) {
            line(1, Style::new(), &risk);
        }
    }
    for path in &answer.alternatives {
        line(0, Style::new(), "");
        line(0, HEADING, &printable(&other(path)));
        for update in &path.updates {
            line(1, Style::new(), &step(update));
            for risk in against(update) {
                line(2, Style::new(), &risk);
            }
        }
    }
    text
}

fn style(answer: &Answer) -> Style {
    let colour = match &answer.path {
        Some(path) if path.is_safe => AnsiColor::Green,
        Some(_) => AnsiColor::Yellow,
        None => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

/// The answer in a sentence.
fn told(answer: &Answer) -> String {
    match (&answer.path, &answer.no_path) {
        (Some(path), _) if path.updates.is_empty() => "it is there already".to_owned(),
        (Some(path), _) if path.is_safe => counted(path.updates.len(), "update"),
        (Some(path), _) => {
            let risky = path.updates.iter().filter(|update| !update.risks.is_empty()).count();
            let updates = counted(path.updates.len(), "update");
            format!("{updates}, {risky} of them with risks; there is no way without")
        }
        (None, Some(none)) => {
            let furthest = none.furthest.as_ref();
            let furthest = furthest.map(|name| format!("; {name} is the newest in reach"));
            format!("NO WAY: {}{}", none.why, furthest.unwrap_or_default())
        }
        (None, None) => "NO WAY".to_owned(),
    }
}

fn other(path: &Path) -> String {
    let updates = counted(path.updates.len(), "update");
    if !path.is_allowed {
        format!("blocked: {updates}")
    } else if path.is_safe {
        format!("or: {updates}")
    } else {
        format!("or, with risks: {updates}")
    }
}

fn step(update: &Update) -> String {
    printable(&format!("{} -> {}", update.from, update.to))
}

/// That there is something newer than what was chosen as the newest.
fn passed_over(newer: &Path) -> String {
    let newest = newer.updates.last().map_or("", |update| update.to.as_str());
    format!("{newest} is newer, and is not without a known risk:")
}

/// What speaks against an update, a line each.
fn against(update: &Update) -> Vec<String> {
    let blocked = update.blocked.iter().map(|risk| ("blocked", risk));
    let risks = update.risks.iter().map(|risk| ("risk", risk));
    blocked
        .chain(risks)
        .map(|(kind, risk)| printable(&format!("{kind}: {}", words(risk))))
        .collect()
}

fn words(risk: &Risk) -> String {
    let mut words = risk.name.clone();
    for (before, more) in [(": ", &risk.message), (" ", &risk.url)] {
        let more = more.trim();
        if !more.is_empty() {
            _ = write!(words, "{before}{more}");
        }
    }
    if !risk.fixed_in.is_empty() {
        _ = write!(words, " (fixed in {})", risk.fixed_in);
    }
    words
}

/// A way for issues and pull requests.
pub(crate) fn path_markdown(answer: &Answer) -> String {
    let mut text = String::new();
    let ends = format!("{} → {}", cell(&answer.from), cell(&answer.to));
    _ = writeln!(text, "## {ends}\n\n{}\n", cell(&told(answer)));
    if let Some(newer) = &answer.newer {
        _ = writeln!(text, "{}\n", cell(&passed_over(newer)));
        for risk in newer.updates.iter().flat_map(against) {
            _ = writeln!(text, "- {}", cell(&risk));
        }
        text.push('\n');
    }
    let best = answer.path.iter().map(|path| (None, path));
    let others = answer.alternatives.iter().map(|path| (Some(other(path)), path));
    for (title, path) in best.chain(others) {
        if let Some(title) = title {
            _ = writeln!(text, "\n**{}**\n", cell(&title));
        }
        for (number, update) in path.updates.iter().enumerate() {
            _ = writeln!(text, "{}. {}", number + 1, cell(&step(update)));
            for risk in against(update) {
                _ = writeln!(text, "   - {}", cell(&risk));
            }
        }
    }
    text
}
