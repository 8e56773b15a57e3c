//! Bundles and catalogues for people.

mod composing;
mod resolve;
mod rez;

use std::fmt::Write;

use trainyard_bundle::{AyonAnswer, Bundle};
use trainyard_report::{
    Finding, Severity,
    render::{self, TextOptions, printable},
};

pub(crate) use self::{
    composing::{
        derived_text, diff_markdown, diff_text, flavours_text, rebase_markdown, rebase_text,
    },
    resolve::{resolve_markdown, resolve_text},
    rez::{rez_markdown, rez_text},
};
use super::counted;
use crate::bundling::{BundleAnswer, CatalogueAnswer};

/// Renders what is wrong with a bundle: the sum first, then each finding.
pub(crate) fn bundle_text(answer: &BundleAnswer, options: TextOptions) -> String {
    let title = printable(&answer.bundle);
    let pins = counted(answer.pins, "pin");
    let mut text = match verdict(&answer.findings) {
        None => format!("{title}: {pins}, nothing is wrong\n"),
        Some(sum) => format!("{title}: {pins}, {sum}\n"),
    };
    if let Some(base) = &answer.base {
        let distance = counted(base.distance, "pin");
        _ = writeln!(text, "derived from {}, {distance} away from it", printable(&base.name));
    }
    if let Some(server) = &answer.server {
        _ = writeln!(text, "server {}", printable(&server.sentence()));
    }
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    }
    if answer.releases == 0 {
        text.push_str(
            "note: no catalogue is known, so requirements were not checked; name one with --catalogue\n",
        );
    }
    text
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
    let mut text = format!(
        "{}, {}",
        counted(answer.components, "component"),
        counted(answer.versions, "version")
    );
    if answer.releases > answer.versions {
        _ = write!(text, " with {} contents", answer.releases);
    }
    match verdict(&answer.findings) {
        None => text.push_str(": nothing is wrong\n"),
        Some(sum) => _ = writeln!(text, ": {sum}"),
    }
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    }
    text
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
