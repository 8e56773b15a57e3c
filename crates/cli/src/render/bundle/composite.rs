//! Composite releases, for people.

use std::fmt::Write;

use trainyard_bundle::{CompositeTold, PartTold};
use trainyard_report::render::{self, MarkdownOptions, TextOptions, printable};

use super::verdict;
use crate::{
    commands::bundle::{CompositeAnswer, PartOf},
    render::{columns, counted, markdown::cell, markdown_table},
};

/// So many of the newest releases are shown unless all are asked for.
const SHOWN: usize = 20;

/// The releases of a composite stream with their parts, for a terminal.
pub(crate) fn composite_text(answer: &CompositeAnswer, all: bool, options: TextOptions) -> String {
    let mut text = format!("{}\n", headline(answer));
    _ = writeln!(text, "made of {}\n", parts(answer));
    text.push_str(&columns(&rows(answer, all)));
    text.extend(left_out(answer, all).map(|rest| format!("{rest}; --all shows them\n")));
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    }
    text.extend(unheard(answer).map(|note| format!("note: {note}\n")));
    text
}

/// The same for pull requests and release notes.
pub(crate) fn composite_markdown(answer: &CompositeAnswer, all: bool) -> String {
    let mut text =
        format!("## {}\n\nMade of {}.\n\n", cell(&headline(answer)), cell(&parts(answer)));
    text.push_str(&markdown_table(&rows(answer, all)));
    text.extend(left_out(answer, all).map(|rest| format!("\n{}.\n", cell(&rest))));
    if !answer.findings.is_empty() {
        let findings = render::markdown(&answer.findings, &MarkdownOptions::default());
        _ = write!(text, "\n{findings}");
    }
    text.extend(unheard(answer).map(|note| format!("\nNote: {}.\n", cell(&note))));
    text
}

fn headline(answer: &CompositeAnswer) -> String {
    let verdict = verdict(&answer.findings).unwrap_or_else(|| "nothing is wrong".to_owned());
    let releases = counted(answer.releases.len(), "release");
    format!("{}: {releases}, {verdict}", printable(&answer.title))
}

/// `backend (130 releases known) and frontend (none known)`.
fn parts(answer: &CompositeAnswer) -> String {
    let told = |part: &PartOf| {
        let name = printable(&part.part);
        let of = if part.part == part.component {
            String::new()
        } else {
            format!(" of {}", printable(&part.component))
        };
        match part.releases {
            0 => format!("{name}{of} (no release known)"),
            some => format!("{name}{of} ({} known)", counted(some, "release")),
        }
    };
    let parts: Vec<_> = answer.parts.iter().map(told).collect();
    parts.join(" and ")
}

fn rows(answer: &CompositeAnswer, all: bool) -> Vec<Vec<String>> {
    let mut header = vec!["release".to_owned()];
    header.extend(answer.parts.iter().map(|part| printable(&part.part)));
    header.extend(["git tag", "image tag"].map(str::to_owned));
    let row = |release: &CompositeTold| {
        let mut row = vec![printable(&release.version)];
        row.extend(answer.parts.iter().map(|part| {
            let told = release.parts.iter().find(|told| told.part == part.part);
            told.map_or_else(|| "-".to_owned(), part_told)
        }));
        let or = |text: &Option<String>| printable(text.as_deref().unwrap_or("-"));
        row.extend([or(&release.git_tag), or(&release.image)]);
        row
    };
    let skipped = if all { 0 } else { answer.releases.len().saturating_sub(SHOWN) };
    // The newest first.
    let shown = answer.releases.iter().skip(skipped).rev();
    std::iter::once(header).chain(shown.map(row)).collect()
}

/// A part's version with the day of its release, or that there was none.
fn part_told(part: &PartTold) -> String {
    let version = printable(&part.version);
    match (part.is_released, part.date) {
        (Some(false), _) => format!("{version} ✗ never released"),
        (Some(true), Some(date)) => format!("{version} ✓ {date}"),
        (Some(true), None) => format!("{version} ✓"),
        (None, _) => format!("{version} ?"),
    }
}

fn left_out(answer: &CompositeAnswer, all: bool) -> Option<String> {
    let rest = answer.releases.len().saturating_sub(SHOWN);
    (!all && rest > 0).then(|| format!("and {} before them", counted(rest, "release")))
}

/// Parts of which nothing is known, so that nothing could be checked.
fn unheard(answer: &CompositeAnswer) -> Option<String> {
    let unknown = answer.parts.iter().filter(|part| part.releases == 0);
    let names: Vec<_> = unknown.map(|part| printable(&part.part)).collect();
    let first = names.first()?;
    Some(format!(
        "no release of {} is known, so it was not looked up; name a clone with --tags {first}=PATH",
        names.join(" and ")
    ))
}
