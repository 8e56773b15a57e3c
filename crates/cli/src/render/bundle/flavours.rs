//! Flavours, for people.

use std::fmt::Write;

use trainyard_bundle::FlavourDifference;
use trainyard_report::render::{self, MarkdownOptions, TextOptions, printable};

use crate::{
    commands::bundle::FlavoursAnswer,
    render::{columns, counted, listed, markdown::cell, markdown_table},
};

const CLOSED: &str = "each holds what its members need, and so does every union of them";

const UNKNOWN: &str =
    "no catalogue is known, so requirements were not checked; name one with --catalogue";

/// Flavours for a terminal.
pub(crate) fn flavours_text(answer: &FlavoursAnswer, options: TextOptions) -> String {
    let mut text = format!("{}\n", headline(answer));
    let rows = rows(answer);
    if rows.len() > 1 {
        _ = write!(text, "\n{}", columns(&rows));
    }
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    } else if is_proved(answer) {
        _ = writeln!(text, "\n{CLOSED}");
    }
    if !answer.has_catalogue {
        _ = writeln!(text, "note: {UNKNOWN}");
    }
    text
}

/// Flavours for pull requests and pages.
pub(crate) fn flavours_markdown(answer: &FlavoursAnswer) -> String {
    let mut text = format!("## {}\n", cell(&headline(answer)));
    let rows = rows(answer);
    if rows.len() > 1 {
        _ = write!(text, "\n{}", markdown_table(&rows));
    }
    if !answer.findings.is_empty() {
        let findings = render::markdown(&answer.findings, &MarkdownOptions::default());
        _ = write!(text, "\n{findings}");
    } else if is_proved(answer) {
        _ = writeln!(text, "\nProved: {CLOSED}.");
    }
    if !answer.has_catalogue {
        _ = writeln!(text, "\nNote: {UNKNOWN}.");
    }
    text
}

/// Whether the flavours were held against requirements, and nothing was found.
fn is_proved(answer: &FlavoursAnswer) -> bool {
    answer.has_catalogue && !answer.flavours.is_empty() && answer.difference.is_none()
}

fn headline(answer: &FlavoursAnswer) -> String {
    let title = printable(&answer.bundle);
    if let Some(FlavourDifference { left, right, .. }) = &answer.difference {
        return format!("{title}: flavours {} and {}", printable(left), printable(right));
    }
    let flavours = counted(answer.flavours.len(), "flavour");
    format!("{title}: {}, {flavours}", counted(answer.pins, "pin"))
}

fn rows(answer: &FlavoursAnswer) -> Vec<Vec<String>> {
    let names = |names: &[String]| match names {
        [] => "nothing".to_owned(),
        names => listed(names),
    };
    let row =
        |what: String, members: &[String]| vec![what, members.len().to_string(), names(members)];
    let header = |first: &str| [first, "pins", "members"].map(str::to_owned).to_vec();
    if let Some(difference) = &answer.difference {
        let FlavourDifference { left, right, only_left, only_right, both } = difference;
        return vec![
            header("held"),
            row(format!("only by {}", printable(left)), only_left),
            row(format!("only by {}", printable(right)), only_right),
            row("by both".to_owned(), both),
        ];
    }
    let rows = answer.flavours.iter().map(|(name, pins)| row(printable(name), pins));
    std::iter::once(header("flavour")).chain(rows).collect()
}
