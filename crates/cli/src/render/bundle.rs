//! Bundles and catalogues for people.

mod composing;
mod composite;
mod flavours;
mod resolve;
mod rez;

use std::fmt::Write;

use trainyard_bundle::{AyonAnswer, Bundle};
use trainyard_report::{
    Finding, Severity,
    render::{self, MarkdownOptions, TextOptions, printable},
};

pub(crate) use self::{
    composing::{derived_text, diff_markdown, diff_text, rebase_markdown, rebase_text},
    composite::{composite_markdown, composite_text},
    flavours::{flavours_markdown, flavours_text},
    resolve::{resolve_markdown, resolve_text},
    rez::{rez_markdown, rez_text},
};
use super::{counted, markdown::cell};
use crate::bundling::{BundleAnswer, CatalogueAnswer};

const NO_CATALOGUE: &str =
    "no catalogue is known, so requirements were not checked; name one with --catalogue";

/// Renders what is wrong with a bundle: the sum first, then each finding.
pub(crate) fn bundle_text(answer: &BundleAnswer, options: TextOptions) -> String {
    let mut text = format!("{}\n", bundle_headline(answer));
    text.extend(bundle_facts(answer).iter().map(|fact| format!("{fact}\n")));
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    }
    if answer.releases == 0 {
        _ = writeln!(text, "note: {NO_CATALOGUE}");
    }
    text
}

/// The same for pull requests.
pub(crate) fn bundle_markdown(answer: &BundleAnswer) -> String {
    let mut text = format!("## {}\n", cell(&bundle_headline(answer)));
    let facts = bundle_facts(answer);
    if !facts.is_empty() {
        text.push('\n');
        text.extend(facts.iter().map(|fact| format!("- {}\n", cell(fact))));
    }
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::markdown(&answer.findings, &MarkdownOptions::default()));
    }
    if answer.releases == 0 {
        _ = writeln!(text, "\nNote: {NO_CATALOGUE}.");
    }
    text
}

fn bundle_headline(answer: &BundleAnswer) -> String {
    let pins = counted(answer.pins, "pin");
    let verdict = verdict(&answer.findings).unwrap_or_else(|| "nothing is wrong".to_owned());
    format!("{}: {pins}, {verdict}", printable(&answer.bundle))
}

/// Where it comes from, and what it runs on.
fn bundle_facts(answer: &BundleAnswer) -> Vec<String> {
    let base = answer.base.as_ref().map(|base| {
        let distance = counted(base.distance, "pin");
        format!("derived from {}, {distance} away from it", printable(&base.name))
    });
    let server = answer.server.as_ref();
    let server = server.map(|server| format!("server {}", printable(&server.sentence())));
    base.into_iter().chain(server).collect()
}

/// `2 errors and 1 warning`; `None` where there are none.
fn verdict(findings: &[Finding]) -> Option<String> {
    let of = |severity: Severity| findings.iter().filter(|it| it.severity == severity).count();
    let parts: Vec<_> = [(Severity::Error, "error"), (Severity::Warning, "warning")]
        .into_iter()
        .filter(|(severity, _)| of(*severity) > 0)
        .map(|(severity, word)| counted(of(severity), word))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Renders what a catalogue holds and what is wrong with it.
pub(crate) fn catalogue_text(answer: &CatalogueAnswer, options: TextOptions) -> String {
    let mut text = format!("{}\n", catalogue_headline(answer));
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    }
    text
}

/// The same for pull requests.
pub(crate) fn catalogue_markdown(answer: &CatalogueAnswer) -> String {
    let mut text = format!("## {}\n", cell(&catalogue_headline(answer)));
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::markdown(&answer.findings, &MarkdownOptions::default()));
    }
    text
}

fn catalogue_headline(answer: &CatalogueAnswer) -> String {
    let mut text = format!(
        "{}, {}",
        counted(answer.components, "component"),
        counted(answer.versions, "version")
    );
    if answer.releases > answer.versions {
        _ = write!(text, " with {} contents", answer.releases);
    }
    let verdict = verdict(&answer.findings).unwrap_or_else(|| "nothing is wrong".to_owned());
    format!("{text}: {verdict}")
}

/// Renders what AYON's server says, in its words and its order.
pub(crate) fn ayon_text(bundle: &Bundle, answer: &AyonAnswer) -> String {
    let title = bundle.title();
    let title = printable(&title);
    match answer {
        AyonAnswer::Failed { crash } => format!(
            "{title}: AYON's server fails with HTTP 500, for it cannot read `{}`\n",
            printable(crash)
        ),
        AyonAnswer::Checked { success, issues } => {
            let word = if *success { "valid" } else { "not valid" };
            let mut text = format!("{title}: {word} to AYON's server\n");
            for issue in issues {
                let addon = printable(issue.addon.as_deref().unwrap_or_default());
                // Writing to a string cannot fail.
                _ = writeln!(text, "{}: {addon}: {}", issue.severity, printable(&issue.message));
            }
            text
        }
    }
}
