//! How answers look.

mod audit;
mod bundle;
mod compat;
mod evidence;
mod forward;
mod lines;
mod markdown;
mod migrations;
mod plan;
mod release;
mod upgrade;
mod upgrade_plan;

#[cfg(test)]
mod tests;

use std::fmt::Write;

use serde::Serialize;
use trainyard_history::plan::{Evidence, Plan};
use trainyard_report::render::{self, printable};

pub(crate) use self::{
    audit::audit_text,
    bundle::{
        ayon_text, bundle_markdown, bundle_text, catalogue_markdown, catalogue_text,
        composite_markdown, composite_text, derived_text, diff_markdown, diff_text,
        flavours_markdown, flavours_text, rebase_markdown, rebase_text, resolve_markdown,
        resolve_text, rez_markdown, rez_text,
    },
    compat::{matrix_markdown, matrix_text, pair_markdown, pair_text},
    evidence::{check_json, check_markdown, check_text, evidence_markdown, evidence_text},
    forward::{carried_markdown, carried_text, report_markdown, report_text},
    lines::{lines_markdown, lines_text},
    markdown::{cell as markdown_cell, plan_markdown},
    migrations::{passages_markdown, passages_text},
    plan::plan_text,
    release::{release_markdown, release_text},
    upgrade::{path_markdown, path_text},
    upgrade_plan::upgrade_plan_text,
};

/// A plan for programs.
#[derive(Serialize)]
pub(crate) struct PlanDocument<'a> {
    /// What was assumed where there is no policy file.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    #[serde(flatten)]
    plan: &'a Plan,
}

pub(crate) fn plan_json<'a>(plan: &'a Plan, assumed: Option<&'a str>) -> PlanDocument<'a> {
    PlanDocument { assumed, plan }
}

/// `1 commit`, `2 commits`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Names between commas; of many, the first and how many there are besides.
pub(crate) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).map(|name| printable(name));
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => text,
        rest => format!("{text} and {rest} more"),
    }
}

/// Rows as columns, with two spaces between them; the first row heads them.
pub(crate) fn columns(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Rows as columns that stay within a width, where there is one: the widest columns are broken between words until all fit.
///
/// No column gets narrower than its longest word, so a table may still be too wide.
pub(crate) fn columns_within(rows: &[Vec<String>], width: Option<usize>) -> String {
    let Some(width) = width else { return columns(rows) };
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let longest = |column: usize, measure: &dyn Fn(&str) -> usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| measure(cell)).max().unwrap_or(0)
    };
    let letters = |text: &str| text.chars().count();
    let word = |text: &str| text.split(' ').map(letters).max().unwrap_or(0);
    let mut widths: Vec<_> = (0..count).map(|column| longest(column, &letters)).collect();
    let least: Vec<_> = (0..count).map(|column| longest(column, &word)).collect();
    let gaps = 2 * count.saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let broad = widths.iter_mut().zip(&least).filter(|pair| *pair.0 > *pair.1);
        let Some((widest, _)) = broad.max_by_key(|pair| *pair.0) else { break };
        *widest -= 1;
    }
    let mut broken = Vec::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> =
            cells.map(|(cell, width)| render::wrap(cell, 0, 0, (*width).max(1))).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        for line in 0..height {
            let part = |cell: &Vec<String>| cell.get(line).cloned().unwrap_or_default();
            broken.push(cells.iter().map(part).collect());
        }
    }
    columns(&broken)
}

/// A line after an indent, broken between words within a width, where there is one; further lines stand `hang` further in.
pub(crate) fn broken(text: &str, indent: usize, hang: usize, width: Option<usize>) -> Vec<String> {
    let further = indent + hang;
    let width = width.map_or(0, |width| width.max(further + 20));
    let parts = render::wrap(text, indent, further, width).into_iter().enumerate();
    let indented = |(number, part): (usize, String)| {
        let columns = if number == 0 { indent } else { further };
        // Blanks at which a line is broken belong to neither side.
        let part = if number == 0 { part.trim_end() } else { part.trim() };
        format!("{:columns$}{part}", "")
    };
    parts.map(indented).collect()
}

/// Rows as a table of Markdown; the first row heads it. The cells are escaped.
pub(crate) fn markdown_table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().map(|text| markdown::cell(text)).collect();
        // Writing to a string cannot fail, here and below.
        _ = writeln!(text, "| {} |", cells.join(" | "));
        if index == 0 {
            _ = writeln!(text, "|{}", "---|".repeat(row.len()));
        }
    }
    text
}

/// Whether a piece of evidence only asks for a version; the derivation tells of it, and it has no level.
fn is_request(evidence: &Evidence) -> bool {
    evidence.change.rule == "commits.release-as"
}
