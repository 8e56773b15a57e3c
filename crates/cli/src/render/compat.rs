//! What works together, for people.

use std::fmt::Write;

use trainyard_bundle::{Ruling, Verdict};
use trainyard_report::render::printable;

use super::{columns, markdown::cell, markdown_table};
use crate::commands::compat::{MatrixAnswer, PairAnswer};

/// What the signs of a matrix mean.
const LEGEND: &str = "✓ works  ✗ does not  · no rule says anything";

/// Two releases, for a terminal: the verdict with the rule that decided, then what the others say.
pub(crate) fn pair_text(answer: &PairAnswer) -> String {
    let mut text = format!("{}\n", pair_headline(answer));
    for ruling in &answer.compatibility.rules {
        _ = writeln!(text, "  {} {}", sign(ruling.verdict), said(ruling));
    }
    text
}

/// Two releases, for pull requests.
pub(crate) fn pair_markdown(answer: &PairAnswer) -> String {
    let mut text = format!("## {}\n\n", cell(&pair_headline(answer)));
    for ruling in &answer.compatibility.rules {
        _ = writeln!(text, "- {} {}", sign(ruling.verdict), cell(&said(ruling)));
    }
    text
}

fn pair_headline(answer: &PairAnswer) -> String {
    let (left, right) = (printable(&answer.left), printable(&answer.right));
    let decided = answer.compatibility.rules.first().map(|ruling| ruling.rule.words());
    match (answer.compatibility.verdict, decided) {
        (Verdict::Compatible, Some(rule)) => {
            format!("{left} and {right} work together, by {rule}")
        }
        (Verdict::Incompatible, Some(rule)) => {
            format!("{left} and {right} do not work together, by {rule}")
        }
        _ => format!("{left} and {right}: no rule says whether they work together"),
    }
}

/// The rule, its words and where they come from.
fn said(ruling: &Ruling) -> String {
    let mut text = format!("{}: {}", ruling.rule.words(), printable(&ruling.why));
    if let Some(place) = &ruling.place {
        let line = place.location().line.map(|line| format!(":{line}")).unwrap_or_default();
        _ = write!(text, " ({}{line})", printable(place.path().as_str()));
    }
    text
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Compatible => "✓",
        Verdict::Incompatible => "✗",
        Verdict::Unknown => "·",
    }
}

/// Two components, for a terminal.
pub(crate) fn matrix_text(answer: &MatrixAnswer) -> String {
    let mut text = format!("{LEGEND}\n\n{}", columns(&cells(answer)));
    let rules: std::collections::BTreeSet<_> =
        answer.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.rule).collect();
    if !rules.is_empty() {
        let rules: Vec<_> = rules.into_iter().map(trainyard_bundle::Rule::words).collect();
        _ = writeln!(
            text,
            "\ndecided by {}; `trainyard compat` of two versions tells why",
            rules.join(", ")
        );
    }
    text
}

/// Two components, for pages and pull requests.
pub(crate) fn matrix_markdown(answer: &MatrixAnswer) -> String {
    format!("{}\n{LEGEND}\n", markdown_table(&cells(answer)))
}

fn cells(answer: &MatrixAnswer) -> Vec<Vec<String>> {
    let corner = printable(&format!("{} \\ {}", answer.left, answer.right));
    let columns = answer.columns.iter().map(|version| printable(version));
    let header = std::iter::once(corner).chain(columns).collect();
    let rows = answer.rows.iter().map(|row| {
        let signs = row.cells.iter().map(|cell| sign(cell.verdict).to_owned());
        std::iter::once(printable(&row.version)).chain(signs).collect()
    });
    std::iter::once(header).chain(rows).collect()
}
